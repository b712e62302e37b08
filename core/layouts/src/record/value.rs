//! What the bytes of a place say.

use super::Record;
use super::place::{Place, Shape};
use super::store::{bits_number, bytes_of, integer, scalar_of, signed_number};
use crate::program::{BitsKind, NONE, Program, Type};
use crate::scalar::{Scalar, half_to_f64, unsigned};
use std::fmt::Write;

/// A value of a record, or one to be written into it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// A bool.
    Bool(bool),
    /// An integer.
    Int(i128),
    /// An unsigned integer beyond the range of `i128`.
    Wide(u128),
    /// A floating-point number.
    Float(f64),
    /// A text, the name of an enum's value, or bytes as lower-case hex.
    Text(String),
    /// The elements of an array.
    List(Vec<Value>),
    /// The fields of a struct by name.
    Map(Vec<(String, Value)>),
}

impl From<u128> for Value {
    fn from(value: u128) -> Value {
        i128::try_from(value).map_or(Value::Wide(value), Value::Int)
    }
}

impl Record<'_> {
    /// The value of a scalar, enum, bitfield, bit member or text; hex for an element of a given size that is no text.
    /// None for structs and arrays, which have no value of their own.
    pub fn value(&self, place: Place) -> Option<Value> {
        value(&self.layout.program, place, self.bytes)
    }

    /// The name of the type of a place: `be u16`, `u8[3]`, `bits(4,2)`.
    pub fn type_name(&self, place: Place) -> String {
        match place.field {
            NONE => self
                .layout
                .program
                .type_name(Type::Struct(self.root_struct())),
            _ => kind(&self.layout.program, place),
        }
    }

    fn root_struct(&self) -> u32 {
        self.tree.root().of
    }

    /// The number at a place, without names: that of an enum's value, 0 or 1 of a bool.
    pub fn integer(&self, place: Place) -> Option<i128> {
        integer(&self.layout.program, place, self.bytes)
    }
}

pub(crate) fn value(program: &Program, place: Place, bytes: &[u8]) -> Option<Value> {
    let own = bytes_of(place, bytes)?;
    match place.shape {
        Shape::Leaf(of) => leaf(program, of, own),
        Shape::Bits { of, member, big } => {
            let bits = &program.bitfields[of as usize].members[member as usize];
            let number = bits_number(program, bits, unsigned(own, big));
            Some(match bits.kind {
                BitsKind::Bool => Value::Bool(number != 0),
                BitsKind::Enum(of) => named(program, of, number),
                BitsKind::Unsigned | BitsKind::Signed => Value::Int(number),
            })
        }
        Shape::Array { count, .. } if is_text(program, place) => {
            Some(text(own.get(..count as usize)?))
        }
        Shape::Sized { .. } if is_char(program, place) => Some(text(own)),
        Shape::Sized { .. } => Some(Value::Text(hex(own))),
        Shape::Struct { .. } | Shape::Array { .. } => None,
    }
}

fn leaf(program: &Program, of: Type, own: &[u8]) -> Option<Value> {
    let (scalar, big) = scalar_of(program, of)?;
    let number = signed_number(program, of, own);
    Some(match (of, scalar, number) {
        (Type::Enum(of, _), _, Some(number)) => named(program, of, number),
        (_, Scalar::Bool, _) => Value::Bool(number != Some(0)),
        (_, Scalar::Char, _) => Value::Text(String::from_utf8_lossy(own).into_owned()),
        (_, Scalar::Float(size), _) => Value::Float(float(unsigned(own, big), size)),
        (_, _, Some(number)) => Value::Int(number),
        (_, _, None) => Value::from(unsigned(own, big)),
    })
}

fn float(bits: u128, size: u8) -> f64 {
    match size {
        2 => half_to_f64(bits as u16),
        4 => f32::from_bits(bits as u32).into(),
        _ => f64::from_bits(bits as u64),
    }
}

fn named(program: &Program, of: u32, number: i128) -> Value {
    let known = program.enums[of as usize]
        .values
        .iter()
        .find(|(_, value)| *value == number);
    known.map_or(Value::Int(number), |(name, _)| {
        Value::Text(program.name(*name).to_owned())
    })
}

/// The text before the first 0.
fn text(bytes: &[u8]) -> Value {
    let end = bytes
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(bytes.len());
    Value::Text(String::from_utf8_lossy(&bytes[..end]).into_owned())
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

pub(crate) fn is_char(program: &Program, place: Place) -> bool {
    matches!(program.field(place.field).of, Type::Scalar(Scalar::Char, _))
}

/// Whether it is an array that reads as one text.
pub(crate) fn is_text(program: &Program, place: Place) -> bool {
    let is_array = matches!(place.shape, Shape::Array { .. });
    is_array && is_char(program, place) && program.field(place.field).size.is_none()
}

/// What the type of a place is called.
pub(crate) fn kind(program: &Program, place: Place) -> String {
    match place.shape {
        Shape::Leaf(of) => program.type_name(of),
        Shape::Struct { of, .. } => program.type_name(Type::Struct(of)),
        Shape::Array { count, .. } | Shape::Sized { count } => {
            format!(
                "{}[{count}]",
                program.type_name(program.field(place.field).of)
            )
        }
        Shape::Bits { of, member, .. } => {
            let bits = &program.bitfields[of as usize].members[member as usize];
            let word = match bits.kind {
                BitsKind::Unsigned => "bits",
                BitsKind::Signed => "sbits",
                BitsKind::Bool => "bool",
                BitsKind::Enum(of) => program.name(program.enums[of as usize].name),
            };
            format!("{word}({},{})", bits.shift, bits.width)
        }
    }
}
