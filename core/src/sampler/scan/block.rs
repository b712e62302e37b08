//! The followed fields of the objects in one chunk of the directory.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64};

use super::guarded::{GuardedValues, PartSpot};
use super::lane::{Lane, Moved, Owner};
use super::objects::Objects;
use super::{Found, ScanCounters};
use crate::observer::sampling::{Shows, Sight};
use crate::observer::{Field, ReadError};

/// Scalars and guarded values, and the objects that have them.
pub(super) struct Block {
    keeper: Arc<Sight>,
    chunk: usize,
    objects: Objects,
    bytes: Lane<AtomicU8>,
    halves: Lane<AtomicU16>,
    singles: Lane<AtomicU32>,
    words: Lane<AtomicU64>,
    guarded: GuardedValues,
}

/// Where a field is kept in a block.
#[derive(Clone, Copy, Debug)]
pub(super) enum Spot {
    Byte(u32),
    Half(u32),
    Single(u32),
    Word(u32),
    Guarded(PartSpot),
}

/// Memory that is used again for each block.
#[derive(Default)]
pub(super) struct Scratch {
    bytes: Vec<Moved<u8>>,
    halves: Vec<Moved<u16>>,
    singles: Vec<Moved<u32>>,
    words: Vec<Moved<u64>>,
    value: Vec<u8>,
}

impl Block {
    /// An empty block for the chunk of the object of `field`.
    pub(super) fn around(field: &Field) -> Block {
        let keeper = field.keeper();
        Block {
            chunk: field.chunk(),
            objects: Objects::around(field),
            bytes: Lane::new(keeper),
            halves: Lane::new(keeper),
            singles: Lane::new(keeper),
            words: Lane::new(keeper),
            guarded: GuardedValues::new(keeper),
            keeper: Arc::clone(keeper),
        }
    }

    pub(super) fn keeper(&self) -> &Arc<Sight> {
        &self.keeper
    }

    pub(super) fn chunk(&self) -> usize {
        self.chunk
    }

    pub(super) fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// Follows a field from its present value on.
    pub(super) fn follow(
        &mut self,
        field: &Field,
        key: u32,
        scratch: &mut Vec<u8>,
    ) -> Result<Spot, ReadError> {
        let object = self.objects.enter(field);
        let owner = Owner { key, object };
        let spot = match field.shows() {
            Shows::Cell(size) => self.follow_scalar(field, size, owner),
            _ => self
                .guarded
                .push(field, (key, object), scratch)
                .map(Spot::Guarded),
        };
        spot.inspect_err(|_| self.objects.leave(object))
    }

    fn follow_scalar(
        &mut self,
        field: &Field,
        size: usize,
        owner: Owner,
    ) -> Result<Spot, ReadError> {
        let spot = match size {
            1 => Spot::Byte(self.bytes.push(field, owner)),
            2 => Spot::Half(self.halves.push(field, owner)),
            4 => Spot::Single(self.singles.push(field, owner)),
            _ => Spot::Word(self.words.push(field, owner)),
        };
        // After its first value was read.
        let is_sound = field.check_alive();
        is_sound.inspect_err(|_| {
            self.take(spot);
        })?;
        Ok(spot)
    }

    /// Reports the fields that changed, and adds the keys of those whose object is gone to `gone`.
    pub(super) fn sample(
        &mut self,
        scratch: &mut Scratch,
        counters: &mut ScanCounters,
        gone: &mut Vec<u32>,
        tell: &mut impl FnMut(u32, Found<'_>),
    ) {
        self.bytes.compare(&mut scratch.bytes);
        self.halves.compare(&mut scratch.halves);
        self.singles.compare(&mut scratch.singles);
        self.words.compare(&mut scratch.words);
        self.guarded.sample(&mut scratch.value, counters, tell);
        let all_alive = self.objects.are_alive() & self.is_whole();
        self.bytes.report(&mut scratch.bytes, &self.objects, tell);
        self.halves.report(&mut scratch.halves, &self.objects, tell);
        self.singles
            .report(&mut scratch.singles, &self.objects, tell);
        self.words.report(&mut scratch.words, &self.objects, tell);
        if !all_alive {
            self.find_gone(gone);
        }
    }

    /// Whether nothing that was read may be the zeros of a segment that was cut short.
    #[inline]
    fn is_whole(&mut self) -> bool {
        self.keeper.is_whole() || self.lose_cut()
    }

    /// Declares the objects dead whose values lie in segments that were cut short; `true` if there are none.
    #[cold]
    fn lose_cut(&mut self) -> bool {
        let scalars = self.bytes.owners().chain(self.halves.owners());
        let scalars = scalars
            .chain(self.singles.owners())
            .chain(self.words.owners());
        let scalars = scalars.map(|(address, owner)| (address, owner.object));
        let all = scalars.chain(self.guarded.objects());
        let cut = all.filter(|&(address, _)| self.keeper.is_cut_at(address));
        let cut: Vec<u32> = cut.map(|(_, object)| object).collect();
        cut.iter().for_each(|&object| self.objects.lose(object));
        cut.is_empty()
    }

    #[cold]
    fn find_gone(&self, gone: &mut Vec<u32>) {
        let scalars = self.bytes.owners().chain(self.halves.owners());
        let scalars = scalars
            .chain(self.singles.owners())
            .chain(self.words.owners());
        let dead = scalars.filter(|(_, owner)| self.objects.is_dead(owner.object));
        gone.extend(dead.map(|(_, owner)| owner.key));
        gone.extend(self.guarded.keys_of(|object| self.objects.is_dead(object)));
    }

    pub(super) fn last(&self, spot: Spot) -> Vec<u8> {
        match spot {
            Spot::Byte(at) => self.bytes.last(at),
            Spot::Half(at) => self.halves.last(at),
            Spot::Single(at) => self.singles.last(at),
            Spot::Word(at) => self.words.last(at),
            Spot::Guarded(at) => self.guarded.last(at).to_vec(),
        }
    }

    /// Removes a field; returns the key of the field that takes its place.
    pub(super) fn remove(&mut self, spot: Spot) -> Option<u32> {
        let (object, moved) = self.take(spot);
        self.objects.leave(object);
        moved
    }

    fn take(&mut self, spot: Spot) -> (u32, Option<u32>) {
        match spot {
            Spot::Byte(at) => self.bytes.remove(at),
            Spot::Half(at) => self.halves.remove(at),
            Spot::Single(at) => self.singles.remove(at),
            Spot::Word(at) => self.words.remove(at),
            Spot::Guarded(at) => self.guarded.remove(at),
        }
    }
}
