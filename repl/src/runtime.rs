//! One session under one prompt: what is attached, the script engine, and how results are written.

use std::time::Instant;

use crate::commands::{self, CommandError};
use crate::output::{Output, Style};
use crate::script::ScriptHost;
use crate::session::Attached;

/// What lines and commands work on. It stays on the thread that made it.
pub struct Runtime {
    pub(crate) attached: Attached,
    pub(crate) host: ScriptHost,
    pub(crate) style: Style,
    pub(crate) timing: bool,
}

impl Runtime {
    /// A runtime whose results are written in `style`.
    pub fn new(attached: Attached, host: ScriptHost, style: Style) -> Self {
        Runtime {
            attached,
            host,
            style,
            timing: false,
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

    /// Does what a line says: a `:command`, a question (`name?`), or else a script.
    ///
    /// # Errors
    ///
    /// What the command or the script ended with; the session goes on.
    pub fn line(&mut self, line: &str) -> Result<Output, CommandError> {
        let start = Instant::now();
        let output = match (
            commands::question(line),
            line.trim_start().strip_prefix(':'),
        ) {
            (Some(name), _) => commands::run(self, &format!("help {name}"))?,
            (None, Some(command)) => commands::run(self, command)?,
            (None, None) => Output::Result(self.host.eval(line)?),
        };
        match self.timing {
            true => Ok(Output::All(vec![output, elapsed(start)])),
            false => Ok(output),
        }
    }
}

/// The time since `start`, as a message.
pub(crate) fn elapsed(start: Instant) -> Output {
    Output::Note(format!("time: {:.1?}", start.elapsed()))
}
