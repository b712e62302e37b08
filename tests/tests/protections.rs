//! What each protection promises, between processes that write at once.
// Tests may panic.
#![allow(clippy::unwrap_used)]

use memglass_tests::objects::{Counters, Pair};
use memglass_tests::{Stage, sized};

fn stage() -> Stage {
    Stage::new(env!("CARGO_BIN_EXE_memglass-actor"))
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
