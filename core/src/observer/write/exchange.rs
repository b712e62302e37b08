//! Read-modify-write of values that others change too: a number, a bitfield, a member of a union.

use std::time::{Duration, Instant};

use super::super::change::Stored;
use super::super::error::WriteError;
use super::super::field::Field;
use super::super::place::{Place, Within};
use super::super::read;
use crate::access::{exchange, get_scalar, load, put_scalar};
use crate::schema::Schema;
use crate::shm::View;

impl Field {
    /// Replaces a number, bitfield or part of a union by what `new_bytes` makes of it.
    pub(super) fn exchange(
        &self,
        place: &Place,
        new_bytes: impl FnMut(&[u64]) -> Result<Stored, WriteError>,
    ) -> Result<Stored, WriteError> {
        let stored = exchange_until(self.session_schema(), place, self.object_view(), new_bytes)?;
        stored.ok_or_else(|| WriteError::Busy {
            path: self.path().into(),
            holder: "several writers in turn".into(),
            keeps: false,
        })
    }
}

/// Replaces the integer of a bitfield or number, or the words of a union. Repeats until no other write
/// comes in between; `None` if one always did.
fn exchange_until(
    schema: &Schema,
    place: &Place,
    object: View<'_>,
    mut new_bytes: impl FnMut(&[u64]) -> Result<Stored, WriteError>,
) -> Result<Option<Stored>, WriteError> {
    let view = place.view(object);
    let offset = match place.within {
        Within::Words { offset } => offset as usize,
        _ => 0,
    };
    let in_words =
        matches!(place.within, Within::Words { .. }) || schema[place.bare(schema)].kind.is_union();
    let mut contest = Contest::new();
    if !in_words {
        let size = place.value_size(schema);
        while contest.goes_on() {
            let old = load(view, size);
            let stored = new_bytes(&[old])?;
            if exchange(view, size, old, get_scalar(&stored.new)) {
                return Ok(Some(stored));
            }
        }
        return Ok(None);
    }
    let old: Vec<u64> = (0..view.len() / 8)
        .map(|index| load(word(view, index), 8))
        .collect();
    let stored = new_bytes(&old)?;
    let mut new = old.clone();
    paste(&mut new, offset, &stored.new);
    for (index, (&before, &after)) in old.iter().zip(&new).enumerate() {
        // Only the bits that change: another member's bits in the word may have changed meanwhile.
        let change = before ^ after;
        let mut seen = before;
        while change != 0 && !exchange(word(view, index), 8, seen, seen & !change | after & change)
        {
            if !contest.goes_on() {
                return Ok(None);
            }
            seen = load(word(view, index), 8);
        }
    }
    Ok(Some(stored))
}

/// How long to retry a read-modify-write while others keep changing the same number. Not limited by
/// time alone, because a process that is not scheduled has not tried.
struct Contest {
    start: Instant,
    attempts: u32,
}

impl Contest {
    const LEAST_ATTEMPTS: u32 = 100;
    const LEAST_TIME: Duration = Duration::from_millis(10);

    fn new() -> Contest {
        Contest {
            start: Instant::now(),
            attempts: 0,
        }
    }

    /// Counts an attempt; `false` after the last one.
    fn goes_on(&mut self) -> bool {
        self.attempts += 1;
        self.attempts <= Contest::LEAST_ATTEMPTS || self.start.elapsed() < Contest::LEAST_TIME
    }
}

fn word(view: View<'_>, index: usize) -> View<'_> {
    view.part(index * 8, 8).expect("unions are whole words")
}

/// The bytes of the place's value in the unit that was loaded for it.
pub(super) fn unit_bytes(schema: &Schema, place: &Place, unit: &[u64]) -> Vec<u8> {
    let size = place.value_size(schema);
    match place.within {
        Within::Words { offset } => read::cut(unit, offset as usize, size),
        _ if schema[place.bare(schema)].kind.is_union() => read::cut(unit, 0, size),
        _ => {
            let mut bytes = vec![0; size];
            put_scalar(unit[0], &mut bytes);
            bytes
        }
    }
}

/// Copies the bytes of `words` from byte `start` on to `bytes`.
pub(super) fn copy_out(words: &[u64], start: usize, bytes: &mut [u8]) {
    for (offset, byte) in bytes.iter_mut().enumerate() {
        let (index, within) = ((start + offset) / 8, (start + offset) % 8);
        *byte = words[index].to_ne_bytes()[within];
    }
}

/// Puts `bytes` into `words` from byte `start` on.
pub(super) fn paste(words: &mut [u64], start: usize, bytes: &[u8]) {
    for (offset, &byte) in bytes.iter().enumerate() {
        let (index, within) = ((start + offset) / 8, (start + offset) % 8);
        let mut word = words[index].to_ne_bytes();
        word[within] = byte;
        words[index] = u64::from_ne_bytes(word);
    }
}
