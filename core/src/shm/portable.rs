//! Segments on the crate `shared_memory`, for systems other than Linux.
//!
//! That crate makes, opens and removes memory under a system-wide id, and no more. Everything else
//! that a session needs is made of small files in a *side directory*, with `std` alone:
//!
//! | file | content | what it is for |
//! |---|---|---|
//! | `NAME` | id and size: an [`Entry`](entry::Entry) | gives the memory its name; published by link or rename |
//! | `.memglass-locks-ID/SLOT` | none | locked by the holder of that slot ([`locks`]) |
//! | `.memglass-locks-ID/turn` | none | locked during each change to locks or name |
//! | `.memglass-draft-ID` | `NAME` | locked while its maker fills the memory ([`draft`]) |
//! | `.memglass-entry-ID` | as `NAME` | the entry on its way to its name |
//!
//! An id is random and never used twice. So sessions in different directories cannot collide, a
//! replaced segment differs from its successor, and removing memory by id cannot hit another segment.
//! The id is short because macOS limits names of shared memory to 31 bytes.
//!
//! **Only the process that has the turn of a segment changes the name that leads to it.** The memory
//! is removed before the entry. A process that dies in between leaves an entry that leads nowhere (as
//! a restart of the machine does), and the next process that opens it removes it.
//!
//! What this back end does not promise, and `posix.rs` does:
//!
//! - **No room is reserved.** Where the system overcommits, a lack of memory is a fault (`SIGBUS`) on
//!   the first access, not an error when the segment is made.
//! - **Read-only is not enforced.** The mapping is always writable; only our code keeps a process that
//!   asked for [`Access::Read`] from storing. A user who may not write cannot read either.
//! - **Only the owner.** Memory is made with mode 0600; any other [`Mode`] is refused.
//! - **Truncation shows only when a segment is opened**, not while it is in use.
//! - **A kill while memory is being made** may leave an empty object until the machine restarts: it
//!   has a name and no bytes, and the crate cannot open it, not even to remove it.
//! - **Descriptors.** Each mapped region keeps one open.
//! - **Locks end with the name.** When a segment is removed or replaced while in use, all its locks
//!   count as free, even those of observers that are still attached.
//! - The side directory must be on a file system with hard links and file locks, and all processes that
//!   use it must see the same shared memory.

mod clean;
mod draft;
mod entry;
mod locks;
mod memory;
mod segment;

use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};

pub(crate) use draft::Draft;
use entry::{Entry, Id};
use locks::{Locks, Turn};
use memory::Mapped;
pub(crate) use segment::Segment;

use super::{Access, Mode, ShmError};

/// The prefix of the names of directories of lock files.
const LOCKS_PREFIX: &str = ".memglass-locks-";

/// The side directory of some sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dir {
    path: PathBuf,
}

impl Dir {
    /// `path`, or else `MEMGLASS_DIR`, or else `memglass` in the directory for temporary files,
    /// which is made if it is missing.
    pub(crate) fn new(path: Option<&Path>) -> Dir {
        let path = super::chosen_dir(path).unwrap_or_else(|| {
            let path = std::env::temp_dir().join("memglass");
            // If it cannot be made, the first operation in it fails and says so.
            let _ = std::fs::create_dir_all(&path);
            path
        });
        Dir { path }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes an unpublished segment of `size` zero bytes, which take no room until they are touched.
    pub(crate) fn create(&self, name: &str, size: u64, mode: Mode) -> Result<Draft, ShmError> {
        if mode != Mode::Owner {
            let reason = "this build shares segments with their owner's processes only";
            let source = io::Error::new(io::ErrorKind::Unsupported, reason);
            return Err(self.system("set the mode of", name, source));
        }
        Draft::create(self, name, size)
    }

    /// Opens and maps a published segment.
    ///
    /// A name that no longer leads to a segment is removed and counts as missing.
    pub(crate) fn open(&self, name: &str, access: Access) -> Result<Segment, ShmError> {
        loop {
            let entry = self.entry(name)?;
            match Mapped::open(entry.id, entry.size) {
                Ok(Some(memory)) => return Ok(Segment::new(self, name, entry.id, memory, access)),
                Ok(None) => {
                    return Err(self.not_a_segment(name, "it is shorter than its entry says"));
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(self.open_error(name, access, error)),
            }
            // Otherwise another process replaced it: look at the new one.
            if self.remove_dangling(name, entry.id)? {
                return Err(self.not_found(name));
            }
        }
    }

    /// The same without its locks.
    pub(crate) fn open_without_locks(
        &self,
        name: &str,
        access: Access,
    ) -> Result<Segment, ShmError> {
        self.open(name, access).map(Segment::without_locks)
    }

    /// Removes a name; processes that have the segment mapped keep it.
    pub(crate) fn unlink(&self, name: &str) -> Result<(), ShmError> {
        match self.entry(name) {
            Ok(entry) => self
                .retire(name, entry.id, |_| self.remove_entry(name))
                .map(|_| ()),
            Err(ShmError::NotFound { .. }) => Ok(()),
            Err(ShmError::NotASegment { .. }) => self.remove_entry(name),
            Err(error) => Err(error),
        }
    }

    /// The names of all published segments that start with `prefix`.
    pub(crate) fn names(&self, prefix: &str) -> Result<Vec<String>, ShmError> {
        let entries = std::fs::read_dir(&self.path);
        let entries = entries.map_err(|source| self.system("list", "the directory", source))?;
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut names: Vec<String> = names.filter(|name| name.starts_with(prefix)).collect();
        names.sort_unstable();
        Ok(names)
    }

    /// Size in bytes of the segment under `name`, if there is one.
    pub(crate) fn size_of(&self, name: &str) -> Option<u64> {
        self.entry(name).ok().map(|entry| entry.size)
    }

    /// Removes drafts of dead makers, and returns how many.
    pub(crate) fn remove_abandoned_drafts(&self) -> Result<usize, ShmError> {
        clean::remove_abandoned(self)
    }

    /// The segment that a name leads to, for messages.
    fn entry(&self, name: &str) -> Result<Entry, ShmError> {
        match Entry::read(&self.path.join(name)) {
            Ok(Some(entry)) => Ok(entry),
            Ok(None) => {
                Err(self.not_a_segment(name, "it is not an entry of the portable back end"))
            }
            Err(source) => Err(self.open_error(name, Access::Read, source)),
        }
    }

    /// Whether `name` leads to the segment `id`. On an error, it is unknown.
    fn leads_to(&self, name: &str, id: Id) -> io::Result<bool> {
        match Entry::read(&self.path.join(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            entry => Ok(entry?.is_some_and(|entry| entry.id == id)),
        }
    }

    /// Ends the segment `id` if `name` still leads to it: removes the memory, lets `step` remove or
    /// replace the entry, and removes the locks. `false` if the name leads elsewhere.
    fn retire(
        &self,
        name: &str,
        id: Id,
        step: impl FnOnce(&Turn<'_>) -> Result<(), ShmError>,
    ) -> Result<bool, ShmError> {
        let locks = self.locks(id);
        let turn = locks
            .turn()
            .map_err(|source| self.system("lock", name, source))?;
        let is_it = self
            .leads_to(name, id)
            .map_err(|source| self.system("examine", name, source))?;
        if is_it {
            memory::remove(id).map_err(|source| self.system("remove", name, source))?;
            step(&turn)?;
        }
        drop(turn);
        // Only now: a process that finds no lock and makes a new one must also find that the name leads
        // elsewhere.
        locks.remove();
        Ok(is_it)
    }

    /// Removes a name whose memory was not found, if it still leads there.
    fn remove_dangling(&self, name: &str, id: Id) -> Result<bool, ShmError> {
        self.retire(name, id, |turn| {
            // The lock's holder can open the memory, and we cannot: it is another user on Windows, or a
            // container that shares only the directory.
            match turn.is_any_lock_held() {
                Ok(false) => self.remove_entry(name),
                Ok(true) => Err(self.not_a_segment(name, "its memory cannot be reached from here")),
                Err(source) => Err(self.system("lock", name, source)),
            }
        })
    }

    fn remove_entry(&self, name: &str) -> Result<(), ShmError> {
        match std::fs::remove_file(self.path.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(self.system("remove", name, error))
            }
            _ => Ok(()),
        }
    }

    fn locks(&self, id: Id) -> Locks {
        Locks::new(self.path.join(format!("{LOCKS_PREFIX}{id}")))
    }

    fn open_error(&self, name: &str, access: Access, source: io::Error) -> ShmError {
        let wanted = if access == Access::Write {
            "writing"
        } else {
            "reading"
        };
        match source.kind() {
            io::ErrorKind::NotFound => self.not_found(name),
            io::ErrorKind::PermissionDenied => ShmError::Denied {
                name: name.into(),
                dir: self.path.clone(),
                wanted,
            },
            _ => self.system("open", name, source),
        }
    }

    fn not_found(&self, name: &str) -> ShmError {
        ShmError::NotFound {
            name: name.into(),
            dir: self.path.clone(),
        }
    }

    fn not_a_segment(&self, name: &str, reason: &'static str) -> ShmError {
        ShmError::NotASegment {
            name: name.into(),
            dir: self.path.clone(),
            reason,
        }
    }

    fn system(&self, operation: &'static str, name: &str, source: io::Error) -> ShmError {
        ShmError::System {
            operation,
            name: name.into(),
            dir: self.path.clone(),
            source,
        }
    }
}

/// Options for reading and writing a file that other users can neither read nor lock.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(test)]
mod tests;

/// Only the Linux back end offers this: here, reading a segment that is cut short ends the process.
pub fn survive_truncation() -> bool {
    false
}

/// The number of mapped segments known to be cut. This back end never knows of any.
#[inline]
pub(crate) fn cuts() -> usize {
    0
}

/// There is nothing that a refresh could ask first, so it need not.
#[inline]
pub(crate) fn is_survived() -> bool {
    true
}
