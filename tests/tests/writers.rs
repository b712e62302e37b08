//! Writing observers that are killed or stopped at the worst moments.
// A test may panic, and says what it measured.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use memglass::{Object, Session, Value, WriteError};
use memglass_tests::objects::{Counters, Five, Order, Pair};
use memglass_tests::{Random, Stage, sized, until};

fn stage() -> Stage {
    Stage::new(env!("CARGO_BIN_EXE_memglass-actor"))
}

/// Longest that a writer may be kept waiting by a dead one.
const TAKEOVER: Duration = Duration::from_millis(10);

/// Time that this thread was running: what another program takes from it does not count.
fn running_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Reads until told to stop and returns how often; every value must be whole.
fn read_whole(stage: &Stage, running: &AtomicBool) -> u64 {
    let words = stage.observe("engine").field("five.words").unwrap();
    let mut reads = 0;
    while running.load(Ordering::Relaxed) {
        let found: [u64; 5] = words.read_as().unwrap();
        assert_eq!(found, [found[0]; 5]);
        reads += 1;
    }
    reads
}

struct Running<'a>(&'a AtomicBool);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

#[test]
fn a_killed_writer_costs_nobody_anything() {
    let stage = stage();
    let session = stage.session("engine");
    let five = session.object("five", Five::of(0)).unwrap();
    let running = AtomicBool::new(true);
    let mut random = Random::new(1);
    thread::scope(|scope| {
        let reader = scope.spawn(|| read_whole(&stage, &running));
        let _running = Running(&running);
        let mut held = 0;
        for round in 0..sized(100, 5000) {
            let mut writer = stage.writer("engine");
            writer.ask("scribble five");
            let sequence = five.sequence();
            until("it writes", || five.sequence() > sequence);
            let moment = Instant::now() + Duration::from_nanos(random.below(500_000));
            while Instant::now() < moment {}
            writer.kill();
            let found = five.read().unwrap();
            assert_eq!(found, Five::of(found.words[0]));
            let start = running_time();
            while five.write(Five::of(round)).is_err() {
                held += 1;
                assert!(running_time() - start < TAKEOVER, "round {round}");
            }
            assert!(
                running_time() - start < TAKEOVER,
                "round {round}: {:?}",
                running_time() - start
            );
            assert_eq!(five.read(), Ok(Five::of(round)));
        }
        println!("{held} attempts were refused");
        drop(_running);
        assert!(reader.join().unwrap() > 1000);
    });
}

#[test]
fn a_killed_writer_leaves_whole_updates() {
    let stage = stage();
    let session = stage.session("engine");
    let counters = session.object("counters", Counters::default()).unwrap();
    let mut random = Random::new(2);
    for round in 0..sized(50, 2000) {
        let mut writer = stage.writer("engine");
        let before = counters.hits.load();
        writer.send("count counters 1000000000");
        until("it counts", || counters.hits.load() > before);
        let moment = Instant::now() + Duration::from_nanos(random.below(300_000));
        while Instant::now() < moment {}
        writer.kill();
        let start = running_time();
        // It counts one after the other, and was killed somewhere in between.
        let total = counters.total.update(|total| *total).unwrap();
        let pair = counters.pair.read().unwrap();
        assert_eq!(pair.left, pair.right);
        let hits = counters.hits.load();
        assert!(
            hits >= total && total >= pair.left && hits <= pair.left + 1,
            "{hits} {total} {pair:?}"
        );
        let even = Pair {
            left: hits,
            right: hits,
        };
        counters
            .total
            .write(hits)
            .and_then(|()| counters.pair.write(even))
            .unwrap();
        assert!(running_time() - start < TAKEOVER, "round {round}");
    }
}

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
        // What it wanted to write was not written.
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

/// Creates and destroys objects of the same size as the one that is being written to, so that they
/// would get its bytes.
fn use_memory(
    session: &Session,
    alive: &mut VecDeque<(u64, Object<Order>, Object<Five>)>,
    count: u64,
) {
    for number in 0..count {
        let order = Order {
            number,
            complement: !number,
            marker: 0,
        };
        let order = session.object(&format!("order_{number}"), order).unwrap();
        let five = session
            .object(&format!("five_{number}"), Five::of(number))
            .unwrap();
        alive.push_back((number, order, five));
        if alive.len() > 1000 {
            check(&alive.pop_front().unwrap());
        }
    }
}

fn check((number, order, five): &(u64, Object<Order>, Object<Five>)) {
    let found = [
        order.number.get(),
        order.complement.get(),
        order.marker.get(),
    ];
    assert_eq!(found, [*number, !*number, 0]);
    assert_eq!(five.read(), Ok(Five::of(*number)));
}

#[test]
fn a_stopped_writers_object_may_go_but_its_write_hits_nobody() {
    let stage = stage();
    for path in ["held.marker", "held.words[4]"] {
        let session = stage.builder("engine").retired_budget(0).create().unwrap();
        let mut held: (Option<Object<Order>>, Option<Object<Five>>) = (None, None);
        match path {
            "held.marker" => held.0 = Some(session.object("held", Order::default()).unwrap()),
            _ => held.1 = Some(session.object("held", Five::of(1)).unwrap()),
        }
        let mut writer = stage.writer("engine");
        writer.ask(&format!("hold {path} 99"));
        writer.await_stop();
        drop(held);
        let mut alive = VecDeque::new();
        use_memory(&session, &mut alive, sized(50_000, 1_000_000));
        writer.go_on();
        writer.answer().unwrap();
        alive.iter().for_each(check);
        assert!(
            writer
                .tell(&format!("read {path}"))
                .unwrap_err()
                .contains("is gone")
        );
    }
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
