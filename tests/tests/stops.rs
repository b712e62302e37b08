//! Processes are stopped with SIGSTOP, at random moments, in everything they do, and go on later.
//!
//! The promises: no process waits for them longer than a bounded time; a refusal names the holder; and
//! when they go on, nothing is lost or torn.
// Tests may panic and print.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::Duration;

use memglass::{AttachError, Observer, Presence, ProducerError, WriteError};
use memglass_tests::consistency;
use memglass_tests::rows::{self, Shelf};
use memglass_tests::{Kind, Progress, Random, Stage, Timings, Victim, numbered, sized, timed};

/// Longest that anybody runs for anything while another one is stopped: a writer sleeps for most of the
/// half second for which it waits.
const BOUND: Duration = Duration::from_millis(30);
/// Longest that anything takes by the clock. Generous: machines are busy.
const CLOCK: Duration = Duration::from_secs(5);

/// How often each kind of victim is stopped, and how often the same one.
fn rounds() -> u64 {
    sized(2, 24)
}
const STOPS: u64 = 5;

fn stage() -> Stage {
    Stage::new(env!("CARGO_BIN_EXE_memglass-actor"))
}

/// The counts of what others did while a process was stopped.
#[derive(Default)]
struct Tally {
    outcomes: BTreeMap<&'static str, u64>,
    times: Timings,
}

impl Tally {
    /// Does something that may be refused but not take long.
    fn bounded<R>(&mut self, work: impl FnOnce() -> R) -> R {
        let (result, timing) = timed(work);
        self.times.note(timing);
        result
    }

    fn count(&mut self, outcome: &'static str) {
        *self.outcomes.entry(outcome).or_default() += 1;
    }

    fn report(&self, kind: Kind) {
        println!(
            "{kind}: {} stops, {:?}, each {}",
            rounds() * STOPS,
            self.outcomes,
            self.times
        );
        let longest = self.times.longest();
        assert!(
            longest.running < BOUND && longest.clock < CLOCK,
            "{}",
            self.times
        );
    }
}

/// Starts victims, stops each several times, and calls `look` while it is stopped. In the end each
/// finishes its work, and `finished` gets its progress.
fn stop_victims(
    stage: &Stage,
    kind: Kind,
    mut look: impl FnMut(&Victim),
    mut finished: impl FnMut(&Progress),
) {
    let mut random = Random::of_this_run(100 + kind as u64);
    for _ in 0..rounds() {
        let victim = Victim::start(stage, "engine", kind);
        for _ in 0..STOPS {
            victim.let_work(&mut random);
            victim.stop();
            look(&victim);
            victim.go_on();
        }
        finished(&victim.finish());
    }
}

/// Checks that a refusal names the holder of the value and its process.
fn check_named(refusal: &WriteError, holder: &str, pid: u32) {
    let expected = format!("{holder} (pid {pid})");
    let named = matches!(refusal, WriteError::Busy { holder, .. } if *holder == expected);
    assert!(named, "{refusal}, not {expected}");
}

/// Whether a value is counted up in one step, and not written.
fn is_counted(kind: Kind, index: usize) -> bool {
    matches!(
        (kind, index),
        (Kind::Update | Kind::Change, _) | (Kind::Number, 0)
    )
}

/// Stops observers that write to a session of this process.
fn stop_writing_observers(kind: Kind) {
    let stage = stage();
    let session = stage.session("engine");
    let shelf = Shelf::put_into(&session).unwrap();
    let other = stage.options().writable().attach("engine").unwrap();
    let fields = kind.fields(&other);
    let mut tally = Tally::default();
    // How often each value was counted up here since the victim began.
    let mine = vec![Cell::new(0); fields.len()];
    let add = |index: usize| mine[index].set(mine[index].get() + 1);
    let look = |victim: &Victim| {
        let mut busy = 0;
        for (index, field) in fields.iter().enumerate() {
            let number = tally.bounded(|| rows::read_number(field)).unwrap();
            let written = tally.bounded(|| match is_counted(kind, index) {
                true => rows::count_up(field),
                false => field.write(&rows::value_of(field, number + 1)),
            });
            match &written {
                Ok(()) => add(index),
                Err(refusal) => {
                    check_named(refusal, "another memglass", victim.pid());
                    assert_eq!(rows::read_number(field), Ok(number));
                    busy += 1;
                }
            }
            // The producer gets the same answer.
            let produced = match kind {
                Kind::Write => tally.bounded(|| shelf.write(index, number + 2)),
                Kind::Update => tally.bounded(|| shelf.count_up(index)),
                _ => continue,
            };
            assert_eq!(produced.is_ok(), written.is_ok());
            match produced {
                Ok(()) => add(index),
                Err(refusal) => assert_eq!(refusal.owner.slot(), 3),
            }
        }
        assert!(busy <= 1, "it writes one after the other");
        tally.count(if busy == 0 {
            "nothing held"
        } else {
            "one value held"
        });
    };
    stop_victims(&stage, kind, look, |theirs| {
        for (index, field) in fields.iter().enumerate() {
            let ours = mine[index].take();
            if is_counted(kind, index) {
                assert_eq!(rows::read_number(field), Ok(theirs.get(index) + ours));
            }
        }
    });
    tally.report(kind);
}

#[test]
fn a_stopped_observer_in_a_write_is_named_and_holds_nobody_up() {
    stop_writing_observers(Kind::Write);
}

#[test]
fn a_stopped_observer_in_an_update_is_named_and_no_update_is_lost() {
    stop_writing_observers(Kind::Update);
}

#[test]
fn a_stopped_observer_among_numbers_is_in_nobodys_way() {
    stop_writing_observers(Kind::Number);
}

/// Tries what must fail while the producer is stopped: taking its name, and removing its session.
fn check_name_is_kept(stage: &Stage, victim: &Victim) {
    let pid_of_victim = victim.pid();
    let refusal = stage.builder("engine").create().unwrap_err();
    let named = matches!(refusal, ProducerError::SessionExists { pid, .. } if pid == pid_of_victim);
    assert!(named, "{refusal}, not {pid_of_victim}");
    let refusal = memglass::clean(Some(stage.dir()), Some("engine")).unwrap_err();
    let named = matches!(refusal, AttachError::Alive { pid, .. } if pid == pid_of_victim);
    assert!(named, "{refusal}, not {pid_of_victim}");
    assert_eq!(
        memglass::clean(Some(stage.dir()), None).unwrap().removed,
        [""; 0]
    );
}

/// Stops producers of values.
fn stop_producers_of_values(kind: Kind) {
    let stage = stage();
    let mut tally = Tally::default();
    let look = |victim: &Victim| {
        let observer = stage.options().writable().attach("engine").unwrap();
        assert_eq!(observer.producer(), Presence::Stopped);
        let mut busy = 0;
        for field in kind.fields(&observer) {
            let number = tally.bounded(|| rows::read_number(&field)).unwrap();
            let written = tally.bounded(|| match is_counted(kind, 0) {
                true => rows::count_up(&field),
                false => field.write(&rows::value_of(&field, number + 1)),
            });
            if let Err(refusal) = written {
                check_named(&refusal, "the producer", victim.pid());
                assert_eq!(rows::read_number(&field), Ok(number));
                busy += 1;
            }
        }
        assert!(busy <= 1, "it writes one after the other");
        tally.count(if busy == 0 {
            "nothing held"
        } else {
            "one value held"
        });
        check_name_is_kept(&stage, victim);
    };
    stop_victims(&stage, kind, look, |_| {});
    tally.report(kind);
}

#[test]
fn a_stopped_producer_in_a_write_is_named_and_holds_nobody_up() {
    stop_producers_of_values(Kind::Claim);
}

#[test]
fn a_stopped_producer_that_holds_values_is_named() {
    stop_producers_of_values(Kind::Hold);
}

#[test]
fn a_stopped_producer_in_an_update_is_named() {
    stop_producers_of_values(Kind::Change);
}

/// Stops producers of objects.
fn stop_producers_of_objects(kind: Kind) {
    let stage = stage();
    let mut tally = Tally::default();
    let mut follower: Option<Observer> = None;
    let look = |victim: &Victim| {
        let late = stage.observe("engine");
        consistency::check(&stage, &late, victim.progress());
        let mut early = follower
            .take()
            .filter(|early| early.session() == late.session());
        if let Some(early) = &mut early {
            early.refresh().unwrap();
            consistency::check_numbers(&consistency::numbers(early), victim.progress());
        }
        tally.count(if early.is_some() {
            "seen again"
        } else {
            "first seen"
        });
        follower = early.or(Some(late));
        check_name_is_kept(&stage, victim);
    };
    stop_victims(&stage, kind, look, |_| {});
    println!("{kind}: {:?}", tally.outcomes);
    drop(follower);
    assert_eq!(stage.files(), [""; 0]);
}

#[test]
fn a_producer_stopped_in_create_shows_a_whole_directory() {
    stop_producers_of_objects(Kind::Create);
}

#[test]
fn a_producer_stopped_in_destroy_shows_a_whole_directory() {
    stop_producers_of_objects(Kind::Destroy);
}

#[test]
fn a_producer_stopped_in_reclaim_shows_a_whole_directory() {
    stop_producers_of_objects(Kind::Reclaim);
}

#[test]
fn a_producer_stopped_in_register_shows_a_whole_directory() {
    stop_producers_of_objects(Kind::Register);
}

#[test]
fn a_producer_stopped_in_growth_shows_a_whole_directory() {
    stop_producers_of_objects(Kind::Grow);
}

/// The process whose session is cleaned up.
const DEAD: u32 = 1;
/// Stopped after it took the lock and before it signed for it: others are told of the previous holder.
const NOT_SIGNED: &str = "stopped before it could be named";

/// Stops producers that come and go. Others then get the name, or learn who has it.
fn stop_producers_of_sessions(kind: Kind) {
    let stage = stage();
    let mut tally = Tally::default();
    let look = |victim: &Victim| {
        match tally.bounded(|| stage.options().attach("engine")) {
            Ok(observer) => {
                assert!(consistency::numbers(&observer).len() <= 3);
                let is_victims = observer.session().pid == victim.pid();
                tally.count(match (is_victims, observer.producer()) {
                    (true, presence) if presence.is_alive() => "attached",
                    (true, Presence::Exited) => "attached: ending",
                    (true, presence) => panic!("{presence:?}"),
                    (false, presence) if presence.is_alive() => NOT_SIGNED,
                    (false, _) => "attached to a dead one",
                });
            }
            Err(AttachError::Starting { pid, .. }) => {
                assert_eq!(pid, victim.pid());
                tally.count("attached: still starting");
            }
            Err(AttachError::NoSuchSession { .. }) => tally.count("attached: no session"),
            Err(error) => panic!("{error}"),
        }
        match tally.bounded(|| stage.builder("engine").create()) {
            Ok(session) => {
                session.object("answer", 42_u64).unwrap();
                tally.count("created");
            }
            Err(ProducerError::SessionExists { pid, holder, .. }) if pid == victim.pid() => {
                tally.count(holder);
            }
            Err(ProducerError::SessionExists { pid: DEAD, .. }) => tally.count(NOT_SIGNED),
            Err(error) => panic!("{error}"),
        }
        let cleaned = tally.bounded(|| memglass::clean(Some(stage.dir()), None));
        assert_eq!(cleaned.unwrap().removed, [""; 0]);
        assert!(tally.bounded(|| stage.sessions()).len() <= 1);
    };
    stop_victims(&stage, kind, look, |_| {});
    tally.report(kind);
    assert_eq!(stage.files(), [""; 0]);
}

#[test]
fn a_producer_stopped_while_it_starts_holds_nobody_up() {
    stop_producers_of_sessions(Kind::Start);
}

#[test]
fn a_producer_stopped_while_it_ends_holds_nobody_up() {
    stop_producers_of_sessions(Kind::End);
}

#[test]
fn a_producer_stopped_while_it_takes_over_is_named() {
    stop_producers_of_sessions(Kind::TakeOver);
}

#[test]
fn a_clean_up_that_is_stopped_is_named() {
    stop_producers_of_sessions(Kind::Clean);
}

/// Stops observers that come and go; the producer has memory for few objects and goes on.
fn stop_coming_observers(kind: Kind) {
    let stage = stage();
    let session = stage.builder("engine").retired_budget(0).create().unwrap();
    let shelf = Shelf::put_into(&session).unwrap();
    let mut tally = Tally::default();
    let mut number = 0;
    let look = |_: &Victim| {
        for _ in 0..sized(200, 2000) {
            number += 1;
            let object = tally.bounded(|| numbered::create(&session, number));
            tally.bounded(|| shelf.write(0, number)).unwrap();
            tally.bounded(|| drop(object.unwrap()));
        }
        // Whatever the stopped observer reads or is about to write, it keeps at most one object.
        assert_eq!(session.region_count(), 1);
        let another = tally.bounded(|| stage.options().writable().attach("engine"));
        rows::count_up(&another.unwrap().field("rack.hits").unwrap()).unwrap();
    };
    stop_victims(&stage, kind, look, |_| {});
    tally.report(kind);
}

#[test]
fn a_stopped_writing_observer_does_not_hold_up_the_producer() {
    stop_coming_observers(Kind::Attach);
}

#[test]
fn a_stopped_reading_observer_does_not_hold_up_the_producer() {
    stop_coming_observers(Kind::Look);
}

#[test]
fn a_session_that_is_shut_down_does_not_wait_for_a_stopped_observer() {
    let stage = stage();
    let patience = Duration::from_millis(20);
    let mut times = Timings::default();
    for _ in 0..rounds() {
        let session = stage.session("engine");
        let shelf = Shelf::put_into(&session).unwrap();
        let mut observer = stage.actor();
        observer.ask("attach engine");
        observer.stop();
        let (ended, timing) = timed(|| session.shutdown(patience));
        assert!(
            matches!(ended, Err(ProducerError::StillObserved { .. })),
            "{ended:?}"
        );
        times.note(timing);
        assert_eq!(stage.files(), [""; 0]);
        observer.go_on();
        // It keeps the last values.
        assert_eq!(observer.ask("presence"), "Exited");
        assert_eq!(observer.ask("read rack.hits"), "0");
        drop(shelf);
    }
    println!("shut down {times}");
    assert!(times.longest().clock < CLOCK);
}
