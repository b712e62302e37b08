//! Reading fields.

use std::ffi::c_void;
use std::mem::MaybeUninit;

use memglass::{ConvertError, Field, ReadError, Value};

use crate::field::{CField, known};
use crate::metadata::CInteger;
use crate::out::{copy, place};
use crate::schema::{CSchema, bare_type};
use crate::status::{Failure, Status, entry};
use crate::text::{elements, zeroed};

/// How often a read tries, and whether it asks if the object lives.
#[repr(u32)]
#[derive(Clone, Copy, Debug)]
pub enum CReading {
    /// Until a whole value was copied, a limited number of times.
    Whole = 0,
    /// Once: fails with `MEMGLASS_STATUS_CONTENDED` if a new value was published meanwhile.
    Once = 1,
    /// Even of an object that was destroyed, to look at what is left. The memory may be another object's.
    Unchecked = 2,
}

/// Reads an integer, enum, flag set, address or bool. `reading` is one of `memglass_reading`. An unsigned integer
/// of 128 bits that is beyond the signed ones is read with `memglass_field_read_as`.
///
/// Reads fail with `MEMGLASS_STATUS_GONE` if the object was destroyed, `…_CONTENDED`, `…_TYPE_MISMATCH`,
/// `…_TRUNCATED` if the session's memory was cut short, and `…_TOO_LARGE`.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_field_read_integer(
    field: Option<&CField>,
    reading: u32,
    integer: Option<&mut MaybeUninit<CInteger>>,
) -> Status {
    entry(|| {
        let out = place(integer, "integer")?;
        let value = read(known(field)?, reading)?;
        out.write(integer_of(&value).ok_or_else(|| {
            let wanted = match value {
                Value::U128(_) => "one that is below 2^127",
                _ => "an integer",
            };
            mismatch(field, &value, wanted)
        })?);
        Ok(())
    })
}

/// Reads a number as a floating-point one; a large integer becomes the nearest.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_field_read_real(
    field: Option<&CField>,
    reading: u32,
    real: Option<&mut MaybeUninit<f64>>,
) -> Status {
    entry(|| {
        let out = place(real, "real")?;
        let value = read(known(field)?, reading)?;
        out.write(
            value
                .as_f64()
                .ok_or_else(|| mismatch(field, &value, "a number"))?,
        );
        Ok(())
    })
}

/// Copies a text, or the name of an enum value, into a buffer, without a zero byte at its end. `len` gets the
/// number of bytes even if the buffer is too small.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_field_read_text(
    field: Option<&CField>,
    reading: u32,
    buffer: *mut u8,
    capacity: usize,
    len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    entry(|| {
        let value = read(known(field)?, reading)?;
        let text = String::try_from(&value).map_err(|error| converted(field, &error))?;
        copy(text.as_bytes(), buffer, capacity, len)
    })
}

/// Copies the value as text for people into a buffer, whatever it is; as `memglass_field_read_text` does.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_field_show(
    field: Option<&CField>,
    reading: u32,
    buffer: *mut u8,
    capacity: usize,
    len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    entry(|| {
        let text = read(known(field)?, reading)?.to_string();
        copy(text.as_bytes(), buffer, capacity, len)
    })
}

/// Copies the value, `len` bytes, to `value` as a bare value of a type of `schema`. Members are found by name
/// and must have the same types; a member that is not there is an error. Bytes between members become zero.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_field_read_as(
    field: Option<&CField>,
    reading: u32,
    schema: Option<&CSchema>,
    type_id: u32,
    value: *mut c_void,
    len: usize,
) -> Status {
    entry(|| {
        let field = known(field)?;
        let (schema, id) = bare_type(schema, type_id, len)?;
        let value = zeroed(value.cast::<u8>(), len, "value")?;
        match reading {
            0 => field.read_as_type(schema, id, value)?,
            1 => field.try_read_as_type(schema, id, value)?,
            _ => return Err(no_reading(reading)),
        }
        Ok(())
    })
}

/// The integer that the bytes of an update are, as `memglass_field_read_integer` gives it.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_field_integer_of(
    field: Option<&CField>,
    bytes: *const u8,
    len: usize,
    integer: Option<&mut MaybeUninit<CInteger>>,
) -> Status {
    entry(|| {
        let out = place(integer, "integer")?;
        let value = value_of(known(field)?, bytes, len)?;
        out.write(integer_of(&value).ok_or_else(|| mismatch(field, &value, "an integer"))?);
        Ok(())
    })
}

/// The same for a floating-point number.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_field_real_of(
    field: Option<&CField>,
    bytes: *const u8,
    len: usize,
    real: Option<&mut MaybeUninit<f64>>,
) -> Status {
    entry(|| {
        let out = place(real, "real")?;
        let value = value_of(known(field)?, bytes, len)?;
        out.write(
            value
                .as_f64()
                .ok_or_else(|| mismatch(field, &value, "a number"))?,
        );
        Ok(())
    })
}

/// The same as text for people.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_field_show_of(
    field: Option<&CField>,
    bytes: *const u8,
    bytes_len: usize,
    buffer: *mut u8,
    capacity: usize,
    len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    entry(|| {
        let text = value_of(known(field)?, bytes, bytes_len)?.to_string();
        copy(text.as_bytes(), buffer, capacity, len)
    })
}

fn read(field: &Field, reading: u32) -> Result<Value, Failure> {
    let value: Result<Value, ReadError> = match reading {
        0 => field.read(),
        1 => field.try_read(),
        2 => field.read_unchecked(),
        _ => return Err(no_reading(reading)),
    };
    Ok(value?)
}

fn value_of(field: &Field, bytes: *const u8, len: usize) -> Result<Value, Failure> {
    let bytes = elements(bytes, len, "bytes")?;
    let expected = field.read_bytes().map_or(len, |present| present.len());
    if len != expected {
        let message = format!("{} has {expected} bytes, not {len}", field.path());
        return Err(Failure::new(Status::BadArgument, message));
    }
    Ok(field.value_of(bytes))
}

/// The integer, if it fits into 128 bits with a sign.
fn integer_of(value: &Value) -> Option<CInteger> {
    value.as_i128().map(CInteger::of)
}

fn mismatch(field: Option<&CField>, value: &Value, wanted: &str) -> Failure {
    let path = field.map_or("the field", |field| field.field.path());
    let message = format!("{path} is {}, not {wanted}", value.noun());
    Failure::new(Status::TypeMismatch, message)
}

fn converted(field: Option<&CField>, error: &ConvertError) -> Failure {
    let path = field.map_or("the field", |field| field.field.path());
    Failure::new(Status::TypeMismatch, format!("{path}: {error}"))
}

fn no_reading(code: u32) -> Failure {
    let message = format!("{code} cannot be asked for here; see memglass_reading");
    Failure::new(Status::BadArgument, message)
}
