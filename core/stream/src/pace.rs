//! Steady ticks.

use std::time::{Duration, Instant};

use memglass::sampler::Rate;

/// When the next look is due, and how many were left out.
pub(crate) struct Pace {
    begin: Instant,
    period: Duration,
    tick: u32,
}

impl Pace {
    /// The first look is due after one period.
    pub(crate) fn new(rate: Rate) -> Pace {
        Pace {
            begin: Instant::now(),
            period: rate.period().unwrap_or_default(),
            tick: 1,
        }
    }

    /// How long there is until the next look.
    pub(crate) fn rest(&self) -> Duration {
        let due = self.period.saturating_mul(self.tick);
        due.saturating_sub(self.begin.elapsed())
    }

    /// Begins a look; how many were left out before it.
    pub(crate) fn look(&mut self) -> u64 {
        if self.period.is_zero() {
            return 0;
        }
        let passed = self.begin.elapsed().as_nanos() / self.period.as_nanos();
        let late = passed.saturating_sub(u128::from(self.tick)) as u32;
        self.tick = self.tick.saturating_add(late).saturating_add(1);
        u64::from(late)
    }
}
