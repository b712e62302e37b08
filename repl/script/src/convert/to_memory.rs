//! Values of scripts for memory.

use std::sync::Arc;
use std::time::Duration;

use memglass::schema::{Kind, Metadata, Schema, TypeId, Variant, named};
use memglass::{EnumValue, Reason, Refusal, Value};
use memglass_value::duration::{UNIT_NAMES, Unit};
use memglass_value::number::Integer;
use rhai::{Array, Blob, Dynamic, FLOAT, INT, ImmutableString, Map};

use super::noun;
use crate::flags::FlagSet;
use crate::object_list::ObjectList;
use crate::place::Place;
use crate::{marks, wide};

/// From here on, a float may stand for several integers.
const EXACT_FLOATS: FLOAT = (1u64 << 53) as FLOAT;

type Result<T> = std::result::Result<T, Refusal>;

/// A script's value for a place of this type, which is annotated like this.
///
/// Where the type decides what a value means, the result is exactly what reading the place would give:
/// so a snapshot can be written back although some members are read-only.
///
/// # Errors
///
/// What is wrong with it, and at which part of it. What is a value, but not one for this place, passes:
/// the observer says what is allowed there.
pub(crate) fn for_type(
    value: &Dynamic,
    schema: &Schema,
    id: TypeId,
    metadata: &Metadata,
) -> Result<Value> {
    let ty = &schema[schema.bare(id)];
    if let (Kind::Int { signed }, Ok(number), true) =
        (&ty.kind, value.as_int(), metadata.names.is_empty())
    {
        // What nearly all writes are.
        return Ok(sized(number.into(), *signed, ty.size));
    }
    if let Some(place) = value.read_lock::<Place>() {
        return of_place(&place);
    }
    if let (Kind::Int { .. } | Kind::Float, Some(duration)) =
        (&ty.kind, value.read_lock::<Duration>())
    {
        let unit = Unit::declared(metadata).ok_or_else(|| no_time(metadata))?;
        return for_type(
            &wide::of_number(unit.count(*duration)),
            schema,
            id,
            metadata,
        );
    }
    match &ty.kind {
        Kind::Enum { variants, .. } => for_named(value, variants),
        Kind::Int { .. } if !metadata.names.is_empty() => for_named(value, &metadata.names),
        Kind::Int { signed } => for_integer(value, *signed, ty.size),
        Kind::Pointer { .. } => for_integer(value, false, ty.size),
        Kind::Float if ty.size == 4 => for_float32(value),
        Kind::Float => for_float(value),
        Kind::Struct { .. } | Kind::Union { .. } => for_record(value, schema, id),
        Kind::Array { element, .. } => for_list(value, schema, *element, metadata),
        _ => untyped(value),
    }
}

/// The refusal of a duration for a number that is no time.
fn no_time(metadata: &Metadata) -> Refusal {
    let expected = match &metadata.unit {
        Some(unit) => format!("a number, as its unit {unit:?} is not a time ({UNIT_NAMES})"),
        None => format!("a number, as it declares no unit of time ({UNIT_NAMES})"),
    };
    refusal(Reason::Kind {
        expected,
        found: "a duration".into(),
    })
}

fn of_place(place: &Place) -> Result<Value> {
    place.node.read().map_err(|why| {
        refusal(Reason::Kind {
            expected: "a value".into(),
            found: why,
        })
    })
}

/// A name of an enum as the value it is; an unknown one stays text, for the observer to refuse.
fn for_named(value: &Dynamic, variants: &[Variant]) -> Result<Value> {
    let found = match untyped(value)? {
        Value::Text(text) => match named(&text, variants, |variant| &variant.name) {
            Some(variant) => variant,
            None => return Ok(Value::Text(text)),
        },
        Value::I64(number) => match variants
            .iter()
            .find(|variant| variant.value == i128::from(number))
        {
            Some(variant) => variant,
            None => {
                return Ok(Value::Enum(EnumValue {
                    number: number.into(),
                    name: None,
                }));
            }
        },
        other => return Ok(other),
    };
    Ok(Value::Enum(EnumValue {
        number: found.value,
        name: Some(found.name.clone()),
    }))
}

fn for_integer(value: &Dynamic, signed: bool, size: u64) -> Result<Value> {
    if let Ok(number) = value.as_float() {
        return of_float(number, signed, size);
    }
    let wanted = || {
        let kind = if signed { 'i' } else { 'u' };
        format!("an integer for {kind}{}", 8 * size)
    };
    match from_script(value).ok_or_else(|| wrong_kind(wanted(), value))? {
        Value::I128(number) => Ok(sized(number, signed, size)),
        other => Ok(other),
    }
}

/// The variant that a field of this kind reads as, if it holds the number.
fn sized(number: i128, signed: bool, size: u64) -> Value {
    match (signed, size) {
        (true, ..16) => i64::try_from(number).map_or(Value::I128(number), Value::I64),
        (true, _) => Value::I128(number),
        (false, ..16) => u64::try_from(number).map_or(Value::I128(number), Value::U64),
        (false, _) => u128::try_from(number).map_or(Value::I128(number), Value::U128),
    }
}

/// A float as the integer it is; a fraction stays, for the observer to refuse.
fn of_float(number: FLOAT, signed: bool, size: u64) -> Result<Value> {
    if number.fract() != 0.0 || !number.is_finite() {
        return Ok(Value::F64(number));
    }
    if number.abs() >= EXACT_FLOATS {
        return Err(refusal(Reason::Kind {
            expected: "all digits, written as u64(\"…\") or i128(\"…\")".into(),
            found: format!("the rounded {number:e}"),
        }));
    }
    Ok(sized((number as INT).into(), signed, size))
}

fn for_float(value: &Dynamic) -> Result<Value> {
    match wide::number(value) {
        Some(number) => Ok(Value::F64(number.as_f64())),
        None => from_script(value).ok_or_else(|| wrong_kind("a number".into(), value)),
    }
}

fn for_float32(value: &Dynamic) -> Result<Value> {
    let Value::F64(number) = for_float(value)? else {
        return untyped(value);
    };
    let narrow = number as f32;
    if number.is_finite() && !narrow.is_finite() {
        return Err(refusal(Reason::Fit {
            value: format!("{number:e}"),
            type_name: "f32".into(),
            low: format!("{:e}", f32::MIN),
            high: format!("{:e}", f32::MAX),
        }));
    }
    Ok(Value::F32(narrow))
}

fn for_record(value: &Dynamic, schema: &Schema, id: TypeId) -> Result<Value> {
    let bare = schema.bare(id);
    let Some(map) = value.read_lock::<Map>() else {
        let name = &schema[bare].name;
        return Err(wrong_kind(format!("a map #{{…}} or another {name}"), value));
    };
    let members = map.iter().map(|(name, value)| {
        let member = match schema.member(bare, name) {
            Some(member) => for_type(value, schema, member.type_id, &member.metadata),
            None => untyped(value),
        };
        let member = member.map_err(|refusal| inside(name.to_string(), refusal));
        Ok((Arc::from(name.as_str()), member?))
    });
    members.collect::<Result<_>>().map(Value::Record)
}

/// The same for a list of places of this type.
pub(crate) fn for_list(
    value: &Dynamic,
    schema: &Schema,
    element: TypeId,
    metadata: &Metadata,
) -> Result<Value> {
    if let Some(bytes) = value.read_lock::<Blob>() {
        let bytes = bytes.iter().map(|byte| Value::U64((*byte).into()));
        return Ok(Value::List(bytes.collect()));
    }
    let Some(elements) = value.read_lock::<Array>() else {
        return Err(wrong_kind("an array […]".into(), value));
    };
    let values = elements.iter().enumerate().map(|(index, value)| {
        for_type(value, schema, element, metadata)
            .map_err(|refusal| inside(format!("[{index}]"), refusal))
    });
    values.collect::<Result<_>>().map(Value::List)
}

/// A script's value where the type of the place says nothing about it.
fn untyped(value: &Dynamic) -> Result<Value> {
    match from_script(value) {
        // What was read as an address is written as the number that it is for scripts.
        Some(Value::Address(address)) => Ok(Integer::from(address).value()),
        Some(value) => Ok(value),
        None => Err(wrong_kind("a value".into(), value)),
    }
}

fn wrong_kind(expected: String, found: &Dynamic) -> Refusal {
    refusal(Reason::Kind {
        expected,
        found: noun(found),
    })
}

fn refusal(reason: Reason) -> Refusal {
    Refusal {
        path: String::new(),
        reason: Box::new(reason),
    }
}

/// The refusal of a part, seen from the whole.
fn inside(step: String, refusal: Refusal) -> Refusal {
    let path = match refusal.path.as_str() {
        "" => step,
        path if path.starts_with('[') => step + path,
        path => format!("{step}.{path}"),
    };
    Refusal { path, ..refusal }
}

/// A script's value by itself; `None` for what is no value, such as `()` or a function.
pub(crate) fn from_script(value: &Dynamic) -> Option<Value> {
    if let Some(number) = wide::number(value) {
        let known = number.value();
        return Some(match known.as_i128() {
            Some(address) if marks::is_address(value, number) => Value::Address(address as u64),
            _ => known,
        });
    }
    if let Some(text) = value.read_lock::<ImmutableString>() {
        return Some(Value::Text(text.to_string()));
    }
    if let Some(elements) = value.read_lock::<Array>() {
        return elements
            .iter()
            .map(from_script)
            .collect::<Option<_>>()
            .map(Value::List);
    }
    if let Some(map) = value.read_lock::<Map>() {
        let members = map
            .iter()
            .map(|(name, value)| Some((Arc::from(name.as_str()), from_script(value)?)));
        return members.collect::<Option<_>>().map(Value::Record);
    }
    if let Some(place) = value.read_lock::<Place>() {
        return place.value().ok();
    }
    if let Some(list) = value.read_lock::<ObjectList>() {
        let values = list.places().map(|place| place.ok()?.1.value().ok());
        return values.collect::<Option<_>>().map(Value::List);
    }
    small(value)
}

fn small(value: &Dynamic) -> Option<Value> {
    if let Ok(truth) = value.as_bool() {
        return Some(Value::Bool(truth));
    }
    if let Ok(character) = value.as_char() {
        return Some(Value::Text(character.to_string()));
    }
    value
        .read_lock::<FlagSet>()
        .map(|flags| Value::Flags(flags.value()))
}
