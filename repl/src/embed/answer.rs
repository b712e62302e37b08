//! What a line gives back to a host.

use std::fmt;
use std::io;

use memglass::{AttachError, Value};
use memglass_line::EditorError;
use memglass_script::ScriptError;
use memglass_terminal::look::Look;
use memglass_value::shown::{Cell, Shown, Table};

use crate::commands::CommandError;
use crate::output::{Encoding, Form, Output, Rendering};

/// What a line, a script or a command gave.
///
/// Its [`Display`](fmt::Display) is the text that the prompt would have shown.
#[derive(Clone, Debug)]
pub struct Answer {
    pub(crate) output: Output,
    rendering: Rendering,
}

impl Answer {
    pub(crate) fn new(output: Output, rendering: Rendering) -> Self {
        Answer { output, rendering }
    }

    fn plain(output: impl Into<Output>) -> Self {
        Answer::new(output.into(), Rendering::PLAIN)
    }

    /// Nothing to show.
    pub fn nothing() -> Self {
        Answer::plain(Output::NOTHING)
    }

    /// Text that is the result.
    pub fn text(text: impl Into<String>) -> Self {
        Answer::plain(Shown::text(text))
    }

    /// A message for people that is not data.
    pub fn note(text: impl Into<String>) -> Self {
        Answer::plain(Output::Note(text.into()))
    }

    /// Rows under the names of their columns, shown as a table, as JSON or as CSV, as the operator likes.
    pub fn rows<const N: usize>(
        columns: [&str; N],
        rows: impl IntoIterator<Item = [String; N]>,
    ) -> Self {
        let mut table = Table::new(columns).or_else("no rows");
        for row in rows {
            table.push(row.map(|text| Some(Cell::name(text))));
        }
        Answer::plain(table)
    }

    /// The prompt is to end.
    pub fn quit() -> Self {
        Answer::plain(Output::Quit)
    }

    /// The value, when the result is a single one: a field, a number, a text. Of several lines, the last one's.
    pub fn value(&self) -> Option<Value> {
        value(&self.output)
    }

    /// The result as JSON: one document for each result, which begins on a line of its own. Of rows, each has
    /// its own line.
    pub fn json(&self) -> String {
        let form = Form {
            encoding: Encoding::Json,
            ..self.rendering.form
        };
        let rendering = Rendering {
            form,
            ..self.rendering
        };
        self.output.render(rendering).data.trim_end().to_owned()
    }

    /// What the answer says to people besides its data.
    pub fn message(&self) -> String {
        self.output
            .render(self.rendering)
            .message
            .trim_end()
            .to_owned()
    }

    /// Whether the line asked the prompt to end.
    pub fn quits(&self) -> bool {
        self.output.quits()
    }
}

fn value(output: &Output) -> Option<Value> {
    match output {
        Output::Result(Shown::Value(cell)) => Some(cell.value.clone()),
        Output::Result(Shown::Text { text, json: None }) => Some(Value::from(text.as_str())),
        Output::All(outputs) => outputs.last().and_then(value),
        _ => None,
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.output.render(self.rendering).data.trim_end())
    }
}

/// Why a line or a script gave no answer.
///
/// Its [`Display`](fmt::Display) is the whole text that the prompt would have shown, of several lines
/// when there is a place in the source to point at.
#[derive(Debug)]
pub struct EvalError(pub(crate) CommandError);

/// What kind of failure an [`EvalError`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EvalErrorKind {
    /// The text is not a script, or a command was used wrongly; nothing was done.
    Usage,
    /// Something in it failed; what it did before stays done.
    Failed,
    /// It called `exit(n)`.
    Exit(i32),
    /// Somebody asked it to stop.
    Interrupted,
    /// It took longer than allowed.
    TimedOut,
    /// What it printed was not taken.
    Output,
}

impl EvalError {
    /// What kind of failure it is.
    pub fn kind(&self) -> EvalErrorKind {
        match &self.0 {
            CommandError::Script(ScriptError::Exit(code)) => EvalErrorKind::Exit(*code),
            CommandError::Script(ScriptError::Interrupted) => EvalErrorKind::Interrupted,
            CommandError::TimedOut(_) => EvalErrorKind::TimedOut,
            CommandError::Output(_) => EvalErrorKind::Output,
            error if error.exit_code() == 2 => EvalErrorKind::Usage,
            _ => EvalErrorKind::Failed,
        }
    }

    /// The exit code of a program that did this and nothing else, as `memglass` has them.
    pub fn exit_code(&self) -> i32 {
        self.0.exit_code()
    }
}

impl fmt::Display for EvalError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.0.render(Look::PLAIN).trim_start_matches("error: "))
    }
}

impl std::error::Error for EvalError {}

impl From<CommandError> for EvalError {
    fn from(error: CommandError) -> Self {
        EvalError(error)
    }
}

impl From<EvalError> for CommandError {
    fn from(error: EvalError) -> Self {
        error.0
    }
}

/// Why there is no [`Repl`](crate::Repl), or it could not show its prompt.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplError {
    /// Neither an observer nor the name of a session was given.
    #[error("nothing to attach to: give the builder `observer(…)` or `session(\"name\")`")]
    NoSession,
    /// The session could not be attached to.
    #[error(transparent)]
    Attach(#[from] AttachError),
    /// The init script could not be read.
    #[error("{reason}")]
    Init {
        /// Which, and why.
        reason: String,
    },
    /// The terminal or a thread is not to be had.
    #[error("there is no prompt")]
    Terminal(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The full-screen view cannot be shown.
    #[cfg(feature = "view")]
    #[error(transparent)]
    View(#[from] memglass_view::ViewError),
    /// A signal handler was refused, or the output is gone.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl From<EditorError> for ReplError {
    fn from(error: EditorError) -> Self {
        ReplError::Terminal(error.into())
    }
}
