//! Bytes as packed records: layouts of the script's own, bytes that are typed, and looking at bytes as a type.
//!
//! ```rhai
//! define("struct msg { u8 n; be u16 data[n]; };")
//! cast(blob("02 0005 0007"), "msg")       // #{n: 2, data: [5, 7]}
//! cast(p.raw, "msg")  cast(p.raw, "Quote")
//! ```

use std::rc::Rc;

use memglass::layouts::Layout;
use memglass::schema::{Definition, Kind, Schema};
use memglass::{Value, nearest};
use rhai::{Array, Blob, Dynamic, Engine, EvalAltResult, ImmutableString};

use crate::context::Context;
use crate::convert::{self, noun};
use crate::describe;
use crate::error::raise;
use crate::place::Place;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// Registers `define`, `blob` and `cast`.
pub(super) fn register(engine: &mut Engine, context: &Rc<Context>) {
    let shared = context.clone();
    engine.register_fn("define", move |text: &str| define(&shared, text));
    engine.register_fn("blob", |digits: &str| from_hex(digits));
    let shared = context.clone();
    engine.register_fn("cast", move |bytes: Dynamic, name: &str| {
        cast(&shared, &bytes, name)
    });
}

/// Adds a layout for this script. A later struct of the same name takes the place of an earlier one.
fn define(context: &Context, text: &str) -> Result<()> {
    let layout = Layout::parse(text).map_err(|mistake| raise(mistake.with_caret(text)))?;
    let definition = Definition::new(layout);
    let mut layouts = context.layouts.borrow_mut();
    layouts.retain(|known| *known != definition);
    layouts.push(definition);
    Ok(())
}

/// Bytes from pairs of hex digits.
fn from_hex(text: &str) -> Result<Blob> {
    let is_digit = |c: &char| !(c.is_ascii_whitespace() || matches!(c, '_' | ':' | ','));
    let digits: Vec<char> = text.chars().filter(is_digit).collect();
    let number = |c: &char| match c.to_digit(16) {
        Some(digit) => Ok(digit as u8),
        None => Err(raise(format_args!(
            "{c:?} is no hex digit; blob takes pairs of them: \"03 02 ff\""
        ))),
    };
    let pairs = digits.chunks(2).map(|pair| match pair {
        [high, low] => Ok(number(high)? << 4 | number(low)?),
        [other] if !other.is_ascii_hexdigit() => number(other),
        _ => Err(raise(format_args!(
            "{} hex digits are no whole bytes: one byte is two digits",
            digits.len()
        ))),
    });
    pairs.collect()
}

/// A copy of what the bytes are as a value of this type.
fn cast(context: &Context, bytes: &Dynamic, name: &str) -> Result<Dynamic> {
    let bytes = bytes_of(bytes)?;
    context.refresh()?;
    let schema = context.schema();
    if let Some(definition) = definition_of(context, &schema, name) {
        let value = definition.value(name, &bytes);
        let value = value.map_err(|error| raise(memglass_value::causes::with_causes(&error)))?;
        return Ok(convert::untyped(value));
    }
    let id = schema
        .find(name)
        .ok_or_else(|| raise(no_type(context, &schema, name)))?;
    let id = schema.bare(id);
    let size = schema[id].size as usize;
    let own = bytes.get(..size).ok_or_else(|| {
        let found = bytes.len();
        raise(format_args!(
            "a {name} has {size} bytes, and there are {found}"
        ))
    })?;
    let value = memglass::object_value(&schema, id, None, own);
    Ok(convert::whole(value, &schema, id, &context.symbols))
}

/// The text of a layout of the script's own that defines something of this name.
pub(super) fn own_text(context: &Context, name: &str) -> Option<String> {
    let layouts = context.layouts.borrow();
    let mut layouts = layouts.iter().rev().map(Definition::layout);
    let known = layouts.find(|known| known.defines(name))?;
    Some(known.marked_text().trim_end().to_owned())
}

/// The layout that defines a struct: the script's own, latest first, then those of the session.
fn definition_of(context: &Context, schema: &Schema, name: &str) -> Option<Definition> {
    let defines = |known: &&Definition| known.layout().structs().any(|of| of == name);
    let layouts = context.layouts.borrow();
    if let Some(own) = layouts.iter().rev().find(defines) {
        return Some(own.clone());
    }
    let of_session = schema.iter().filter_map(|(_, ty)| match &ty.kind {
        Kind::Layout { definition } => Some(definition),
        _ => None,
    });
    of_session.into_iter().find(|known| defines(known)).cloned()
}

fn no_type(context: &Context, schema: &Schema, name: &str) -> String {
    let layouts = context.layouts.borrow();
    let own = layouts.iter().flat_map(|known| known.layout().structs());
    let hint = match nearest(name, own.map(str::to_owned)) {
        Some(near) => format!("; did you mean {near:?}?"),
        None => describe::suggested_type(schema, name),
    };
    format!("no type is named {name:?}{hint}")
}

/// The bytes that a value of a script is.
fn bytes_of(value: &Dynamic) -> Result<Vec<u8>> {
    let found = if let Some(bytes) = value.read_lock::<Blob>() {
        Some(bytes.clone())
    } else if let Some(array) = value.read_lock::<Array>() {
        Some(of_array(&array)?)
    } else if let Some(text) = value.read_lock::<ImmutableString>() {
        of_text(&text)
    } else if let Some(place) = value.read_lock::<Place>() {
        of_value(place.value()?)
    } else {
        None
    };
    found.ok_or_else(|| {
        raise(format_args!(
            "cast takes bytes, such as a field of the type u8[64] or blob(\"0302\"); {} is none",
            noun(value)
        ))
    })
}

/// The bytes of a script's own array.
fn of_array(array: &Array) -> Result<Vec<u8>> {
    let bytes = array.iter().enumerate().map(|(index, element)| {
        let byte = element.as_int().ok().map(u8::try_from);
        byte.and_then(|byte| byte.ok()).ok_or_else(|| {
            let found = match element.is_int() {
                true => element.to_string(),
                false => noun(element),
            };
            raise(format_args!(
                "cast takes bytes, which are integers from 0 to 255: element {index} of the array is {found}"
            ))
        })
    });
    bytes.collect()
}

/// The bytes of a text, unless some were no text: what these were is lost.
fn of_text(text: &str) -> Option<Vec<u8>> {
    (!text.contains(char::REPLACEMENT_CHARACTER)).then(|| text.as_bytes().to_vec())
}

/// The elements of an array of bytes.
fn of_value(value: Value) -> Option<Vec<u8>> {
    let Value::List(elements) = value else {
        return None;
    };
    let bytes = elements.iter().map(|element| match element {
        Value::U64(byte) => u8::try_from(*byte).ok(),
        Value::I64(byte) => i8::try_from(*byte).ok().map(|byte| byte as u8),
        _ => None,
    });
    bytes.collect()
}
