//! Writing fields: with all the checks that the producer declared.

use std::ffi::c_void;

use memglass::{Field, Value};

use crate::field::{CField, known};
use crate::metadata::CInteger;
use crate::schema::{CSchema, bare_type, size_of_type};
use crate::status::{Failure, Status, entry};
use crate::text::{Text, elements};

/// Which checks a write passes.
#[repr(u32)]
#[derive(Clone, Copy, Debug)]
pub enum CWriting {
    /// All of them: read-only, range, step, regex, names of enums and flags.
    Checked = 0,
    /// Only that the value fits the type.
    Forced = 1,
}

/// Writes an integer; to an enum, flag set or bool as well. `writing` is one of `memglass_writing`. An unsigned
/// integer of 128 bits that is beyond the signed ones is written with `memglass_field_write_as`.
///
/// Writes fail, with nothing changed, with `MEMGLASS_STATUS_REFUSED` if the value does not fit the type or its
/// annotations, `…_READONLY_FIELD`, `…_READONLY_SESSION`, `…_ENDED`, `…_BUSY` and `…_GONE`.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_field_write_integer(
    field: Option<&CField>,
    writing: u32,
    integer: CInteger,
) -> Status {
    entry(|| {
        let field = known(field)?;
        write(field, writing, &integer_for(field, integer))
    })
}

/// Writes a floating-point number.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_field_write_real(
    field: Option<&CField>,
    writing: u32,
    real: f64,
) -> Status {
    entry(|| write(known(field)?, writing, &Value::F64(real)))
}

/// Writes a truth value.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_field_write_bool(
    field: Option<&CField>,
    writing: u32,
    truth: bool,
) -> Status {
    entry(|| write(known(field)?, writing, &Value::Bool(truth)))
}

/// Writes a text, or an enum value by its name. A text that is too long is refused.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_field_write_text(
    field: Option<&CField>,
    writing: u32,
    text: Text,
) -> Status {
    entry(|| write(known(field)?, writing, &Value::Text(text.get()?.into())))
}

/// Writes a bare value of a type of `schema`, `len` bytes. Members are found by name; those that the type lacks
/// keep their values. A guarded value is written as one.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_field_write_as(
    field: Option<&CField>,
    schema: Option<&CSchema>,
    type_id: u32,
    value: *const c_void,
    len: usize,
) -> Status {
    entry(|| {
        let field = known(field)?;
        let (schema, id) = bare_type(schema, type_id, len)?;
        let value = elements(value.cast::<u8>(), len, "value")?;
        Ok(field.write_as_type(schema, id, value)?)
    })
}

/// Adds to a number in one step that no other writer can come between; all checks are made of the sum.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_field_add_integer(field: Option<&CField>, amount: CInteger) -> Status {
    entry(|| {
        known(field)?.add(&Value::I128(amount.get()))?;
        Ok(())
    })
}

/// The same for a floating-point number.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_field_add_real(field: Option<&CField>, amount: f64) -> Status {
    entry(|| {
        known(field)?.add(&Value::F64(amount))?;
        Ok(())
    })
}

/// Changes a guarded value or one number in one step: `change` gets `context` and a copy of the present value, as
/// a bare value of a type of `schema`, aligned for it, and changes that. It must return: true to write the value;
/// false to leave the field as it is, which fails with `MEMGLASS_STATUS_CALLED_OFF`. Of a number that is not
/// guarded, it may be called more than once.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_field_update_as(
    field: Option<&CField>,
    schema: Option<&CSchema>,
    type_id: u32,
    change: Option<extern "C" fn(context: *mut c_void, value: *mut c_void) -> bool>,
    context: *mut c_void,
) -> Status {
    entry(|| {
        let field = known(field)?;
        let change = change.ok_or_else(|| Failure::null("change"))?;
        let len = size_of_type(schema, type_id)?;
        let (schema, id) = bare_type(schema, type_id, len)?;
        let call = |bytes: &mut [u8]| change(context, bytes.as_mut_ptr().cast());
        field.update_as_type(schema, id, call)?;
        Ok(())
    })
}

fn write(field: &Field, writing: u32, value: &Value) -> Result<(), Failure> {
    match writing {
        0 => field.write(value)?,
        1 => field.write_forced(value)?,
        _ => {
            let message = format!("{writing} is no way to write; see memglass_writing");
            return Err(Failure::new(Status::BadArgument, message));
        }
    }
    Ok(())
}

/// The integer as a value of the field's kind.
fn integer_for(field: &Field, integer: CInteger) -> Value {
    use memglass::schema::Kind;
    let ty = &field.schema()[field.type_id()];
    match ty.kind {
        Kind::Float => Value::F64(integer.get() as f64),
        _ => Value::I128(integer.get()),
    }
}
