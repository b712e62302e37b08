//! Directory slots by label, without a copy of any label: the table of both sides.
//!
//! The table keeps a hash for each slot; the caller compares a candidate's label where it lies.
//!
//! A table of a million labels does not fit into any cache, so the cost of an operation is the number
//! of lines that it touches. This one touches one: hash and slot are one word, stored next to where
//! the hash leads (linear probing). Places ascend with hashes, so growing reads and writes in order. A
//! general table keeps tags and entries apart and scatters the entries when it grows; with it, finding
//! out that a label is new took two to three misses.
//!
//! Growing stops nobody: each insertion moves a few entries to the larger table, from the first place
//! on. As places ascend with hashes, the hash alone says in which of the two tables an entry is.

use std::hash::{BuildHasher, Hasher};

use crate::prefetch::prefetch;
use crate::wire::directory::ShortLabel;

/// Slots by the hash of their label. Each table has its own seed, so that no choice of labels can make
/// it slow.
#[derive(Default)]
pub(crate) struct LabelTable {
    places: Places,
    /// While it grows: the smaller table, of which the places from `moved` on count.
    old: Places,
    /// The start of `old`, or a place behind a vacant place of it, so that no entry lies on one side and
    /// has its home on the other.
    moved: usize,
    len: usize,
    hasher: foldhash::fast::RandomState,
}

/// A table of linear probing. Runs do not wrap around: the last one may reach beyond the homes.
#[derive(Default)]
struct Places {
    /// The bits of [`Place`]s.
    words: Vec<u64>,
    /// How many places are home of a hash; at least a third more than there are entries.
    homes: usize,
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
/// Places behind the homes: the last run rarely needs more.
const BEHIND: usize = 64;
/// Up to here a table grows at once: that takes a few microseconds.
const SMALL: usize = 1024;
/// How many places are moved with each insertion.
const STEP: usize = 16;

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
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Makes room for `slots` in all.
    pub(crate) fn reserve(&mut self, slots: usize) {
        self.move_on(usize::MAX);
        let homes = (2 * slots).max(FEWEST);
        if places_for(slots) > self.places.homes {
            // Stored one after the other: zeros from the system would become memory page by page, in
            // the order of the hashes, and twice where `touch` comes first.
            let words = std::iter::repeat_n(VACANT, homes + BEHIND).collect();
            self.grow_into(Places { words, homes });
            self.move_on(usize::MAX);
        }
    }

    /// Loads the places of these hashes into the cache.
    ///
    /// The processor waits for independent loads together: this takes a twentieth of the time of
    /// waiting for one after the other.
    pub(crate) fn touch(&self, hashes: impl Iterator<Item = u32>) {
        let touched = hashes.fold(0, |sum, hash| sum ^ self.home(hash).copied().unwrap_or(0));
        std::hint::black_box(touched);
    }

    /// The hash of a label that will soon be looked up. Prefetches its place.
    #[inline]
    pub(crate) fn foresee(&self, label: &[u8]) -> u32 {
        let hash = self.hash(label);
        if let Some(place) = self.home(hash) {
            prefetch(place);
        }
        hash
    }

    /// The first result of `look` among the slots with this hash.
    #[inline]
    pub(crate) fn find<R>(&self, hash: u32, mut look: impl FnMut(u32) -> Option<R>) -> Option<R> {
        for (_, place) in self.table(hash).run(hash) {
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
        let candidates = self.table(hash).run(hash);
        candidates
            .filter(move |(_, place)| place.hash() == hash)
            .map(|(_, place)| place.slot())
    }

    /// Enters a slot, which is not in the table yet. Returns the memory of a table that was outgrown,
    /// for those who have somebody else to free it: that takes milliseconds if it is large.
    #[inline]
    pub(crate) fn insert(&mut self, hash: u32, slot: u32) -> Option<Vec<u64>> {
        let outgrown = if self.is_growing() || places_for(self.len + 1) > self.places.homes {
            self.grow()
        } else {
            None
        };
        self.len += 1;
        self.table_mut(hash).put(Place::new(hash, slot));
        outgrown
    }

    /// Removes a slot that was entered with this hash.
    pub(crate) fn remove(&mut self, hash: u32, slot: u32) {
        let wanted = Place::new(hash, slot);
        let table = self.table_mut(hash);
        let found = table.run(hash).find(|&(_, place)| place == wanted);
        if let Some((at, _)) = found {
            table.vacate(at);
            self.len -= 1;
        }
    }

    #[inline]
    fn is_growing(&self) -> bool {
        self.old.homes > 0
    }

    /// Whether a hash is still in the smaller table.
    #[inline]
    fn is_in_old(&self, hash: u32) -> bool {
        self.is_growing() && self.old.home(hash) >= self.moved
    }

    /// The table in which a hash is, or would be.
    #[inline]
    fn table(&self, hash: u32) -> &Places {
        if self.is_in_old(hash) {
            &self.old
        } else {
            &self.places
        }
    }

    #[inline]
    fn table_mut(&mut self, hash: u32) -> &mut Places {
        if self.is_in_old(hash) {
            &mut self.old
        } else {
            &mut self.places
        }
    }

    /// The place at which the search for a hash begins.
    #[inline]
    fn home(&self, hash: u32) -> Option<&u64> {
        let table = self.table(hash);
        table.words.get(table.home(hash))
    }

    /// Begins to grow or goes on with it.
    #[cold]
    fn grow(&mut self) -> Option<Vec<u64>> {
        if self.is_growing() {
            return self.move_on(STEP);
        }
        let homes = (self.places.homes * 2).max(FEWEST);
        // Zeros from the system become memory as the entries move, one page after the other.
        self.grow_into(Places {
            words: vec![VACANT; homes + BEHIND],
            homes,
        });
        self.move_on(if homes <= SMALL { usize::MAX } else { STEP })
    }

    fn grow_into(&mut self, larger: Places) {
        self.old = std::mem::replace(&mut self.places, larger);
        self.moved = 0;
    }

    /// Moves at least `count` places, up to the end of a run. Needs no label, since the hash is
    /// kept. Returns what is left when all are moved.
    fn move_on(&mut self, count: usize) -> Option<Vec<u64>> {
        let end = self.moved.saturating_add(count);
        let mut word = VACANT;
        while self.moved < self.old.words.len() && (self.moved < end || word != VACANT) {
            word = self.old.words[self.moved];
            self.moved += 1;
            if word != VACANT {
                self.places.put(Place(word));
            }
        }
        if self.moved < self.old.words.len() {
            return None;
        }
        self.moved = 0;
        Some(std::mem::take(&mut self.old).words)
    }
}

impl Places {
    /// Where the search for a hash begins.
    #[inline]
    fn home(&self, hash: u32) -> usize {
        ((u64::from(hash) * self.homes as u64) >> 32) as usize
    }

    /// The occupied places from the home of a hash on: all that have this hash are among them.
    #[inline]
    fn run(&self, hash: u32) -> impl Iterator<Item = (usize, Place)> + '_ {
        let home = self.home(hash);
        let words = self.words.get(home..).unwrap_or_default();
        (home..)
            .zip(words)
            .map(|(at, &word)| (at, Place(word)))
            .take_while(|(_, place)| place.0 != VACANT)
    }

    /// Puts an entry into the first vacant place from its home on.
    #[inline]
    fn put(&mut self, entry: Place) {
        let mut at = self.home(entry.hash());
        while let Some(word) = self.words.get_mut(at) {
            if *word == VACANT {
                *word = entry.0;
                return;
            }
            at += 1;
        }
        self.words.push(entry.0);
    }

    /// Empties a place and closes the gap, so that no search stops at it too early.
    fn vacate(&mut self, mut gap: usize) {
        for at in gap + 1..self.words.len() {
            let place = Place(self.words[at]);
            if place.0 == VACANT {
                break;
            }
            if self.home(place.hash()) <= gap {
                self.words[gap] = place.0;
                gap = at;
            }
        }
        self.words[gap] = VACANT;
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
        /// Few hashes, most of them at the end of the table: runs are long and go beyond the homes.
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
    fn no_slot_is_lost_while_the_table_grows_step_by_step() {
        let mut table = LabelTable::default();
        let mut entered = std::collections::HashSet::new();
        let (mut grew, mut outgrown) = (0, 0);
        for slot in 0..12_000_u32 {
            let hash = table.hash(&slot.to_ne_bytes());
            outgrown += usize::from(table.insert(hash, slot).is_some());
            entered.insert((hash, slot));
            if slot % 3 == 0 {
                let hash = table.hash(&(slot / 2).to_ne_bytes());
                table.remove(hash, slot / 2);
                entered.remove(&(hash, slot / 2));
            }
            if table.is_growing() {
                grew += 1;
            }
            if slot % 101 == 0 || grew == 1 {
                let all = (0..=slot).map(|slot| (table.hash(&slot.to_ne_bytes()), slot));
                let (present, gone): (Vec<_>, Vec<_>) =
                    all.partition(|entry| entered.contains(entry));
                assert!(holds(&table, &present, &gone), "after {slot}");
            }
        }
        assert!(grew > 100 && outgrown > 5, "{grew} {outgrown}");
        table.reserve(50_000);
        let entered: Vec<_> = entered.into_iter().collect();
        assert!(holds(&table, &entered, &[]));
    }

    #[test]
    fn an_empty_table_finds_nothing() {
        let mut table = LabelTable::default();
        table.touch([1, 2].into_iter());
        table.remove(1, 1);
        assert_eq!(table.find(7, Some), None);
    }
}
