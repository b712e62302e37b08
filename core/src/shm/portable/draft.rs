//! Unpublished segments.
//!
//! The file of a draft is locked as long as its maker lives, and holds the intended name of the memory.
//! So a clean-up can tell an abandoned draft from a fresh one, and from one whose maker died just after
//! it was published.

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;

use super::entry::{Entry, Id};
use super::locks::{self, Sharing};
use super::memory::{self, Mapped};
use super::{Dir, Segment, private};
use crate::shm::{Access, ShmError};

/// The prefix of the names of draft files.
pub(super) const PREFIX: &str = ".memglass-draft-";

/// A segment without a name, mapped for writing; removed again unless it is published.
pub(crate) struct Draft {
    dir: Dir,
    id: Id,
    /// `None` after it was published, or if its memory could not be made.
    segment: Option<Segment>,
    /// The locked file of the draft.
    lock: File,
}

impl Draft {
    pub(super) fn create(dir: &Dir, name: &str, size: u64) -> Result<Draft, ShmError> {
        let (id, lock) = claim(dir, name).map_err(|source| dir.system("create", name, source))?;
        let mut draft = Draft {
            dir: dir.clone(),
            id,
            segment: None,
            lock,
        };
        let memory =
            Mapped::create(id, size).map_err(|source| dir.system("allocate", name, source))?;
        draft.segment = Some(Segment::new(dir, name, id, memory, Access::Write));
        Ok(draft)
    }

    /// The mapped segment, to be filled.
    pub(crate) fn segment(&self) -> &Segment {
        self.segment.as_ref().expect("present until published")
    }

    /// Gives the segment its name, if the name is free.
    pub(crate) fn publish_new(self) -> Result<Segment, ShmError> {
        let name = self.segment().name().to_owned();
        let entry = self.write_entry(&name)?;
        std::fs::hard_link(entry, self.dir.path.join(&name)).map_err(|source| {
            match source.kind() {
                io::ErrorKind::AlreadyExists => ShmError::Exists {
                    name: name.clone(),
                    dir: self.dir.path.clone(),
                },
                _ => self.dir.system("publish", &name, source),
            }
        })?;
        Ok(self.published())
    }

    /// Gives the segment its name in one step, replacing whatever has that name.
    ///
    /// Of several that do this to one name at once, all but the last lose their memory's name for
    /// good: callers keep each other out.
    pub(crate) fn publish_over(self) -> Result<Segment, ShmError> {
        let name = self.segment().name().to_owned();
        let entry = self.write_entry(&name)?;
        let rename = || {
            let renamed = std::fs::rename(&entry, self.dir.path.join(&name));
            renamed.map_err(|source| self.dir.system("publish", &name, source))
        };
        loop {
            match self.dir.entry(&name) {
                Ok(old) if self.dir.retire(&name, old.id, |_| rename())? => break,
                // Another process replaced it: retire the new one.
                Ok(_) => {}
                Err(ShmError::NotFound { .. } | ShmError::NotASegment { .. }) => break rename()?,
                Err(error) => return Err(error),
            }
        }
        Ok(self.published())
    }

    /// The segment without a name: no other process will find it.
    pub(crate) fn keep_unpublished(mut self) -> Segment {
        let segment = self.segment.take().expect("present until published");
        remove_unpublished(&self.dir, self.id);
        segment
    }

    pub(super) fn write_entry(&self, name: &str) -> Result<PathBuf, ShmError> {
        let path = entry_path(&self.dir, self.id);
        let entry = Entry {
            id: self.id,
            size: self.segment().view().len() as u64,
        };
        entry
            .write_new(&path)
            .map_err(|source| self.dir.system("publish", name, source))?;
        Ok(path)
    }

    fn published(mut self) -> Segment {
        self.segment.take().expect("present until published")
    }
}

#[cfg(test)]
impl Draft {
    /// Leaves everything as a kill of the maker would: the lock is freed, and nothing else happens.
    pub(super) fn kill_maker(self) -> Id {
        let id = self.id;
        self.lock.unlock().expect("it is locked");
        std::mem::forget(self);
        id
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // A published draft has no segment here any more. A draft whose memory could not be made has
        // none either, and nothing under its id.
        if let Some(segment) = self.segment.take() {
            drop(segment);
            remove_unpublished(&self.dir, self.id);
        }
        remove_files(&self.dir, self.id);
        // Last, so that no clean-up finds a half-removed draft.
        let _ = self.lock.unlock();
    }
}

/// Makes and locks the file of a new draft.
fn claim(dir: &Dir, name: &str) -> io::Result<(Id, File)> {
    loop {
        let id = Id::random();
        let path = path(dir, id);
        let mut lock = private().create_new(true).open(&path)?;
        // Before it was locked, a clean-up may have taken it for abandoned.
        if locks::try_lock(&lock, Sharing::Alone)? && path.try_exists()? {
            lock.write_all(name.as_bytes())?;
            return Ok((id, lock));
        }
    }
}

/// Removes the memory of a draft.
pub(super) fn remove_unpublished(dir: &Dir, id: Id) {
    // A failure is harmless: no process waits for the file or will find it.
    let _ = memory::remove(id);
    dir.locks(id).remove();
}

/// Removes the files of a draft, published or not.
pub(super) fn remove_files(dir: &Dir, id: Id) {
    // After a rename the entry has its name; a clean-up removes what cannot be removed now.
    let _ = std::fs::remove_file(entry_path(dir, id));
    let _ = std::fs::remove_file(path(dir, id));
}

/// The file of a draft.
pub(super) fn path(dir: &Dir, id: Id) -> PathBuf {
    dir.path.join(format!("{PREFIX}{id}"))
}

fn entry_path(dir: &Dir, id: Id) -> PathBuf {
    dir.path.join(format!(".memglass-entry-{id}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shm::Mode;

    fn files(dir: &tempfile::TempDir) -> usize {
        std::fs::read_dir(dir.path()).unwrap().count()
    }

    #[test]
    fn a_draft_that_is_dropped_leaves_nothing() {
        let place = tempfile::tempdir().unwrap();
        let dir = Dir::new(Some(place.path()));
        let draft = dir.create("a", 4096, Mode::Owner).unwrap();
        let id = draft.id;
        assert!(draft.segment().try_lock(1).unwrap());
        assert!(Mapped::open(id, 4096).unwrap().is_some());
        drop(draft);
        assert_eq!(
            Mapped::open(id, 4096).err().map(|error| error.kind()),
            Some(io::ErrorKind::NotFound)
        );
        assert_eq!(files(&place), 0);
    }

    #[test]
    fn memory_that_cannot_be_made_is_an_error_and_leaves_nothing() {
        let place = tempfile::tempdir().unwrap();
        let dir = Dir::new(Some(place.path()));
        let result = dir.create("a", u64::MAX / 2, Mode::Owner).err().unwrap();
        assert!(
            matches!(
                result,
                ShmError::System {
                    operation: "allocate",
                    ..
                }
            ),
            "{result:?}"
        );
        assert_eq!(files(&place), 0);
    }
}
