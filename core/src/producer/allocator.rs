//! Blocks of region memory.
//!
//! All its state lies in the producer's private memory, where no observer can damage it.
//! Blocks of up to 64 KiB come in size classes and return to a free list of their class, so that a
//! program that creates and destroys forever reuses the same bytes. Larger blocks are kept by size.
//! Blocks of 64 bytes and more start on a cache line of their own.

use std::collections::BTreeMap;
use std::ops::Range;

use super::error::ProducerError;
use super::regions::Regions;
use crate::wire::Ref;

const LINE: u64 = 64;
/// Blocks below a line are cut from blocks of this size.
const SLAB: u64 = 1024;
const SMALL_STEP: u64 = 16;
/// Up to here, classes are a line apart; above, four to each power of two.
const FINE_LIMIT: u64 = 1024;
const CLASS_LIMIT: u64 = 64 << 10;
const PAGE: u64 = 4096;
/// The most region ends to keep for small blocks.
const MAX_REMAINDERS: usize = 32;

/// Where a block lies and how large it is, its rounding included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) place: Ref,
    pub(super) size: u64,
}

/// Which free blocks serve for a large one. Small ones are always exactly of their class.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// Those up to a quarter larger, too: the caller remembers the size that it got.
    Loose,
    /// Only those of the rounded size: the caller remembers only the size that it asked for.
    Exact,
}

pub(super) struct Allocator {
    free: BTreeMap<u64, Vec<Ref>>,
    /// Free lists of the classes below `FINE_LIMIT`, by `size / SMALL_STEP`.
    small: Vec<Vec<Ref>>,
    bump: (u16, Range<u64>),
    remainders: Vec<(u16, Range<u64>)>,
}

impl Allocator {
    pub(super) fn new() -> Allocator {
        let small = vec![Vec::new(); (FINE_LIMIT / SMALL_STEP) as usize + 1];
        Allocator {
            free: BTreeMap::new(),
            small,
            bump: (0, 0..0),
            remainders: Vec::new(),
        }
    }

    /// A block of at least `size` bytes, with whatever bytes it held before.
    #[inline]
    pub(super) fn allocate(
        &mut self,
        regions: &mut Regions,
        size: u64,
        fit: Fit,
    ) -> Result<Block, ProducerError> {
        if size == 0 || size > crate::schema::MAX_SIZE {
            return Err(ProducerError::Size { bytes: size });
        }
        let size = rounded(size);
        if let Some(block) = self.reuse(size, fit) {
            return Ok(block);
        }
        if size < LINE {
            self.cut_slab(regions, size)?;
            return Ok(self
                .reuse(size, fit)
                .expect("a slab gives at least one block"));
        }
        self.cut(regions, size)
    }

    /// Takes back a block.
    pub(super) fn free(&mut self, block: Block) {
        self.list(block.size).push(block.place);
    }

    #[inline]
    fn list(&mut self, size: u64) -> &mut Vec<Ref> {
        if size <= FINE_LIMIT {
            return &mut self.small[(size / SMALL_STEP) as usize];
        }
        self.free.entry(size).or_default()
    }

    #[inline]
    fn reuse(&mut self, size: u64, fit: Fit) -> Option<Block> {
        if size <= CLASS_LIMIT {
            return self.list(size).pop().map(|place| Block { place, size });
        }
        let most = match fit {
            Fit::Loose => size + size / 4,
            Fit::Exact => size,
        };
        let (&size, places) = self
            .free
            .range_mut(size..=most)
            .find(|(_, places)| !places.is_empty())?;
        places.pop().map(|place| Block { place, size })
    }

    fn cut_slab(&mut self, regions: &mut Regions, size: u64) -> Result<(), ProducerError> {
        let slab = self.allocate(regions, SLAB, Fit::Exact)?;
        for index in (0..SLAB / size).rev() {
            self.list(size).push(Ref::new(
                slab.place.region(),
                slab.place.offset() + index * size,
            ));
        }
        Ok(())
    }

    fn cut(&mut self, regions: &mut Regions, size: u64) -> Result<Block, ProducerError> {
        if self.bump.1.end - self.bump.1.start < size {
            if let Some(block) = self.cut_remainder(size) {
                return Ok(block);
            }
            let fresh = regions.grow(size)?;
            self.remember(fresh);
        }
        let (region, room) = &mut self.bump;
        let place = Ref::new(*region, room.start);
        room.start += size;
        regions.hand_out(*region, room.start);
        Ok(Block { place, size })
    }

    /// Makes `fresh` the region to cut from and keeps the end of the old one for smaller blocks.
    fn remember(&mut self, fresh: (u16, Range<u64>)) {
        let old = std::mem::replace(&mut self.bump, fresh);
        if old.1.end - old.1.start >= LINE {
            self.remainders.push(old);
        }
        if self.remainders.len() > MAX_REMAINDERS {
            let smallest = self
                .remainders
                .iter()
                .enumerate()
                .min_by_key(|(_, (_, room))| room.end - room.start);
            let smallest = smallest
                .map(|(index, _)| index)
                .expect("there are more than a few");
            self.remainders.swap_remove(smallest);
        }
    }

    fn cut_remainder(&mut self, size: u64) -> Option<Block> {
        let (region, room) = self
            .remainders
            .iter_mut()
            .find(|(_, room)| room.end - room.start >= size)?;
        let place = Ref::new(*region, room.start);
        room.start += size;
        Some(Block { place, size })
    }
}

/// The size of the class that holds blocks of `size` bytes.
#[inline]
pub(super) fn rounded(size: u64) -> u64 {
    match size {
        0..LINE => size.next_multiple_of(SMALL_STEP),
        LINE..=FINE_LIMIT => size.next_multiple_of(LINE),
        _ if size <= CLASS_LIMIT => size.next_multiple_of(size.next_power_of_two() / 8),
        _ => size.next_multiple_of(PAGE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_waste_at_most_a_quarter_above_a_line() {
        for size in 65..200_000_u64 {
            let class = rounded(size);
            assert!(
                class >= size && class.is_multiple_of(LINE),
                "{size} -> {class}"
            );
            assert!(
                class - size < LINE.max(size / 4).max(PAGE.min(size / 16 + LINE)),
                "{size} -> {class}"
            );
            assert_eq!(rounded(class), class);
        }
        assert_eq!(
            [1, 16, 17, 48, 49, 63].map(rounded),
            [16, 16, 32, 48, 64, 64]
        );
    }
}
