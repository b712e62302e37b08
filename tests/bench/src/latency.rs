//! One-way latency of a value of 40 bytes: from before it is sent in one process to after it is in
//! another's hands.
//!
//! The sender sends one value every [`PAUSE`]; each carries the time of its making.

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::time::Duration;

use memglass::{Observe, Observer, Session};

use crate::part::{Part, ready};
use crate::quote::{BYTES, Quote};
use crate::report::Report;
use crate::timing::{now_ns, percentile};

mod futex;
#[cfg(feature = "peers")]
mod redis;

const VALUES: usize = 5_000;
const PAUSE: Duration = Duration::from_micros(200);

#[derive(Observe, Clone, Copy, Default)]
struct Market {
    #[observe(seqlock)]
    quote: Quote,
}

pub(crate) fn measure(report: &Report) {
    report.heading("one-way latency of 40 bytes to another process (ratios to memglass)");
    let dir = tempfile::tempdir_in("/dev/shm").expect("/dev/shm can be written");
    let glass = by_memglass(dir.path());
    let base = percentile(glass.clone(), 50);
    print(report, "memglass, observer spins", glass, base);
    print(
        report,
        "futex wake in shared memory",
        futex::receive(dir.path()),
        base,
    );
    print(report, "Unix socket", by_socket(dir.path()), base);
    #[cfg(feature = "peers")]
    match redis::receive(dir.path()) {
        Ok(delays) => print(report, "Redis, published on loopback", delays, base),
        Err(why) => report.line(&format!("Redis was left out: {why}")),
    }
}

fn print(report: &Report, what: &str, delays: Vec<f64>, base: f64) {
    let worst = percentile(delays.clone(), 99);
    report.figure(
        &format!("{what}: half are within"),
        percentile(delays, 50),
        Some(base),
        None,
    );
    report.figure(
        &format!("{what}: 99 of 100 are within"),
        worst,
        Some(base),
        None,
    );
}

/// How long each of [`VALUES`] was under way, `next` returning the time of its making.
fn delays(mut next: impl FnMut() -> i64) -> Vec<f64> {
    // The first ones find cold caches.
    for _ in 0..VALUES / 10 {
        next();
    }
    (0..VALUES)
        .map(|_| {
            let made = next();
            (now_ns() - made) as f64
        })
        .collect()
}

/// Hands a value to `pass` again and again, until the receiver ends this process.
fn keep_sending(mut pass: impl FnMut(Quote)) {
    loop {
        std::thread::sleep(PAUSE);
        pass(Quote::of(now_ns()));
    }
}

fn by_memglass(dir: &Path) -> Vec<f64> {
    let _sender = Part::start("sender", &["memglass", place(dir)]);
    let observer = Observer::builder()
        .dir(dir)
        .attach("latency")
        .expect("attached");
    let field = observer.field("market.quote").expect("there is one");
    let quote = field.typed::<Quote>().expect("it is one");
    let mut seen = field.sequence();
    delays(|| {
        while field.sequence() == seen {
            std::hint::spin_loop();
        }
        seen = field.sequence();
        quote.read().expect("the sender lives").timestamp_ns
    })
}

fn by_socket(dir: &Path) -> Vec<f64> {
    let path = dir.join("socket");
    let listener = UnixListener::bind(&path).expect("a new name");
    let _sender = Part::start("sender", &["socket", place(&path)]);
    let (mut stream, _) = listener.accept().expect("the sender connects");
    delays(|| {
        let mut bytes = [0; BYTES];
        stream.read_exact(&mut bytes).expect("the sender lives");
        Quote::timestamp_in(&bytes)
    })
}

/// The part of the sender.
pub(crate) fn send(way: &str, place: &str) {
    match way {
        "memglass" => send_by_memglass(place),
        "futex" => futex::send(Path::new(place)),
        "socket" => send_by_socket(place),
        #[cfg(feature = "peers")]
        "redis" => redis::send(place),
        _ => panic!("there is no way {way}"),
    }
}

fn send_by_memglass(dir: &str) {
    let session = Session::builder("latency")
        .dir(dir)
        .create()
        .expect("a session");
    let market = session
        .object("market", Market::default())
        .expect("an object");
    let mut writer = market.quote.writer().expect("nobody else writes");
    ready("sending");
    keep_sending(|quote| writer.write(quote));
}

fn send_by_socket(path: &str) {
    let mut stream = UnixStream::connect(path).expect("the receiver listens");
    ready("sending");
    keep_sending(|quote| {
        stream
            .write_all(&quote.to_bytes())
            .expect("the receiver lives")
    });
}

fn place(path: &Path) -> &str {
    path.to_str().expect("a plain name")
}
