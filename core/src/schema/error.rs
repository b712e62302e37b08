//! Why a type description is refused.

use super::codec::MAX_DESCRIPTION;
use super::{MAX_DEPTH, MAX_SIZE, TypeId};

/// A type description that is inconsistent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// A type that is described elsewhere, and is not what such types are.
    #[error(
        "type {name:?} is described elsewhere, so it must have a name and be an array of bytes"
    )]
    Elsewhere {
        /// The type.
        name: String,
    },
    /// A text that is no layout.
    #[error("not a layout: {reason}")]
    Layout {
        /// Where it is wrong, and how.
        reason: String,
    },
    /// A packed record whose layout has no such struct.
    #[error("record {name:?}: {reason}")]
    Root {
        /// The record's type.
        name: String,
        /// What is wrong.
        reason: String,
    },
    /// A type of zero or too many bytes.
    #[error("type {name:?} has a size of {size} bytes; sizes are 1 to {MAX_SIZE}")]
    Size {
        /// The type.
        name: String,
        /// Its claimed size in bytes.
        size: u64,
    },
    /// An alignment that is not a power of two up to 4096.
    #[error(
        "type {name:?} has an alignment of {align} bytes; it must be a power of two up to 4096"
    )]
    Align {
        /// The type.
        name: String,
        /// Its claimed alignment in bytes.
        align: u64,
    },
    /// An alignment too small to access the type's parts.
    #[error("type {name:?} has an alignment of {align} bytes; its parts need {least}")]
    Misaligned {
        /// The type.
        name: String,
        /// Its claimed alignment in bytes.
        align: u64,
        /// The least it can have.
        least: u64,
    },
    /// A scalar, array or protected type whose size does not match its parts.
    #[error("type {name:?} has {size} bytes; it needs {expected}")]
    WrongSize {
        /// The type.
        name: String,
        /// Its claimed size in bytes.
        size: u64,
        /// What it must be.
        expected: String,
    },
    /// A type that its cells access at other widths than its description says.
    #[error("type {name:?} is accessed as {expected}, but described as {found}")]
    WrongKind {
        /// The type.
        name: String,
        /// What its cells are.
        expected: &'static str,
        /// What its description is.
        found: &'static str,
    },
    /// A reference to a type that was not added before.
    #[error("type {name:?} refers to type {}, which is not defined before it", id.0)]
    UnknownType {
        /// The type that refers.
        name: String,
        /// What it refers to.
        id: TypeId,
    },
    /// A member that does not lie within its struct, or is misaligned.
    #[error(
        "field {field:?} of {name:?} at offset {offset} with {size} bytes does not fit: {reason}"
    )]
    Field {
        /// The struct or union.
        name: String,
        /// The member.
        field: String,
        /// Its offset in bytes.
        offset: u64,
        /// Its size in bytes.
        size: u64,
        /// What is wrong.
        reason: &'static str,
    },
    /// Two members or two variants with one name.
    #[error("{name:?} has {member:?} twice")]
    Duplicate {
        /// The type.
        name: String,
        /// The repeated name.
        member: String,
    },
    /// An enum value or flag that its integer cannot hold.
    #[error("{variant:?} = {value} does not fit into the {size} bytes of {name:?}")]
    Variant {
        /// The enum or flag set.
        name: String,
        /// The named value.
        variant: String,
        /// Its value.
        value: i128,
        /// Size of the integer in bytes.
        size: u64,
    },
    /// A protection around something it cannot protect.
    #[error("type {name:?} cannot be {protection}: {reason}")]
    Protection {
        /// The protected type.
        name: String,
        /// The protection.
        protection: &'static str,
        /// Why not.
        reason: &'static str,
    },
    /// An annotation that contradicts itself or the field's type.
    #[error("field {field:?} of {name:?}: {reason}")]
    Metadata {
        /// The struct or union.
        name: String,
        /// The member.
        field: String,
        /// What is wrong.
        reason: String,
    },
    /// Members that overlap so much that a few bytes would be read as many values.
    #[error(
        "type {name:?} reads as {weight} values and bytes of text, more than the {most} that its size allows"
    )]
    TooManyValues {
        /// The type.
        name: String,
        /// How much a read of it makes.
        weight: u64,
        /// How much it may make.
        most: u64,
    },
    /// Types nested too deeply.
    #[error("type {name:?} nests deeper than {MAX_DEPTH} levels")]
    TooDeep {
        /// The type.
        name: String,
    },
    /// A type with too many members, values or words about them.
    #[error(
        "the description of type {name:?} takes {len_bytes} bytes; at most {MAX_DESCRIPTION} are allowed"
    )]
    TooLong {
        /// The type.
        name: String,
        /// Length of its description in bytes.
        len_bytes: usize,
    },
    /// More than 2^32 types.
    #[error("a schema holds at most 2^32 types")]
    TooManyTypes,
    /// A name that is empty where one is needed, or longer than 1024 bytes.
    #[error("{what} needs a name of 1 to 1024 bytes")]
    Name {
        /// What lacks the name.
        what: String,
    },
}
