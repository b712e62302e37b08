//! Taking in the objects and types that came and went since the last refresh.

use std::sync::Arc;

use super::error::ReadError;
use super::index::Index;
use super::{Observer, sight};
use crate::layout::{Directory, LayoutError};

impl Observer {
    /// Takes in the types and objects that came and went since the last refresh; `true` if any did.
    ///
    /// Costs one load if nothing changed; otherwise it reads the changed parts of the directory. In a
    /// program that does not [survive truncation](crate::survive_truncation) it costs one more system
    /// call, which asks whether the memory is still there.
    ///
    /// # Errors
    ///
    /// - [`ReadError::Truncated`]: a segment was cut short. What was known before stays.
    /// - [`ReadError::Damaged`]: the session's memory is damaged, or the system does not give access to
    ///   it. [`Observer::damage`] lists damage that leaves the rest usable.
    #[inline]
    pub fn refresh(&mut self) -> Result<bool, ReadError> {
        self.refresh_with(Observer::read_changes)
    }

    /// Like [`Observer::refresh`], and calls `changed` with the directory slot of each object that came
    /// or went.
    ///
    /// [`Observer::object_in`] tells what is in a slot now. The slot of an object that was left out is
    /// reported each time it is looked at again. After an error, the next call reports the changes that
    /// were not taken in.
    ///
    /// # Errors
    ///
    /// As for [`Observer::refresh`].
    #[inline]
    pub fn refresh_noting(&mut self, changed: impl FnMut(u32)) -> Result<bool, ReadError> {
        self.refresh_with(|observer| observer.read_changes_noting(changed))
    }

    #[inline]
    fn refresh_with(
        &mut self,
        read_changes: impl FnOnce(&mut Self) -> Result<(), LayoutError>,
    ) -> Result<bool, ReadError> {
        self.attached.layout.probe_header()?;
        let epoch = self.epoch;
        let is_out_of_reach = self.index.get().is_some_and(Index::is_out_of_reach);
        if self.attached.layout.epoch() == epoch && !is_out_of_reach {
            self.attached.layout.check_cut()?;
            return Ok(false);
        }
        let left_out = self.left_out();
        read_changes(self)?;
        Ok(self.epoch != epoch || self.left_out() != left_out)
    }

    /// How many objects are known to be damaged.
    fn left_out(&self) -> usize {
        self.index.get().map_or(0, Index::left_out)
    }

    pub(super) fn read_changes(&mut self) -> Result<(), LayoutError> {
        self.read_changes_noting(|_| {})
    }

    #[cold]
    fn read_changes_noting(&mut self, mut note: impl FnMut(u32)) -> Result<(), LayoutError> {
        let attached = Arc::clone(&self.attached);
        let layout = &attached.layout;
        layout.probe()?;
        let epoch = layout.epoch();
        self.read_types()?;
        let groups = self.directory.find_chunks(layout)?;
        let objects = usize::try_from(layout.object_count()).unwrap_or(usize::MAX);
        let mut changed = Vec::new();
        if let Some(index) = self.index.get_mut() {
            index.reserve(objects.min(self.directory.capacity(layout)));
            changed = index.take_left_out();
        }
        let mut take_in = |directory: &Directory, changed: &mut Vec<u32>| {
            if let Some(index) = self.index.get_mut() {
                index.apply(layout, directory, changed);
            }
            changed.drain(..).for_each(&mut note);
        };
        // The directory reports a change once. So the next refresh looks again at entries that are left
        // out now, and one damaged entry does not hide the others.
        take_in(&self.directory, &mut changed);
        for group in 0..groups {
            for chunk in self.directory.changed_group(layout, group) {
                self.directory.read_changes(layout, chunk, &mut changed);
                // While the chunk's entries are in the cache.
                take_in(&self.directory, &mut changed);
            }
        }
        if let Some(index) = self.index.get_mut() {
            index.sort_left_out();
        }
        // An object's type is in the log before the object is in the directory.
        self.read_types()?;
        self.attached.layout.probe()?;
        self.epoch = epoch;
        Ok(())
    }

    fn read_types(&mut self) -> Result<(), LayoutError> {
        let result = self.types.read_new(&self.attached.layout);
        if !Arc::ptr_eq(&self.sight.schema, self.types.schema()) {
            self.sight = sight(&self.attached, &self.types);
        }
        result.map(drop)
    }
}
