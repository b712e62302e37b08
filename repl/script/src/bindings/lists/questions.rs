//! Which elements there are for which something holds, and what there is to say of each.

use std::rc::Rc;

use rhai::{Array, Dynamic, Engine, FnPtr, INT, NativeCallContext};

use super::{Elements, Result, method};
use crate::ask::Ask;
use crate::context::Context;
use crate::error::raise;
use memglass_value::index;

/// Registers what all lists have.
pub(super) fn register<T: Elements>(engine: &mut Engine, context: &Rc<Context>) {
    asking(engine, context, "map", |ask, of: &T, _| {
        let mut answers = Array::new();
        for each in of.each()? {
            let (index, mut element) = each?;
            answers.extend(ask.answer(&mut element, index)?);
        }
        Ok(answers)
    });
    asking(engine, context, "filter", |ask, of: &T, _| {
        let [kept, _] = parted(ask, of)?;
        Ok(of.list(kept))
    });
    asking(engine, context, "some", |ask, of: &T, _| {
        Ok(first(ask, of, 0)?.is_some())
    });
    asking(engine, context, "all", |ask, of: &T, _| {
        for each in of.each()? {
            let (index, mut element) = each?;
            let answer = ask.answer(&mut element, index)?;
            if let Some(answer) = answer
                && !ask.truth(&answer)?
            {
                return Ok(false);
            }
        }
        Ok(true)
    });
    asking_from(engine, context, "find", |ask, of: &T, start| {
        Ok(first(ask, of, start)?.map_or(Dynamic::UNIT, |(_, element)| element))
    });
    asking_from(engine, context, "index_of", |ask, of: &T, start| {
        Ok(first(ask, of, start)?.map_or(-1, |(index, _)| index as INT))
    });
    asking_from(engine, context, "find_map", |ask, of: &T, start| {
        for each in of.each()? {
            let (index, mut element) = each?;
            if index >= start
                && let Some(answer) = ask.answer(&mut element, index)?
                && !answer.is_unit()
            {
                return Ok(answer);
            }
        }
        Ok(Dynamic::UNIT)
    });
    register_reduce::<T>(engine, context, "reduce", false);
    register_reduce::<T>(engine, context, "reduce_rev", true);
    register_for_each::<T>(engine, context);
}

/// Registers what changes a list.
pub(super) fn register_in_place<T: Elements>(engine: &mut Engine, context: &Rc<Context>) {
    parting(engine, context, "retain", |of: &mut T, kept, rest| {
        let rest = of.list(rest);
        of.put(kept);
        rest
    });
    parting(engine, context, "drain", |of: &mut T, kept, rest| {
        let kept = of.list(kept);
        of.put(rest);
        kept
    });
}

/// Registers what only arrays have.
pub(super) fn register_arrays(engine: &mut Engine, context: &Rc<Context>) {
    // Elements of an array are changed in place, and what they are is not copied for it.
    let shared = context.clone();
    engine.register_fn(
        "for_each",
        move |call: NativeCallContext, array: &mut Array, closure: FnPtr| -> Result<()> {
            let ask = Ask::of_element(&call, &shared, "for_each", closure)?;
            for (index, element) in array.iter_mut().enumerate() {
                ask.answer(element, index)?;
            }
            Ok(())
        },
    );
    let shared = context.clone();
    engine.register_fn(
        "dedup",
        move |call: NativeCallContext, array: &mut Array, closure: FnPtr| -> Result<()> {
            let forms = "|a, b| … with two elements";
            let ask = Ask::new(&call, &shared, "dedup", closure, &[2], forms)?;
            let kept = shared.only_looking("dedup", || without_repeated(&ask, array))?;
            *array = kept;
            Ok(())
        },
    );
    let shared = context.clone();
    method(
        engine,
        "zip",
        move |call: NativeCallContext,
              array: &mut Array,
              other: Array,
              closure: FnPtr|
              -> Result<Array> {
            let forms = "|a, b| … with an element of each, or |a, b, index| …";
            let ask = Ask::new(&call, &shared, "zip", closure, &[2, 3], forms)?;
            shared.only_looking("zip", || zipped(&ask, array, other))
        },
    );
}

/// A function that asks a closure about elements.
fn asking<T: Elements, R: Clone + 'static>(
    engine: &mut Engine,
    context: &Rc<Context>,
    name: &'static str,
    work: impl Fn(&Ask<'_>, &T, usize) -> Result<R> + 'static,
) {
    let context = context.clone();
    method(
        engine,
        name,
        move |call: NativeCallContext, of: &mut T, closure: FnPtr| -> Result<R> {
            let ask = Ask::of_element(&call, &context, name, closure)?;
            let ask = ask.skipping_gone(T::SKIPS_GONE);
            context.only_looking(name, || work(&ask, of, 0))
        },
    );
}

/// The same, also with the index of the element to begin at.
fn asking_from<T: Elements, R: Clone + 'static>(
    engine: &mut Engine,
    context: &Rc<Context>,
    name: &'static str,
    work: impl Fn(&Ask<'_>, &T, usize) -> Result<R> + Clone + 'static,
) {
    asking(engine, context, name, work.clone());
    let context = context.clone();
    method(
        engine,
        name,
        move |call: NativeCallContext, of: &mut T, closure: FnPtr, start: INT| -> Result<R> {
            let ask = Ask::of_element(&call, &context, name, closure)?;
            let ask = ask.skipping_gone(T::SKIPS_GONE);
            let start = match start < 0 {
                true => index::find("index", start, of.each()?.count() as u64).map_err(raise)?,
                false => start.unsigned_abs(),
            };
            context.only_looking(name, || work(&ask, of, start as usize))
        },
    );
}

/// A function that parts a list in two.
fn parting<T: Elements>(
    engine: &mut Engine,
    context: &Rc<Context>,
    name: &'static str,
    part: impl Fn(&mut T, Vec<T::Kept>, Vec<T::Kept>) -> Dynamic + 'static,
) {
    let context = context.clone();
    engine.register_fn(
        name,
        move |call: NativeCallContext, of: &mut T, closure: FnPtr| -> Result<Dynamic> {
            let ask = Ask::of_element(&call, &context, name, closure)?;
            let ask = ask.skipping_gone(T::SKIPS_GONE);
            let [kept, rest] = context.only_looking(name, || parted(&ask, of))?;
            Ok(part(of, kept, rest))
        },
    );
}

/// The elements for which it holds, and the others.
fn parted<T: Elements>(ask: &Ask<'_>, of: &T) -> Result<[Vec<T::Kept>; 2]> {
    let [mut kept, mut rest] = [Vec::new(), Vec::new()];
    for each in of.each()? {
        let (index, mut element) = each?;
        match ask.holds(&mut element, index)? {
            true => kept.push(T::keep(index, element)),
            false => rest.push(T::keep(index, element)),
        }
    }
    Ok([kept, rest])
}

/// The first element for which it holds.
fn first<T: Elements>(ask: &Ask<'_>, of: &T, start: usize) -> Result<Option<(usize, Dynamic)>> {
    for each in of.each()? {
        let (index, mut element) = each?;
        if index >= start && ask.holds(&mut element, index)? {
            return Ok(Some((index, element)));
        }
    }
    Ok(None)
}

fn register_reduce<T: Elements>(
    engine: &mut Engine,
    context: &Rc<Context>,
    name: &'static str,
    from_the_end: bool,
) {
    let forms = "|sum, x| … with what came out so far and an element, or |sum, x, index| …";
    let reduce = move |context: &Context,
                       call: &NativeCallContext<'_>,
                       of: &T,
                       closure: FnPtr,
                       start: Dynamic| {
        let ask = Ask::new(call, context, name, closure, &[1, 2, 3], forms)?;
        context.only_looking(name, || {
            let mut elements = of.each()?.collect::<Result<Vec<_>>>()?;
            if from_the_end {
                elements.reverse();
            }
            let mut elements = elements.into_iter();
            elements.try_fold(start, |sum, (index, mut element)| {
                ask.fold(sum, &mut element, index)
            })
        })
    };
    let shared = context.clone();
    method(
        engine,
        name,
        move |call: NativeCallContext, of: &mut T, closure: FnPtr| -> Result<Dynamic> {
            reduce(&shared, &call, of, closure, Dynamic::UNIT)
        },
    );
    let shared = context.clone();
    method(
        engine,
        name,
        move |call: NativeCallContext,
              of: &mut T,
              closure: FnPtr,
              start: Dynamic|
              -> Result<Dynamic> { reduce(&shared, &call, of, closure, start) },
    );
}

/// The one that does something instead of asking: it may write.
fn register_for_each<T: Elements>(engine: &mut Engine, context: &Rc<Context>) {
    let context = context.clone();
    engine.register_fn(
        "for_each",
        move |call: NativeCallContext, of: &mut T, closure: FnPtr| -> Result<()> {
            let ask = Ask::of_element(&call, &context, "for_each", closure)?;
            let ask = ask.skipping_gone(T::SKIPS_GONE);
            for each in of.each()? {
                let (index, mut element) = each?;
                ask.answer(&mut element, index)?;
            }
            Ok(())
        },
    );
}

fn without_repeated(ask: &Ask<'_>, array: &Array) -> Result<Array> {
    let mut kept = Array::new();
    for element in array {
        let repeats = match kept.last() {
            Some(last) => ask.truth(&ask.call([Dynamic::clone(last), element.clone()])?)?,
            None => false,
        };
        if !repeats {
            kept.push(element.clone());
        }
    }
    Ok(kept)
}

fn zipped(ask: &Ask<'_>, array: &Array, other: Array) -> Result<Array> {
    let pairs = array.iter().zip(other).enumerate();
    let answers = pairs.map(|(index, (a, b))| match ask.count() {
        2 => ask.call([a.clone(), b]),
        _ => ask.call([a.clone(), b, Dynamic::from_int(index as INT)]),
    });
    answers.collect()
}
