//! A script's value as text and as JSON, with whatever it holds: objects are read, `()` is `null`.

use memglass_value::format::{self, Style};
use rhai::{Array, Dynamic, EvalAltResult, ImmutableString, Map};
use serde_json::Value as Json;

use super::bindings::{Obs, Rows, aligned};
use super::context::Context;
use super::convert::{self, noun};
use super::duration::Ago;
use super::error::raise;
use super::object_list::ObjectList;
use super::place::Place;

/// Levels of arrays and maps within each other that are written.
const DEPTH: u32 = 128;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// The text that `print` and `${…}` make of a value.
///
/// # Errors
///
/// An object in it cannot be read, or the script was interrupted meanwhile.
pub(crate) fn text(value: &Dynamic, context: &Context) -> Result<String> {
    if let Some(text) = value.read_lock::<ImmutableString>() {
        return Ok(text.to_string());
    }
    let mut text = String::new();
    write(&mut text, value, context, DEPTH)?;
    Ok(text)
}

fn write(out: &mut String, value: &Dynamic, context: &Context, depth: u32) -> Result<()> {
    context.run.check_interrupt()?;
    let Some(depth) = depth.checked_sub(1) else {
        out.push('…');
        return Ok(());
    };
    if let Some(list) = value.read_lock::<ObjectList>() {
        let parts = list.places();
        return write_list(out, ["[", "]"], parts, |out, place| {
            write(out, &Dynamic::from(place?.1), context, depth)
        });
    }
    if let Some(elements) = value.read_lock::<Array>() {
        return write_list(out, ["[", "]"], elements.iter(), |out, value| {
            write(out, value, context, depth)
        });
    }
    if let Some(map) = value.read_lock::<Map>() {
        return write_list(out, ["{", "}"], map.iter(), |out, (name, value)| {
            out.push_str(&format::escaped(name));
            out.push_str(": ");
            write(out, value, context, depth)
        });
    }
    out.push_str(&scalar_text(value, context)?);
    Ok(())
}

fn write_list<T>(
    out: &mut String,
    [open, close]: [&str; 2],
    parts: impl Iterator<Item = T>,
    mut write_part: impl FnMut(&mut String, T) -> Result<()>,
) -> Result<()> {
    out.push_str(open);
    for (index, part) in parts.enumerate() {
        out.push_str(if index > 0 { ", " } else { "" });
        write_part(out, part)?;
    }
    out.push_str(close);
    Ok(())
}

fn scalar_text(value: &Dynamic, context: &Context) -> Result<String> {
    if let Some(place) = value.read_lock::<Place>() {
        return Ok(format::text(&place.value()?, &Style::default()));
    }
    if let Some(value) = convert::from_script(value) {
        return Ok(match value {
            // As a script shows it: with all digits, and a point that tells it from an integer.
            memglass::Value::F64(_) => format::raw(&value),
            value => format::text(&value, &Style::default()),
        });
    }
    own_text(value, context)
}

/// The text of what is no value.
pub(crate) fn own_text(value: &Dynamic, context: &Context) -> Result<String> {
    if let Some(session) = value.read_lock::<Obs>() {
        return Ok(session.to_string());
    }
    if let Some(rows) = value.read_lock::<Rows>() {
        return aligned(&rows.0, context);
    }
    if let Some(duration) = value.read_lock::<std::time::Duration>() {
        return Ok(format!("{:?}", *duration));
    }
    if let Some(ago) = value.read_lock::<Ago>() {
        return Ok(ago.to_string());
    }
    if let Some(text) = context.foreign_text(value) {
        return Ok(text);
    }
    Ok(match value {
        value if value.is_unit() => "()".into(),
        value if value.is_fnptr() => "a function".into(),
        value => value.to_string(),
    })
}

/// The JSON of a value.
///
/// # Errors
///
/// Some part of it has no JSON form, or as [`text`].
pub(crate) fn json(value: &Dynamic, context: &Context) -> Result<Json> {
    json_within(value, context, DEPTH)
}

fn json_within(value: &Dynamic, context: &Context, depth: u32) -> Result<Json> {
    context.run.check_interrupt()?;
    let depth = depth.checked_sub(1).ok_or_else(too_deep)?;
    if let Some(list) = value.read_lock::<ObjectList>() {
        let elements = list
            .places()
            .map(|place| json_within(&Dynamic::from(place?.1), context, depth));
        return elements.collect::<Result<_>>().map(Json::Array);
    }
    if let Some(elements) = value.read_lock::<Array>() {
        let elements = elements
            .iter()
            .map(|value| json_within(value, context, depth));
        return elements.collect::<Result<_>>().map(Json::Array);
    }
    if let Some(map) = value.read_lock::<Map>() {
        let entries = map
            .iter()
            .map(|(name, value)| Ok((name.to_string(), json_within(value, context, depth)?)));
        return entries.collect::<Result<_>>().map(Json::Object);
    }
    scalar_json(value, context)
}

fn scalar_json(value: &Dynamic, context: &Context) -> Result<Json> {
    if value.is_unit() {
        return Ok(Json::Null);
    }
    if let Some(place) = value.read_lock::<Place>() {
        return Ok(format::json(&place.value()?));
    }
    if let Some(rows) = value.read_lock::<Rows>() {
        let rows: std::io::Result<_> = rows.0.all_json().collect();
        return rows.map(Json::Array).map_err(raise);
    }
    if let Some(duration) = value.read_lock::<std::time::Duration>() {
        return Ok(format!("{:?}", *duration).into());
    }
    if let Some(ago) = value.read_lock::<Ago>() {
        return Ok(ago.to_string().into());
    }
    match convert::from_script(value) {
        Some(value) => Ok(format::json(&value)),
        None => match context.foreign_text(value) {
            Some(text) => Ok(text.into()),
            None => Err(raise(format_args!("JSON has nothing for {}", noun(value)))),
        },
    }
}

fn too_deep() -> Box<EvalAltResult> {
    raise(format_args!(
        "JSON: arrays and maps lie more than {DEPTH} deep in each other"
    ))
}
