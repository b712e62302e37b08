//! What can be wrong with the bytes of a record.

use std::fmt;

/// Why a part of a record cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// The bytes end before the field does.
    Truncated,
    /// A count or size is negative, an index is outside of its array, or a size is no multiple.
    BadCount,
    /// A number leaves the range of its expression or count.
    Overflow,
    /// A division by zero.
    DivisionByZero,
    /// No arm of a match fits.
    NoVariant,
    /// The record has more elements, nodes or steps than the limits allow.
    Budget,
    /// The structs nest deeper than the limits allow.
    Depth,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// Why the evaluation of a part ends early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    Fault(Kind),
    /// There are no bytes to read: the part depends on data.
    NeedsData,
    /// The source of the bytes has noted a mistake of its own.
    Refused,
}

impl From<Kind> for Why {
    fn from(kind: Kind) -> Why {
        Why::Fault(kind)
    }
}

impl Why {
    /// Whether it ends the record, and not just the struct around.
    pub(crate) fn ends_all(self) -> bool {
        !matches!(self, Why::Fault(kind) if kind != Kind::Budget)
    }
}
