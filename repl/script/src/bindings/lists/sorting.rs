//! Lists in order: by themselves, by a field, by a key, or by a function that compares two elements.
//!
//! ```rhai
//! [3, 1, 2].order()                           // a copy in order; `sort` changes the list itself
//! obs.all("Order").order_by("price")          obs.all("Order").order_by(|o| [o.symbol, o.price])
//! list.order_by(|a, b| a.price < b.price)     // or less than, equal to, greater than 0
//! ```

use std::rc::Rc;

use memglass_value::number::Number;
use rhai::{Dynamic, Engine, FnPtr, ImmutableString, NativeCallContext};

use super::{Elements, Key, Result, method};
use crate::ask::Ask;
use crate::compare::{Sortable, sorted};
use crate::context::Context;
use crate::convert::noun;
use crate::wide;

/// Functions that give a list in order, and whether its greatest element comes first.
const ORDERS: [(&str, bool); 3] = [("order", false), ("order_by", false), ("order_desc", true)];

/// Functions that bring a list itself in order.
const SORTS: [(&str, bool); 3] = [("sort", false), ("sort_by", false), ("sort_desc", true)];

/// Registers those that give another list.
pub(super) fn register<T: Elements>(engine: &mut Engine, context: &Rc<Context>) {
    for (name, descending) in ORDERS {
        let shared = context.clone();
        method(engine, name, move |of: &mut T| -> Result<Dynamic> {
            Ok(of.list(by_key(&shared, of, &Key::Itself, descending)?))
        });
        let shared = context.clone();
        method(
            engine,
            name,
            move |of: &mut T, field: ImmutableString| -> Result<Dynamic> {
                Ok(of.list(by_key(&shared, of, &Key::Field(field), descending)?))
            },
        );
        let shared = context.clone();
        method(
            engine,
            name,
            move |call: NativeCallContext, of: &mut T, closure: FnPtr| -> Result<Dynamic> {
                Ok(of.list(by_closure(&shared, &call, name, of, closure, descending)?))
            },
        );
    }
}

/// Registers those that change the list, which is also what they give.
pub(super) fn register_in_place<T: Elements>(engine: &mut Engine, context: &Rc<Context>) {
    for (name, descending) in SORTS {
        let shared = context.clone();
        engine.register_fn(name, move |of: &mut T| -> Result<Dynamic> {
            let kept = by_key(&shared, of, &Key::Itself, descending)?;
            of.put(kept);
            Ok(Dynamic::from(of.clone()))
        });
        let shared = context.clone();
        engine.register_fn(
            name,
            move |of: &mut T, field: ImmutableString| -> Result<Dynamic> {
                let kept = by_key(&shared, of, &Key::Field(field), descending)?;
                of.put(kept);
                Ok(Dynamic::from(of.clone()))
            },
        );
        let shared = context.clone();
        engine.register_fn(
            name,
            move |call: NativeCallContext, of: &mut T, closure: FnPtr| -> Result<Dynamic> {
                let kept = by_closure(&shared, &call, name, of, closure, descending)?;
                of.put(kept);
                Ok(Dynamic::from(of.clone()))
            },
        );
    }
}

fn by_key<T: Elements>(
    context: &Context,
    of: &T,
    key: &Key<'_>,
    descending: bool,
) -> Result<Vec<T::Kept>> {
    let keys = key.all(of)?.into_iter();
    let keys = keys.map(|(key, kept)| Ok((Sortable::new(&context.symbols, key)?, kept)));
    let sorted = sorted(keys.collect::<Result<_>>()?, &mut |(a, _), (b, _)| {
        context.run.check_interrupt()?;
        let order = a.order(b)?;
        Ok(if descending { order.reverse() } else { order }.is_lt())
    })?;
    Ok(sorted.into_iter().map(|(_, kept)| kept).collect())
}

/// By the key that the closure gives, or as it compares two elements.
fn by_closure<T: Elements>(
    context: &Context,
    call: &NativeCallContext<'_>,
    name: &'static str,
    of: &T,
    closure: FnPtr,
    descending: bool,
) -> Result<Vec<T::Kept>> {
    let forms = "|x| … with the key of an element, or |a, b| … that compares two";
    let ask = Ask::new(call, context, name, closure, &[0, 1, 2], forms)?;
    context.only_looking(name, || match ask.count() {
        2 => by_comparison(context, of, &ask, name, descending),
        _ => {
            let key = Key::Closure(ask.skipping_gone(T::SKIPS_GONE));
            by_key(context, of, &key, descending)
        }
    })
}

fn by_comparison<T: Elements>(
    context: &Context,
    of: &T,
    ask: &Ask<'_>,
    name: &str,
    descending: bool,
) -> Result<Vec<T::Kept>> {
    let elements = Key::Itself.all(of)?;
    let sorted = sorted(elements, &mut |(a, _), (b, _)| {
        context.run.check_interrupt()?;
        let (a, b) = if descending { (b, a) } else { (a, b) };
        let answer = ask.call([a.clone(), b.clone()])?.flatten();
        is_before(&answer).ok_or_else(|| {
            context.remarks.advise(
                format!(
                    "`{name}` asks which of two elements comes first, and the closure gave {}",
                    noun(&answer)
                ),
                "the answer is true or a number below 0 if the first one does: `|a, b| a.price < b.price`, or `|a, b| a.price - b.price`",
            )
        })
    })?;
    Ok(sorted.into_iter().map(|(_, kept)| kept).collect())
}

/// Whether the first element comes before the second, by what a comparing closure said.
fn is_before(answer: &Dynamic) -> Option<bool> {
    if let Ok(answer) = answer.as_bool() {
        return Some(answer);
    }
    let order = wide::number(answer)?.partial_cmp(&Number::from(0))?;
    Some(order.is_lt())
}
