//! Append-only tables: chains of chunks of equal records. The type log and the directory are tables.

use super::{LINE, WORD};

/// The next chunk, a `Ref`; 0 in the last one.
pub(crate) const NEXT: usize = 0;
/// Count of changes to the records of this chunk.
pub(crate) const CHANGES: usize = NEXT + WORD;
/// Position of this chunk in the chain, from 0.
pub(crate) const INDEX: usize = CHANGES + WORD;
/// How many records of this chunk were ever used.
pub(crate) const USED: usize = INDEX + WORD;

/// In the first chunk of each group: count of changes to the records of the group.
pub(crate) const GROUP_CHANGES: usize = USED + WORD;
/// How many chunks, from a multiple of it on, are a group.
pub(crate) const GROUP: usize = 64;

/// Bytes before the first record.
pub(crate) const HEADER_BYTES: usize = LINE;
