//! `&&`, `||`, `in` and `if`, which evaluate no more than they need.

use std::sync::Arc;

use memglass_value::names::{EnumNames, UnknownName};
use memglass_value::number::Integer;

use super::code::{Code, Run, list};
use super::error::Answer;

/// Whether all hold; after one that does not, none is asked.
pub(super) fn all(parts: Vec<Run<bool>>) -> Run<bool> {
    until(false, parts)
}

/// Whether any holds; after one that does, none is asked.
pub(super) fn any(parts: Vec<Run<bool>>) -> Run<bool> {
    until(true, parts)
}

/// `decisive` if any part is that, else its contrary.
fn until(decisive: bool, parts: Vec<Run<bool>>) -> Run<bool> {
    let mut asked = Vec::new();
    let mut last = !decisive;
    for part in parts {
        match part {
            Run::Constant(truth) if truth == decisive => {
                last = decisive;
                break;
            }
            Run::Constant(_) => {}
            Run::Each(run) => asked.push(run),
        }
    }
    match <[_; 2]>::try_from(asked) {
        Ok([first, second]) => {
            Run::each(
                move || match first()? == decisive || second()? == decisive {
                    true => Ok(decisive),
                    false => Ok(last),
                },
            )
        }
        Err(asked) if asked.is_empty() => Run::Constant(last),
        Err(asked) => Run::each(move || {
            for part in &asked {
                if part()? == decisive {
                    return Ok(decisive);
                }
            }
            Ok(last)
        }),
    }
}

/// Whether a value is one of a list, as scripts find it: an enum's value as `==` does, text by its characters, an
/// integer by its number. `None` if it is left to them.
///
/// # Errors
///
/// A name in the list that the value can never have.
pub(super) fn is_among(element: Code, list: Vec<Code>) -> Result<Option<Code>, UnknownName> {
    Ok(match element {
        Code::Enum(number, names) => match texts(&list) {
            Some(texts) => Some(is_named(number, names, texts)?),
            None => None,
        },
        Code::Text(text) => {
            texts(&list).map(|texts| Code::Bool(text.map(move |text| Ok(texts.contains(&text)))))
        }
        element => integers(list).and_then(|list| {
            let element = integer(element)?;
            let is_among = |list: &Vec<Integer>, element: &Integer| Ok(list.contains(element));
            Some(Code::Bool(list.with(element, is_among)))
        }),
    })
}

fn is_named(
    number: Run<i128>,
    names: Arc<EnumNames>,
    texts: Vec<String>,
) -> Result<Code, UnknownName> {
    let numbers = texts.iter().map(|text| names.number(text));
    let numbers = numbers.collect::<Result<Vec<i128>, _>>()?;
    Ok(Code::Bool(
        number.map(move |number| Ok(numbers.contains(&number))),
    ))
}

/// The texts of a list that has only such, known already.
fn texts(list: &[Code]) -> Option<Vec<String>> {
    let texts = list.iter().map(|code| match code {
        Code::Text(Run::Constant(text)) => Some(text.clone()),
        _ => None,
    });
    texts.collect()
}

/// The integers of a list that has only such.
fn integers(elements: Vec<Code>) -> Option<Run<Vec<Integer>>> {
    let elements = elements.into_iter().map(integer);
    Some(list(elements.collect::<Option<_>>()?))
}

fn integer(code: Code) -> Option<Run<Integer>> {
    match code {
        Code::Narrow(run, _) => Some(run.map(|number| Ok(number.into()))),
        Code::Wide(run, _) => Some(run),
        _ => None,
    }
}

/// One of two values of one type; `None` if they are of two types. Something unknown may be of any.
pub(super) fn either(condition: Run<bool>, then: Code, otherwise: Code) -> Option<Code> {
    let (then, otherwise) = match (then, otherwise) {
        (Code::Unknown(why), known) => (known.never(why), known),
        (known, Code::Unknown(why)) => {
            let never = known.never(why);
            (known, never)
        }
        both => both,
    };
    Some(match (then, otherwise) {
        (Code::Bool(a), Code::Bool(b)) => Code::Bool(one(condition, a, b)),
        (Code::Narrow(a, unit), Code::Narrow(b, other)) if unit == other => {
            Code::Narrow(one(condition, a, b), unit)
        }
        (
            a @ (Code::Narrow(_, unit) | Code::Wide(_, unit)),
            b @ (Code::Narrow(_, other) | Code::Wide(_, other)),
        ) if unit == other => Code::Wide(one(condition, integer(a)?, integer(b)?), unit),
        (Code::Float(a, unit), Code::Float(b, other)) if unit == other => {
            Code::Float(one(condition, a, b), unit)
        }
        (Code::Text(a), Code::Text(b)) => Code::Text(one(condition, a, b)),
        (Code::Duration(a), Code::Duration(b)) => Code::Duration(one(condition, a, b)),
        (Code::Unknown(why), Code::Unknown(_)) => Code::Unknown(why),
        _ => return None,
    })
}

fn one<T: Clone + Send + 'static>(condition: Run<bool>, then: Run<T>, otherwise: Run<T>) -> Run<T> {
    match condition {
        Run::Constant(true) => then,
        Run::Constant(false) => otherwise,
        Run::Each(condition) => Run::each(move || -> Answer<T> {
            match condition()? {
                true => then.get(),
                false => otherwise.get(),
            }
        }),
    }
}
