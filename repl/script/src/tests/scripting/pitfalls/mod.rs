//! Each trap that Rhai or a proxy lays, by its number in the list of those that were found; those that
//! need no session are tested beside the code.

mod closures;
mod ends;
mod names;
mod numbers;
mod stores;
mod texts;
