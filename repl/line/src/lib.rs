//! The prompt: editing, history, completion, highlighting and hints.
//!
//! It knows names, and never the memory they stand for: what is in a field it asks the engine's
//! thread, with an [`Event::Peek`].

mod assistant;
mod complete;
mod completer;
mod continuation;
mod cycle;
mod edited;
mod editor;
mod event;
mod files;
mod highlight;
mod hint;
mod history;
mod history_file;
mod kept;
mod keys;
mod labels;
mod lexicon;
mod meaning;
mod plain;
mod printer;
mod suspend;

pub use completer::{Completer, Completions, Suggestion};
pub use editor::{Editor, EditorError};
pub use event::Event;
pub use files::expanded;
pub use kept::History;
pub use labels::{Labelled, Labels};
pub use plain::why_no_editing;
pub use printer::Printer;
