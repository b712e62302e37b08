//! From the bytes of a bare value to a [`Value`].

use std::sync::Arc;

use super::named::{enum_value, flags_value};
use super::number::Whole;
use super::text;
use crate::schema::{Bits, Field, Kind, Metadata, Protection, Schema, Type, TypeId};
use crate::value::{Record, Value};

pub(super) fn decode(
    schema: &Schema,
    id: TypeId,
    metadata: &Metadata,
    bits: Option<Bits>,
    bytes: &[u8],
) -> Value {
    let bare = schema.bare(id);
    let ty = &schema[bare];
    let bytes = value_bytes(schema, id, bytes);
    let integer = |signed| load(bytes, bits, signed);
    match &ty.kind {
        Kind::Bool => Value::Bool(integer(false) != Whole::from(0_u128)),
        Kind::Int { signed } => decode_int(schema, ty, *signed, metadata, bits, bytes),
        Kind::Float if ty.size == 4 => Value::F32(f32::from_bits(integer(false).bits() as u32)),
        Kind::Float => Value::F64(f64::from_bits(integer(false).bits() as u64)),
        Kind::Text => Value::Text(text::load(bytes)),
        Kind::Enum { signed, variants } => {
            Value::Enum(enum_value(schema, variants, narrow(integer(*signed))))
        }
        Kind::Flags { flags } => Value::Flags(flags_value(flags, integer(false).bits() as u64)),
        Kind::Struct { fields } | Kind::Union { members: fields } => {
            let values = fields
                .iter()
                .map(|field| decode_member(schema, field, bytes));
            let names = Arc::clone(schema.member_names(bare));
            Value::Record(Record::new(names, values.collect()))
        }
        Kind::Array { element, .. } => {
            let elements = bytes.chunks_exact(schema[*element].size as usize);
            Value::List(
                elements
                    .map(|bytes| decode(schema, *element, metadata, None, bytes))
                    .collect(),
            )
        }
        Kind::Pointer { .. } => Value::Address(integer(false).bits() as u64),
        Kind::Alias { .. } | Kind::Protected { .. } => unreachable!("a bare type is neither"),
    }
}

/// The bytes of the value among those of its place; for a guarded place, its first copy.
fn value_bytes<'b>(schema: &Schema, id: TypeId, bytes: &'b [u8]) -> &'b [u8] {
    match schema.protection(id) {
        Protection::Plain | Protection::Atomic => bytes,
        Protection::Seqlock | Protection::Locked => {
            &bytes[8..][..schema[schema.bare(id)].size as usize]
        }
    }
}

fn decode_member(schema: &Schema, field: &Field, bytes: &[u8]) -> Value {
    let start = field.offset as usize;
    let bytes = &bytes[start..start + schema[field.type_id].size as usize];
    decode(schema, field.type_id, &field.metadata, field.bits, bytes)
}

fn decode_int(
    schema: &Schema,
    ty: &Type,
    signed: bool,
    metadata: &Metadata,
    bits: Option<Bits>,
    bytes: &[u8],
) -> Value {
    let number = load(bytes, bits, signed);
    if !metadata.names.is_empty() {
        return Value::Enum(enum_value(schema, &metadata.names, narrow(number)));
    }
    if !metadata.flags.is_empty() {
        return Value::Flags(flags_value(
            &metadata.flags,
            load(bytes, bits, false).bits() as u64,
        ));
    }
    match (ty.size, signed) {
        (16, true) => Value::I128(number.bits() as i128),
        (16, false) => Value::U128(number.bits()),
        (_, true) => Value::I64(number.bits() as i64),
        (_, false) => Value::U64(number.bits() as u64),
    }
}

fn narrow(number: Whole) -> i128 {
    number
        .as_i128()
        .expect("enums and named integers have at most 64 bits")
}

/// The integer in `bytes`, or the bitfield of it.
pub(super) fn load(bytes: &[u8], bits: Option<Bits>, signed: bool) -> Whole {
    let raw = load_raw(bytes);
    match bits {
        Some(bits) => Whole::from_bits(raw >> bits.offset, bits.width.into(), signed),
        None => Whole::from_bits(raw, bytes.len() as u32 * 8, signed),
    }
}

/// The bytes as an unsigned integer in native byte order.
pub(super) fn load_raw(bytes: &[u8]) -> u128 {
    let push = |sum: u128, byte: &u8| sum << 8 | u128::from(*byte);
    match cfg!(target_endian = "little") {
        true => bytes.iter().rev().fold(0, push),
        false => bytes.iter().fold(0, push),
    }
}
