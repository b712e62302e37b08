//! What was before something went wrong: the last seconds of a session, kept in memory.
// A test that cannot go on should stop, at the line.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use memglass::{Object, Observer, Session};
use memglass_stream::{Change, End, Plan, RecordError, Recording, RecordingError, Tape};

const WINDOW: Duration = Duration::from_millis(400);

fn session(dir: &Path) -> (Session, Object<i64>) {
    let session = Session::builder("engine").dir(dir).create().unwrap();
    let count = session.object("count", 0_i64).unwrap();
    (session, count)
}

fn ring(dir: &Path, change: impl FnOnce(&mut Plan)) -> Tape {
    let mut plan = Plan::default();
    plan.rate = memglass::sampler::Rate::hz(1000.0).unwrap();
    change(&mut plan);
    let observer = Observer::builder().dir(dir).attach("engine").unwrap();
    Tape::ring(observer, WINDOW, plan).unwrap()
}

/// Lets it go on until something is so.
fn until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(Instant::now() < deadline, "{what} never came");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Times and values of `count` in a file.
fn counts(path: &Path) -> Vec<(SystemTime, i64)> {
    let mut counts = Vec::new();
    let told = Recording::open(path).unwrap().tell(|time, change| {
        if let Change::Value(object, value) = change
            && &*object.label == "count"
        {
            counts.push((time, i64::from_ne_bytes(value.try_into().unwrap())));
        }
        Ok::<(), RecordingError>(())
    });
    told.unwrap();
    counts
}

/// Counts on, until the ring has seen so many values.
fn count_to(tape: &Tape, count: &Object<i64>, values: u64) {
    until("the values", || {
        count.set(count.get() + 1);
        tape.progress().totals.values >= values
    });
}

#[test]
fn what_was_before_it_and_what_comes_after_it_are_in_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let (_session, count) = session(dir.path());
    let tape = ring(dir.path(), |_| {});
    let start = Instant::now();
    while start.elapsed() < 2 * WINDOW {
        count_to(&tape, &count, tape.progress().totals.values + 1);
    }
    let at = count.get();
    let file = dir.path().join("why.mcap");
    let saving = tape.save(&file, WINDOW / 2).unwrap();
    while saving.poll().is_none_or(|saved| {
        let saved = saved.unwrap();
        assert!(saved.elapsed >= WINDOW, "{saved:?}");
        false
    }) {
        count.set(count.get() + 1);
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(tape.ended().is_empty(), "it goes on");
    let counts = counts(&file);
    let (first, last) = (counts[0], *counts.last().unwrap());
    assert!(counts.is_sorted_by(|a, b| a.1 < b.1), "{counts:?}");
    // Not much more than it is to keep: a look, and what a busy machine is late.
    assert!(
        first.1 > 0 && first.1 < at && last.1 > at,
        "{first:?} {at} {last:?}"
    );
    let span = last.0.duration_since(first.0).unwrap();
    assert!(span >= WINDOW && span < 4 * WINDOW, "{span:?}");
}

#[test]
fn memory_is_bounded_and_the_ring_says_that_it_is_cut() {
    let dir = tempfile::tempdir().unwrap();
    let (_session, count) = session(dir.path());
    let tape = ring(dir.path(), |plan| plan.max_bytes = Some(2000));
    count_to(&tape, &count, 60);
    until("a cut", || {
        tape.progress().ring.is_some_and(|ring| ring.is_cut)
    });
    let progress = tape.progress();
    assert!(progress.totals.file_bytes <= 2000, "{progress:?}");
    let file = dir.path().join("why.mcap");
    tape.save(&file, Duration::ZERO).unwrap().wait().unwrap();
    let counts = counts(&file);
    assert!((2..40).contains(&counts.len()), "{counts:?}");
}

#[test]
fn a_dead_producer_leaves_its_last_seconds() {
    let dir = tempfile::tempdir().unwrap();
    let (session, count) = session(dir.path());
    let tape = ring(dir.path(), |_| {});
    count_to(&tape, &count, 20);
    let last = count.get();
    count.leak();
    drop(session);
    assert!(matches!(tape.ended().recv().unwrap(), End::Producer(_)));
    let file = dir.path().join("why.mcap");
    tape.save(&file, Duration::MAX).unwrap().wait().unwrap();
    assert_eq!(counts(&file).last().unwrap().1, last);
}

#[test]
fn objects_that_come_and_go_are_in_the_file_with_a_sound_beginning() {
    let dir = tempfile::tempdir().unwrap();
    let (session, count) = session(dir.path());
    let tape = ring(dir.path(), |_| {});
    let start = Instant::now();
    let mut round = 0;
    while start.elapsed() < 3 * WINDOW {
        let short = session.object(&format!("short_{round}"), round).unwrap();
        count_to(&tape, &count, tape.progress().totals.values + 2);
        drop(short);
        round += 1;
    }
    let file = dir.path().join("why.mcap");
    tape.save(&file, Duration::ZERO).unwrap().wait().unwrap();
    // Damage would be told: a value of an object that does not live.
    let (mut created, mut destroyed) = (0, 0);
    let recording = Recording::open(&file).unwrap();
    let told = recording.tell(|_, change| {
        created += u32::from(matches!(change, Change::Created(_)));
        destroyed += u32::from(matches!(change, Change::Destroyed(_)));
        Ok::<(), RecordingError>(())
    });
    told.unwrap();
    assert!(created > 1 && destroyed > 1, "{created} {destroyed}");
}

#[test]
fn a_recording_into_files_keeps_nothing_that_could_be_saved() {
    let dir = tempfile::tempdir().unwrap();
    let (_session, _count) = session(dir.path());
    let observer = Observer::builder()
        .dir(dir.path())
        .attach("engine")
        .unwrap();
    let file = dir.path().join("run.mcap");
    let tape = Tape::start(observer, &file, Plan::default()).unwrap();
    let saved = tape.save(&dir.path().join("why.mcap"), Duration::ZERO);
    assert!(matches!(saved, Err(RecordError::NoRing)));
    tape.finish().unwrap();
    let tape = ring(dir.path(), |_| {});
    let saved = tape.save(&file, Duration::ZERO);
    assert!(matches!(saved, Err(RecordError::Exists { .. })));
}

#[test]
fn whoever_asks_waits_for_no_look() {
    let dir = tempfile::tempdir().unwrap();
    let (_session, _count) = session(dir.path());
    let seldom = |plan: &mut Plan| {
        plan.rate = memglass::sampler::Rate::every(Duration::from_secs(600)).unwrap();
    };
    let begin = Instant::now();
    let tape = ring(dir.path(), seldom);
    // By then it waits for its first look.
    std::thread::sleep(Duration::from_millis(200));
    let saving = tape.save(&dir.path().join("why.mcap"), Duration::ZERO);
    drop(saving.unwrap());
    std::thread::sleep(Duration::from_millis(200));
    tape.finish().unwrap();
    drop(ring(dir.path(), seldom));
    assert!(begin.elapsed() < Duration::from_secs(60));
}

#[test]
fn a_recording_that_looks_seldom_ends_when_it_is_to_and_has_what_was_last() {
    let seldom = |time: Option<Duration>| {
        let mut plan = Plan::default();
        plan.rate = memglass::sampler::Rate::every(Duration::from_secs(600)).unwrap();
        plan.time = time;
        plan
    };
    let dir = tempfile::tempdir().unwrap();
    let (session, count) = session(dir.path());
    let start = |name: &str, time| {
        let observer = Observer::builder().dir(dir.path()).attach("engine");
        Tape::start(observer.unwrap(), &dir.path().join(name), seldom(time)).unwrap()
    };
    let timed = start("timed.mcap", Some(Duration::from_millis(300)));
    let endless = start("endless.mcap", None);
    count.set(7);
    until("the end of its time", || !timed.ended().is_empty());
    assert!(endless.ended().is_empty());
    drop((count, session));
    until("the end of the producer", || !endless.ended().is_empty());
    timed.finish().unwrap();
    endless.finish().unwrap();
    let last = |name: &str| counts(&dir.path().join(name)).last().unwrap().1;
    assert_eq!(last("timed.mcap"), 7);
}

#[test]
fn a_recorder_that_is_killed_at_once_leaves_what_there_was() {
    let dir = tempfile::tempdir().unwrap();
    let (_session, _count) = session(dir.path());
    let file = dir.path().join("run.mcap");
    let mut plan = Plan::default();
    plan.rate = memglass::sampler::Rate::every(Duration::from_secs(600)).unwrap();
    let observer = Observer::builder().dir(dir.path()).attach("engine");
    let tape = Tape::start(observer.unwrap(), &file, plan).unwrap();
    until("the first value", || tape.progress().totals.values > 0);
    // What a killed recorder leaves is what it handed to the system.
    let left = dir.path().join("left.mcap");
    std::fs::copy(&file, &left).unwrap();
    assert_eq!(counts(&left).len(), 1);
}

#[test]
fn a_pattern_of_a_field_is_refused_and_says_what_to_select() {
    let dir = tempfile::tempdir().unwrap();
    let session = Session::builder("engine").dir(dir.path()).create().unwrap();
    let _book = session.array::<[i64; 3]>("book", 2).unwrap();
    let _dotted = session.object("a.b", 1_i64).unwrap();
    let file = dir.path().join("run.mcap");
    let start = |pattern: &str| {
        let mut plan = Plan::default();
        plan.only = vec![pattern.to_owned()];
        let observer = Observer::builder().dir(dir.path()).attach("engine");
        Tape::start(observer.unwrap(), &file, plan)
    };
    for (pattern, select) in [("book[1]", "book"), ("bo*[1][2]", "bo*")] {
        let refused = start(pattern).unwrap_err();
        assert!(
            matches!(&refused, RecordError::Field { object, .. } if object == select),
            "{pattern}: {refused:?}"
        );
        assert!(!file.exists(), "{pattern}");
    }
    // Labels may have dots, and may be of objects that are still to come.
    for pattern in ["a.b", "a.*", "book.x", "new.object", "i64"] {
        let tape = start(pattern).unwrap();
        drop(tape);
        std::fs::remove_file(&file).unwrap();
    }
}
