//! Files that people name: how they are opened.
//!
//! A name may lead to a pipe that nobody writes to, or to a device without end. So no open here waits, and
//! what is not expected to be anything but a file is refused when it is something else.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, StdoutLock, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::system::files as system;

pub use system::{create_private_dir, executable, free_bytes, is_same, private};

/// How often a read that waits for a pipe's writer looks whether it is to stop.
const LOOK: Duration = Duration::from_millis(20);

/// Opens the regular file at `path`, without waiting.
///
/// # Errors
///
/// As [`OpenOptions::open`]; also if it is a directory, a pipe or a device.
pub fn open_regular(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    let file = system::open_without_waiting(options, path)?;
    let kind = file.metadata()?.file_type();
    match kind.is_file() {
        true => Ok(file),
        false => Err(io::Error::other(format!("it is {}", system::what(kind)))),
    }
}

/// Opens a file to write to, without waiting: a pipe that nobody reads from is an error.
///
/// # Errors
///
/// As [`OpenOptions::open`].
pub fn open_for_writing(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    let file = system::open_without_waiting(options, path).map_err(|error| {
        match system::is_pipe_without_reader(&error) {
            true => io::Error::other("it is a pipe that nobody reads from"),
            false => error,
        }
    })?;
    // A reader that is slow is waited for.
    system::wait_from_now_on(&file)?;
    Ok(file)
}

/// Opens or makes the regular file at `path` to append lines to, without waiting. What was cut off at its end,
/// when a disk was full, is ended first, so that it does not swallow the next line.
///
/// # Errors
///
/// As [`open_regular`].
pub fn open_to_append(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    let mut file = open_regular(options.append(true).create(true), path)?;
    end_last_line(&mut file, path)?;
    Ok(file)
}

/// Puts a file with these bytes in the place of the one that may be at `path`: whoever reads it finds all of the old
/// one or all of the new one. They are on the disk when it returns.
///
/// A link stays, and what it leads to is replaced. A file that was there keeps its mode.
///
/// # Errors
///
/// If something is there that is no file: a directory, a pipe or a device is not replaced. Also as writing a file
/// beside it.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace_by(&mut OpenOptions::new(), path, bytes)
}

/// The same, but a new file is for its owner alone.
///
/// # Errors
///
/// As [`replace`].
pub fn replace_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace_by(private(&mut OpenOptions::new()), path, bytes)
}

fn replace_by(options: &mut OpenOptions, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let path = replaceable(path)?;
    let mut draft = path.as_os_str().to_owned();
    draft.push(format!(".{}.tmp", std::process::id()));
    let draft = Path::new(&draft);
    let options = options.write(true).create(true).truncate(true);
    let mut file = open_regular(options, draft)?;
    let stored = file.write_all(bytes).and_then(|()| {
        if let Ok(present) = std::fs::metadata(&path) {
            file.set_permissions(present.permissions())?;
        }
        file.sync_all()?;
        std::fs::rename(draft, &path)
    });
    if stored.is_err() {
        // What failed is told; that the draft stays would be no more to tell.
        let _ = std::fs::remove_file(draft);
    }
    stored
}

/// Links that are followed, one after the other.
const MOST_LINKS: usize = 40;

/// Where the file is that may be replaced: behind the links at `path`, whether or not anything is there.
///
/// # Errors
///
/// If something is there that is no file, or the links go in a circle.
fn replaceable(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        let kind = match std::fs::symlink_metadata(&path) {
            Ok(present) => present.file_type(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(path),
            Err(error) => return Err(error),
        };
        if kind.is_file() {
            return Ok(path);
        }
        if !kind.is_symlink() {
            return Err(io::Error::other(format!("it is {}", system::what(kind))));
        }
        let target = std::fs::read_link(&path)?;
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    Err(io::Error::other("it is a link in a circle of links"))
}

/// Ends the last line of a regular file that was opened to append to.
///
/// # Errors
///
/// As reading or writing.
pub fn end_last_line(file: &mut File, path: &Path) -> io::Result<()> {
    let kind = file.metadata()?;
    if kind.is_file() && kind.len() > 0 && !ends_in_newline(path)? {
        file.write_all(b"\n")?;
    }
    Ok(())
}

fn ends_in_newline(path: &Path) -> io::Result<bool> {
    let mut file = open_regular(OpenOptions::new().read(true), path)?;
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

/// A file, pipe or device to read, whose reads end when `stop` is raised.
pub struct Stoppable<'s> {
    file: File,
    stop: &'s AtomicBool,
}

impl<'s> Stoppable<'s> {
    /// Opens `path` for reading, without waiting.
    ///
    /// # Errors
    ///
    /// As [`File::open`].
    pub fn open(path: &Path, stop: &'s AtomicBool) -> io::Result<Self> {
        let file = system::open_without_waiting(OpenOptions::new().read(true), path)?;
        Ok(Stoppable { file, stop })
    }
}

impl Read for Stoppable<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.stop.load(Ordering::Relaxed) {
                return Err(stop());
            }
            // A pipe that had no writer yet is not at its end, as a read would say.
            if !system::is_readable(&self.file, LOOK)? {
                continue;
            }
            match self.file.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                read => return read,
            }
        }
    }
}

/// Bytes that a pipe takes at once when it takes any.
const PIPE_CHUNK: usize = 4096;

/// Writes all of `bytes` at once. A pipe whose reader takes nothing is waited for until `stop` is raised.
///
/// # Errors
///
/// As writing to `out`; also if it was stopped ([`is_stop`]).
pub fn write_unless(stop: &AtomicBool, out: &mut StdoutLock<'_>, bytes: &[u8]) -> io::Result<()> {
    out.flush()?;
    let mut rest = bytes;
    while !rest.is_empty() {
        if system::is_writable(out, LOOK)? {
            let chunk = &rest[..rest.len().min(PIPE_CHUNK)];
            rest = &rest[system::write(out, chunk)?..];
        } else if stop.load(Ordering::Relaxed) {
            return Err(self::stop());
        }
    }
    Ok(())
}

/// Whether nobody will ever read what is written to standard output: its pipe is closed, or its terminal is gone.
pub fn has_lost_reader(out: &StdoutLock<'_>) -> bool {
    system::has_lost_reader(out)
}

#[derive(Debug)]
struct Stopped;

impl fmt::Display for Stopped {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("interrupted")
    }
}

impl std::error::Error for Stopped {}

/// The error of a read or write that was told to stop. It is not [`io::ErrorKind::Interrupted`], after which
/// callers try again.
pub fn stop() -> io::Error {
    io::Error::other(Stopped)
}

/// Whether a read or write ended because it was told to stop.
pub fn is_stop(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|error| error.is::<Stopped>())
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::io::Write;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use rustix::fs::{CWD, FileType, Mode, mknodat};

    use super::*;

    fn pipe() -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("pipe");
        let mode = Mode::RUSR | Mode::WUSR;
        mknodat(CWD, &path, FileType::Fifo, mode, 0).expect("a pipe");
        (dir, path)
    }

    #[track_caller]
    fn refused(path: &Path, why: &str) {
        let error = open_regular(OpenOptions::new().read(true), path).unwrap_err();
        assert_eq!(error.to_string(), why);
    }

    #[test]
    fn what_is_no_regular_file_is_refused_at_once() {
        let (dir, pipe) = pipe();
        refused(&pipe, "it is a pipe, and not a file");
        refused(dir.path(), "it is a directory");
        refused(Path::new("/dev/zero"), "it is a device, and not a file");
    }

    #[test]
    fn a_line_that_was_cut_off_does_not_swallow_the_next() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("log");
        std::fs::write(&path, "one\ntw").unwrap();
        let mut file = open_to_append(&mut OpenOptions::new(), &path).unwrap();
        file.write_all(b"three\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one\ntw\nthree\n");
    }

    #[test]
    fn nothing_but_a_file_is_replaced() {
        let (dir, pipe) = pipe();
        let error = |path: &Path| replace(path, b"new").unwrap_err().to_string();
        assert_eq!(error(&pipe), "it is a pipe, and not a file");
        assert_eq!(error(dir.path()), "it is a directory");
        assert_eq!(
            error(Path::new("/dev/full")),
            "it is a device, and not a file"
        );
        let circle = dir.path().join("circle");
        symlink(&circle, &circle).unwrap();
        assert_eq!(error(&circle), "it is a link in a circle of links");
        let to_pipe = dir.path().join("to_pipe");
        symlink("pipe", &to_pipe).unwrap();
        assert_eq!(error(&to_pipe), "it is a pipe, and not a file");
        let left = std::fs::read_dir(dir.path()).unwrap().count();
        assert_eq!(left, 3, "no draft stays");
    }

    #[test]
    fn a_link_stays_and_what_it_leads_to_is_replaced() {
        let dir = tempfile::tempdir().expect("a directory");
        let (file, link) = (dir.path().join("file"), dir.path().join("link"));
        symlink("file", &link).unwrap();
        // The file need not be there yet.
        for text in ["first", "second"] {
            replace(&link, text.as_bytes()).unwrap();
            assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
            assert!(link.is_symlink());
        }
        let mode = std::fs::Permissions::from_mode(0o644);
        std::fs::set_permissions(&file, mode.clone()).unwrap();
        replace(&file, b"third").unwrap();
        let kept = std::fs::metadata(&file).unwrap().permissions();
        assert_eq!(kept.mode() & 0o777, mode.mode());
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_pipe_that_nobody_reads_is_no_place_to_write_to() {
        let (_dir, pipe) = pipe();
        let error = open_for_writing(OpenOptions::new().write(true), &pipe).unwrap_err();
        assert_eq!(error.to_string(), "it is a pipe that nobody reads from");
    }

    #[test]
    fn a_pipe_is_read_when_its_writer_comes_and_until_it_goes() {
        let (_dir, pipe) = pipe();
        let stop = AtomicBool::new(false);
        let mut input = Stoppable::open(&pipe, &stop).expect("a pipe");
        let mut text = String::new();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut writer = OpenOptions::new().write(true).open(&pipe).unwrap();
                writer.write_all(b"1 + 1").unwrap();
            });
            input.read_to_string(&mut text).unwrap();
        });
        assert_eq!(text, "1 + 1");
    }

    #[test]
    fn a_read_that_waits_for_a_writer_ends_when_it_is_told_to() {
        let (_dir, pipe) = pipe();
        let stop = AtomicBool::new(false);
        let mut input = Stoppable::open(&pipe, &stop).expect("a pipe");
        std::thread::scope(|scope| {
            let reader = scope.spawn(move || input.read(&mut [0; 8]));
            stop.store(true, Ordering::Relaxed);
            assert!(reader.join().unwrap().is_err());
        });
    }
}
