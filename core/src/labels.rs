//! Directory slots by label, without a copy of any label: the table of both sides.
//!
//! The table keeps a hash for each slot; the caller compares a candidate's label where it lies.
//!
//! A table of a million labels does not fit into any cache, so the cost of an operation is the number
//! of lines that it waits for. Entering a label waits for one line of small [`places`], finding one
//! for another. Places ascend with hashes, so growing reads and writes in order. A general table scatters
//! the entries when it grows; with it, finding out that a label is new took two to three misses.
//!
//! Growing stops nobody: each insertion moves a few entries to the larger table, from the first place
//! on. As places ascend with hashes, the hash alone says in which of the two tables an entry is. The
//! memory of the larger table is [ordered](supply) before it is needed.

mod places;
mod supply;

use std::hash::{BuildHasher, Hasher};

use crate::wire::directory::ShortLabel;
use places::HashedSlot;
pub(crate) use places::Places;
pub(crate) use supply::{OnDemand, Supply};

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
    /// At this length the next table is ordered, or the table grows.
    attend_at: usize,
    is_ordered: bool,
    hasher: foldhash::fast::RandomState,
}

/// Homes of the smallest table.
const FEWEST: usize = 256;
/// Up to here a table grows at once: that takes a few microseconds.
const SMALL: usize = 4096;
/// Up to here a table grows to four times its size, so that fewer entries are moved.
const CHEAP: usize = 16_384;
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
        self.move_on(usize::MAX, &OnDemand);
        let homes = (2 * slots).max(FEWEST);
        if slots > most(self.places.homes()) {
            self.grow_into(Places::present(homes));
            self.move_on(usize::MAX, &OnDemand);
        }
    }

    /// Loads the places of these hashes into the cache.
    ///
    /// The processor waits for independent loads together: this takes a twentieth of the time of
    /// waiting for one after the other.
    pub(crate) fn touch(&self, hashes: impl Iterator<Item = u32>) {
        let touched = hashes.fold(0, |sum, hash| sum ^ self.table(hash).touch(hash));
        std::hint::black_box(touched);
    }

    /// The hash of a label that is probably new and will soon be looked up. Prefetches what the search
    /// looks at.
    #[inline]
    pub(crate) fn foresee(&self, label: &[u8]) -> u32 {
        let hash = self.hash(label);
        self.table(hash).foresee(hash);
        hash
    }

    /// Starts to load all that finding a label with this hash looks at.
    #[inline]
    pub(crate) fn prefetch(&self, hash: u32) {
        self.table(hash).prefetch(hash);
    }

    /// The first result of `look` among the slots with this hash.
    #[inline]
    pub(crate) fn find<R>(&self, hash: u32, look: impl FnMut(u32) -> Option<R>) -> Option<R> {
        self.with_hash(hash).find_map(look)
    }

    /// The slots that were entered with this hash.
    #[inline]
    pub(crate) fn with_hash(&self, hash: u32) -> impl Iterator<Item = u32> + '_ {
        let candidates = self.table(hash).with_hash(hash);
        candidates.map(|(_, place)| place.slot())
    }

    /// Enters a slot, which is not in the table yet.
    #[inline]
    pub(crate) fn insert(&mut self, hash: u32, slot: u32, supply: &impl Supply) {
        if self.len >= self.attend_at || self.is_growing() {
            self.attend(supply);
        }
        self.len += 1;
        let entry = HashedSlot::new(hash, slot);
        match self.is_in_old(hash) {
            true => self.old.put(entry),
            false => self.places.put_soon(entry),
        }
    }

    /// Removes a slot that was entered with this hash.
    pub(crate) fn remove(&mut self, hash: u32, slot: u32) {
        let table = match self.is_in_old(hash) {
            true => &mut self.old,
            false => &mut self.places,
        };
        let found = table
            .with_hash(hash)
            .find(|(_, place)| place.slot() == slot);
        if let Some((at, _)) = found {
            table.vacate(at);
            self.len -= 1;
        }
    }

    #[inline]
    fn is_growing(&self) -> bool {
        self.old.homes() > 0
    }

    /// Whether a hash is still in the smaller table.
    #[inline]
    fn is_in_old(&self, hash: u32) -> bool {
        self.is_growing() && self.old.home(hash) >= self.moved
    }

    /// The table in which a hash is, or would be.
    #[inline]
    fn table(&self, hash: u32) -> &Places {
        match self.is_in_old(hash) {
            true => &self.old,
            false => &self.places,
        }
    }

    /// Goes on growing, begins to, or orders the memory for it.
    #[cold]
    fn attend(&mut self, supply: &impl Supply) {
        let most = most(self.places.homes());
        if self.is_growing() {
            self.move_on(STEP, supply);
        } else if self.len >= most {
            self.grow(supply);
        } else if !self.is_ordered {
            supply.order(self.next_homes());
            self.is_ordered = true;
            self.attend_at = most;
        }
    }

    fn next_homes(&self) -> usize {
        match self.places.homes() {
            0 => FEWEST,
            homes if homes < CHEAP => homes * 4,
            homes => homes * 2,
        }
    }

    fn grow(&mut self, supply: &impl Supply) {
        let homes = self.next_homes();
        let made = supply.fetch(homes);
        self.grow_into(made.unwrap_or_else(|| Places::new(homes)));
        let step = if homes <= SMALL { usize::MAX } else { STEP };
        self.move_on(step, supply);
    }

    fn grow_into(&mut self, larger: Places) {
        self.old = std::mem::replace(&mut self.places, larger);
        self.old.settle();
        self.moved = 0;
        let most = most(self.places.homes());
        // The next small one is made at once.
        self.is_ordered = self.next_homes() <= SMALL;
        self.attend_at = if self.is_ordered { most } else { most / 8 * 7 };
    }

    /// Moves at least `count` places, up to the end of a run. Needs no label, since the hash is kept.
    fn move_on(&mut self, count: usize, supply: &impl Supply) {
        let end = self.moved.saturating_add(count);
        let mut is_in_run = false;
        while self.moved < self.old.len() && (self.moved < end || is_in_run) {
            let place = self.old.settled(self.moved);
            place.into_iter().for_each(|entry| self.places.put(entry));
            is_in_run = place.is_some();
            self.moved += 1;
        }
        if self.is_growing() && self.moved >= self.old.len() {
            self.moved = 0;
            supply.give_back(std::mem::take(&mut self.old));
        }
    }
}

/// The most slots for so many homes.
#[inline]
fn most(homes: usize) -> usize {
    homes / 3 * 2
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::*;

    #[test]
    fn slots_are_found_by_hash_and_told_apart_by_the_caller() {
        let mut table = LabelTable::default();
        let hash = table.hash(b"one");
        table.insert(hash, 1, &OnDemand);
        table.insert(hash, 2, &OnDemand);
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
                    table.insert(hash, slot, &OnDemand);
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

    /// Makes what was ordered, and counts.
    #[derive(Default)]
    struct Stock {
        orders: RefCell<Vec<usize>>,
        fetched: RefCell<Vec<usize>>,
        outgrown: Cell<usize>,
    }

    impl Supply for Stock {
        fn order(&self, homes: usize) {
            self.orders.borrow_mut().push(homes);
        }

        fn fetch(&self, homes: usize) -> Option<Places> {
            if !self.orders.borrow().contains(&homes) {
                return None;
            }
            self.fetched.borrow_mut().push(homes);
            Some(Places::present(homes))
        }

        fn give_back(&self, _outgrown: Places) {
            self.outgrown.set(self.outgrown.get() + 1);
        }
    }

    #[test]
    fn no_slot_is_lost_while_the_table_grows_step_by_step() {
        let mut table = LabelTable::default();
        let mut entered = std::collections::HashSet::new();
        let (mut grew, supply) = (0, Stock::default());
        for slot in 0..40_000_u32 {
            let hash = table.hash(&slot.to_ne_bytes());
            table.insert(hash, slot, &supply);
            entered.insert((hash, slot));
            if slot % 3 == 0 {
                let hash = table.hash(&(slot / 2).to_ne_bytes());
                table.remove(hash, slot / 2);
                entered.remove(&(hash, slot / 2));
            }
            if table.is_growing() {
                grew += 1;
            }
            if slot % 1009 == 0 || grew == 1 {
                let all = (0..=slot).map(|slot| (table.hash(&slot.to_ne_bytes()), slot));
                let (present, gone): (Vec<_>, Vec<_>) =
                    all.partition(|entry| entered.contains(entry));
                assert!(holds(&table, &present, &gone), "after {slot}");
            }
        }
        let orders = supply.orders.borrow();
        assert!(grew > 100 && orders.len() > 1, "{grew} {orders:?}");
        assert_eq!(*supply.fetched.borrow(), *orders);
        assert!(
            supply.outgrown.get() > orders.len(),
            "{:?}",
            supply.outgrown
        );
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
