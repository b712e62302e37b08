//! Lone numbers: most fields and most reads.

use super::field::ObjectPlace;
use super::place::{Place, Within};
use crate::schema::{Kind, Schema};
use crate::value::Value;

/// A number without names or annotations that change how it reads: one load, and these few steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LoneNumber {
    I64,
    U64,
    F64,
    /// A signed integer of this many bytes, fewer than eight.
    Signed(u8),
    Unsigned(u8),
    F32,
    Bool,
}

impl LoneNumber {
    /// How the number at `place` reads; `None` if it is not a lone number.
    pub(super) fn of(schema: &Schema, object: &ObjectPlace, place: &Place) -> Option<LoneNumber> {
        let ty = &schema[place.bare(schema)];
        let metadata = place.metadata(schema);
        let named = !(metadata.names.is_empty() && metadata.flags.is_empty());
        if named || !is_one_load(schema, object, place) {
            return None;
        }
        Some(match (&ty.kind, ty.size as u8) {
            (Kind::Bool, _) => LoneNumber::Bool,
            (Kind::Int { signed: true }, 8) => LoneNumber::I64,
            (Kind::Int { signed: false }, 8) => LoneNumber::U64,
            (Kind::Int { signed: true }, size) => LoneNumber::Signed(size),
            (Kind::Int { signed: false }, size) => LoneNumber::Unsigned(size),
            (Kind::Float, 4) => LoneNumber::F32,
            (Kind::Float, _) => LoneNumber::F64,
            _ => return None,
        })
    }

    /// Bytes to load.
    #[inline(always)]
    pub(super) fn size(self) -> usize {
        match self {
            LoneNumber::I64 | LoneNumber::U64 | LoneNumber::F64 => 8,
            LoneNumber::Signed(size) | LoneNumber::Unsigned(size) => usize::from(size),
            LoneNumber::F32 => 4,
            LoneNumber::Bool => 1,
        }
    }

    /// The value of the loaded bits; those above the number's own are zeros.
    #[inline(always)]
    pub(super) fn value(self, bits: u64) -> Value {
        match self {
            LoneNumber::I64 => Value::I64(bits as i64),
            LoneNumber::U64 | LoneNumber::Unsigned(_) => Value::U64(bits),
            LoneNumber::F64 => Value::F64(f64::from_bits(bits)),
            LoneNumber::Signed(size) => {
                let unused = 64 - 8 * u32::from(size);
                Value::I64(((bits << unused) as i64) >> unused)
            }
            LoneNumber::F32 => Value::F32(f32::from_bits(bits as u32)),
            LoneNumber::Bool => Value::Bool(bits != 0),
        }
    }
}

/// Whether one load of its own width returns the whole value at `place`.
pub(super) fn is_one_load(schema: &Schema, object: &ObjectPlace, place: &Place) -> bool {
    let ty = &schema[place.bare(schema)];
    object.elements.is_none()
        && place.inside(schema) == Within::Itself
        && place.bits(schema).is_none()
        && ty.size <= 8
        && matches!(
            ty.kind,
            Kind::Bool | Kind::Int { .. } | Kind::Float | Kind::Enum { .. } | Kind::Flags { .. }
        )
}
