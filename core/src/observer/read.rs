//! Copying a value out of memory, under the protection that its place has.

use super::attached::Sight;
use super::place::{GuardedPlace, Place, Within};
use crate::coerce::{decode_field, decode_list, decode_value};
use crate::schema::Schema;
use crate::shm::View;
use crate::sync::{Contended, load_bytes};
use crate::value::Value;

/// How often to retry when a guarded value is published during a read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Retries {
    /// A bounded number of attempts.
    Retry,
    /// One.
    Once,
}

/// Copies the bytes of the value of `place`: for a struct with protected members, those of its storage,
/// in which each guarded member has its value in its first copy. Bytes between the values stay as they are.
///
/// # Panics
///
/// If `bytes` is not as long as the [`Cells`](super::cells::Cells) of the place's type say.
#[inline]
pub(super) fn copy(
    sight: &Sight,
    place: &Place,
    object: View<'_>,
    bytes: &mut [u8],
    retries: Retries,
) -> Result<(), Contended> {
    match place.within {
        Within::Itself => {
            let cells = sight.cells(place.type_id);
            match cells.guarded {
                Some(words) => GuardedPlace::of(place.view(object), words).read(0, bytes, retries),
                None => cells.copy(place.view(object), bytes, retries),
            }
        }
        Within::Guarded { value, offset } => {
            let guarded = GuardedPlace::at(place.view(object), &sight.schema, value);
            guarded.read(offset as usize, bytes, retries)
        }
        Within::Words { offset } => {
            let view = place.view(object);
            let words = view
                .words(0, view.len() / 8)
                .expect("unions are whole aligned words");
            load_bytes(words, offset as usize, bytes);
            Ok(())
        }
    }
}

/// Copies `count` whole objects of the type of `place` like [`copy`]. If one is contended, says which.
pub(super) fn copy_each(
    sight: &Sight,
    place: &Place,
    count: u64,
    object: View<'_>,
    bytes: &mut [u8],
    retries: Retries,
) -> Result<(), (usize, Contended)> {
    let stride = sight.schema[place.type_id].size;
    if place.inside(&sight.schema) == Within::Itself {
        let cells = sight.cells(place.type_id);
        return cells.copy_each(object, (stride as usize, count as usize), bytes, retries);
    }
    let targets = bytes.chunks_exact_mut(sight.cells(place.type_id).len);
    for (target, index) in targets.zip(0..count) {
        let element = Place::whole(index * stride, stride, place.type_id);
        copy(sight, &element, object, target, retries)
            .map_err(|contended| (index as usize, contended))?;
    }
    Ok(())
}

/// Whether [`copy`] leaves some bytes as they are.
pub(super) fn has_gaps(sight: &Sight, place: &Place) -> bool {
    let size = sight.schema[place.type_id].size as usize;
    place.inside(&sight.schema) == Within::Itself && !sight.cells(place.type_id).fill(size)
}

/// The bytes that [`copy`] copies, with zeros between the values.
pub(super) fn bytes(
    sight: &Sight,
    place: &Place,
    object: View<'_>,
    retries: Retries,
) -> Result<Vec<u8>, Contended> {
    let mut bytes = vec![0; sight.cells(place.type_id).len];
    copy(sight, place, object, &mut bytes, retries)?;
    Ok(bytes)
}

/// Hands `len` zero bytes to `work`, which are on the stack if they are few.
#[inline(always)]
pub(super) fn with_buffer<R>(len: usize, work: impl FnOnce(&mut [u8]) -> R) -> R {
    const FEW: usize = 64;
    const SOME: usize = 512;
    if len <= FEW {
        work(&mut [0; FEW][..len])
    } else if len <= SOME {
        on_stack::<SOME, R>(len, work)
    } else {
        work(&mut vec![0; len])
    }
}

#[inline(never)]
fn on_stack<const BYTES: usize, R>(len: usize, work: impl FnOnce(&mut [u8]) -> R) -> R {
    work(&mut [0; BYTES][..len])
}

/// The value of the bytes that [`copy`] copied for `place`.
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

/// The list of the values of the objects whose bytes [`copy_each`] copied.
pub(super) fn decode_each(sight: &Sight, place: &Place, bytes: &[u8]) -> Value {
    let schema = &sight.schema;
    let id = match place.inside(schema) {
        Within::Itself => place.type_id,
        _ => place.bare(schema),
    };
    decode_list(
        schema,
        id,
        place.metadata(schema),
        sight.cells(place.type_id).len,
        bytes,
    )
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
