//! What scripts print.

use std::rc::Rc;

use rhai::{Array, Dynamic, Engine, EvalAltResult, ImmutableString, Map, NativeCallContext};

use super::table::Rows;
use crate::context::Context;
use crate::halt::Halt;
use crate::object_list::ObjectList;
use crate::place::Place;
use crate::written::text;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// Registers the texts of values. Rhai's own are the names of types for a proxy, an array of proxies, or one
/// that cannot be read.
pub(super) fn register(engine: &mut Engine, context: &Rc<Context>) {
    let printer = context.print.clone();
    engine.on_print(move |text| printer(text));
    let (printer, lines) = (context.print.clone(), context.clone());
    engine.on_debug(move |text, source, position| {
        let file = source.map_or(String::new(), |file| format!("{file}:"));
        let (line, column) = (position.line(), position.position());
        let line = line.map_or(0, |line| line + lines.lines_before.get());
        printer(&format!("{file}{line}:{}: {text}", column.unwrap_or(1)));
    });
    // Whatever is returned here, Rhai hands to the printer above.
    let shared = context.clone();
    engine.register_fn("print", move |value: Dynamic| text(&value, &shared));
    engine.register_fn("print", || "");
    register_text::<Array>(engine, context);
    register_text::<ObjectList>(engine, context);
    register_text::<Map>(engine, context);
    register_text::<Place>(engine, context);
    register_text::<Rows>(engine, context);
}

/// All ways in which Rhai asks for the text of a value, including string interpolation.
fn register_text<T: Clone + 'static>(engine: &mut Engine, context: &Rc<Context>) {
    for name in ["print", "debug"] {
        let shared = context.clone();
        engine.register_fn(name, move |value: T| text(&Dynamic::from(value), &shared));
    }
    for name in ["to_string", "to_debug"] {
        let context = context.clone();
        engine.register_fn(name, move |call: NativeCallContext, value: T| {
            let text = text(&Dynamic::from(value), &context);
            let is_written_out =
                memglass_syntax::rest(&context.source.borrow(), call.call_position())
                    .starts_with(name);
            text.inspect_err(|error| {
                // An interruption needs no help: it is there until it is obeyed.
                if !is_written_out && Halt::of(error).is_none() {
                    context.run.fail(error)
                }
            })
        });
    }
    let shared = context.clone();
    engine.register_fn(
        "+",
        move |left: ImmutableString, value: T| -> Result<String> {
            Ok(format!("{left}{}", text(&Dynamic::from(value), &shared)?))
        },
    );
    let shared = context.clone();
    engine.register_fn(
        "+",
        move |value: T, right: ImmutableString| -> Result<String> {
            Ok(format!("{}{right}", text(&Dynamic::from(value), &shared)?))
        },
    );
    let shared = context.clone();
    engine.register_fn(
        "+=",
        move |whole: &mut ImmutableString, value: T| -> Result<()> {
            *whole = format!("{whole}{}", text(&Dynamic::from(value), &shared)?).into();
            Ok(())
        },
    );
}
