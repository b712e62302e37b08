//! Entries of the directory: one for each object.

use super::{LINE, WORD};

/// The state word: see [`EntryWord`].
pub(crate) const STATE: usize = 0;
/// The type id in the lower half; in the upper one the length of the label, in bytes.
pub(crate) const TYPE: usize = STATE + WORD;
/// 0 for a single object, else the number of elements of an array.
pub(crate) const COUNT: usize = TYPE + WORD;
/// Where the object's bytes lie, a `Ref`.
pub(crate) const DATA: usize = COUNT + WORD;
/// Nanoseconds since the Unix epoch.
pub(crate) const CREATED: usize = DATA + WORD;
/// A short label itself, as text in words; of a longer one, where its bytes lie, a `Ref`. Most labels
/// are short, and so found, compared and made without another line of memory.
pub(crate) const LABEL: usize = CREATED + WORD;
/// Words of a short label.
pub(crate) const LABEL_WORDS: usize = 3;

pub(crate) const ENTRY_BYTES: usize = LINE;
const _: () = assert!(LABEL + LABEL_WORDS * WORD == ENTRY_BYTES);
pub(crate) const ENTRIES_PER_CHUNK: usize = 1024;

/// Longest label that lies in its entry, in bytes.
pub(crate) const SHORT_LABEL: usize = LABEL_WORDS * WORD;
/// Longest label, in bytes.
pub(crate) const MAX_LABEL: usize = 1024;

/// A label that lies in its entry, filled up with zero bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ShortLabel(pub(crate) [u64; LABEL_WORDS]);

impl ShortLabel {
    /// The words of a label, if it is short.
    #[inline]
    pub(crate) fn new(label: &[u8]) -> Option<ShortLabel> {
        let mut padded = [0; SHORT_LABEL];
        padded.get_mut(..label.len())?.copy_from_slice(label);
        let word = |index: usize| padded.as_chunks::<WORD>().0[index];
        Some(ShortLabel(std::array::from_fn(|index| {
            u64::from_ne_bytes(word(index))
        })))
    }

    /// Its bytes and the zeros after them.
    #[inline]
    pub(crate) fn padded(self) -> [u8; SHORT_LABEL] {
        let mut padded = [0; SHORT_LABEL];
        let bytes = padded.as_chunks_mut::<WORD>().0;
        for (bytes, word) in bytes.iter_mut().zip(self.0) {
            *bytes = word.to_ne_bytes();
        }
        padded
    }
}

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
