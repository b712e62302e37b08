//! From a [`Type`] to bytes.

use std::convert::Infallible;

use minicbor::Encoder;
use minicbor::encode::Error;

use super::super::{Field, Kind, Metadata, Number, Protection, Room, Type, Variant};
use super::{TypeId, field_key, kind_code, metadata_key, protection_code, type_key};

/// Encodes a type; types it refers to are named by their ids.
pub fn encode(ty: &Type) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_type(&mut bytes, ty, &|bytes, id| {
        cbor(bytes, |out| out.u32(id.0).map(drop))
    });
    bytes
}

/// Encodes a type; types it refers to are named by their structural hashes.
pub(in super::super) fn encode_with(ty: &Type, hash_of: &dyn Fn(TypeId) -> u128) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_type(&mut bytes, ty, &|bytes, id| {
        cbor(bytes, |out| out.bytes(&hash_of(id).to_be_bytes()).map(drop));
    });
    bytes
}

/// Appends a reference to a type.
type WriteReference<'a> = &'a dyn Fn(&mut Vec<u8>, TypeId);

pub(super) fn write_type(bytes: &mut Vec<u8>, ty: &Type, reference: WriteReference<'_>) {
    let mut map = Map::start(bytes);
    if !ty.name.is_empty() {
        map.text(type_key::NAME, &ty.name);
    }
    map.unsigned(type_key::SIZE, ty.size);
    if ty.align != 1 {
        map.unsigned(type_key::ALIGN, ty.align);
    }
    map.unsigned(type_key::KIND, u64::from(code_of(&ty.kind)));
    write_kind(&mut map, ty, reference);
    if let Some(id) = ty.elsewhere {
        let bytes = map.key(type_key::ELSEWHERE);
        cbor(bytes, |out| out.bytes(&id.to_be_bytes()).map(drop));
    }
}

fn code_of(kind: &Kind) -> u8 {
    match kind {
        Kind::Bool => kind_code::BOOL,
        Kind::Int { .. } => kind_code::INT,
        Kind::Float => kind_code::FLOAT,
        Kind::Text => kind_code::TEXT,
        Kind::Enum { .. } => kind_code::ENUM,
        Kind::Flags { .. } => kind_code::FLAGS,
        Kind::Struct { .. } => kind_code::STRUCT,
        Kind::Union { .. } => kind_code::UNION,
        Kind::Array { .. } => kind_code::ARRAY,
        Kind::Pointer { .. } => kind_code::POINTER,
        Kind::Alias { .. } => kind_code::ALIAS,
        Kind::Protected { .. } => kind_code::PROTECTED,
        Kind::Layout { .. } => kind_code::LAYOUT,
        // For readers that know no records in arrays: they see the bytes.
        Kind::Record {
            room: Room::Bytes(_),
            ..
        } => kind_code::ARRAY,
        Kind::Record { .. } => kind_code::RECORD,
    }
}

fn write_kind(map: &mut Map<'_>, ty: &Type, reference: WriteReference<'_>) {
    match &ty.kind {
        Kind::Bool | Kind::Float | Kind::Text => {}
        Kind::Int { signed } => map.truth(type_key::SIGNED, *signed),
        Kind::Enum { signed, variants } => {
            map.truth(type_key::SIGNED, *signed);
            map.variants(type_key::VARIANTS, variants);
        }
        Kind::Flags { flags } => map.variants(type_key::VARIANTS, flags),
        Kind::Struct { fields } | Kind::Union { members: fields } => {
            if !fields.is_empty() {
                write_fields(map.key(type_key::FIELDS), fields, reference);
            }
        }
        Kind::Array { element, count } => {
            reference(map.key(type_key::OF), *element);
            map.unsigned(type_key::COUNT, *count);
        }
        Kind::Pointer { target } => {
            if !target.is_empty() {
                map.text(type_key::TARGET, target);
            }
        }
        Kind::Alias { of } => reference(map.key(type_key::OF), *of),
        Kind::Protected { protection, value } => {
            reference(map.key(type_key::OF), *value);
            map.unsigned(
                type_key::PROTECTION,
                u64::from(code_of_protection(*protection)),
            );
        }
        Kind::Layout { definition } => {
            let bytes = map.key(type_key::DEFINITION);
            cbor(bytes, |out| out.bytes(definition.bytes()).map(drop));
        }
        Kind::Record { layout, root, room } => match room {
            Room::Counted => {
                reference(map.key(type_key::OF), *layout);
                map.text(type_key::ROOT, root);
            }
            Room::Bytes(byte) => {
                reference(map.key(type_key::OF), *byte);
                map.unsigned(type_key::COUNT, ty.size);
                map.text(type_key::ROOT, root);
                reference(map.key(type_key::LAYOUT), *layout);
            }
        },
    }
}

fn code_of_protection(protection: Protection) -> u8 {
    match protection {
        Protection::Plain => protection_code::PLAIN,
        Protection::Atomic => protection_code::ATOMIC,
        Protection::Seqlock => protection_code::SEQLOCK,
        Protection::Locked => protection_code::LOCKED,
    }
}

fn write_fields(bytes: &mut Vec<u8>, fields: &[Field], reference: WriteReference<'_>) {
    cbor(bytes, |out| out.array(fields.len() as u64).map(drop));
    for field in fields {
        write_field(&mut Map::start(bytes), field, reference);
    }
}

fn write_field(map: &mut Map<'_>, field: &Field, reference: WriteReference<'_>) {
    map.text(field_key::NAME, &field.name);
    reference(map.key(field_key::TYPE), field.type_id);
    if field.offset != 0 {
        map.unsigned(field_key::OFFSET, field.offset);
    }
    if let Some(bits) = field.bits {
        cbor(map.key(field_key::BITS), |out| {
            out.array(2)?.u8(bits.offset)?.u8(bits.width).map(drop)
        });
    }
    if !field.metadata.is_empty() {
        write_metadata(
            &mut Map::start(map.key(field_key::METADATA)),
            &field.metadata,
        );
    }
}

fn write_metadata(map: &mut Map<'_>, metadata: &Metadata) {
    map.truth(metadata_key::READONLY, metadata.readonly);
    map.number(metadata_key::MIN, metadata.min);
    map.number(metadata_key::MAX, metadata.max);
    map.number(metadata_key::STEP, metadata.step);
    map.some_text(metadata_key::REGEX, metadata.regex.as_deref());
    map.variants(metadata_key::NAMES, &metadata.names);
    map.variants(metadata_key::FLAGS, &metadata.flags);
    map.some_text(metadata_key::FORMAT, metadata.format.as_deref());
    map.some_text(metadata_key::UNIT, metadata.unit.as_deref());
    map.some_text(metadata_key::DESC, metadata.desc.as_deref());
    map.some_text(metadata_key::WAS, metadata.was.as_deref());
}

/// A map under construction at the end of `bytes`. It has fewer than 24 entries, so its first byte
/// holds their number and is counted up.
struct Map<'a> {
    bytes: &'a mut Vec<u8>,
    start: usize,
}

impl<'a> Map<'a> {
    fn start(bytes: &'a mut Vec<u8>) -> Self {
        let start = bytes.len();
        bytes.push(0xa0);
        Self { bytes, start }
    }

    /// Writes a key; the caller appends its value. Keys come in ascending order.
    fn key(&mut self, key: u8) -> &mut Vec<u8> {
        debug_assert!(key < 24 && self.bytes[self.start] < 0xb7);
        self.bytes[self.start] += 1;
        self.bytes.push(key);
        self.bytes
    }

    fn unsigned(&mut self, key: u8, value: u64) {
        cbor(self.key(key), |out| out.u64(value).map(drop));
    }

    fn text(&mut self, key: u8, value: &str) {
        cbor(self.key(key), |out| out.str(value).map(drop));
    }

    fn some_text(&mut self, key: u8, value: Option<&str>) {
        if let Some(value) = value {
            self.text(key, value);
        }
    }

    /// Writes a truth value unless it is false.
    fn truth(&mut self, key: u8, value: bool) {
        if value {
            cbor(self.key(key), |out| out.bool(true).map(drop));
        }
    }

    fn number(&mut self, key: u8, value: Option<Number>) {
        match value {
            None => {}
            Some(Number::Int(value)) => cbor(self.key(key), |out| out.i128(value).map(drop)),
            Some(Number::Float(value)) => cbor(self.key(key), |out| out.f64(value).map(drop)),
        }
    }

    /// Writes variants unless there are none.
    fn variants(&mut self, key: u8, variants: &[Variant]) {
        if variants.is_empty() {
            return;
        }
        cbor(self.key(key), |out| {
            out.array(variants.len() as u64)?;
            for variant in variants {
                out.array(2)?.str(&variant.name)?.i128(variant.value)?;
            }
            Ok(())
        });
    }
}

/// Appends what `write` writes.
pub(super) fn cbor(
    bytes: &mut Vec<u8>,
    write: impl FnOnce(&mut Encoder<&mut Vec<u8>>) -> Result<(), Error<Infallible>>,
) {
    write(&mut Encoder::new(bytes)).expect("memory takes every byte");
}
