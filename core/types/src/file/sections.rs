//! The numbers that the file has for kinds, words and flags.

use crate::kind::{Qualifier, Tag};

/// Bits of a type's first byte: its kind, and what else is said of it.
pub(super) const KIND: u8 = 0x1f;
pub(super) const NAMED: u8 = 0x20;
pub(super) const PLACED: u8 = 0x40;
pub(super) const DETAILED: u8 = 0x80;

pub(super) const VOID: u8 = 0;
pub(super) const BOOL: u8 = 1;
pub(super) const CHAR: u8 = 2;
pub(super) const INT: u8 = 3;
pub(super) const FLOAT: u8 = 4;
pub(super) const COMPLEX: u8 = 5;
pub(super) const POINTER: u8 = 6;
pub(super) const REFERENCE: u8 = 7;
pub(super) const MEMBER_POINTER: u8 = 8;
pub(super) const ARRAY: u8 = 9;
pub(super) const VECTOR: u8 = 10;
pub(super) const RECORD: u8 = 11;
pub(super) const ENUM: u8 = 12;
pub(super) const ALIAS: u8 = 13;
pub(super) const QUALIFIED: u8 = 14;
pub(super) const FUNCTION: u8 = 15;
pub(super) const OPAQUE: u8 = 16;

/// Low bits of a member's place: what stands behind it.
pub(super) const BITS: u64 = 1;
pub(super) const ATTRIBUTES: u64 = 2;

/// Bits of a symbol's first byte.
pub(super) const VARIABLE: u8 = 1;
pub(super) const STATIC: u8 = 2;
pub(super) const INLINE: u8 = 4;
pub(super) const AT_ADDRESS: u8 = 8;
pub(super) const AT_PLACE: u8 = 16;
pub(super) const WITH_ATTRIBUTES: u8 = 32;

/// Tags, by their number in the file.
pub(super) const TAGS: [Tag; 5] = [Tag::Struct, Tag::Class, Tag::Union, Tag::Enum, Tag::Other];

/// Qualifiers, by their number in the file.
pub(super) const QUALIFIERS: [Qualifier; 4] = [
    Qualifier::Const,
    Qualifier::Volatile,
    Qualifier::Restrict,
    Qualifier::Atomic,
];

pub(super) fn number_of<T: PartialEq>(all: &[T], one: &T) -> u8 {
    let place = all.iter().position(|other| other == one);
    place.expect("the table has all of them") as u8
}
