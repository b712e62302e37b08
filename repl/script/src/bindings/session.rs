//! The script itself: its end, its pauses, its expectations, and what types there are.
//!
//! ```rhai
//! expect(p.quantity >= 0, "quantity is negative")     // an error with that text unless it holds
//! exit(3)                                             // ends at once; no `try` catches it
//! limits(#{operations: 1_000_000})                    // how much a script may ask for; limits() tells
//! sleep(2.s)  sleep(200.ms)                           // Ctrl-C ends it
//! ```

use std::rc::Rc;

use memglass::schema::Range;
use rhai::{Dynamic, Engine, EvalAltResult, INT, ImmutableString, Map};

use crate::context::Context;
use crate::convert;
use crate::duration;
use crate::error::raise;
use crate::halt::Halt;
use crate::written::text;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// Registers them; `exit` and `sleep` replace those of Rhai's library, the first of which a caller
/// cannot tell from a last value and the second of which hears no Ctrl-C.
pub(super) fn register(engine: &mut Engine, context: &Rc<Context>) {
    engine.register_fn("expect", |holds: bool, message: &str| {
        expect(holds, message)
    });
    engine.register_fn("expect", |holds: bool| expect(holds, "it does not hold"));
    engine
        .register_fn("exit", |code: INT| exit(code))
        .register_fn("exit", || exit(0));
    let shared = context.clone();
    engine.register_fn("exit", move |code: Dynamic| -> Result<()> {
        let code = match code.read_lock::<ImmutableString>() {
            Some(text) => format!("{:?}", text.as_str()),
            None => text(&code, &shared)?,
        };
        Err(no_exit_code(code))
    });
    register_sleep::<INT>(engine, context);
    register_sleep::<rhai::FLOAT>(engine, context);
    register_sleep::<std::time::Duration>(engine, context);
    register_limits(engine, context);
    engine.register_fn("error", |message: ImmutableString| -> Result<()> {
        Err(raise(message))
    });
}

fn expect(holds: bool, message: &str) -> Result<()> {
    if holds {
        Ok(())
    } else {
        Err(raise(format_args!("expectation failed: {message}")))
    }
}

fn exit(code: INT) -> Result<()> {
    match u8::try_from(code) {
        Ok(code) => Err(Halt::Exit(code.into()).error()),
        Err(_) => Err(no_exit_code(code)),
    }
}

fn no_exit_code(code: impl std::fmt::Display) -> Box<EvalAltResult> {
    let codes = Range::of(u8::MIN, u8::MAX);
    raise(format_args!("exit({code}): an exit code is one of {codes}"))
}

/// Those of the engine hold from the next line on, the number of steps at once.
fn register_limits(engine: &mut Engine, context: &Rc<Context>) {
    let shared = context.clone();
    engine.register_fn("limits", move || shared.run.limits.get().map());
    let shared = context.clone();
    engine.register_fn("limits", move |wanted: Map| -> Result<()> {
        let mut limits = shared.run.limits.get();
        for (name, value) in &wanted {
            let value = value.as_int().map_err(|_| {
                let found = convert::noun(value);
                raise(format_args!("the limit {name} is a number, not {found}"))
            })?;
            limits = limits.with(name, value).map_err(raise)?;
        }
        shared.run.limits.set(limits);
        Ok(())
    });
}

fn register_sleep<T: Clone + 'static>(engine: &mut Engine, context: &Rc<Context>) {
    let context = context.clone();
    engine.register_fn("sleep", move |time: T| {
        context.sleep(duration::argument(&Dynamic::from(time))?)
    });
}
