//! What comes back at the prompt: tests that look at more than a host can.
#![allow(clippy::unwrap_used)]

mod compiled;
mod market;
#[path = "../../script/src/tests/producer.rs"]
#[allow(dead_code)] // The scripts' tests use more of it.
mod producer;
mod transcript;
