//! What became of everything that a trigger noticed.

use std::time::Duration;

/// What a trigger did and did not do, since it was defined.
///
/// Nothing is dropped silently: rises = fired + suppressed + merged + what is held or waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Actions that were run.
    pub fired: u64,
    /// Firings that were dropped: false again inside the window of `at_most_every`, or paused.
    pub suppressed: u64,
    /// Changes or rises that were folded into another report or firing.
    pub merged: u64,
    /// Writes of guarded values that came and went between samples; points of a timer that its own
    /// action overran.
    pub missed: u64,
    /// Actions that failed.
    pub errors: u64,
    /// How often a condition became unknown.
    pub failures: u64,
    /// Objects that went.
    pub vanished: u64,
    /// The longest that a firing waited for its action.
    pub late: Duration,
}
