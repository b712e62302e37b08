//! Scalars of one width: an address and the last bits of each.

use std::sync::Arc;

use super::Found;
use super::objects::Objects;
use crate::observer::Field;
use crate::observer::sampling::Sight;
use crate::shm::{Cell, Scattered};

/// The followed scalars of one width in a block.
pub(super) struct Lane<A: Cell> {
    cells: Scattered<A, Sight>,
    last: Vec<A::Bits>,
    owners: Vec<Owner>,
}

/// Who a scalar is.
#[derive(Clone, Copy)]
pub(super) struct Owner {
    /// Index of its key.
    pub(super) key: u32,
    /// Its object in the block.
    pub(super) object: u32,
}

/// A scalar that has other bits.
#[derive(Clone, Copy)]
pub(super) struct Moved<B> {
    index: u32,
    now: B,
}

/// How many cells ahead of the one that is looked at the processor is told to load: where they lie far apart,
/// it then waits for many of them at once.
const AHEAD: usize = 32;

impl<A: Cell> Lane<A> {
    pub(super) fn new(keeper: &Arc<Sight>) -> Self {
        Lane {
            cells: Scattered::new(Arc::clone(keeper)),
            last: Vec::new(),
            owners: Vec::new(),
        }
    }

    /// Adds the cell of a field, with its present bits, and returns its place.
    pub(super) fn push(&mut self, field: &Field, owner: Owner) -> u32 {
        let index = self.owners.len();
        field.scatter(&mut self.cells);
        self.last.push(self.cells.get(index).load());
        self.owners.push(owner);
        index as u32
    }

    /// Adds each scalar that differs from its last bits to `moved`. They may be another object's.
    #[inline]
    pub(super) fn compare(&self, moved: &mut Vec<Moved<A::Bits>>) {
        let cells = self.cells.iter().zip(&self.last).zip(0..);
        for ((cell, last), index) in cells {
            self.cells.fetch(index as usize + AHEAD);
            let now = cell.load();
            if now != *last {
                moved.push(Moved { index, now });
            }
        }
    }

    /// Reports those scalars that have moved, unless their object is dead, and keeps their new bits.
    #[inline]
    pub(super) fn report(
        &mut self,
        moved: &mut Vec<Moved<A::Bits>>,
        objects: &Objects,
        tell: &mut impl FnMut(u32, Found<'_>),
    ) {
        for Moved { index, now } in moved.drain(..) {
            let owner = self.owners[index as usize];
            if objects.is_dead(owner.object) {
                continue;
            }
            let old = std::mem::replace(&mut self.last[index as usize], now);
            let (old, now) = (A::bytes(old), A::bytes(now));
            let found = Found {
                old: old.as_ref(),
                now: now.as_ref(),
                writes: None,
                is_torn: false,
            };
            tell(owner.key, found);
        }
    }

    /// The address of each cell, and who it is.
    pub(super) fn owners(&self) -> impl Iterator<Item = (usize, Owner)> + '_ {
        let addresses = self
            .cells
            .iter()
            .map(|cell| std::ptr::from_ref(cell).addr());
        addresses.zip(self.owners.iter().copied())
    }

    /// The last bits of a scalar, as bytes.
    pub(super) fn last(&self, at: u32) -> Vec<u8> {
        A::bytes(self.last[at as usize]).as_ref().to_vec()
    }

    /// Removes a scalar; returns its object, and the key of the scalar that takes its place.
    pub(super) fn remove(&mut self, at: u32) -> (u32, Option<u32>) {
        let index = at as usize;
        self.cells.swap_remove(index);
        self.last.swap_remove(index);
        let removed = self.owners.swap_remove(index);
        (
            removed.object,
            self.owners.get(index).map(|owner| owner.key),
        )
    }
}
