//! Who owns the terminal, and what it can show. It knows no script, no session and no prompt.
//!
//! - [`look`]: colours and size.
//! - [`modes`]: the modes of the terminal, and giving them back.
//! - [`signal`]: Ctrl-C and the signals that end a program.
//! - [`foreground`]: another program in the terminal for a while.
//! - [`streams`]: standard output and standard error.

pub mod foreground;
pub mod look;
pub mod modes;
pub mod signal;
pub mod streams;
