//! What scripts print.

use std::rc::Rc;

use rhai::{Array, Dynamic, Engine, EvalAltResult, ImmutableString, Map, NativeCallContext};

use super::objects::Session;
use crate::format;
use crate::script::context::Context;
use crate::script::convert;
use crate::script::place::Place;
use crate::script::tokens;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// Registers the texts of values. Rhai's own are the names of types for a proxy, an array of proxies, or one
/// that cannot be read.
pub(super) fn register(engine: &mut Engine, context: &Rc<Context>) {
    let printer = context.print.clone();
    engine.on_print(move |text| printer(text));
    let printer = context.print.clone();
    engine.on_debug(move |text, source, position| {
        let place = source.map_or_else(
            || position.to_string(),
            |source| format!("{source} {position}"),
        );
        printer(&format!("[{place}] {text}"));
    });
    // Whatever is returned here, Rhai hands to the printer above.
    engine.register_fn("print", |value: Dynamic| text(&value));
    engine.register_fn("print", || "");
    register_text::<Array>(engine, context);
    register_text::<Map>(engine, context);
    register_text::<Place>(engine, context);
}

/// All ways in which Rhai asks for the text of a value, including string interpolation.
fn register_text<T: Clone + 'static>(engine: &mut Engine, context: &Rc<Context>) {
    engine.register_fn("print", |value: T| text(&Dynamic::from(value)));
    engine.register_fn("debug", |value: T| text(&Dynamic::from(value)));
    for name in ["to_string", "to_debug"] {
        let context = context.clone();
        engine.register_fn(name, move |call: NativeCallContext, value: T| {
            let text = text(&Dynamic::from(value));
            let is_written_out =
                tokens::rest(&context.source.borrow(), call.call_position()).starts_with(name);
            text.inspect_err(|error| {
                if !is_written_out {
                    context.fail(error)
                }
            })
        });
    }
    engine.register_fn("+", |left: ImmutableString, value: T| -> Result<String> {
        Ok(format!("{left}{}", text(&Dynamic::from(value))?))
    });
    engine.register_fn("+", |value: T, right: ImmutableString| -> Result<String> {
        Ok(format!("{}{right}", text(&Dynamic::from(value))?))
    });
    engine.register_fn(
        "+=",
        |whole: &mut ImmutableString, value: T| -> Result<()> {
            *whole = format!("{whole}{}", text(&Dynamic::from(value))?).into();
            Ok(())
        },
    );
}

/// A value as a script prints it.
fn text(value: &Dynamic) -> Result<String> {
    if let Some(text) = value.read_lock::<ImmutableString>() {
        return Ok(text.to_string());
    }
    if value.is::<Place>() || value.is::<Array>() || value.is::<Map>() {
        check_readable(value)?;
        if let Some(value) = convert::from_script(value) {
            return Ok(format::text(&value, &format::Style::default()));
        }
    }
    match value.read_lock::<std::time::Duration>() {
        Some(duration) => Ok(format!("{:?}", *duration)),
        None => Ok(own_text(value)),
    }
}

fn own_text(value: &Dynamic) -> String {
    if let Some(session) = value.read_lock::<Session>() {
        return session.to_string();
    }
    super::table::own_text(value)
        .or_else(|| Some(convert::from_script(value)?.to_string()))
        .unwrap_or_else(|| value.to_string())
}

/// The error of a proxy in an array that cannot be read.
fn check_readable(value: &Dynamic) -> Result<()> {
    if let Some(elements) = value.read_lock::<Array>() {
        return elements.iter().try_for_each(check_readable);
    }
    match value.read_lock::<Place>() {
        Some(place) => place.value().map(drop),
        None => Ok(()),
    }
}
