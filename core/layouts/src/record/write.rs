//! Writing values into the bytes of a record. Nothing moves.

use super::Record;
use super::path::FindError;
use super::place::{Place, Shape};
use super::store::{self, scalar_of};
use super::value::{Value, is_text};
use crate::error_kind::Kind;
use crate::program::{BitsKind, Count, NONE, Program, Type};
use crate::scalar::{self, Scalar, half_from_f64, is_signed_number};
use thiserror::Error;

/// Why a value cannot be written, or a record cannot be made. Nothing has changed then.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The record has no such field.
    #[error("no field {path:?}")]
    NoField {
        /// Its path.
        path: String,
    },
    /// A fault of the record stands at or before the field.
    #[error("{path:?} cannot be reached: {kind} at or before it")]
    Hidden {
        /// Its path.
        path: String,
        /// The fault.
        kind: Kind,
    },
    /// Other fields are found by this one.
    #[error("the layout depends on {path:?}; `force` writes it if that is meant")]
    LayoutField {
        /// Its path.
        path: String,
    },
    /// It has no value of its own.
    #[error("{path:?} is no single value; write its fields")]
    NotWritable {
        /// Its path.
        path: String,
    },
    /// The value is not one that the type has.
    #[error("{path:?} of type {of} cannot be {value}")]
    BadValue {
        /// Its path.
        path: String,
        /// Its type.
        of: String,
        /// What was to be written.
        value: String,
    },
    /// The value has another length.
    #[error("{path:?} has a length of {expected}, the value one of {found}")]
    BadCount {
        /// Its path.
        path: String,
        /// How many elements or bytes there is room for.
        expected: u64,
        /// How many the value has.
        found: u64,
    },
    /// The record cannot be made without a value.
    #[error("no value for {path:?}, and it does not follow from the others")]
    Missing {
        /// Its path.
        path: String,
    },
    /// A struct of a declared or given size has no room for one of its parts.
    #[error("{path:?} does not fit into the {room} bytes of {}", part(around))]
    Full {
        /// The path of the part.
        path: String,
        /// The path of the struct; empty for the record.
        around: String,
        /// How many bytes the struct has.
        room: u64,
    },
    /// The record is larger than its room.
    #[error("{} does not fit: there is room for {capacity} bytes", part(at))]
    Capacity {
        /// The path of the first part that does not fit; empty for the record.
        at: String,
        /// How many bytes there are.
        capacity: usize,
    },
}

/// What an error calls a part that may be the record itself.
fn part(path: &str) -> String {
    match path {
        "" => "the record".to_owned(),
        path => format!("{path:?}"),
    }
}

impl WriteError {
    /// The path that it is about; empty for the record as a whole.
    pub fn path(&self) -> &str {
        match self {
            WriteError::NoField { path }
            | WriteError::Hidden { path, .. }
            | WriteError::LayoutField { path }
            | WriteError::NotWritable { path }
            | WriteError::BadValue { path, .. }
            | WriteError::BadCount { path, .. }
            | WriteError::Full { path, .. }
            | WriteError::Missing { path } => path,
            WriteError::Capacity { .. } => "",
        }
    }

    /// The word for it: "BadValue", or the fault that hides the field.
    pub fn word(&self) -> String {
        match self {
            WriteError::Hidden { kind, .. } => return kind.to_string(),
            WriteError::NoField { .. } => "NoField",
            WriteError::Full { .. } => "Truncated",
            WriteError::LayoutField { .. } => "LayoutField",
            WriteError::NotWritable { .. } => "NotWritable",
            WriteError::BadValue { .. } => "BadValue",
            WriteError::BadCount { .. } => "BadCount",
            WriteError::Missing { .. } => "Missing",
            WriteError::Capacity { .. } => "Capacity",
        }
        .to_owned()
    }
}

impl From<FindError> for WriteError {
    fn from(error: FindError) -> WriteError {
        match error {
            FindError::NoField { path } => WriteError::NoField { path },
            FindError::Hidden { path, kind } => WriteError::Hidden { path, kind },
        }
    }
}

/// Whether fields may be written that the layout depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Force {
    /// They may not.
    No,
    /// They may: what follows them is read differently from then on.
    Yes,
}

impl Record<'_> {
    /// The bytes of the record with new values in them: of scalars, bit members, texts, arrays of scalars of the same
    /// length. All are written or none.
    ///
    /// # Errors
    ///
    /// [`WriteError`] for the first value that cannot be written.
    pub fn written(&self, values: &[(&str, Value)], force: Force) -> Result<Vec<u8>, WriteError> {
        let program = &self.layout.program;
        let mut bytes = self.bytes.to_vec();
        for (path, value) in values {
            let place = self.find(path)?;
            if force == Force::No && is_bearing(program, place) {
                return Err(WriteError::LayoutField {
                    path: (*path).to_owned(),
                });
            }
            encode(program, place, value, &mut bytes, path)?;
            refuse_end(program, place, value, &bytes, path)?;
        }
        Ok(bytes)
    }

    /// Whether the layout of the record depends on what stands at the place.
    pub fn bears_layout(&self, place: Place) -> bool {
        is_bearing(&self.layout.program, place)
    }
}

fn is_bearing(program: &Program, place: Place) -> bool {
    if place.field == NONE {
        return false;
    }
    let field = program.field(place.field);
    match place.shape {
        Shape::Bits { member, .. } => field.bearing || field.bearing_bits >> member & 1 == 1,
        Shape::Struct { .. } => false,
        _ => field.is_bearing(),
    }
}

fn bad_value(program: &Program, place: Place, value: &Value, path: &str) -> WriteError {
    let of = super::value::kind(program, place);
    WriteError::BadValue {
        path: path.to_owned(),
        of,
        value: shown(value),
    }
}

pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Wide(value) => value.to_string(),
        Value::Float(value) => value.to_string(),
        Value::Text(value) => format!("{value:?}"),
        Value::List(values) => format!("a list of {}", values.len()),
        Value::Map(_) => "a map".to_owned(),
    }
}

/// Stores a value at its place.
pub(crate) fn encode(
    program: &Program,
    place: Place,
    value: &Value,
    bytes: &mut [u8],
    path: &str,
) -> Result<(), WriteError> {
    let refused = || bad_value(program, place, value, path);
    let range = place.offset as usize..(place.offset + place.size) as usize;
    match (place.shape, value) {
        (Shape::Leaf(of), _) => {
            let number = leaf_bits(program, of, value).ok_or_else(refused)?;
            let (_, big) = scalar_of(program, of).ok_or_else(refused)?;
            scalar::store(&mut bytes[range], number, big);
            Ok(())
        }
        (Shape::Bits { of, member, big }, _) => {
            let bits = &program.bitfields[of as usize].members[member as usize];
            let number = number_for_bits(program, bits.kind, value).ok_or_else(refused)?;
            let fits = match bits.kind {
                BitsKind::Bool => number == 0 || number == 1,
                _ if store::is_signed(program, bits) => is_signed_number(number, bits.width),
                _ => number >= 0 && number >> bits.width == 0,
            };
            if !fits {
                return Err(refused());
            }
            store::store_bits(&mut bytes[range], bits, number, big);
            Ok(())
        }
        (Shape::Array { .. } | Shape::Sized { .. }, Value::Text(text)) => {
            let own = text_bytes(program, place, text).ok_or_else(refused)?;
            fill(
                text_room(place),
                &own,
                &mut bytes[range],
                keeps_length(program, place),
                path,
            )
        }
        (Shape::Array { count, .. } | Shape::Sized { count }, Value::List(values)) => {
            if matches!(program.field(place.field).of, Type::Struct(_))
                || has_sized_elements(program, place)
            {
                return Err(WriteError::NotWritable {
                    path: path.to_owned(),
                });
            }
            if count != values.len() as u64 {
                let found = values.len() as u64;
                return Err(WriteError::BadCount {
                    path: path.to_owned(),
                    expected: count,
                    found,
                });
            }
            list(program, place, values, bytes, path)
        }
        (Shape::Array { .. }, _) if is_text(program, place) => Err(refused()),
        (Shape::Array { .. }, _) if matches!(program.field(place.field).of, Type::Struct(_)) => {
            Err(WriteError::NotWritable {
                path: path.to_owned(),
            })
        }
        (Shape::Array { .. }, _) if has_sized_elements(program, place) => {
            Err(WriteError::NotWritable {
                path: path.to_owned(),
            })
        }
        (Shape::Struct { .. }, _) => Err(WriteError::NotWritable {
            path: path.to_owned(),
        }),
        (Shape::Array { .. } | Shape::Sized { .. }, _) => Err(refused()),
    }
}

/// Whether it is an array whose elements have given sizes.
fn has_sized_elements(program: &Program, place: Place) -> bool {
    matches!(place.shape, Shape::Array { .. }) && program.field(place.field).size.is_some()
}

fn keeps_length(program: &Program, place: Place) -> bool {
    matches!(program.field(place.field).count, Count::Until(_)) || !is_char_field(program, place)
}

fn is_char_field(program: &Program, place: Place) -> bool {
    matches!(program.field(place.field).of, Type::Scalar(Scalar::Char, _))
}

fn text_room(place: Place) -> u64 {
    match place.shape {
        Shape::Array { count, .. } => count,
        _ => place.size,
    }
}

/// The bytes of a text, or of hex digits where the elements are no characters.
fn text_bytes(program: &Program, place: Place, text: &str) -> Option<Vec<u8>> {
    let field = program.field(place.field);
    if is_char_field(program, place) && !has_sized_elements(program, place) {
        let own = text.as_bytes();
        let is_end = |byte: &u8| {
            *byte == 0 || matches!(field.count, Count::Until(end) if end == i128::from(*byte))
        };
        return (!own.iter().any(is_end)).then(|| own.to_vec());
    }
    let is_hex = matches!(place.shape, Shape::Sized { .. })
        && text.len().is_multiple_of(2)
        && text.is_ascii();
    let pairs = is_hex.then(|| text.as_bytes().chunks(2))?;
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    pairs.map(byte).collect()
}

fn fill(
    room: u64,
    own: &[u8],
    bytes: &mut [u8],
    exact: bool,
    path: &str,
) -> Result<(), WriteError> {
    let found = own.len() as u64;
    if found > room || (exact && found < room) {
        return Err(WriteError::BadCount {
            path: path.to_owned(),
            expected: room,
            found,
        });
    }
    bytes[..room as usize].fill(0);
    bytes[..own.len()].copy_from_slice(own);
    Ok(())
}

fn list(
    program: &Program,
    place: Place,
    values: &[Value],
    bytes: &mut [u8],
    path: &str,
) -> Result<(), WriteError> {
    let field = program.field(place.field);
    let size = program.size_of(field.of).unwrap_or(1);
    for (i, value) in values.iter().enumerate() {
        let offset = place.offset + i as u64 * size;
        let element = Place {
            offset,
            size,
            shape: Shape::Leaf(field.of),
            ..place
        };
        let path = format!("{path}[{i}]");
        encode(program, element, value, bytes, &path)?;
        refuse_end(program, element, value, bytes, &path)?;
    }
    Ok(())
}

/// Refuses an element that would end its array.
fn refuse_end(
    program: &Program,
    element: Place,
    value: &Value,
    bytes: &[u8],
    path: &str,
) -> Result<(), WriteError> {
    let ends_array = match (element.shape, &program.field(element.field).count) {
        (Shape::Leaf(_), Count::Until(end)) => {
            store::integer(program, element, bytes) == Some(*end)
        }
        _ => false,
    };
    if ends_array {
        Err(bad_value(program, element, value, path))
    } else {
        Ok(())
    }
}

/// The bits that stand for a value of a scalar, enum or bitfield.
fn leaf_bits(program: &Program, of: Type, value: &Value) -> Option<u128> {
    let (scalar, _) = scalar_of(program, of)?;
    match (of, scalar, value) {
        (_, Scalar::Float(size), _) => float_bits(value, size),
        (Type::Enum(of, _), _, Value::Text(name)) => {
            enum_number(program, of, name).map(|number| number as u128)
        }
        (_, Scalar::Bool, Value::Bool(value)) => Some((*value).into()),
        (_, Scalar::Char, Value::Text(text)) => match text.as_bytes() {
            [byte] => Some((*byte).into()),
            _ => None,
        },
        (Type::Bitfield(of, _), _, _) => {
            let bits = program.bitfields[of as usize]
                .members
                .iter()
                .map(|bits| bits.shift + bits.width)
                .max();
            let whole = unsigned_value(value)?;
            let widest = u32::from(program.bitfields[of as usize].size) * 8;
            let room = widest.max(bits.unwrap_or(0)).min(128);
            (room == 128 || whole >> room == 0).then_some(whole)
        }
        (_, Scalar::Unsigned(16), Value::Wide(value)) => Some(*value),
        (_, Scalar::Bool, _) => None,
        (_, _, Value::Int(value)) => scalar.holds(*value).then_some(*value as u128),
        _ => None,
    }
}

fn unsigned_value(value: &Value) -> Option<u128> {
    match value {
        Value::Int(value) => u128::try_from(*value).ok(),
        Value::Wide(value) => Some(*value),
        _ => None,
    }
}

fn float_bits(value: &Value, size: u8) -> Option<u128> {
    let value = match value {
        Value::Float(value) => *value,
        Value::Int(value) => *value as f64,
        Value::Text(text) => match text.as_str() {
            "nan" => f64::NAN,
            "inf" => f64::INFINITY,
            "-inf" => f64::NEG_INFINITY,
            _ => return None,
        },
        _ => return None,
    };
    let (bits, is_infinite) = match size {
        2 => {
            let bits = half_from_f64(value);
            (bits.into(), bits & 0x7fff == 0x7c00)
        }
        4 => (
            (value as f32).to_bits().into(),
            (value as f32).is_infinite(),
        ),
        _ => (value.to_bits().into(), value.is_infinite()),
    };
    // A finite number that the type is too small for is no value of it.
    (is_infinite == value.is_infinite()).then_some(bits)
}

fn enum_number(program: &Program, of: u32, name: &str) -> Option<i128> {
    let values = &program.enums[of as usize].values;
    values
        .iter()
        .find(|(known, _)| program.name(*known) == name)
        .map(|(_, number)| *number)
}

fn number_for_bits(program: &Program, kind: BitsKind, value: &Value) -> Option<i128> {
    match (kind, value) {
        (BitsKind::Bool, Value::Bool(value)) => Some((*value).into()),
        (BitsKind::Bool, _) => None,
        (BitsKind::Enum(of), Value::Text(name)) => enum_number(program, of, name),
        (_, Value::Int(value)) => Some(*value),
        _ => None,
    }
}
