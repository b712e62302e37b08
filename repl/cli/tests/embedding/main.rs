//! The prompt in other programs: the library as hosts use it, and the examples in a terminal.
// A test that cannot go on should stop, at the line.
#![allow(clippy::unwrap_used)]

mod examples;
mod library;

// Each of the tests of this package uses a part of these.
#[path = "../harness/support.rs"]
#[allow(dead_code)]
mod support;
#[path = "../harness/terminal.rs"]
#[allow(dead_code)]
mod terminal;
