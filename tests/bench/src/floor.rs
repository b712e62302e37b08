//! The time of a load, a store, and a locked instruction.

use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::report::Report;
use crate::timing::{beside, per_operation};

pub(crate) struct Floor {
    pub(crate) load: f64,
    pub(crate) store: f64,
    /// While another processor loads the same word without pause.
    pub(crate) contended: f64,
    pub(crate) locked: f64,
    pub(crate) copy_40: f64,
    /// A load whose address comes from the previous load, in random order over 256 MiB.
    pub(crate) miss: f64,
}

const COUNT: u64 = 100_000;

pub(crate) fn measure(report: &Report) -> Floor {
    // Behind a pointer, like the cells.
    let word = Box::new(AtomicU64::new(1));
    let word: &AtomicU64 = &word;
    let load = per_operation(COUNT, || {
        for _ in 0..COUNT {
            black_box(black_box(word).load(Ordering::Relaxed));
        }
    });
    let store = per_operation(COUNT, || {
        for number in 0..COUNT {
            black_box(word).store(number, Ordering::Relaxed);
        }
    });
    let locked = per_operation(COUNT, || {
        for _ in 0..COUNT {
            black_box(black_box(word).fetch_add(1, Ordering::Relaxed));
        }
    });
    let values = [1_u64; 5];
    let copy_40 = per_operation(COUNT, || {
        for _ in 0..COUNT {
            black_box(*black_box(&values));
        }
    });
    let contended = beside(
        || {
            || {
                black_box(black_box(word).load(Ordering::Relaxed));
            }
        },
        COUNT,
        || {
            for number in 0..COUNT {
                black_box(word).store(number, Ordering::Relaxed);
            }
        },
    );
    report.heading("floor");
    report.figure("relaxed load", load, None, None);
    report.figure("relaxed store", store, None, None);
    report.figure(
        "relaxed store beside a thread that loads it",
        contended,
        None,
        None,
    );
    report.figure("locked instruction", locked, None, None);
    report.figure("copy of 40 bytes", copy_40, None, None);
    let miss = cache_miss();
    report.figure("load that misses the cache", miss, None, None);
    Floor {
        load,
        store,
        contended,
        locked,
        copy_40,
        miss,
    }
}

/// Follows a chain through memory that no cache holds and no prefetcher foresees.
fn cache_miss() -> f64 {
    const ENTRIES: u32 = 1 << 26;
    const STEPS: u64 = 100_000;
    // A linear congruential sequence of full period (Hull and Dobell, 1962) visits each entry once.
    let next = |entry: u32| entry.wrapping_mul(1_664_525).wrapping_add(1_013_904_223) % ENTRIES;
    let chain: Vec<u32> = (0..ENTRIES).map(next).collect();
    let mut entry = 0;
    per_operation(STEPS, || {
        for _ in 0..STEPS {
            entry = chain[entry as usize];
        }
        black_box(entry);
    })
}
