//! The objects of the followed fields of one block, and whether they are still alive.
//!
//! They share a chunk of the directory, whose change counter moves when one of them ends. As long as it
//! stands still, one load tells that all of them are alive; only when it has moved is each entry asked.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use crate::observer::Field;
use crate::observer::sampling::Sight;
use crate::shm::Scattered;
use crate::sync::occupancy::{Alive, Occupancy};
use crate::sync::{is_still, published};

/// The objects of a block.
pub(super) struct Objects {
    /// The change counter of their chunk.
    changes: Scattered<AtomicU64, Sight>,
    /// Its value when all of them were last found alive.
    known: Option<u64>,
    /// The state words of their entries.
    entries: Scattered<AtomicU64, Sight>,
    objects: Vec<Object>,
    by_occupant: HashMap<(u32, u64), u32>,
    free: Vec<u32>,
}

struct Object {
    slot: u32,
    alive: Alive,
    /// How many followed fields it has; 0 if the place is free.
    fields: u32,
    is_dead: bool,
}

impl Objects {
    /// None yet, in the chunk of the object of `field`.
    pub(super) fn around(field: &Field) -> Objects {
        let mut changes = Scattered::new(Arc::clone(field.keeper()));
        field.scatter_changes(&mut changes);
        Objects {
            changes,
            known: None,
            entries: Scattered::new(Arc::clone(field.keeper())),
            objects: Vec::new(),
            by_occupant: HashMap::new(),
            free: Vec::new(),
        }
    }

    /// Counts one more field of the object of `field`, and returns the object's place.
    pub(super) fn enter(&mut self, field: &Field) -> u32 {
        let (slot, alive) = field.occupant();
        if let Some(&at) = self.by_occupant.get(&(slot, alive.generation())) {
            self.objects[at as usize].fields += 1;
            return at;
        }
        let object = Object {
            slot,
            alive,
            fields: 1,
            is_dead: false,
        };
        // It may have gone since the counter was known.
        self.known = None;
        let at = self.free.pop().unwrap_or(self.objects.len() as u32);
        self.by_occupant.insert((slot, alive.generation()), at);
        match self.objects.get_mut(at as usize) {
            Some(free) => {
                *free = object;
                field.replace_entry(&mut self.entries, at as usize);
            }
            None => {
                self.objects.push(object);
                field.scatter_entry(&mut self.entries);
            }
        }
        at
    }

    /// Counts one field less.
    pub(super) fn leave(&mut self, at: u32) {
        let object = &mut self.objects[at as usize];
        object.fields -= 1;
        if object.fields == 0 {
            self.by_occupant
                .remove(&(object.slot, object.alive.generation()));
            self.free.push(at);
        }
    }

    /// Whether all objects are alive. If so, everything copied from them before this call is their own; if
    /// not, that holds for those that are not [dead](Objects::is_dead).
    #[inline]
    pub(super) fn are_alive(&mut self) -> bool {
        let counter = self.changes.get(0);
        if self.known.is_some_and(|known| is_still(counter, known)) {
            return true;
        }
        self.ask_each()
    }

    #[cold]
    fn ask_each(&mut self) -> bool {
        // Before the words: an end that they do not show yet will move the counter further.
        let counted = published(self.changes.get(0));
        let mut all = true;
        for (object, entry) in self.objects.iter_mut().zip(self.entries.iter()) {
            if object.fields > 0 && !object.alive.still_holds(Occupancy(entry)) {
                object.is_dead = true;
                all = false;
            }
        }
        self.known = Some(counted);
        all
    }

    /// Declares an object dead: its memory is lost.
    pub(super) fn lose(&mut self, at: u32) {
        self.objects[at as usize].is_dead = true;
    }

    /// Whether an object was found dead.
    #[inline]
    pub(super) fn is_dead(&self, at: u32) -> bool {
        self.objects[at as usize].is_dead
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_occupant.is_empty()
    }
}
