//! Entries of the directory: one for each object.

use super::{LINE, WORD};

/// The state word: see [`crate::sync::occupancy`].
pub(crate) const STATE: usize = 0;
pub(crate) const TYPE: usize = STATE + WORD;
/// 0 for a single object, else the number of elements of an array.
pub(crate) const COUNT: usize = TYPE + WORD;
/// Where the object's bytes lie, a `Ref`.
pub(crate) const DATA: usize = COUNT + WORD;
/// Where the label's bytes lie, a `Ref`.
pub(crate) const LABEL: usize = DATA + WORD;
pub(crate) const LABEL_LEN: usize = LABEL + WORD;
/// Nanoseconds since the Unix epoch.
pub(crate) const CREATED: usize = LABEL_LEN + WORD;

pub(crate) const ENTRY_BYTES: usize = LINE;
pub(crate) const ENTRIES_PER_CHUNK: usize = 1024;

/// Longest label, in bytes.
pub(crate) const MAX_LABEL: usize = 1024;
