//! Whether and where an array has a value, by the rules of `==`: what cannot be compared is not equal.
//!
//! Rhai's own functions of these names ask a function of the engine for each element, which takes ten times as long, and
//! nothing ends them.

use std::rc::Rc;

use memglass_value::index;
use rhai::{Array, Dynamic, Engine, INT, NativeCallContext};

use super::{Result, method};
use crate::compare::is_equal;
use crate::context::Context;
use crate::error::raise;

/// Registers them. `value in array` calls `contains`.
pub(super) fn register(engine: &mut Engine, context: &Rc<Context>) {
    let shared = context.clone();
    method(
        engine,
        "contains",
        move |call: NativeCallContext, array: &mut Array, value: Dynamic| -> Result<bool> {
            Ok(shared.index_of(&call, array, &value, 0)?.is_some())
        },
    );
    let shared = context.clone();
    method(
        engine,
        "index_of",
        move |call: NativeCallContext, array: &mut Array, value: Dynamic| -> Result<INT> {
            Ok(number(shared.index_of(&call, array, &value, 0)?))
        },
    );
    let shared = context.clone();
    method(
        engine,
        "index_of",
        move |call: NativeCallContext,
              array: &mut Array,
              value: Dynamic,
              start: INT|
              -> Result<INT> {
            let start = match start < 0 {
                true => index::find("index", start, array.len() as u64).map_err(raise)?,
                false => start.unsigned_abs(),
            };
            Ok(number(shared.index_of(
                &call,
                array,
                &value,
                start as usize,
            )?))
        },
    );
    let shared = context.clone();
    engine.register_fn(
        "dedup",
        move |call: NativeCallContext, array: &mut Array| shared.dedup(&call, array),
    );
}

impl Context {
    fn index_of(
        &self,
        call: &NativeCallContext,
        array: &Array,
        value: &Dynamic,
        start: usize,
    ) -> Result<Option<usize>> {
        for (index, element) in array.iter().enumerate().skip(start) {
            self.run.check_interrupt()?;
            if is_equal(call, &self.symbols, element, value)? {
                return Ok(Some(index));
            }
        }
        Ok(None)
    }

    /// Removes each element that is equal to the one before it.
    fn dedup(&self, call: &NativeCallContext, array: &mut Array) -> Result<()> {
        let mut kept = Array::new();
        for element in array.iter() {
            self.run.check_interrupt()?;
            let repeats = match kept.last() {
                Some(last) => is_equal(call, &self.symbols, last, element)?,
                None => false,
            };
            if !repeats {
                kept.push(element.clone());
            }
        }
        *array = kept;
        Ok(())
    }
}

/// As scripts say where something is.
fn number(index: Option<usize>) -> INT {
    index.map_or(-1, |index| index as INT)
}
