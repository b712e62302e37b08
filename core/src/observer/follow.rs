//! Following the steps of a path through types, and saying why one leads nowhere.

use super::error::PathError;
use super::field::ObjectPlace;
use super::path::{Malformed, Step, Steps};
use super::place::{NoStep, Place};
use super::suggest;
use crate::schema::{Kind, Schema};

/// Follows steps from a place whose path is `start`. Stops before a packed record's own parts: those steps
/// are left over.
pub(super) fn follow<'t>(
    schema: &Schema,
    mut object: ObjectPlace,
    mut place: Place,
    start: &str,
    mut steps: Steps<'t>,
) -> Result<(ObjectPlace, Place, Steps<'t>), PathError> {
    let all = steps.rest();
    loop {
        let taken = all.len() - steps.rest().len();
        if !steps.rest().is_empty() && is_record(schema, object, place) {
            return Ok((object, place, steps));
        }
        let Some(step) = steps.next() else {
            return Ok((object, place, steps));
        };
        let path = || format!("{start}{}", &all[..taken]);
        let step = step.map_err(|Malformed { at, expected }| PathError::Malformed {
            path: steps.text().into(),
            at,
            expected: expected.into(),
        })?;
        (object, place) = take_step(schema, object, place, step)
            .map_err(|reason| no_step(schema, object, place, path(), step, &reason))?;
    }
}

/// Whether a place is a packed record, whose parts its bytes tell.
pub(super) fn is_record(schema: &Schema, object: ObjectPlace, place: Place) -> bool {
    let kind = &schema[place.bare(schema)].kind;
    object.elements.is_none() && matches!(kind, Kind::Record { .. })
}

/// The part of a place to which one step leads.
pub(super) fn take_step(
    schema: &Schema,
    object: ObjectPlace,
    place: Place,
    step: Step<'_>,
) -> Result<(ObjectPlace, Place), NoStep> {
    let place = match (object.elements, step) {
        (Some(count), Step::Element(index)) if index < count => {
            let size = schema[place.type_id].size;
            Place::whole(index * size, size, place.type_id)
        }
        (Some(count), Step::Element(_)) => return Err(NoStep::OutOfRange { count }),
        (Some(_), Step::Member(_)) => return Err(NoStep::NotAStruct),
        (None, step) => place.step(schema, step)?,
    };
    Ok((
        ObjectPlace {
            elements: None,
            ..object
        },
        place,
    ))
}

/// A step as it is written in a path.
pub(super) fn step_text(step: Step<'_>) -> String {
    match step {
        Step::Member(name) => format!(".{name}"),
        Step::Element(index) => format!("[{index}]"),
    }
}

/// The name of a place's type; of an array of objects, with the number of elements.
pub(super) fn type_name(schema: &Schema, object: ObjectPlace, place: Place) -> String {
    let name = schema.type_name(place.bare(schema));
    object
        .elements
        .map_or(name.clone(), |count| format!("{name}[{count}]"))
}

/// What to tell of a step that leads nowhere.
#[cold]
pub(super) fn no_step(
    schema: &Schema,
    object: ObjectPlace,
    place: Place,
    path: String,
    step: Step<'_>,
    reason: &NoStep,
) -> PathError {
    let type_name = type_name(schema, object, place);
    let ty = &schema[place.bare(schema)];
    let noun = if object.elements.is_some() {
        "an array"
    } else {
        ty.kind.noun()
    };
    match (step, reason) {
        (Step::Element(index), NoStep::OutOfRange { count }) => PathError::IndexOutOfRange {
            path,
            index,
            count: *count,
        },
        (Step::Member(name), NoStep::NoSuchMember) => {
            let members = ty
                .members()
                .unwrap_or_default()
                .iter()
                .map(|field| &*field.name);
            let suggestion = suggest::among(name, members);
            PathError::NoSuchField {
                object: path,
                type_name,
                field: name.into(),
                suggestion,
            }
        }
        (Step::Member(name), _) => PathError::NotAStruct {
            path,
            noun: noun.into(),
            type_name,
            field: name.into(),
        },
        (Step::Element(_), _) => PathError::NotAnArray {
            path,
            noun: noun.into(),
            type_name,
        },
    }
}
