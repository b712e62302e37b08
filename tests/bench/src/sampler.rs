//! What a sampler costs, and how soon it sees a change.

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use memglass::sampler::{Rate, Sampler, Scan, Seen, Tick};
use memglass::{Object, Observe, Observer, Session};
use tempfile::TempDir;

use crate::quote::Quote;
use crate::report::Report;
use crate::timing::{own_time_per_operation, per_operation, percentile, running_ns};

#[derive(Observe, Clone, Copy, Default)]
struct Row {
    a: u64,
    b: i64,
    c: f64,
    d: u32,
    e: u16,
    f: u8,
    #[observe(seqlock)]
    quote: Quote,
}

const SCALARS: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

pub(crate) fn measure(report: &Report, quick: bool) {
    in_cache(report);
    let objects = if quick { 100_000 } else { 1_000_000 };
    many_objects(report, objects);
    at_a_rate(report);
    beside_the_producer(report);
    latency(report);
}

/// A session, its objects, and a scan of some of their fields.
struct World {
    rows: Vec<Object<Row>>,
    scan: Scan,
    observer: Observer,
    _session: Session,
    _dir: TempDir,
}

impl World {
    fn of(objects: usize, fields: &[&str]) -> World {
        let dir = tempfile::tempdir_in("/dev/shm").expect("/dev/shm can be written");
        let session = Session::builder("sampled").dir(dir.path());
        let session = session.create().expect("a session");
        let row = |index| session.object(&format!("row_{index}"), Row::default());
        let rows = (0..objects).map(|index| row(index).expect("there is room"));
        let rows: Vec<_> = rows.collect();
        let observer = Observer::builder().dir(dir.path()).attach("sampled");
        let observer = observer.expect("attached");
        let mut scan = Scan::new();
        for object in observer.objects() {
            let root = observer.root(&object).expect("alive");
            for field in fields {
                let field = root.at(field).expect("a part of it");
                scan.follow(&field).expect("alive");
            }
        }
        World {
            rows,
            scan,
            observer,
            _session: session,
            _dir: dir,
        }
    }

    /// Nanoseconds of a look at each field.
    fn look(&mut self) -> f64 {
        let count = self.scan.len() as u64;
        per_operation(count, || self.scan.sample(|seen| unexpected(&seen)))
    }
}

fn unexpected(seen: &Seen<'_>) {
    panic!("nothing changes: {seen:?}");
}

fn in_cache(report: &Report) {
    report.heading("a scan of 1,000 objects, by field");
    let unchanged = World::of(1_000, &SCALARS).look();
    report.figure("6 scalars of each, unchanged", unchanged, None, Some(5.0));
    let guarded = World::of(1_000, &["quote"]).look();
    report.figure(
        "a guarded value of 40 bytes, unchanged",
        guarded,
        None,
        None,
    );
    let parts = World::of(1_000, &["quote.bid_price", "quote.ask_price"]);
    report.figure("2 parts of it, unchanged", { parts }.look(), None, None);
    let whole = World::of(1_000, &[""]);
    report.figure(
        "the whole object of 120 bytes, unchanged",
        { whole }.look(),
        None,
        None,
    );
    let mut world = World::of(1_000, &["a"]);
    let (mut value, mut seen) = (0, 0_u64);
    let changed = per_operation(1_000, || {
        value += 1;
        world.rows.iter().for_each(|row| row.a.set(value));
        world.scan.sample(|_| seen += 1);
    });
    assert!(seen > 1_000);
    report.figure(
        "a scalar that changes each time, with its store",
        changed,
        None,
        None,
    );
}

fn many_objects(report: &Report, objects: usize) {
    report.heading(&format!("a scan of {objects} objects, by field"));
    let mut world = World::of(objects, &["a"]);
    let unchanged = world.look();
    report.figure("one scalar of each, unchanged", unchanged, None, Some(20.0));
    report.figure("all of them", unchanged * objects as f64, None, Some(20e6));
    let guarded = World::of(objects, &["quote"]).look();
    report.figure("a guarded value of each, unchanged", guarded, None, None);
}

/// The share of a processor that a thread takes for 10,000 fields.
fn at_a_rate(report: &Report) {
    report.heading("a sampler of 10,000 fields: running time of its thread");
    for hz in [100.0, 1_000.0] {
        let mut scan = World::of(10_000, &["a"]).scan;
        let sampler = Sampler::start().expect("a thread");
        let (tell, told) = mpsc::channel();
        let mut first = None;
        let _probe = sampler.add(Rate::hz(hz).expect("a rate"), move |tick: Tick| {
            scan.sample(|_| ());
            let (time, ran) = *first.get_or_insert((tick.time, running_ns()));
            let over = (tick.time - time).as_nanos() as f64;
            if over > 1e9 {
                let _ = tell.send((running_ns() - ran) / over);
            }
        });
        let share = told.recv().expect("it ticks");
        let late = sampler.counters().late;
        report.line(&format!(
            "{hz:>6} Hz {:>48.2} % of a processor, {late} ticks late",
            share * 100.0
        ));
    }
}

/// What stores cost the producer while a sampler looks.
fn beside_the_producer(report: &Report) {
    report.heading("the producer's stores to a field that is sampled");
    const COUNT: u64 = 100_000;
    for rate in [None, Some(Rate::default()), Some(Rate::SPIN)] {
        let world = World::of(1_000, &SCALARS);
        let field = &world.rows[500].a;
        let sampler = Sampler::start().expect("a thread");
        let mut scan = world.scan;
        let probe = rate.map(|rate| sampler.add(rate, move |_: Tick| scan.sample(|_| ())));
        let store = own_time_per_operation(COUNT, || {
            for number in 0..COUNT {
                black_box(field).set(number);
            }
        });
        drop(probe);
        let name = rate.map_or("without a sampler".into(), |rate| format!("at {rate}"));
        report.figure(&name, store, None, None);
    }
}

/// From a store to the call of the probe's closure.
fn latency(report: &Report) {
    report.heading("from a store to its report");
    for (hz, samples) in [
        (None, 5_000),
        (Some(10_000.0), 2_000),
        (Some(1_000.0), 1_000),
        (Some(100.0), 200),
    ] {
        let rate = hz.map_or(Rate::SPIN, |hz| Rate::hz(hz).expect("a rate"));
        let latencies = latencies(rate, samples);
        for percent in [50, 99] {
            let figure = percentile(latencies.clone(), percent);
            report.figure(&format!("{rate}, {percent} %"), figure, None, None);
        }
    }
}

fn latencies(rate: Rate, samples: usize) -> Vec<f64> {
    let world = World::of(1, &["b"]);
    let field = world.observer.field("row_0.b").expect("there is one");
    let mut scan = Scan::new();
    scan.follow(&field).expect("alive");
    let sampler = Sampler::start().expect("a thread");
    let (tell, told) = mpsc::channel();
    let _probe = sampler.add(rate, move |_: Tick| {
        scan.sample(|seen| {
            if let Seen::Changed(change) = seen {
                let stored = i64::from_ne_bytes(change.now.try_into().expect("an i64"));
                let _ = tell.send((crate::timing::now_ns() - stored) as f64);
            }
        });
    });
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut pause = 0;
            while !done.load(Ordering::Relaxed) {
                world.rows[0].b.set(crate::timing::now_ns());
                // At another point of the period each time, and rarely enough to be seen one by one.
                pause = (pause + 377) % 1_000;
                let period = rate.period().unwrap_or(Duration::from_micros(50));
                std::thread::sleep(period + period * pause / 1_000);
            }
        });
        let latencies = (0..samples)
            .map(|_| told.recv().expect("it ticks"))
            .collect();
        done.store(true, Ordering::Relaxed);
        latencies
    })
}
