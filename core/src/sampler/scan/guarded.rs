//! Guarded values: the sequence is asked first, so an unchanged one costs one load.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::held::Held;
use super::{Found, ScanCounters};
use crate::observer::sampling::{Copied, Sight};
use crate::observer::{Field, ReadError};
use crate::shm::Scattered;
use crate::sync::{published_values, values_between};

/// The guarded values of a block of which fields are followed.
pub(super) struct GuardedValues {
    /// Their words.
    words: Scattered<AtomicU64, Sight>,
    /// Their sequences when they were copied last.
    sequences: Vec<u64>,
    /// `None` is a free place: its word is looked at in vain.
    values: Vec<Option<GuardedValue>>,
    free: Vec<u32>,
    /// By address and object: a dead object's memory may be another's already.
    by_address: HashMap<(usize, u32), u32>,
}

struct GuardedValue {
    address: usize,
    object: u32,
    /// Its bytes.
    len: usize,
    parts: Vec<Part>,
}

/// A followed field: a guarded value or a part of one.
struct Part {
    field: Field,
    held: Held,
    start: usize,
    /// The sequence that was told last.
    told: u64,
}

/// Where a part is kept: the value, and the part in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct PartSpot {
    value: u32,
    part: u32,
}

impl GuardedValues {
    pub(super) fn new(keeper: &Arc<Sight>) -> GuardedValues {
        GuardedValues {
            words: Scattered::new(Arc::clone(keeper)),
            sequences: Vec::new(),
            values: Vec::new(),
            free: Vec::new(),
            by_address: HashMap::new(),
        }
    }

    /// Follows a field from its present value on.
    pub(super) fn push(
        &mut self,
        field: &Field,
        (key, object): (u32, u32),
        scratch: &mut Vec<u8>,
    ) -> Result<PartSpot, ReadError> {
        let of = field.guarded_part().expect("it shows in a sequence");
        scratch.clear();
        scratch.resize(of.whole, 0);
        let Copied { sequence, .. } = field.copy_guarded(scratch)?;
        let now = &scratch[of.start..][..field.copied_len()];
        let part = Part {
            held: Held::new(field, key, now),
            field: field.clone(),
            start: of.start,
            told: sequence,
        };
        let at = match self.by_address.get(&(of.address, object)) {
            // Its other parts stay at the moment of which they were compared last.
            Some(&at) => at,
            None => self.add_value(field, of.address, (object, of.whole, sequence)),
        };
        let value = self.values[at as usize]
            .as_mut()
            .expect("it has an address");
        value.parts.push(part);
        Ok(PartSpot {
            value: at,
            part: value.parts.len() as u32 - 1,
        })
    }

    fn add_value(
        &mut self,
        field: &Field,
        address: usize,
        (object, len, sequence): (u32, usize, u64),
    ) -> u32 {
        let parts = Vec::new();
        let value = Some(GuardedValue {
            address,
            object,
            len,
            parts,
        });
        let at = self.free.pop();
        match at {
            Some(at) => {
                field.replace_word(&mut self.words, at as usize);
                self.sequences[at as usize] = sequence;
                self.values[at as usize] = value;
            }
            None => {
                field.scatter(&mut self.words);
                self.sequences.push(sequence);
                self.values.push(value);
            }
        }
        let at = at.unwrap_or(self.values.len() as u32 - 1);
        self.by_address.insert((address, object), at);
        at
    }

    /// Reports the fields whose bytes are others than before.
    pub(super) fn sample(
        &mut self,
        scratch: &mut Vec<u8>,
        counters: &mut ScanCounters,
        tell: &mut impl FnMut(u32, Found<'_>),
    ) {
        let words = self.words.iter().zip(&mut self.sequences);
        for ((word, known), value) in words.zip(&mut self.values) {
            let sequence = published_values(word);
            if sequence == *known {
                continue;
            }
            match value {
                Some(value) => value.sample(known, scratch, counters, tell),
                None => *known = sequence,
            }
        }
    }

    /// The address and the object of each value.
    pub(super) fn objects(&self) -> impl Iterator<Item = (usize, u32)> + '_ {
        let values = self.values.iter().flatten();
        values.map(|value| (value.address, value.object))
    }

    /// The keys of the fields whose object `is_dead`.
    pub(super) fn keys_of(&self, is_dead: impl Fn(u32) -> bool) -> impl Iterator<Item = u32> {
        let values = self.values.iter().flatten();
        let dead = values.filter(move |value| is_dead(value.object));
        dead.flat_map(|value| value.parts.iter().map(|part| part.held.key()))
    }

    pub(super) fn last(&self, spot: PartSpot) -> &[u8] {
        let value = self.values[spot.value as usize].as_ref();
        value.expect("a followed value").parts[spot.part as usize]
            .held
            .last()
    }

    /// Removes a field; returns its object, and the key of the field that takes its place.
    pub(super) fn remove(&mut self, spot: PartSpot) -> (u32, Option<u32>) {
        let place = &mut self.values[spot.value as usize];
        let value = place.as_mut().expect("a followed value");
        value.parts.swap_remove(spot.part as usize);
        let moved = value.parts.get(spot.part as usize);
        let result = (value.object, moved.map(|part| part.held.key()));
        if value.parts.is_empty() {
            self.by_address.remove(&(value.address, value.object));
            *place = None;
            self.free.push(spot.value);
        }
        result
    }
}

impl GuardedValue {
    fn sample(
        &mut self,
        known: &mut u64,
        scratch: &mut Vec<u8>,
        counters: &mut ScanCounters,
        tell: &mut impl FnMut(u32, Found<'_>),
    ) {
        scratch.clear();
        scratch.resize(self.len, 0);
        let sequence = match self.parts[0].field.copy_guarded(scratch) {
            Ok(Copied { sequence, retries }) => {
                counters.retries += u64::from(retries);
                sequence
            }
            Err(ReadError::Contended { attempts, .. }) => {
                counters.retries += u64::from(attempts);
                counters.contended += 1;
                return;
            }
            // Its object is found dead after this.
            Err(_) => return,
        };
        counters.gaps += values_between(*known, sequence).saturating_sub(1);
        *known = sequence;
        for part in &mut self.parts {
            let now = &mut scratch[part.start..][..part.held.last().len()];
            part.compare(now, sequence, tell);
        }
    }
}

impl Part {
    fn compare(&mut self, now: &mut [u8], sequence: u64, tell: &mut impl FnMut(u32, Found<'_>)) {
        if !self.held.differs(now) {
            return;
        }
        let writes = values_between(self.told, sequence);
        self.told = sequence;
        self.held.report(now, Some(writes), false, tell);
    }
}
