//! What the tests between processes share: a stage, actors on it, and the objects they play with.
//!
//! A test is one process. The others are *actors*: children that do what they are told, one command
//! a line (see `src/bin/actor/main.rs`), so that they can be killed, stopped and raced. Nothing here
//! sleeps to get an order of events: a test waits for an answer or a condition, with a deadline.

mod actor;
pub mod busy;
mod json;
pub mod objects;
mod stage;
mod usage;

pub use actor::Actor;
pub use json::{same, to_json};
pub use stage::Stage;
pub use usage::{Usage, bytes_of};

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
