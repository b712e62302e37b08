//! The script itself: its end, its pauses, its expectations, and what types there are.
//!
//! ```rhai
//! expect(p.quantity >= 0, "quantity is negative")     // an error with that text unless it holds
//! exit(3)                                             // ends at once; no `try` catches it
//! sleep(2.s)  sleep(200.ms)                           // Ctrl-C ends it
//! ```

use std::rc::Rc;

use rhai::{Dynamic, Engine, EvalAltResult, INT, ImmutableString};

use crate::script::context::Context;
use crate::script::duration;
use crate::script::error::raise;
use crate::script::halt::Halt;

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
    register_sleep::<INT>(engine, context);
    register_sleep::<rhai::FLOAT>(engine, context);
    register_sleep::<std::time::Duration>(engine, context);
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
        Err(_) => Err(raise(format_args!(
            "exit({code}): an exit code is 0 to 255"
        ))),
    }
}

fn register_sleep<T: Clone + 'static>(engine: &mut Engine, context: &Rc<Context>) {
    let context = context.clone();
    engine.register_fn("sleep", move |time: T| {
        context.sleep(duration::argument(&Dynamic::from(time))?)
    });
}
