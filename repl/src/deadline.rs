//! A limit in time on what a script does.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, Sender, bounded};

/// Raises a flag when its time has passed, unless it is ended before.
pub struct Deadline {
    passed: Arc<AtomicBool>,
    /// The thread that waits sees it close.
    over: Sender<()>,
    waiting: JoinHandle<()>,
}

impl Deadline {
    /// After `limit`, `interrupt` is raised, which stops a script; then `afterwards` runs, unless the
    /// deadline is ended within `grace` because what was asked to stop has stopped.
    ///
    /// # Errors
    ///
    /// If no thread can be started.
    pub fn start(
        limit: Duration,
        interrupt: Arc<AtomicBool>,
        grace: Duration,
        afterwards: impl FnOnce() + Send + 'static,
    ) -> std::io::Result<Self> {
        let passed = Arc::new(AtomicBool::new(false));
        let (over, done) = bounded::<()>(0);
        let is_up = Arc::clone(&passed);
        let wait = move || {
            if done.recv_timeout(limit) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            is_up.store(true, Ordering::SeqCst);
            interrupt.store(true, Ordering::SeqCst);
            if done.recv_timeout(grace) == Err(RecvTimeoutError::Timeout) {
                afterwards();
            }
        };
        let waiting = thread::Builder::new().name("deadline".into()).spawn(wait)?;
        Ok(Deadline {
            passed,
            over,
            waiting,
        })
    }

    /// Whether the time has passed.
    pub fn passed(&self) -> bool {
        self.passed.load(Ordering::SeqCst)
    }

    /// Ends it: from now on it raises nothing. True if its time has passed.
    pub fn end(self) -> bool {
        drop(self.over);
        // It panics only if `afterwards` does, and that has been told.
        let _ = self.waiting.join();
        self.passed.load(Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_that_passes_raises_the_flag_and_then_loses_patience() {
        let flag = Arc::new(AtomicBool::new(false));
        let (sender, lost) = bounded(1);
        let deadline = Deadline::start(
            Duration::from_millis(1),
            Arc::clone(&flag),
            Duration::from_millis(1),
            move || sender.send(()).unwrap(),
        )
        .unwrap();
        lost.recv_timeout(Duration::from_secs(20)).unwrap();
        assert!(deadline.passed() && flag.load(Ordering::SeqCst));
    }

    #[test]
    fn a_limit_that_is_ended_before_does_nothing() {
        let flag = Arc::new(AtomicBool::new(false));
        let (sender, lost) = bounded::<()>(1);
        let deadline = Deadline::start(
            Duration::from_secs(3600),
            Arc::clone(&flag),
            Duration::ZERO,
            move || sender.send(()).unwrap(),
        )
        .unwrap();
        assert!(!deadline.end());
        // The thread has ended without having spoken: its end of the channel is gone.
        assert_eq!(
            lost.recv_timeout(Duration::from_secs(20)),
            Err(RecvTimeoutError::Disconnected)
        );
        assert!(!flag.load(Ordering::SeqCst));
    }
}
