//! A write never lands in another object: writers announce the object they are about to write, and
//! the reclaimer reads the announcements before it reuses bytes.
//!
//! Each writing process has one intent word:
//!
//! | intent | means |
//! |---|---|
//! | 0 | the process writes to nothing that it did not find alive after announcing it |
//! | any other | it may be writing to that occupant of that entry, or be stopped in the middle |
//!
//! | writer | reclaimer |
//! |---|---|
//! | 1. announce the intent (`SeqCst` exchange) | 1. destroy: change the entry's state word |
//! | 2. check the state word (`SeqCst` load) | 2. [`before_look`] (`SeqCst` fence) |
//! | 3. store the value, only if it is alive | 3. look at all intents (acquire) |
//! | 4. clear the intent (release) | 4. use the bytes again, only of what is not announced |
//!
//! Steps 1 and 2 are Dekker's: when both sides announce and then look, at least one sees the other.
//! So either the writer finds the object destroyed, or the reclaimer finds it announced. Steps 3 and
//! 4 are a plain hand-over: a reclaimer that sees the intent cleared comes after the stores that it
//! covered.
//!
//! In C++20's words: were the check to read the state from before the destruction and the look to
//! read the intent from before the announcement, then `check -> fence` and `fence -> announcement` would
//! be in the order S of all `SeqCst` operations, and the announcement precedes the check.

use super::atomic::{AtomicU64, Ordering, fence};
use super::occupancy::{Alive, Occupancy};

/// Announced, not yet cleared; cleared when dropped.
#[derive(Debug)]
#[must_use = "it is cleared when dropped"]
pub(crate) struct Intent<'a> {
    word: &'a AtomicU64,
}

impl<'a> Intent<'a> {
    /// Announces `intent`, which is not 0; `None` while another thread of the process has announced one.
    #[inline]
    pub(crate) fn announce(word: &'a AtomicU64, intent: u64) -> Option<Intent<'a>> {
        // SeqCst; partner: the fence of `before_look`. It also acquires what the process's last
        // writer released when it cleared its intent, because clearing this one releases that again.
        // A failed exchange orders nothing: the caller does not act on it.
        word.compare_exchange(0, intent, Ordering::SeqCst, Ordering::Relaxed)
            .ok()?;
        Some(Intent { word })
    }

    /// Whether the announced object was alive after the announcement: then its bytes stay its own
    /// until this intent is cleared, however long that takes.
    #[inline]
    pub(crate) fn protects(&self, alive: Alive, entry: Occupancy<'_>) -> bool {
        // SeqCst; partner: the fence of `before_look`, which comes after the store of "destroyed".
        entry.0.load(Ordering::SeqCst) == alive.0.0
    }
}

impl Drop for Intent<'_> {
    fn drop(&mut self) {
        clear(self.word);
    }
}

/// Clears an intent: the process's own, or one left by a dead process that had the slot before.
#[inline]
pub(crate) fn clear(word: &AtomicU64) {
    // Release; partner: the load of `look`. The stores come before anybody may reuse the bytes.
    word.store(0, Ordering::Release);
}

/// Makes reclaimers look as far as `slot`; before the first announcement from it.
pub(crate) fn reach(highest: &AtomicU64, slot: u32) {
    // SeqCst; partner: the fence of `before_look`. Were the load after it to miss this, the fence would be
    // before this in S, this is before the announcement, and that before the check: which then
    // finds the object destroyed.
    highest.fetch_max(u64::from(slot), Ordering::SeqCst);
}

/// Comes between destroying objects and the look at the intents that may be for them; returns the
/// highest slot to look at.
pub(crate) fn before_look(highest: &AtomicU64) -> u64 {
    // Partners: the exchange of `announce`, the load of `protects`.
    fence(Ordering::SeqCst);
    highest.load(Ordering::Relaxed)
}

/// The intent that a process has announced. If it is not an object's, no store that the process makes
/// from here on lands in that object.
#[inline]
pub(crate) fn look(word: &AtomicU64) -> u64 {
    // Acquire; partner: the store of `clear`.
    word.load(Ordering::Acquire)
}
