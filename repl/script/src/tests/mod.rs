//! What scripts do to a live session.
#![allow(clippy::unwrap_used)]

mod producer;
mod same_answers;
mod scripting;
mod world;
