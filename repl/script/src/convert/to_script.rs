//! Values of memory for scripts.

use memglass::schema::{self, Kind, Schema, TypeId};
use memglass::{EnumValue, Value};
use rhai::{Dynamic, FLOAT, ImmutableString, Map};

use super::Meaning;
use crate::flags::FlagSet;
use crate::symbols::{Enumeration, Symbols};
use crate::wide::Wide;

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
            unit.mark(&mut number);
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
            Wide::Signed(number).dynamic()
        }
    }
}

pub(super) fn scalar(value: Value) -> Dynamic {
    match value {
        Value::Bool(value) => Dynamic::from_bool(value),
        Value::I64(value) => Dynamic::from_int(value),
        Value::U64(value) | Value::Address(value) => Wide::Signed(value.into()).dynamic(),
        Value::I128(value) => Wide::Signed(value).dynamic(),
        Value::U128(value) => Wide::Unsigned(value).dynamic(),
        Value::F32(value) => Dynamic::from_float(as_written(value)),
        Value::F64(value) => Dynamic::from_float(value),
        Value::Text(text) => Dynamic::from(ImmutableString::from(text)),
        Value::Enum(EnumValue {
            name: Some(name), ..
        }) => Dynamic::from(ImmutableString::from(&*name)),
        Value::Enum(EnumValue { number, .. }) => Wide::Signed(number).dynamic(),
        Value::Flags(flags) => Wide::Unsigned(flags.bits.into()).dynamic(),
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

/// The float that prints with the same digits: 0.1 for the 32-bit 0.1.
fn as_written(value: f32) -> FLOAT {
    let wide = FLOAT::from(value);
    if wide.fract() == 0.0 || !wide.is_finite() {
        return wide;
    }
    value.to_string().parse().unwrap_or(wide)
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
fn element_of(schema: &Schema, id: TypeId) -> TypeId {
    match schema[id].kind {
        Kind::Array { element, .. } => schema.bare(element),
        _ => id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pitfall_09_a_32_bit_float_is_the_float_with_the_same_digits() {
        for (narrow, wide) in [
            (0.1f32, 0.1),
            (1e-8, 1e-8),
            (16_777_216.0, 16_777_216.0),
            (3.402_823_5e38, f64::from(f32::MAX)),
        ] {
            assert_eq!(as_written(narrow), wide);
        }
        assert!(as_written(f32::NAN).is_nan());
    }
}
