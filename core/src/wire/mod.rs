//! Wire format 1: where each thing lies, as raw words. Nothing is judged here.
//!
//! Everything that the format itself owns (headers, tables, labels, type descriptions) is made of
//! 64-bit words in native byte order and accessed only as such; see `docs/wire-format.md`, which
//! has the same tables in prose. Each offset is derived from the one before it.

pub(crate) mod directory;
pub(crate) mod header;
pub(crate) mod names;
mod reference;
pub(crate) mod region;
pub(crate) mod table;
pub(crate) mod type_log;

pub(crate) use reference::Ref;

/// Counts up when old readers cannot read new segments.
pub(crate) const MAJOR: u32 = 1;
/// Counts up when records grow or gain meaning that old readers may ignore.
pub(crate) const MINOR: u32 = 7;

/// A word that names the byte order of all others.
pub(crate) const BYTE_ORDER: u64 = 0x0102_0304_0506_0708;

/// Bytes of a word.
pub(crate) const WORD: usize = 8;
/// Bytes of a cache line. Words that are written often lie on lines of their own.
pub(crate) const LINE: usize = 64;
