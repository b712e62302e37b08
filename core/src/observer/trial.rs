//! Writes that are tried out: bytes over those in memory, which only this observer sees.
//!
//! Memory is mapped read-only for it, so that it cannot change, whatever this code does.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::attached::Attached;
use super::change::Stored;
use super::error::{ReadError, WriteError};
use super::field::Field;
use super::place::Place;
use super::read::{self, Retries};
use super::{ObjectId, Observer};
use crate::access::put_scalar;
use crate::schema::Schema;
use crate::sync::Contended;

const WORD: u64 = 8;

/// What the writes of one attachment would have stored.
#[derive(Default)]
pub(super) struct Trial {
    objects: Mutex<HashMap<ObjectId, Words>>,
}

/// Words of an object by their index, each with the bits of it that were written.
type Words = HashMap<u64, Word>;

#[derive(Clone, Copy, Default)]
struct Word {
    bytes: [u8; 8],
    mask: [u8; 8],
}

impl Trial {
    /// Keeps those bits of `bytes` that `mask` has, for the object's bytes from `start` on.
    fn put(&self, object: ObjectId, start: u64, bytes: &[u8], mask: &[u8]) {
        let mut objects = self.objects.lock().unwrap_or_else(PoisonError::into_inner);
        let words = objects.entry(object).or_default();
        for ((at, &byte), &mask) in (start..).zip(bytes).zip(mask) {
            let (word, within) = (words.entry(at / WORD).or_default(), (at % WORD) as usize);
            word.bytes[within] = word.bytes[within] & !mask | byte & mask;
            word.mask[within] |= mask;
        }
    }

    /// Puts what was kept over `bytes`, which were copied from the object's bytes from `start` on.
    fn lay_over(&self, object: ObjectId, start: u64, bytes: &mut [u8]) {
        let objects = self.objects.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(words) = objects.get(&object) else {
            return;
        };
        let end = start + bytes.len() as u64;
        let lay = |index: u64, word: &Word, bytes: &mut [u8]| {
            for (at, (&byte, &mask)) in (index * WORD..).zip(word.bytes.iter().zip(&word.mask)) {
                if (start..end).contains(&at) {
                    let target = &mut bytes[(at - start) as usize];
                    *target = *target & !mask | byte & mask;
                }
            }
        };
        let indices = start / WORD..end.div_ceil(WORD);
        // Whichever are fewer: the words that were written, or those that were read.
        if (words.len() as u64) < indices.end - indices.start {
            let inside = words.iter().filter(|(index, _)| indices.contains(index));
            inside.for_each(|(index, word)| lay(*index, word, bytes));
        } else {
            let written = indices.filter_map(|index| Some((index, words.get(&index)?)));
            written.for_each(|(index, word)| lay(index, word, bytes));
        }
    }

    fn copy(&self) -> Trial {
        let objects = self.objects.lock().unwrap_or_else(PoisonError::into_inner);
        Trial {
            objects: Mutex::new(objects.clone()),
        }
    }
}

impl Observer {
    /// Whether its writes are only tried out; see [`ObserverBuilder::trial`](super::ObserverBuilder::trial).
    pub fn is_trial(&self) -> bool {
        self.attached.trial.is_some()
    }

    /// Another observer of the same memory, on which writes can be rehearsed: they are checked, and its own
    /// reads see them, but memory and this observer stay as they are.
    ///
    /// # Errors
    ///
    /// As for [`Observer::refresh`].
    ///
    /// # Examples
    ///
    /// ```
    /// # let dir = memglass::doc::directory();
    /// # let session = memglass::Session::builder("example").dir(&dir).create()?;
    /// use memglass::{Observer, Value};
    ///
    /// let answer = session.object("answer", 42_i64)?;
    /// let observer = Observer::builder().dir(&dir).attach("example")?;
    /// let rehearsal = observer.rehearsal()?;
    /// let field = rehearsal.field("answer")?;
    /// field.write(&Value::I64(43))?;
    /// assert_eq!(field.read()?, Value::I64(43));
    /// assert_eq!((answer.get(), observer.field("answer")?.read()?), (42, Value::I64(42)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn rehearsal(&self) -> Result<Observer, ReadError> {
        let before = self.attached.trial.as_ref();
        let attached = Attached {
            layout: Arc::clone(&self.attached.layout),
            writer: None,
            trial: Some(before.map_or_else(Trial::default, Trial::copy)),
        };
        let options = self.options.clone().trial();
        let mut rehearsal = Observer::over(Arc::new(attached), options);
        rehearsal.refresh()?;
        Ok(rehearsal)
    }
}

impl Field {
    pub(super) fn trial(&self) -> Option<&Trial> {
        self.attached().trial.as_ref()
    }

    /// The bytes of a place of its object, as [`read::bytes`] copies them, with what was tried out.
    pub(super) fn present_bytes(&self, place: &Place) -> Result<Vec<u8>, Contended> {
        let mut bytes = read::bytes(self.sight(), place, self.object_view(), Retries::Retry)?;
        self.lay_trial_over(place, &mut bytes);
        Ok(bytes)
    }

    /// Puts what was tried out over the bytes that were copied for `place`.
    #[inline]
    pub(super) fn lay_trial_over(&self, place: &Place, bytes: &mut [u8]) {
        if let Some(trial) = self.trial() {
            trial.lay_over(
                self.object_id(),
                place.value_offset(self.session_schema()),
                bytes,
            );
        }
    }

    /// Tries out the store of what `encode` makes of the present bytes of a place.
    pub(super) fn try_out(
        &self,
        place: &Place,
        encode: impl FnOnce(&mut [u8]) -> Result<(), WriteError>,
    ) -> Result<Stored, WriteError> {
        let old = self.part_bytes(place)?;
        let mut new = old.clone();
        encode(&mut new)?;
        let mask = mask(self.session_schema(), place, new.len());
        let start = place.value_offset(self.session_schema());
        if let Some(trial) = self.trial() {
            trial.put(self.object_id(), start, &new, &mask);
        }
        Ok(Stored { old, new })
    }

    /// Fails if another process holds the right to write the guarded value that the place is or lies in, as a
    /// write would after waiting for it.
    pub(super) fn check_not_held(&self, place: &Place) -> Result<(), WriteError> {
        let Some((guarded, _)) = place.guarded(self.session_schema(), self.object_view()) else {
            return Ok(());
        };
        let vacancy = guarded
            .slots
            .await_vacancy(|owner| self.attached().is_dead(owner));
        vacancy.map_err(|busy| WriteError::Busy {
            path: self.path().into(),
            holder: self.attached().holder(busy.owner),
            keeps: !busy.owner.is_nobody(),
        })
    }
}

/// Which bits of so many bytes are the place's: all, unless it is a bitfield.
fn mask(schema: &Schema, place: &Place, len: usize) -> Vec<u8> {
    let mut mask = vec![u8::MAX; len];
    if let Some(bits) = place.bits(schema) {
        let width = u32::from(bits.width.max(1));
        let low = u64::MAX >> (u64::BITS - width.min(u64::BITS));
        put_scalar(low << bits.offset, &mut mask);
    }
    mask
}
