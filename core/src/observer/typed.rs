//! Reading into a Rust type: members are found by name, so that neither their order nor their
//! protections have to be the same on both sides.

use super::error::ReadError;
use super::field::Field;
use super::read::Patience;
use crate::observe::Observe;
use crate::schema::{Kind, Protection, Schema, TypeId};

pub(super) fn read_as<T: Observe>(field: &Field) -> Result<T, ReadError> {
    let mismatch = |reason| ReadError::TypeMismatch {
        path: field.path().into(),
        wanted: std::any::type_name::<T>().into(),
        reason,
    };
    let mut wanted = Schema::new();
    let id = T::value_type(&mut wanted).map_err(|error| mismatch(error.to_string()))?;
    if field.object.elements.is_some() {
        return Err(mismatch(
            "it is an array of objects; read its elements".into(),
        ));
    }
    let source = field.while_alive(|| field.bytes(Patience::Retry))?;
    let mut target = vec![0; size_of::<T>()];
    let from = Side {
        schema: field.schema(),
        id: source_type(field),
    };
    transfer(
        from,
        &source,
        Side {
            schema: &wanted,
            id,
        },
        &mut target,
    )
    .map_err(&mismatch)?;
    T::decode(&target).map_err(|error| mismatch(error.to_string()))
}

/// The type that the field's bytes are of: inside a guarded value, the bare one.
fn source_type(field: &Field) -> TypeId {
    match field.place.inside(field.schema()) {
        super::place::Within::Itself => field.place.type_id,
        _ => field.type_id(),
    }
}

#[derive(Clone, Copy)]
struct Side<'s> {
    schema: &'s Schema,
    id: TypeId,
}

/// Copies the bytes of a value from one layout to another; the error says where they differ.
fn transfer(from: Side<'_>, source: &[u8], to: Side<'_>, target: &mut [u8]) -> Result<(), String> {
    let source = match from.schema.protection(from.id) {
        Protection::Seqlock | Protection::Locked => &source[8..],
        Protection::Plain | Protection::Atomic => source,
    };
    let from = Side {
        id: from.schema.bare(from.id),
        ..from
    };
    let to = Side {
        id: to.schema.bare(to.id),
        ..to
    };
    let (theirs, ours) = (&from.schema[from.id], &to.schema[to.id]);
    match (&theirs.kind, &ours.kind) {
        (Kind::Struct { fields: theirs }, Kind::Struct { fields }) => {
            fields.iter().try_for_each(|field| {
                let their = theirs
                    .iter()
                    .find(|their| their.name == field.name && their.bits == field.bits);
                let their = their.ok_or_else(|| format!("there is no {}", field.name))?;
                let (start, at) = (their.offset as usize, field.offset as usize);
                let source = &source[start..start + from.schema[their.type_id].size as usize];
                let target = &mut target[at..at + to.schema[field.type_id].size as usize];
                let (from, to) = (
                    Side {
                        id: their.type_id,
                        ..from
                    },
                    Side {
                        id: field.type_id,
                        ..to
                    },
                );
                transfer(from, source, to, target)
                    .map_err(|reason| format!("{}: {reason}", field.name))
            })
        }
        (
            Kind::Array {
                element: theirs,
                count: n,
            },
            Kind::Array { element, count },
        ) if n == count => {
            let sources = source.chunks_exact(from.schema[*theirs].size as usize);
            let targets = target.chunks_exact_mut(to.schema[*element].size as usize);
            let (from, to) = (
                Side {
                    id: *theirs,
                    ..from
                },
                Side { id: *element, ..to },
            );
            sources
                .zip(targets)
                .try_for_each(|(source, target)| transfer(from, source, to, target))
        }
        (theirs_kind, kind) if same_leaf(theirs_kind, kind) && theirs.size == ours.size => {
            target.copy_from_slice(&source[..target.len()]);
            Ok(())
        }
        _ => Err(format!("it is {} there", from.schema.type_name(from.id))),
    }
}

/// Whether values of the two kinds have the same bytes; enums and flags also read as their integers.
fn same_leaf(theirs: &Kind, ours: &Kind) -> bool {
    match (theirs, ours) {
        (Kind::Enum { signed, .. }, Kind::Int { signed: ours }) => signed == ours,
        (Kind::Flags { .. }, Kind::Int { signed }) => !signed,
        (Kind::Int { signed }, Kind::Int { signed: ours }) => signed == ours,
        (Kind::Struct { .. } | Kind::Array { .. }, _) => false,
        _ => std::mem::discriminant(theirs) == std::mem::discriminant(ours),
    }
}
