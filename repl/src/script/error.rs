//! What can end an evaluation besides a result, and how it is told.

use std::fmt;

use nu_ansi_term::Color;
use rhai::{EvalAltResult, Position};

use super::caret::Excerpt;
use crate::look::Look;

/// Why an evaluation gave no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ScriptError {
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
pub(crate) struct Failure {
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
    pub(crate) fn exit_code(&self) -> i32 {
        match self {
            ScriptError::Exit(code) => *code,
            ScriptError::Interrupted => 130,
            ScriptError::Failed(failure) if failure.syntax => 2,
            ScriptError::Failed(_) => 1,
        }
    }

    /// The text for standard error: the message, the line with carets, and help. No newline at the end.
    pub(crate) fn render(&self, look: Look) -> String {
        match self {
            ScriptError::Failed(failure) => failure.render(look),
            other => other.to_string(),
        }
    }

    /// The same without the line that it points to.
    pub(crate) fn without_excerpt(mut self) -> Self {
        if let ScriptError::Failed(failure) = &mut self {
            failure.excerpt = None;
        }
        self
    }

    /// A failure that has no place in a source.
    pub(crate) fn plain(message: impl Into<String>) -> Self {
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
    fn render(&self, look: Look) -> String {
        let red = |text: &str| look.paint(Color::LightRed.bold(), text);
        let mut text = format!("{}: {}\n", red("error"), self.message);
        if let Some(excerpt) = &self.excerpt {
            text += &excerpt.draw(look.width, red);
        }
        for call in &self.calls {
            text += &format!("  in {call}\n");
        }
        if let Some(help) = &self.help {
            text += &format!("  help: {help}\n");
        }
        text.truncate(text.trim_end().len());
        text
    }
}

/// The error a binding raises; Rhai fills in the position of the call.
pub(crate) fn raise(message: impl fmt::Display) -> Box<EvalAltResult> {
    EvalAltResult::ErrorRuntime(message.to_string().into(), Position::NONE).into()
}
