//! Probes on the sampler's thread.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use memglass::sampler::{Rate, Sampler, Tick, now};

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
