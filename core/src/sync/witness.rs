//! Finds, by the address of a word, how to ask whether the word's owner is dead.
//!
//! A guarded value lies somewhere in a mapping and knows no session. The session registers its
//! mappings here together with a way to ask the kernel about an owner. Only a writer that waited too
//! long for another one looks at the table; a write that succeeds never does.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::Owner;

/// Answers whether an owner is dead; asked from any thread, possibly often.
pub(crate) type Witness = Arc<dyn Fn(Owner) -> bool + Send + Sync>;

/// Ranges of addresses by their start; they do not overlap, since each is a live mapping.
static RANGES: RwLock<BTreeMap<usize, (usize, Witness)>> = RwLock::new(BTreeMap::new());

/// A registered range; dropping it takes the range out of the table.
#[must_use = "the range is registered only as long as this lives"]
pub(crate) struct WitnessRange {
    start: usize,
}

/// Makes `witness` answer for the owners of all words in the `len` bytes from address `start`.
///
/// The range must not overlap another registered one: drop the registration before the mapping.
pub(crate) fn register_range(start: usize, len: usize, witness: Witness) -> WitnessRange {
    let end = start.saturating_add(len);
    let mut ranges = RANGES.write().unwrap_or_else(PoisonError::into_inner);
    let before = ranges.range(..end).next_back();
    debug_assert!(
        before.is_none_or(|(_, (last, _))| *last <= start),
        "mappings do not overlap"
    );
    ranges.insert(start, (end, witness));
    WitnessRange { start }
}

/// Whether the owner of the word at `address` is dead. Outside every registered range: false.
pub(crate) fn is_dead(address: usize, owner: Owner) -> bool {
    // The witness is asked without the lock: it makes system calls.
    witness_of(address).is_some_and(|witness| witness(owner))
}

fn witness_of(address: usize) -> Option<Witness> {
    let ranges = RANGES.read().unwrap_or_else(PoisonError::into_inner);
    let (_, (end, witness)) = ranges.range(..=address).next_back()?;
    (address < *end).then(|| Arc::clone(witness))
}

impl Drop for WitnessRange {
    fn drop(&mut self) {
        RANGES
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.start);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Addresses that no allocation of this process has.
    const START: usize = 64;

    #[test]
    fn only_addresses_inside_a_range_have_a_witness() {
        let first = register_range(START, 16, Arc::new(|owner| owner.slot() == 2));
        let second = register_range(START + 16, 16, Arc::new(|_| true));
        let dead = |address, slot| is_dead(address, Owner::new(slot, 0));
        assert!(!dead(START - 1, 2));
        assert!(dead(START, 2) && dead(START + 15, 2));
        assert!(!dead(START + 15, 3));
        assert!(dead(START + 16, 3) && !dead(START + 32, 3));
        drop(second);
        assert!(!dead(START + 16, 3));
        drop(first);
        assert!(!dead(START, 2));
    }
}
