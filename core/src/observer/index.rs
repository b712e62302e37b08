//! Finding live objects by their labels.
//!
//! The table is brought up to date from the slots that changed, never rebuilt.

use crate::labels::LabelTable;
use crate::layout::{Directory, Layout, LayoutError, ObjectRecord};

/// Live objects by label.
#[derive(Default)]
pub(super) struct Index {
    labels: LabelTable,
    /// Per directory slot, what was entered for it.
    entered: Vec<Entered>,
    /// How many entered labels have a `.`, `[` or `"` in them, at which a path would be cut.
    awkward: usize,
    scratch: Vec<u8>,
}

#[derive(Clone, Copy, Default)]
struct Entered {
    hash: u32,
    is_entered: bool,
    is_awkward: bool,
}

impl Index {
    /// Number of live objects.
    pub(super) fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether some label contains a character that separates the parts of a path.
    pub(super) fn has_awkward_labels(&self) -> bool {
        self.awkward > 0
    }

    /// Makes room for `objects` in all.
    pub(super) fn reserve(&mut self, objects: usize) {
        self.labels.reserve(objects);
    }

    /// Takes in that a slot has a new occupant, or none.
    pub(super) fn apply(
        &mut self,
        layout: &Layout,
        directory: &Directory,
        slot: u32,
    ) -> Result<(), LayoutError> {
        self.remove(slot);
        match directory.record(layout, slot)? {
            Some(record) => self.insert(layout, directory, &record),
            None => Ok(()),
        }
    }

    /// The live object with this label, as its entry describes it now.
    pub(super) fn find(
        &self,
        layout: &Layout,
        directory: &Directory,
        label: &str,
    ) -> Option<ObjectRecord> {
        let hash = self.labels.hash(label.as_bytes());
        self.labels.find(hash, |slot| {
            let record = directory.record(layout, slot).ok().flatten()?;
            let same = has_label(layout, &record, label) && directory.is_still(layout, &record);
            same.then_some(record)
        })
    }

    /// Says why an object is not among those that can be found, if it is not.
    pub(super) fn check(
        &self,
        layout: &Layout,
        directory: &Directory,
        record: &ObjectRecord,
    ) -> Result<(), LayoutError> {
        let entered = self.entered.get(record.slot as usize);
        if entered.is_some_and(|entered| entered.is_entered) {
            return Ok(());
        }
        let mut label = Vec::new();
        layout.label_into(record, &mut label)?;
        self.check_unique(layout, directory, record, self.labels.hash(&label))
    }

    /// Slots of all live objects, in increasing order.
    pub(super) fn slots(&self) -> impl Iterator<Item = u32> + '_ {
        self.entered
            .iter()
            .zip(0_u32..)
            .filter(|(entered, _)| entered.is_entered)
            .map(|(_, slot)| slot)
    }

    fn insert(
        &mut self,
        layout: &Layout,
        directory: &Directory,
        record: &ObjectRecord,
    ) -> Result<(), LayoutError> {
        let mut scratch = std::mem::take(&mut self.scratch);
        let read = layout.label_into(record, &mut scratch);
        let awkward = scratch.iter().any(|byte| b".[\"".contains(byte));
        let hash = self.labels.hash(&scratch);
        self.scratch = scratch;
        // If it went meanwhile, the bytes may be another label's, or no label's. The slot is looked
        // at again in the next scan, as its state has changed.
        if !directory.is_still(layout, record) {
            return Ok(());
        }
        read?;
        self.check_unique(layout, directory, record, hash)?;
        let slot = record.slot as usize;
        if self.entered.len() <= slot {
            self.entered
                .resize((slot + 1).max(self.entered.len() * 2), Entered::default());
        }
        self.entered[slot] = Entered {
            hash,
            is_entered: true,
            is_awkward: awkward,
        };
        self.awkward += usize::from(awkward);
        self.labels.insert(hash, record.slot);
        Ok(())
    }

    /// Refuses a label that another live object has: with many of one label the table would
    /// become a list, and a lookup would mean any of them.
    fn check_unique(
        &self,
        layout: &Layout,
        directory: &Directory,
        record: &ObjectRecord,
        hash: u32,
    ) -> Result<(), LayoutError> {
        for (other, nth) in self.labels.with_hash(hash).zip(0..) {
            let first = directory.record(layout, other).ok().flatten();
            // One that was destroyed meanwhile is taken out when its own change is looked at.
            let is_same = first.is_some_and(|first| is_same_label(layout, record, &first));
            if is_same || nth == MAX_SAME_HASH {
                return Err(layout.label_taken(record.slot, other));
            }
        }
        Ok(())
    }

    fn remove(&mut self, slot: u32) {
        let Some(entered) = self
            .entered
            .get_mut(slot as usize)
            .filter(|entered| entered.is_entered)
        else {
            return;
        };
        let Entered {
            hash, is_awkward, ..
        } = std::mem::take(entered);
        self.awkward -= usize::from(is_awkward);
        self.labels.remove(hash, slot);
    }
}

/// Labels that differ have the same hash once in 2^32 times.
const MAX_SAME_HASH: usize = 16;

fn is_same_label(layout: &Layout, one: &ObjectRecord, other: &ObjectRecord) -> bool {
    let mut label = Vec::new();
    layout.label_into(one, &mut label).is_ok()
        && std::str::from_utf8(&label).is_ok_and(|label| has_label(layout, other, label))
}

fn has_label(layout: &Layout, record: &ObjectRecord, label: &str) -> bool {
    record.label_len == label.len()
        && layout
            .look(record.label, label.len().next_multiple_of(8) as u64)
            .is_ok_and(|words| words.is_text_in_words(label.as_bytes()))
}
