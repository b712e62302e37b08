//! The two-slot sequence lock under loom.
//!
//! The sources of the lock are included as they are; only the module that names the atomics and
//! the clock is another one. The models are in `models.rs`; `mutants.sh` proves that they bite, by
//! weakening each ordering, fence and exchange in turn.
//!
//! A crate of its own rather than a `cfg` in the library, so that a plain `cargo test` runs it and
//! no build of the library ever has loom's atomics.
#![cfg(test)]
// The models do not use all that the library does.
#![allow(dead_code, unreachable_pub)]

mod models;

/// `memglass::sync`, over loom's atomics.
mod sync {
    pub(crate) mod atomic;
    #[path = "../../../../core/src/sync/owner.rs"]
    pub(crate) mod owner;
    #[path = "../../../../core/src/sync/two_slot.rs"]
    pub(crate) mod two_slot;
}
