//! From the bytes of a bare value to a [`Value`].

use std::sync::Arc;

use super::lone::is_plain;
use super::named::{enum_value, flags_value};
use super::number::Whole;
use super::packed;
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
            let stride = schema[*element].size as usize;
            Value::List(decode_list(schema, *element, metadata, stride, bytes))
        }
        Kind::Pointer { .. } => Value::Address(integer(false).bits() as u64),
        Kind::Layout { definition } => Value::Text(definition.layout().text().into()),
        Kind::Record { .. } => packed::whole(schema, bare, bytes),
        Kind::Alias { .. } | Kind::Protected { .. } => unreachable!("a bare type is neither"),
    }
}

/// The values of type `id` whose bytes, `stride` each, follow each other.
pub(super) fn decode_list(
    schema: &Schema,
    id: TypeId,
    metadata: &Metadata,
    stride: usize,
    bytes: &[u8],
) -> Vec<Value> {
    macro_rules! numbers {
        ($number:ident as $variant:ident) => {{
            let (numbers, _) = bytes.as_chunks();
            let value = |bytes: &_| Value::$variant($number::from_ne_bytes(*bytes).into());
            return numbers.iter().map(value).collect();
        }};
    }
    let ty = &schema[schema.bare(id)];
    if is_plain(metadata) && ty.size == stride as u64 {
        match (&ty.kind, stride) {
            (Kind::Int { signed: true }, 1) => numbers!(i8 as I64),
            (Kind::Int { signed: true }, 2) => numbers!(i16 as I64),
            (Kind::Int { signed: true }, 4) => numbers!(i32 as I64),
            (Kind::Int { signed: true }, 8) => numbers!(i64 as I64),
            (Kind::Int { signed: false }, 1) => numbers!(u8 as U64),
            (Kind::Int { signed: false }, 2) => numbers!(u16 as U64),
            (Kind::Int { signed: false }, 4) => numbers!(u32 as U64),
            (Kind::Int { signed: false }, 8) => numbers!(u64 as U64),
            (Kind::Float, 4) => numbers!(f32 as F32),
            (Kind::Float, 8) => numbers!(f64 as F64),
            _ => {}
        }
    }
    let elements = bytes.chunks_exact(stride);
    elements
        .map(|bytes| decode(schema, id, metadata, None, bytes))
        .collect()
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

/// The value of a member of the struct or union that `bytes` hold.
pub(super) fn decode_member(schema: &Schema, field: &Field, bytes: &[u8]) -> Value {
    let (start, ty) = (field.offset as usize, &schema[field.type_id]);
    let bytes = &bytes[start..start + ty.size as usize];
    // The commonest, without the steps that serve all others.
    if field.bits.is_none()
        && let Ok(eight) = <[u8; 8]>::try_from(bytes)
        && is_plain(&field.metadata)
    {
        match ty.kind {
            Kind::Int { signed: true } => return Value::I64(i64::from_ne_bytes(eight)),
            Kind::Int { signed: false } => return Value::U64(u64::from_ne_bytes(eight)),
            Kind::Float => return Value::F64(f64::from_ne_bytes(eight)),
            _ => {}
        }
    }
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
    match *bytes {
        [a] => u128::from(a),
        [a, b] => u16::from_ne_bytes([a, b]).into(),
        [a, b, c, d] => u32::from_ne_bytes([a, b, c, d]).into(),
        [a, b, c, d, e, f, g, h] => u64::from_ne_bytes([a, b, c, d, e, f, g, h]).into(),
        _ => u128::from_ne_bytes(
            bytes
                .try_into()
                .expect("integers have 1, 2, 4, 8 or 16 bytes"),
        ),
    }
}
