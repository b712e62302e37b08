//! What is known of the errors that bindings raised, beside their texts: Rhai carries nothing else.

use std::cell::RefCell;

use rhai::EvalAltResult;

use super::error::raise;

/// A complaint about a value that a script gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Blame {
    /// As the script's error says it.
    pub(crate) message: String,
    /// The part of the value, `levels[2].price`; empty for all of it.
    pub(crate) part: String,
}

/// What there is to say about the last errors.
#[derive(Default)]
pub(crate) struct Remarks {
    /// The last complaint about a value, as against one about the place for it.
    blamed: RefCell<Option<Blame>>,
    /// The last error that has more to say about itself, and what to do about it.
    advice: RefCell<Option<(String, String)>>,
    /// What the last read or write of an object that is gone was told.
    gone: RefCell<Option<String>>,
}

impl Remarks {
    /// An error about a value that the script gave, for [`Remarks::blamed`] to recognize.
    pub(crate) fn blame_value(&self, message: String, part: &str) -> Box<EvalAltResult> {
        let error = raise(&message);
        let part = part.to_owned();
        self.blamed.replace(Some(Blame { message, part }));
        error
    }

    /// Whether an error with this text is about a value, and about which part of it.
    pub(crate) fn blamed(&self, message: &str) -> Option<Blame> {
        let blame = self.blamed.borrow();
        blame
            .as_ref()
            .filter(|blame| blame.message == message)
            .cloned()
    }

    /// An error with what to do about it.
    pub(crate) fn advise(
        &self,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Box<EvalAltResult> {
        let message = message.into();
        let error = raise(&message);
        self.advice.replace(Some((message, help.into())));
        error
    }

    /// What to do about an error with this text.
    pub(crate) fn advice(&self, message: &str) -> Option<String> {
        let advice = self.advice.borrow();
        let (_, help) = advice.as_ref().filter(|(known, _)| known == message)?;
        Some(help.clone())
    }

    /// Notes what was told of an object that is gone, for [`Remarks::is_about_gone`].
    pub(crate) fn note_gone(&self, message: &str) {
        self.gone.replace(Some(message.to_owned()));
    }

    /// Whether the error says that the object at this path, or a part of it, is gone.
    pub(crate) fn is_about_gone(&self, error: &EvalAltResult, path: &str) -> bool {
        match error {
            EvalAltResult::ErrorInFunctionCall(_, _, inner, _)
            | EvalAltResult::ErrorInModule(_, inner, _) => self.is_about_gone(inner, path),
            EvalAltResult::ErrorRuntime(message, _) => {
                let message = message.to_string();
                self.gone.borrow().as_ref() == Some(&message) && message.starts_with(path)
            }
            _ => false,
        }
    }
}
