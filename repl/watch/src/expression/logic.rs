//! `&&`, `||`, `in` and `if`, which evaluate no more than they need.

use memglass_value::number::{Integer, Number};

use super::code::{Code, Run};
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

/// Whether a value is one of a list, as scripts find it: by its own name or number. `None` if it is left to them.
///
/// # Errors
///
/// A name in the list that the value can never have.
pub(super) fn is_among(element: Code, list: Vec<Code>) -> Result<Option<Code>, String> {
    let texts = || {
        list.iter().map(|code| match code {
            Code::Text(Run::Constant(text)) => Some(text.clone()),
            _ => None,
        })
    };
    Ok(Some(Code::Bool(match element {
        Code::Enum(number, names) => {
            let Some(texts) = texts().collect::<Option<Vec<_>>>() else {
                return Ok(None);
            };
            for text in &texts {
                names.number(text).map_err(|error| error.to_string())?;
            }
            number.map(move |number| {
                let name = names.name_of(number);
                Ok(name.is_some_and(|name| texts.iter().any(|text| text == name)))
            })
        }
        Code::Text(text) => {
            let Some(texts) = texts().collect::<Option<Vec<_>>>() else {
                return Ok(None);
            };
            text.map(move |text| Ok(texts.contains(&text)))
        }
        Code::Narrow(..) | Code::Wide(..) => {
            let Some(numbers) = list.iter().map(whole).collect::<Option<Vec<_>>>() else {
                return Ok(None);
            };
            element.number().map(move |number| match number {
                Number::Integer(number) => Ok(numbers.contains(&number)),
                Number::Float(_) => Ok(false),
            })
        }
        _ => return Ok(None),
    })))
}

/// An integer that is known already.
fn whole(code: &Code) -> Option<Integer> {
    match code {
        Code::Narrow(Run::Constant(number), _) => Some((*number).into()),
        Code::Wide(Run::Constant(number), _) => Some(*number),
        _ => None,
    }
}

/// One of two values of one type; `None` if they are of two types.
pub(super) fn either(condition: Run<bool>, then: Code, otherwise: Code) -> Option<Code> {
    Some(match (then, otherwise) {
        (Code::Bool(a), Code::Bool(b)) => Code::Bool(one(condition, a, b)),
        (Code::Narrow(a, unit), Code::Narrow(b, other)) if unit == other => {
            Code::Narrow(one(condition, a, b), unit)
        }
        (Code::Float(a, unit), Code::Float(b, other)) if unit == other => {
            Code::Float(one(condition, a, b), unit)
        }
        (Code::Text(a), Code::Text(b)) => Code::Text(one(condition, a, b)),
        (Code::Duration(a), Code::Duration(b)) => Code::Duration(one(condition, a, b)),
        (Code::Unknown(why), _) | (_, Code::Unknown(why)) => Code::Unknown(why),
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
