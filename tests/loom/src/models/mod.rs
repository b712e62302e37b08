//! What must hold in every interleaving.
//!
//! A model is a few threads that do what producers and observers do, with the library's own code for
//! every access that another process may race with.

mod directory;
#[cfg(feature = "cpp")]
mod guarded_hpp;
mod intent;
mod occupancy;
mod publish;
mod two_slot;

use crate::sync::atomic::{AtomicU64, Ordering};

/// A word of shared memory that means nothing to a protocol: part of an object, a label or a record.
struct Word(AtomicU64);

impl Word {
    fn new(value: u64) -> Word {
        Word(AtomicU64::new(value))
    }

    fn load(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn store(&self, value: u64) {
        self.0.store(value, Ordering::Relaxed);
    }
}
