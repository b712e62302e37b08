//! What each protection promises, between processes that write at once.
// A test may panic, and says what it measured.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::time::{Duration, Instant};

use memglass_tests::objects::{Counters, Five, Pair};
use memglass_tests::{Stage, sized};

fn stage() -> Stage {
    Stage::new(env!("CARGO_BIN_EXE_memglass-actor"))
}

#[test]
fn two_writers_and_two_readers_never_see_a_torn_value() {
    let stage = stage();
    let session = stage.session("engine");
    let _five = session.object("five", Five::of(0)).unwrap();
    let mut actors: Vec<_> = (0..4).map(|_| stage.writer("engine")).collect();
    for (actor, command) in
        actors
            .iter_mut()
            .zip(["scribble five", "scribble five", "look five", "look five"])
    {
        actor.ask(command);
    }
    let time = Duration::from_secs(sized(3, 120));
    let start = Instant::now();
    while start.elapsed() < time {
        // The duration of the race, not an order of events.
        std::thread::sleep(Duration::from_millis(20));
    }
    let ends: Vec<String> = actors.iter_mut().map(|actor| actor.ask("enough")).collect();
    println!(
        "written, busy: {:?}; read, values seen: {:?}",
        &ends[..2],
        &ends[2..]
    );
    for end in ends {
        let count: u64 = end.split(' ').next().unwrap().parse().unwrap();
        assert!(count > 1000, "{end}");
    }
}

#[test]
fn no_step_of_a_counter_is_lost() {
    let stage = stage();
    let session = stage.session("engine");
    let counters = session.object("counters", Counters::default()).unwrap();
    let rounds = sized(20_000_u64, 1_000_000);
    let mut actors = [stage.writer("engine"), stage.writer("engine")];
    for actor in &mut actors {
        actor.send(&format!("count counters {rounds}"));
    }
    for _ in 0..rounds {
        counters.hits.fetch_add(1);
        while counters.total.update(|total| *total += 1).is_err() {}
    }
    for actor in &mut actors {
        actor.answer().unwrap();
    }
    assert_eq!(counters.hits.load(), 3 * rounds);
    assert_eq!(counters.total.read(), Ok(3 * rounds));
    assert_eq!(
        counters.pair.read(),
        Ok(Pair {
            left: 2 * rounds,
            right: 2 * rounds
        })
    );
}
