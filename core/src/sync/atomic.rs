//! The atomics and the waiting that the protocol uses: std's here, loom's in `tests/loom`.

use std::time::{Duration, Instant};

pub(crate) use std::sync::atomic::{AtomicU64, Ordering, fence};

/// How often a reader copies before it gives up.
///
/// A flat-out writer spoils fewer than one in a hundred copies of a small value; only values so
/// large that copying takes longer than the pause between two writes ever get here.
pub(crate) const READ_ATTEMPTS: u32 = 256;

/// How long a writer waits for another one.
const WAIT: Duration = Duration::from_millis(2);

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
    /// Let other threads run.
    Yielded,
    /// Nothing: the time is over.
    Enough,
}

/// A bounded wait (W3): first busy, then giving way, for [`WAIT`] in all.
pub(crate) struct Patience {
    rounds: u32,
    deadline: Option<Instant>,
}

impl Patience {
    /// A wait that begins with the first [`wait`](Self::wait).
    pub(crate) fn new() -> Self {
        Self {
            rounds: 0,
            deadline: None,
        }
    }

    /// Waits a little longer, unless it was long enough.
    pub(crate) fn wait(&mut self) -> Waited {
        let deadline = *self.deadline.get_or_insert_with(|| Instant::now() + WAIT);
        if self.rounds < SPIN_ROUNDS {
            (0..1_u32 << self.rounds).for_each(|_| pause());
            self.rounds += 1;
            return Waited::Spun;
        }
        if Instant::now() >= deadline {
            return Waited::Enough;
        }
        std::thread::yield_now();
        Waited::Yielded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_ends_soon_after_its_time() {
        let started = Instant::now();
        let mut patience = Patience::new();
        while !matches!(patience.wait(), Waited::Enough) {}
        assert!(started.elapsed() >= WAIT);
        // Generous: other programs may run while this one gives way.
        assert!(started.elapsed() < Duration::from_secs(2));
    }
}
