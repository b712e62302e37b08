//! What differs between operating systems, in one place.
//!
//! Everything above this crate is the same text on each of them. `unix/` is for Linux and macOS;
//! `elsewhere/` is for Windows, where the editor of the prompt sees to the console by itself, and has
//! the same names.
//!
//! - [`files`]: files that may turn out to be pipes or devices; who may read what is made.
//! - [`memory`]: whether the process may have more of it.
//! - [`console`]: the modes of the terminal.
//! - [`signals`]: what the system asks of the process.
//! - [`rescue`]: the terminal given back by the signal that ends the process.
//! - [`process`]: stopping for a while, starting another process apart, and where a program lies in one.

pub mod files;
pub mod memory;
mod placement;

#[cfg(not(unix))]
mod elsewhere;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
use elsewhere as system;
#[cfg(unix)]
use unix as system;

/// The modes of the terminal.
pub mod console {
    pub use crate::system::console::{Console, Modes};
}

/// What the system asks of the process.
pub mod signals {
    pub use crate::system::signals::{
        END, INTERRUPT, Listener, WAKES_KEYS, leave_to_others, never_stop_while_ending,
        on_continue, on_stop, raise_at_end, report_full_files_as_errors, wake_keys,
    };
}

/// The terminal given back by the signal that ends the process.
pub mod rescue {
    pub use crate::system::rescue::{arm, prepare};
}

/// Stopping for a while, starting another process apart, and where a program lies in one.
pub mod process {
    pub use crate::placement::{mapped_at, processes_with, program_of};
    pub use crate::system::process::{Suspender, in_its_own_group, stop, stop_in_background};
}
