//! What can go wrong with a value whose type is known only at run time.

use crate::coerce::Refusal;
use crate::sync::{Busy, Contended};

/// A [`RawCell`](crate::RawCell) that cannot be found, read or written.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CellError {
    /// There is no member of this name that can be reached alone.
    #[error("{type_name} has no member {member:?} with a cell of its own")]
    NoMember {
        /// The type.
        type_name: String,
        /// The name.
        member: String,
    },
    /// There is no element at this index that can be reached alone.
    #[error("{type_name} has no element {index} with a cell of its own")]
    NoElement {
        /// The type.
        type_name: String,
        /// The index.
        index: u64,
    },
    /// A value with another number of bytes.
    #[error("{type_name} has {expected} bytes, not {found}")]
    Length {
        /// The type.
        type_name: String,
        /// Bytes of its values.
        expected: u64,
        /// Bytes that were given.
        found: u64,
    },
    /// A struct or array whose members are protected one by one, so that its value is no run of bytes.
    #[error("{type_name} has guarded parts: access them one by one")]
    Parts {
        /// The type.
        type_name: String,
    },
    /// A change in one step of what is not guarded.
    #[error("{type_name} is not guarded, so it cannot be changed in one step")]
    NotGuarded {
        /// The type.
        type_name: String,
    },
    /// The type cannot hold the value.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Another live writer held the value all the time.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// A new value was published during each attempt to read.
    #[error(transparent)]
    Contended(#[from] Contended),
}
