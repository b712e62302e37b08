//! The prompt: editing, history, completion, highlighting and hints.
//!
//! It knows names, and never the memory they stand for: what is in a field it asks the engine's
//! thread, with an [`crate::event::Event::Peek`].

mod complete;
mod continuation;
mod edited;
mod editor;
mod highlight;
mod hint;
mod history;
mod lexicon;
mod meaning;
mod suspend;
mod terminal;
mod token;

pub(crate) use editor::{Editor, EditorError, Printer};
pub(crate) use terminal::TerminalGuard;
pub(crate) use terminal::{Lent, give_back};
