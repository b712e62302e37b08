//! What can go wrong with recordings.

use std::io;
use std::path::{Path, PathBuf};

use memglass::sampler::SelectionError;
use memglass::{CellError, ProducerError};

/// A recording that cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The file cannot be made.
    #[error("cannot make {}{}", path.display(), way_out(path, source))]
    Create {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// There is such a file already.
    #[error("{} is there already; choose another name, or remove it", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A write failed.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Whether something of the session is in it. If not, it was removed.
        has_some: bool,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// There is no more room for the file.
    #[error("no more room for {}: {why}", path.display())]
    NoRoom {
        /// The file.
        path: PathBuf,
        /// Whether something of the session is in it. If not, it was removed.
        has_some: bool,
        /// What is used up.
        why: &'static str,
    },
    /// The file was removed while it was written.
    #[error("somebody removed {} while it was written, or moved it to another disk, where it has what was written until then", path.display())]
    Removed {
        /// The file.
        path: PathBuf,
    },
    /// The file has another name now.
    #[error("somebody moved {} away while it was written; wherever it is now, it has everything up to then", path.display())]
    Moved {
        /// The name that it had.
        path: PathBuf,
    },
    /// Somebody cut the file while it was written.
    #[error("somebody else cut {} short while it was written; what was recorded before that is lost", path.display())]
    CutShort {
        /// The file.
        path: PathBuf,
    },
    /// What is to be recorded cannot be selected.
    #[error(transparent)]
    Selection(#[from] SelectionError),
    /// A pattern is about a field, and whole objects are recorded.
    #[error("{pattern:?} is about a field, and whole objects are recorded: select {object:?}")]
    Field {
        /// The pattern.
        pattern: String,
        /// The part of it that is about objects.
        object: String,
    },
    /// There is no ring whose changes could be saved.
    #[error("no changes are kept that could be saved")]
    NoRing,
    /// This process was forked from the one that records.
    #[error(
        "this process was forked from the one that records, which goes on: end the recording there"
    )]
    Forked,
    /// There is no thread for the recording.
    #[error("cannot start to record")]
    Thread {
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The values of an object do not fit into memory.
    #[error("{label:?} is too large to be recorded; select others with --only")]
    TooLarge {
        /// Its label.
        label: String,
        /// Whether something of the session is in the file. If not, it was removed.
        has_some: bool,
    },
}

impl RecordError {
    /// A write to `path` that failed.
    pub(crate) fn writing(path: &Path, has_some: bool, source: io::Error) -> RecordError {
        let path = path.to_owned();
        match room(&source) {
            Some(why) => RecordError::NoRoom {
                path,
                has_some,
                why,
            },
            None => RecordError::Write {
                path,
                has_some,
                source,
            },
        }
    }

    /// Whether a file was written up to some point and no further: what it has is a recording.
    pub fn leaves_a_beginning(&self) -> bool {
        match self {
            RecordError::Write { has_some, .. }
            | RecordError::NoRoom { has_some, .. }
            | RecordError::TooLarge { has_some, .. } => *has_some,
            _ => false,
        }
    }
}

/// What to do where a file cannot be made.
fn way_out(path: &Path, error: &io::Error) -> String {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty());
    match (error.kind(), dir) {
        (io::ErrorKind::NotFound, Some(dir)) if !dir.exists() => {
            format!(" (make the directory {} first)", dir.display())
        }
        (io::ErrorKind::NotADirectory, Some(dir)) => {
            format!(" ({} is no directory)", dir.display())
        }
        (io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem, _) => {
            " (choose a directory that you may write)".into()
        }
        _ => String::new(),
    }
}

/// What is used up, if that is why something could not be written.
fn room(error: &io::Error) -> Option<&'static str> {
    Some(match error.kind() {
        io::ErrorKind::StorageFull => "the disk is full",
        io::ErrorKind::QuotaExceeded => "the quota of disk space is used up",
        io::ErrorKind::FileTooLarge => "files may not be larger here (ulimit -f)",
        _ => return None,
    })
}

/// A file that is no recording, or cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordingError {
    /// The file cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It is no recording of memglass.
    #[error("{} is no recording of memglass: {reason}", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What it lacks.
        reason: &'static str,
    },
    /// Another file has its name now.
    #[error("{} is not the file that is played any more; open it anew", path.display())]
    Replaced {
        /// The file.
        path: PathBuf,
    },
    /// It is still being written.
    #[error("{} is being recorded now; end the recording first", path.display())]
    BeingRecorded {
        /// The file.
        path: PathBuf,
    },
    /// A part of it is damaged.
    #[error("{} is damaged at byte {offset}: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where the damaged part begins.
        offset: u64,
        /// What is wrong with it.
        reason: String,
    },
}

/// A recording that cannot be played.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlayError {
    /// It cannot be read.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// The session cannot be re-created.
    #[error("cannot re-create the recorded session")]
    Session(#[from] ProducerError),
    /// An object cannot be re-created.
    #[error("cannot re-create {label:?}")]
    Object {
        /// Its label.
        label: String,
        /// Why.
        #[source]
        source: CellError,
    },
    /// The player has no thread.
    #[error("cannot start the player")]
    Thread(#[source] io::Error),
    /// The player has ended.
    #[error("the player has ended")]
    Ended,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_that_is_there_need_not_be_made() {
        let way_out = |path: &Path| way_out(path, &io::ErrorKind::NotFound.into());
        let dir = tempfile::tempdir().expect("a directory");
        assert_eq!(way_out(&dir.path().join("run.mcap")), "");
        let missing = way_out(&dir.path().join("runs/run.mcap"));
        assert!(missing.starts_with(" (make the directory "), "{missing}");
    }
}
