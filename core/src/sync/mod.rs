//! How writers in several processes take turns, and how readers never wait for them.
//!
//! [`two_slot`] is the protocol, as safe code over `&AtomicU64` and `&[AtomicU64]`, so that it runs
//! unchanged in a mapping, on the heap under Miri, and over loom's atomics (`tests/loom`).
//! [`owner`] says who holds a word, [`witness`] who can tell whether that owner is dead, and
//! [`atomic`] is the only place that knows which atomics and which clock are used.

mod atomic;
mod owner;
#[cfg(test)]
mod tests;
mod two_slot;
mod witness;

pub use owner::Owner;
pub use two_slot::{Busy, Contended};
// The observer and the protections build on these.
pub(crate) use two_slot::{Claim, TwoSlot, attempted};
pub(crate) use witness::{Registration, is_dead, register_range};
