//! The occupant of a directory entry: its state word, and how a reader knows whose bytes it copied.
//!
//! ```text
//! bits  63 ............ 8  7 ... 0
//!       generation         state
//! ```
//!
//! | state | the other words of the entry | the object's bytes and label |
//! |---|---|---|
//! | (g, free) | meaningless, or being filled | anybody's |
//! | (g, alive) | describe the object | the object's |
//! | (g, destroyed) | still the last object's | still the last object's |
//!
//! | from | to | by |
//! |---|---|---|
//! | (g, free) | (g, alive) | [`Occupancy::settle`], after the entry and the first value were stored |
//! | (g, alive) | (g, destroyed) | [`Occupancy::end`] |
//! | (g, destroyed) | (g+1, free) | [`Occupancy::vacate`]; whoever stores into what the occupant had calls [`before_reuse`] in between |
//!
//! Only the producer changes the word, one thread at a time. No word is stored twice, so a reader that
//! finds the same word before and after a copy knows that no other object moved in during the copy.
//!
//! That holds for the stores of the thread that called [`before_reuse`], and for release stores of
//! another thread that got the object from it. In the language's model, a relaxed store of such a
//! thread promises nothing about the word; every machine on which a store becomes visible to all
//! others at once (x86-64, AArch64, RISC-V) keeps the order all the same.

use super::atomic::{AtomicU64, Ordering, fence};

pub(crate) const FREE: u64 = 0;
pub(crate) const ALIVE: u64 = 1;
pub(crate) const DESTROYED: u64 = 2;

/// The value of a state word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EntryWord(pub(crate) u64);

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

    /// How many objects the entry has had, the present one included.
    pub(crate) const fn occupants(self) -> u64 {
        match self.state() {
            FREE => self.generation().saturating_sub(1),
            _ => self.generation(),
        }
    }
}

/// The state word of one entry; copying this is free.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Occupancy<'a>(pub(crate) &'a AtomicU64);

impl Occupancy<'_> {
    /// Moves an object in. Its description and its first value were stored before.
    #[inline]
    pub(crate) fn settle(self, generation: u64) {
        // Release; partner: the fence of `look`.
        self.0
            .store(EntryWord::new(generation, ALIVE).0, Ordering::Release);
    }

    /// Ends the object. Its bytes stay as they are until the entry is vacated.
    #[inline]
    pub(crate) fn end(self, generation: u64) {
        // Relaxed: no read depends on it. The chunk's change counter tells observers, and the
        // reclaimer's fence comes between this store and its look at the intents.
        self.0
            .store(EntryWord::new(generation, DESTROYED).0, Ordering::Relaxed);
    }

    /// Frees the entry for its next occupant. The last occupant's memory may be used again after
    /// [`before_reuse`].
    #[inline]
    pub(crate) fn vacate(self, next_generation: u64) {
        // Relaxed: `before_reuse` orders it before the next stores.
        self.0
            .store(EntryWord::new(next_generation, FREE).0, Ordering::Relaxed);
    }

    /// The present word. The object that it names can be copied after this call.
    #[inline]
    pub(crate) fn look(self) -> EntryWord {
        let word = self.peek();
        // Partner: the release store of `settle`.
        fence(Ordering::Acquire);
        word
    }

    /// The present word, for comparison only.
    #[inline]
    pub(crate) fn peek(self) -> EntryWord {
        EntryWord(self.0.load(Ordering::Relaxed))
    }
}

/// The state of an entry while one object is alive in it.
///
/// Made from a word that [`Occupancy::look`] returned, so its holder may read what was stored before
/// the object moved in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Alive(pub(crate) EntryWord);

impl Alive {
    /// Which occupant of the entry it is.
    pub(crate) fn generation(self) -> u64 {
        self.0.generation()
    }

    /// Whether the object lives. Orders nothing: reads before or after it may be another object's.
    #[inline]
    pub(crate) fn holds(self, entry: Occupancy<'_>) -> bool {
        entry.peek() == self.0
    }

    /// Whether the object still lives. If so, everything copied from it before this call is its own.
    #[inline]
    pub(crate) fn still_holds(self, entry: Occupancy<'_>) -> bool {
        // Partner: the fence of `before_reuse`. If something copied before is the next occupant's,
        // the load below sees that the entry was vacated.
        fence(Ordering::Acquire);
        self.holds(entry)
    }
}

/// Call this before the first store into memory, or into an entry, that an object may have had: after
/// the entry was vacated, and in the thread that stores, which need not be the one that vacated it.
#[inline]
pub(crate) fn before_reuse() {
    // Partner: the fence of `still_holds`.
    fence(Ordering::Release);
}
