//! The head of a region segment; everything after it is allocated by the producer.

use super::{LINE, WORD};

/// The first word of a complete region: `MGREGION` in bytes.
pub(crate) const MAGIC: u64 = u64::from_ne_bytes(*b"MGREGION");

pub(crate) const MAGIC_AT: usize = 0;
pub(crate) const SESSION_LOW: usize = MAGIC_AT + WORD;
pub(crate) const SESSION_HIGH: usize = SESSION_LOW + WORD;
pub(crate) const ID: usize = SESSION_HIGH + WORD;
pub(crate) const SIZE: usize = ID + WORD;
/// Bytes handed out so far, for display.
pub(crate) const USED: usize = SIZE + WORD;

/// Bytes of the head.
pub(crate) const HEADER_BYTES: usize = LINE;
