//! Wanted values to the bytes to store, and bytes to values: by type and annotations, without memory.
//!
//! Works on the layout of bare values, in native byte order: what lies inside one copy of a guarded
//! place, or what was copied out of a plain one. Decoding also takes places with protected members,
//! each with its value in the first copy; encoding takes none inside. The bytes of a place start as
//! its present content, so that members that are not mentioned, padding and neighbouring bitfields
//! keep theirs.

mod decode;
mod encode;
mod lone;
mod members;
mod named;
mod number;
pub(crate) mod packed;
mod refusal;
#[cfg(test)]
mod tests;
mod text;

use crate::schema::{Field, Metadata, Schema, TypeId};
use crate::value::Value;

pub(crate) use lone::LoneNumber;
pub(crate) use members::Members;
pub use refusal::{Reason, Refusal};

/// Which checks a write passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strictness {
    /// All of them.
    Checked,
    /// Type and width only: not read-only, range, step, regex, names of enums and flags, addresses.
    Forced,
}

/// Puts `wanted` into `bytes`, the place of one bare value of type `id` with its present content.
///
/// The caller checks whether the place itself is read-only. Read-only members inside are refused
/// unless they keep their value. A scalar or text inside a record or list that keeps its value is not
/// checked again, so that a value that was read can be written back.
///
/// # Errors
///
/// [`Refusal`] says what is allowed and where inside the value. `bytes` may then hold anything.
///
/// # Panics
///
/// If `id` is not of `schema`, `bytes` has not its size, or a protected type lies inside.
pub(crate) fn encode_value(
    schema: &Schema,
    id: TypeId,
    metadata: &Metadata,
    wanted: &Value,
    strictness: Strictness,
    bytes: &mut [u8],
) -> Result<(), Refusal> {
    encode::Target::new(schema, id, metadata, None, strictness).encode(wanted, bytes)
}

/// Like [`encode_value`] for one member of a struct. `bytes` are the member's own; for a bitfield, those
/// of the integer that contains it.
pub(crate) fn encode_field(
    schema: &Schema,
    field: &Field,
    wanted: &Value,
    strictness: Strictness,
    bytes: &mut [u8],
) -> Result<(), Refusal> {
    encode::Target::new(
        schema,
        field.type_id,
        &field.metadata,
        field.bits,
        strictness,
    )
    .encode(wanted, bytes)
}

/// The value that `bytes` hold, of the bare type `id` annotated with `metadata`.
///
/// # Panics
///
/// If `id` is not of `schema`, or `bytes` has not its size.
pub(crate) fn decode_value(
    schema: &Schema,
    id: TypeId,
    metadata: &Metadata,
    bytes: &[u8],
) -> Value {
    decode::decode(schema, id, metadata, None, bytes)
}

/// The list of the values of type `id` whose bytes, `stride` each, follow each other in `bytes`.
pub(crate) fn decode_list(
    schema: &Schema,
    id: TypeId,
    metadata: &Metadata,
    stride: usize,
    bytes: &[u8],
) -> Value {
    Value::List(decode::decode_list(schema, id, metadata, stride, bytes))
}

/// Like [`decode_value`] for one member of a struct. `bytes` are the member's own.
pub(crate) fn decode_field(schema: &Schema, field: &Field, bytes: &[u8]) -> Value {
    decode::decode(schema, field.type_id, &field.metadata, field.bits, bytes)
}
