//! Values of memory for scripts.

use memglass::schema::{self, Kind, Schema, TypeId};
use memglass::{EnumValue, Value};
use memglass_value::number::{Integer, Number};
use rhai::{Dynamic, ImmutableString, Map};

use super::Meaning;
use crate::flags::FlagSet;
use crate::symbols::{Enumeration, Symbols};
use crate::{marks, wide};

/// A scalar for a script.
pub(crate) fn leaf(value: Value, meaning: &Meaning) -> Dynamic {
    match (value, meaning) {
        (Value::Enum(value), Meaning::Names(names)) => named(value.number, names),
        (Value::Flags(flags), Meaning::Flags(of)) => Dynamic::from(FlagSet {
            bits: flags.bits,
            of: of.clone(),
        }),
        (value, Meaning::Time(unit)) => {
            let mut number = scalar(value);
            marks::mark_unit(&mut number, *unit);
            number
        }
        (value, _) => scalar(value),
    }
}

fn named(number: i128, names: &Enumeration) -> Dynamic {
    match names.text(number) {
        Some(text) => Dynamic::from(text.clone()),
        None => {
            names.note_unnamed(number);
            wide::dynamic(Integer::signed(number))
        }
    }
}

/// A value whose type is not known.
pub(crate) fn scalar(value: Value) -> Dynamic {
    if let Some(number) = Number::of(&value) {
        let mut number = wide::of_number(number);
        if matches!(value, Value::Address(_)) {
            marks::mark_address(&mut number);
        }
        return number;
    }
    match value {
        Value::Bool(value) => Dynamic::from_bool(value),
        Value::Text(text) => Dynamic::from(ImmutableString::from(text)),
        Value::Enum(EnumValue {
            name: Some(name), ..
        }) => Dynamic::from(ImmutableString::from(&*name)),
        Value::Enum(EnumValue { number, .. }) => wide::dynamic(Integer::signed(number)),
        Value::Flags(flags) => wide::dynamic(flags.bits.into()),
        Value::List(elements) => Dynamic::from_array(elements.into_iter().map(scalar).collect()),
        Value::Record(members) => Dynamic::from_map(
            members
                .into_iter()
                .map(|(name, value)| (name.as_ref().into(), scalar(value)))
                .collect(),
        ),
        other => Dynamic::from(ImmutableString::from(other.to_string())),
    }
}

/// A whole value of a type, as a copy for a script: maps for structs, arrays for arrays.
pub(crate) fn whole(value: Value, schema: &Schema, id: TypeId, symbols: &Symbols) -> Dynamic {
    let bare = schema.bare(id);
    match value {
        Value::Record(members) => {
            let entries = members.into_iter().map(|(name, value)| {
                let member = schema.member(bare, &name);
                let entry = member.map_or_else(
                    || scalar(value.clone()),
                    |member| whole_member(value.clone(), schema, member, symbols),
                );
                (name.as_ref().into(), entry)
            });
            Dynamic::from_map(entries.collect::<Map>())
        }
        Value::List(elements) => {
            let element = element_of(schema, bare);
            Dynamic::from_array(
                elements
                    .into_iter()
                    .map(|value| whole(value, schema, element, symbols))
                    .collect(),
            )
        }
        value => leaf(value, &Meaning::of_type(schema, bare, symbols)),
    }
}

fn whole_member(
    value: Value,
    schema: &Schema,
    member: &schema::Field,
    symbols: &Symbols,
) -> Dynamic {
    match value {
        Value::Record(_) | Value::List(_) => whole(value, schema, member.type_id, symbols),
        value => leaf(value, &Meaning::of_member(schema, member, symbols)),
    }
}

/// Type of the elements; an array of objects has its elements' type itself.
pub(super) fn element_of(schema: &Schema, id: TypeId) -> TypeId {
    match schema[id].kind {
        Kind::Array { element, .. } => schema.bare(element),
        _ => id,
    }
}
