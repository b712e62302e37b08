//! Creating objects in a growing session, beside the C++ memglass.
//!
//! All of it in running time of the thread that creates: what the session's other thread does, and what
//! others do on this machine, is not what a hot loop waits for. The tenth percentile of rounds that
//! take turns with the peer's. The objects are kept by their sessions on both sides.
//!
//! A processor that is shared stops any loop for tens of microseconds now and then. So single creates are
//! shown beside a loop that does nothing, and the shortest of several rounds for each of them: what is
//! long in every round is ours.

use std::hint::black_box;
use std::path::Path;

use memglass::{Growth, Session, SessionBuilder};

use crate::cpp::Cpp;
use crate::report::Report;
use crate::sessions::{Order, label};
use crate::timing::{percentile, running_ns};

pub(crate) fn measure(report: &Report, cpp: Option<&Cpp>, sizes: &[usize]) {
    let dir = tempfile::tempdir_in("/dev/shm").expect("/dev/shm can be written");
    report.heading("creating objects, in running time of the thread (ratios to the C++ memglass)");
    for &size in sizes {
        compare(report, cpp, dir.path(), size);
    }
    let size = sizes.iter().copied().max().unwrap_or(0).min(1_000_000);
    report.heading(&format!("a single create, of {size} in a growing session"));
    let labels: Vec<String> = (0..size).map(label).collect();
    let nothing = times_of(&labels, |label| {
        black_box(label);
    });
    histogram(report, "nothing", nothing, None);
    for (name, growth) in [("ahead", Growth::Ahead), ("on demand", Growth::OnDemand)] {
        single(report, || builder(dir.path()).growth(growth), name, &labels);
    }
}

fn builder(dir: &Path) -> SessionBuilder {
    Session::builder("bench").dir(dir)
}

fn compare(report: &Report, cpp: Option<&Cpp>, dir: &Path, size: usize) {
    let labels: Vec<String> = (0..size).map(label).collect();
    let rounds = (1_000_000 / size).clamp(5, 50);
    let [mut ours, mut reserved, mut theirs, mut told] = [const { Vec::new() }; 4];
    for _ in 0..rounds {
        ours.push(create_all(builder(dir), &labels));
        reserved.push(create_all(builder(dir).reserve::<Order>(size), &labels));
        if let Some(cpp) = cpp {
            theirs.push(cpp.measure("create", size));
            told.push(cpp.measure("create-told", size));
        }
    }
    let least = |rounds: Vec<f64>| (!rounds.is_empty()).then(|| percentile(rounds, 10));
    let (theirs, told) = (least(theirs), least(told));
    let line = |what: &str, ns: Option<f64>, peer: Option<f64>, goal: Option<f64>| {
        if let Some(ns) = ns {
            report.figure(&format!("{size}: {what}"), ns, peer, goal);
        }
    };
    line("create", least(ours), theirs, theirs);
    line("create, reserved", least(reserved), told, told);
    line("C++ memglass", theirs, None, None);
    line("C++ memglass, told the size", told, None, None);
}

/// Running time for each of the objects in a new session.
pub(crate) fn create_all(builder: SessionBuilder, labels: &[String]) -> f64 {
    let session = builder.create().expect("a session");
    let start = running_ns();
    for label in labels {
        create(&session, label);
    }
    (running_ns() - start) / labels.len() as f64
}

fn create(session: &Session, label: &str) {
    let object = session.object(label, Order::default()).expect("room");
    object.leak();
}

/// The times of one session's creates, and the shortest of several sessions for each create.
fn single(report: &Report, builder: impl Fn() -> SessionBuilder, name: &str, labels: &[String]) {
    const SESSIONS: usize = 4;
    let round = || {
        let session = builder().create().expect("a session");
        times_of(labels, |label| create(&session, label))
    };
    let mut shortest = round();
    let goal = (name == "ahead").then_some(20e3);
    histogram(report, name, shortest.clone(), goal);
    for _ in 1..SESSIONS {
        let others = round();
        for (shortest, other) in shortest.iter_mut().zip(others) {
            *shortest = shortest.min(other);
        }
    }
    let name = format!("{name}, the shortest of {SESSIONS}");
    histogram(report, &name, shortest, goal);
}

fn times_of(labels: &[String], mut step: impl FnMut(&str)) -> Vec<f64> {
    // Stored to before, so that no page comes into being between two looks at the clock.
    let mut times = vec![f64::MAX; labels.len()];
    for (label, time) in labels.iter().zip(&mut times) {
        let start = running_ns();
        step(label);
        *time = running_ns() - start;
    }
    times
}

fn histogram(report: &Report, name: &str, mut times: Vec<f64>, goal: Option<f64>) {
    times.sort_by(f64::total_cmp);
    for (of, share) in [
        ("p50", 0.5),
        ("p99", 0.99),
        ("p99.9", 0.999),
        ("p99.99", 0.9999),
        ("p99.999", 0.99999),
        ("longest", 1.0),
    ] {
        let time = times[((times.len() - 1) as f64 * share) as usize];
        let goal = goal.filter(|_| of == "p99.999");
        report.figure(&format!("{name}: {of}"), time, None, goal);
    }
}
