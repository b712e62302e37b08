//! Ctrl-Z: the shell has the terminal until it says `fg`.
//!
//! The editor's own way takes its terminal back at once. Here it is not the main thread that reads
//! keys, the signal is delivered to another, and this one goes on for a moment: the prompt would be
//! drawn for the shell, and be missing when the program goes on.

use std::io;

use memglass_system::process::Suspender;
use memglass_terminal::modes;
use rustyline::{Cmd, ConditionalEventHandler, EventContext, RepeatCount};

/// Stops the program and all that the shell started with it.
pub(super) struct CtrlZ(Suspender);

impl CtrlZ {
    /// # Errors
    ///
    /// If the system refuses a handler, or stops no programs.
    pub(super) fn new() -> io::Result<Self> {
        Ok(CtrlZ(Suspender::new()?))
    }
}

impl ConditionalEventHandler for CtrlZ {
    fn handle(
        &self,
        _: &rustyline::Event,
        _: RepeatCount,
        _: bool,
        _: &EventContext<'_>,
    ) -> Option<Cmd> {
        modes::interrupted(|| self.0.stop());
        Some(Cmd::Repaint)
    }
}
