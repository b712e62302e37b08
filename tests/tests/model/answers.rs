//! The answers of the observer's library, in the model's terms.

use memglass::{PathError, Value, WriteError};

use crate::shapes::{No, NoPath};

/// How a write ends.
#[derive(Debug, PartialEq)]
pub(crate) enum Outcome {
    Done,
    Gone,
    ReadOnlySession,
    ReadOnlyField,
    Busy,
    Refused(String),
}

impl Outcome {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Outcome::Done => "writes",
            Outcome::Gone => "writes to gone objects",
            Outcome::ReadOnlySession => "writes without the right",
            Outcome::ReadOnlyField => "writes to read-only fields",
            Outcome::Busy => "writes to held values",
            Outcome::Refused(_) => "writes of refused values",
        }
    }
}

pub(crate) fn outcome(written: Result<(), WriteError>) -> Outcome {
    match written {
        Ok(()) => Outcome::Done,
        Err(WriteError::Gone { .. }) => Outcome::Gone,
        Err(WriteError::ReadOnlySession { .. }) => Outcome::ReadOnlySession,
        Err(WriteError::ReadOnlyField { .. }) => Outcome::ReadOnlyField,
        Err(WriteError::Busy { .. }) => Outcome::Busy,
        Err(WriteError::Refused { refusal, .. }) => {
            let reason = format!("{:?}", refusal.reason);
            let name = reason.split([' ', '(']).next().unwrap_or_default();
            // An array of objects is of another kind than a list of another length.
            Outcome::Refused(if name == "Length" { "Kind" } else { name }.into())
        }
        Err(error) => panic!("{error}"),
    }
}

/// For a dead object, or without the right to write: another error may come first.
pub(crate) fn expect_refusal(outcome: &Outcome, is_alive: bool, writable: bool) {
    let is_right = match outcome {
        Outcome::ReadOnlySession => !writable,
        Outcome::Gone => !is_alive && writable,
        Outcome::ReadOnlyField | Outcome::Refused(_) => !is_alive && writable,
        Outcome::Done | Outcome::Busy => false,
    };
    assert!(
        is_right,
        "{outcome:?}, alive: {is_alive}, writable: {writable}"
    );
}

pub(crate) fn expect_reason(outcome: &Outcome, against: &[No], path: &str, wanted: &Value) {
    let known: Vec<String> = against
        .iter()
        .map(|no| match no {
            No::Length => "Kind".into(),
            no => format!("{no:?}"),
        })
        .collect();
    let is_right = matches!(outcome, Outcome::Refused(reason) if known.contains(reason));
    assert!(
        is_right,
        "{} = {wanted}: {outcome:?}, expected {against:?}",
        path
    );
}

pub(crate) fn no_path(error: &PathError) -> Option<NoPath> {
    Some(match error {
        PathError::NoSuchField { .. } => NoPath::Member,
        PathError::NotAStruct { .. } => NoPath::NotAStruct,
        PathError::NotAnArray { .. } => NoPath::NotAnArray,
        PathError::IndexOutOfRange { .. } => NoPath::OutOfRange,
        _ => return None,
    })
}
