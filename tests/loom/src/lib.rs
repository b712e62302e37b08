//! The protocols of `memglass::sync` under loom: every interleaving of a few writers and readers.
//!
//! The sources of `core/src/sync/` are included unchanged; only the module that names the atomics and the
//! clock is replaced. The models are in `models/`, one file for each protocol and one for how they work
//! together. `mutants.sh` proves that they can fail, by weakening each ordering, fence and exchange in
//! turn.
//!
//! Without the feature `loom` the same models run over std's atomics and on real threads, many times
//! over: natively as a stress test, and under Miri (`miri.sh`).
//!
//! This is a separate crate rather than a `cfg` in the library, so that a plain `cargo test` runs it and
//! no build of the library ever has loom's atomics.
#![cfg(test)]
// The models do not use all that the library does.
#![allow(dead_code, unreachable_pub)]

mod models;
mod tool;

/// `memglass::sync`, over the atomics of the tool.
mod sync {
    #[cfg_attr(not(feature = "loom"), path = "../../../../core/src/sync/atomic.rs")]
    pub(crate) mod atomic;
    #[path = "../../../../core/src/sync/intent.rs"]
    pub(crate) mod intent;
    #[path = "../../../../core/src/sync/occupancy.rs"]
    pub(crate) mod occupancy;
    #[path = "../../../../core/src/sync/owner.rs"]
    pub(crate) mod owner;
    #[path = "../../../../core/src/sync/publish.rs"]
    pub(crate) mod publish;
    #[path = "../../../../core/src/sync/two_slot.rs"]
    pub(crate) mod two_slot;
}
