//! How long something took, by the clock and for the thread that did it.

use std::time::{Duration, Instant};

/// How long something took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Timing {
    /// By the clock: what other programs take from the processor is in it.
    pub clock: Duration,
    /// The time for which the thread was running.
    pub running: Duration,
}

/// Does `work` and measures it.
pub fn timed<R>(work: impl FnOnce() -> R) -> (R, Timing) {
    let (start, ran) = (Instant::now(), running_time());
    let result = work();
    let timing = Timing {
        running: running_time() - ran,
        clock: start.elapsed(),
    };
    (result, timing)
}

/// Time that this thread was running.
pub fn running_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Many timings of one thing.
#[derive(Clone, Debug)]
pub struct Timings {
    /// How many took less than 2^n nanoseconds by the clock, and not less than half of that.
    clock: [u64; 64],
    longest: Timing,
    /// The longest but one that the thread was running.
    running_but_one: Duration,
}

impl Default for Timings {
    fn default() -> Timings {
        Timings {
            clock: [0; 64],
            longest: Timing::default(),
            running_but_one: Duration::ZERO,
        }
    }
}

impl Timings {
    /// Takes in one more.
    pub fn note(&mut self, timing: Timing) {
        let nanoseconds = timing.clock.as_nanos() as u64;
        self.clock[(u64::BITS - nanoseconds.leading_zeros()) as usize] += 1;
        self.longest.clock = self.longest.clock.max(timing.clock);
        let shorter = timing.running.min(self.longest.running);
        self.running_but_one = self.running_but_one.max(shorter);
        self.longest.running = self.longest.running.max(timing.running);
    }

    /// The longest by the clock, and the longest that the thread was running.
    pub fn longest(&self) -> Timing {
        self.longest
    }

    /// The longest but one that the thread was running.
    ///
    /// On a virtual machine a thread also counts as running while the host has taken the processor away. That is rare,
    /// so it does not happen to two of some hundreds; what a thread does by itself does.
    pub fn running_but_one(&self) -> Duration {
        self.running_but_one
    }

    /// A power of two that at least half of them did not reach, by the clock.
    pub fn median(&self) -> Duration {
        let mut left = self.count().div_ceil(2);
        let bucket = self.clock.iter().position(|&count| {
            left = left.saturating_sub(count);
            left == 0
        });
        Duration::from_nanos(1 << bucket.unwrap_or(0))
    }

    /// How many.
    pub fn count(&self) -> u64 {
        self.clock.iter().sum()
    }
}

impl std::fmt::Display for Timings {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (count, median) = (self.count(), self.median());
        let Timing { clock, running } = self.longest;
        write!(
            out,
            "{count} (half below {median:?}, longest {clock:?}, of which running {running:?})"
        )
    }
}
