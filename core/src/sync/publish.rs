//! Words that say what is there: counts, counters, states, and the magic number.
//!
//! One thread at a time stores the word, after everything that it stands for. A reader loads the word
//! first and then finds all of that.
//!
//! | word | stands for |
//! |---|---|
//! | magic number of a header or region | all other words of the record; stored once, last |
//! | state of the session | that its first region exists |
//! | number of types | their records and descriptions, and the chunks that they are in |
//! | number of directory chunks | the chunks, zeroed and linked |
//! | number of regions | that they have their names |
//! | change counter of a chunk | the state words of its entries, and how many are used |
//! | change counter of a group of chunks | their change counters |
//! | epoch | everything that changed before: types, chunks, and the change counters of groups |
//!
//! A type is counted before an object of it settles, a chunk before its first entry is used, an
//! entry's state changes before its chunk's counter, that before its group's, and all of it before the epoch. The end of an object is
//! counted before its memory is used again, so a counter that stands still vouches for its objects.

use super::atomic::{AtomicU64, Ordering, fence};

/// Stores `value` and so publishes everything stored before.
#[inline]
pub(crate) fn publish(word: &AtomicU64, value: u64) {
    // Release; partners: the fences below.
    word.store(value, Ordering::Release);
}

/// Publishes one change more.
#[inline]
pub(crate) fn publish_next(word: &AtomicU64) {
    // Only one thread at a time publishes, so nothing is lost between the load and the store.
    publish(word, word.load(Ordering::Relaxed).wrapping_add(1));
}

/// Loads the word. Everything that it stands for can be read after this call.
#[inline]
pub(crate) fn published(word: &AtomicU64) -> u64 {
    let value = word.load(Ordering::Relaxed);
    // Partner: the release store of `publish` (rule W2: no acquire loads of read-only memory).
    fence(Ordering::Acquire);
    value
}

/// Like [`published`], but `None` at the cost of one load if the word is still `known`.
#[inline]
pub(crate) fn published_since(word: &AtomicU64, known: u64) -> Option<u64> {
    let value = word.load(Ordering::Relaxed);
    if value == known {
        return None;
    }
    // Partner: as in `published`.
    fence(Ordering::Acquire);
    Some(value)
}

/// Whether the word is still `known` after everything that was copied before this call.
///
/// If the word is the change counter of a chunk, all objects that were alive in the chunk when the
/// counter was `known` are alive still, so everything copied from them is their own.
#[inline]
pub(crate) fn is_still(word: &AtomicU64, known: u64) -> bool {
    // Partner: the fence of `before_reuse`. The end of an object is counted before its entry is
    // vacated and its bytes are used again: if something copied before is the next occupant's, the
    // load below sees the counter moved.
    fence(Ordering::Acquire);
    word.load(Ordering::Relaxed) == known
}
