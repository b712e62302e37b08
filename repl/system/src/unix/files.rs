//! Files as Unix has them.

use std::fs::{DirBuilder, File, FileType, Metadata, OpenOptions};
use std::io::{self, StdoutLock};
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl, statvfs};
use rustix::io::Errno;

/// What is made with these options is for its owner alone.
pub fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options.mode(0o600)
}

/// What is made with these options can be run as a program.
pub fn executable(options: &mut OpenOptions) -> &mut OpenOptions {
    options.mode(0o755)
}

/// Makes a directory and those above it, for their owner alone.
///
/// # Errors
///
/// As [`DirBuilder::create`].
pub fn create_private_dir(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Bytes that are free in the file system of a directory.
///
/// # Errors
///
/// If it is not there.
pub fn free_bytes(path: &Path) -> io::Result<u64> {
    let system = statvfs(path)?;
    Ok(system.f_bavail.saturating_mul(system.f_frsize))
}

/// Whether both are one file.
pub fn is_same(one: &Metadata, other: &Metadata) -> bool {
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

pub(crate) fn open_without_waiting(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    options.custom_flags(flags.bits().cast_signed()).open(path)
}

/// Whether an open to write to failed because it is a pipe without a reader.
pub(crate) fn is_pipe_without_reader(error: &io::Error) -> bool {
    error.raw_os_error() == Some(Errno::NXIO.raw_os_error())
}

/// Lets reads and writes of an open file wait.
pub(crate) fn wait_from_now_on(file: &File) -> io::Result<()> {
    Ok(fcntl_setfl(file, fcntl_getfl(file)? - OFlags::NONBLOCK)?)
}

/// Whether a read has something to give within `time`; a pipe that had no writer yet has not.
pub(crate) fn is_readable(file: &File, time: Duration) -> io::Result<bool> {
    let time = Timespec::try_from(time).ok();
    match poll(&mut [PollFd::new(file, PollFlags::IN)], time.as_ref()) {
        Ok(ready) => Ok(ready > 0),
        Err(Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Whether a write takes something within `time`; also if it fails at once.
pub(crate) fn is_writable(out: &StdoutLock<'_>, time: Duration) -> io::Result<bool> {
    let time = Timespec::try_from(time).ok();
    match poll(&mut [PollFd::new(out, PollFlags::OUT)], time.as_ref()) {
        Ok(ready) => Ok(ready > 0),
        Err(Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Whether nobody will ever read what is written: the other end of a pipe is closed, or the terminal is gone.
pub(crate) fn has_lost_reader(out: &StdoutLock<'_>) -> bool {
    let lost = PollFlags::ERR | PollFlags::HUP;
    let mut polled = [PollFd::new(out, PollFlags::empty())];
    let now = Timespec::default();
    poll(&mut polled, Some(&now)).is_ok() && polled[0].revents().intersects(lost)
}

/// Writes some of `bytes`, past every buffer.
pub(crate) fn write(out: &StdoutLock<'_>, bytes: &[u8]) -> io::Result<usize> {
    match rustix::io::write(out, bytes) {
        Err(Errno::INTR) => Ok(0),
        written => Ok(written?),
    }
}

/// A thing that is no regular file, in words.
pub(crate) fn what(kind: FileType) -> &'static str {
    match kind {
        kind if kind.is_dir() => "a directory",
        kind if kind.is_fifo() => "a pipe, and not a file",
        kind if kind.is_socket() => "a socket, and not a file",
        _ => "a device, and not a file",
    }
}
