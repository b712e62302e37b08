//! The answers that pairs of values have: integers of all widths and floats exactly, texts, enum values by
//! name and number, flags by names, structures and lists by their values.

use std::cmp::Ordering;
use std::rc::Rc;
use std::time::Duration;

use rhai::{Array, Dynamic, EvalAltResult, FLOAT, ImmutableString, Map};

use super::Operator;
use crate::duration::Unit;
use crate::error::raise;
use crate::flags::FlagSet;
use crate::object_list::ObjectList;
use crate::place::{Place, Shape};
use crate::symbols::{Symbol, Symbols};
use crate::wide::Wide;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// The answer, if the two sides have one.
pub(super) fn answer(
    symbols: &Symbols,
    operator: Operator,
    a: &Dynamic,
    b: &Dynamic,
) -> Result<Option<bool>> {
    if let Some(answer) = numbers(operator, a, b) {
        return Ok(Some(answer));
    }
    if let Some(value) = single(a)? {
        return answer(symbols, operator, &value, b);
    }
    if let Some(value) = single(b)? {
        return answer(symbols, operator, a, &value);
    }
    if let Some(order) = simple(a, b) {
        return Ok(Some(operator.holds(order)));
    }
    if a.is_unit() || b.is_unit() {
        return Ok(operator.of_equality(a.is_unit() && b.is_unit()));
    }
    if let Some(text) = a.read_lock::<ImmutableString>() {
        return texts(symbols, operator, &text, b);
    }
    if let Some(text) = b.read_lock::<ImmutableString>() {
        return texts(symbols, operator.turned(), &text, a);
    }
    if let Some(set) = a.read_lock::<FlagSet>() {
        return flags(operator, &set, b);
    }
    if let Some(set) = b.read_lock::<FlagSet>() {
        return flags(operator, &set, a);
    }
    if let (Some(a), Some(b)) = (a.read_lock::<Duration>(), b.read_lock::<Duration>()) {
        return Ok(Some(operator.holds(a.cmp(&b))));
    }
    if let Some(duration) = b.read_lock::<Duration>() {
        return Ok(times(operator, a, *duration));
    }
    if let Some(duration) = a.read_lock::<Duration>() {
        return Ok(times(operator.turned(), b, *duration));
    }
    wholes(symbols, operator, a, b)
}

/// A number that was read from a field whose unit is a time, against a duration.
fn times(operator: Operator, number: &Dynamic, duration: Duration) -> Option<bool> {
    let unit = Unit::of(number)?;
    Some(operator.holds_partly(unit.order(number, duration)))
}

/// The value of an object that is nothing but one value.
fn single(side: &Dynamic) -> Result<Option<Dynamic>> {
    match side.read_lock::<Place>() {
        Some(place) if matches!(place.node.shape, Shape::Leaf(_)) => {
            place.node.snapshot().map(Some)
        }
        _ => Ok(None),
    }
}

/// The order of two values of the same simple type.
pub(super) fn simple(a: &Dynamic, b: &Dynamic) -> Option<Ordering> {
    if let (Ok(a), Ok(b)) = (a.as_bool(), b.as_bool()) {
        return Some(a.cmp(&b));
    }
    Some(a.as_char().ok()?.cmp(&b.as_char().ok()?))
}

fn numbers(operator: Operator, a: &Dynamic, b: &Dynamic) -> Option<bool> {
    match (Wide::of(a), Wide::of(b)) {
        (Some(a), Some(b)) => Some(operator.holds(a.order(b))),
        (Some(a), None) => Some(operator.holds_partly(order_float(a, b.as_float().ok()?))),
        (None, Some(b)) => Some(
            operator
                .turned()
                .holds_partly(order_float(b, a.as_float().ok()?)),
        ),
        (None, None) => {
            Some(operator.holds_partly(a.as_float().ok()?.partial_cmp(&b.as_float().ok()?)))
        }
    }
}

/// Exact order of an integer and a float.
pub(super) fn order_float(number: Wide, float: FLOAT) -> Option<Ordering> {
    if float.is_nan() {
        return None;
    }
    let floor = float.floor();
    if floor < -(2f64.powi(127)) {
        return Some(Ordering::Greater);
    }
    if floor >= 2f64.powi(128) {
        return Some(Ordering::Less);
    }
    let whole = if floor < 0.0 {
        Wide::Signed(floor as i128)
    } else {
        Wide::Unsigned(floor as u128)
    };
    let above = if float > floor {
        Ordering::Less
    } else {
        Ordering::Equal
    };
    Some(number.order(whole).then(above))
}

/// Text against text by its characters; an enum value against a name or number of its enum by number.
fn texts(
    symbols: &Symbols,
    operator: Operator,
    text: &ImmutableString,
    other: &Dynamic,
) -> Result<Option<bool>> {
    let symbol = symbols.of(text);
    if let Some(other) = other.read_lock::<ImmutableString>() {
        return match (symbol, symbols.of(&other)) {
            (Some(a), Some(b)) => Ok(Some(both(operator, &a, &b, text, &other))),
            (Some(a), None) => by_name(operator, &a, &other).map(Some),
            (None, Some(b)) => by_name(operator.turned(), &b, text).map(Some),
            (None, None) => Ok(Some(operator.holds(text.as_str().cmp(other.as_str())))),
        };
    }
    if let (Some(symbol), Some(number)) = (symbol, Wide::of(other)) {
        return Ok(Some(
            operator.holds(Wide::Signed(symbol.number).order(number)),
        ));
    }
    if let Some(Wide::Signed(number)) = Wide::of(other)
        && let Some(named) = symbols.beside_unnamed(number, text)
    {
        return Ok(Some(operator.holds(named.cmp(&number))));
    }
    if let Some(set) = other.read_lock::<FlagSet>() {
        return flags(operator, &set, &Dynamic::from(text.clone()));
    }
    Ok(other
        .as_char()
        .ok()
        .map(|other| operator.holds(text.as_str().cmp(other.to_string().as_str()))))
}

fn both(operator: Operator, a: &Symbol, b: &Symbol, a_text: &str, b_text: &str) -> bool {
    let same = Rc::ptr_eq(&a.of, &b.of);
    operator.holds(if same {
        a.number.cmp(&b.number)
    } else {
        a_text.cmp(b_text)
    })
}

fn by_name(operator: Operator, symbol: &Symbol, name: &str) -> Result<bool> {
    let number = symbol
        .of
        .number(name)
        .ok_or_else(|| raise(symbol.of.complaint(name)))?;
    Ok(operator.holds(symbol.number.cmp(&number)))
}

fn flags(operator: Operator, set: &FlagSet, other: &Dynamic) -> Result<Option<bool>> {
    let bits = set.of.bits(other)?;
    Ok(operator.of_equality(set.bits == bits))
}

/// Structures and lists are equal or not, by their values.
fn wholes(symbols: &Symbols, operator: Operator, a: &Dynamic, b: &Dynamic) -> Result<Option<bool>> {
    let (a, b) = (copied(a)?, copied(b)?);
    if let (Some(a), Some(b)) = (a.read_lock::<Array>(), b.read_lock::<Array>()) {
        let pairs = a.len() == b.len() && all_equal(symbols, a.iter().zip(b.iter()))?;
        return Ok(operator.of_equality(pairs));
    }
    if let (Some(a), Some(b)) = (a.read_lock::<Map>(), b.read_lock::<Map>()) {
        let same_keys = a.len() == b.len() && a.keys().eq(b.keys());
        let pairs = same_keys && all_equal(symbols, a.values().zip(b.values()))?;
        return Ok(operator.of_equality(pairs));
    }
    Ok(None)
}

fn copied(value: &Dynamic) -> Result<Dynamic> {
    if let Some(list) = value.read_lock::<ObjectList>() {
        let copies = list.places().map(|place| place?.1.node.snapshot());
        return copies.collect::<Result<_>>().map(Dynamic::from_array);
    }
    match value.read_lock::<Place>() {
        Some(place) => place.node.snapshot(),
        None => Ok(value.clone()),
    }
}

/// Inside of structures and lists, values of different kinds are unequal and no mistake.
fn all_equal<'a>(
    symbols: &Symbols,
    mut pairs: impl Iterator<Item = (&'a Dynamic, &'a Dynamic)>,
) -> Result<bool> {
    pairs.try_fold(true, |equal, (a, b)| {
        Ok(equal
            && answer(symbols, Operator::Equal, a, b)
                .unwrap_or(None)
                .unwrap_or(false))
    })
}
