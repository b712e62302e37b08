//! What `#[derive(Observe)]` calls, so that the code it writes stays short. No public interface.

use super::{Bits, InvalidValue, Observe, Scalar};
use crate::schema::{Kind, Schema, SchemaError, TypeId};

pub use super::checks;
pub use super::describe::{
    AtomicField, ByteArray, Wrappable, add_alias, add_enum, add_flags, add_layout, add_packed,
    add_struct, add_text, add_union, field, named,
};
pub use super::unions::{Padding, decode_union, encode_union};

/// [`Observe::encode`] of a scalar.
#[inline]
pub fn encode_scalar<T: Scalar>(value: T, bytes: &mut [u8]) {
    value.into_bits().write_to(bytes);
}

/// [`Observe::decode`] of a scalar.
///
/// # Errors
///
/// As [`Scalar::from_bits`].
#[inline]
pub fn decode_scalar<T: Scalar>(bytes: &[u8]) -> Result<T, InvalidValue> {
    T::from_bits(Bits::read_from(bytes))
}

/// [`Observe::decode_lossy`] of a scalar.
#[inline]
pub fn decode_scalar_lossy<T: Scalar>(bytes: &[u8]) -> T {
    T::from_bits_lossy(Bits::read_from(bytes))
}

/// [`value_type_of`] a scalar, refused if it is not described as one number of its size: observers go by the
/// description, and each byte has one width (W1).
///
/// # Errors
///
/// [`SchemaError::WrongKind`], or what the schema refuses.
pub fn scalar_type_of<T: Scalar>(schema: &mut Schema) -> Result<TypeId, SchemaError> {
    let id = value_type_of::<T>(schema)?;
    let bare = &schema[schema.bare(id)];
    if !bare.is_scalar() || bare.size != size_of::<T::Bits>() as u64 {
        return Err(wrong_kind::<T>("one number", &bare.kind));
    }
    Ok(id)
}

/// [`value_type_of`] a union, refused if it is not described as one, for the same reason.
///
/// # Errors
///
/// [`SchemaError::WrongKind`], or what the schema refuses.
pub fn union_type_of<T: Observe>(schema: &mut Schema) -> Result<TypeId, SchemaError> {
    let id = value_type_of::<T>(schema)?;
    let kind = &schema[schema.bare(id)].kind;
    if !kind.is_union() {
        return Err(wrong_kind::<T>("a union", kind));
    }
    Ok(id)
}

fn wrong_kind<T>(expected: &'static str, found: &Kind) -> SchemaError {
    SchemaError::WrongKind {
        name: std::any::type_name::<T>().into(),
        expected,
        found: found.noun(),
    }
}

/// [`Observe::value_type`] of `T`, refused if it is not as large as `T` is.
///
/// # Errors
///
/// [`SchemaError::WrongSize`], or the schema's refusal.
pub fn value_type_of<T: Observe>(schema: &mut Schema) -> Result<TypeId, SchemaError> {
    let id = T::value_type(schema)?;
    let (size, expected) = (schema[id].size, size_of::<T>());
    if size != expected as u64 {
        let name = std::any::type_name::<T>().into();
        return Err(SchemaError::WrongSize {
            name,
            size,
            expected: format!("{expected} bytes, as in Rust,"),
        });
    }
    Ok(id)
}
