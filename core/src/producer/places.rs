//! What is at an address: the objects and the loose memory that a program knows by their addresses alone.

use std::collections::HashMap;

use super::memory::{Aligned, LINE};
use crate::wire::Ref;

/// Objects and memory by where they start. All of it lies in private memory, so that nothing an observer
/// writes can make the session end another object.
#[derive(Default)]
pub(super) struct Places {
    /// For each region and line, the slot of the object that starts there, plus one. A line has at most one,
    /// because what is placed starts on a line of its own.
    slots: Vec<Vec<u32>>,
    /// Memory that is no object yet.
    loose: HashMap<Ref, Loose, foldhash::fast::RandomState>,
}

/// Memory that is no object yet.
#[derive(Clone, Copy)]
pub(super) struct Loose {
    pub(super) memory: Aligned,
    /// How many bytes were asked for. Only these are zeroed, and the block may have more.
    pub(super) len: u64,
}

impl Places {
    /// Notes the object in a slot. `region_len` is the length of its region in bytes.
    #[inline]
    pub(super) fn enter(&mut self, place: Ref, slot: u32, region_len: usize) {
        let region = usize::from(place.region());
        if self.slots.get(region).is_none_or(Vec::is_empty) {
            self.add_region(region, region_len);
        }
        self.slots[region][line_of(place)] = slot + 1;
    }

    /// Zeros, which the system hands out page by page as they are used.
    #[cold]
    fn add_region(&mut self, region: usize, len: usize) {
        if self.slots.len() <= region {
            self.slots.resize_with(region + 1, Vec::new);
        }
        self.slots[region] = vec![0; len.div_ceil(LINE as usize)];
    }

    /// Forgets the object that starts here, and returns its slot.
    pub(super) fn take(&mut self, place: Ref) -> Option<u32> {
        if !place.offset().is_multiple_of(LINE) {
            return None;
        }
        let lines = self.slots.get_mut(usize::from(place.region()))?;
        std::mem::take(lines.get_mut(line_of(place))?).checked_sub(1)
    }

    /// Notes memory that is no object yet.
    pub(super) fn enter_loose(&mut self, memory: Aligned, len: u64) {
        self.loose.insert(memory.place, Loose { memory, len });
    }

    /// The loose memory that starts here.
    pub(super) fn loose(&self, place: Ref) -> Option<Loose> {
        self.loose.get(&place).copied()
    }

    /// Forgets the loose memory that starts here.
    pub(super) fn take_loose(&mut self, place: Ref) -> Option<Aligned> {
        self.loose.remove(&place).map(|loose| loose.memory)
    }
}

fn line_of(place: Ref) -> usize {
    (place.offset() / LINE) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_found_once_at_its_start_and_nowhere_else() {
        let mut places = Places::default();
        let place = Ref::new(3, 4096);
        places.enter(place, 0, 1 << 20);
        for other in [
            Ref::new(3, 4160),
            Ref::new(3, 4104),
            Ref::new(2, 4096),
            Ref::new(9, 4096),
        ] {
            assert_eq!(places.take(other), None);
        }
        assert_eq!(places.take(place), Some(0));
        assert_eq!(places.take(place), None);
    }
}
