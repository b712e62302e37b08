//! The `memglass` prompt and its scripts, as a library.
//!
//! One thread owns the script engine; everything below is used on that thread except where it says
//! otherwise:
//!
//! - [`Attached`] is what is attached: a shared handle around a [`memglass::Observer`].
//! - [`ScriptHost`] evaluates source text and keeps variables, functions and `_` between calls.
//!   [`ScriptHost::eval`] answers with a [`Shown`]: plain data, sendable to a thread that draws.
//! - [`ScriptError`] renders itself with a caret under the offending token and knows its exit code.
//! - [`Names`] is a snapshot of everything that can be completed, for the editor's thread.
//! - [`is_incomplete`] decides whether a prompt asks for another line.
//! - [`mod@format`] makes the text of a value from its type and metadata, and its JSON.
//!
//! ```no_run
//! # use std::{rc::Rc, sync::Arc};
//! use memglass_repl::{Attached, ScriptHost, Shown};
//!
//! let attached = Attached::new(memglass::Observer::attach("trading_engine")?);
//! let print = Rc::new(|text: &str| eprintln!("{text}"));
//! let mut host = ScriptHost::new(attached, Arc::default(), print);
//! match host.eval("AAPL_position.quantity") {
//!     Ok(Shown::Value(cell)) => eprintln!("{}", cell.text()),
//!     Ok(_) => {}
//!     Err(error) => std::process::exit(error.exit_code()),
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod chunks;
pub mod commands;
pub mod event;
pub mod event_loop;
pub mod format;
pub mod line;
pub mod literal;
pub mod look;
pub mod output;
pub mod presence;
pub mod runtime;
pub mod script;
pub mod session;
pub mod signal;
pub mod table;
pub mod time;

pub use runtime::Runtime;
pub use script::{Cell, Names, Record, Row, ScriptError, ScriptHost, Shown, Table, is_incomplete};
pub use session::Attached;
