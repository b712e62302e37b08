//! What runs a model: loom, which tries all interleavings, or real threads, which try some.

#[cfg(feature = "loom")]
pub(crate) use loom::{
    sync::{Arc, Mutex},
    thread,
};
#[cfg(not(feature = "loom"))]
pub(crate) use std::{
    sync::{Arc, Mutex},
    thread,
};

/// How often a thread may be preempted in the interleavings of an ordinary run. Each further preemption
/// takes several times as long, and with two some model fails for every mutant.
#[cfg(feature = "loom")]
const PREEMPTIONS: usize = 2;

/// The same for models of three and more threads when everything is tried that can be.
#[cfg(feature = "loom")]
const PREEMPTIONS_OF_MANY: usize = 4;

/// Tries the interleavings of a model of two threads: all of them with `MEMGLASS_FULL` in the
/// environment.
#[cfg(feature = "loom")]
pub(crate) fn model(run: impl Fn() + Send + Sync + 'static) {
    check(None, run);
}

/// Tries the interleavings of a model of many threads, up to a limit: trying all takes too long.
#[cfg(feature = "loom")]
pub(crate) fn large_model(run: impl Fn() + Send + Sync + 'static) {
    check(Some(PREEMPTIONS_OF_MANY), run);
}

#[cfg(feature = "loom")]
fn check(in_full: Option<usize>, run: impl Fn() + Send + Sync + 'static) {
    let is_full = std::env::var_os("MEMGLASS_FULL").is_some();
    let bound = if is_full { in_full } else { Some(PREEMPTIONS) };
    let mut builder = loom::model::Builder::new();
    builder.max_branches = 10_000;
    // Settings for loom in the environment come first.
    builder.preemption_bound = builder.preemption_bound.or(bound);
    builder.check(run);
}

/// Runs the model often enough that threads interleave in many ways. Miri does that with its seeds.
#[cfg(not(feature = "loom"))]
pub(crate) fn model(run: impl Fn()) {
    let rounds = match std::env::var("MEMGLASS_ROUNDS") {
        _ if cfg!(miri) => 1,
        Ok(rounds) => rounds.parse().expect("MEMGLASS_ROUNDS is a number"),
        Err(_) => 1000,
    };
    (0..rounds).for_each(|_| run());
}

#[cfg(not(feature = "loom"))]
pub(crate) fn large_model(run: impl Fn()) {
    model(run);
}

#[cfg(all(test, feature = "loom"))]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::{Arc, Mutex};

    use super::{model, thread};
    use crate::sync::atomic::{AtomicU64, Ordering, fence};

    /// The results of `run` in all tried interleavings.
    fn outcomes<T: Ord + Send + 'static>(
        run: impl Fn() -> T + Send + Sync + 'static,
    ) -> BTreeSet<T> {
        let seen = Arc::new(Mutex::new(BTreeSet::new()));
        let outcomes = Arc::clone(&seen);
        model(move || {
            outcomes.lock().expect("nobody panics").insert(run());
        });
        std::mem::take(&mut seen.lock().expect("nobody panics"))
    }

    /// Without the turns, loom tries only one order, and most models here would prove nothing.
    #[test]
    fn a_load_is_tried_before_between_and_after_changes_that_begin_with_a_load() {
        let seen = outcomes(|| {
            let word = loom::sync::Arc::new(AtomicU64::new(0));
            let writer = thread::spawn({
                let word = loom::sync::Arc::clone(&word);
                move || {
                    for _ in 0..2 {
                        let next = word.load(Ordering::Relaxed) + 1;
                        word.store(next, Ordering::Relaxed);
                    }
                }
            });
            let seen = word.load(Ordering::Relaxed);
            writer.join().expect("the writer does not panic");
            seen
        });
        assert_eq!(seen, BTreeSet::from([0, 1, 2]));
    }

    /// What two threads see of each other that each announce and then look.
    fn dekker(announce: Ordering, look: Ordering, other: Ordering) -> BTreeSet<(u64, u64)> {
        outcomes(move || {
            let words = loom::sync::Arc::new([AtomicU64::new(0), AtomicU64::new(0)]);
            let writer = thread::spawn({
                let words = loom::sync::Arc::clone(&words);
                move || {
                    let announced = words[0].compare_exchange(0, 1, announce, Ordering::Relaxed);
                    announced.expect("nobody else does");
                    words[1].load(look)
                }
            });
            words[1].store(1, Ordering::Relaxed);
            fence(other);
            let seen = words[0].load(Ordering::Relaxed);
            (writer.join().expect("the writer does not panic"), seen)
        })
    }

    #[test]
    fn of_two_that_announce_and_look_one_sees_the_other_if_all_is_sequentially_consistent() {
        use Ordering::{AcqRel, Acquire, SeqCst};
        let neither = (0, 0);
        assert!(!dekker(SeqCst, SeqCst, SeqCst).contains(&neither));
        assert!(dekker(AcqRel, SeqCst, SeqCst).contains(&neither));
        assert!(dekker(SeqCst, Acquire, SeqCst).contains(&neither));
        assert!(dekker(SeqCst, SeqCst, AcqRel).contains(&neither));
    }
}
