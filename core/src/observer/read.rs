//! Copying a value out of memory, under the protection that its place has.

use std::sync::atomic::{Ordering, fence};

use super::place::{Place, Within, load};
use crate::coerce::{decode_field, decode_value};
use crate::schema::{Kind, Protection, Schema, TypeId};
use crate::shm::View;
use crate::sync::Contended;
use crate::value::Value;

/// How often to retry when a guarded value is published during a read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Retries {
    /// A bounded number of attempts.
    Retry,
    /// One.
    Once,
}

/// The bytes of the value of `place`: for a struct with protected members, those of its storage, in
/// which each guarded member has its value in its first copy.
pub(super) fn bytes(
    schema: &Schema,
    place: &Place,
    object: View<'_>,
    retries: Retries,
) -> Result<Vec<u8>, Contended> {
    let len = place.value_size(schema);
    match place.inside(schema) {
        Within::Itself => {
            let mut bytes = vec![0; schema[place.type_id].size as usize];
            copy(
                schema,
                place.type_id,
                place.view(object),
                &mut bytes,
                retries,
            )?;
            Ok(bytes)
        }
        Within::Guarded { .. } => {
            let (guarded, offset) = place
                .guarded(schema, object)
                .expect("it is within a guarded value");
            let (first, last) = (offset as usize / 8, (offset as usize + len).div_ceil(8));
            let mut words = vec![0; last - first];
            match retries {
                Retries::Retry => guarded
                    .slots
                    .read_part(first..last, &mut words)
                    .map(|_| ())?,
                Retries::Once => guarded
                    .slots
                    .try_read_part(first..last, &mut words)
                    .map(|_| ())
                    .ok_or(Contended { attempts: 1 })?,
            }
            Ok(cut(&words, offset as usize % 8, len))
        }
        Within::Words { offset } => {
            let view = place.view(object);
            let words = view
                .words(0, view.len() / 8)
                .expect("unions are whole aligned words");
            let words: Vec<u64> = words
                .iter()
                .map(|word| word.load(Ordering::Relaxed))
                .collect();
            Ok(cut(&words, offset as usize, len))
        }
    }
}

/// The value of the bytes that [`bytes`] returned for `place`.
pub(super) fn decode(schema: &Schema, place: &Place, bytes: &[u8]) -> Value {
    match (place.field(schema), place.bits(schema)) {
        (Some(field), Some(_)) => decode_field(schema, field, bytes),
        // Inside a guarded value the bytes are the value's, without the word before it.
        _ if place.inside(schema) == Within::Itself => {
            decode_value(schema, place.type_id, place.metadata(schema), bytes)
        }
        _ => decode_value(schema, place.bare(schema), place.metadata(schema), bytes),
    }
}

/// `len` bytes of `words` from byte `start` on.
pub(super) fn cut(words: &[u64], start: usize, len: usize) -> Vec<u8> {
    words
        .iter()
        .flat_map(|word| word.to_ne_bytes())
        .skip(start)
        .take(len)
        .collect()
}

/// Copies storage cells of type `id`, each scalar by one load of its own width.
fn copy(
    schema: &Schema,
    id: TypeId,
    view: View<'_>,
    bytes: &mut [u8],
    retries: Retries,
) -> Result<(), Contended> {
    let ty = &schema[id];
    let part = |offset: u64, size: u64| {
        view.part(offset as usize, size as usize)
            .expect("a checked schema keeps parts inside")
    };
    match &ty.kind {
        Kind::Alias { of } => copy(schema, *of, view, bytes, retries),
        Kind::Protected {
            protection: Protection::Seqlock | Protection::Locked,
            ..
        } => {
            let place = GuardedView { schema, id, view };
            place.copy(bytes, retries)
        }
        Kind::Protected { value, .. } => {
            copy(schema, *value, view, bytes, retries)?;
            // An atomic field is read with acquire: everything written before it can be seen.
            fence(Ordering::Acquire);
            Ok(())
        }
        Kind::Struct { fields } => fields.iter().try_for_each(|field| {
            let (start, size) = (field.offset, schema[field.type_id].size);
            let target = &mut bytes[start as usize..(start + size) as usize];
            copy(schema, field.type_id, part(start, size), target, retries)
        }),
        Kind::Array { element, .. } => {
            let size = schema[*element].size;
            let targets = bytes.chunks_exact_mut(size as usize).zip(0_u64..);
            targets.into_iter().try_for_each(|(target, index)| {
                copy(schema, *element, part(index * size, size), target, retries)
            })
        }
        Kind::Text => {
            for (offset, byte) in bytes.iter_mut().enumerate() {
                *byte = view
                    .byte(offset)
                    .expect("inside the text")
                    .load(Ordering::Relaxed);
            }
            Ok(())
        }
        Kind::Union { .. } => {
            copy_words(view, bytes);
            Ok(())
        }
        _ if ty.size > 8 => {
            copy_words(view, bytes);
            Ok(())
        }
        _ => {
            copy_scalar(view, bytes);
            Ok(())
        }
    }
}

fn copy_words(view: View<'_>, bytes: &mut [u8]) {
    for (index, target) in bytes.chunks_exact_mut(8).enumerate() {
        let word = view
            .word(index * 8)
            .expect("unions and 128-bit integers are aligned words");
        target.copy_from_slice(&word.load(Ordering::Relaxed).to_ne_bytes());
    }
}

fn copy_scalar(view: View<'_>, bytes: &mut [u8]) {
    let bits = load(view, bytes.len());
    put_scalar(bits, bytes);
}

/// The bytes of a scalar whose bits are the low ones of `bits`.
#[inline]
pub(super) fn put_scalar(bits: u64, bytes: &mut [u8]) {
    match bytes.len() {
        1 => bytes.copy_from_slice(&(bits as u8).to_ne_bytes()),
        2 => bytes.copy_from_slice(&(bits as u16).to_ne_bytes()),
        4 => bytes.copy_from_slice(&(bits as u32).to_ne_bytes()),
        _ => bytes.copy_from_slice(&bits.to_ne_bytes()),
    }
}

/// The bits of a scalar of 1, 2, 4 or 8 bytes.
pub(super) fn get_scalar(bytes: &[u8]) -> u64 {
    match *bytes {
        [a] => u64::from(a),
        [a, b] => u64::from(u16::from_ne_bytes([a, b])),
        [a, b, c, d] => u64::from(u32::from_ne_bytes([a, b, c, d])),
        _ => u64::from_ne_bytes(bytes.try_into().expect("scalars have 1, 2, 4 or 8 bytes")),
    }
}

/// A guarded member found while copying the struct around it.
struct GuardedView<'a> {
    schema: &'a Schema,
    id: TypeId,
    view: View<'a>,
}

impl GuardedView<'_> {
    fn copy(&self, bytes: &mut [u8], retries: Retries) -> Result<(), Contended> {
        let guarded =
            super::place::GuardedPlace::at(self.view, self.schema, self.schema.bare(self.id));
        let mut words = vec![0; guarded.slots.len_words()];
        match retries {
            Retries::Retry => guarded.slots.read(&mut words).map(|_| ())?,
            Retries::Once => guarded
                .slots
                .try_read(&mut words)
                .map(|_| ())
                .ok_or(Contended { attempts: 1 })?,
        }
        let first_copy = bytes[8..].chunks_exact_mut(8);
        first_copy
            .zip(&words)
            .for_each(|(target, word)| target.copy_from_slice(&word.to_ne_bytes()));
        Ok(())
    }
}
