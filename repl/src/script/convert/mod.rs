//! Values of memory to values of scripts and back; nothing else converts.
//!
//! | memory | script |
//! |---|---|
//! | integers | an integer; one that 64 signed bits do not hold is a [`Wide`] |
//! | `f64` | a float |
//! | `f32` | the float with the same shortest digits, so that `p.ratio == 0.1` holds |
//! | enum | its name, a [symbol](super::symbols); its number if it has none |
//! | flags | a [`FlagSet`] |
//! | text | a string |
//! | struct, array, union | a proxy; in a snapshot a map or an array |
//!
//! On the way back the type of the place decides what a script's value means; whether it is allowed there
//! is for [`memglass::Field::write`] to say.

use std::rc::Rc;
use std::sync::Arc;

use memglass::schema::{self, Kind, Metadata, Schema, TypeId, Variant};
use memglass::{EnumValue, Field, Value};
use rhai::{Array, Blob, Dynamic, EvalAltResult, FLOAT, INT, ImmutableString, Map};

use super::error::raise;
use super::flags::{FlagNames, FlagSet};
use super::place::Place;
use super::symbols::{Enumeration, Symbols};
use super::wide::Wide;

/// From here on, a float may stand for several integers.
const EXACT_FLOATS: FLOAT = (1u64 << 53) as FLOAT;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// What the numbers of a scalar mean.
#[derive(Clone)]
pub(crate) enum Meaning {
    /// Themselves.
    Plain,
    /// Some have names.
    Names(Rc<Enumeration>),
    /// Their bits have names.
    Flags(Rc<FlagNames>),
}

impl Meaning {
    /// By a field's type and its own annotations.
    pub(crate) fn of(field: &Field, symbols: &Symbols) -> Self {
        let info = field.info();
        let bare = field.schema().bare(field.type_id());
        if !info.metadata.names.is_empty() {
            return Self::annotated(
                field.schema(),
                bare,
                field.path(),
                &info.metadata.names,
                symbols,
            );
        }
        if !info.metadata.flags.is_empty() {
            return Meaning::Flags(Rc::new(FlagNames {
                name: info.type_name,
                flags: info.metadata.flags.clone(),
            }));
        }
        Self::of_type(field.schema(), bare, symbols)
    }

    fn of_type(schema: &Schema, id: TypeId, symbols: &Symbols) -> Self {
        let ty = &schema[id];
        match &ty.kind {
            Kind::Enum { variants, .. } => {
                Meaning::Names(symbols.enumeration(schema.hash_of(id), &ty.name, variants))
            }
            Kind::Flags { flags } => Meaning::Flags(Rc::new(FlagNames {
                name: ty.name.to_string(),
                flags: flags.clone(),
            })),
            _ => Meaning::Plain,
        }
    }

    /// Names that an integer field has by annotation: an enum of its own.
    fn annotated(
        schema: &Schema,
        id: TypeId,
        name: &str,
        names: &[Variant],
        symbols: &Symbols,
    ) -> Self {
        use std::hash::{BuildHasher, Hash, Hasher};
        let mut hasher = foldhash::fast::FixedState::default().build_hasher();
        for variant in names {
            (&variant.name, variant.value).hash(&mut hasher);
        }
        let hash = schema.hash_of(id) ^ (u128::from(hasher.finish()) << 1 | 1);
        Meaning::Names(symbols.enumeration(hash, name, names))
    }

    fn of_member(schema: &Schema, member: &schema::Field, symbols: &Symbols) -> Self {
        let bare = schema.bare(member.type_id);
        if !member.metadata.names.is_empty() {
            return Self::annotated(schema, bare, &member.name, &member.metadata.names, symbols);
        }
        if !member.metadata.flags.is_empty() {
            let flags = member.metadata.flags.clone();
            return Meaning::Flags(Rc::new(FlagNames {
                name: member.name.to_string(),
                flags,
            }));
        }
        Self::of_type(schema, bare, symbols)
    }
}

/// A scalar for a script.
pub(crate) fn leaf(value: Value, meaning: &Meaning) -> Dynamic {
    match (value, meaning) {
        (Value::Enum(value), Meaning::Names(names)) => named(value.number, names),
        (Value::Flags(flags), Meaning::Flags(of)) => Dynamic::from(FlagSet {
            bits: flags.bits,
            of: of.clone(),
        }),
        (value, _) => scalar(value),
    }
}

fn named(number: i128, names: &Enumeration) -> Dynamic {
    match names.text(number) {
        Some(text) => Dynamic::from(text.clone()),
        None => Wide::Signed(number).dynamic(),
    }
}

fn scalar(value: Value) -> Dynamic {
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

/// A script's value for a place of this type, which is annotated like this.
///
/// Where the type decides what a value means, the result is exactly what reading the place would give:
/// so a snapshot can be written back although some members are read-only.
pub(crate) fn for_type(
    value: &Dynamic,
    schema: &Schema,
    id: TypeId,
    metadata: &Metadata,
    path: &str,
) -> Result<Value> {
    if let Some(place) = value.read_lock::<Place>() {
        return place.value();
    }
    let bare = schema.bare(id);
    let ty = &schema[bare];
    match &ty.kind {
        Kind::Enum { variants, .. } => for_named(value, variants, path),
        Kind::Int { .. } if !metadata.names.is_empty() => for_named(value, &metadata.names, path),
        Kind::Int { signed } => for_integer(value, *signed, ty.size, path),
        Kind::Pointer { .. } => for_integer(value, false, ty.size, path),
        Kind::Float if ty.size == 4 => for_float32(value, path),
        Kind::Float => for_float(value, path),
        Kind::Struct { .. } | Kind::Union { .. } => for_record(value, schema, bare, path),
        Kind::Array { element, .. } => for_list(value, schema, *element, metadata, path),
        _ => untyped(value, path),
    }
}

/// A name of an enum as the value it is; an unknown one stays text, for the observer to refuse.
fn for_named(value: &Dynamic, variants: &[Variant], path: &str) -> Result<Value> {
    let found = match untyped(value, path)? {
        Value::Text(text) => match variants.iter().find(|variant| *variant.name == text) {
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

fn for_integer(value: &Dynamic, signed: bool, size: u64, path: &str) -> Result<Value> {
    if let Ok(number) = value.as_float() {
        return whole_float(number, path).map(|number| sized(number.into(), signed, size));
    }
    match untyped(value, path)? {
        Value::I64(number) => Ok(sized(number.into(), signed, size)),
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

fn whole_float(number: FLOAT, path: &str) -> Result<INT> {
    if number.fract() != 0.0 || !number.is_finite() {
        return Err(raise(format_args!(
            "{path} holds whole numbers, not {number}"
        )));
    }
    if number.abs() >= EXACT_FLOATS {
        return Err(raise(format_args!(
            "{number:e} for {path} is a rounded number; write it as u64(\"…\") or i128(\"…\")"
        )));
    }
    Ok(number as INT)
}

fn for_float(value: &Dynamic, path: &str) -> Result<Value> {
    match Wide::of(value) {
        Some(number) => Ok(Value::F64(number.as_float())),
        None => untyped(value, path),
    }
}

fn for_float32(value: &Dynamic, path: &str) -> Result<Value> {
    let Value::F64(number) = for_float(value, path)? else {
        return untyped(value, path);
    };
    let narrow = number as f32;
    if number.is_finite() && !narrow.is_finite() {
        return Err(raise(format_args!(
            "{number:e} is too large for {path}, a 32-bit float"
        )));
    }
    Ok(Value::F32(narrow))
}

fn for_record(value: &Dynamic, schema: &Schema, id: TypeId, path: &str) -> Result<Value> {
    let Some(map) = value.read_lock::<Map>() else {
        let name = &schema[id].name;
        return Err(raise(format_args!(
            "{path} is a {name}: assign a map #{{…}} or another {name}, not {}",
            noun(value)
        )));
    };
    let members = map.iter().map(|(name, value)| {
        let below = format!("{path}.{name}");
        let value = match schema.member(id, name) {
            Some(member) => for_type(value, schema, member.type_id, &member.metadata, &below)?,
            None => untyped(value, &below)?,
        };
        Ok((Arc::from(name.as_str()), value))
    });
    members.collect::<Result<_>>().map(Value::Record)
}

fn for_list(
    value: &Dynamic,
    schema: &Schema,
    element: TypeId,
    metadata: &Metadata,
    path: &str,
) -> Result<Value> {
    if let Some(bytes) = value.read_lock::<Blob>() {
        return Ok(Value::List(
            bytes
                .iter()
                .map(|byte| Value::U64((*byte).into()))
                .collect(),
        ));
    }
    let Some(elements) = value.read_lock::<Array>() else {
        return Err(raise(format_args!(
            "{path} is an array: assign an array […], not {}",
            noun(value)
        )));
    };
    let elements = elements.iter().enumerate();
    let values = elements.map(|(index, value)| {
        for_type(
            value,
            schema,
            element,
            metadata,
            &format!("{path}[{index}]"),
        )
    });
    values.collect::<Result<_>>().map(Value::List)
}

/// A script's value where the type of the place says nothing about it.
fn untyped(value: &Dynamic, path: &str) -> Result<Value> {
    from_script(value)
        .ok_or_else(|| raise(format_args!("{} cannot be stored in {path}", noun(value))))
}

/// A script's value by itself; `None` for what is no value, such as `()` or a function.
pub(crate) fn from_script(value: &Dynamic) -> Option<Value> {
    if let Some(number) = Wide::of(value) {
        return Some(value.as_int().map_or_else(|_| number.value(), Value::I64));
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
    small(value)
}

fn small(value: &Dynamic) -> Option<Value> {
    if let Ok(number) = value.as_float() {
        return Some(Value::F64(number));
    }
    if let Ok(truth) = value.as_bool() {
        return Some(Value::Bool(truth));
    }
    if let Ok(character) = value.as_char() {
        return Some(Value::Text(character.to_string()));
    }
    value.read_lock::<FlagSet>().map(|flags| flags.value())
}

/// Whether two scalars of a script are the same value of the same type, bit by bit.
pub(crate) fn is_same(a: &Dynamic, b: &Dynamic) -> bool {
    if let (Ok(a), Ok(b)) = (a.as_int(), b.as_int()) {
        return a == b;
    }
    if let (Ok(a), Ok(b)) = (a.as_float(), b.as_float()) {
        return a.to_bits() == b.to_bits();
    }
    if let (Ok(a), Ok(b)) = (a.as_bool(), b.as_bool()) {
        return a == b;
    }
    if let (Some(a), Some(b)) = (
        a.read_lock::<ImmutableString>(),
        b.read_lock::<ImmutableString>(),
    ) {
        return *a == *b;
    }
    if let (Some(a), Some(b)) = (a.read_lock::<Wide>(), b.read_lock::<Wide>()) {
        return *a == *b;
    }
    matches!((a.read_lock::<FlagSet>(), b.read_lock::<FlagSet>()), (Some(a), Some(b)) if a.bits == b.bits)
}

/// What a value of a script is called in a message.
pub(crate) fn noun(value: &Dynamic) -> String {
    match value {
        value if value.is_unit() => "()".into(),
        value if value.is::<INT>() || value.is::<Wide>() => "an integer".into(),
        value if value.is_float() => "a float".into(),
        value if value.is_bool() => "a bool".into(),
        value if value.is_string() => "text".into(),
        value if value.is_char() => "a character".into(),
        value if value.is_array() => "an array".into(),
        value if value.is_map() => "a map".into(),
        value if value.is::<FlagSet>() => "a flag set".into(),
        value if value.is::<std::time::Duration>() => "a duration".into(),
        value if value.is_fnptr() => "a function".into(),
        value => match value.read_lock::<Place>() {
            Some(place) => format!("{} ({})", place.path(), place.type_name()),
            None => value.type_name().into(),
        },
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

    #[test]
    fn pitfall_08_integers_of_every_width_keep_their_value() {
        for value in [
            Value::U64(u64::MAX),
            Value::I128(i128::MIN),
            Value::U128(u128::MAX),
            Value::I64(i64::MIN),
        ] {
            let expected = value.to_string();
            let back = from_script(&scalar(value)).expect("an integer is a value");
            assert_eq!(back.to_string(), expected);
        }
    }

    #[test]
    fn what_is_no_value_is_none() {
        assert_eq!(from_script(&Dynamic::UNIT), None);
        assert_eq!(from_script(&Dynamic::from_array(vec![Dynamic::UNIT])), None);
    }
}
