//! A producer and an observer in one process, over real segments.
// A test that cannot go on should stop, at the line.
#![allow(clippy::unwrap_used)]

mod bytes;
mod changes;
mod fields;
mod followings;
mod labels;
mod lives;
mod memory;
mod named_types;
mod packed;
mod packed_fields;
mod place;
mod refreshing;
mod runtime_types;
mod samplers;
mod scans;
mod trials;
mod wholes;
