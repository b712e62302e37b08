//! Standard output and standard error of this process.

use std::io::{self, Write};
use std::sync::atomic::AtomicBool;

use memglass_system::files;

/// Writes to standard output at once.
///
/// # Errors
///
/// As writing to it; a reader that has gone is [`io::ErrorKind::BrokenPipe`].
pub fn write_data(data: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(data.as_bytes())?;
    out.flush()
}

/// Writes to standard output at once, until `stop` is raised: also if the reader of a pipe takes nothing.
///
/// # Errors
///
/// As [`write_data`]; also if it was stopped ([`files::is_stop`]).
pub fn write_data_unless(stop: &AtomicBool, data: &str) -> io::Result<()> {
    files::write_unless(stop, &mut io::stdout().lock(), data.as_bytes())
}

/// Writes to standard error. Where not even that works there is nobody left to tell.
pub fn write_message(message: &str) {
    let _ = io::stderr().lock().write_all(message.as_bytes());
}
