//! Scripts against a live session: a producer in this process, an observer beside it, one script engine.

mod errors;
mod interrupts;
mod ledger;
mod limits;
mod lists;
mod logging;
mod objects;
mod output;
mod packed;
mod pitfalls;
mod reading;
mod session;
mod sets;
mod type_files;
mod writing;
