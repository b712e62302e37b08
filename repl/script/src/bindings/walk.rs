//! Going through a value with all its parts, from the outer to the inner or the other way round.
//!
//! ```rhai
//! walk(p, |path, value, leaf| print(path))              // each part, the outer before the inner
//! walk(p, |path, value, leaf| path != "levels")         // false: not what is in it
//! fold(p, |node, children| if node.leaf { 1 } else { children.sum() })
//! ```

use std::rc::Rc;

use memglass_value::walk;
use rhai::{Array, Dynamic, Engine, EvalAltResult, FnPtr, Map, NativeCallContext};

use crate::ask::Ask;
use crate::context::Context;
use crate::convert::{Part, noun};
use crate::error::raise;
use crate::place::Place;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// Registers `walk` and `fold`.
pub(super) fn register(engine: &mut Engine, context: &Rc<Context>) {
    let shared = context.clone();
    engine.register_fn(
        "walk",
        move |call: NativeCallContext, of: Dynamic, closure: FnPtr| -> Result<()> {
            let forms = "|path, value, leaf| … with each part";
            let ask = Ask::new(&call, &shared, "walk", closure, &[3], forms)?;
            walk(&ask, &part(&of)?)
        },
    );
    let shared = context.clone();
    engine.register_fn(
        "fold",
        move |call: NativeCallContext, of: Dynamic, closure: FnPtr| -> Result<Dynamic> {
            let forms = "|node, children| … with each part and what came out of its parts";
            let ask = Ask::new(&call, &shared, "fold", closure, &[2], forms)?;
            let whole = part(&of)?;
            shared.only_looking("fold", || fold(&ask, &whole))
        },
    );
}

/// The value of one moment with its parts.
fn part(of: &Dynamic) -> Result<Part> {
    if let Some(place) = of.read_lock::<Place>() {
        return place.node.parts();
    }
    match of.is_map() || of.is_array() {
        true => Part::of_copy(of),
        false => Err(raise(format_args!(
            "there are no parts in {}: an object, a map or an array has some",
            noun(of)
        ))),
    }
}

fn walk(ask: &Ask<'_>, whole: &Part) -> Result<()> {
    walk::walk(whole, &mut |part| {
        let value = part.value;
        let answer = ask.call([part.path.into(), value.value(), value.is_leaf().into()])?;
        // An action has no answer, and goes on.
        Ok(answer.as_bool() != Ok(false))
    })
}

fn fold(ask: &Ask<'_>, whole: &Part) -> Result<Dynamic> {
    walk::fold(whole, &mut |part, children: Array| {
        let of = part.value;
        let value = match of.is_leaf() {
            true => of.value(),
            false => Dynamic::UNIT,
        };
        let node: Map = [
            ("path".into(), part.path.into()),
            ("name".into(), of.name.clone().into()),
            ("value".into(), value),
            ("leaf".into(), of.is_leaf().into()),
        ]
        .into();
        let result = ask.call([Dynamic::from_map(node), Dynamic::from_array(children)])?;
        Ok(result.flatten())
    })
}
