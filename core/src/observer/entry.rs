//! One object of a listing: what its directory entry says, and its label when that is asked for.

use std::time::SystemTime;

use super::index::Index;
use super::{ObjectInfo, Observer};
use crate::layout::{EntryHead, Heads};
use crate::schema::TypeId;

/// One live object, as its directory entry described it. Its label is read when it is asked for.
#[derive(Clone, Copy)]
pub struct ObjectEntry<'o> {
    observer: &'o Observer,
    head: EntryHead,
    type_id: TypeId,
    size: u64,
}

/// The live objects that can be found by their labels.
///
/// A type of its own and no chain of closures, which the compiler calls one by one where a program lists in several
/// places: that doubles the time of a listing.
pub(super) struct Entries<'o> {
    pub(super) observer: &'o Observer,
    pub(super) index: &'o Index,
    pub(super) heads: Heads<'o>,
}

impl<'o> Iterator for Entries<'o> {
    type Item = ObjectEntry<'o>;

    #[inline(always)]
    fn next(&mut self) -> Option<ObjectEntry<'o>> {
        loop {
            let head = self.heads.next()?;
            if self.index.has(head.slot)
                && let Some(entry) = ObjectEntry::of(self.observer, head)
            {
                return Some(entry);
            }
        }
    }
}

impl<'o> ObjectEntry<'o> {
    /// The object of this entry, if it has a type and bytes.
    #[inline(always)]
    pub(super) fn of(observer: &'o Observer, head: EntryHead) -> Option<ObjectEntry<'o>> {
        let (type_id, size) = observer.type_and_size(&head)?;
        let has_bytes = observer.attached.layout.has_object(&head, size);
        has_bytes.then(|| ObjectEntry {
            observer,
            head,
            type_id: observer.types.schema().bare(type_id),
            size,
        })
    }

    /// Its type behind aliases and protections; for an array, that of each element.
    pub fn type_id(&self) -> TypeId {
        self.type_id
    }

    /// The number of elements, if it is an array of objects.
    pub fn count(&self) -> Option<u64> {
        (self.head.count > 0).then_some(self.head.count)
    }

    /// When it was created.
    pub fn created(&self) -> SystemTime {
        self.head.created()
    }

    /// Its slot in the directory.
    pub fn slot(&self) -> u32 {
        self.head.slot
    }

    /// Which occupant of the slot it is.
    pub fn generation(&self) -> u64 {
        self.head.alive().generation()
    }

    /// Bytes of its storage.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Hands its label to `look`; `None` if the object was destroyed, or its label is damaged. `buffer` is
    /// used again by the next call.
    pub fn with_label<R>(&self, buffer: &mut Vec<u8>, look: impl FnOnce(&str) -> R) -> Option<R> {
        let Observer {
            attached,
            directory,
            ..
        } = self.observer;
        let layout = &attached.layout;
        if let Some((label, len)) = directory.plain_label_of(layout, &self.head) {
            return std::str::from_utf8(&label.padded()[..len]).ok().map(look);
        }
        let record = directory.record_of(layout, &self.head)?;
        layout.label_into(&record, buffer).ok()?;
        if !directory.is_still(layout, &record) || layout.is_label_cut(&record) {
            return None;
        }
        std::str::from_utf8(buffer).ok().map(look)
    }

    /// All of it, with its label; `None` if it was destroyed meanwhile.
    pub fn info(&self) -> Option<ObjectInfo> {
        Some(ObjectInfo {
            label: self.with_label(&mut Vec::new(), |label| label.into())?,
            type_id: self.type_id,
            count: self.count(),
            created: self.created(),
            slot: self.slot(),
            generation: self.generation(),
            size: self.size,
        })
    }
}

impl std::fmt::Debug for ObjectEntry<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "ObjectEntry(slot {})", self.head.slot)
    }
}
