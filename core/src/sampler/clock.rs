//! The sampler's clock.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// The time now on the clock of all samplers of this process.
///
/// It is monotonic: it never jumps, and stands still while the machine is suspended. Only differences mean
/// something: it starts at some moment of this process.
pub fn now() -> Duration {
    start().elapsed()
}

fn start() -> Instant {
    static START: OnceLock<Instant> = OnceLock::new();
    *START.get_or_init(Instant::now)
}
