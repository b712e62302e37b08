//! Type descriptions as bytes: one codec for shared memory, `.mgt` files and recordings.
//!
//! A description is CBOR (RFC 8949) by the rules of its section 4.2.1: integers in their shortest
//! form, definite lengths, map keys in ascending order. One profile rule is ours: a floating-point
//! number always takes 8 bytes (`fb` and the IEEE 754 bits), never the shorter forms.
//!
//! Everything is a map with small unsigned keys. **A key that is absent has its default**, and a
//! default is never written. A reader skips keys that it does not know: later versions add some.
//!
//! | type | key | value | default |
//! |---|---|---|---|
//! | name | 0 | text of at most 1024 bytes | empty |
//! | size | 1 | unsigned, bytes | required |
//! | align | 2 | unsigned, bytes | 1 |
//! | kind | 3 | unsigned, a code of the next table | required |
//! | signed | 4 | bool | false |
//! | variants | 5 | array of variants | none |
//! | fields | 6 | array of fields | none |
//! | of | 7 | a type | required by the kinds that list it |
//! | count | 8 | unsigned | required by arrays |
//! | target | 9 | text | empty |
//! | protection | 10 | unsigned: 1 atomic, 2 seqlock, 3 locked | required by protected types |
//!
//! | kind | code | keys it uses besides 0 to 3 |
//! |---|---|---|
//! | bool | 0 | |
//! | integer | 1 | signed |
//! | float | 2 | |
//! | text | 3 | |
//! | enum | 4 | signed, variants |
//! | flag set | 5 | variants |
//! | struct | 6 | fields |
//! | union | 7 | fields |
//! | array | 8 | of (its element), count |
//! | pointer | 9 | target |
//! | alias | 10 | of |
//! | protected | 11 | of (its value), protection |
//! | layout | 12 | definition |
//! | record | 13 | of (its layout), root |
//!
//! | field | key | value | default |
//! |---|---|---|---|
//! | name | 0 | text of 1 to 1024 bytes | required |
//! | type | 1 | a type | required |
//! | offset | 2 | unsigned, bytes | 0 |
//! | bits | 3 | array of two unsigned: lowest bit, width | not a bitfield |
//! | metadata | 4 | map of the next table | empty |
//!
//! | metadata | key | value | default |
//! |---|---|---|---|
//! | readonly | 0 | bool | false |
//! | min, max, step | 1, 2, 3 | integer or floating-point number | none |
//! | regex | 4 | text | none |
//! | names | 5 | array of variants | none |
//! | flags | 6 | array of variants | none |
//! | format, unit, desc, was | 7, 8, 9, 10 | text | none |
//!
//! A *variant* is an array of two: its name (text of at most 1024 bytes) and its value (integer).
//! An *integer* beyond 64 bits is a bignum, tag 2 or 3, as RFC 8949 section 3.4.3 has it.
//! A *type* is referred to by its id, an unsigned integer: its position among the session's types,
//! from 0. A type refers only to types before it. In the input of the structural hash, and only
//! there, a reference is the 16 bytes of the hash of the type referred to, most significant first,
//! as a byte string.
//!
//! A `.mgt` file is one array: the text `memglass-types`, the version 1, then the types in order; null
//! stands for a type that could not be read.

mod decode;
mod encode;
mod file;

#[cfg(test)]
pub(crate) mod arbitrary;
#[cfg(test)]
mod tests;

use super::TypeId;

pub(crate) use decode::decode_within;
pub use decode::{CodecError, decode};
pub use encode::encode;
pub use file::{FileError, decode_schema, encode_schema};

pub(super) use encode::encode_with;

/// The longest description of a type, in bytes; [`Schema::add`](super::Schema::add) takes no longer
/// one.
pub const MAX_DESCRIPTION: usize = 1 << 19;

/// Longest name of a type, member or variant, in bytes.
const MAX_NAME: usize = 1024;

/// Keys of the map of a type.
mod type_key {
    pub(super) const NAME: u8 = 0;
    pub(super) const SIZE: u8 = 1;
    pub(super) const ALIGN: u8 = 2;
    pub(super) const KIND: u8 = 3;
    pub(super) const SIGNED: u8 = 4;
    pub(super) const VARIANTS: u8 = 5;
    pub(super) const FIELDS: u8 = 6;
    pub(super) const OF: u8 = 7;
    pub(super) const COUNT: u8 = 8;
    pub(super) const TARGET: u8 = 9;
    pub(super) const PROTECTION: u8 = 10;
    pub(super) const DEFINITION: u8 = 11;
    pub(super) const ROOT: u8 = 12;
    pub(super) const LAYOUT: u8 = 13;
    pub(super) const ELSEWHERE: u8 = 14;
}

/// Codes of the kinds.
mod kind_code {
    pub(super) const BOOL: u8 = 0;
    pub(super) const INT: u8 = 1;
    pub(super) const FLOAT: u8 = 2;
    pub(super) const TEXT: u8 = 3;
    pub(super) const ENUM: u8 = 4;
    pub(super) const FLAGS: u8 = 5;
    pub(super) const STRUCT: u8 = 6;
    pub(super) const UNION: u8 = 7;
    pub(super) const ARRAY: u8 = 8;
    pub(super) const POINTER: u8 = 9;
    pub(super) const ALIAS: u8 = 10;
    pub(super) const PROTECTED: u8 = 11;
    pub(super) const LAYOUT: u8 = 12;
    pub(super) const RECORD: u8 = 13;
}

/// Keys of the map of a field.
mod field_key {
    pub(super) const NAME: u8 = 0;
    pub(super) const TYPE: u8 = 1;
    pub(super) const OFFSET: u8 = 2;
    pub(super) const BITS: u8 = 3;
    pub(super) const METADATA: u8 = 4;
}

/// Keys of the map of a field's metadata.
mod metadata_key {
    pub(super) const READONLY: u8 = 0;
    pub(super) const MIN: u8 = 1;
    pub(super) const MAX: u8 = 2;
    pub(super) const STEP: u8 = 3;
    pub(super) const REGEX: u8 = 4;
    pub(super) const NAMES: u8 = 5;
    pub(super) const FLAGS: u8 = 6;
    pub(super) const FORMAT: u8 = 7;
    pub(super) const UNIT: u8 = 8;
    pub(super) const DESC: u8 = 9;
    pub(super) const WAS: u8 = 10;
}

/// Codes of the protections; plain is not written.
mod protection_code {
    pub(super) const PLAIN: u8 = 0;
    pub(super) const ATOMIC: u8 = 1;
    pub(super) const SEQLOCK: u8 = 2;
    pub(super) const LOCKED: u8 = 3;
}
