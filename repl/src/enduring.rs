//! Work on a sampler's thread that panics: a mistake of ours, which shall neither pass in silence nor end what people
//! rely on at once.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering};

/// How often some work has panicked. It goes on after the first time, and ends with the second.
#[derive(Debug, Default)]
pub(crate) struct Panics(AtomicU32);

/// That some work has panicked just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Panicked {
    /// For the first time.
    Once,
    /// It is not done any more.
    Again,
}

impl Panics {
    /// Does some work, unless it has panicked twice.
    ///
    /// # Errors
    ///
    /// It has panicked now.
    pub(crate) fn attempt(&self, work: impl FnOnce()) -> Result<(), Panicked> {
        // Relaxed: only the thread that does the work counts.
        let before = self.0.load(Ordering::Relaxed);
        if before > 1 {
            return Ok(());
        }
        let Err(payload) = catch_unwind(AssertUnwindSafe(work)) else {
            return Ok(());
        };
        // Dropping what it panicked with may panic too.
        std::mem::forget(payload);
        self.0.store(before + 1, Ordering::Relaxed);
        Err(match before {
            0 => Panicked::Once,
            _ => Panicked::Again,
        })
    }
}

/// What people are told.
impl fmt::Display for Panicked {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Panicked::Once => {
                "a sample has panicked, which is a mistake in memglass; sampling was begun again"
            }
            Panicked::Again => {
                "a sample has panicked again, which is a mistake in memglass; nothing is sampled at this rate any more"
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_panics_is_done_again_once() {
        let panics = Panics::default();
        let mut done = 0;
        let mut attempt = |fails: bool| {
            panics.attempt(|| {
                done += 1;
                assert!(!fails, "as the test asks for");
            })
        };
        assert_eq!(attempt(false), Ok(()));
        assert_eq!(attempt(true), Err(Panicked::Once));
        assert_eq!(attempt(false), Ok(()));
        assert_eq!(attempt(true), Err(Panicked::Again));
        assert_eq!(attempt(true), Ok(()));
        assert_eq!(done, 4);
    }
}
