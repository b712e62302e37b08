//! Arithmetic, by the rules of [`memglass_value::number`]; and what the same signs mean for bools, flags and durations.

use std::time::Duration;

use memglass_value::duration::{Unit, times};
use memglass_value::number::{ArithmeticError, Integer, Number, Operation};

use super::code::{Code, Run};
use super::error::{Answer, fault};

/// The result of an operation.
///
/// # Errors
///
/// [`NoResult`]: it is a mistake, or something for a script.
pub(super) fn computation(operation: Operation, left: Code, right: Code) -> Result<Code, NoResult> {
    Ok(match (left, right) {
        (Code::Narrow(a, _), Code::Narrow(b, _)) => {
            Code::Narrow(a.with(b, move |a, b| narrow(operation, *a, *b)), None)
        }
        (left, right) if left.is_number() && right.is_number() => {
            let is_float = matches!(left, Code::Float(..)) || matches!(right, Code::Float(..));
            let (left, right) = (left.number(), right.number());
            match is_float {
                true => Code::Float(floats(operation, left, right)?, None),
                false => Code::Wide(left.with(right, move |a, b| wide(operation, *a, *b)), None),
            }
        }
        (Code::Bool(a), Code::Bool(b)) => Code::Bool(a.with(b, truths(operation)?)),
        (Code::Flags(set, names), operand) => {
            let combine = sets(operation)?;
            let of = names.clone();
            let operand = operand
                .operand()
                .map(move |operand| operand.bits(&of).map_err(fault));
            Code::Flags(set.with(operand, move |a, b| Ok(combine(*a, *b))), names)
        }
        (Code::Duration(a), Code::Duration(b)) => Code::Duration(a.with(b, durations(operation)?)),
        (Code::Duration(length), timed) if is_shift(operation, &timed) => {
            let unit = timed.unit().expect("asked just now");
            in_unit(
                unit,
                computation(operation, counted(unit, &length)?, timed)?,
            )
        }
        (timed, Code::Duration(length)) if is_shift(operation, &timed) => {
            let unit = timed.unit().expect("asked just now");
            in_unit(
                unit,
                computation(operation, timed, counted(unit, &length)?)?,
            )
        }
        (Code::Duration(length), Code::Narrow(count, _)) if operation == Operation::Multiply => {
            Code::Duration(length.with(count, |length, count| several(*length, *count)))
        }
        (Code::Narrow(count, _), Code::Duration(length)) if operation == Operation::Multiply => {
            Code::Duration(count.with(length, |count, length| several(*length, *count)))
        }
        (left, right) => return Err(NoResult::of(operation, &left, &right)),
    })
}

/// Whether it makes a time that was read longer or shorter by a duration, which has the unit of the time.
fn is_shift(operation: Operation, timed: &Code) -> bool {
    matches!(operation, Operation::Add | Operation::Subtract) && timed.unit().is_some()
}

/// A duration as a number of a unit.
fn counted(unit: Unit, length: &Run<Duration>) -> Result<Code, NoResult> {
    let length = length
        .constant()
        .ok_or(NoResult::Unsupported("a time that changes by another one"))?;
    Ok(match unit.count(*length) {
        Number::Float(count) => Code::Float(Run::Constant(count), None),
        Number::Integer(count) => match count.as_i64() {
            Some(count) => Code::Narrow(Run::Constant(count), None),
            None => Code::Wide(Run::Constant(count), None),
        },
    })
}

fn in_unit(unit: Unit, number: Code) -> Code {
    match number {
        Code::Narrow(run, _) => Code::Narrow(run, Some(unit)),
        Code::Wide(run, _) => Code::Wide(run, Some(unit)),
        Code::Float(run, _) => Code::Float(run, Some(unit)),
        other => other,
    }
}

/// Why there is no code for an operation.
pub(super) enum NoResult {
    /// No script computes it either.
    Wrong(String),
    /// A script may compute it.
    Unsupported(&'static str),
}

impl NoResult {
    fn of(operation: Operation, left: &Code, right: &Code) -> Self {
        let is_text = |code: &Code| matches!(code, Code::Text(_) | Code::Enum(..) | Code::List(_));
        let is_duration = |code: &Code| matches!(code, Code::Duration(_));
        let scales = matches!(operation, Operation::Multiply | Operation::Divide);
        match () {
            () if is_text(left) || is_text(right) => {
                NoResult::Unsupported("an operation on text or lists")
            }
            () if scales && (is_duration(left) || is_duration(right)) => {
                NoResult::Unsupported("a duration that is multiplied or divided")
            }
            () => NoResult::Wrong(format!(
                "cannot compute {} {} {}",
                left.noun(),
                operation.sign(),
                right.noun()
            )),
        }
    }

    fn unknown(operation: Operation, noun: &str) -> Self {
        NoResult::Wrong(format!("there is no {} for {noun}", operation.sign()))
    }
}

/// Two integers of 64 bits give one of 64 bits.
#[inline]
fn narrow(operation: Operation, a: i64, b: i64) -> Answer<i64> {
    let result = match operation {
        Operation::Add => a.checked_add(b),
        Operation::Subtract => a.checked_sub(b),
        Operation::Multiply => a.checked_mul(b),
        _ => None,
    };
    match result {
        Some(result) => Ok(result),
        None => by_rule(operation, a.into(), b.into()).map(|result| {
            let narrow = result.as_i64();
            narrow.expect("two integers of 64 bits give one of 64 bits")
        }),
    }
}

fn wide(operation: Operation, a: Number, b: Number) -> Answer<Integer> {
    by_rule(operation, a, b)
}

fn by_rule(operation: Operation, a: Number, b: Number) -> Answer<Integer> {
    match operation.of(a, b).map_err(fault)? {
        Number::Integer(result) => Ok(result),
        Number::Float(_) => unreachable!("integers give integers"),
    }
}

fn floats(
    operation: Operation,
    left: Run<Number>,
    right: Run<Number>,
) -> Result<Run<f64>, NoResult> {
    if operation.is_on_bits() {
        let error = ArithmeticError::Bits {
            sign: operation.sign(),
        };
        return Err(NoResult::Wrong(error.to_string()));
    }
    Ok(left.with(right, move |a, b| {
        let result = operation.of(*a, *b).map_err(fault)?;
        Ok(result.as_f64())
    }))
}

fn truths(operation: Operation) -> Result<impl Fn(&bool, &bool) -> Answer<bool>, NoResult> {
    let combine = match operation {
        Operation::And => |a: bool, b: bool| a & b,
        Operation::Or => |a: bool, b: bool| a | b,
        Operation::Xor => |a: bool, b: bool| a ^ b,
        _ => return Err(NoResult::unknown(operation, "bools")),
    };
    Ok(move |a: &bool, b: &bool| Ok(combine(*a, *b)))
}

fn sets(operation: Operation) -> Result<fn(u64, u64) -> u64, NoResult> {
    Ok(match operation {
        Operation::Or | Operation::Add => |a, b| a | b,
        Operation::And => |a, b| a & b,
        Operation::Subtract => |a, b| a & !b,
        Operation::Xor => |a, b| a ^ b,
        _ => return Err(NoResult::unknown(operation, "flag sets")),
    })
}

fn durations(
    operation: Operation,
) -> Result<impl Fn(&Duration, &Duration) -> Answer<Duration>, NoResult> {
    let combine = match operation {
        Operation::Add => Duration::saturating_add,
        Operation::Subtract => Duration::saturating_sub,
        Operation::Divide => return Err(NoResult::Unsupported("a duration that is divided")),
        _ => return Err(NoResult::unknown(operation, "durations")),
    };
    Ok(move |a: &Duration, b: &Duration| Ok(combine(*a, *b)))
}

fn several(length: Duration, count: i64) -> Answer<Duration> {
    times(length, count).map_err(fault)
}

/// `-x`; `None` for what has no sign.
pub(super) fn negation(code: Code) -> Option<Code> {
    Some(match code {
        Code::Narrow(run, _) => Code::Narrow(
            run.map(|number| narrow(Operation::Subtract, 0, number)),
            None,
        ),
        Code::Wide(run, _) => {
            let negative =
                |number: Integer| wide(Operation::Subtract, Integer::ZERO.into(), number.into());
            Code::Wide(run.map(negative), None)
        }
        Code::Float(run, _) => Code::Float(run.map(|number| Ok(-number)), None),
        _ => return None,
    })
}
