//! 40 bytes that belong together, by other libraries, in one process.
//!
//! None of them makes the same promises: the `seqlock` crate and a mutex work in one process and stay
//! locked when their owner is killed.

use std::hint::black_box;
use std::sync::Mutex;

use iceoryx2::node::Node;
use iceoryx2::prelude::*;
use iceoryx2::service::port_factory::blackboard::PortFactory;
use seqlock::SeqLock;

use crate::cells::Cells;
use crate::quote::Quote;
use crate::report::Report;
use crate::timing::{beside, per_operation};

const COUNT: u64 = 100_000;

/// A peer's ways to read and to write, made in the thread that uses them.
trait Peer: Sync {
    fn name(&self) -> &str;
    fn reader(&self) -> impl FnMut() -> Quote;
    fn writer(&self) -> impl FnMut(Quote);
}

pub(crate) fn measure(report: &Report, cells: &Cells) {
    report.heading("the same 40 bytes by others (ratios to memglass)");
    // On the heap, away from what the measurement itself stores to.
    compare(report, cells, &*Box::new(SeqLock::new(Quote::default())));
    compare(report, cells, &*Box::new(Mutex::new(Quote::default())));
    compare(report, cells, &Blackboard::new());
}

fn compare(report: &Report, cells: &Cells, peer: &impl Peer) {
    let name = peer.name();
    let line = |what: &str, measured: f64, ours: f64| {
        report.figure(&format!("{name}: {what}"), measured, Some(ours), None);
    };
    let mut read = peer.reader();
    line(
        "read",
        per_operation(COUNT, || read_all(&mut read)),
        cells.read,
    );
    let writing = || {
        let mut write = peer.writer();
        let mut number = 0;
        move || {
            number += 1;
            write(Quote::of(number));
        }
    };
    let measured = beside(writing, COUNT, || read_all(&mut read));
    line(
        "read beside a thread that writes",
        measured,
        cells.read_beside_writer,
    );
    let mut write = peer.writer();
    let measured = per_operation(COUNT, || write_all(&mut write));
    line("write (beside a claimed one)", measured, cells.claimed);
    line("write (beside a held one)", measured, cells.held);
    let reading = || {
        let mut read = peer.reader();
        move || {
            black_box(read());
        }
    };
    let measured = beside(reading, COUNT, || write_all(&mut write));
    line(
        "write beside a thread that polls",
        measured,
        cells.held_beside_reader,
    );
}

fn read_all(read: &mut impl FnMut() -> Quote) {
    for _ in 0..COUNT {
        black_box(read());
    }
}

fn write_all(write: &mut impl FnMut(Quote)) {
    for number in 0..COUNT as i64 {
        write(Quote::of(number));
    }
}

impl Peer for SeqLock<Quote> {
    fn name(&self) -> &str {
        "seqlock crate"
    }

    fn reader(&self) -> impl FnMut() -> Quote {
        move || black_box(self).read()
    }

    fn writer(&self) -> impl FnMut(Quote) {
        move |quote| *black_box(self).lock_write() = quote
    }
}

impl Peer for Mutex<Quote> {
    fn name(&self) -> &str {
        "std mutex"
    }

    fn reader(&self) -> impl FnMut() -> Quote {
        move || *black_box(self).lock().expect("nobody panics")
    }

    fn writer(&self) -> impl FnMut(Quote) {
        move |quote| *black_box(self).lock().expect("nobody panics") = quote
    }
}

type Shared = ipc_threadsafe::Service;

/// A blackboard of iceoryx2 with one entry; of writers it has one at a time.
struct Blackboard {
    factory: PortFactory<Shared, u64>,
    /// Keeps the service alive.
    _node: Node<Shared>,
}

const KEY: u64 = 1;
const READY: &str = "the service is there, and has room";

impl Blackboard {
    fn new() -> Blackboard {
        set_log_level(LogLevel::Error);
        let node = NodeBuilder::new().create::<Shared>().expect(READY);
        let name = format!("memglass-bench/{}", std::process::id());
        let factory = node
            .service_builder(&name.as_str().try_into().expect("a plain name"))
            .blackboard_creator::<u64>()
            .add::<Quote>(KEY, Quote::default())
            .create()
            .expect(READY);
        Blackboard {
            factory,
            _node: node,
        }
    }
}

impl Peer for Blackboard {
    fn name(&self) -> &str {
        "iceoryx2 blackboard"
    }

    fn reader(&self) -> impl FnMut() -> Quote {
        let reader = self.factory.reader_builder().create().expect(READY);
        let entry = reader.entry::<Quote>(&KEY).expect(READY);
        move || {
            let _port = &reader;
            *black_box(&entry).get()
        }
    }

    fn writer(&self) -> impl FnMut(Quote) {
        let writer = self.factory.writer_builder().create().expect(READY);
        let entry = writer.entry::<Quote>(&KEY).expect(READY);
        move |quote| {
            let _port = &writer;
            black_box(&entry).update_with_copy(quote);
        }
    }
}
