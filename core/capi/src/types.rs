//! Codes for scalars and protections.

use memglass::schema::{Kind, Protection, Type};

use crate::status::{Failure, Status};

/// A scalar type of the language.
#[repr(u32)]
#[derive(Clone, Copy, Debug)]
pub enum ScalarKind {
    /// One byte, 0 or 1.
    Bool = 0,
    /// A signed integer of 8 bits.
    I8 = 1,
    /// Of 16 bits.
    I16 = 2,
    /// Of 32 bits.
    I32 = 3,
    /// Of 64 bits.
    I64 = 4,
    /// Of 128 bits.
    I128 = 5,
    /// An unsigned integer of 8 bits.
    U8 = 6,
    /// Of 16 bits.
    U16 = 7,
    /// Of 32 bits.
    U32 = 8,
    /// Of 64 bits.
    U64 = 9,
    /// Of 128 bits.
    U128 = 10,
    /// A floating-point number of 32 bits.
    F32 = 11,
    /// Of 64 bits.
    F64 = 12,
}

/// How the bytes of a place are shared between writers and readers.
#[repr(u32)]
#[derive(Clone, Copy, Debug)]
pub enum CProtection {
    /// Relaxed atomic loads and stores of each scalar.
    Plain = 0,
    /// One scalar, with acquire and release.
    Atomic = 1,
    /// The whole value is always of one write.
    Seqlock = 2,
    /// The same, and offered for read-modify-write of the whole.
    Locked = 3,
}

/// The scalars by their codes: name, bytes, kind.
const SCALARS: [(&str, u64, Kind); 13] = [
    ("bool", 1, Kind::Bool),
    ("i8", 1, Kind::Int { signed: true }),
    ("i16", 2, Kind::Int { signed: true }),
    ("i32", 4, Kind::Int { signed: true }),
    ("i64", 8, Kind::Int { signed: true }),
    ("i128", 16, Kind::Int { signed: true }),
    ("u8", 1, Kind::Int { signed: false }),
    ("u16", 2, Kind::Int { signed: false }),
    ("u32", 4, Kind::Int { signed: false }),
    ("u64", 8, Kind::Int { signed: false }),
    ("u128", 16, Kind::Int { signed: false }),
    ("f32", 4, Kind::Float),
    ("f64", 8, Kind::Float),
];

/// The type with this code of [`ScalarKind`].
pub(crate) fn scalar(code: u32) -> Result<Type, Failure> {
    let found = SCALARS.get(code as usize);
    let (name, size, kind) = found.ok_or_else(|| {
        let message = format!("{code} is no scalar; see memglass_scalar_kind");
        Failure::new(Status::BadArgument, message)
    })?;
    Ok(Type::new(*name, *size, *size, kind.clone()))
}

/// The protection with this code of [`CProtection`].
pub(crate) fn protection(code: u32) -> Result<Protection, Failure> {
    match code {
        0 => Ok(Protection::Plain),
        1 => Ok(Protection::Atomic),
        2 => Ok(Protection::Seqlock),
        3 => Ok(Protection::Locked),
        _ => Err(Failure::new(
            Status::BadArgument,
            format!("{code} is no protection; see memglass_protection"),
        )),
    }
}

pub(crate) fn protection_code(protection: Protection) -> CProtection {
    match protection {
        Protection::Plain => CProtection::Plain,
        Protection::Atomic => CProtection::Atomic,
        Protection::Seqlock => CProtection::Seqlock,
        Protection::Locked => CProtection::Locked,
    }
}
