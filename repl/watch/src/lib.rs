//! When a condition fires, when a change is reported, and in which order what is due runs.
//!
//! Three ideas hold it together: one sample has one time and one order; a condition has three
//! values, and [`Truth::Unknown`] neither fires nor re-arms; what is not delivered is counted.
//!
//! A condition is compiled ([`Source`], [`Expression`]) and asked for its truth; everything else here reads no memory.
//! Nothing runs a script or asks a clock. A caller samples, passes in what it saw and when, and gets back what fires. So
//! a day of timers takes a test a millisecond, and a recording is watched exactly as a live program is.
//!
//! All times are durations since one start that the caller chooses, on a clock that never jumps.
//!
//! ```
//! use std::time::Duration;
//! use memglass_watch::{Condition, Counters, Observed, Settings, Truth};
//!
//! let settings = Settings { lasting: Some(Duration::from_millis(20)), ..Settings::default() };
//! let mut condition = Condition::new();
//! let mut counters = Counters::default();
//! let mut at = |ms, truth| {
//!     let observed = Observed::at(Duration::from_millis(ms), truth);
//!     condition.observe(&settings, observed, &mut counters).is_some()
//! };
//! assert!(!at(0, Truth::False));
//! assert!(!at(10, Truth::True));
//! assert!(!at(20, Truth::True));
//! assert!(at(30, Truth::True));
//! ```

mod causes;
mod change;
mod condition;
mod counters;

mod engine;
mod expression;
mod queue;
mod ring;
mod timer;

pub use causes::{Causes, Depth};
pub use change::{Change, Follower, Report};
pub use condition::{Condition, Observed, Rise, Settings, State, Truth};
pub use counters::Counters;
pub use engine::{
    Answer, Ask, Changed, Counts, Definition, DefinitionError, Engine, Happening, Held, History,
    Judge, Kind, Member, Notice, Options, PauseReason, Question, Reading, Run, STANDING_HOLDS,
    Sample, Shown, Status, Ticks, Unmet, has_parts, is_same,
};
pub use expression::{
    Captured, CompileError, EvalError, Expression, HeldExpression, Source, ToldValue, Warning,
};
pub use queue::{Due, Firing, Fold, Queue, Room, Subject};
pub use ring::{Ring, Weight};
pub use timer::{Grid, Once};
