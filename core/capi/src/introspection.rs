//! What types a schema has, and what they are.

use std::mem::MaybeUninit;

use memglass::schema::{Kind, Type, TypeId};

use crate::out::{copy, place};
use crate::schema::CSchema;
use crate::status::{Failure, Status, answer, entry};
use crate::text::Text;
use crate::types::protection_code;

/// What the bytes of a type mean.
#[repr(u32)]
#[derive(Clone, Copy, Debug)]
pub enum CKind {
    /// One byte, 0 or 1.
    Bool = 0,
    /// An integer.
    Integer = 1,
    /// A floating-point number.
    Float = 2,
    /// UTF-8 text in an array of bytes.
    Text = 3,
    /// An integer with names for some of its values.
    Enum = 4,
    /// An integer whose bits have names.
    Flags = 5,
    /// Named members.
    Struct = 6,
    /// Overlapping named members.
    Union = 7,
    /// Elements of one type.
    Array = 8,
    /// An address in the producer's memory.
    Pointer = 9,
    /// Another name for a type.
    Alias = 10,
    /// A value under a protection.
    Protected = 11,
}

/// A type of a schema. The texts are valid as long as the schema.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct CTypeInfo {
    /// The name it was declared with; empty for arrays and protected values.
    pub name: Text,
    /// Bytes of a value.
    pub size: u64,
    /// Its alignment.
    pub align: u64,
    /// Of an array, how many elements it has.
    pub count: u64,
    /// One of `memglass_kind`.
    pub kind: u32,
    /// Of a protected type, one of `memglass_protection`.
    pub protection: u32,
    /// The type of an array's elements, of what an alias stands for, of what a protected type holds.
    pub of: u32,
    /// Of a struct or union, how many members it has.
    pub member_count: u32,
    /// Whether an integer or enum is signed.
    pub is_signed: bool,
}

/// A member of a struct or union of a schema. The texts are valid as long as the schema.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct CMemberInfo {
    /// Its name.
    pub name: Text,
    /// How it is printed; here and below, empty if nothing is declared.
    pub format: Text,
    /// Its unit.
    pub unit: Text,
    /// What it is.
    pub desc: Text,
    /// Bytes from the start of the struct.
    pub offset: u64,
    /// Its type.
    pub type_id: u32,
    /// Of a bitfield, its lowest bit.
    pub bit_offset: u8,
    /// Of a bitfield, how many bits it has; else 0.
    pub bit_width: u8,
    /// Whether observers may not write it.
    pub readonly: bool,
}

/// How many numbers of types a schema has: one more than the last. 0 without a schema.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_schema_len(schema: Option<&CSchema>) -> u32 {
    answer(0, || schema.map_or(0, |schema| schema.schema.len() as u32))
}

/// What a type is. Fails with `MEMGLASS_STATUS_BAD_TYPE` if there is none with this number.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_schema_type(
    schema: Option<&CSchema>,
    type_id: u32,
    info: Option<&mut MaybeUninit<CTypeInfo>>,
) -> Status {
    entry(|| {
        let out = place(info, "info")?;
        out.write(info_of(type_of(schema, type_id)?)?);
        Ok(())
    })
}

/// What a member of a struct or union is, by its position.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_schema_member(
    schema: Option<&CSchema>,
    type_id: u32,
    index: u32,
    info: Option<&mut MaybeUninit<CMemberInfo>>,
) -> Status {
    entry(|| {
        let out = place(info, "info")?;
        let members = type_of(schema, type_id)?.members().unwrap_or_default();
        let member = members.get(index as usize).ok_or_else(|| {
            let message = format!(
                "type {type_id} has {} members, and no {index}",
                members.len()
            );
            Failure::new(Status::BadArgument, message)
        })?;
        let text =
            |text: &Option<std::sync::Arc<str>>| text.as_deref().map_or(Text::EMPTY, Text::of);
        let metadata = &member.metadata;
        out.write(CMemberInfo {
            name: Text::of(&member.name),
            format: text(&metadata.format),
            unit: text(&metadata.unit),
            desc: text(&metadata.desc),
            offset: member.offset,
            type_id: member.type_id.0,
            bit_offset: member.bits.map_or(0, |bits| bits.offset),
            bit_width: member.bits.map_or(0, |bits| bits.width),
            readonly: metadata.readonly,
        });
        Ok(())
    })
}

/// Copies what a type is called into a buffer, without a zero byte at its end: `i64[2][3]`. `len` gets the number
/// of bytes even if the buffer is too small.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_schema_type_name(
    schema: Option<&CSchema>,
    type_id: u32,
    buffer: *mut u8,
    capacity: usize,
    len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    entry(|| {
        type_of(schema, type_id)?;
        let name = schema.map_or(String::new(), |schema| {
            schema.schema.type_name(TypeId(type_id))
        });
        copy(name.as_bytes(), buffer, capacity, len)
    })
}

fn type_of(schema: Option<&CSchema>, type_id: u32) -> Result<&Type, Failure> {
    let schema = schema.ok_or_else(|| Failure::null("schema"))?;
    let found = schema.schema.get(TypeId(type_id));
    Ok(found.ok_or_else(|| no_type(type_id))?)
}

/// There is no such type.
pub(crate) fn no_type(type_id: u32) -> Failure {
    let message = format!("the schema has no type {type_id}");
    Failure::new(Status::BadType, message)
}

fn info_of(ty: &Type) -> Result<CTypeInfo, Failure> {
    let (of, count) = match ty.kind {
        Kind::Array { element, count } => (element.0, count),
        Kind::Alias { of } => (of.0, 0),
        Kind::Protected { value, .. } => (value.0, 0),
        _ => (0, 0),
    };
    let protection = match ty.kind {
        Kind::Protected { protection, .. } => protection,
        _ => memglass::schema::Protection::Plain,
    };
    Ok(CTypeInfo {
        name: Text::of(&ty.name),
        size: ty.size,
        align: ty.align,
        count,
        kind: kind_code(&ty.kind)? as u32,
        protection: protection_code(protection) as u32,
        of,
        member_count: ty.members().map_or(0, <[_]>::len) as u32,
        is_signed: matches!(
            ty.kind,
            Kind::Int { signed: true } | Kind::Enum { signed: true, .. }
        ),
    })
}

pub(crate) fn kind_code(kind: &Kind) -> Result<CKind, Failure> {
    Ok(match kind {
        Kind::Bool => CKind::Bool,
        Kind::Int { .. } => CKind::Integer,
        Kind::Float => CKind::Float,
        Kind::Text => CKind::Text,
        Kind::Enum { .. } => CKind::Enum,
        Kind::Flags { .. } => CKind::Flags,
        Kind::Struct { .. } => CKind::Struct,
        Kind::Union { .. } => CKind::Union,
        Kind::Array { .. } => CKind::Array,
        Kind::Pointer { .. } => CKind::Pointer,
        Kind::Alias { .. } => CKind::Alias,
        Kind::Protected { .. } => CKind::Protected,
        other => {
            let message = format!("this interface has no code for {}", other.noun());
            return Err(Failure::new(Status::BadType, message));
        }
    })
}
