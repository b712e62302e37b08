//! Directory slots by label, without a copy of any label: the table of both sides.
//!
//! The table keeps a hash for each slot; the caller compares a candidate's label where it lies.
//!
//! A table of a million labels does not fit into any cache, so the cost of an operation is the number
//! of lines that it touches. This one touches one: hash and slot are one word, stored next to where
//! the hash leads (linear probing). Places ascend with hashes, so growing reads and writes in order. A
//! general table keeps tags and entries apart and scatters the entries when it grows; with it, finding
//! out that a label is new took two to three misses.

use std::hash::{BuildHasher, Hasher};

use crate::prefetch::prefetch;
use crate::wire::directory::ShortLabel;

/// Slots by the hash of their label. Each table has its own seed, so that no choice of labels can make
/// it slow.
#[derive(Default)]
pub(crate) struct LabelTable {
    /// The bits of [`Place`]s. Unless the table is empty, at least a third of them is vacant, so that
    /// runs are short.
    places: Vec<u64>,
    len: usize,
    hasher: foldhash::fast::RandomState,
}

/// A hash in the upper half, a slot plus one in the lower.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Place(u64);

impl Place {
    fn new(hash: u32, slot: u32) -> Place {
        Place(u64::from(hash) << 32 | (u64::from(slot) + 1))
    }

    fn hash(self) -> u32 {
        (self.0 >> 32) as u32
    }

    fn slot(self) -> u32 {
        (self.0 as u32).wrapping_sub(1)
    }
}

const VACANT: u64 = 0;

/// Places of the smallest table.
const FEWEST: usize = 16;

impl LabelTable {
    /// The hash by which this table knows a label.
    #[inline]
    pub(crate) fn hash(&self, label: &[u8]) -> u32 {
        match ShortLabel::new(label) {
            Some(label) => self.hash_short(label),
            None => (self.hasher.hash_one(label) >> 32) as u32,
        }
    }

    /// The same for a short label, whose words may be in registers.
    #[inline]
    pub(crate) fn hash_short(&self, label: ShortLabel) -> u32 {
        let mut hasher = self.hasher.build_hasher();
        label.0.into_iter().for_each(|word| hasher.write_u64(word));
        (hasher.finish() >> 32) as u32
    }

    /// Number of slots.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Makes room for `slots` in all.
    pub(crate) fn reserve(&mut self, slots: usize) {
        if places_for(slots) > self.places.len() {
            self.rebuild((2 * slots).max(FEWEST));
        }
    }

    /// Loads the places of these hashes into the cache.
    ///
    /// The processor waits for independent loads together: this takes a twentieth of the time of
    /// waiting for one after the other.
    pub(crate) fn touch(&self, hashes: impl Iterator<Item = u32>) {
        if !self.places.is_empty() {
            let touched = hashes.fold(0, |sum, hash| sum ^ self.places[self.home(hash)]);
            std::hint::black_box(touched);
        }
    }

    /// The hash of a label that will soon be looked up. Prefetches its place.
    #[inline]
    pub(crate) fn foresee(&self, label: &[u8]) -> u32 {
        let hash = self.hash(label);
        if let Some(place) = self.places.get(self.home(hash)) {
            prefetch(place);
        }
        hash
    }

    /// The first result of `look` among the slots with this hash.
    #[inline]
    pub(crate) fn find<R>(&self, hash: u32, mut look: impl FnMut(u32) -> Option<R>) -> Option<R> {
        for (_, place) in self.run(hash) {
            if place.hash() == hash
                && let Some(found) = look(place.slot())
            {
                return Some(found);
            }
        }
        None
    }

    /// The slots that were entered with this hash.
    pub(crate) fn with_hash(&self, hash: u32) -> impl Iterator<Item = u32> + '_ {
        let candidates = self.run(hash);
        candidates
            .filter(move |(_, place)| place.hash() == hash)
            .map(|(_, place)| place.slot())
    }

    /// Enters a slot, which is not in the table yet.
    #[inline]
    pub(crate) fn insert(&mut self, hash: u32, slot: u32) {
        if places_for(self.len + 1) > self.places.len() {
            self.rebuild((self.places.len() * 2).max(FEWEST));
        }
        self.len += 1;
        self.put(Place::new(hash, slot));
    }

    /// Removes a slot that was entered with this hash.
    pub(crate) fn remove(&mut self, hash: u32, slot: u32) {
        let wanted = Place::new(hash, slot);
        let found = self.run(hash).find(|&(_, place)| place == wanted);
        if let Some((at, _)) = found {
            self.len -= 1;
            self.vacate(at);
        }
    }

    /// Where the search for a hash begins.
    #[inline]
    fn home(&self, hash: u32) -> usize {
        ((u64::from(hash) * self.places.len() as u64) >> 32) as usize
    }

    #[inline]
    fn after(&self, at: usize) -> usize {
        if at + 1 == self.places.len() {
            0
        } else {
            at + 1
        }
    }

    /// The occupied places from the home of a hash on: all that have this hash are among them.
    #[inline]
    fn run(&self, hash: u32) -> impl Iterator<Item = (usize, Place)> + '_ {
        let (first, last) = self.places.split_at(self.home(hash));
        let places = (first.len()..).zip(last).chain((0..).zip(first));
        places
            .map(|(at, &place)| (at, Place(place)))
            .take_while(|(_, place)| place.0 != VACANT)
    }

    /// Puts an entry into the first vacant place from its home on.
    #[inline]
    fn put(&mut self, entry: Place) {
        let mut at = self.home(entry.hash());
        while self.places[at] != VACANT {
            at = self.after(at);
        }
        self.places[at] = entry.0;
    }

    /// Empties a place and closes the gap, so that no search stops at it too early.
    fn vacate(&mut self, mut gap: usize) {
        let mut at = self.after(gap);
        while self.places[at] != VACANT {
            let home = self.home(Place(self.places[at]).hash());
            if self.distance(home, at) >= self.distance(gap, at) {
                self.places[gap] = self.places[at];
                gap = at;
            }
            at = self.after(at);
        }
        self.places[gap] = VACANT;
    }

    /// How many places `to` comes after `from`, the last being followed by the first.
    fn distance(&self, from: usize, to: usize) -> usize {
        if to >= from {
            to - from
        } else {
            to + self.places.len() - from
        }
    }

    #[cold]
    fn rebuild(&mut self, places: usize) {
        // Stored in order: untouched zeros from the system would become memory page by page in the
        // order of the hashes, and twice if `touch` comes first.
        let vacant = std::iter::repeat_n(VACANT, places).collect();
        let old = std::mem::replace(&mut self.places, vacant);
        // Growing needs no label, since the hash is kept.
        old.into_iter()
            .filter(|&place| place != VACANT)
            .for_each(|place| self.put(Place(place)));
    }
}

/// The fewest places for `slots`.
#[inline]
fn places_for(slots: usize) -> usize {
    slots + slots.div_ceil(2)
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

    /// Whether the table has exactly these slots, whatever their hashes.
    fn holds(table: &LabelTable, entered: &[(u32, u32)], absent: &[(u32, u32)]) -> bool {
        let has = |&(hash, slot): &(u32, u32)| {
            table
                .find(hash, |found| (found == slot).then_some(()))
                .is_some()
        };
        table.len() == entered.len() && entered.iter().all(has) && !absent.iter().any(has)
    }

    proptest::proptest! {
        /// Few hashes, most of them near the end of the table: runs are long and wrap around.
        #[test]
        fn no_slot_is_lost_or_left_behind(
            steps in proptest::collection::vec((0_u32..24, proptest::bool::ANY), 1..200),
        ) {
            let mut table = LabelTable::default();
            let (mut entered, mut absent) = (Vec::new(), Vec::new());
            for (slot, (number, enters)) in (0_u32..).zip(steps) {
                if enters || entered.is_empty() {
                    let hash = u32::MAX - number * 50_000_000;
                    table.insert(hash, slot);
                    entered.push((hash, slot));
                } else {
                    let gone = entered.swap_remove(number as usize % entered.len());
                    table.remove(gone.0, gone.1);
                    absent.push(gone);
                }
                proptest::prop_assert!(holds(&table, &entered, &absent));
            }
        }
    }

    #[test]
    fn an_empty_table_finds_nothing() {
        let mut table = LabelTable::default();
        table.touch([1, 2].into_iter());
        table.remove(1, 1);
        assert_eq!(table.find(7, Some), None);
    }
}
