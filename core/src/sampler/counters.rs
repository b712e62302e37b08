//! What a sampler counts, so that nothing is lost in silence.

use std::sync::atomic::{AtomicU64, Ordering};

use super::scan::ScanCounters;
use super::subscription::UpdateKind;

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
    /// Changes, of all subscriptions.
    pub changed: u64,
    /// Fields that appeared, of all subscriptions.
    pub appeared: u64,
    /// Fields that vanished, of all subscriptions.
    pub vanished: u64,
    /// Updates that were folded into others because a receiver was slow.
    pub merged: u64,
    /// Values of guarded fields that were published and replaced between two looks.
    pub gaps: u64,
    /// Copies of guarded values that were made again because a new value was published meanwhile.
    pub retries: u64,
}

/// The same while it is being counted, by one thread.
#[derive(Debug, Default)]
pub(super) struct Counters {
    ticks: AtomicU64,
    late: AtomicU64,
    panics: AtomicU64,
    changed: AtomicU64,
    appeared: AtomicU64,
    vanished: AtomicU64,
    merged: AtomicU64,
    gaps: AtomicU64,
    retries: AtomicU64,
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

    pub(super) fn count_update(&self, kind: UpdateKind) {
        let counter = match kind {
            UpdateKind::Changed => &self.changed,
            UpdateKind::Appeared => &self.appeared,
            UpdateKind::Vanished => &self.vanished,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_merged(&self, updates: u64) {
        self.merged.fetch_add(updates, Ordering::Relaxed);
    }

    /// Adds what a scan has counted since it had counted `before`.
    pub(super) fn count_scan(&self, before: &ScanCounters, now: &ScanCounters) {
        let gaps = now.gaps - before.gaps;
        self.gaps.fetch_add(gaps, Ordering::Relaxed);
        let retries = now.retries - before.retries;
        self.retries.fetch_add(retries, Ordering::Relaxed);
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
            changed: load(&self.changed),
            appeared: load(&self.appeared),
            vanished: load(&self.vanished),
            merged: load(&self.merged),
            gaps: load(&self.gaps),
            retries: load(&self.retries),
        }
    }
}
