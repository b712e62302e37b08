//! Creating objects in a growing session, beside the C++ memglass.
//!
//! All of it in running time of the thread that creates: what the session's other thread does, and what
//! others do on this machine, is not what a hot loop waits for. The tenth percentile of rounds that
//! take turns with the peer's.

use std::path::Path;

use memglass::{Growth, Object, Session, SessionBuilder};

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
    for (name, growth) in [("ahead", Growth::Ahead), ("on demand", Growth::OnDemand)] {
        histogram(report, builder(dir.path()).growth(growth), name, size);
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

fn create_all(builder: SessionBuilder, labels: &[String]) -> f64 {
    let session = builder.create().expect("a session");
    let mut objects: Vec<Object<Order>> = Vec::with_capacity(labels.len());
    let start = running_ns();
    for label in labels {
        objects.push(session.object(label, Order::default()).expect("room"));
    }
    (running_ns() - start) / labels.len() as f64
}

fn histogram(report: &Report, builder: SessionBuilder, name: &str, size: usize) {
    let labels: Vec<String> = (0..size).map(label).collect();
    let session = builder.create().expect("a session");
    let mut objects: Vec<Object<Order>> = Vec::with_capacity(size);
    let mut times = Vec::with_capacity(size);
    for label in &labels {
        let start = running_ns();
        objects.push(session.object(label, Order::default()).expect("room"));
        times.push(running_ns() - start);
    }
    times.sort_by(f64::total_cmp);
    for (of, share) in [
        ("p50", 0.5),
        ("p99", 0.99),
        ("p99.9", 0.999),
        ("p99.99", 0.9999),
        ("p99.999", 0.99999),
        ("longest", 1.0),
    ] {
        let time = times[((size - 1) as f64 * share) as usize];
        let goal = (of == "p99.999" && name == "ahead").then_some(20e3);
        report.figure(&format!("growing {name}: {of}"), time, None, goal);
    }
}
