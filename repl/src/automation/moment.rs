//! Moments: they print as the time of the day and subtract as a clock that never jumps.

use std::time::{Duration, SystemTime};

use memglass_value::time;
use rhai::Engine;

/// A moment since triggers began to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment {
    /// The time since then.
    pub(crate) since_start: Duration,
    /// When that was.
    pub(crate) start: SystemTime,
}

impl Moment {
    /// As a person would write it, to the millisecond.
    pub(crate) fn text(self) -> String {
        time::exact(self.start + self.since_start)
    }
}

/// Registers what can be done with moments.
pub(super) fn register(engine: &mut Engine) {
    engine.register_type_with_name::<Moment>("moment");
    engine.register_fn("-", |a: Moment, b: Moment| {
        a.since_start.saturating_sub(b.since_start)
    });
    engine.register_fn("+", |a: Moment, b: Duration| Moment {
        since_start: a.since_start.saturating_add(b),
        ..a
    });
    engine.register_fn("-", |a: Moment, b: Duration| Moment {
        since_start: a.since_start.saturating_sub(b),
        ..a
    });
    engine.register_fn("to_string", |a: Moment| a.text());
    engine.register_fn("to_debug", |a: Moment| a.text());
    engine.register_fn("==", |a: Moment, b: Moment| a == b);
    engine.register_fn("!=", |a: Moment, b: Moment| a != b);
    engine.register_fn("<", |a: Moment, b: Moment| a < b);
    engine.register_fn("<=", |a: Moment, b: Moment| a <= b);
    engine.register_fn(">", |a: Moment, b: Moment| a > b);
    engine.register_fn(">=", |a: Moment, b: Moment| a >= b);
}
