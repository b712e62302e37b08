//! Loom's atomics in place of std's, and waits counted in steps instead of time.

use std::cell::Cell;

pub(crate) use loom::sync::atomic::{Ordering, fence};

loom::thread_local! {
    /// Whether this thread made a `SeqCst` store or exchange that no `SeqCst` load has followed yet.
    static STORED: Cell<bool> = Cell::new(false);
}

/// Loom's atomic, with two things that loom lacks.
///
/// **All orders.** Loom tries another order of a store and a load only if no thread, not even the storing one,
/// has loaded the word in between. So it tries a single order of a load in one thread and a load followed
/// by a store in another. Therefore each access first stores to a word that no thread reads. Stores
/// depend on each other, so loom tries all orders; because no thread reads these, they synchronize nothing.
///
/// **`SeqCst` accesses.** Loom treats them as acquire and release. A `SeqCst` store or exchange and a later
/// `SeqCst` load of the same thread are in that order for all `SeqCst` operations of others, as if there
/// were a `SeqCst` fence between them; so this module adds one. If either of the two is weaker, it adds none.
#[derive(Debug)]
pub(crate) struct AtomicU64 {
    value: loom::sync::atomic::AtomicU64,
    turn: loom::sync::atomic::AtomicU64,
}

impl AtomicU64 {
    pub(crate) fn new(value: u64) -> Self {
        let [value, turn] = [value, 0].map(loom::sync::atomic::AtomicU64::new);
        Self { value, turn }
    }

    fn take_turn(&self) -> &loom::sync::atomic::AtomicU64 {
        self.turn.store(0, Ordering::Relaxed);
        &self.value
    }

    pub(crate) fn load(&self, ordering: Ordering) -> u64 {
        if ordering == Ordering::SeqCst && STORED.with(|stored| stored.replace(false)) {
            fence(Ordering::SeqCst);
        }
        self.take_turn().load(ordering)
    }

    pub(crate) fn store(&self, value: u64, ordering: Ordering) {
        let word = self.take_turn();
        // The turn has been taken for it; other orders of the store itself are the same ones again.
        loom::stop_exploring();
        word.store(value, ordering);
        loom::explore();
        STORED.with(|stored| stored.set(stored.get() || ordering == Ordering::SeqCst));
    }

    pub(crate) fn compare_exchange(
        &self,
        current: u64,
        new: u64,
        success: Ordering,
        failure: Ordering,
    ) -> Result<u64, u64> {
        let result = self
            .take_turn()
            .compare_exchange(current, new, success, failure);
        if success == Ordering::SeqCst && result.is_ok() {
            STORED.with(|stored| stored.set(true));
        }
        result
    }

    pub(crate) fn fetch_max(&self, value: u64, ordering: Ordering) -> u64 {
        self.take_turn().fetch_max(value, ordering)
    }
}

/// Enough for one retry: more retries behave the same.
pub(crate) const READ_ATTEMPTS: u32 = 2;

/// One more would only repeat what the rounds of waiting do.
pub(crate) const CLAIM_ATTEMPTS: u32 = 1;

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
    pub(crate) fn new(_word: &AtomicU64) -> Self {
        Self { rounds: 0 }
    }

    pub(crate) fn wait(&mut self, _seen: u64) -> Waited {
        if self.rounds == ROUNDS {
            return Waited::Enough;
        }
        self.rounds += 1;
        loom::thread::yield_now();
        Waited::Yielded
    }
}
