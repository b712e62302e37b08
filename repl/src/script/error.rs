//! What can end an evaluation besides a result, and how it is told.

use std::fmt;

use nu_ansi_term::Color;
use rhai::{EvalAltResult, LexError, ParseErrorType, Position};

use super::caret::Excerpt;
use super::halt::Halt;
use super::sources::Sources;

/// Why an evaluation gave no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
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

    /// The text for standard error: the message, the line with carets, and help. No newline at the end.
    pub fn render(&self, colour: bool) -> String {
        match self {
            ScriptError::Failed(failure) => failure.render(colour),
            other => other.to_string(),
        }
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

    /// Tells an evaluation error of Rhai's in our words; `sources` knows what text a function came from.
    pub(crate) fn from_rhai(
        error: EvalAltResult,
        sources: &Sources,
        known: &dyn Fn(&str) -> Option<String>,
    ) -> Self {
        match Halt::of(&error) {
            Some(Halt::Exit(code)) => return ScriptError::Exit(code),
            Some(Halt::Interrupted) => return ScriptError::Interrupted,
            Some(Halt::Failed(_)) | None => {}
        }
        let (error, source, calls) = sources.innermost(error);
        let (message, help) = match Halt::of(&error) {
            Some(Halt::Failed(message)) => (message, None),
            _ => told(&error, known),
        };
        let excerpt = Excerpt::at(&source.name, &source.text, error.position());
        let syntax = matches!(error, EvalAltResult::ErrorParsing(..));
        ScriptError::Failed(Box::new(Failure {
            syntax,
            message,
            excerpt,
            calls,
            help,
        }))
    }
}

impl Failure {
    fn render(&self, colour: bool) -> String {
        let red = |text: &str| {
            if colour {
                Color::LightRed.bold().paint(text).to_string()
            } else {
                text.to_owned()
            }
        };
        let mut text = format!("{}: {}\n", red("error"), self.message);
        if let Some(excerpt) = &self.excerpt {
            text += &excerpt.draw(red);
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

/// Message and help for the error itself; `known` suggests a name close to one that is not there.
fn told(error: &EvalAltResult, known: &dyn Fn(&str) -> Option<String>) -> (String, Option<String>) {
    use EvalAltResult as E;
    let meant = |name: &str| known(name).map(|name| format!("did you mean `{name}`?"));
    match error {
        E::ErrorParsing(kind, _) => parse_told(kind),
        E::ErrorVariableNotFound(name, _) => (
            format!("no variable, object or function is named {name:?}"),
            meant(name),
        ),
        E::ErrorFunctionNotFound(signature, _) => function_told(signature, &meant),
        E::ErrorRuntime(value, _) if value.is_unit() => ("the script threw an error".into(), None),
        E::ErrorRuntime(value, _) => (value.to_string(), None),
        E::ErrorMismatchDataType(wanted, found, _)
        | E::ErrorMismatchOutputType(wanted, found, _) => {
            (format!("expected {wanted}, found {found}"), None)
        }
        E::ErrorArithmetic(message, _) => (lower(message), None),
        E::ErrorFor(_) => (
            "this cannot be iterated over".into(),
            Some("`fields(p)` lists the fields of an object".into()),
        ),
        E::ErrorAssignmentToConstant(name, _) => (
            format!("{name:?} cannot be assigned to"),
            Some("assign to one of its fields".into()),
        ),
        E::ErrorDataRace(..) => {
            let help = "give the closure a copy of its own: `let copy = x;`, and use `copy` in it";
            (
                "a closure uses the variable that the function calling it works on".into(),
                Some(help.into()),
            )
        }
        E::ErrorStackOverflow(_) => ("functions call each other too deeply".into(), None),
        other => (without_position(other), None),
    }
}

fn function_told(
    signature: &str,
    meant: &dyn Fn(&str) -> Option<String>,
) -> (String, Option<String>) {
    let (name, arguments) = signature.split_once(" (").unwrap_or((signature, ")"));
    let arguments = arguments.strip_suffix(')').unwrap_or(arguments);
    let what = match arguments {
        "" => "without arguments".to_owned(),
        _ => format!(
            "for ({})",
            arguments.replace("&str | ImmutableString | String", "string")
        ),
    };
    (
        format!("there is no function {name:?} {what}"),
        meant(name).filter(|text| !text.contains(&format!("`{name}`"))),
    )
}

fn parse_told(kind: &ParseErrorType) -> (String, Option<String>) {
    let help = match kind {
        ParseErrorType::AssignmentToInvalidLHS(_) => Some(
            "only something that starts with a variable can be assigned to: `let o = …; o.field = 1`, or `obs[\"label\"].field = 1`",
        ),
        ParseErrorType::Reserved(_) | ParseErrorType::PropertyExpected => {
            Some("a field with such a name is written `p[\"name\"]`, in a map `#{\"name\": …}`")
        }
        _ => None,
    };
    let message = match kind {
        ParseErrorType::BadInput(LexError::ImproperSymbol(_, message)) if !message.is_empty() => {
            message.clone()
        }
        other => lower(&other.to_string()),
    };
    (message, help.map(str::to_owned))
}

fn without_position(error: &EvalAltResult) -> String {
    let text = error.to_string();
    let position = error.position();
    let text = if position.is_none() {
        text
    } else {
        text.replace(&format!(" ({position})"), "")
    };
    lower(&text)
}

/// The text with a small first letter, unless its first word is all capitals or quoted.
fn lower(text: &str) -> String {
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => {
            first.to_lowercase().chain(text.chars().skip(1)).collect()
        }
        _ => text.to_owned(),
    }
}

/// The error a binding raises; Rhai fills in the position of the call.
pub(crate) fn raise(message: impl fmt::Display) -> Box<EvalAltResult> {
    EvalAltResult::ErrorRuntime(message.to_string().into(), Position::NONE).into()
}
