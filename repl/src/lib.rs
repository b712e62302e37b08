//! The prompt of `memglass` and its scripts, in a program of one's own.
//!
//! [`Repl`] is a prompt on a session, or an evaluator of lines without any terminal. A producer may
//! give itself a console with it, and a host that attaches to another process may add to the scripts
//! what it knows of its domain: functions and modules on Rhai's own [`rhai::Engine`], and `:commands`.
//!
//! ```
//! use memglass_repl::Repl;
//!
//! # #[derive(memglass::Observe, Clone, Copy, Default)]
//! # struct Motor { speed: i32 }
//! # let dir = memglass::doc::directory();
//! # let session = memglass::Session::builder("robot").dir(&dir).create()?;
//! # let motor = session.object("left_motor", Motor { speed: 1200 })?;
//! let mut repl = Repl::builder()
//!     .session("robot")
//! #   .dir(&dir)
//!     .engine(|engine| {
//!         engine.register_fn("per_second", |per_minute: i64| per_minute as f64 / 60.0);
//!     })
//!     .build()?;
//! assert_eq!(repl.eval("per_second(left_motor.speed)")?.to_string(), "20.0");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! `repl.run()` in place of the last line opens the prompt on the terminal. Two programs to copy from are in
//! `examples/`: a robot's control loop with a console in the same process, and a host that attaches
//! to another process.
//!
//! - [`ReplBuilder`]: session or observer, functions, commands, prompt, output, history, init script, limits.
//! - [`Command`]: a host's own `:command`; [`Access`] is what it can reach.
//! - [`Limits`]: how much a script may ask for.
//! - [`Answer`] and [`EvalError`]: what a line gave, as text, JSON or a value, or why it gave nothing.
//! - The feature `view`, which is on, has the full-screen view and live tables; without it ratatui is not built.
//! - [`Sink`]: where prints, results and messages go.

// What only the view uses has no use without it, and no marks of its own.
#![cfg_attr(not(feature = "view"), allow(dead_code, unused_imports))]

mod automation;
mod changes;
mod commands;
mod damage;
mod deadline;
mod doctor;
mod embed;
mod enduring;
mod event_loop;
mod journal;
mod labels;
mod lines;
#[cfg(feature = "view")]
mod live;
mod output;
mod presence;
mod recordings;
mod render;
mod runtime;
mod script_text;
#[cfg(feature = "view")]
mod snapshot;
mod stack;
mod top;
mod type_news;
#[cfg(feature = "view")]
mod view;
#[cfg(not(feature = "view"))]
#[path = "no_view.rs"]
mod view;
mod writer;

#[cfg(test)]
mod tests;

pub use embed::{
    Access, Answer, Command, EvalError, EvalErrorKind, History, Interrupter, Repl, ReplBuilder,
    ReplError, Sink,
};
pub use memglass_script::Limits;
pub use memglass_script::ledger::{Audit, AuditError, DryRun, LedgerError, OnFailure};
pub use runtime::PromptState;

/// The script language, for functions that a host registers on its engine.
///
/// This library depends on one exact version of `rhai`, because it also uses parts of `rhai` whose API is
/// not stable. Another version of `rhai`, even a patch, comes only with a breaking release of
/// `memglass-repl`. Use this re-export instead of a dependency of your own: two versions of `rhai` in one
/// program have different types.
pub use rhai;

/// The Rust in the guide is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../docs/guide.md")]
struct Guide;

/// The inside is nobody else's.
///
/// ```compile_fail,E0603
/// use memglass_repl::runtime::Runtime;
/// ```
#[cfg(doctest)]
struct Inside;

/// What the `memglass` program takes beside the rest: it changes without notice.
#[doc(hidden)]
pub mod program {
    pub use crate::automation::Timeline;
    pub use crate::changes::{Awaited, Batch, Changes, Happened, Lines, Meaning, News, Totals};
    pub use crate::changes::{RecordedChanges, Search, Step, Walk};
    #[cfg(feature = "view")]
    pub use crate::changes::{Told, Watching};
    pub use crate::commands::{
        CommandError, attach_exit_code, describe_type, get, is_command, is_pattern, list_objects,
        list_types, set, with_causes,
    };
    pub use crate::damage::news as damage_news;
    pub use crate::deadline::Deadline;
    pub use crate::doctor::Diagnosis;
    #[cfg(feature = "view")]
    pub use crate::live::{is_possible as live_is_possible, show as show_live};
    pub use crate::output::{Encoding, Form, Output, Rendering};
    pub use crate::presence::{Watch, described as described_replay};
    pub use crate::recordings::told as recordings_told;
    pub use crate::script_text::ScriptText;
    pub use crate::stack::deep;
    #[cfg(feature = "view")]
    pub use crate::top::LiveTop;
    pub use crate::top::Top;
    #[cfg(feature = "view")]
    pub use crate::view::ViewSetup;
    pub use memglass_script::ledger::{Author, Ledger, Rules};
    #[cfg(feature = "view")]
    pub use memglass_view as full_screen;
}
