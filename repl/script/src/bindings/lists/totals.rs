//! One value of all elements, and lists of those that belong together.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use memglass_value::number::Number;
use rhai::{Dynamic, Engine, EvalAltResult, FLOAT, FnPtr, ImmutableString, NativeCallContext};

use super::{Elements, Key, Result, method};
use crate::compare::Sortable;
use crate::context::Context;
use crate::convert::noun;
use crate::error::raise;
use crate::place::Place;
use crate::wide;
use crate::written;

/// What makes one value of many.
type Fold = fn(&Context, Vec<Dynamic>) -> Result<Dynamic>;

const FOLDS: [(&str, Fold); 4] = [
    ("sum", |_, values| Ok(Sum::of(&values)?.dynamic())),
    ("avg", |_, values| average(&values)),
    ("min", |context, values| {
        extreme(context, values, |order| order.is_lt())
    }),
    ("max", |context, values| {
        extreme(context, values, |order| order.is_gt())
    }),
];

/// Registers them.
pub(super) fn register<T: Elements>(engine: &mut Engine, context: &Rc<Context>) {
    for (name, fold) in FOLDS {
        by_key::<T>(engine, context, name, move |context, _, keys| {
            fold(context, keys.into_iter().map(|(key, _)| key).collect())
        });
        let shared = context.clone();
        method(engine, name, move |of: &mut T| -> Result<Dynamic> {
            let elements: Result<Vec<Dynamic>> = of
                .each()?
                .map(|each| each.map(|(_, value)| value))
                .collect();
            fold(&shared, elements?)
        });
    }
    by_key::<T>(engine, context, "group_by", grouped);
}

/// A function that takes the name of a field, or a closure that gives a value for each element.
fn by_key<T: Elements>(
    engine: &mut Engine,
    context: &Rc<Context>,
    name: &'static str,
    work: impl Fn(&Context, &T, Vec<(Dynamic, T::Kept)>) -> Result<Dynamic> + Clone + 'static,
) {
    let (shared, by_field) = (context.clone(), work.clone());
    method(
        engine,
        name,
        move |of: &mut T, field: ImmutableString| -> Result<Dynamic> {
            by_field(&shared, of, Key::Field(field).all(of)?)
        },
    );
    let shared = context.clone();
    method(
        engine,
        name,
        move |call: NativeCallContext, of: &mut T, closure: FnPtr| -> Result<Dynamic> {
            shared.only_looking(name, || {
                let key = Key::closure::<T>(&call, &shared, name, closure)?;
                work(&shared, of, key.all(of)?)
            })
        },
    );
}

/// A map of the text of each key to the list of its elements.
fn grouped<T: Elements>(
    context: &Context,
    of: &T,
    keys: Vec<(Dynamic, T::Kept)>,
) -> Result<Dynamic> {
    let mut groups: BTreeMap<String, Vec<T::Kept>> = BTreeMap::new();
    for (key, kept) in keys {
        let key = written::text(&key, context)?;
        groups.entry(key).or_default().push(kept);
    }
    let groups = groups.into_iter();
    Ok(Dynamic::from_map(
        groups
            .map(|(key, kept)| (key.into(), of.list(kept)))
            .collect(),
    ))
}

/// A sum so far: exact as long as there are only integers.
#[derive(Clone, Copy)]
enum Sum {
    Number(Number),
    Time(Duration),
}

impl Sum {
    fn of(values: &[Dynamic]) -> Result<Sum> {
        let zero = match values.first() {
            Some(first) if first.is::<Duration>() => Sum::Time(Duration::ZERO),
            _ => Sum::Number(0.into()),
        };
        values.iter().try_fold(zero, |sum, value| sum.plus(value))
    }

    fn plus(self, value: &Dynamic) -> Result<Sum> {
        if let (Sum::Time(sum), Some(time)) = (self, value.read_lock::<Duration>()) {
            return Ok(Sum::Time(sum.saturating_add(*time)));
        }
        match (self, wide::number(value)) {
            (Sum::Number(sum), Some(number)) => sum
                .exact_sum(number)
                .map(Sum::Number)
                .ok_or_else(|| raise("the sum does not fit into 128 bits")),
            _ => Err(no_sum(value)),
        }
    }

    fn dynamic(self) -> Dynamic {
        match self {
            Sum::Number(sum) => wide::of_number(sum),
            Sum::Time(sum) => Dynamic::from(sum),
        }
    }
}

fn no_sum(value: &Dynamic) -> Box<EvalAltResult> {
    let has_fields = value.is::<Place>() || value.is_map();
    let help = match has_fields {
        true => "name a field of numbers, `sum(\"quantity\")`, or give a closure",
        false => "only numbers and durations can be",
    };
    raise(format_args!("{} cannot be added up; {help}", noun(value)))
}

/// Of no values it is `()`.
fn average(values: &[Dynamic]) -> Result<Dynamic> {
    if values.is_empty() {
        return Ok(Dynamic::UNIT);
    }
    let count = values.len() as FLOAT;
    Ok(match Sum::of(values)? {
        Sum::Number(sum) => Dynamic::from_float(sum.as_f64() / count),
        Sum::Time(sum) => Dynamic::from(sum.div_f64(count)),
    })
}

/// The first value that comes before all others; of no values `()`.
fn extreme(
    context: &Context,
    values: Vec<Dynamic>,
    is_better: fn(std::cmp::Ordering) -> bool,
) -> Result<Dynamic> {
    let mut best: Option<Sortable> = None;
    for value in values {
        let value = Sortable::new(&context.symbols, value)?;
        let better = match &best {
            Some(best) => is_better(value.order(best)?),
            None => true,
        };
        if better {
            best = Some(value);
        }
    }
    Ok(best.map_or(Dynamic::UNIT, |best| best.value))
}
