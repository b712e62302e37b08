//! Which file it is that has a name: others may have moved it away, and have put another one there.

use std::fs::{self, File, Metadata};
use std::path::Path;
use std::time::SystemTime;

/// What tells a file from all others, whatever it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    /// Device and number.
    place: Option<(u64, u64)>,
    /// When it was made, where that is known: the number of a file that was removed is soon another one's.
    made: Option<SystemTime>,
}

impl Identity {
    /// That of an open file; `None` if it cannot be found out.
    pub(crate) fn of(file: &File) -> Option<Identity> {
        file.metadata().ok().as_ref().map(Identity::from)
    }

    fn from(metadata: &Metadata) -> Identity {
        Identity {
            place: place(metadata),
            made: metadata.created().ok(),
        }
    }
}

/// Removes the file with this name if it is the one that is meant; another file stays.
pub(crate) fn remove(path: &Path, meant: Option<Identity>) {
    let there = fs::symlink_metadata(path);
    if there.is_ok_and(|there| meant == Some(Identity::from(&there))) {
        // Whoever removes it meanwhile does the same.
        let _ = fs::remove_file(path);
    }
}

/// Whether an open file has a name still, whichever.
#[cfg(unix)]
pub(crate) fn is_named(file: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    file.nlink() > 0
}

/// Elsewhere nobody removes an open file.
#[cfg(not(unix))]
pub(crate) fn is_named(_file: &Metadata) -> bool {
    true
}

#[cfg(unix)]
fn place(metadata: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino()))
}

/// Elsewhere only the time tells.
#[cfg(not(unix))]
fn place(_metadata: &Metadata) -> Option<(u64, u64)> {
    None
}
