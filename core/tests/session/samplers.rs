//! Probes on the sampler's thread.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use memglass::Value;
use memglass::sampler::{
    Following, ROOM, Rate, Sampler, Selection, Subscription, Tick, UpdateKind, now,
};

use crate::place::Place;

/// How long anything may take; machines are busy.
const DEADLINE: Duration = Duration::from_secs(60);

fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < DEADLINE, "waited in vain until {what}");
        std::thread::yield_now();
    }
}

fn hourly() -> Rate {
    Rate::every(Duration::from_secs(3600)).unwrap()
}

/// The first ticks of a rate.
fn ticks(rate: Rate, count: usize) -> Vec<Tick> {
    let sampler = Sampler::start().unwrap();
    let (tell, told) = mpsc::channel();
    let _probe = sampler.add(rate, move |tick: Tick| {
        let _ = tell.send(tick);
    });
    let tick = || told.recv_timeout(DEADLINE).unwrap();
    (0..count).map(|_| tick()).collect()
}

#[test]
fn ticks_lie_on_a_grid_and_none_is_made_up_for() {
    let period = Duration::from_millis(2);
    let ticks = ticks(Rate::every(period).unwrap(), 100);
    let (first, last) = (ticks[0], ticks[99]);
    let points: u64 = ticks[1..].iter().map(|tick| 1 + tick.late).sum();
    // Each tick starts less than a period after its point.
    let periods = (last.time - first.time).as_secs_f64() / period.as_secs_f64();
    assert!((periods - points as f64).abs() < 1.0, "{periods} {points}");
    assert!(ticks.is_sorted_by(|one, other| one.time < other.time));
}

#[test]
fn a_spinning_rate_does_not_wait() {
    let ticks = ticks(Rate::SPIN, 10_000);
    assert!(ticks.iter().all(|tick| tick.late == 0));
    let fastest = ticks.windows(2).map(|pair| pair[1].time - pair[0].time);
    assert!(fastest.min().unwrap() < Duration::from_micros(100));
}

#[test]
fn a_tick_that_takes_too_long_makes_the_next_one_late() {
    let sampler = Sampler::start().unwrap();
    let (tell, told) = mpsc::channel();
    let rate = Rate::every(Duration::from_millis(1)).unwrap();
    let _probe = sampler.add(rate, move |tick: Tick| {
        until("ten periods are over", || {
            now() - tick.time > Duration::from_millis(10)
        });
        let _ = tell.send(tick.late);
    });
    let late = [(); 2].map(|()| told.recv_timeout(DEADLINE).unwrap());
    assert!(late[1] >= 9, "{late:?}");
    assert!(sampler.counters().late >= late[0] + late[1]);
}

#[test]
fn a_sampler_that_sleeps_for_an_hour_ends_at_once() {
    let sampler = Sampler::start().unwrap();
    let _probe = sampler.add(hourly(), |_| panic!("not within the hour"));
    let start = Instant::now();
    drop(sampler);
    assert!(start.elapsed() < DEADLINE);
}

#[test]
fn a_probe_that_is_added_while_the_thread_sleeps_starts_at_once() {
    let sampler = Sampler::start().unwrap();
    let _slow = sampler.add(hourly(), |_| {});
    for _ in 0..20 {
        let (tell, told) = mpsc::channel();
        let _probe = sampler.add(Rate::default(), move |tick: Tick| {
            let _ = tell.send(tick);
        });
        told.recv_timeout(DEADLINE).unwrap();
    }
    assert!(sampler.counters().ticks >= 20);
}

#[test]
fn a_probe_whose_handle_is_dropped_is_removed_unless_it_is_kept() {
    let sampler = Sampler::start().unwrap();
    let calls = Arc::new(AtomicU64::new(0));
    let probe = |calls: &Arc<AtomicU64>| {
        let calls = Arc::clone(calls);
        move |_: Tick| {
            calls.fetch_add(1, Ordering::Relaxed);
        }
    };
    drop(sampler.add(Rate::default(), probe(&calls)));
    until("it is removed", || Arc::strong_count(&calls) == 1);
    sampler.add(Rate::default(), probe(&calls)).keep();
    let before = calls.load(Ordering::Relaxed);
    until("it is called", || {
        calls.load(Ordering::Relaxed) > before + 3
    });
    drop(sampler);
    assert_eq!(Arc::strong_count(&calls), 1, "it ended with its sampler");
}

#[test]
fn a_probe_that_panics_is_removed_and_the_others_go_on() {
    let sampler = Sampler::start().unwrap();
    let _bad = sampler.add(Rate::default(), |_| panic!("on purpose"));
    let (tell, told) = mpsc::channel();
    let _good = sampler.add(Rate::default(), move |tick: Tick| {
        let _ = tell.send(tick);
    });
    for _ in 0..3 {
        told.recv_timeout(DEADLINE).unwrap();
    }
    assert_eq!(sampler.counters().panics, 1);
}

#[test]
fn what_a_probe_panics_with_may_panic_too() {
    let sampler = Sampler::start().unwrap();
    let _worse = sampler.add(Rate::default(), |_| std::panic::panic_any(Bad));
    until("it is removed", || sampler.counters().panics == 1);
    let (tell, told) = mpsc::channel();
    let _good = sampler.add(Rate::default(), move |tick: Tick| {
        let _ = tell.send(tick);
    });
    told.recv_timeout(DEADLINE).unwrap();
}

/// Panics when it is dropped.
struct Bad;

impl Drop for Bad {
    fn drop(&mut self) {
        panic!("on purpose");
    }
}

#[test]
fn a_probe_that_panics_when_it_is_removed_leaves_the_others_alone() {
    let sampler = Sampler::start().unwrap();
    let (tell, told) = mpsc::channel();
    let _good = sampler.add(Rate::default(), move |tick: Tick| {
        let _ = tell.send(tick);
    });
    let bad = Bad;
    drop(sampler.add(Rate::default(), move |_: Tick| {
        let _ = &bad;
    }));
    until("it is removed", || sampler.counters().panics == 1);
    let ticks = sampler.counters().ticks;
    until("the other one goes on", || {
        told.recv_timeout(DEADLINE).unwrap();
        sampler.counters().ticks > ticks + 3
    });
}

#[test]
fn a_probe_may_drop_its_own_sampler() {
    let sampler = Sampler::start().unwrap();
    let (give, given) = mpsc::channel::<Sampler>();
    let (alive, ended) = mpsc::channel::<()>();
    sampler
        .add(Rate::default(), move |_: Tick| {
            let _ = &alive;
            drop(given.try_recv());
        })
        .keep();
    give.send(sampler).unwrap();
    assert_eq!(
        ended.recv_timeout(DEADLINE),
        Err(mpsc::RecvTimeoutError::Disconnected)
    );
}

/// Follows what a text selects, as fast as it can.
fn subscribe(sampler: &Sampler, place: &Place, text: &str) -> Subscription {
    let mut following = Following::new(place.reader("t"));
    following.add(Selection::of(text).unwrap()).unwrap();
    sampler.subscribe(Rate::hz(20_000.0).unwrap(), following)
}

#[test]
fn a_subscriber_gets_what_appears_changes_and_vanishes_in_order() {
    let place = Place::new();
    let session = place.session("t");
    let sampler = Sampler::start().unwrap();
    let subscription = subscribe(&sampler, &place, "*_price");
    let next = || subscription.updates().recv_timeout(DEADLINE).unwrap();
    let price = session.object("a_price", 1_i64).unwrap();
    let appeared = next();
    assert_eq!(appeared.kind, UpdateKind::Appeared);
    assert_eq!((appeared.old(), appeared.now()), (None, Some(1_i64.into())));
    price.set(2);
    let changed = next();
    assert_eq!(changed.kind, UpdateKind::Changed);
    assert_eq!(
        (changed.old(), changed.now()),
        (Some(1_i64.into()), Some(2_i64.into()))
    );
    drop(price);
    let vanished = next();
    assert_eq!(vanished.kind, UpdateKind::Vanished);
    assert_eq!((vanished.old(), vanished.now()), (Some(2_i64.into()), None));
    assert!(appeared.time < changed.time && changed.time < vanished.time);
    let counters = sampler.counters();
    assert_eq!(
        [counters.appeared, counters.changed, counters.vanished],
        [1; 3]
    );
}

#[test]
fn a_slow_receiver_gets_the_last_value_of_each_field() {
    let place = Place::new();
    let session = place.session("t");
    let numbers: Vec<_> = (0..10)
        .map(|index| session.object(&format!("n{index}"), 0_u64).unwrap())
        .collect();
    let sampler = Sampler::start().unwrap();
    let subscription = subscribe(&sampler, &place, "n?");
    // Far more changes than there is room for, and nobody receives.
    let mut value = 0;
    until("updates are merged", || {
        value += 1;
        numbers.iter().for_each(|number| number.set(value));
        sampler.counters().merged > 1000
    });
    assert_eq!(subscription.updates().len(), ROOM);
    let mut last = vec![Value::U64(0); 10];
    let (mut told, mut merged) = (0, 0);
    while last.iter().any(|now| *now != value.into()) {
        let update = subscription.updates().recv_timeout(DEADLINE).unwrap();
        let index: usize = update.field.path()[1..].parse().unwrap();
        assert_eq!(update.old().as_ref(), Some(&last[index]), "no gap");
        last[index] = update.now().unwrap();
        told += 1;
        merged += update.merged;
    }
    assert!(merged > 0);
    // What was merged of each field, and once more a last value that was set after that.
    assert!(told <= ROOM + 20, "{told}");
    assert_eq!(told as u64 + merged, sampler.counters().changed);
}

#[test]
fn a_subscription_that_is_dropped_ends_and_leaves_the_others() {
    let place = Place::new();
    let session = place.session("t");
    let number = session.object("number", 0_u64).unwrap();
    let sampler = Sampler::start().unwrap();
    let first = subscribe(&sampler, &place, "number");
    let second = subscribe(&sampler, &place, "number");
    drop(first);
    number.set(1);
    second.updates().recv_timeout(DEADLINE).unwrap();
    drop(sampler);
    until("it is disconnected", || second.updates().recv().is_err());
}
