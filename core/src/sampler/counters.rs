//! What a sampler counts, so that nothing is lost in silence.

use std::sync::atomic::{AtomicU64, Ordering};

/// What a sampler counted since it was started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SamplerCounters {
    /// Ticks of all rates.
    pub ticks: u64,
    /// Points of the grid that were passed over because a tick started too late.
    pub late: u64,
    /// Probes that panicked and were removed.
    pub panics: u64,
}

/// The same while it is being counted, by one thread.
#[derive(Debug, Default)]
pub(super) struct Counters {
    ticks: AtomicU64,
    late: AtomicU64,
    panics: AtomicU64,
    ids: AtomicU64,
}

impl Counters {
    pub(super) fn count_tick(&self, late: u64) {
        self.ticks.fetch_add(1, Ordering::Relaxed);
        self.late.fetch_add(late, Ordering::Relaxed);
    }

    pub(super) fn count_panic(&self, happened: bool) {
        if happened {
            self.panics.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A number that no other probe has.
    pub(super) fn next_id(&self) -> u64 {
        self.ids.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) fn present(&self) -> SamplerCounters {
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        SamplerCounters {
            ticks: load(&self.ticks),
            late: load(&self.late),
            panics: load(&self.panics),
        }
    }
}
