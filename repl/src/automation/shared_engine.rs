//! The engine of all triggers, which the thread that samples and the thread of the scripts share.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use memglass_watch::Engine;

/// The engine behind a lock that lets the scripts go first: a thread that samples without a pause would
/// otherwise take it again before the other one has woken up.
pub(crate) struct SharedEngine {
    engine: Mutex<Engine>,
    /// How many script threads are about to lock it.
    waiting: AtomicUsize,
}

/// How long a sample is put off for the scripts at most: a thread that wants the engine may be stopped.
const LONGEST: Duration = Duration::from_micros(200);

/// How long a thread that wants it goes without sleeping.
const SPIN: Duration = Duration::from_micros(20);

impl SharedEngine {
    pub(super) fn new(engine: Engine) -> Self {
        SharedEngine {
            engine: Mutex::new(engine),
            waiting: AtomicUsize::new(0),
        }
    }

    /// The engine for the thread of the scripts.
    pub(super) fn for_scripts(&self) -> MutexGuard<'_, Engine> {
        // Relaxed: it only says who goes first; the lock orders what they do.
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let engine = self.lock();
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        engine
    }

    /// The engine for a sample.
    #[inline]
    pub(super) fn for_sample(&self) -> MutexGuard<'_, Engine> {
        if self.waiting.load(Ordering::Relaxed) == 0
            && let Ok(engine) = self.engine.try_lock()
        {
            return engine;
        }
        self.after_the_scripts()
    }

    /// The same where the scripts want it, or have it.
    #[cold]
    fn after_the_scripts(&self) -> MutexGuard<'_, Engine> {
        let start = Instant::now();
        while self.waiting.load(Ordering::Relaxed) > 0 && start.elapsed() < LONGEST {
            std::hint::spin_loop();
        }
        self.lock()
    }

    /// Mostly the other holds it for a microsecond or so, which is less than to sleep and to be woken takes. A sample of
    /// very many places holds it for longer; no script runs meanwhile.
    fn lock(&self) -> MutexGuard<'_, Engine> {
        let mut start = None;
        loop {
            match self.engine.try_lock() {
                Ok(engine) => return engine,
                // A panic is a mistake of ours. The next sample begins again with everything.
                Err(TryLockError::Poisoned(error)) => return error.into_inner(),
                Err(TryLockError::WouldBlock) => {}
            }
            if start.get_or_insert_with(Instant::now).elapsed() >= SPIN {
                break;
            }
            std::hint::spin_loop();
        }
        self.engine.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
