//! Loom's atomics in place of std's, and waiting by so many steps instead of so long.

pub(crate) use loom::sync::atomic::{AtomicU64, Ordering, fence};

/// Enough for one retry, which is all that is different from none.
pub(crate) const READ_ATTEMPTS: u32 = 2;

/// Rounds of waiting: the other writer gets its turn in each.
const ROUNDS: u32 = 2;

pub(crate) fn pause() {
    loom::thread::yield_now();
}

pub(crate) enum Waited {
    Spun,
    Yielded,
    Enough,
}

pub(crate) struct Patience {
    rounds: u32,
}

impl Patience {
    pub(crate) fn new() -> Self {
        Self { rounds: 0 }
    }

    pub(crate) fn wait(&mut self) -> Waited {
        if self.rounds == ROUNDS {
            return Waited::Enough;
        }
        self.rounds += 1;
        loom::thread::yield_now();
        Waited::Yielded
    }
}
