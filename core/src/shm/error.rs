//! Why a segment could not be made or opened.

use std::io;
use std::path::PathBuf;

/// A failure of the memory underneath a session.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ShmError {
    /// The file system of the segments has no room.
    #[error(
        "no room for {name} in {}: {needed} bytes needed, {free} bytes free; \
         free some, enlarge it, or choose another directory with MEMGLASS_DIR or --dir", dir.display()
    )]
    Full {
        /// The segment.
        name: String,
        /// Its directory.
        dir: PathBuf,
        /// Its size in bytes.
        needed: u64,
        /// What was available, in bytes.
        free: u64,
    },
    /// The name is taken.
    #[error("{name} exists already in {}", dir.display())]
    Exists {
        /// The segment.
        name: String,
        /// Its directory.
        dir: PathBuf,
    },
    /// The directory of the segments is missing, or is a file.
    #[error(
        "there is no directory {}; make it, or choose another one with MEMGLASS_DIR or --dir", dir.display()
    )]
    NoDirectory {
        /// Its path.
        dir: PathBuf,
    },
    /// There is no such segment.
    #[error("no {name} in {}", dir.display())]
    NotFound {
        /// The segment.
        name: String,
        /// Its directory.
        dir: PathBuf,
    },
    /// The operating system denies access to this user.
    #[error(
        "no permission to open {name} in {} for {wanted}; run as the producer's user, \
         or have the producer allow its group (Mode::GroupRead, Mode::GroupWrite)", dir.display()
    )]
    Denied {
        /// The segment.
        name: String,
        /// Its directory.
        dir: PathBuf,
        /// Reading or writing.
        wanted: &'static str,
    },
    /// The directory is on a file system that is mounted read-only.
    #[error("{name} in {} cannot be opened for writing: its file system is mounted read-only", dir.display())]
    ReadOnlyMount {
        /// The segment.
        name: String,
        /// Its directory.
        dir: PathBuf,
    },
    /// Its producer is dead, but a process that may only read it keeps others from taking its lock.
    #[error(
        "{name} in {} was left by a dead producer, and a process that may read it keeps it locked; \
         end that process, or remove the file", dir.display()
    )]
    Obstructed {
        /// The segment.
        name: String,
        /// Its directory.
        dir: PathBuf,
    },
    /// The segment became shorter than when it was mapped.
    #[error("{name} was cut short from {size} bytes while in use; its contents are lost")]
    Truncated {
        /// The segment.
        name: String,
        /// Its size when it was mapped.
        size: u64,
    },
    /// Parts of the segment's file are holes: reading them would allocate memory.
    #[error(
        "{name} has holes: {present} of its {size} bytes are there; if it is a copy, copy it without holes \
         (cp --sparse=never), else choose a directory whose file system reserves room"
    )]
    Sparse {
        /// The segment.
        name: String,
        /// Its size in bytes.
        size: u64,
        /// Bytes that take room.
        present: u64,
    },
    /// The file with a segment's name is not a regular file.
    #[error("{name} in {} is not a segment: {reason}", dir.display())]
    NotASegment {
        /// The segment.
        name: String,
        /// Its directory.
        dir: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The system has no place for the segment in this process's memory.
    #[error(
        "{name} ({size} bytes) does not fit into this process's memory: it has too many mappings \
         (sysctl vm.max_map_count) or no address space left (ulimit -v)"
    )]
    NoPlace {
        /// The segment.
        name: String,
        /// Its size in bytes.
        size: u64,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Any other failure of the operating system.
    #[error("{operation} {name} in {}", dir.display())]
    System {
        /// What was tried.
        operation: &'static str,
        /// The segment.
        name: String,
        /// Its directory.
        dir: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}
