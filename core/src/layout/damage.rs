//! What of a session's memory was left out because it cannot be right.

use std::fmt;

use super::LayoutError;

/// A damaged part of a session. Observers leave it out and keep the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// Which part.
    pub part: Part,
    /// What is wrong with it.
    pub reason: String,
}

/// A part of a session's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// The type log from some point on: the types behind it are not known.
    TypeLog,
    /// The type with this number. Types that refer to it are damaged as well.
    Type(u32),
    /// The directory from some point on: the objects behind it are not known.
    Directory,
    /// The object in this slot of the directory.
    Object(u32),
}

impl Damage {
    pub(crate) fn new(part: Part, error: &LayoutError) -> Damage {
        let reason = error.with_cause();
        Damage { part, reason }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Part::TypeLog => write!(out, "the type log"),
            Part::Type(id) => write!(out, "type {id}"),
            Part::Directory => write!(out, "the directory"),
            Part::Object(slot) => write!(out, "the object in slot {slot}"),
        }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} is left out: {}", self.part, self.reason)
    }
}
