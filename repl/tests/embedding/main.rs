//! The prompt in other programs: the library as hosts use it, and the examples in a terminal.
// A test that cannot go on should stop, at the line.
#![allow(clippy::unwrap_used)]

mod examples;
mod library;
mod terminal;
