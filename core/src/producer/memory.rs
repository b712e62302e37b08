//! The session's memory as the producer sees it: regions and the allocator over them.

use std::sync::atomic::Ordering;

use super::ahead::Ahead;
use super::allocator::{Allocator, Block, rounded};
use super::error::ProducerError;
use super::regions::Regions;
use crate::observe::Storage;
use crate::shm::{Anchor, View, Writable};
use crate::sync::occupancy::before_reuse;
use crate::wire::Ref;

/// Regions and the free blocks in them.
pub(super) struct Memory {
    regions: Regions,
    allocator: Allocator,
}

/// A block with a stricter alignment than its class has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Aligned {
    /// The block to give back.
    pub(super) block: Block,
    /// The aligned place inside the block.
    pub(super) place: Ref,
}

impl Aligned {
    /// No memory.
    pub(super) const NONE: Aligned = Aligned {
        block: Block::NONE,
        place: Ref::NONE,
    };
}

/// Alignment of all blocks of 64 bytes and more.
pub(super) const LINE: u64 = 64;
/// How far behind a block the memory is that has to be on its way.
const AHEAD: u64 = 4 * LINE;
/// How much of the first region is made present when the session starts.
const PRESENT: u64 = 128 << 10;
/// Largest alignment offered: a page.
const MAX_ALIGN: u64 = 4096;

impl Memory {
    pub(super) fn new(regions: Regions) -> Memory {
        Memory {
            regions,
            allocator: Allocator::new(),
        }
    }

    /// Makes the first region now, so that a lack of room shows when the session starts; with room
    /// for `bytes`, which are made present.
    pub(super) fn prepare(&mut self, bytes: u64) -> Result<(), ProducerError> {
        self.allocator.reserve(&mut self.regions, bytes)?;
        let first = self.allocate(LINE)?;
        self.free(first);
        self.regions.prefault_newest(bytes.max(PRESENT));
        Ok(())
    }

    /// Lets a thread make regions before they are needed.
    pub(super) fn grow_ahead(&mut self) {
        self.regions.grow_ahead();
    }

    /// Ends that thread: no region is made from now on but when it is needed.
    pub(super) fn stop_growing_ahead(&mut self) {
        self.regions.stop_growing_ahead();
    }

    /// Who makes and frees the tables of labels: that thread, if there is one.
    #[inline]
    pub(super) fn ahead(&self) -> &Option<Ahead> {
        self.regions.ahead()
    }

    /// A block of at least `bytes` bytes, 64-byte aligned from 64 bytes on, else 16-byte aligned. Its
    /// size is what [`rounded`] says.
    #[inline(always)]
    pub(super) fn allocate(&mut self, bytes: u64) -> Result<Block, ProducerError> {
        let place = self.allocator.allocate(&mut self.regions, bytes)?;
        // Blocks mostly follow each other, and what follows is in no cache yet.
        self.regions.prefetch(place, AHEAD);
        // The block may have been another object's. So may the new object's entry: the label is
        // allocated after the entry.
        before_reuse();
        Ok(Block {
            place,
            size: rounded(bytes),
        })
    }

    /// The same, with zeros in it.
    pub(super) fn allocate_zeros(&mut self, bytes: u64) -> Result<Block, ProducerError> {
        let untouched = self.regions.untouched();
        let block = self.allocate(bytes)?;
        if block.place < untouched {
            let words = self.view(block.place, block.size);
            let words = words.words(0, (block.size / 8) as usize);
            let words = words.expect("blocks are whole words");
            words
                .iter()
                .for_each(|word| word.store(0, Ordering::Relaxed));
        }
        Ok(block)
    }

    /// A block with a place of `bytes` bytes aligned to `align` in it.
    #[inline(always)]
    pub(super) fn allocate_aligned(
        &mut self,
        bytes: u64,
        align: u64,
    ) -> Result<Aligned, ProducerError> {
        if bytes == 0 || align > MAX_ALIGN || !align.is_power_of_two() {
            return Err(ProducerError::Size { bytes });
        }
        let slack = align.saturating_sub(LINE);
        let least = if align > 16 { LINE } else { 1 };
        let block = self.allocate(bytes.max(least).saturating_add(slack).max(bytes))?;
        let offset = block.place.offset().next_multiple_of(align);
        Ok(Aligned {
            block,
            place: Ref::new(block.place.region(), offset),
        })
    }

    /// The same on a line that it shares with no other place.
    #[inline(always)]
    pub(super) fn allocate_lines(
        &mut self,
        bytes: u64,
        align: u64,
    ) -> Result<Aligned, ProducerError> {
        if bytes == 0 || !align.is_power_of_two() {
            return Err(ProducerError::Size { bytes });
        }
        self.allocate_aligned(bytes.max(LINE), align.max(LINE))
    }

    /// Bytes of the block that `allocate_lines` takes for such a place.
    pub(super) fn line_bytes(bytes: u64, align: u64) -> u64 {
        rounded(bytes.max(LINE).saturating_add(align.saturating_sub(LINE)))
    }

    /// Takes back a block.
    pub(super) fn free(&mut self, block: Block) {
        self.allocator.free(block);
    }

    /// The bytes at a place that was allocated here.
    #[inline]
    pub(super) fn view(&self, place: Ref, len: u64) -> View<'_> {
        self.regions.view(place, len)
    }

    /// The bytes at a place that was allocated here, kept mapped.
    pub(super) fn anchor(&self, place: Ref, len: u64) -> Anchor {
        let anchor = Anchor::new(
            self.regions.segment(place),
            place.offset() as usize,
            len as usize,
        );
        anchor.expect("blocks lie within their region")
    }

    /// Storage cells at a place that was allocated here for them and is not in use yet.
    #[inline]
    pub(super) fn cells<S: Storage>(&self, place: Ref, count: usize) -> &[S] {
        let bytes = Writable::of(
            self.regions.segment(place),
            place.offset() as usize,
            size_of::<S>() * count,
        );
        bytes
            .and_then(|bytes| bytes.cells(count))
            .expect("allocated with the size and alignment of the cells")
    }

    /// The place with this address in this process.
    pub(super) fn place_of(&self, address: usize) -> Option<Ref> {
        self.regions.place_of(address)
    }

    /// Bytes of the region that a place is in.
    #[inline]
    pub(super) fn region_len(&self, place: Ref) -> usize {
        self.regions.segment(place).view().len()
    }

    /// Bytes of all regions, used or not, but for one that was made ahead.
    pub(super) fn bytes(&self) -> u64 {
        self.regions.bytes()
    }

    /// Number of regions.
    pub(super) fn region_count(&self) -> usize {
        self.regions.len()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::super::regions::{Maker, Sizes};
    use super::*;
    use crate::shm::testing::TestDir;
    use crate::shm::{Dir, Mode};

    const SIZES: [u64; 6] = [48, 1024, 24_000, 70_000, 204_800, 512_000];

    /// What is done to the memory: a block of such a size, with zeros in it or not, or the end of one.
    #[derive(Clone, Copy, Debug)]
    enum Step {
        Allocate(u64, bool),
        Free(prop::sample::Index),
    }

    fn step() -> impl Strategy<Value = Step> {
        let size = prop::sample::select(&SIZES[..]);
        let allocate = (size, any::<bool>()).prop_map(|(size, zeros)| Step::Allocate(size, zeros));
        prop_oneof![3 => allocate, 2 => any::<prop::sample::Index>().prop_map(Step::Free)]
    }

    fn memory(dir: &Dir) -> Memory {
        let header = dir.create("h", 1 << 16, Mode::Owner).expect("room");
        let header = Arc::new(header.publish_new().expect("a name"));
        let maker = Maker::new(dir.clone(), "s".into(), 1, Mode::Owner, header);
        let sizes = Sizes {
            first: 1 << 20,
            max: 1 << 22,
        };
        let mut memory = Memory::new(Regions::new(maker, sizes));
        memory.prepare(0).expect("room");
        memory
    }

    fn words(memory: &Memory, block: Block) -> Vec<u64> {
        let view = memory.view(block.place, block.size);
        let words = view.words(0, (block.size / 8) as usize);
        let words = words.expect("blocks are whole words").iter();
        words
            .map(|word| word.swap(u64::MAX, Ordering::Relaxed))
            .collect()
    }

    #[test]
    fn the_unused_rest_of_a_region_is_known_to_be_used_once_it_was() {
        let dir = TestDir::new();
        let mut memory = memory(&dir);
        let small: Vec<_> = (0..600)
            .map(|_| memory.allocate(1024).expect("room"))
            .collect();
        small.into_iter().for_each(|block| memory.free(block));
        // Goes to where the small ones were, so that the rest of the region is a free stretch.
        memory.allocate(512_000).expect("room");
        let large = memory.allocate(204_800).expect("room");
        words(&memory, large);
        memory.free(large);
        let zeros = memory.allocate_zeros(65_600).expect("room");
        assert_eq!(zeros.place, large.place, "the same bytes again");
        assert!(words(&memory, zeros).iter().all(|word| *word == 0));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

        #[test]
        fn what_is_asked_for_with_zeros_has_zeros(steps in prop::collection::vec(step(), 1..200)) {
            let dir = TestDir::new();
            let mut memory = memory(&dir);
            let mut held = Vec::new();
            for step in steps {
                match step {
                    Step::Allocate(size, zeros) => {
                        let block = match zeros {
                            true => memory.allocate_zeros(size).expect("room"),
                            false => memory.allocate(size).expect("room"),
                        };
                        let before = words(&memory, block);
                        prop_assert!(!zeros || before.iter().all(|word| *word == 0), "{size}");
                        held.push(block);
                    }
                    Step::Free(_) if held.is_empty() => {}
                    Step::Free(which) => {
                        let block = held.swap_remove(which.index(held.len()));
                        memory.free(block);
                    }
                }
            }
        }
    }
}
