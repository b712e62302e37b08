//! A file's new content, all of it or nothing.

use std::fs::{File, Permissions};
use std::io::{self, Write};
#[cfg(target_os = "linux")]
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};

#[cfg(target_os = "linux")]
use rustix::fs::{AtFlags, CWD, Mode, OFlags};
use tempfile::TempPath;

/// Gives the file at `path` this content through a temporary file beside it.
///
/// Whoever reads the file sees the old or the new content. Links are followed, and the mode of a file that is there
/// stays. What is no file, such as a pipe or a device, is not replaced.
///
/// # Errors
///
/// Those of the file system; the file is as it was then.
pub fn replace_file(path: &Path, content: &[u8]) -> io::Result<()> {
    let path = behind_links(path)?;
    let present = std::fs::metadata(&path).ok();
    if present.as_ref().is_some_and(|present| !present.is_file()) {
        return Err(io::Error::other("it is no regular file"));
    }
    let directory = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    if !directory.is_dir() {
        let what = format!("there is no directory {}", directory.display());
        return Err(io::Error::new(io::ErrorKind::NotFound, what));
    }
    let permissions = present.map(|present| present.permissions());
    let written = write_beside(directory, content, permissions)?;
    written.persist(&path).map_err(|error| error.error)?;
    Ok(())
}

/// A temporary file in `directory` with this content.
fn write_beside(
    directory: &Path,
    content: &[u8],
    permissions: Option<Permissions>,
) -> io::Result<TempPath> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".memglass-code");
    #[cfg(target_os = "linux")]
    if let Ok(mut file) = nameless(directory)
        && fill(&mut file, content, permissions.clone()).is_ok()
        && let Ok(named) = builder.make_in(directory, |name| link(&file, name))
    {
        return Ok(named.into_temp_path());
    }
    // Where that cannot be done, this says why, or does it with a name from the start.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(directory)?;
    fill(file.as_file_mut(), content, permissions)?;
    Ok(file.into_temp_path())
}

fn fill(file: &mut File, content: &[u8], permissions: Option<Permissions>) -> io::Result<()> {
    file.write_all(content)?;
    if let Some(permissions) = permissions {
        file.set_permissions(permissions)?;
    }
    file.sync_all()
}

/// A file without a name in `directory`: of a program that is ended while it writes, nothing stays.
#[cfg(target_os = "linux")]
fn nameless(directory: &Path) -> io::Result<File> {
    let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
    Ok(rustix::fs::open(directory, flags, Mode::from_raw_mode(0o666))?.into())
}

/// Gives a name to a file without one.
#[cfg(target_os = "linux")]
fn link(file: &File, name: &Path) -> io::Result<()> {
    let own = format!("/proc/self/fd/{}", file.as_raw_fd());
    Ok(rustix::fs::linkat(
        CWD,
        own,
        CWD,
        name,
        AtFlags::SYMLINK_FOLLOW,
    )?)
}

/// The path that a chain of links ends at, whether or not a file is there.
fn behind_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..40 {
        match std::fs::read_link(&path) {
            Ok(target) => path = path.parent().unwrap_or(Path::new("")).join(target),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::new(
        io::ErrorKind::InvalidInput,
        format!("{} is a link in a circle of links", path.display()),
    ))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    fn has_none(error: &io::Error) -> bool {
        use rustix::io::Errno;
        let errno = Errno::from_io_error(error);
        [Some(Errno::OPNOTSUPP), Some(Errno::ISDIR)].contains(&errno)
    }

    #[test]
    fn a_file_that_is_not_whole_has_no_name() {
        let directory = tempfile::tempdir().expect("a directory");
        let names = || {
            std::fs::read_dir(directory.path())
                .expect("a directory")
                .count()
        };
        let mut file = match nameless(directory.path()) {
            // A file system that has none is the only reason.
            Err(error) if has_none(&error) => {
                eprintln!("not tried: the file system has no files without names");
                return;
            }
            file => file.expect("a file without a name"),
        };
        fill(&mut file, b"int a;", None).expect("room");
        assert_eq!(names(), 0);
        let path = directory.path().join("a.hpp");
        link(&file, &path).expect("/proc");
        assert_eq!(std::fs::read(&path).expect("a file"), b"int a;");
    }

    #[test]
    fn what_was_replaced_leaves_no_other_file() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("a.hpp");
        for content in ["int a;", "int b;"] {
            replace_file(&path, content.as_bytes()).expect("room");
            assert_eq!(std::fs::read(&path).expect("a file"), content.as_bytes());
            let names = std::fs::read_dir(directory.path()).expect("a directory");
            assert_eq!(names.count(), 1);
        }
    }
}
