//! A file's new content, all of it or nothing.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

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
    let mut builder = tempfile::Builder::new();
    builder.prefix(".memglass-code");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(directory)?;
    file.write_all(content)?;
    if let Some(present) = present {
        file.as_file().set_permissions(present.permissions())?;
    }
    file.as_file().sync_all()?;
    file.persist(&path).map_err(|error| error.error)?;
    Ok(())
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
