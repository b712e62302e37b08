//! Ends a program whose trial takes too long, and says which one it was.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Watches over trials, one at a time.
pub struct Watchdog {
    trial: Arc<Mutex<Option<(String, Instant)>>>,
}

impl Watchdog {
    /// Ends the program when a trial takes longer than `limit`, which must allow for a busy machine.
    pub fn new(limit: Duration) -> Watchdog {
        let trial = Arc::new(Mutex::new(None));
        let watched = Arc::downgrade(&trial);
        std::thread::spawn(move || {
            while let Some(trial) = watched.upgrade() {
                end_if_overdue(&trial, limit);
                drop(trial);
                std::thread::park_timeout(limit / 8);
            }
        });
        Watchdog { trial }
    }

    /// Runs a trial called `name`.
    ///
    /// # Panics
    ///
    /// If the trial does.
    pub fn over<R>(&self, name: impl FnOnce() -> String, trial: impl FnOnce() -> R) -> R {
        let set = |state| *self.trial.lock().expect("nobody panics with it") = state;
        set(Some((name(), Instant::now())));
        let result = trial();
        set(None);
        result
    }
}

fn end_if_overdue(trial: &Mutex<Option<(String, Instant)>>, limit: Duration) {
    let trial = trial.lock().expect("nobody panics with it");
    if let Some((name, start)) = &*trial
        && start.elapsed() > limit
    {
        eprintln!("{name} took longer than {limit:?}");
        std::process::abort();
    }
}
