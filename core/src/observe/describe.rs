//! Descriptions of derived types, from what the derive and the compiler know of them.

use super::{AtomicScalar, Observe, Scalar, Shape, Storage};
use crate::protection::Atomic;
use crate::schema::{
    Field, Kind, Metadata, Protection, Schema, SchemaError, Type, TypeId, Variant,
};

/// A type laid out like the Rust type `T`.
fn add<T>(schema: &mut Schema, name: &str, kind: Kind) -> Result<TypeId, SchemaError> {
    let (size, align) = (size_of::<T>() as u64, align_of::<T>() as u64);
    schema.add(Type::new(name, size, align, kind))
}

/// Adds a struct laid out like `T`, which is the struct itself or its storage.
///
/// # Errors
///
/// If the schema refuses it.
pub fn add_struct<T>(
    schema: &mut Schema,
    name: &str,
    fields: Vec<Field>,
) -> Result<TypeId, SchemaError> {
    add::<T>(schema, name, Kind::Struct { fields })
}

/// Adds the union `T`.
///
/// # Errors
///
/// If the schema refuses it.
pub fn add_union<T>(
    schema: &mut Schema,
    name: &str,
    members: Vec<Field>,
) -> Result<TypeId, SchemaError> {
    add::<T>(schema, name, Kind::Union { members })
}

/// Adds the enum `T`.
///
/// # Errors
///
/// If the schema refuses it.
pub fn add_enum<T>(
    schema: &mut Schema,
    name: &str,
    signed: bool,
    variants: &[(&str, i128)],
) -> Result<TypeId, SchemaError> {
    add::<T>(
        schema,
        name,
        Kind::Enum {
            signed,
            variants: named(variants),
        },
    )
}

/// Adds the flag set `T`; flags without a name are left out.
///
/// # Errors
///
/// If the schema refuses it.
pub fn add_flags<T>(schema: &mut Schema, name: &str) -> Result<TypeId, SchemaError>
where
    T: bitflags::Flags + Scalar<Bits: Into<u64>>,
{
    let bits = |flag: &bitflags::Flag<T>| i128::from(flag.value().into_bits().into());
    let flags: Vec<(&str, i128)> = T::FLAGS
        .iter()
        .filter(|flag| !flag.name().is_empty())
        .map(|flag| (flag.name(), bits(flag)))
        .collect();
    add::<T>(
        schema,
        name,
        Kind::Flags {
            flags: named(&flags),
        },
    )
}

/// Adds a new name for the type of `T`.
///
/// # Errors
///
/// If the schema refuses it.
pub fn add_alias<T: Observe>(schema: &mut Schema, name: &str) -> Result<TypeId, SchemaError> {
    let of = T::value_type(schema)?;
    add::<T>(schema, name, Kind::Alias { of })
}

/// Adds text with the size of the array `T`.
///
/// # Errors
///
/// If the schema refuses it.
pub fn add_text<T: ByteArray>(
    schema: &mut Schema,
    protection: Protection,
) -> Result<TypeId, SchemaError> {
    let text = add::<T>(schema, "", Kind::Text)?;
    schema.add_protected(protection, text)
}

/// The bytes of a `T` as a packed record: the first struct of the layout `text`, whose name it has if `name` is empty.
///
/// # Errors
///
/// If the schema refuses it.
pub fn add_packed<T>(schema: &mut Schema, name: &str, text: &str) -> Result<TypeId, SchemaError> {
    schema.add_packed(name, text, size_of::<T>() as u64, align_of::<T>() as u64)
}

/// An array of bytes that holds a packed record: the first struct of the layout `text`.
///
/// # Errors
///
/// If the schema refuses it; the derive has checked the text.
pub fn add_layout<T: ByteArray>(
    schema: &mut Schema,
    protection: Protection,
    text: &str,
) -> Result<TypeId, SchemaError> {
    let record = add_packed::<T>(schema, "", text)?;
    schema.add_protected(protection, record)
}

/// A member of a struct or union.
pub fn field(name: &str, type_id: TypeId, offset: usize, metadata: Metadata) -> Field {
    Field::new(name, type_id, offset as u64).metadata(metadata)
}

/// Named numbers.
pub fn named(variants: &[(&str, i128)]) -> Vec<Variant> {
    let variant = |&(name, value): &(&str, i128)| Variant {
        name: name.into(),
        value,
    };
    variants.iter().map(variant).collect()
}

/// An array of bytes, which can be shown as text or as a packed record.
#[diagnostic::on_unimplemented(
    message = "`text` and `layout` say what an array of bytes is, and this is `{Self}`",
    label = "not an array of bytes",
    note = "use `[u8; N]` with `text` or `layout`, or `memglass::Text<N>` without"
)]
pub trait ByteArray: Observe {}

impl<const N: usize> ByteArray for [u8; N] {}

/// A scalar that a struct with one nameless field may wrap.
#[diagnostic::on_unimplemented(
    message = "a struct with a nameless field can wrap a single number, not `{Self}`",
    label = "not a single number",
    note = "give the field a name: `struct Name {{ value: {Self} }}`"
)]
pub trait Wrappable: Scalar {}

impl<T: Scalar> Wrappable for T {}

/// The cells of an atomic field. A projection, because the compiler reports a failed one once,
/// and a struct with an ill-formed field at each of its uses.
pub trait AtomicField: AtomicScalar {
    /// `Atomic<Self>`.
    type Cells: Storage<Value = Self>;
}

impl<T: AtomicScalar> AtomicField for T {
    type Cells = Atomic<T>;
}

/// Whether a value of this shape is one number.
pub(super) const fn is_scalar(shape: Shape) -> bool {
    !matches!(shape, Shape::Text | Shape::Struct | Shape::Union)
}
