//! Removing what killed processes have left in a side directory.

use std::io::{self, Read};

use super::draft;
use super::entry::Id;
use super::locks::{self, Sharing};
use super::{Dir, LOCKS_PREFIX, private};
use crate::shm::ShmError;

/// Removes drafts of dead makers, and locks of segments that are gone. Returns the number of drafts.
pub(super) fn remove_abandoned(dir: &Dir) -> Result<usize, ShmError> {
    // In this order: a segment has first the file of its draft, then locks, then a name, and loses
    // the file of its draft only when it has its name.
    let locks = ids(dir, LOCKS_PREFIX)?;
    let drafts = ids(dir, draft::PREFIX)?;
    let named = named(dir)?;
    for &id in locks
        .iter()
        .filter(|id| !drafts.contains(id) && !named.contains(id))
    {
        dir.locks(id).remove();
    }
    // An entry that vanished or belongs to another user does not stop the rest.
    let removed = drafts
        .iter()
        .filter(|&&id| remove_if_abandoned(dir, id).unwrap_or(false));
    Ok(removed.count())
}

/// The ids in the names of the files that start with `prefix`.
fn ids(dir: &Dir, prefix: &str) -> Result<Vec<Id>, ShmError> {
    let names = dir.names(prefix)?;
    Ok(names
        .iter()
        .filter_map(|name| Id::parse(name.strip_prefix(prefix)?))
        .collect())
}

/// The segments that names lead to.
fn named(dir: &Dir) -> Result<Vec<Id>, ShmError> {
    let mut ids = Vec::new();
    for name in dir.names("")?.iter().filter(|name| !name.starts_with('.')) {
        match dir.entry(name) {
            Ok(entry) => ids.push(entry.id),
            Err(ShmError::NotFound { .. } | ShmError::NotASegment { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(ids)
}

fn remove_if_abandoned(dir: &Dir, id: Id) -> io::Result<bool> {
    let mut lock = private().open(draft::path(dir, id))?;
    if !lock.metadata()?.is_file() || !locks::try_lock(&lock, Sharing::Alone)? {
        return Ok(false);
    }
    let mut name = String::new();
    lock.read_to_string(&mut name)?;
    if name.is_empty() || !dir.leads_to(&name, id)? {
        draft::remove_unpublished(dir, id);
    }
    draft::remove_files(dir, id);
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::super::memory::Mapped;
    use super::*;
    use crate::shm::{Access, Mode};

    fn files(dir: &tempfile::TempDir) -> usize {
        std::fs::read_dir(dir.path()).unwrap().count()
    }

    #[test]
    fn only_abandoned_drafts_are_removed() {
        let place = tempfile::tempdir().unwrap();
        let dir = Dir::new(Some(place.path()));
        let fresh = dir.create("a", 4096, Mode::Owner).unwrap();
        assert!(fresh.segment().try_lock(1).unwrap());
        let id = dir.create("b", 4096, Mode::Owner).unwrap().kill_maker();
        assert_eq!(dir.remove_abandoned_drafts().unwrap(), 1);
        assert!(Mapped::open(id, 4096).is_err());
        assert_eq!(dir.remove_abandoned_drafts().unwrap(), 0);
        let segment = fresh.publish_new().unwrap();
        assert!(dir.open("a", Access::Read).unwrap().is_locked(1).unwrap());
        dir.unlink("a").unwrap();
        drop(segment);
        assert_eq!(files(&place), 0);
    }

    #[test]
    fn a_segment_outlives_the_draft_of_a_maker_who_died_after_publishing() {
        let place = tempfile::tempdir().unwrap();
        let dir = Dir::new(Some(place.path()));
        let draft = dir.create("a", 4096, Mode::Owner).unwrap();
        let entry = draft.write_entry("a").unwrap();
        std::fs::hard_link(entry, place.path().join("a")).unwrap();
        draft.kill_maker();
        assert_eq!(dir.remove_abandoned_drafts().unwrap(), 1);
        assert_eq!(dir.open("a", Access::Read).unwrap().view().len(), 4096);
        dir.unlink("a").unwrap();
        assert_eq!(files(&place), 0);
    }

    #[test]
    fn locks_go_with_their_segment_and_not_before() {
        let place = tempfile::tempdir().unwrap();
        let dir = Dir::new(Some(place.path()));
        let segment = dir
            .create("a", 4096, Mode::Owner)
            .unwrap()
            .publish_new()
            .unwrap();
        assert!(segment.try_lock(1).unwrap());
        dir.remove_abandoned_drafts().unwrap();
        assert!(dir.open("a", Access::Read).unwrap().is_locked(1).unwrap());
        dir.unlink("a").unwrap();
        assert!(segment.try_lock(2).unwrap());
        // The holder of the lock was killed.
        std::mem::forget(segment);
        assert_eq!(files(&place), 1);
        dir.remove_abandoned_drafts().unwrap();
        assert_eq!(files(&place), 0);
    }
}
