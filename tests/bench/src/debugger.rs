//! Reading a value of another process: by memglass, and as debuggers do.

use std::hint::black_box;
use std::io::IoSliceMut;

use memglass::{Observe, Observer, Session, Value};
use nix::sys::uio::{RemoteIoVec, process_vm_readv};
use nix::unistd::Pid;

use crate::part::{Part, ready, until_parent_ends};
use crate::quote::{BYTES, Quote};
use crate::report::Report;
use crate::timing::per_operation;

#[derive(Observe, Clone, Copy, Default)]
struct Position {
    #[observe(atomic)]
    quantity: i64,
    #[observe(seqlock)]
    last_quote: Quote,
}

const COUNT: u64 = 20_000;

pub(crate) fn measure(report: &Report) {
    let dir = tempfile::tempdir_in("/dev/shm").expect("/dev/shm can be written");
    let path = dir.path().to_str().expect("a plain name");
    let debuggee = Part::start("debuggee", &[path]);
    report.heading("reading a value of another process (ratios to memglass, one value)");
    let observer = Observer::builder()
        .dir(dir.path())
        .attach("debuggee")
        .expect("attached");
    let quantity = observer.field("position.quantity").expect("there is one");
    let one = per_operation(COUNT, || {
        for _ in 0..COUNT {
            match black_box(&quantity).read() {
                Ok(Value::I64(number)) => black_box(number),
                other => panic!("{other:?}"),
            };
        }
    });
    report.figure("memglass: an integer", one, Some(one), None);
    let quote = observer.field("position.last_quote").expect("there is one");
    let typed = quote.typed::<Quote>().expect("it is one");
    let typed = per_operation(COUNT, || {
        for _ in 0..COUNT {
            black_box(black_box(&typed).read().expect("it lives"));
        }
    });
    report.figure(
        "memglass: 40 bytes of one write, as a Rust struct",
        typed,
        Some(one),
        None,
    );
    let record = per_operation(COUNT, || {
        for _ in 0..COUNT {
            black_box(black_box(&quote).read().expect("it lives"));
        }
    });
    report.figure(
        "memglass: the same as a record of named values",
        record,
        Some(one),
        Some(80.0),
    );
    let call = foreign(&debuggee.said);
    report.figure(
        "process_vm_readv: 40 bytes, maybe torn",
        call,
        Some(one),
        None,
    );
}

/// The time to read 40 bytes at an address in another process.
fn foreign(place: &str) -> f64 {
    let (pid, address) = place.split_once(' ').expect("a process and an address");
    let pid = Pid::from_raw(pid.parse().expect("a number"));
    let base = address.parse().expect("a number");
    let mut bytes = [0; BYTES];
    per_operation(COUNT, || {
        for _ in 0..COUNT {
            let remote = [RemoteIoVec { base, len: BYTES }];
            let read = process_vm_readv(pid, &mut [IoSliceMut::new(&mut bytes)], &remote)
                .expect("the kernel allows it to a parent");
            assert_eq!(read, BYTES);
        }
    })
}

/// The part of the observed process.
pub(crate) fn be_looked_into(dir: &str) {
    let session = Session::builder("debuggee")
        .dir(dir)
        .create()
        .expect("a session");
    let position = session
        .object("position", Position::default())
        .expect("an object");
    position
        .last_quote
        .write(Quote::of(7))
        .expect("nobody else writes");
    let private = Box::new(Quote::of(7));
    ready(&format!(
        "{} {}",
        std::process::id(),
        &raw const *private as usize
    ));
    until_parent_ends();
}
