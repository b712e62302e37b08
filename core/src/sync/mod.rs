//! What several processes do with the same words at once: every protocol of the format, and with it
//! every ordering and fence.
//!
//! - [`two_slot`]: a value that readers never wait for and a writer's death does not spoil; [`owner`]
//!   names its holder, [`witness`] can tell whether that owner is dead.
//! - [`occupancy`]: whose bytes a reader has copied, when objects come and go.
//! - [`intent`]: why a writer never hits the next object.
//! - [`publish`]: words that stand for what was stored before them.
//!
//! All of it is safe code over `&AtomicU64` and `&[AtomicU64]`, so that it runs unchanged in a
//! mapping, on the heap under Miri, and over loom's atomics (`tests/loom`). [`atomic`] is the only
//! place that knows which atomics and which clock are used.

mod atomic;
pub(crate) mod intent;
pub(crate) mod occupancy;
mod owner;
mod publish;
#[cfg(test)]
mod tests;
mod two_slot;
mod witness;

pub use owner::Owner;
pub use two_slot::{Busy, Contended};
// The observer and the protections build on these.
pub(crate) use publish::{is_still, publish, publish_next, published, published_since};
pub(crate) use two_slot::{
    Claim, TwoSlot, attempted, load_bytes, published_values, values_between,
};
pub(crate) use witness::{WitnessRange, is_dead, register_range};
