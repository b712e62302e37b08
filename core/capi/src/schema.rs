//! Types as a C program describes them.

use std::mem::MaybeUninit;

use memglass::schema::{Bits, Field, Kind, Schema, Type, TypeId, codec};

use crate::introspection::no_type;
use crate::metadata::{CMetadata, CVariant, variants};
use crate::out::{copy, place};
use crate::status::{Failure, Status, entry};
use crate::text::{Text, elements};
use crate::types::{protection, scalar};

/// Types that refer to each other, each by its number in here. A type is added after those that it is made of.
/// Only one thread at a time may add to it.
#[derive(Default)]
pub struct CSchema {
    pub(crate) schema: Schema,
}

/// A member of a struct or union.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct CMember {
    /// Its name.
    pub name: Text,
    /// Its type, by its number in the schema.
    pub type_id: u32,
    /// Bytes from the start of the struct, as the compiler says; 0 in a union.
    pub offset: u64,
    /// Of a bitfield, its lowest bit in the integer at `offset`.
    pub bit_offset: u8,
    /// Of a bitfield, how many bits it has; else 0.
    pub bit_width: u8,
    /// Its annotations, or null.
    pub metadata: *const CMetadata,
}

/// Makes an empty schema. Give it back with `memglass_schema_free`.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_schema_new() -> Box<CSchema> {
    Box::default()
}

/// Gives a schema back. Sessions and fields that have used it keep what they need.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_schema_free(schema: Option<Box<CSchema>>) {
    entry(|| {
        drop(schema);
        Ok(())
    });
}

/// Adds a scalar: one of `memglass_scalar_kind`. A type that the schema has already keeps its number, here
/// and in all functions that add types.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_schema_scalar(
    schema: Option<&mut CSchema>,
    kind: u32,
    type_id: Option<&mut MaybeUninit<u32>>,
) -> Status {
    add(schema, type_id, |_| scalar(kind))
}

/// Adds text in an array of `len` bytes: UTF-8 up to the first zero byte, or to the end.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_schema_text(
    schema: Option<&mut CSchema>,
    len: u64,
    type_id: Option<&mut MaybeUninit<u32>>,
) -> Status {
    add(schema, type_id, |_| Ok(Type::new("", len, 1, Kind::Text)))
}

/// Adds a type that is described elsewhere: `size` bytes, aligned to `align`, of which a session says only the name. Observers that
/// are given the program's debug information or a file of types (`memglass --types`) see its members, others its bytes. `id` is
/// the type's id there, 32 hexadecimal digits as `memglass embed` writes them, so that no other version of the type is taken for it;
/// if it is empty, name and size decide.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_schema_named(
    schema: Option<&mut CSchema>,
    name: Text,
    size: u64,
    align: u64,
    id: Text,
    type_id: Option<&mut MaybeUninit<u32>>,
) -> Status {
    entry(|| {
        let type_id = place(type_id, "type_id")?;
        let schema = schema.ok_or_else(|| Failure::null("schema"))?;
        let id = elsewhere(id.get()?)?;
        type_id.write(schema.schema.add_named(name.get()?, size, align, id)?.0);
        Ok(())
    })
}

fn elsewhere(digits: &str) -> Result<u128, Failure> {
    let is_id = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    match u128::from_str_radix(digits, 16) {
        Ok(id) if is_id => Ok(id),
        _ if digits.is_empty() => Ok(0),
        _ => Err(Failure::new(
            Status::BadArgument,
            format!("{digits:?} is no id of a type: 32 hexadecimal digits"),
        )),
    }
}

/// Adds an array of `size` bytes that holds a packed record: the first struct of a layout's text, as docs/layouts.md describes
/// it. The type has that struct's name unless `name` is another. Structs whose bytes are such a record are `align`ed as the
/// compiler says, arrays of bytes to 1. Observers see the parts of the record; a reader that is older than this function, the
/// bytes.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_schema_packed(
    schema: Option<&mut CSchema>,
    name: Text,
    layout: Text,
    size: u64,
    align: u64,
    type_id: Option<&mut MaybeUninit<u32>>,
) -> Status {
    entry(|| {
        let type_id = place(type_id, "type_id")?;
        let schema = schema.ok_or_else(|| Failure::null("schema"))?;
        let (name, layout) = (name.get()?, layout.get()?);
        type_id.write(schema.schema.add_packed(name, layout, size, align)?.0);
        Ok(())
    })
}

/// Adds an address in the producer's own memory, of `target`: shown, never followed.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_schema_pointer(
    schema: Option<&mut CSchema>,
    target: Text,
    type_id: Option<&mut MaybeUninit<u32>>,
) -> Status {
    add(schema, type_id, |_| {
        let target = target.get()?.into();
        Ok(Type::new("", 8, 8, Kind::Pointer { target }))
    })
}

/// Adds an array of `count` elements without gaps. An array of several dimensions is an array of arrays.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_schema_array(
    schema: Option<&mut CSchema>,
    element: u32,
    count: u64,
    type_id: Option<&mut MaybeUninit<u32>>,
) -> Status {
    entry(|| {
        let type_id = place(type_id, "type_id")?;
        let schema = schema.ok_or_else(|| Failure::null("schema"))?;
        type_id.write(schema.schema.add_array(TypeId(element), count)?.0);
        Ok(())
    })
}

/// Adds a value under a protection, one of `memglass_protection`. Plain values need none.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_schema_protected(
    schema: Option<&mut CSchema>,
    with: u32,
    value: u32,
    type_id: Option<&mut MaybeUninit<u32>>,
) -> Status {
    entry(|| {
        let type_id = place(type_id, "type_id")?;
        let schema = schema.ok_or_else(|| Failure::null("schema"))?;
        let id = schema
            .schema
            .add_protected(protection(with)?, TypeId(value))?;
        type_id.write(id.0);
        Ok(())
    })
}

/// Adds another name for a type.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_schema_alias(
    schema: Option<&mut CSchema>,
    name: Text,
    of: u32,
    type_id: Option<&mut MaybeUninit<u32>>,
) -> Status {
    add(schema, type_id, |schema| {
        let of = TypeId(of);
        let ty = schema.get(of).ok_or_else(|| no_type(of.0))?;
        Ok(Type::new(
            name.get()?,
            ty.size,
            ty.align,
            Kind::Alias { of },
        ))
    })
}

/// Adds an enum of `size` bytes: 1, 2, 4 or 8.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_schema_enum(
    schema: Option<&mut CSchema>,
    name: Text,
    size: u64,
    is_signed: bool,
    values: *const CVariant,
    values_len: usize,
    type_id: Option<&mut MaybeUninit<u32>>,
) -> Status {
    add(schema, type_id, |_| {
        let kind = Kind::Enum {
            signed: is_signed,
            variants: variants(values, values_len)?,
        };
        Ok(Type::new(name.get()?, size, size, kind))
    })
}

/// Adds a flag set of `size` bytes: 1, 2, 4 or 8.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_schema_flags(
    schema: Option<&mut CSchema>,
    name: Text,
    size: u64,
    flags: *const CVariant,
    flags_len: usize,
    type_id: Option<&mut MaybeUninit<u32>>,
) -> Status {
    add(schema, type_id, |_| {
        let flags = variants(flags, flags_len)?;
        Ok(Type::new(name.get()?, size, size, Kind::Flags { flags }))
    })
}

/// Adds a struct of `size` bytes, aligned to `align`, as the compiler says.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_schema_struct(
    schema: Option<&mut CSchema>,
    name: Text,
    size: u64,
    align: u64,
    fields: *const CMember,
    fields_len: usize,
    type_id: Option<&mut MaybeUninit<u32>>,
) -> Status {
    add(schema, type_id, |_| {
        let fields = fields_of(fields, fields_len)?;
        Ok(Type::new(name.get()?, size, align, Kind::Struct { fields }))
    })
}

/// Adds a union: whole words of 8 bytes, aligned to 8 at least, with all members at offset 0.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_schema_union(
    schema: Option<&mut CSchema>,
    name: Text,
    size: u64,
    align: u64,
    members: *const CMember,
    members_len: usize,
    type_id: Option<&mut MaybeUninit<u32>>,
) -> Status {
    add(schema, type_id, |_| {
        let members = fields_of(members, members_len)?;
        Ok(Type::new(name.get()?, size, align, Kind::Union { members }))
    })
}

/// Copies the schema into a buffer as the content of an `.mgt` file. `len` gets the number of bytes even if
/// the buffer is too small, so that a first call with capacity 0 asks for it.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_schema_encode(
    schema: Option<&CSchema>,
    buffer: *mut u8,
    capacity: usize,
    len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    entry(|| {
        let schema = schema.ok_or_else(|| Failure::null("schema"))?;
        copy(&codec::encode_schema(&schema.schema), buffer, capacity, len)
    })
}

/// Copies a description of a type for people into a buffer, without a zero byte at its end; as
/// `memglass_schema_encode` does.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_schema_describe(
    schema: Option<&CSchema>,
    type_id: u32,
    buffer: *mut u8,
    capacity: usize,
    len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    entry(|| {
        let schema = schema.ok_or_else(|| Failure::null("schema"))?;
        let (schema, id) = (&schema.schema, TypeId(type_id));
        if schema.get(id).is_none() {
            return Err(no_type(type_id));
        }
        copy(schema.describe(id).as_bytes(), buffer, capacity, len)
    })
}

/// Adds what `describe` makes.
fn add(
    schema: Option<&mut CSchema>,
    type_id: Option<&mut MaybeUninit<u32>>,
    describe: impl FnOnce(&Schema) -> Result<Type, Failure>,
) -> Status {
    entry(|| {
        let type_id = place(type_id, "type_id")?;
        let schema = schema.ok_or_else(|| Failure::null("schema"))?;
        let ty = describe(&schema.schema)?;
        type_id.write(schema.schema.add(ty)?.0);
        Ok(())
    })
}

/// How many bytes the values of a type have, behind aliases and protections.
pub(crate) fn size_of_type(schema: Option<&CSchema>, type_id: u32) -> Result<usize, Failure> {
    let schema = &schema.ok_or_else(|| Failure::null("schema"))?.schema;
    schema
        .get(TypeId(type_id))
        .ok_or_else(|| no_type(type_id))?;
    let size = schema[schema.bare(TypeId(type_id))].size;
    usize::try_from(size).map_err(|_| no_type(type_id))
}

/// A type whose values have so many bytes.
pub(crate) fn bare_type(
    schema: Option<&CSchema>,
    type_id: u32,
    len: usize,
) -> Result<(&Schema, TypeId), Failure> {
    let size = size_of_type(schema, type_id)?;
    if size != len {
        let message = format!("values of the type have {size} bytes, not {len}");
        return Err(Failure::new(Status::BadArgument, message));
    }
    let schema = schema.ok_or_else(|| Failure::null("schema"))?;
    Ok((&schema.schema, TypeId(type_id)))
}

fn fields_of(start: *const CMember, len: usize) -> Result<Vec<Field>, Failure> {
    let fields = elements(start, len, "the list of fields")?;
    fields.iter().map(field_of).collect()
}

fn field_of(field: &CMember) -> Result<Field, Failure> {
    let made = Field::new(field.name.get()?, TypeId(field.type_id), field.offset);
    let made = match (field.bit_offset, field.bit_width) {
        (_, 0) => made,
        (offset, width) => made.bits(Bits { offset, width }),
    };
    let metadata = elements(
        field.metadata,
        usize::from(!field.metadata.is_null()),
        "the metadata",
    )?;
    match metadata {
        [metadata] => Ok(made.metadata(metadata.get()?)),
        _ => Ok(made),
    }
}
