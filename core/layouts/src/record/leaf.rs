//! What the single values of a record are, for those who have types of their own.

use super::Record;
use super::place::{Place, Shape};
use super::store::scalar_of;
use super::value::{is_char, is_text};
use crate::program::{BitsKind, Program, Type};
use crate::scalar::Scalar;

/// What a single value of a record is; told by [`Record::leaf`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Leaf {
    /// A bool.
    Bool,
    /// An integer, or some bits of one.
    Int {
        /// Whether it is signed.
        signed: bool,
        /// Its width, 1 to 128.
        bits: u32,
    },
    /// A floating-point number of 2, 4 or 8 bytes.
    Float {
        /// Its bytes.
        size: u8,
    },
    /// An integer with names for some of its values.
    Enum {
        /// Whether the integer is signed.
        signed: bool,
        /// Its width, 1 to 128.
        bits: u32,
        /// The names, and what they stand for.
        values: Vec<(String, i128)>,
    },
    /// Text with room for so many bytes.
    Text {
        /// How many.
        len: u64,
    },
    /// Bytes, which read as hex digits.
    Bytes {
        /// How many.
        len: u64,
    },
}

impl Record<'_> {
    /// What the value at a place is; none for structs, bitfields as a whole and arrays.
    pub fn leaf(&self, place: Place) -> Option<Leaf> {
        let program = &self.layout.program;
        match place.shape {
            Shape::Leaf(Type::Bitfield(..)) | Shape::Struct { .. } => None,
            Shape::Leaf(of) => scalar(program, of),
            Shape::Bits { of, member, .. } => {
                let bits = &program.bitfields[of as usize].members[member as usize];
                Some(match bits.kind {
                    BitsKind::Bool => Leaf::Bool,
                    BitsKind::Enum(of) => named(program, of, bits.width),
                    kind => Leaf::Int {
                        signed: kind == BitsKind::Signed,
                        bits: bits.width,
                    },
                })
            }
            Shape::Array { count, .. } => {
                is_text(program, place).then_some(Leaf::Text { len: count })
            }
            Shape::Sized { .. } if is_char(program, place) => Some(Leaf::Text { len: place.size }),
            Shape::Sized { .. } => Some(Leaf::Bytes { len: place.size }),
        }
    }
}

fn scalar(program: &Program, of: Type) -> Option<Leaf> {
    let (scalar, _) = scalar_of(program, of)?;
    let bits = scalar.size() as u32 * 8;
    Some(match (of, scalar) {
        (Type::Enum(of, _), _) => named(program, of, bits),
        (_, Scalar::Bool) => Leaf::Bool,
        (_, Scalar::Char) => Leaf::Text { len: 1 },
        (_, Scalar::Float(size)) => Leaf::Float { size },
        (_, Scalar::Unsigned(_)) => Leaf::Int {
            signed: false,
            bits,
        },
        (_, Scalar::Signed(_)) => Leaf::Int { signed: true, bits },
    })
}

fn named(program: &Program, of: u32, bits: u32) -> Leaf {
    let of = &program.enums[of as usize];
    let values = of.values.iter();
    Leaf::Enum {
        signed: matches!(of.scalar, Scalar::Signed(_)),
        bits,
        values: values
            .map(|(name, value)| (program.name(*name).to_owned(), *value))
            .collect(),
    }
}
