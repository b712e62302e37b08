//! Groups of processes, where no shell stops one.

use std::io;
use std::os::windows::process::CommandExt;
use std::process::Command;

/// `CREATE_NEW_PROCESS_GROUP` of the Windows API, whose groups Ctrl-C does not reach.
const NEW_GROUP: u32 = 0x200;

/// Stops the program: never.
#[derive(Debug)]
pub enum Suspender {}

impl Suspender {
    /// Makes ready to stop.
    ///
    /// # Errors
    ///
    /// Always: no shell would let the program go on.
    pub fn new() -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Stops, and comes back when the shell lets the program go on.
    pub fn stop(&self) {
        match *self {}
    }
}

/// Does nothing: no shell would let the program go on.
pub fn stop() {}

/// Does nothing: there is no background.
pub fn stop_in_background() {}

/// Starts the command in a group of its own: Ctrl-C at the terminal is not for it.
pub fn in_its_own_group(command: &mut Command) {
    command.creation_flags(NEW_GROUP);
}
