//! Fields of an observed session: paths that were resolved once.

use std::mem::MaybeUninit;

use memglass::Field;

use crate::introspection::kind_code;
use crate::out::{copy, place};
use crate::status::{Failure, Status, answer, entry};
use crate::text::Text;
use crate::types::protection_code;

/// A part of an observed object. All threads may use it, and it may outlive its observer.
pub struct CField {
    pub(crate) field: Field,
}

/// What a field is.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct CFieldInfo {
    /// One of `memglass_kind`, behind aliases and protections.
    pub kind: u32,
    /// One of `memglass_protection`.
    pub protection: u32,
    /// Its type, by its number in the session.
    pub type_id: u32,
    /// The region that it lies in.
    pub region: u16,
    /// Whether it, or a value around it, is declared read-only.
    pub readonly: bool,
    /// Bytes from the start of the object; of a guarded value, to its first copy.
    pub offset: u64,
    /// Where the object begins in its region.
    pub object_offset: u64,
    /// Bytes of the value.
    pub size: u64,
    /// Of an array, how many elements it has; else 0.
    pub count: u64,
}

impl CField {
    pub(crate) fn boxed(field: Field) -> *mut CField {
        Box::into_raw(Box::new(CField { field }))
    }
}

/// The field behind a handle.
pub(crate) fn known(field: Option<&CField>) -> Result<&Field, Failure> {
    let field = field.ok_or_else(|| Failure::null("field"))?;
    Ok(&field.field)
}

/// Gives a field back. Null does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_field_free(field: Option<Box<CField>>) {
    entry(|| {
        drop(field);
        Ok(())
    });
}

/// The field that a path below this one leads to: `last_quote.bid_price`, `[2].price`; with an empty path, a copy
/// of this one. Give it back with `memglass_field_free`.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_field_at(
    field: Option<&CField>,
    path: Text,
    part: Option<&mut MaybeUninit<*mut CField>>,
) -> Status {
    entry(|| {
        let out = place(part, "part")?;
        let field = known(field)?;
        out.write(CField::boxed(match path.get()? {
            "" => Field::clone(field),
            path => field.at(path)?,
        }));
        Ok(())
    })
}

/// The element at `index` of an array. Give it back with `memglass_field_free`.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_field_element(
    field: Option<&CField>,
    index: u64,
    element: Option<&mut MaybeUninit<*mut CField>>,
) -> Status {
    entry(|| {
        let out = place(element, "element")?;
        out.write(CField::boxed(known(field)?.element(index)?));
        Ok(())
    })
}

/// Its full path, which begins with the label. Valid as long as the field; empty without a field.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_field_path(field: Option<&CField>) -> Text {
    answer(Text::EMPTY, || {
        field.map_or(Text::EMPTY, |field| Text::of(field.field.path()))
    })
}

/// What the field is.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_field_info(
    field: Option<&CField>,
    info: Option<&mut MaybeUninit<CFieldInfo>>,
) -> Status {
    entry(|| {
        let out = place(info, "info")?;
        let field = known(field)?;
        let known = field.info();
        out.write(CFieldInfo {
            kind: kind_code(&field.schema()[known.type_id].kind)? as u32,
            protection: protection_code(known.protection) as u32,
            type_id: known.type_id.0,
            region: field.region().unwrap_or(0),
            readonly: known.readonly,
            offset: known.offset,
            object_offset: field.object_offset().unwrap_or(0),
            size: known.size,
            count: field.element_count().unwrap_or(0),
        });
        Ok(())
    })
}

/// Copies the name of its type into a buffer, without a zero byte at its end. `len` gets the number of bytes even
/// if the buffer is too small.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_field_type_name(
    field: Option<&CField>,
    buffer: *mut u8,
    capacity: usize,
    len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    entry(|| {
        let name = known(field)?.info().type_name;
        copy(name.as_bytes(), buffer, capacity, len)
    })
}

/// Whether its object is still alive; false without a field.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_field_is_alive(field: Option<&CField>) -> bool {
    answer(false, || field.is_some_and(|field| field.field.is_alive()))
}

/// How many values were published in the guarded value that the field is or lies in. Fails with
/// `MEMGLASS_STATUS_NOT_GUARDED` if there is none.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_field_sequence(
    field: Option<&CField>,
    sequence: Option<&mut MaybeUninit<u64>>,
) -> Status {
    entry(|| {
        let out = place(sequence, "sequence")?;
        let field = known(field)?;
        out.write(field.sequence().ok_or_else(|| match field.is_alive() {
            true => {
                let message = format!(
                    "{} is not guarded, so its writes are not counted",
                    field.path()
                );
                Failure::new(Status::NotGuarded, message)
            }
            false => {
                let message = format!("{} is gone: its object was destroyed", field.path());
                Failure::new(Status::Gone, message)
            }
        })?);
        Ok(())
    })
}
