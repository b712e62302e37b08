//! Blocks of region memory.
//!
//! All its state lies in the producer's private memory, where no observer can damage it.
//! Blocks of up to 64 KiB come in size classes and return to a free list of their class, so that a
//! program that creates and destroys forever reuses the same bytes. Larger ones, and what is left at
//! the ends of regions, are stretches that are split and merged. When the memory would have to grow
//! although a quarter of it is in the lists, neighbours in the lists are merged first, so that memory
//! of one size serves for another.
//! Blocks of 64 bytes and more start on a cache line of their own.

use std::collections::BTreeMap;
use std::ops::Range;

use super::error::ProducerError;
use super::extents::Extents;
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

/// Where a block lies and how large it is, its rounding included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) place: Ref,
    pub(super) size: u64,
}

impl Block {
    /// No memory.
    pub(super) const NONE: Block = Block {
        place: Ref::NONE,
        size: 0,
    };
}

pub(super) struct Allocator {
    /// Free lists of the classes up to `FINE_LIMIT`, by `size / SMALL_STEP`.
    small: Vec<Vec<Ref>>,
    /// Free lists of the other classes, by size.
    large: BTreeMap<u64, Vec<Ref>>,
    /// Bytes in the lists, and how many of them could not be merged at the last attempt.
    listed: u64,
    unmerged: u64,
    extents: Extents,
    /// Where blocks are cut from.
    bump: (u16, Range<u64>),
}

impl Allocator {
    pub(super) fn new() -> Allocator {
        Allocator {
            small: vec![Vec::new(); (FINE_LIMIT / SMALL_STEP) as usize + 1],
            large: BTreeMap::new(),
            listed: 0,
            unmerged: 0,
            extents: Extents::default(),
            bump: (0, 0..0),
        }
    }

    /// The place of a block of at least `size` bytes, exactly as large as [`rounded`] says, with whatever
    /// bytes it held before.
    ///
    /// Only the place, because one word comes back in a register. Two of them beside an error go through
    /// memory, and waiting for that took a tenth of creating an object.
    #[inline]
    pub(super) fn allocate(
        &mut self,
        regions: &mut Regions,
        size: u64,
    ) -> Result<Ref, ProducerError> {
        if size == 0 || size > crate::schema::MAX_SIZE {
            return Err(ProducerError::Size { bytes: size });
        }
        let size = rounded(size);
        if size > CLASS_LIMIT {
            return self.cut_large(regions, size);
        }
        if let Some(place) = self.reuse(size) {
            return Ok(place);
        }
        if size < LINE {
            self.cut_slab(regions, size)?;
            return Ok(self.reuse(size).expect("a slab gives at least one block"));
        }
        self.cut(regions, size)
    }

    /// Makes a region with room for `bytes`, to cut from.
    pub(super) fn reserve(
        &mut self,
        regions: &mut Regions,
        bytes: u64,
    ) -> Result<(), ProducerError> {
        let fresh = regions.grow(bytes)?;
        self.go_to(fresh);
        Ok(())
    }

    /// Takes back a block.
    pub(super) fn free(&mut self, block: Block) {
        if block.size > CLASS_LIMIT {
            return self.extents.give(block.place, block.size);
        }
        self.listed += block.size;
        self.list(block.size).push(block.place);
    }

    #[inline]
    fn list(&mut self, size: u64) -> &mut Vec<Ref> {
        if size <= FINE_LIMIT {
            return &mut self.small[(size / SMALL_STEP) as usize];
        }
        self.large.entry(size).or_default()
    }

    #[inline]
    fn reuse(&mut self, size: u64) -> Option<Ref> {
        let place = self.list(size).pop()?;
        self.listed -= size;
        Some(place)
    }

    fn cut_slab(&mut self, regions: &mut Regions, size: u64) -> Result<(), ProducerError> {
        let slab = self.allocate(regions, SLAB)?;
        for index in (0..SLAB / size).rev() {
            let place = Ref::new(slab.region(), slab.offset() + index * size);
            self.free(Block { place, size });
        }
        Ok(())
    }

    #[inline]
    fn cut(&mut self, regions: &mut Regions, size: u64) -> Result<Ref, ProducerError> {
        if !self.has_room(size) {
            self.find_room(regions, size)?;
        }
        Ok(self.cut_here(regions, size))
    }

    fn cut_large(&mut self, regions: &mut Regions, size: u64) -> Result<Ref, ProducerError> {
        if let Some((place, len)) = self.extents.take(size) {
            let rest = Ref::new(place.region(), place.offset() + size);
            self.extents.give(rest, len - size);
            // The rest of the newest region is among the extents, too.
            regions.hand_out(place.region(), place.offset() + size);
            return Ok(place);
        }
        self.cut(regions, size)
    }

    #[inline]
    fn has_room(&self, size: u64) -> bool {
        self.bump.1.end - self.bump.1.start >= size
    }

    /// Cuts a block where there is room for it.
    #[inline]
    fn cut_here(&mut self, regions: &mut Regions, size: u64) -> Ref {
        let (region, room) = &mut self.bump;
        let place = Ref::new(*region, room.start);
        room.start += size;
        regions.hand_out(*region, room.start);
        place
    }

    /// Finds another stretch to cut blocks from.
    #[cold]
    fn find_room(&mut self, regions: &mut Regions, size: u64) -> Result<(), ProducerError> {
        if self.go_to_extent(size) {
            return Ok(());
        }
        if self.listed > (regions.bytes() / 4).max(2 * self.unmerged) {
            self.merge();
            if self.go_to_extent(size) {
                return Ok(());
            }
        }
        match regions.grow(size) {
            Ok(fresh) => self.go_to(fresh),
            Err(error) => {
                // Whatever can still be had.
                self.merge();
                if !self.go_to_extent(size) {
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// Cuts from a free stretch from now on, if there is one: rather from one that serves for a while.
    fn go_to_extent(&mut self, size: u64) -> bool {
        let found = self.extents.take(size.max(CLASS_LIMIT));
        let Some((place, len)) = found.or_else(|| self.extents.take(size)) else {
            return false;
        };
        self.go_to((place.region(), place.offset()..place.offset() + len));
        true
    }

    /// Cuts from `room` from now on, and keeps the rest of the old one for later.
    fn go_to(&mut self, room: (u16, Range<u64>)) {
        let (region, rest) = std::mem::replace(&mut self.bump, room);
        self.extents
            .give(Ref::new(region, rest.start), rest.end - rest.start);
    }

    /// Merges blocks in the lists that lie side by side.
    ///
    /// Those below a line stay: a stretch begins with a line.
    fn merge(&mut self) {
        let first = (LINE / SMALL_STEP) as usize;
        let mut blocks = Vec::new();
        for (size, list) in (LINE..)
            .step_by(SMALL_STEP as usize)
            .zip(&mut self.small[first..])
        {
            blocks.extend(list.drain(..).map(|place| Block { place, size }));
        }
        for (&size, list) in &mut self.large {
            blocks.extend(list.drain(..).map(|place| Block { place, size }));
        }
        blocks.sort_unstable_by_key(|block| block.place);
        let touch = |one: &Block, next: &Block| {
            one.place.region() == next.place.region()
                && one.place.offset() + one.size == next.place.offset()
        };
        for run in blocks.chunk_by(touch) {
            let len: u64 = run.iter().map(|block| block.size).sum();
            match run {
                [block] => self.list(block.size).push(block.place),
                _ => {
                    self.listed -= len;
                    self.extents.give(run[0].place, len);
                }
            }
        }
        self.unmerged = self.listed;
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
