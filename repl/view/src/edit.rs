//! What can be written into a field, as plain data: what its dialog shows, and what becomes of a text.

use std::ops::Range;
use std::sync::Arc;

use crate::snapshot::Key;

/// A field, by its object and its path below that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The object.
    pub key: Key,
    /// The path below it; empty for the object itself.
    pub path: Arc<str>,
}

/// What the dialog of a field shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    /// The whole path.
    pub title: String,
    /// The type and what is allowed.
    pub about: String,
    /// How a value is given.
    pub input: Input,
    /// The present value as it would be typed.
    pub text: String,
}

/// Which keys can write a field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Writable {
    /// None.
    #[default]
    No,
    /// Those of its dialog.
    Edited,
    /// Those, and steps up and down.
    Stepped,
    /// Those of its dialog, and one for the other bool or the next name.
    Turned,
}

/// How a value is given.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// By typing it.
    Typed,
    /// By typing a number, or by steps.
    Number {
        /// The step.
        step: f64,
        /// Whether it may have a fraction.
        is_float: bool,
    },
    /// By typing a text of at most so many bytes.
    Text {
        /// The bytes.
        most: usize,
    },
    /// By choosing one of these names.
    Choice(Vec<Named>),
    /// By setting some of these bits.
    Bits(Vec<Named>),
}

/// A number and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The name.
    pub name: String,
    /// The number.
    pub number: i128,
}

/// What is wrong with a typed expression.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mistake {
    /// The reason, as a sentence without its full stop.
    pub reason: String,
    /// The characters that it is about, if it is about some.
    pub at: Option<Range<usize>>,
}

/// Why a text cannot be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refused {
    /// The reason, as a sentence without its full stop.
    pub reason: String,
    /// The nearest text that can be written.
    pub nearest: Option<String>,
}
