//! One mapped segment.

use std::io;

use super::entry::Id;
use super::locks::{Locks, Sharing};
use super::memory::Mapped;
use super::{Access, Dir};
use crate::shm::{ShmError, View};

/// One mapped segment.
pub(crate) struct Segment {
    name: String,
    dir: Dir,
    id: Id,
    memory: Mapped,
    access: Access,
    /// `None` if the caller needs no locks.
    locks: Option<Locks>,
}

impl Segment {
    pub(super) fn new(dir: &Dir, name: &str, id: Id, memory: Mapped, access: Access) -> Segment {
        Segment {
            name: name.into(),
            dir: dir.clone(),
            id,
            memory,
            access,
            locks: Some(dir.locks(id)),
        }
    }

    /// Its name in the directory.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// All its bytes.
    #[inline]
    pub(crate) fn view(&self) -> View<'_> {
        self.memory.view()
    }

    /// Whether stores are allowed. The mapping itself permits them in any case; callers check this
    /// before they store.
    pub(crate) fn is_writable(&self) -> bool {
        self.access == Access::Write
    }

    /// Makes pages present before they are stored to; here they come when they are touched.
    pub(crate) fn prefault(&self, _offset: u64, _len: u64) {}

    /// Gives up the locks; the mapping stays, and so does its descriptor.
    pub(crate) fn without_locks(mut self) -> Segment {
        self.release();
        self.locks = None;
        self
    }

    /// Takes lock `slot` until this segment is dropped; `false` if another process has it.
    pub(crate) fn try_lock(&self, slot: u32) -> Result<bool, ShmError> {
        self.locks()
            .take(slot, Sharing::Alone)
            .map_err(|source| self.lock_error(source))
    }

    /// Takes a share of lock `slot` until this segment is dropped.
    pub(crate) fn try_share(&self, slot: u32) -> Result<bool, ShmError> {
        self.locks()
            .take(slot, Sharing::Shared)
            .map_err(|source| self.lock_error(source))
    }

    /// Whether another holder than this segment has lock `slot`, alone or shared.
    pub(crate) fn is_locked(&self, slot: u32) -> Result<bool, ShmError> {
        self.locks()
            .is_held_elsewhere(slot)
            .map_err(|source| self.lock_error(source))
    }

    /// Always false: in this back end, a process that may not write cannot take a shared lock either.
    pub(crate) fn is_shared(&self, _slot: u32) -> Result<bool, ShmError> {
        Ok(false)
    }

    /// Whether its name in `dir` still leads to this very segment.
    pub(crate) fn is_named_in(&self, dir: &Dir) -> bool {
        dir.leads_to(&self.name, self.id).unwrap_or(false)
    }

    /// Has nothing to check: that the memory is as long as it should be was seen when it was mapped,
    /// and whether it was cut short since then this back end cannot ask.
    pub(crate) fn probe(&self) -> Result<(), ShmError> {
        Ok(())
    }

    /// Whether a part of it was lost is not noticed.
    pub(crate) fn is_cut(&self) -> bool {
        false
    }

    /// Has nothing to check: whether memory takes room before it is touched this back end cannot ask.
    pub(crate) fn check_whole(&self) -> Result<(), ShmError> {
        Ok(())
    }

    fn locks(&self) -> &Locks {
        self.locks
            .as_ref()
            .expect("locks are only asked of segments that kept them")
    }

    fn lock_error(&self, source: io::Error) -> ShmError {
        self.dir.system("lock", &self.name, source)
    }

    fn release(&self) {
        // Nobody else removes locks that were taken after the segment had lost its name.
        if let Some(locks) = &self.locks
            && locks.release()
            && self
                .dir
                .leads_to(&self.name, self.id)
                .is_ok_and(|is_named| !is_named)
        {
            locks.remove();
        }
    }
}

impl Drop for Segment {
    fn drop(&mut self) {
        self.release();
    }
}

impl std::fmt::Debug for Segment {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            out,
            "Segment({}, {}, {} bytes, {:?})",
            self.name,
            self.id,
            self.view().len(),
            self.access
        )
    }
}
