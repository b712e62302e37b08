//! Entries of the directory: one for each object.

use super::{LINE, WORD};

/// The state word: see [`EntryWord`].
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

/// The state of an entry.
///
/// ```text
/// bits  63 ............ 8  7 ... 0
///       generation         state
///
/// state          the other words                who may change the word
/// 0 free         meaningless, being filled      producer: to alive, same generation
/// 1 alive        describe the object            producer: to destroyed, same generation
/// 2 destroyed    still the last object's        producer: to free, next generation
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EntryWord(pub(crate) u64);

pub(crate) const FREE: u64 = 0;
pub(crate) const ALIVE: u64 = 1;
pub(crate) const DESTROYED: u64 = 2;

impl EntryWord {
    pub(crate) const fn new(generation: u64, state: u64) -> EntryWord {
        EntryWord(generation << 8 | state)
    }

    pub(crate) const fn generation(self) -> u64 {
        self.0 >> 8
    }

    pub(crate) const fn state(self) -> u64 {
        self.0 & 0xff
    }

    pub(crate) const fn is_alive(self) -> bool {
        self.state() == ALIVE
    }
}
