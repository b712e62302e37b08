//! Timing short operations on a machine that others use too.

use std::time::Instant;

/// Rounds of each measurement; the fastest tenth is what the operation costs, the rest is noise.
const ROUNDS: usize = 60;

/// Nanoseconds for one of `count` operations that `run` does at once: the tenth percentile of many
/// rounds, after one to warm up.
pub(crate) fn per_operation(count: u64, mut run: impl FnMut()) -> f64 {
    run();
    let mut rounds: Vec<f64> = (0..ROUNDS).map(|_| once(&mut run) / count as f64).collect();
    rounds.sort_by(f64::total_cmp);
    rounds[ROUNDS / 10]
}

/// Nanoseconds that `run` takes.
pub(crate) fn once(run: impl FnOnce()) -> f64 {
    let start = Instant::now();
    run();
    start.elapsed().as_nanos() as f64
}

/// The median of some durations.
pub(crate) fn median(mut durations: Vec<f64>) -> f64 {
    durations.sort_by(f64::total_cmp);
    durations[durations.len() / 2]
}
