//! Random operations on a producer and its observers, against a plain model in memory: every answer
//! is compared, errors included, with growth, reuse of memory and refreshes in between.
//!
//! 256 cases by default; with `MEMGLASS_FULL` 20,000, or as many as five minutes allow. A failed case is
//! kept in `tests/model.regressions` and tried first from then on.
// Tests may panic and print.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod answers;
mod objects;
mod operations;
mod produce;
mod shapes;
mod world;

use std::cell::RefCell;
use std::time::{Duration, Instant};

use memglass_tests::sized;
use proptest::prelude::*;
use proptest::test_runner::{FileFailurePersistence, TestRunner};

use operations::{Operation, Reuse};
use world::{Tally, World};

const REGRESSIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/model.regressions");

#[test]
fn a_session_answers_as_its_model_does() {
    let config = ProptestConfig {
        cases: sized(256, 20_000),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(REGRESSIONS))),
        max_shrink_iters: 20_000,
        ..ProptestConfig::default()
    };
    let end = Instant::now() + sized(Duration::from_secs(60), Duration::from_secs(300));
    let lengths = sized(1..240_usize, 1..400);
    let cases = (
        operations::reuse(),
        prop::collection::vec(operations::operation(), lengths),
    );
    let total = RefCell::new(Tally::new());
    let result = TestRunner::new(config).run(&cases, |(reuse, steps)| {
        if Instant::now() < end {
            let mut total = total.borrow_mut();
            for (name, count) in run(reuse, &steps) {
                *total.entry(name).or_default() += count;
            }
        }
        Ok(())
    });
    let total = total.into_inner();
    println!("{total:?}");
    if let Err(error) = result {
        panic!("{error}");
    }
    // Every answer was met.
    assert_eq!(total.len(), 14, "{total:?}");
}

/// Performs operations, and returns how often each answer was compared.
fn run(reuse: Reuse, steps: &[Operation]) -> Tally {
    let mut world = World::new(reuse);
    for operation in steps {
        world.perform(operation);
    }
    world.compare_all();
    let mut tally = std::mem::take(&mut world.tally);
    tally.extend([("cases", 1), ("operations", steps.len() as u64)]);
    tally
}
