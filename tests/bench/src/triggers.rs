//! From a store in another process to the action of a script's trigger, at each rate.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use memglass::{Observer, Session};
use memglass_repl::Repl;

use crate::part::{Part, ready};
use crate::report::Report;
use crate::timing::{now_ns, percentile};

/// Sampled how, and so many firings.
const RATES: [(&str, &str, u64); 4] = [
    ("spin", "\"spin\"", 4_000),
    ("10 kHz", "10_000.hz", 4_000),
    ("1 kHz", "1000.hz", 2_000),
    ("100 Hz", "100.hz", 300),
];

pub(crate) fn measure(report: &Report) {
    report.heading("from a store in another process to the action of a trigger");
    for (name, rate, firings) in RATES {
        let goal = (name == "spin").then_some(15e3);
        let delays = delays(rate, firings);
        let half = percentile(delays.clone(), 50);
        report.figure(&format!("{name}: half are within"), half, None, goal);
        let worst = percentile(delays, 99);
        report.figure(&format!("{name}: 99 of 100 are within"), worst, None, None);
    }
}

/// How long each firing took, from the store that it is about.
fn delays(rate: &str, firings: u64) -> Vec<f64> {
    let dir = tempfile::tempdir_in("/dev/shm").expect("/dev/shm can be written");
    let pause = match rate {
        "100.hz" => Duration::from_millis(23),
        _ => Duration::from_micros(2_300),
    };
    let place = dir.path().to_str().expect("a plain name");
    let _stamper = Part::start("stamper", &[place, &pause.as_micros().to_string()]);
    let observer = Observer::builder().dir(dir.path()).attach("stamps");
    let delays: Rc<RefCell<Vec<f64>>> = Rc::default();
    let taken = Rc::clone(&delays);
    let repl = Repl::builder().observer(observer.expect("attached"));
    let repl = repl.engine(move |engine| {
        engine.register_fn("arrived", move |stored: i64| {
            taken.borrow_mut().push((now_ns() - stored) as f64);
        });
    });
    let mut repl = repl.build().expect("an engine");
    let watch = format!("let w = watch(\"stamp\", |c| arrived(c.now)).rate({rate});");
    repl.eval(&watch).expect("a watch");
    let time = pause * u32::try_from(firings).expect("few");
    repl.eval(&format!("sleep({})", time.as_secs_f64()))
        .expect("time passes");
    drop(repl);
    let delays = delays.borrow();
    // The first ones find cold caches.
    delays[delays.len() / 10..].to_vec()
}

/// The part of the producer: stores the time of the store, until it is ended.
pub(crate) fn stamp(dir: &str, pause_us: &str) {
    let session = Session::builder("stamps").dir(dir).create();
    let session = session.expect("a session");
    let stamp = session.object("stamp", 0_i64).expect("an object");
    let pause = Duration::from_micros(pause_us.parse().expect("a number"));
    ready("storing");
    let mut part = 0;
    loop {
        // At another point of the period each time.
        part = (part + 377) % 1_000;
        std::thread::sleep(pause / 2 + pause * part / 1_000);
        stamp.set(now_ns());
    }
}
