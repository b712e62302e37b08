//! Numbers in the bytes of a record.

use super::place::{Place, Shape};
use crate::program::{Bits, BitsKind, Program, Type};
use crate::scalar::{self, Scalar, sign_extended, unsigned};

/// The scalar that the bytes of a leaf are; a bitfield is one unsigned number.
pub(crate) fn scalar_of(program: &Program, of: Type) -> Option<(Scalar, bool)> {
    match of {
        Type::Scalar(scalar, big) => Some((scalar, big)),
        Type::Enum(of, big) => Some((program.enums[of as usize].scalar, big)),
        Type::Bitfield(of, big) => {
            Some((Scalar::Unsigned(program.bitfields[of as usize].size), big))
        }
        Type::Struct(_) => None,
    }
}

/// The number in `bytes`, if it is one that expressions know.
pub(crate) fn signed_number(program: &Program, of: Type, bytes: &[u8]) -> Option<i128> {
    let (scalar, big) = scalar_of(program, of)?;
    let number = unsigned(bytes, big);
    match scalar {
        Scalar::Signed(size) => Some(sign_extended(number, u32::from(size) * 8)),
        Scalar::Bool => Some((number != 0).into()),
        Scalar::Float(_) => None,
        Scalar::Unsigned(_) | Scalar::Char => i128::try_from(number).ok(),
    }
}

/// The bytes of a place.
pub(crate) fn bytes_of(place: Place, bytes: &[u8]) -> Option<&[u8]> {
    let start = usize::try_from(place.offset).ok()?;
    let size = usize::try_from(place.size).ok()?;
    bytes.get(start..start.checked_add(size)?)
}

/// The number at a place, as expressions read it.
pub(crate) fn integer(program: &Program, place: Place, bytes: &[u8]) -> Option<i128> {
    let own = bytes_of(place, bytes)?;
    match place.shape {
        Shape::Leaf(of) => signed_number(program, of, own),
        Shape::Bits { of, member, big } => {
            let bits = &program.bitfields[of as usize].members[member as usize];
            Some(bits_number(program, bits, unsigned(own, big)))
        }
        _ => None,
    }
}

/// The number of a bit member of a bitfield.
pub(crate) fn bits_number(program: &Program, bits: &Bits, whole: u128) -> i128 {
    let own = whole >> bits.shift & mask(bits.width);
    match bits.kind {
        BitsKind::Bool => (own != 0).into(),
        _ if is_signed(program, bits) => sign_extended(own, bits.width),
        _ => own as i128,
    }
}

pub(crate) fn is_signed(program: &Program, bits: &Bits) -> bool {
    match bits.kind {
        BitsKind::Signed => true,
        BitsKind::Enum(of) => matches!(program.enums[of as usize].scalar, Scalar::Signed(_)),
        BitsKind::Unsigned | BitsKind::Bool => false,
    }
}

/// Puts a number into the bits of a member.
pub(crate) fn store_bits(bytes: &mut [u8], bits: &Bits, value: i128, big: bool) {
    let mask = mask(bits.width) << bits.shift;
    let whole = unsigned(bytes, big) & !mask | (value as u128) << bits.shift & mask;
    scalar::store(bytes, whole, big);
}

fn mask(width: u32) -> u128 {
    u128::MAX >> (128 - width.clamp(1, 128))
}
