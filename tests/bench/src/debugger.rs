//! Reading a value of another process: by memglass, and as debuggers do.

use std::hint::black_box;
use std::io::IoSliceMut;
use std::process::{Command, Stdio};

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
    let [pid, private, shared] = places(&debuggee.said);
    let call = foreign(pid, private);
    report.figure(
        "process_vm_readv: 40 bytes, maybe torn",
        call,
        Some(one),
        None,
    );
    for (name, way, help) in TOOLS {
        match by_tool(way, pid, shared) {
            Some(time) => report.figure(name, time, Some(one), None),
            None => report.line(&format!("{name} was left out; install it with: {help}")),
        }
    }
}

/// Tools in Python that read the integer, and how they are installed.
const TOOLS: [(&str, &str, &str); 3] = [
    (
        "Python ctypes over mmap: the integer",
        "ctypes",
        "apt-get install python3",
    ),
    ("drgn: the integer", "drgn", "pip install drgn"),
    ("gdb: the integer, stopped", "gdb", "apt-get install gdb"),
];

/// The time that one of them takes for a read; `None` if it is not there or may not.
fn by_tool(way: &str, pid: usize, address: usize) -> Option<f64> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/read_field.py");
    let mut command = match way {
        "gdb" => Command::new("gdb"),
        _ => Command::new("python3"),
    };
    match way {
        "gdb" => command.args(["-nx", "-batch", "-p", &pid.to_string(), "-x", script]),
        _ => command.arg(script),
    };
    command
        .env("FIELD_WAY", way)
        .env("FIELD_PID", pid.to_string())
        .env("FIELD_ADDRESS", address.to_string())
        .stdin(Stdio::null());
    let said = String::from_utf8(command.output().ok()?.stdout).ok()?;
    let line = said
        .lines()
        .find_map(|line| line.strip_prefix("one read takes "))?;
    line.strip_suffix(" ns")?.parse().ok()
}

/// The process, the address of what is private to it, and that of a shared integer.
fn places(said: &str) -> [usize; 3] {
    let mut numbers = said
        .split(' ')
        .map(|number| number.parse().expect("a number"));
    [(); 3].map(|()| numbers.next().expect("three numbers"))
}

/// The time to read 40 bytes at an address in another process.
fn foreign(pid: usize, base: usize) -> f64 {
    let pid = Pid::from_raw(i32::try_from(pid).expect("a process"));
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
    position.quantity.store(7);
    position
        .last_quote
        .write(Quote::of(7))
        .expect("nobody else writes");
    let private = Box::new(Quote::of(7));
    ready(&format!(
        "{} {} {}",
        std::process::id(),
        &raw const *private as usize,
        &raw const position.quantity as usize
    ));
    until_parent_ends();
}
