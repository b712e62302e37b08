//! What can happen to followed fields.

use std::fmt;
use std::sync::Arc;

use super::scan::{Change, Key};
use crate::observer::Field;

/// A selection that a [`Following`](super::Following) follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SelectionId(pub(super) u32);

/// What happened to a followed field. Prints as its path and that.
///
/// [`Field::value_of`] makes values of the bytes.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Event<'s> {
    /// What selected it.
    pub selection: SelectionId,
    /// The field during this life of its object: no later one has the same key.
    pub key: Key,
    /// The field.
    pub field: &'s Arc<Field>,
    /// What happened.
    pub what: What<'s>,
}

/// What can happen to a followed field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum What<'s> {
    /// An object has appeared that has it.
    Appeared {
        /// Its first value.
        now: &'s [u8],
    },
    /// It has another value.
    Changed(Change<'s>),
    /// Its object went, or its session was replaced by another one.
    Vanished {
        /// The last value that was seen.
        last: &'s [u8],
    },
}

impl fmt::Display for Event<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.what {
            What::Appeared { .. } => "appeared",
            What::Changed(_) => "changed",
            What::Vanished { .. } => "vanished",
        };
        write!(out, "{} {what}", self.field.path())
    }
}
