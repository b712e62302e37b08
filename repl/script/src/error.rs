//! What can end an evaluation besides a result, and how it is told.

use std::fmt;

use memglass_value::format;
use rhai::{EvalAltResult, Position};

use super::caret::Excerpt;

/// Why an evaluation gave no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScriptError {
    /// The script called `exit(n)`.
    #[error("exit({0})")]
    Exit(i32),
    /// Somebody asked it to stop.
    #[error("interrupted")]
    Interrupted,
    /// It is wrong, or something it did was refused.
    #[error("{0}")]
    Failed(Box<Failure>),
}

/// An error of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Whether the text is no program at all; it was not started.
    pub syntax: bool,
    /// What is wrong, in one sentence.
    pub message: String,
    /// Where, if it is known.
    pub excerpt: Option<Excerpt>,
    /// The calls that led there, innermost first.
    pub calls: Vec<String>,
    /// What to do about it.
    pub help: Option<String>,
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl ScriptError {
    /// The exit code of a program that ran this script and nothing else.
    pub fn exit_code(&self) -> i32 {
        match self {
            ScriptError::Exit(code) => *code,
            ScriptError::Interrupted => 130,
            ScriptError::Failed(failure) if failure.syntax => 2,
            ScriptError::Failed(_) => 1,
        }
    }

    /// The text for people: the message, the line with carets, and help. No newline at the end.
    ///
    /// Lines of source fit so many columns, and `mark` may colour what stands out.
    pub fn render(&self, columns: Option<u16>, mark: impl Fn(&str) -> String) -> String {
        match self {
            ScriptError::Failed(failure) => failure.render(columns, mark),
            other => other.to_string(),
        }
    }

    /// The same without colour, and of any width.
    pub fn text(&self) -> String {
        self.render(None, str::to_owned)
    }

    /// The same without the line that it points to.
    pub fn without_excerpt(mut self) -> Self {
        if let ScriptError::Failed(failure) = &mut self {
            failure.excerpt = None;
        }
        self
    }

    /// A text that is no program, or no expression that makes sense, with what is wrong at `position`.
    pub fn mistake(text: &str, message: &str, position: Position) -> Self {
        let failure = Failure {
            syntax: true,
            message: message.to_owned(),
            excerpt: Excerpt::at("", text, position),
            calls: Vec::new(),
            help: None,
        };
        ScriptError::Failed(Box::new(failure))
    }

    /// A failure that has no place in a source.
    pub fn plain(message: impl Into<String>) -> Self {
        let failure = Failure {
            syntax: false,
            message: message.into(),
            excerpt: None,
            calls: Vec::new(),
            help: None,
        };
        ScriptError::Failed(Box::new(failure))
    }
}

impl Failure {
    fn render(&self, columns: Option<u16>, mark: impl Fn(&str) -> String) -> String {
        let mut text = format!("{}: {}\n", mark("error"), format::printable(&self.message));
        if let Some(excerpt) = &self.excerpt {
            text += &excerpt.draw(columns, mark);
        }
        for call in &self.calls {
            text += &format!("  in {}\n", format::printable(call));
        }
        if let Some(help) = &self.help {
            text += &format!("  help: {}\n", format::printable(help));
        }
        text.truncate(text.trim_end().len());
        text
    }
}

/// The error a binding raises; Rhai fills in the position of the call.
pub(crate) fn raise(message: impl fmt::Display) -> Box<EvalAltResult> {
    EvalAltResult::ErrorRuntime(message.to_string().into(), Position::NONE).into()
}

/// What an error says, if a binding raised it without more around it.
pub(crate) fn text_of(error: &EvalAltResult) -> String {
    match error {
        EvalAltResult::ErrorRuntime(value, _) => value.to_string(),
        other => other.to_string(),
    }
}
