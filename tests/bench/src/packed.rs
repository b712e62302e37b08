//! Packed records: an array of elements that differ in size, laid out once and read many times.

use std::hint::black_box;
use std::time::Instant;

use memglass::{Buffer, Observer, Session};
use memglass_repl::Repl;

use crate::report::Report;
use crate::timing::{per_operation, percentile};

/// Reads of one round.
const COUNT: u64 = 10_000;

const TEXT: &str =
    "struct list { u16 n; item items[n]; be u32 crc; }; struct item { u8 len; char text[len]; };";

/// Elements of the record.
const ELEMENTS: u16 = 10_000;

pub(crate) fn measure(report: &Report) {
    report.heading("Packed records (10,000 elements of 1 to 7 bytes)");
    let directory = tempfile::tempdir().expect("a directory");
    let session = Session::builder("packed").dir(directory.path()).create();
    let session = session.expect("a session");
    session.define(TEXT).expect("a layout");
    let bytes = record();
    let list = session.buffer("list", "list", bytes.len());
    let list = list.expect("a buffer");
    list.write(&bytes).expect("a record");
    let attach = || Observer::builder().dir(directory.path()).attach("packed");
    let observer = attach().expect("an observer");

    after_a_write(report, &list, &bytes, &observer);
    unchanged(report, &observer);
    let repl = Repl::builder().observer(attach().expect("an observer"));
    let mut repl = repl.build().expect("an engine");
    repl.eval("let l = obs[\"list\"];").expect("a handle");
    let read = per_operation(100, || {
        repl.eval("for i in 0..100 { l.items[2].len }")
            .expect("reads");
    });
    report.figure("the same in a script", read, None, None);
    let all = per_operation(1, || {
        let sum = "let sum = 0; for item in l.items { sum += item.len } sum";
        black_box(repl.eval(sum).expect("a sum"));
    });
    report.figure("a script that adds up all len", all, None, None);
}

fn after_a_write(report: &Report, list: &Buffer, bytes: &[u8], observer: &Observer) {
    let write = per_operation(1, || list.write(bytes).expect("a record"));
    report.figure("write, with its check", write, None, None);
    for (path, what) in [
        ("items[2].len", "first read after a write"),
        ("n", "the same of n, at a constant place"),
    ] {
        let field = observer.field(&format!("list.{path}")).expect("a path");
        let reads = (0..60).map(|_| {
            list.write(bytes).expect("a record");
            let start = Instant::now();
            black_box(field.read().expect("a value"));
            start.elapsed().as_nanos() as f64
        });
        report.figure(what, percentile(reads.collect(), 50), None, None);
    }
}

fn unchanged(report: &Report, observer: &Observer) {
    let goal = [Some(100.0), None, None, None];
    for (path, goal) in ["items[2].len", "items[9999].len", "items[2].text", "n"]
        .into_iter()
        .zip(goal)
    {
        let field = observer.field(&format!("list.{path}")).expect("a path");
        let read = per_operation(COUNT, || {
            (0..COUNT).for_each(|_| drop(black_box(field.read().expect("a value"))));
        });
        report.figure(&format!("{path} again"), read, None, goal);
    }
    let resolve = per_operation(100, || {
        (0..100).for_each(|_| {
            drop(black_box(
                observer.field("list.items[2].len").expect("a path"),
            ))
        });
    });
    report.figure("resolve items[2].len", resolve, None, None);
}

fn record() -> Vec<u8> {
    let mut bytes = ELEMENTS.to_le_bytes().to_vec();
    for index in 0..ELEMENTS {
        let len = (index % 7) as u8;
        bytes.push(len);
        bytes.extend(std::iter::repeat_n(b'x', len.into()));
    }
    bytes.extend([0; 4]);
    bytes
}
