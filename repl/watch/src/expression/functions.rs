//! The functions of scripts that ask for nothing but their arguments, called as functions, methods or properties.

use std::cmp::Ordering;
use std::sync::Arc;

use memglass_value::duration::{NANOS, RATES, UNITS, Unit, of_seconds};
use memglass_value::number::Integer;

use super::code::{Code, Run};
use super::error::{Answer, EvalError, Fault, fault};

/// A function of these arguments; `None` if it is not among those that are compiled.
pub(super) fn function(name: &str, arguments: Vec<Code>) -> Option<Code> {
    match <[Code; 1]>::try_from(arguments) {
        Ok([only]) => of_one(name, only),
        Err(arguments) => {
            let [first, second] = arguments.try_into().ok()?;
            of_two(name, first, second)
        }
    }
}

/// A property of a value: `200.ms`, `p.status.value`, `p.score.floor`.
pub(super) fn property(name: &str, of: Code) -> Option<Code> {
    const ALSO_FUNCTIONS: [&str; 12] = [
        "floor",
        "ceiling",
        "round",
        "int",
        "fraction",
        "is_nan",
        "is_finite",
        "is_infinite",
        "is_zero",
        "is_odd",
        "is_even",
        "len",
    ];
    match (name, of) {
        ("value", Code::Enum(run, _)) => Some(Code::Wide(
            run.map(|number| Ok(Integer::signed(number))),
            None,
        )),
        ("value", Code::Flags(run, _)) => Some(Code::Wide(run.map(|bits| Ok(bits.into())), None)),
        ("value", Code::Narrow(run, _)) => Some(Code::Narrow(run, None)),
        ("is_empty", text @ Code::Text(_)) => of_one(name, text),
        (name, of) if ALSO_FUNCTIONS.contains(&name) => of_one(name, of),
        (name, of) => length(name, of),
    }
}

/// A number as so many of a unit of time, or a length of time as a number of them.
fn length(unit: &str, of: Code) -> Option<Code> {
    if let Some((_, hertz)) = RATES.iter().find(|(name, _)| *name == unit) {
        return duration(of, move |number| 1.0 / (number * hertz));
    }
    let (_, nanos) = UNITS.iter().find(|(name, _)| *name == unit)?;
    let (nanos, seconds) = (*nanos as f64, *nanos as f64 / NANOS as f64);
    match unit_of(&of) {
        // What a field holds in its unit is a time already.
        Some(own) => {
            let number = own.nanos() as f64;
            converted(of, move |count| count * number / nanos)
        }
        None => match of {
            Code::Duration(run) => Some(Code::Float(
                run.map(move |length| Ok(length.as_secs_f64() / seconds)),
                None,
            )),
            of => duration(of, move |number| number * seconds),
        },
    }
}

fn unit_of(of: &Code) -> Option<Unit> {
    match of {
        Code::Narrow(_, unit) | Code::Wide(_, unit) | Code::Float(_, unit) => *unit,
        _ => None,
    }
}

/// The duration of so many seconds as `seconds` makes of a number.
fn duration(of: Code, seconds: impl Fn(f64) -> f64 + Send + Sync + 'static) -> Option<Code> {
    let Code::Float(run, _) = converted(of, seconds)? else {
        return None;
    };
    Some(Code::Duration(
        run.map(|seconds| of_seconds(seconds).map_err(fault)),
    ))
}

/// What `convert` makes of a number.
fn converted(of: Code, convert: impl Fn(f64) -> f64 + Send + Sync + 'static) -> Option<Code> {
    let run = match of {
        Code::Narrow(run, _) => run.map(move |number| Ok(convert(number as f64))),
        Code::Wide(run, _) => {
            run.map(move |number| Ok(convert(fitting("a duration of", number)? as f64)))
        }
        Code::Float(run, _) => run.map(move |number| Ok(convert(number))),
        _ => return None,
    };
    Some(Code::Float(run, None))
}

/// The number, which the functions of Rhai's library take only if 64 signed bits hold it.
fn fitting(function: &'static str, number: Integer) -> Answer<i64> {
    number.as_i64().ok_or_else(|| none(function, number))
}

fn none(function: &'static str, argument: impl ToString) -> Fault {
    let argument = argument.to_string();
    Arc::new(EvalError::Function { function, argument })
}

fn of_one(name: &str, of: Code) -> Option<Code> {
    match of {
        Code::Narrow(run, _) => of_integer(name, run),
        Code::Wide(run, _) if name == "to_float" => {
            Some(Code::Float(run.map(|number| Ok(number.as_f64())), None))
        }
        Code::Wide(run, _) => match literal(name) {
            Some(range) => Some(Code::Wide(run.map(move |number| range.check(number)), None)),
            None => of_integer(
                name,
                run.map(|number| fitting("such a function of", number)),
            ),
        },
        Code::Float(run, _) => of_float(name, run),
        Code::Text(run) => of_text(name, run),
        _ => None,
    }
}

fn of_integer(name: &str, run: Run<i64>) -> Option<Code> {
    Some(match name {
        "abs" => {
            let abs = |number: i64| number.checked_abs().ok_or_else(|| none("abs", number));
            Code::Narrow(run.map(abs), None)
        }
        "sign" => Code::Narrow(run.map(|number| Ok(number.signum())), None),
        "to_int" => Code::Narrow(run.map(Ok), None),
        "to_float" => Code::Float(run.map(|number| Ok(number as f64)), None),
        "is_zero" => Code::Bool(run.map(|number| Ok(number == 0))),
        "is_odd" => Code::Bool(run.map(|number| Ok(number % 2 != 0))),
        "is_even" => Code::Bool(run.map(|number| Ok(number % 2 == 0))),
        _ => {
            let range = literal(name)?;
            Code::Wide(run.map(move |number| range.check(number.into())), None)
        }
    })
}

fn of_float(name: &str, run: Run<f64>) -> Option<Code> {
    let to_float: fn(f64) -> f64 = match name {
        "to_int" => return Some(Code::Narrow(run.map(to_int), None)),
        "sign" => return Some(Code::Narrow(run.map(sign), None)),
        "is_nan" => return Some(Code::Bool(run.map(|number| Ok(number.is_nan())))),
        "is_finite" => return Some(Code::Bool(run.map(|number| Ok(number.is_finite())))),
        "is_infinite" => return Some(Code::Bool(run.map(|number| Ok(number.is_infinite())))),
        "is_zero" => return Some(Code::Bool(run.map(|number| Ok(number == 0.0)))),
        "abs" => f64::abs,
        "to_float" => |number| number,
        "floor" => f64::floor,
        "ceiling" => f64::ceil,
        "round" => f64::round,
        "int" => f64::trunc,
        "fraction" => f64::fract,
        "sqrt" => f64::sqrt,
        "exp" => f64::exp,
        "ln" => f64::ln,
        "log" => f64::log10,
        "sin" => f64::sin,
        "cos" => f64::cos,
        "tan" => f64::tan,
        _ => return None,
    };
    Some(Code::Float(
        run.map(move |number| Ok(to_float(number))),
        None,
    ))
}

/// As Rhai does it: what is not a number becomes 0.
fn to_int(number: f64) -> Answer<i64> {
    if number > i64::MAX as f64 || number < i64::MIN as f64 {
        return Err(none("to_int", number));
    }
    Ok(number.trunc() as i64)
}

fn sign(number: f64) -> Answer<i64> {
    match number {
        0.0 => Ok(0),
        number if number.is_nan() => Err(none("sign", number)),
        number => Ok(number.signum() as i64),
    }
}

fn of_text(name: &str, run: Run<String>) -> Option<Code> {
    Some(match name {
        "len" => Code::Narrow(run.map(|text| Ok(text.chars().count() as i64)), None),
        "is_empty" => Code::Bool(run.map(|text| Ok(text.is_empty()))),
        "to_upper" => Code::Text(run.map(|text| Ok(text.to_uppercase()))),
        "to_lower" => Code::Text(run.map(|text| Ok(text.to_lowercase()))),
        "to_string" => Code::Text(run),
        _ => {
            let range = literal(name)?;
            Code::Wide(run.map(move |text| range.parse(&text)), None)
        }
    })
}

fn of_two(name: &str, first: Code, second: Code) -> Option<Code> {
    match (name, first, second) {
        ("min", first, second) => chosen(Ordering::is_le, first, second),
        ("max", first, second) => chosen(Ordering::is_ge, first, second),
        ("contains" | "has", Code::Flags(set, names), operand) => {
            let operand = operand.operand();
            let bits = operand.map(move |operand| operand.bits(&names).map_err(fault));
            Some(Code::Bool(
                set.with(bits, |set, bits| Ok(set & bits == *bits)),
            ))
        }
        (name, Code::Text(text), Code::Text(part)) => {
            let test: fn(&String, &String) -> bool = match name {
                "contains" => |text, part| text.contains(part.as_str()),
                "starts_with" => |text, part| text.starts_with(part.as_str()),
                "ends_with" => |text, part| text.ends_with(part.as_str()),
                _ => return None,
            };
            Some(Code::Bool(
                text.with(part, move |text, part| Ok(test(text, part))),
            ))
        }
        _ => None,
    }
}

/// The first if it `is_better`, else the second. A float beside an integer makes both floats.
fn chosen(is_better: fn(Ordering) -> bool, first: Code, second: Code) -> Option<Code> {
    if let (Code::Float(..), _) | (_, Code::Float(..)) = (&first, &second) {
        let better = move |a: &f64, b: &f64| {
            let is_first = a.partial_cmp(b).is_some_and(is_better);
            Ok(if is_first { *a } else { *b })
        };
        return Some(Code::Float(
            float(first)?.with(float(second)?, better),
            None,
        ));
    }
    let better = move |a: &i64, b: &i64| Ok(if is_better(a.cmp(b)) { *a } else { *b });
    Some(Code::Narrow(
        integer(first)?.with(integer(second)?, better),
        None,
    ))
}

fn integer(code: Code) -> Option<Run<i64>> {
    match code {
        Code::Narrow(run, _) => Some(run),
        Code::Wide(run, _) => Some(run.map(|number| fitting("min or max of", number))),
        _ => None,
    }
}

fn float(code: Code) -> Option<Run<f64>> {
    match code {
        Code::Float(run, _) => Some(run),
        other => Some(integer(other)?.map(|number| Ok(number as f64))),
    }
}

/// What a function that is named after a type takes.
#[derive(Clone, Copy)]
struct Literal {
    name: &'static str,
    least: Integer,
    greatest: Integer,
}

fn literal(name: &str) -> Option<Literal> {
    let (name, least, greatest) = match name {
        "i64" => ("i64", i64::MIN.into(), i64::MAX.into()),
        "u64" => ("u64", Integer::ZERO, u64::MAX.into()),
        "i128" => (
            "i128",
            Integer::signed(i128::MIN),
            Integer::signed(i128::MAX),
        ),
        "u128" => ("u128", Integer::ZERO, Integer::MAX),
        _ => return None,
    };
    Some(Literal {
        name,
        least,
        greatest,
    })
}

impl Literal {
    fn check(self, number: Integer) -> Answer<Integer> {
        match (self.least..=self.greatest).contains(&number) {
            true => Ok(number),
            false => Err(none(self.name, number)),
        }
    }

    fn parse(self, text: &str) -> Answer<Integer> {
        let number = Integer::parse(text).ok_or_else(|| none(self.name, format!("{text:?}")))?;
        self.check(number)
    }
}
