//! Ends of an evaluation that no `try` catches.

use rhai::{Dynamic, EvalAltResult, Position};

/// Why a script is to end at once; travels through Rhai as its termination token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Halt {
    /// `exit(n)` was called.
    Exit(i32),
    /// Ctrl-C, or whoever owns the flag.
    Interrupted,
    /// It took more steps than [`super::Limits::operations`].
    TooLong,
    /// It took more stack than [`super::Limits::stack_bytes`].
    TooDeep,
    /// Something failed where Rhai drops errors: see [`super::context::Context::fail`].
    Failed(String),
}

impl Halt {
    /// As the error to return from a binding.
    pub(crate) fn error(self) -> Box<EvalAltResult> {
        EvalAltResult::ErrorTerminated(Dynamic::from(self), Position::NONE).into()
    }

    /// The reason inside an evaluation error, however many calls it came through.
    pub(crate) fn of(error: &EvalAltResult) -> Option<Self> {
        match error {
            EvalAltResult::ErrorTerminated(token, _) => token.clone().try_cast(),
            EvalAltResult::ErrorInFunctionCall(_, _, inner, _)
            | EvalAltResult::ErrorInModule(_, inner, _) => Self::of(inner),
            _ => None,
        }
    }
}
