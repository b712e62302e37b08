//! Whether the process may have more memory.

use std::io;

/// Fails where the system refuses so many bytes more, which an allocation would answer by ending the process.
///
/// # Errors
///
/// [`io::ErrorKind::OutOfMemory`]: a limit of the process (`ulimit -v`) or of the system leaves less. `use_of_it` says
/// in the error what needs it.
pub fn check(bytes: usize, use_of_it: &str) -> io::Result<()> {
    Vec::<u8>::new().try_reserve_exact(bytes).map_err(|_| {
        let told = format!(
            "{use_of_it} needs {} MiB of memory, and the system refuses it (ulimit -v)",
            bytes >> 20
        );
        io::Error::new(io::ErrorKind::OutOfMemory, told)
    })
}
