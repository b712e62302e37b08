//! Files as Windows has them: an open never waits, and who may read one is the directory's to say.

use std::fs::{File, FileType, Metadata, OpenOptions};
use std::io::{self, StdoutLock, Write};
use std::path::Path;
use std::time::Duration;

/// What is made with these options is for whoever its directory is for.
pub fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// What is made with these options is run by its ending.
pub fn executable(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// Makes a directory and those above it.
///
/// # Errors
///
/// As [`std::fs::create_dir_all`].
pub fn create_private_dir(path: &Path) -> io::Result<()> {
    std::fs::create_dir_all(path)
}

/// Whether both are one file: a file that is open cannot be replaced by another.
pub fn is_same(_: &Metadata, _: &Metadata) -> bool {
    true
}

/// Bytes that are free in the file system of a directory: not known here.
///
/// # Errors
///
/// Always.
pub fn free_bytes(_: &Path) -> io::Result<u64> {
    Err(io::ErrorKind::Unsupported.into())
}

pub(crate) fn open_without_waiting(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    options.open(path)
}

pub(crate) fn is_pipe_without_reader(_: &io::Error) -> bool {
    false
}

pub(crate) fn wait_from_now_on(_: &File) -> io::Result<()> {
    Ok(())
}

pub(crate) fn is_readable(_: &File, _: Duration) -> io::Result<bool> {
    Ok(true)
}

pub(crate) fn is_writable(_: &StdoutLock<'_>, _: Duration) -> io::Result<bool> {
    Ok(true)
}

pub(crate) fn has_lost_reader(_: &StdoutLock<'_>) -> bool {
    false
}

pub(crate) fn write(out: &mut StdoutLock<'_>, bytes: &[u8]) -> io::Result<usize> {
    out.write_all(bytes)?;
    out.flush()?;
    Ok(bytes.len())
}

/// A thing that is no regular file, in words.
pub(crate) fn what(kind: FileType) -> &'static str {
    match kind.is_dir() {
        true => "a directory",
        false => "a device, and not a file",
    }
}
