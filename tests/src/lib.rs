//! Shared code of the tests between processes: a stage, the actors on it, and their objects.
//!
//! A test is one process. The others are *actors*: children that obey commands, one a line (see
//! `src/bin/actor/main.rs`), so that they can be killed, stopped and raced. Nothing here sleeps to get
//! an order of events: a test waits for an answer or a condition, with a deadline.
// The output of a test is shown when it fails.
#![allow(clippy::print_stdout)]

mod actor;
pub mod busy;
pub mod clockwork;
pub mod consistency;
pub mod held;
pub mod hostile;
mod json;
pub mod leftovers;
pub mod numbered;
pub mod objects;
mod progress;
pub mod raw;
pub mod rows;
mod stage;
mod timing;
mod usage;
pub mod victim;

pub use actor::Actor;
pub use json::{same, to_json};
pub use progress::Progress;
pub use stage::{Stage, is_draft};
pub use timing::{Timing, Timings, running_time, timed};
pub use usage::{Usage, bytes_of};
pub use victim::{Kind, Step, Victim};

use std::time::{Duration, Instant};

/// How long anything may take before a test gives up. Generous: machines are busy.
pub const DEADLINE: Duration = Duration::from_secs(120);

/// Waits until `condition` holds.
///
/// # Panics
///
/// With `what`, if it does not hold in time.
pub fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < DEADLINE, "waited in vain until {what}");
        std::thread::yield_now();
    }
}

/// `small` for the default run, `full` if `MEMGLASS_FULL` is set.
pub fn sized<T>(small: T, full: T) -> T {
    if std::env::var_os("MEMGLASS_FULL").is_some() {
        full
    } else {
        small
    }
}

/// Random numbers that are the same in each run (xorshift64*, Vigna 2016).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Another sequence in each run, which `MEMGLASS_SEED` repeats, and for each `part` of a test.
    /// Prints the seed, so that it is seen when the test fails.
    pub fn of_this_run(part: u64) -> Random {
        let wanted = std::env::var("MEMGLASS_SEED").ok();
        let wanted = wanted.and_then(|seed| seed.parse().ok());
        let seed: u64 = wanted.unwrap_or_else(|| u64::from(std::process::id()));
        println!("to repeat: MEMGLASS_SEED={seed}");
        Random::new(seed.wrapping_add(part << 32))
    }

    /// A sequence for each seed.
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.number() % limit
    }
}
