//! One session under one prompt: what is attached, the script engine, and how results are written.

use std::path::Path;
use std::time::Instant;

use crate::commands::{self, CommandError};
use crate::journal::Journal;
use crate::output::{Output, Style};
use crate::script::{ScriptHost, Shown};
use crate::session::Attached;

/// What lines and commands work on. It stays on the thread that made it.
pub struct Runtime {
    pub(crate) attached: Attached,
    pub(crate) host: ScriptHost,
    pub(crate) style: Style,
    pub(crate) timing: bool,
    pub(crate) paging: bool,
    pub(crate) journal: Journal,
}

impl Runtime {
    /// A runtime whose results are written in `style`.
    pub fn new(attached: Attached, host: ScriptHost, style: Style) -> Self {
        Runtime {
            attached,
            host,
            style,
            timing: false,
            paging: true,
            journal: Journal::default(),
        }
    }

    /// What is attached.
    pub fn attached(&self) -> &Attached {
        &self.attached
    }

    /// How results are written now.
    pub fn style(&self) -> Style {
        self.style
    }

    /// Whether what is longer than the screen goes through a pager.
    pub fn pages(&self) -> bool {
        self.paging
    }

    /// Does what a line says: a `:command`, a question (`name?`), or else a script.
    ///
    /// # Errors
    ///
    /// What the command or the script ended with; the session goes on.
    pub fn line(&mut self, line: &str) -> Result<Output, CommandError> {
        self.journal.typed(line);
        let start = Instant::now();
        let output = self.perform(line)?;
        match self.timing {
            true => Ok(Output::All(vec![output, elapsed(start)])),
            false => Ok(output),
        }
    }

    /// Runs a script of the user's own before the first line; there may be none.
    ///
    /// # Errors
    ///
    /// What the script ended with, with file and line; what it did before stays done.
    pub fn start_up(&mut self, script: &Path) -> Result<(), CommandError> {
        if script.exists() {
            self.host.eval_file(script)?;
        }
        Ok(())
    }

    /// As [`Runtime::line`], for a line inside another: nobody typed it by itself.
    pub(crate) fn perform(&mut self, line: &str) -> Result<Output, CommandError> {
        let command = line.trim_start().strip_prefix(':');
        match (commands::question(line), command) {
            (Some(name), _) => commands::run(self, &format!("help {name}")),
            (None, Some(command)) => commands::run(self, command),
            (None, None) => {
                let shown = self.host.eval(line)?;
                self.journal.ran(line, shown != Shown::Nothing);
                Ok(Output::Result(shown))
            }
        }
    }
}

/// The time since `start`, as a message.
pub(crate) fn elapsed(start: Instant) -> Output {
    Output::Note(format!("time: {:.1?}", start.elapsed()))
}
