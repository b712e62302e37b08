//! What a producer stored, by its own log, against what was recorded of it.
// A test that cannot go on should stop, at the line; it says what was counted.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use memglass::schema::Schema;
use memglass::{Observe, Observer, Session, Value, object_value};
use memglass_stream::{
    Change, Compression, Losses, Passage, Recorder, Recording, RecordingError, Source,
};

/// Every part says the same number in its own way.
#[derive(Observe, Clone, Copy, Default)]
struct Pulse {
    number: u64,
    inverse: u64,
    copies: [u64; 6],
}

#[derive(Observe, Clone, Copy, Default)]
struct Heart {
    #[observe(seqlock)]
    pulse: Pulse,
}

fn pulse(number: u64) -> Pulse {
    Pulse {
        number,
        inverse: !number,
        copies: [number; 6],
    }
}

/// The number of the pulse of a heart, if all parts agree.
fn number_of(heart: &Value) -> u64 {
    let member = |value: &Value, wanted: &str| match value {
        Value::Record(record) => {
            let mut members = record.iter();
            let found = members.find(|(name, _)| &***name == wanted);
            found.unwrap().1.clone()
        }
        other => panic!("{other:?} has no {wanted}"),
    };
    let pulse = member(heart, "pulse");
    let Value::U64(number) = member(&pulse, "number") else {
        panic!("{pulse:?}")
    };
    assert_eq!(member(&pulse, "inverse"), Value::U64(!number), "{pulse:?}");
    assert_eq!(
        member(&pulse, "copies"),
        Value::from([number; 6]),
        "{pulse:?}"
    );
    number
}

/// What the producer says that it did: when it began and ended each store, and the life of each brief object.
#[derive(Default)]
struct Log {
    stores: Vec<(Instant, Instant)>,
    /// Each created object's number, and when it was there at least and at most.
    lives: Vec<(Instant, Instant)>,
}

/// Stores and creates until it is to stop.
fn produce(session: &Session, heart: &Beating, stop: &AtomicBool) -> Log {
    let mut log = Log::default();
    let mut number = 0;
    while !stop.load(Ordering::Relaxed) {
        number += 1;
        let begin = Instant::now();
        heart.pulse.write(pulse(number)).unwrap();
        log.stores.push((begin, Instant::now()));
        if number % 50 == 0 {
            let begin = Instant::now();
            let brief = session.object("brief", log.lives.len() as u64).unwrap();
            spin(Duration::from_micros(number % 5_000));
            drop(brief);
            log.lives.push((begin, Instant::now()));
        }
        spin(Duration::from_micros(number * 7919 % 400));
    }
    log
}

type Beating = memglass::Object<Heart>;

/// So short that no sleep is.
fn spin(time: Duration) {
    let until = Instant::now() + time;
    while Instant::now() < until {
        std::thread::yield_now();
    }
}

/// What was recorded.
#[derive(Debug, Default)]
struct Recorded {
    values: Vec<(SystemTime, String, Value)>,
    created: usize,
    destroyed: usize,
    losses: Losses,
}

fn recorded(file: &Path) -> Recorded {
    let (mut recorded, mut schema) = (Recorded::default(), Schema::new());
    let sink = |time, change: Change<'_>| {
        match change {
            Change::Value(object, bytes) => {
                let value = object_value(&schema, object.type_id, object.count, bytes);
                recorded
                    .values
                    .push((time, object.label.to_string(), value));
            }
            Change::Created(_) => recorded.created += 1,
            Change::Destroyed(_) => recorded.destroyed += 1,
            Change::Lost(losses) => recorded.losses.add(losses),
            Change::Types(types) => schema = types.clone(),
            Change::Keyframe(_) => {}
        }
        Ok::<(), RecordingError>(())
    };
    Recording::open(file).unwrap().tell(sink).unwrap();
    recorded
}

/// Records for so long; gives the log, and when each look began and ended.
fn record(dir: &Path, file: &Path, time: Duration) -> (Log, BTreeMap<SystemTime, [Instant; 2]>) {
    let session = Session::builder("engine").dir(dir).create().unwrap();
    let heart = session.object("heart", Heart { pulse: pulse(0) }).unwrap();
    let observer = Observer::builder().dir(dir).attach("engine").unwrap();
    let mut recorder = Recorder::create(file, observer.session(), Compression::Zstd).unwrap();
    let mut source = Source::new(observer, &[]).unwrap();
    let stop = AtomicBool::new(false);
    let (start, mut now) = (Instant::now(), SystemTime::now());
    let mut looks = BTreeMap::new();
    source
        .keyframe(|change| recorder.take(now, change))
        .unwrap();
    let log = std::thread::scope(|scope| {
        let log = scope.spawn(|| produce(&session, &heart, &stop));
        while start.elapsed() < time {
            spin(Duration::from_micros(500));
            now += Duration::from_micros(500);
            let begin = Instant::now();
            source
                .sample(0, |change| recorder.take(now, change))
                .unwrap();
            looks.insert(now, [begin, Instant::now()]);
            if recorder.wants_keyframe() {
                source
                    .keyframe(|change| recorder.take(now, change))
                    .unwrap();
            }
        }
        stop.store(true, Ordering::Relaxed);
        log.join().unwrap()
    });
    // Once more, when nothing changes any more.
    now += Duration::from_micros(500);
    source
        .sample(0, |change| recorder.take(now, change))
        .unwrap();
    looks.insert(now, [Instant::now(); 2]);
    recorder.finish().unwrap();
    (log, looks)
}

fn time() -> Duration {
    match std::env::var_os("MEMGLASS_FULL") {
        Some(_) => Duration::from_secs(600),
        None => Duration::from_secs(3),
    }
}

#[test]
fn every_recorded_value_was_there_at_its_time_and_every_other_is_counted() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("run.mcap");
    let (log, looks) = record(dir.path(), &file, time());
    let recorded = recorded(&file);
    let mut last = 0;
    let mut seen = 0;
    for (time, label, value) in &recorded.values {
        let [begin, end] = looks.get(time).copied().unwrap_or([Instant::now(); 2]);
        if label == "brief" {
            let Value::U64(number) = value else {
                panic!("{value:?}")
            };
            let (from, until) = log.lives[*number as usize];
            assert!(from <= end && begin <= until, "object {number}");
            continue;
        }
        let number = number_of(value);
        assert!(number >= last, "{number} after {last}");
        // A keyframe says the same again, as of the last look that found the value whole: one may fall into a store that the
        // system interrupts.
        let is_news = number > last;
        seen += u64::from(is_news);
        last = number;
        if number > 0 {
            let stored = log.stores[number as usize - 1].0;
            assert!(stored <= end, "{number} was recorded before it was stored");
        }
        if let Some((_, replaced)) = log.stores.get(number as usize) {
            assert!(
                !is_news || begin <= *replaced,
                "{number} was recorded after it was replaced"
            );
        }
    }
    let stores = log.stores.len() as u64;
    println!(
        "{stores} stores, {seen} recorded and {} missed; {} objects, {} recorded and {} missed",
        recorded.losses.values,
        log.lives.len(),
        recorded.created,
        recorded.losses.objects
    );
    assert_eq!(last, stores, "the last value was recorded");
    assert_eq!(seen + recorded.losses.values, stores);
    // A store that the system interrupts in its middle for long is given up for that look, and counted.
    assert!(
        recorded.losses.torn <= seen / 10_000,
        "{seen}: {:?}",
        recorded.losses
    );
    assert!(
        recorded.created > 0 && recorded.created == recorded.destroyed,
        "{} {}",
        recorded.created,
        recorded.destroyed
    );
    let objects = log.lives.len() as u64;
    assert_eq!(recorded.created as u64 + recorded.losses.objects, objects);
}

#[test]
fn a_recording_of_a_replay_is_the_same_again() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("run.mcap");
    record(dir.path(), &file, Duration::from_millis(500));
    let again = dir.path().join("again.mcap");
    let recording = Recording::open(&file).unwrap();
    let start = recording.start();
    let mut passage = Passage::start(recording, "replay", Some(dir.path())).unwrap();
    let observer = Observer::builder()
        .dir(dir.path())
        .attach("replay")
        .unwrap();
    let mut recorder = Recorder::create(&again, observer.session(), Compression::Zstd).unwrap();
    let mut source = Source::new(observer, &[]).unwrap();
    source
        .keyframe(|change| recorder.take(start, change))
        .unwrap();
    while let Some(next) = passage.next_time() {
        passage.go_on(next).unwrap();
        source
            .sample(0, |change| recorder.take(next, change))
            .unwrap();
    }
    recorder.finish().unwrap();
    let [first, second] = [&file, &again].map(|file| recorded(file));
    // Keyframes say again what was said before.
    let changes = |recorded: &Recorded| {
        let mut last: BTreeMap<String, Value> = BTreeMap::new();
        let mut changes = recorded.values.clone();
        changes.retain(|(_, label, value)| {
            last.insert(label.clone(), value.clone()).as_ref() != Some(value)
        });
        changes
    };
    let [one, other] = [changes(&first), changes(&second)];
    assert!(one.len() > 50, "{}", one.len());
    assert_eq!(one, other);
    assert_eq!(
        [first.created, first.destroyed],
        [second.created, second.destroyed]
    );
}
