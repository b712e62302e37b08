//! Values of scripts as what [`memglass_value::compare`] compares.

use std::cmp::Ordering;
use std::time::Duration;

use memglass_value::compare::{ComparisonError, Operator, compare, order};
use memglass_value::number::Number;
use rhai::{Array, Dynamic, EvalAltResult, ImmutableString, Map};

use crate::convert::noun;
use crate::error::raise;
use crate::flags::FlagSet;
use crate::marks::unit_of;
use crate::object_list::ObjectList;
use crate::place::Place;
use crate::symbols::Symbols;
use crate::wide;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// A script's value to compare.
pub(super) type Operand = memglass_value::compare::Operand<ImmutableString>;

/// The operand that a value is; what lies in memory is read.
pub(crate) fn operand(symbols: &Symbols, value: &Dynamic) -> Result<Operand> {
    if let Some(number) = wide::number(value) {
        return Ok(Operand::Number(number, unit_of(value, number)));
    }
    if let Some(text) = value.read_lock::<ImmutableString>() {
        return Ok(match symbols.of(&text) {
            Some(symbol) => Operand::Enum(symbol.number, symbol.of),
            None => Operand::Text(text.clone()),
        });
    }
    if let Some(place) = value.read_lock::<Place>() {
        return operand(symbols, &place.node.snapshot()?);
    }
    if let Some(list) = value.read_lock::<ObjectList>() {
        let elements = list
            .places()
            .map(|place| operand(symbols, &place?.1.node.snapshot()?));
        return elements.collect::<Result<_>>().map(Operand::List);
    }
    if let Some(elements) = value.read_lock::<Array>() {
        let elements = elements.iter().map(|element| operand(symbols, element));
        return elements.collect::<Result<_>>().map(Operand::List);
    }
    if let Some(members) = value.read_lock::<Map>() {
        let members = members
            .iter()
            .map(|(name, member)| Ok((name.to_string(), operand(symbols, member)?)));
        return members.collect::<Result<_>>().map(Operand::Record);
    }
    Ok(small(value))
}

fn small(value: &Dynamic) -> Operand {
    if let Ok(truth) = value.as_bool() {
        return Operand::Bool(truth);
    }
    if let Ok(character) = value.as_char() {
        return Operand::Text(character.to_string().into());
    }
    if let Some(set) = value.read_lock::<FlagSet>() {
        return Operand::Flags(set.bits, set.of.clone());
    }
    if let Some(duration) = value.read_lock::<Duration>() {
        return Operand::Duration(*duration);
    }
    match value.is_unit() {
        true => Operand::Nothing,
        false => Operand::Other(noun(value)),
    }
}

/// The answer for two values, or `None` if they are of kinds that have none.
pub(super) fn answer(
    symbols: &Symbols,
    a: &Dynamic,
    operator: Operator,
    b: &Dynamic,
) -> Result<Option<bool>> {
    let (left, right) = both(symbols, a, b)?;
    match compare(&left, operator, &right) {
        Ok(answer) => Ok(Some(answer)),
        Err(ComparisonError::Kinds { .. }) => Ok(None),
        Err(error) => Err(raise(error)),
    }
}

fn both(symbols: &Symbols, a: &Dynamic, b: &Dynamic) -> Result<(Operand, Operand)> {
    if a.is_unit() || b.is_unit() {
        // The other one need not be read.
        return Ok((small(a), small(b)));
    }
    Ok(match (operand(symbols, a)?, operand(symbols, b)?) {
        (Operand::Number(number, _), Operand::Text(name)) => {
            (unnamed(symbols, number, &name), Operand::Text(name))
        }
        (Operand::Text(name), Operand::Number(number, _)) => {
            let number = unnamed(symbols, number, &name);
            (Operand::Text(name), number)
        }
        other => other,
    })
}

/// A number beside a name: the value of an enum, if it was read from an enum that does not name it.
fn unnamed(symbols: &Symbols, number: Number, name: &str) -> Operand {
    let whole = match number {
        Number::Integer(number) => number.as_i128(),
        Number::Float(_) => None,
    };
    whole
        .and_then(|whole| Some(Operand::Enum(whole, symbols.beside_unnamed(whole, name)?)))
        .unwrap_or(Operand::from(number))
}

/// The error of two values that are neither equal nor ordered.
pub(super) fn incomparable(a: &Dynamic, b: &Dynamic) -> Box<EvalAltResult> {
    let (left, right) = (noun(a), noun(b));
    raise(ComparisonError::Kinds { left, right })
}

/// A value that is read once and ordered many times.
pub(crate) struct Sortable {
    /// The value.
    pub(crate) value: Dynamic,
    operand: Operand,
}

impl Sortable {
    pub(crate) fn new(symbols: &Symbols, value: Dynamic) -> Result<Self> {
        let operand = operand(symbols, &value)?;
        Ok(Self { value, operand })
    }

    /// Which of the two comes first.
    ///
    /// # Errors
    ///
    /// The two are of kinds that cannot compare, such as a text and a number.
    pub(crate) fn order(&self, other: &Self) -> Result<Ordering> {
        order(&self.operand, &other.operand).map_err(|error| match error {
            ComparisonError::Kinds { .. } => incomparable(&self.value, &other.value),
            error => raise(error),
        })
    }
}
