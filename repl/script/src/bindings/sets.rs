//! `save_set`, `diff_set` and `apply_set`: parameter sets.

use std::rc::Rc;

use rhai::{Array, Engine, EvalAltResult, INT, ImmutableString, NativeCallContext};

use super::table::Rows;
use crate::context::Context;
use crate::convert::noun;
use crate::error::raise;
use crate::sets::{self, SetError};

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

pub(super) fn register(engine: &mut Engine, context: &Rc<Context>) {
    let shared = context.clone();
    engine.register_fn("save_set", move |name: &str, pattern: &str| {
        save(&shared, name, &[pattern.to_owned()])
    });
    let shared = context.clone();
    engine.register_fn("save_set", move |name: &str, patterns: Array| {
        let text = patterns.iter().map(|pattern| {
            let text = pattern.read_lock::<ImmutableString>();
            let text = text.map(|text| text.to_string());
            text.ok_or_else(|| {
                raise(format_args!(
                    "save_set takes patterns, not {}",
                    noun(pattern)
                ))
            })
        });
        save(&shared, name, &text.collect::<Result<Vec<String>>>()?)
    });
    engine.register_fn("sets", || -> Result<Rows> {
        sets::list().map(Rows::new).map_err(told)
    });
    let shared = context.clone();
    engine.register_fn("diff_set", move |name: &str| -> Result<Rows> {
        shared.refresh()?;
        let is_interrupted = || shared.run.is_interrupted();
        let table = sets::diff(&shared.attached.observer(), name, &is_interrupted);
        let table = table.map_err(|error| shared.run.ended_by(told(error)));
        table.map(Rows::new)
    });
    let shared = context.clone();
    engine.register_fn("apply_set", move |call: NativeCallContext, name: &str| {
        apply(&shared, name, shared.line_of(&call))
    });
}

fn apply(context: &Context, name: &str, line: u32) -> Result<INT> {
    context.refresh()?;
    let is_interrupted = || context.run.is_interrupted();
    let prepared = sets::prepare(&context.attached.observer(), name, &is_interrupted);
    let prepared = prepared.map_err(|error| context.run.ended_by(told(error)))?;
    if let Some(field) = prepared.first() {
        context.check_writable(field)?;
    }
    let count = prepared.count;
    prepared.write(&context.ledger, line).map_err(told)?;
    Ok(count as INT)
}

fn save(context: &Context, name: &str, patterns: &[String]) -> Result<INT> {
    context.refuse_to_write("save_set")?;
    if patterns.is_empty() {
        return Err(raise("save_set takes at least one pattern"));
    }
    context.refresh()?;
    let set = sets::of(&context.attached.observer(), name, patterns).map_err(told)?;
    let would = || {
        let noun = if set.count == 1 { "field" } else { "fields" };
        format!(
            "dry run: {} would get {} {noun}",
            set.path.display(),
            set.count
        )
    };
    if !context.ledger.tells_instead(would) {
        set.save().map_err(told)?;
    }
    Ok(set.count as INT)
}

fn told(error: SetError) -> Box<EvalAltResult> {
    raise(memglass_value::causes::with_causes(&error))
}
