//! Lone numbers among the fields: those that one load reads, and those in guarded values.

use super::field::ObjectPlace;
use super::place::{Place, Within};
use crate::coerce::LoneNumber;
use crate::schema::{Kind, Schema};

/// How a field reads and writes as a lone number.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Numbers {
    /// If one load of its own width returns it.
    pub(super) loaded: Option<LoneNumber>,
    /// If it lies in a guarded value, or is one.
    pub(super) guarded: Option<LoneNumber>,
}

impl Numbers {
    /// How the number at `place` reads, if there is a lone one.
    pub(super) fn of(schema: &Schema, object: &ObjectPlace, place: &Place) -> Numbers {
        let number = LoneNumber::of(&schema[place.bare(schema)], place.metadata(schema));
        let is_whole = object.elements.is_none() && place.bits(schema).is_none();
        let number = number.filter(|_| is_whole);
        match place.inside(schema) {
            Within::Itself => Numbers {
                loaded: number,
                guarded: None,
            },
            Within::Guarded { .. } => Numbers {
                loaded: None,
                guarded: number,
            },
            // Stored with the whole union.
            Within::Words { .. } => Numbers::default(),
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
