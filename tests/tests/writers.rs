//! Writing observers that are killed or stopped at the worst moments.
// Tests may panic and print.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::VecDeque;
use std::time::Duration;

use memglass::{Session, Value, WriteError};
use memglass_tests::held::{One, STORES};
use memglass_tests::objects::Five;
use memglass_tests::{Stage, running_time, sized, until};

fn stage() -> Stage {
    Stage::new(env!("CARGO_BIN_EXE_memglass-actor"))
}

/// Longest that a writer may be kept waiting by a dead one.
const TAKEOVER: Duration = Duration::from_millis(10);

#[test]
fn a_writer_killed_with_a_claim_is_replaced_by_the_next_one() {
    let stage = stage();
    let session = stage.session("engine");
    let five = session.object("five", Five::of(3)).unwrap();
    let next = stage
        .options()
        .writable()
        .attach("engine")
        .unwrap()
        .field("five.words[1]")
        .unwrap();
    for round in 0..sized(20_u64, 1000) {
        let mut writer = stage.writer("engine");
        writer.ask("hold five.words[0] 99");
        writer.await_stop();
        assert!(five.write(Five::of(4)).is_err());
        writer.kill();
        // Its value was not written.
        assert_eq!(five.read().unwrap().words[0], 3);
        let start = running_time();
        if round % 2 == 0 {
            next.write(&round.into()).unwrap();
            assert_eq!(five.read().unwrap().words[1], round);
        }
        five.write(Five::of(3)).unwrap();
        assert!(
            running_time() - start < TAKEOVER,
            "{:?}",
            running_time() - start
        );
    }
}

#[test]
fn a_stopped_writer_is_named_and_readers_go_on() {
    let stage = stage();
    let session = stage.session("engine");
    let five = session.object("five", Five::of(3)).unwrap();
    let reader = stage.observe("engine").field("five.words[0]").unwrap();
    let mut writer = stage.writer("engine");
    writer.ask("hold five.words[0] 99");
    writer.await_stop();
    let other = stage
        .options()
        .writable()
        .attach("engine")
        .unwrap()
        .field("five.words[0]")
        .unwrap();
    let refusal = other.write(&Value::U64(5)).unwrap_err();
    assert!(
        matches!(&refusal, WriteError::Busy { holder, .. } if holder.contains(&format!("pid {}", writer.pid()))),
        "{refusal}"
    );
    assert_eq!(five.write(Five::of(5)).unwrap_err().owner.slot(), 2);
    assert_eq!(
        (reader.read(), five.read()),
        (Ok(Value::U64(3)), Ok(Five::of(3)))
    );
    writer.go_on();
    writer.answer().unwrap();
    assert_eq!(
        five.read(),
        Ok(Five {
            words: [99, 3, 3, 3, 3]
        })
    );
    five.write(Five::of(6)).unwrap();
    other.write(&Value::U64(5)).unwrap();
}

#[test]
fn writers_that_never_pause_all_get_their_turn() {
    let stage = stage();
    let session = stage.session("engine");
    let five = session.object("five", Five::of(0)).unwrap();
    let rounds = sized(20_000, 500_000);
    for count in [2, 4, 8] {
        let mut writers: Vec<_> = (0..count).map(|_| stage.writer("engine")).collect();
        for (writer, word) in writers.iter_mut().zip((0..5).cycle()) {
            writer.ask(&format!("insist five.words[{word}] {rounds}"));
        }
        let mut refused = 0;
        let mut longest = Duration::ZERO;
        while !writers.iter_mut().all(|writer| writer.has_answered()) {
            let start = running_time();
            // The producer is one more of them.
            refused += u64::from(five.write(Five::of(1)).is_err());
            longest = longest.max(running_time() - start);
        }
        let answers = writers.iter_mut().map(|writer| writer.answer());
        let answers: Result<Vec<_>, _> = answers.collect();
        println!("{count} writers and the producer ({longest:?} running): {answers:?}");
        assert!(answers.is_ok(), "{answers:?}");
        assert_eq!(refused, 0, "writes of the producer beside {count} writers");
    }
}

/// Creates objects of all kinds in the memory of destroyed ones: checks the older ones, and destroys
/// them.
fn use_memory(session: &Session, alive: &mut VecDeque<(u64, One)>, count: u64) {
    for number in 0..count {
        let one = One::create(session, &format!("other_{number}"), number, number).unwrap();
        alive.push_back((number, one));
        if alive.len() > 1000 {
            let (number, oldest) = alive.pop_front().unwrap();
            oldest.check(number);
        }
    }
}

#[test]
fn a_write_stopped_between_check_and_store_hits_no_other_object() {
    let stage = stage();
    let session = stage.builder("engine").retired_budget(0).create().unwrap();
    let held = (0..).zip(STORES).map(|(kind, (_, path))| {
        let label = path.split('.').next().unwrap();
        One::create(&session, label, kind, 0).unwrap()
    });
    let held: Vec<One> = held.collect();
    let mut writers: Vec<_> = STORES.map(|_| stage.writer("engine")).into();
    for (writer, (how, path)) in writers.iter_mut().zip(STORES) {
        writer.ask(&format!("trap {how} {path}"));
        until("it is about to store", || {
            assert!(!writer.has_answered(), "{:?}", writer.answer());
            writer.is_stopped()
        });
    }
    held.iter().for_each(|one| one.check(0));
    drop(held);
    let mut alive = VecDeque::new();
    use_memory(&session, &mut alive, sized(100_000, 1_000_000));
    let (mut lost, mut gone) = (0, 0);
    for (writer, (how, path)) in writers.iter_mut().zip(STORES) {
        writer.go_on();
        match writer.answer() {
            Ok(_) => lost += 1,
            Err(error) if error.contains("is gone") => gone += 1,
            Err(error) => panic!("{how} {path}: {error}"),
        }
        let refusal = writer.tell(&format!("read {path}")).unwrap_err();
        assert!(refusal.contains("is gone"), "{refusal}");
    }
    println!("{lost} writes lost, {gone} refused");
    alive.iter().for_each(|(number, one)| one.check(*number));
}

#[test]
fn a_dead_writers_intent_does_not_hold_memory_for_ever() {
    let stage = stage();
    let session = stage.builder("engine").retired_budget(0).create().unwrap();
    let held = session.object("held", Five::of(1)).unwrap();
    let address = std::ptr::from_ref(&*held).addr();
    let mut writer = stage.writer("engine");
    writer.ask("hold held.words[0] 99");
    writer.await_stop();
    drop(held);
    // More at once than were ever destroyed, so that all free memory is used.
    let comes_back = |round: u64| {
        let objects: Vec<_> = (0..20 + round)
            .map(|number| {
                session
                    .object(&format!("{round}_{number}"), Five::of(number))
                    .unwrap()
            })
            .collect();
        objects
            .iter()
            .any(|object| std::ptr::from_ref(&**object).addr() == address)
    };
    assert!(!(0..20).any(comes_back));
    writer.kill();
    assert!((20..40).any(comes_back));
}
