//! What scripts do to a live session, and what comes back at the prompt: tests that look at more than a host can.
#![allow(clippy::unwrap_used)]

mod market;
mod producer;
mod scripting;
mod transcript;
mod world;
