//! Everything that enters the event loop.

use crossbeam_channel::Sender;

/// What the editor's thread tells the engine's.
#[derive(Debug)]
pub enum Event {
    /// A whole line, or several that belong together.
    Line(String),
    /// Ctrl-C at the prompt: what was typed is dropped.
    Cleared,
    /// Ctrl-D, or the terminal has gone.
    End,
    /// The terminal cannot be used any more.
    Broken(String),
    /// The hint wants to show what is in this place; an answer that is late is not waited for.
    Peek {
        /// A path as `memglass::Observer::field` takes it.
        path: String,
        /// Where the text of the value goes.
        reply: Sender<String>,
    },
}
