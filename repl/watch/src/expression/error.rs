//! Why a text is no condition, and why a condition has no answer.

use std::sync::Arc;

use memglass::ReadError;
use memglass_value::compare::ComparisonError;
use memglass_value::duration::NotADuration;
use memglass_value::names::UnknownName;
use memglass_value::number::ArithmeticError;
use rhai::Position;

/// Why an expression was not compiled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CompileError {
    /// It is a mistake whatever evaluates it. To be told to the user.
    #[error("{message}")]
    Wrong {
        /// What is wrong and what may have been meant.
        message: String,
        /// Where it stands.
        position: Position,
    },
    /// Only a script can evaluate it.
    #[error("{why} is left to the script")]
    Unsupported {
        /// What the compiler does not know.
        why: String,
        /// Where it stands.
        position: Position,
    },
}

impl CompileError {
    /// Where it stands in the text.
    pub fn position(&self) -> Position {
        match self {
            CompileError::Wrong { position, .. } | CompileError::Unsupported { position, .. } => {
                *position
            }
        }
    }
}

/// What is worth telling of an expression although it was compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// What it is.
    pub message: String,
    /// Where it stands.
    pub position: Position,
    /// The label, if it says that no object has it.
    pub label: Option<String>,
}

/// Why an expression has no value at this moment.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EvalError {
    /// No object has this label now.
    #[error("there is no object {label:?}")]
    NoObject {
        /// The label.
        label: String,
    },
    /// A captured object is of another session, that of a producer before this one.
    #[error("{path} is of the session before, whose producer has ended; look it up again")]
    OtherSession {
        /// The object.
        path: String,
    },
    /// A field cannot be read: its object is gone, its memory damaged.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The numbers have no result.
    #[error(transparent)]
    Arithmetic(#[from] ArithmeticError),
    /// The values have no answer.
    #[error(transparent)]
    Comparison(#[from] ComparisonError),
    /// An enum or a flag set has no such name.
    #[error(transparent)]
    Name(#[from] UnknownName),
    /// A number is no length of time.
    #[error(transparent)]
    Duration(#[from] NotADuration),
    /// An array has no such element.
    #[error("{path}: {why}")]
    Index {
        /// The array.
        path: String,
        /// What is allowed.
        why: String,
    },
    /// A function has no result for this value.
    #[error("{function}({argument}) has no result")]
    Function {
        /// The function.
        function: &'static str,
        /// The value.
        argument: String,
    },
    /// The object that a name means now is of another kind, for which the expression makes no sense.
    #[error("{0}")]
    Changed(CompileError),
}

/// An [`EvalError`] in one word, so that numbers come back in registers beside it.
pub(super) type Fault = Arc<EvalError>;

/// A value, or why there is none.
pub(super) type Answer<T> = Result<T, Fault>;

/// An error as a fault.
pub(super) fn fault(error: impl Into<EvalError>) -> Fault {
    Arc::new(error.into())
}
