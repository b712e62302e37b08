//! The atomics and the waiting that the protocol uses: std's here, loom's in `tests/loom`.

use std::cell::Cell;
use std::time::{Duration, Instant};

pub(crate) use std::sync::atomic::{AtomicU64, Ordering, fence};

/// How often a reader copies before it gives up.
///
/// A flat-out writer spoils fewer than one in a hundred copies of a small value; only values so
/// large that copying takes longer than the pause between two writes ever get here.
pub(crate) const READ_ATTEMPTS: u32 = 256;

/// How often a waiting writer tries to claim a word that it finds free: one that loses the first
/// exchange to a faster writer has the cache line now, and then wins the next one.
pub(crate) const CLAIM_ATTEMPTS: u32 = 4;

/// How long a writer waits for another one that does not get on: it keeps its claim, or was stopped.
///
/// A holder that merely lost its processor comes back well within this time, even on a machine with
/// many more threads than processors.
const STUCK: Duration = Duration::from_millis(500);

/// How long a writer waits while others write in turn.
const WAIT: Duration = Duration::from_secs(5);

/// How long a waiting writer only gives way before it sleeps, so that a holder that lost its
/// processor to it gets it back.
const GIVE_WAY: Duration = Duration::from_micros(50);

/// Longest sleep of a waiting writer.
const NAP: Duration = Duration::from_millis(5);

/// Rounds of busy waiting, each twice as long as the one before: about 127 pauses in all. That takes
/// a few microseconds, in which every running writer finishes.
const SPIN_ROUNDS: u32 = 7;

/// Passes the time between two attempts of a reader.
pub(crate) fn pause() {
    std::hint::spin_loop();
}

/// How a writer has just waited for another one.
pub(crate) enum Waited {
    /// Spun for less than a microsecond.
    Spun,
    /// Let others run.
    Yielded,
    /// Nothing: the time is over.
    Enough,
}

thread_local! {
    /// The last word that this thread waited for in vain, by address, and its value then.
    static STUCK_AT: Cell<(usize, u64)> = const { Cell::new((0, 0)) };
}

/// A bounded wait (W3) for the holder of a word: first busy, then giving way, then asleep. It ends when
/// the word did not change for [`STUCK`], or after [`WAIT`] in all.
///
/// A thread waits for a stuck holder once: until the word changes, its next waits end after the busy
/// part. So a stopped observer does not cost the producer half a second with each write. A holder that
/// gave its claim back without a new value and then claims again leaves the same word: one write of a thread
/// that had waited for it in vain before may be refused early then.
pub(crate) struct Patience {
    address: usize,
    rounds: u32,
    /// The word as it was seen last, since when, and until when to wait at most.
    seen: Option<(u64, Instant, Instant)>,
}

impl Patience {
    /// A wait for `word` that begins with the first [`wait`](Self::wait).
    pub(crate) fn new(word: &AtomicU64) -> Self {
        Self {
            address: std::ptr::from_ref(word).addr(),
            rounds: 0,
            seen: None,
        }
    }

    /// Waits a little longer, unless it was long enough; `word` is what was seen last.
    pub(crate) fn wait(&mut self, word: u64) -> Waited {
        if self.rounds < SPIN_ROUNDS {
            (0..1_u32 << self.rounds).for_each(|_| pause());
            self.rounds += 1;
            return Waited::Spun;
        }
        if STUCK_AT.get() == (self.address, word) {
            return Waited::Enough;
        }
        let now = Instant::now();
        let (seen, since, end) = self.seen.get_or_insert((word, now, now + WAIT));
        if *seen != word {
            (*seen, *since) = (word, now);
        }
        let still = now - *since;
        if still >= STUCK {
            STUCK_AT.set((self.address, word));
            return Waited::Enough;
        }
        if now >= *end {
            return Waited::Enough;
        }
        if still < GIVE_WAY {
            std::thread::yield_now();
        } else {
            std::thread::sleep((still / 4).min(NAP));
        }
        Waited::Yielded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait_out(patience: &mut Patience, mut word: impl FnMut() -> u64) -> Duration {
        let started = Instant::now();
        while !matches!(patience.wait(word()), Waited::Enough) {}
        started.elapsed()
    }

    #[test]
    fn patience_ends_when_nothing_moves_and_is_shorter_the_next_time() {
        let word = AtomicU64::new(7);
        let first = wait_out(&mut Patience::new(&word), || 7);
        // Generous: other programs may run while this one gives way.
        assert!(first >= STUCK && first < WAIT, "{first:?}");
        let second = wait_out(&mut Patience::new(&word), || 7);
        assert!(second < STUCK, "{second:?}");
        let moved = wait_out(&mut Patience::new(&word), || 8);
        assert!(moved >= STUCK, "{moved:?}");
    }

    #[test]
    fn patience_is_longer_while_others_write_and_still_ends() {
        let word = AtomicU64::new(0);
        let mut turns = 0;
        let waited = wait_out(&mut Patience::new(&word), || {
            turns += 1;
            turns
        });
        assert!(waited >= WAIT && waited < 2 * WAIT, "{waited:?}");
    }
}
