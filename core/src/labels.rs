//! Directory slots by label, without a copy of any label: the table of both sides.
//!
//! It keeps a hash for each slot; a candidate's label is compared where it lies, by the caller.

use std::hash::BuildHasher;

use hashbrown::HashTable;

/// Slots by the hash of their label; seeded anew for each table, so that no choice of labels can make
/// it slow.
#[derive(Default)]
pub(crate) struct LabelTable {
    slots: HashTable<Entry>,
    hasher: foldhash::fast::RandomState,
}

#[derive(Clone, Copy)]
struct Entry {
    hash: u32,
    slot: u32,
}

impl LabelTable {
    /// The hash by which this table knows a label.
    pub(crate) fn hash(&self, label: &[u8]) -> u32 {
        (self.hasher.hash_one(label) >> 32) as u32
    }

    /// Number of slots.
    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    /// Makes room for `slots` in all.
    pub(crate) fn reserve(&mut self, slots: usize) {
        let more = slots.saturating_sub(self.len());
        self.slots.reserve(more, |entry| spread(entry.hash));
    }

    /// What `look` finds in the first slot of this hash in which it finds anything.
    pub(crate) fn find<R>(&self, hash: u32, mut look: impl FnMut(u32) -> Option<R>) -> Option<R> {
        let mut found = None;
        self.slots.find(spread(hash), |entry| {
            entry.hash == hash && {
                found = look(entry.slot);
                found.is_some()
            }
        })?;
        found
    }

    /// The slots that were entered with this hash.
    pub(crate) fn with_hash(&self, hash: u32) -> impl Iterator<Item = u32> + '_ {
        let entries = self.slots.iter_hash(spread(hash));
        entries
            .filter(move |entry| entry.hash == hash)
            .map(|entry| entry.slot)
    }

    /// Enters a slot, which is not in the table yet.
    pub(crate) fn insert(&mut self, hash: u32, slot: u32) {
        // Growing needs no label, since the hash is kept.
        let rehash = |entry: &Entry| spread(entry.hash);
        self.slots
            .insert_unique(spread(hash), Entry { hash, slot }, rehash);
    }

    /// Takes out a slot that was entered with this hash.
    pub(crate) fn remove(&mut self, hash: u32, slot: u32) {
        if let Ok(entry) = self
            .slots
            .find_entry(spread(hash), |entry| entry.slot == slot)
        {
            entry.remove();
        }
    }
}

/// The table takes buckets from the low and tags from the high bits.
fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_found_by_hash_and_told_apart_by_the_caller() {
        let mut table = LabelTable::default();
        let hash = table.hash(b"one");
        table.insert(hash, 1);
        table.insert(hash, 2);
        table.reserve(10_000);
        let find =
            |table: &LabelTable, wanted| table.find(hash, |slot| (slot == wanted).then_some(slot));
        assert_eq!(
            (find(&table, 1), find(&table, 2), find(&table, 3)),
            (Some(1), Some(2), None)
        );
        table.remove(hash, 1);
        assert_eq!(
            (find(&table, 1), find(&table, 2), table.len()),
            (None, Some(2), 1)
        );
    }
}
