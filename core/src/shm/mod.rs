//! Named segments of shared memory: creating, publishing, opening, locking and reaching into them.
//!
//! This module does not know what the segments hold. On Linux a segment is a file in a tmpfs
//! (`posix.rs`); elsewhere, and on Linux with `--cfg memglass_portable_shm`, it is whatever the crate
//! `shared_memory` makes (`portable.rs`). Both offer the same [`Dir`], [`Draft`] and [`Segment`].

use std::path::{Path, PathBuf};

mod error;
mod scattered;
mod segment_map;
#[cfg(test)]
pub(crate) mod testing;
mod view;

#[cfg(all(target_os = "linux", not(memglass_portable_shm)))]
mod liveness;
#[cfg(all(target_os = "linux", not(memglass_portable_shm)))]
mod own_locks;
#[cfg(all(target_os = "linux", not(memglass_portable_shm)))]
mod posix;
#[cfg(all(target_os = "linux", not(memglass_portable_shm)))]
pub use posix::survive_truncation;
#[cfg(all(target_os = "linux", not(memglass_portable_shm)))]
pub(crate) use posix::{Dir, Draft, Segment, cuts, is_survived};

#[cfg(any(not(target_os = "linux"), memglass_portable_shm))]
mod portable;
#[cfg(any(not(target_os = "linux"), memglass_portable_shm))]
pub use portable::survive_truncation;
#[cfg(any(not(target_os = "linux"), memglass_portable_shm))]
pub(crate) use portable::{Dir, Draft, Segment, cuts, is_survived};

pub use error::ShmError;
pub(crate) use scattered::{Cell, Scattered};
pub(crate) use segment_map::SegmentMap;
pub(crate) use view::{Anchor, Keeper, Pinned, View, Views, Writable};

/// The requested directory: `path`, or else `MEMGLASS_DIR` unless that is empty. It is made absolute, so
/// that it stays the same when the process changes its working directory.
fn chosen_dir(path: Option<&Path>) -> Option<PathBuf> {
    let variable = || std::env::var_os("MEMGLASS_DIR").filter(|value| !value.is_empty());
    let path = path.map(Path::to_path_buf);
    let path = path.or_else(|| variable().map(PathBuf::from))?;
    // Fails for an empty path, and where the working directory was removed.
    Some(std::path::absolute(&path).unwrap_or(path))
}

/// What a process wants to do with a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// The mapping cannot be written: a store would fault. (The portable back end has no such mapping;
    /// there, this code refuses to store.)
    Read,
    /// Loads and stores.
    Write,
}

/// Who may open a segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// Only the user who created it (0600).
    #[default]
    Owner,
    /// The creator's group may read it (0640).
    GroupRead,
    /// The creator's group may read and write it (0660).
    GroupWrite,
}
