//! Processes are killed with SIGKILL, at random moments, in everything they do.
//!
//! The promises: readers go on with the last complete value; the next writer succeeds at its first
//! attempt; the directory is consistent; and when a new producer has taken over and ended, nothing is
//! left behind.
// Tests may panic and print.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use memglass::{AttachError, Field, Presence};
use memglass_tests::consistency::{self, check_nothing_stays};
use memglass_tests::raw::Raw;
use memglass_tests::rows::{self, Shelf};
use memglass_tests::{Kind, Progress, Random, Stage, Timings, Victim, leftovers, sized, timed};

/// Longest that a writer may be kept waiting by a dead one.
const TAKEOVER: Duration = Duration::from_millis(10);

fn stage() -> Stage {
    Stage::new(env!("CARGO_BIN_EXE_memglass-actor"))
}

/// How often each kind of victim is killed.
fn rounds() -> u64 {
    sized(12, 120)
}

/// The counts for one kind of victim.
#[derive(Default)]
struct Tally {
    stages: BTreeMap<String, u64>,
    next_writer: Timings,
    takeover: Timings,
}

impl Tally {
    fn killed_in(&mut self, stage: impl Into<String>) {
        *self.stages.entry(stage.into()).or_default() += 1;
    }

    /// Runs a step that must succeed at once although a process died while doing it.
    fn next_write<E: std::fmt::Display>(&mut self, write: impl FnOnce() -> Result<(), E>) {
        let (written, timing) = timed(write);
        written.unwrap_or_else(|error| panic!("a dead writer is in the way: {error}"));
        self.next_writer.note(timing);
    }

    /// Takes the name over from a dead producer, and ends that session.
    fn take_over(&mut self, stage: &Stage) {
        let (session, timing) = timed(|| stage.session("engine"));
        drop(session);
        self.takeover.note(timing);
        check_nothing_stays(stage, "engine");
    }

    /// Checks the times and prints everything.
    fn report(&self, kind: Kind) {
        let kills: u64 = self.stages.values().sum();
        println!("{kind}: {kills} kills {:?}", self.stages);
        for (what, times) in [
            ("next writer", &self.next_writer),
            ("takeover", &self.takeover),
        ] {
            if times.count() > 0 {
                println!("{kind}: {what} {times}");
            }
        }
        // By the clock another program may take any time from this one. So: the time for which the
        // writer itself was running, each time, and the clock at least half of the times.
        assert!(
            self.next_writer.longest().running < TAKEOVER,
            "{}",
            self.next_writer
        );
        assert!(self.next_writer.median() < TAKEOVER, "{}", self.next_writer);
    }
}

/// Checks that each value is the last one written, or the one being written when the writer died.
/// Returns the values.
fn check_last_values(fields: &[Field], progress: &Progress) -> Vec<u64> {
    let found = fields.iter().map(|field| rows::read_number(field).unwrap());
    let found: Vec<u64> = found.collect();
    let ahead: Vec<u64> = (0..)
        .zip(&found)
        .map(|(at, &found)| found - progress.get(at))
        .collect();
    // Of a value that is held, the writer says after the store that it was written.
    assert!(
        ahead.iter().all(|&ahead| ahead <= 1) && ahead.iter().sum::<u64>() <= 1,
        "{ahead:?}"
    );
    found
}

/// Reads all values until told to stop. Each must be whole and not older than the previous one.
fn read_on(stage: &Stage, kind: Kind, running: &AtomicBool) -> (u64, Timings) {
    let fields = kind.fields(&stage.observe("engine"));
    let mut newest = vec![0; fields.len()];
    let (mut reads, mut times) = (0, Timings::default());
    loop {
        let last = !running.load(Ordering::Acquire);
        for (field, newest) in fields.iter().zip(&mut newest) {
            let (number, timing) = timed(|| rows::read_number(field));
            let number = number.unwrap();
            assert!(
                number >= *newest,
                "{}: {number} after {newest}",
                field.path()
            );
            *newest = number;
            times.note(timing);
            reads += 1;
        }
        if last {
            return (reads, times);
        }
    }
}

/// Ends other threads, even if a test fails.
struct Running<'a>(&'a AtomicBool);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

/// How far a write had come when its writer was killed, as the memory has it.
fn stage_of_write(raw: &Raw, fields: &[Field], slot: u8) -> &'static str {
    let claimed = fields.iter().find_map(|field| {
        let (label, _) = field.path().split_once('.').unwrap();
        let entries = raw.entries();
        let entry = entries
            .iter()
            .find(|entry| raw.label(entry) == label)
            .unwrap();
        let start = field.info().offset / 8;
        let len = field.element_count()?;
        let words = raw.words(entry, start + 1 + 2 * len);
        let words = &words[start as usize..];
        (words[0] as u8 == slot).then(|| {
            let next = 1 + (words[0] >> 24).wrapping_add(1) as usize % 2 * len as usize;
            let copy = &words[next..next + len as usize];
            copy.iter().all(|word| *word == copy[0])
        })
    });
    match claimed {
        Some(true) => "claimed",
        Some(false) => "half written",
        None if slot > 1 && raw.intent(slot) != 0 => "announced",
        None => "between writes",
    }
}

/// Kills observers that write to a session of this process.
fn kill_writing_observers(kind: Kind) {
    let stage = stage();
    let (mut random, mut tally) = (Random::of_this_run(kind as u64), Tally::default());
    {
        let session = stage.session("engine");
        let shelf = Shelf::put_into(&session).unwrap();
        let other = stage.options().writable().attach("engine").unwrap();
        let fields = kind.fields(&other);
        let running = AtomicBool::new(true);
        let memory = session.memory_bytes();
        thread::scope(|scope| {
            let _running = Running(&running);
            let readers: Vec<_> = (0..2)
                .map(|_| scope.spawn(|| read_on(&stage, kind, &running)))
                .collect();
            for round in 0..rounds() {
                kill_one_writer(
                    &stage,
                    kind,
                    &mut random,
                    &mut tally,
                    &fields,
                    |index, number| {
                        // In turn the producer and another observer come next.
                        if round % 2 == 0 || kind == Kind::Number {
                            return fields[index]
                                .write(&rows::value_of(&fields[index], number))
                                .map_err(|error| error.to_string());
                        }
                        let written = match kind {
                            Kind::Write => shelf.write(index, number),
                            _ => shelf.count_up(index),
                        };
                        written.map_err(|error| error.to_string())
                    },
                );
                assert_eq!(session.memory_bytes(), memory);
            }
            running.store(false, Ordering::Release);
            for reader in readers {
                let (reads, times) = reader.join().unwrap();
                println!("{kind}: {reads} reads, {times}");
                assert!(times.running_but_one() < TAKEOVER);
            }
        });
    }
    tally.report(kind);
    assert_eq!(stage.files(), [""; 0]);
    assert_eq!(leftovers::open_in(stage.dir()), [""; 0]);
}

fn kill_one_writer(
    stage: &Stage,
    kind: Kind,
    random: &mut Random,
    tally: &mut Tally,
    fields: &[Field],
    write: impl Fn(usize, u64) -> Result<(), String>,
) {
    let victim = Victim::start(stage, "engine", kind);
    victim.let_work(random);
    let pid = victim.pid();
    let progress = victim.kill();
    let raw = Raw::copy(stage.dir(), "engine").unwrap();
    // This process has slot 2; the next writer takes the slot of a dead one.
    assert_eq!((raw.highest_slot(), raw.pid(3)), (3, u64::from(pid)));
    tally.killed_in(stage_of_write(&raw, fields, 3));
    let found = check_last_values(fields, &progress);
    for (index, number) in found.iter().enumerate() {
        tally.next_write(|| write(index, number + 1));
        assert_eq!(rows::read_number(&fields[index]), Ok(number + 1));
    }
}

#[test]
fn an_observer_killed_while_it_writes_costs_nobody_anything() {
    kill_writing_observers(Kind::Write);
}

#[test]
fn an_observer_killed_in_an_update_leaves_the_value_before_or_after() {
    kill_writing_observers(Kind::Update);
}

#[test]
fn an_observer_killed_while_it_changes_numbers_costs_nobody_anything() {
    kill_writing_observers(Kind::Number);
}

/// Kills producers of values, and works on with what they leave.
fn kill_producers_of_values(kind: Kind) {
    let stage = stage();
    let (mut random, mut tally) = (Random::of_this_run(kind as u64), Tally::default());
    for _ in 0..rounds() {
        let victim = Victim::start(&stage, "engine", kind);
        let running = AtomicBool::new(true);
        thread::scope(|scope| {
            let _running = Running(&running);
            let other = stage.options().writable().attach("engine").unwrap();
            let fields = kind.fields(&other);
            let reader = scope.spawn(|| read_on(&stage, kind, &running));
            victim.let_work(&mut random);
            let progress = victim.kill();
            assert_eq!(other.producer(), Presence::Crashed);
            let raw = Raw::copy(stage.dir(), "engine").unwrap();
            tally.killed_in(stage_of_write(&raw, &fields, 1));
            let found = check_last_values(&fields, &progress);
            let post_mortem = stage.observe("engine");
            for (index, number) in found.iter().enumerate() {
                let (field, next) = (&fields[index], number + 1);
                tally.next_write(|| field.write(&rows::value_of(field, next)));
                let seen = post_mortem.field(field.path()).unwrap();
                assert_eq!(rows::read_number(&seen), Ok(next));
            }
            running.store(false, Ordering::Release);
            let (reads, times) = reader.join().unwrap();
            assert!(reads > 0 && times.running_but_one() < TAKEOVER, "{times}");
        });
        tally.take_over(&stage);
    }
    tally.report(kind);
}

#[test]
fn a_producer_killed_while_it_writes_leaves_its_last_values() {
    kill_producers_of_values(Kind::Claim);
}

#[test]
fn a_producer_killed_while_it_holds_values_leaves_the_last_ones() {
    kill_producers_of_values(Kind::Hold);
}

#[test]
fn a_producer_killed_in_an_update_leaves_the_value_before_or_after() {
    kill_producers_of_values(Kind::Change);
}

/// Kills producers of objects, and looks at the directory that they leave.
fn kill_producers_of_objects(kind: Kind) -> Tally {
    let stage = stage();
    let (mut random, mut tally) = (Random::of_this_run(kind as u64), Tally::default());
    for _ in 0..rounds() {
        let victim = Victim::start(&stage, "engine", kind);
        // One that follows, and one that comes when all is over.
        let mut early = stage.observe("engine");
        victim.let_work(&mut random);
        early.refresh().unwrap();
        let progress = victim.kill();
        tally.killed_in(format!(
            "{:?}{}",
            progress.step(),
            region_made_ahead(&stage)
        ));
        early.refresh().unwrap();
        consistency::check_numbers(&consistency::numbers(&early), &progress);
        let late = stage.observe("engine");
        assert_eq!([early.producer(), late.producer()], [Presence::Crashed; 2]);
        consistency::check(&stage, &late, &progress);
        drop((early, late));
        tally.take_over(&stage);
    }
    tally.report(kind);
    tally
}

#[test]
fn a_producer_killed_in_create_leaves_a_whole_directory() {
    kill_producers_of_objects(Kind::Create);
}

#[test]
fn a_producer_killed_in_destroy_leaves_a_whole_directory() {
    kill_producers_of_objects(Kind::Destroy);
}

#[test]
fn a_producer_killed_in_reclaim_leaves_a_whole_directory() {
    kill_producers_of_objects(Kind::Reclaim);
}

#[test]
fn a_producer_killed_in_register_leaves_a_whole_directory() {
    kill_producers_of_objects(Kind::Register);
}

#[test]
fn a_producer_killed_in_growth_leaves_a_whole_directory() {
    let tally = kill_producers_of_objects(Kind::Grow);
    let ahead = tally.stages.keys().any(|stage| stage.contains(AHEAD));
    assert!(
        ahead,
        "none was killed beside a region made ahead: {:?}",
        tally.stages
    );
}

const AHEAD: &str = "region ahead";

/// Whether the session's thread was making a region, or had one ready, that the session did not have yet.
fn region_made_ahead(stage: &Stage) -> String {
    let raw = Raw::copy(stage.dir(), "engine").unwrap();
    let ahead = format!("memglass_engine_region_{:04}", raw.region_count() + 1);
    match std::fs::metadata(stage.dir().join(ahead)) {
        Ok(file) if file.len() == 0 => format!(", empty {AHEAD}"),
        Ok(_) => format!(", {AHEAD}"),
        Err(_) => String::new(),
    }
}

/// The state of a session's files after its producer was killed while it started or ended.
fn stage_of_session(stage: &Stage) -> String {
    let files = stage.files();
    let has = |part: &str| files.iter().any(|file| file.contains(part));
    let state = Raw::copy(stage.dir(), "engine").map_or("no header", |raw| {
        ["starting", "live", "closing"][raw.state() as usize]
    });
    let draft = if has("draft") { ", draft" } else { "" };
    let region = if has("region") { ", region" } else { "" };
    format!("{state}{draft}{region}")
}

/// Kills producers that come and go.
fn kill_producers_of_sessions(kind: Kind) {
    let stage = stage();
    let (mut random, mut tally) = (Random::of_this_run(kind as u64), Tally::default());
    for round in 0..rounds() {
        let victim = Victim::start(&stage, "engine", kind);
        victim.let_work(&mut random);
        let progress = victim.kill();
        tally.killed_in(format!(
            "{:?}: {}",
            progress.step(),
            stage_of_session(&stage)
        ));
        match stage.options().attach("engine") {
            Ok(observer) => {
                let presence = observer.producer();
                assert!(
                    matches!(presence, Presence::Crashed | Presence::Exited),
                    "{presence:?}"
                );
                assert!(consistency::numbers(&observer).len() <= 3);
            }
            // Not "starting": no process will finish it.
            Err(AttachError::NoSuchSession { .. }) => {}
            Err(error) => panic!("{error}"),
        }
        // Every other producer has to start with what the previous one left.
        if round % 2 == 1 {
            memglass::clean(Some(stage.dir()), None).unwrap();
            assert_eq!(stage.files(), [""; 0]);
            tally.take_over(&stage);
        }
    }
    memglass::clean(Some(stage.dir()), None).unwrap();
    tally.take_over(&stage);
    tally.report(kind);
}

#[test]
fn a_producer_killed_while_it_starts_leaves_nothing_in_the_way() {
    kill_producers_of_sessions(Kind::Start);
}

#[test]
fn a_producer_killed_while_it_ends_leaves_nothing_in_the_way() {
    kill_producers_of_sessions(Kind::End);
}

#[test]
fn a_producer_killed_while_it_takes_over_leaves_nothing_in_the_way() {
    kill_producers_of_sessions(Kind::TakeOver);
}

#[test]
fn a_clean_up_that_is_killed_leaves_nothing_in_the_way() {
    kill_producers_of_sessions(Kind::Clean);
}

/// Kills observers that come and go.
fn kill_coming_observers(kind: Kind) {
    let stage = stage();
    let (mut random, mut tally) = (Random::of_this_run(kind as u64), Tally::default());
    let session = stage.session("engine");
    let shelf = Shelf::put_into(&session).unwrap();
    for round in 1..=rounds() {
        let victim = Victim::start(&stage, "engine", kind);
        victim.let_work(&mut random);
        victim.kill();
        let raw = Raw::copy(stage.dir(), "engine").unwrap();
        // Slots of the dead are used again.
        assert!(raw.highest_slot() <= 2, "{}", raw.highest_slot());
        tally.killed_in(if raw.intent(2) == 0 {
            "coming and going"
        } else {
            "announced"
        });
        assert_eq!(session.is_observed().ok(), Some(false));
        tally.next_write(|| shelf.write(0, round));
        tally.next_write(|| shelf.count_up(0));
        let next = stage.options().writable().attach("engine").unwrap();
        let hits = next.field("rack.hits").unwrap();
        tally.next_write(|| rows::count_up(&hits));
    }
    drop((session, shelf));
    tally.report(kind);
    assert_eq!(stage.files(), [""; 0]);
}

#[test]
fn a_writing_observer_killed_while_it_attaches_leaves_its_slot() {
    kill_coming_observers(Kind::Attach);
}

#[test]
fn a_reading_observer_killed_anywhere_leaves_nothing() {
    kill_coming_observers(Kind::Look);
}

#[test]
fn what_a_producer_left_half_made_or_half_removed_is_no_session() {
    let stage = stage();
    let no_session = |what: &str| {
        let refusal = stage.options().attach("engine").unwrap_err();
        let found = matches!(refusal, AttachError::NoSuchSession { .. });
        assert!(found, "{what}: {refusal}");
    };
    let header = stage.segment("engine", "header");
    let set_state = |state: u64| {
        let file = std::fs::OpenOptions::new().write(true).open(&header);
        let at = 256;
        file.unwrap()
            .write_all_at(&state.to_ne_bytes(), at)
            .unwrap();
    };
    stage.producer("engine").kill();
    set_state(0);
    no_session("killed while it started");
    // The error lists sessions other than the requested one.
    let refusal = stage.options().attach("engine").unwrap_err().to_string();
    assert!(refusal.contains("no session exists"), "{refusal}");
    let mut producer = stage.producer("engine");
    producer.ask("make answer 42");
    producer.kill();
    std::fs::remove_file(stage.segment("engine", "region_0001")).unwrap();
    no_session("killed while its name was taken over");
    set_state(2);
    no_session("killed while it ended");
    std::fs::write(&header, [0; 4096]).unwrap();
    no_session("a clean-up killed in the middle");
    assert_eq!(stage.sessions(), []);
    check_nothing_stays(&stage, "engine");
}
