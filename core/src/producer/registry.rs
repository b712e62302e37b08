//! Which objects there are: creating and destroying directory entries.
//!
//! Everything here happens under the session's mutex, one thread at a time.

use std::collections::VecDeque;
use std::ops::{Index, IndexMut};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::allocator::Block;
use super::error::ProducerError;
use super::memory::{Aligned, Memory};
use super::places::Places;
use super::table::{Table, store, store_ref};
use super::types::TypeWriter;
use crate::labels::LabelTable;
use crate::observe::Storage;
use crate::owners;
use crate::schema::{Schema, Type, TypeId};
use crate::shm::{Segment, View};
use crate::sync::occupancy::{Occupancy, before_reuse};
use crate::sync::publish;
use crate::wire::directory::{self as at, ShortLabel};
use crate::wire::{Ref, WORD, header};

/// When memory of destroyed objects is used again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reclaim {
    /// How long destroyed objects keep their bytes, if memory allows.
    pub(super) grace: Duration,
    /// How many bytes of destroyed objects may wait before the oldest are reclaimed early.
    pub(super) budget: u64,
}

/// How many slots ahead an entry is needed when it has to be on its way.
const SOON: usize = 4;

/// How many retired objects are reclaimed at once: one look at the observers' intents serves them all.
const BATCH: usize = 64;

/// Bytes for descriptions of types beside the objects that a session was told of.
const ROOM_FOR_TYPES: u64 = 64 << 10;

pub(super) struct Registry {
    header: Arc<Segment>,
    pub(super) memory: Memory,
    pub(super) types: TypeWriter,
    table: Table,
    slots: Slots,
    free: Vec<u32>,
    labels: LabelTable,
    /// The objects that are known by their address.
    pub(super) places: Places,
    retired: VecDeque<Retired>,
    retired_bytes: u64,
    reclaim: Reclaim,
    alive: u64,
    epoch: u64,
}

/// The producer's private record of a slot.
#[derive(Clone, Copy)]
struct Slot {
    generation: u64,
    data: Block,
    /// Where the label lies; [`Ref::NONE`] if in the entry.
    label: Ref,
    label_len: u32,
    hash: u32,
}

/// The slots, in pieces that never move: growing a single piece would stop everything meanwhile.
#[derive(Default)]
struct Slots {
    pieces: Vec<Vec<Slot>>,
    len: usize,
}

impl Slots {
    /// Slots of a piece: so many that asking the system for one is rare. It gives the memory page by page,
    /// as it is used.
    const PIECE: usize = 1 << 16;

    fn push(&mut self, slot: Slot) {
        if self.len.is_multiple_of(Slots::PIECE) {
            self.pieces.push(Vec::with_capacity(Slots::PIECE));
        }
        let piece = self.pieces.last_mut().expect("there is a piece with room");
        piece.push(slot);
        self.len += 1;
    }
}

impl Index<u32> for Slots {
    type Output = Slot;

    #[inline]
    fn index(&self, slot: u32) -> &Slot {
        &self.pieces[slot as usize / Slots::PIECE][slot as usize % Slots::PIECE]
    }
}

impl IndexMut<u32> for Slots {
    #[inline]
    fn index_mut(&mut self, slot: u32) -> &mut Slot {
        &mut self.pieces[slot as usize / Slots::PIECE][slot as usize % Slots::PIECE]
    }
}

struct Retired {
    slot: u32,
    at: Duration,
}

/// The description of an object to be made.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) label: &'a str,
    /// What [`Registry::foresee`] said of the label.
    pub(super) hash: u32,
    pub(super) type_id: TypeId,
    /// 0 for a single object.
    pub(super) count: u64,
    pub(super) memory: Aligned,
}

impl Registry {
    pub(super) fn new(header: Arc<Segment>, memory: Memory, reclaim: Reclaim) -> Registry {
        Registry {
            header,
            memory,
            types: TypeWriter::new(),
            table: Table::new(
                header::DIRECTORY_HEAD,
                at::ENTRY_BYTES,
                at::ENTRIES_PER_CHUNK,
            ),
            slots: Slots::default(),
            free: Vec::new(),
            labels: LabelTable::default(),
            places: Places::default(),
            retired: VecDeque::new(),
            retired_bytes: 0,
            reclaim,
            alive: 0,
            epoch: 0,
        }
    }

    /// Makes room for so many objects whose values take `bytes`, and starts the session's memory.
    pub(super) fn prepare(&mut self, objects: usize, bytes: u64) -> Result<(), ProducerError> {
        let chunks = objects.div_ceil(at::ENTRIES_PER_CHUNK) as u64;
        let directory = chunks * self.table.chunk_bytes();
        let types = if objects > 0 { ROOM_FOR_TYPES } else { 0 };
        self.memory
            .prepare(bytes.saturating_add(directory + types))?;
        self.labels.reserve(objects);
        Ok(())
    }

    /// The hash of the label of an object that is about to be created. Call this first: with many
    /// objects, looking up the label is a cache miss, and allocating and filling the object overlaps
    /// with it.
    #[inline]
    pub(super) fn foresee(&self, label: &str) -> u32 {
        self.labels.foresee(label.as_bytes())
    }

    /// Gives a wanted object memory for `count` cells.
    #[inline(always)]
    pub(super) fn allocate_cells<S: Storage>(
        &mut self,
        wanted: &mut Wanted<'_>,
        count: usize,
    ) -> Result<(), ProducerError> {
        let bytes = (size_of::<S>() as u64).checked_mul(count as u64);
        let bytes = bytes.ok_or(ProducerError::Size { bytes: u64::MAX })?;
        wanted.memory = self
            .memory
            .allocate_aligned(bytes, align_of::<S>() as u64)?;
        Ok(())
    }

    /// Like [`reserve`](Self::reserve); on an error the memory is given back.
    #[inline(always)]
    pub(super) fn reserve_or_free(&mut self, wanted: &Wanted<'_>) -> Result<u32, ProducerError> {
        self.reserve(wanted)
            .inspect_err(|_| self.memory.free(wanted.memory.block))
    }

    /// Sets a slot aside, which no observer sees yet, and takes the label; returns the slot. On an error
    /// the caller still owns the memory.
    #[inline(always)]
    pub(super) fn reserve(&mut self, wanted: &Wanted<'_>) -> Result<u32, ProducerError> {
        let Wanted {
            label,
            hash,
            memory,
            ..
        } = *wanted;
        check_length(label)?;
        let apart = self.store_long_label(label)?;
        let slot = match self.take_slot() {
            Ok(slot) => slot,
            Err(error) => {
                self.free_label(apart, label.len());
                return Err(error);
            }
        };
        self.store_label(slot, label, apart);
        let known = &mut self.slots[slot];
        *known = Slot {
            generation: known.generation,
            data: Block::NONE,
            label: apart,
            label_len: label.len() as u32,
            hash,
        };
        // As late as can be: what it looks at is on its way since `foresee`.
        if let Err(error) = self.check_unique(label, hash) {
            self.give_back(slot);
            return Err(error);
        }
        self.slots[slot].data = memory.block;
        self.labels.insert(hash, slot, self.memory.ahead());
        Ok(slot)
    }

    /// Lets observers see a wanted object in its reserved slot; returns its generation.
    #[inline]
    pub(super) fn publish(&mut self, slot: u32, wanted: &Wanted<'_>, now: Duration) -> u64 {
        let generation = self.slots[slot].generation;
        let entry = self.table.record(slot as usize);
        let type_and_len = (wanted.label.len() as u64) << 32 | u64::from(wanted.type_id.0);
        store(entry, at::TYPE, type_and_len);
        store(entry, at::COUNT, wanted.count);
        store_ref(entry, at::DATA, wanted.memory.place);
        store(entry, at::CREATED, now.as_nanos() as u64);
        self.occupancy(slot).settle(generation);
        self.alive += 1;
        self.changed(slot);
        generation
    }

    /// Gives back what was reserved for an object that is not made.
    pub(super) fn cancel(&mut self, slot: u32) {
        let known = self.slots[slot];
        self.labels.remove(known.hash, slot);
        self.give_back(slot);
    }

    /// Ends an object; its bytes are kept for a while.
    pub(super) fn destroy(&mut self, slot: u32, generation: u64, now: Duration) {
        let known = self.slots[slot];
        debug_assert_eq!(
            known.generation, generation,
            "an object is destroyed once, by its handle"
        );
        self.occupancy(slot).end(generation);
        self.labels.remove(known.hash, slot);
        self.alive -= 1;
        self.changed(slot);
        self.retired_bytes += self.bytes_of(slot);
        self.retired.push_back(Retired { slot, at: now });
    }

    /// Ends the object that is in a slot now.
    pub(super) fn destroy_present(&mut self, slot: u32, now: Duration) {
        self.destroy(slot, self.slots[slot].generation, now);
    }

    /// Reuses the memory of objects that were destroyed long enough ago, or of the oldest ones when
    /// too much of it waits.
    #[inline]
    pub(super) fn reclaim(&mut self, now: Duration) {
        if !self.is_due(now, self.reclaim.budget) {
            return;
        }
        let announced = owners::announced(&self.header);
        for _ in 0..BATCH.min(self.retired.len()) {
            // Down to half of the budget at once, so that the look at the intents is rare.
            if !self.is_due(now, self.reclaim.budget / 2) {
                break;
            }
            self.reclaim_oldest(&announced, now);
        }
    }

    /// Runs a step that needs memory. If there is none, reclaims all that can be and tries once more.
    // Inlined with the step, which is why there is one call of it: what it returns then stays in registers.
    #[inline(always)]
    pub(super) fn with_room<R>(
        &mut self,
        mut attempt: impl FnMut(&mut Registry) -> Result<R, ProducerError>,
    ) -> Result<R, ProducerError> {
        let mut is_first = true;
        loop {
            match attempt(self) {
                Err(error) if is_first && self.made_room_after(&error) => is_first = false,
                result => return result,
            }
        }
    }

    /// Reclaims all that can be, if that helps after this error.
    #[cold]
    fn made_room_after(&mut self, error: &ProducerError) -> bool {
        // The system may lack other things than room in the file system, as mappings.
        let is_lack = matches!(
            error,
            ProducerError::Shm(_) | ProducerError::TooManyRegions { .. }
        );
        let can_help = is_lack && !self.retired.is_empty();
        if can_help {
            self.reclaim_all();
        }
        can_help
    }

    /// Reclaims everything that no observer is writing to, however short it was destroyed ago.
    fn reclaim_all(&mut self) {
        let announced = owners::announced(&self.header);
        for _ in 0..self.retired.len() {
            let now = self.retired.front().expect("as many as there were").at;
            self.reclaim_oldest(&announced, now);
        }
    }

    /// The id of the type of `S`, logged when it is first asked for.
    #[inline]
    pub(super) fn type_of<S: Storage>(&mut self) -> Result<TypeId, ProducerError> {
        let before = self.types.schema().len();
        let id = self.types.id_of::<S>(&mut self.memory, &self.header)?;
        self.announce_types(before);
        Ok(id)
    }

    /// Adds a type that was described by hand.
    pub(super) fn add_type(&mut self, ty: Type) -> Result<TypeId, ProducerError> {
        let before = self.types.schema().len();
        let id = self.types.add(ty, &mut self.memory, &self.header)?;
        self.announce_types(before);
        Ok(id)
    }

    /// Adds a type of another schema.
    pub(super) fn adopt_type(
        &mut self,
        other: &Schema,
        id: TypeId,
    ) -> Result<TypeId, ProducerError> {
        let before = self.types.schema().len();
        let id = self
            .types
            .adopt(other, id, &mut self.memory, &self.header)?;
        self.announce_types(before);
        Ok(id)
    }

    fn announce_types(&mut self, before: usize) {
        if self.types.schema().len() != before {
            self.advance_epoch();
        }
    }

    pub(super) fn alive(&self) -> u64 {
        self.alive
    }

    /// Whether the oldest retired object has waited long enough, or more than `budget` bytes wait.
    #[inline]
    fn is_due(&self, now: Duration, budget: u64) -> bool {
        let Some(oldest) = self.retired.front() else {
            return false;
        };
        self.retired_bytes > budget || now.saturating_sub(oldest.at) >= self.reclaim.grace
    }

    fn reclaim_oldest(&mut self, announced: &[u64], now: Duration) {
        let Some(Retired { slot, .. }) = self.retired.pop_front() else {
            return;
        };
        let generation = self.slots[slot].generation;
        if announced.contains(&header::intent(slot, generation)) {
            // An observer was stopped while writing to this object: no other object may get its bytes
            // before that observer has gone on or died.
            self.retired.push_back(Retired { slot, at: now });
            return;
        }
        self.retired_bytes -= self.bytes_of(slot);
        self.release(slot);
    }

    /// Makes the slot and the memory of an object available for the next occupant.
    fn release(&mut self, slot: u32) {
        let known = &mut self.slots[slot];
        known.generation += 1;
        let generation = known.generation;
        // The fences that must follow are in `Memory::allocate` and `store_label`.
        self.occupancy(slot).vacate(generation);
        self.give_back(slot);
    }

    /// Makes a slot that no observer sees an object in, and its memory, available. Its generation stays: each one is
    /// an object that there was.
    fn give_back(&mut self, slot: u32) {
        let Slot {
            data,
            label,
            label_len,
            ..
        } = self.slots[slot];
        if data.size > 0 {
            self.memory.free(data);
        }
        self.free_label(label, label_len as usize);
        self.free.push(slot);
    }

    /// Stores a label that is too long for its entry; returns [`Ref::NONE`] if it is short.
    #[inline]
    fn store_long_label(&mut self, label: &str) -> Result<Ref, ProducerError> {
        if label.len() <= at::SHORT_LABEL {
            return Ok(Ref::NONE);
        }
        let block = self.memory.allocate(label.len() as u64)?;
        let bytes = self.memory.view(block.place, block.size);
        bytes
            .store_bytes_in_words(0, label.as_bytes())
            .expect("allocated with this length");
        Ok(block.place)
    }

    /// Stores into a free entry its label, or where that lies.
    #[inline]
    fn store_label(&self, slot: u32, label: &str, apart: Ref) {
        let words = ShortLabel::new(label.as_bytes());
        let words = words.map_or([apart.0, 0, 0], |short| short.0);
        let entry = self.table.record(slot as usize);
        // The entry may have been another object's. A reader that sees a word stored from here on must
        // see that the entry is free; as in `Memory::allocate`.
        before_reuse();
        for (index, word) in words.into_iter().enumerate() {
            store(entry, at::LABEL + index * WORD, word);
        }
    }

    fn free_label(&mut self, place: Ref, len: usize) {
        if place != Ref::NONE {
            let size = super::allocator::rounded(len as u64);
            self.memory.free(Block { place, size });
        }
    }

    #[inline]
    fn take_slot(&mut self) -> Result<u32, ProducerError> {
        if let Some(slot) = self.free.pop() {
            return Ok(slot);
        }
        // The entries of new slots follow each other, and are in no cache yet.
        self.table.prefetch(self.slots.len + SOON);
        if self.slots.len == self.table.capacity() {
            self.table.add_chunk(&mut self.memory, &self.header)?;
            let count = self
                .header
                .view()
                .word(header::CHUNK_COUNT)
                .expect("the header has all its words");
            publish(count, self.table.chunk_count() as u64);
        }
        self.slots.push(Slot {
            generation: 1,
            data: Block::NONE,
            label: Ref::NONE,
            label_len: 0,
            hash: 0,
        });
        Ok(self.slots.len as u32 - 1)
    }

    #[inline]
    fn check_unique(&self, label: &str, hash: u32) -> Result<(), ProducerError> {
        let same = |slot| self.has_label(slot, label).then_some(());
        match self.labels.find(hash, same) {
            Some(()) => Err(refused(
                label,
                "is taken by a live object; labels are unique in a session",
            )),
            None => Ok(()),
        }
    }

    #[inline]
    fn has_label(&self, slot: u32, label: &str) -> bool {
        let known = self.slots[slot];
        let len = known.label_len as usize;
        len == label.len() && self.label_words(slot).is_text_in_words(label.as_bytes())
    }

    /// The words of a slot's label, in its entry or outside.
    #[inline]
    fn label_words(&self, slot: u32) -> View<'_> {
        let Slot {
            label, label_len, ..
        } = self.slots[slot];
        if label != Ref::NONE {
            return self
                .memory
                .view(label, u64::from(label_len).next_multiple_of(8));
        }
        let entry = self.table.record(slot as usize);
        entry
            .part(at::LABEL, at::SHORT_LABEL)
            .expect("a part of the entry")
    }

    fn bytes_of(&self, slot: u32) -> u64 {
        let known = self.slots[slot];
        known.data.size + u64::from(known.label_len) + at::ENTRY_BYTES as u64
    }

    fn occupancy(&self, slot: u32) -> Occupancy<'_> {
        let entry = self.table.record(slot as usize);
        Occupancy(entry.word(at::STATE).expect("a word of the entry"))
    }

    /// Announces that the entry of `slot` has another state.
    #[inline]
    fn changed(&mut self, slot: u32) {
        self.table.count_change(slot as usize);
        let objects = self
            .header
            .view()
            .word(header::OBJECT_COUNT)
            .expect("the header has all its words");
        objects.store(self.alive, Ordering::Relaxed);
        self.advance_epoch();
    }

    #[inline]
    fn advance_epoch(&mut self) {
        self.epoch += 1;
        let epoch = self
            .header
            .view()
            .word(header::EPOCH)
            .expect("the header has all its words");
        // Last: a reader that sees the epoch sees the change and its chunk's counter.
        publish(epoch, self.epoch);
    }
}

#[inline]
fn check_length(label: &str) -> Result<(), ProducerError> {
    match label.len() {
        0 => Err(refused(label, "is empty; labels have 1 to 1024 bytes")),
        1..=at::MAX_LABEL => Ok(()),
        _ => Err(refused(label, "is too long; labels have 1 to 1024 bytes")),
    }
}

#[cold]
fn refused(label: &str, reason: &'static str) -> ProducerError {
    ProducerError::Label {
        label: shortened(label),
        reason,
    }
}

fn shortened(label: &str) -> String {
    const SHOWN: usize = 60;
    if label.chars().count() <= SHOWN {
        label.into()
    } else {
        label.chars().take(SHOWN).chain("…".chars()).collect()
    }
}
