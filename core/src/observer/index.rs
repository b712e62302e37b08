//! Finding live objects by their labels.
//!
//! The table is brought up to date from the slots that changed, never rebuilt.

use crate::labels::{LabelTable, OnDemand};
use crate::layout::{Directory, Layout, LayoutError, ObjectRecord};

/// Live objects by label.
#[derive(Default)]
pub(super) struct Index {
    labels: LabelTable,
    /// Per directory slot, its entry in the index.
    entered: Vec<Entered>,
    /// How many entered labels have one of [`SEPARATORS`] in them.
    awkward: usize,
    /// The label being read.
    label: Vec<u8>,
    /// The records read of slots that are not entered yet.
    read: Vec<(u32, Entered)>,
    /// Slots of objects that are not entered because they are damaged.
    left_out: Vec<u32>,
    /// Whether some of them are there only because the system did not give their memory.
    is_out_of_reach: bool,
}

/// How many labels are read before they are entered.
const AT_ONCE: usize = 1024;

/// Where a path would be cut.
const SEPARATORS: [u8; 3] = *b".[\"";

#[derive(Clone, Copy, Default)]
struct Entered {
    hash: u32,
    is_entered: bool,
    is_awkward: bool,
}

impl Index {
    /// Whether some label contains a character that separates the parts of a path.
    pub(super) fn has_awkward_labels(&self) -> bool {
        self.awkward > 0
    }

    /// Makes room for `objects` in all.
    pub(super) fn reserve(&mut self, objects: usize) {
        self.labels.reserve(objects);
    }

    /// An index of the objects that the directory has seen.
    pub(super) fn of(layout: &Layout, directory: &Directory) -> Index {
        let mut index = Index::default();
        index.reserve(directory.alive_count());
        let (mut alive, mut some) = (directory.alive(), Vec::new());
        loop {
            some.extend(alive.by_ref().take(AT_ONCE));
            if some.is_empty() {
                return index;
            }
            index.apply(layout, directory, &some);
            some.clear();
        }
    }

    /// Takes the slots of objects that were left out, to be looked at again.
    pub(super) fn take_left_out(&mut self) -> Vec<u32> {
        self.is_out_of_reach = false;
        std::mem::take(&mut self.left_out)
    }

    /// How many objects are left out because they are damaged.
    pub(super) fn left_out(&self) -> usize {
        self.left_out.len()
    }

    /// Whether some objects are left out only because the system did not give their memory.
    pub(super) fn is_out_of_reach(&self) -> bool {
        self.is_out_of_reach
    }

    /// Updates slots that have new occupants, or none. Leaves out those that cannot be read.
    ///
    /// All labels are read before the first is entered: so the places in the table can be waited for
    /// together, which at a million objects is most of what this takes.
    pub(super) fn apply(&mut self, layout: &Layout, directory: &Directory, slots: &[u32]) {
        let mut read = std::mem::take(&mut self.read);
        for &slot in slots {
            self.remove(slot);
            match self.read(layout, directory, slot) {
                Ok(entered) => read.extend(entered.map(|entered| (slot, entered))),
                Err(error) => self.leave_out(slot, &error),
            }
        }
        self.labels
            .touch(read.iter().map(|(_, entered)| entered.hash));
        for (slot, entered) in read.drain(..) {
            if let Err(error) = self.enter(layout, directory, slot, entered) {
                self.leave_out(slot, &error);
            }
        }
        self.read = read;
    }

    #[cold]
    fn leave_out(&mut self, slot: u32, error: &LayoutError) {
        self.is_out_of_reach |= matches!(error, LayoutError::Memory(_));
        self.left_out.push(slot);
    }

    /// Lists each slot that is left out once: one that was left out before and has changed is there twice.
    pub(super) fn sort_left_out(&mut self) {
        self.left_out.sort_unstable();
        self.left_out.dedup();
    }

    /// The live object with this label, as its entry describes it now.
    pub(super) fn find(
        &self,
        layout: &Layout,
        directory: &Directory,
        label: &str,
    ) -> Option<ObjectRecord> {
        let hash = self.labels.hash(label.as_bytes());
        self.labels.prefetch(hash);
        self.labels.find(hash, |slot| {
            let record = directory.record(layout, slot).ok().flatten()?;
            let same = layout.has_label(&record, label) && directory.is_still(layout, &record);
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
        if self.has(record.head.slot) {
            return Ok(());
        }
        let mut label = Vec::new();
        layout.label_into(record, &mut label)?;
        self.check_unique(layout, directory, record, self.labels.hash(&label))
    }

    /// Whether the object in a slot can be found by its label.
    #[inline(always)]
    pub(super) fn has(&self, slot: u32) -> bool {
        let entered = self.entered.get(slot as usize);
        entered.is_some_and(|entered| entered.is_entered)
    }

    /// The index entry for a slot, if an object lives in it.
    #[inline]
    fn read(
        &mut self,
        layout: &Layout,
        directory: &Directory,
        slot: u32,
    ) -> Result<Option<Entered>, LayoutError> {
        if let Some(label) = directory.plain_label(layout, slot) {
            return Ok(Some(Entered {
                hash: self.labels.hash_short(label),
                is_entered: true,
                is_awkward: SEPARATORS.iter().any(|&byte| label.contains(byte)),
            }));
        }
        let Some(record) = directory.record(layout, slot)? else {
            return Ok(None);
        };
        let read = layout.label_into(&record, &mut self.label);
        // If the object went meanwhile, the bytes may be another label's, or no label's. The next scan
        // looks at the slot again, because its state has changed.
        if !directory.is_still(layout, &record) {
            return Ok(None);
        }
        read?;
        Ok(Some(Entered {
            hash: self.labels.hash(&self.label),
            is_entered: true,
            is_awkward: self.label.iter().any(|byte| SEPARATORS.contains(byte)),
        }))
    }

    #[inline]
    fn enter(
        &mut self,
        layout: &Layout,
        directory: &Directory,
        slot: u32,
        entered: Entered,
    ) -> Result<(), LayoutError> {
        // A slot can be listed twice, because it was left out before and has changed: enter it once.
        self.remove(slot);
        if self.labels.with_hash(entered.hash).next().is_some()
            && let Some(record) = directory.record(layout, slot)?
        {
            self.check_unique(layout, directory, &record, entered.hash)?;
        }
        let at = slot as usize;
        if self.entered.len() <= at {
            let more = (at + 1).max(self.entered.len() * 2);
            self.entered.resize(more, Entered::default());
        }
        self.entered[at] = entered;
        self.awkward += usize::from(entered.is_awkward);
        self.labels.insert(entered.hash, slot, &OnDemand);
        Ok(())
    }

    /// Refuses a label that another live object has. With many equal labels the table would become a
    /// list, and a lookup would find any of them.
    fn check_unique(
        &self,
        layout: &Layout,
        directory: &Directory,
        record: &ObjectRecord,
        hash: u32,
    ) -> Result<(), LayoutError> {
        for (other, nth) in self.labels.with_hash(hash).zip(0..) {
            let first = directory.record(layout, other).ok().flatten();
            // An object that was destroyed meanwhile is removed when its own change is looked at.
            let is_same = first.is_some_and(|first| is_same_label(layout, record, &first));
            if is_same || nth == MAX_SAME_HASH {
                return Err(layout.label_taken(record.head.slot, other));
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
        && std::str::from_utf8(&label).is_ok_and(|label| layout.has_label(other, label))
}
