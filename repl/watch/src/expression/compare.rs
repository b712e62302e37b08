//! Comparisons, by the rules of [`memglass_value::compare`]. Those that never have an answer are mistakes.

use std::cmp::Ordering;
use std::sync::Arc;

use memglass_value::compare::{ComparisonError, Operator, compare};
use memglass_value::names::EnumNames;
use memglass_value::number::{Integer, Number};

use super::code::{Code, Run};
use super::error::fault;

/// A comparison.
///
/// # Errors
///
/// Why no two values of these types compare.
pub(super) fn comparison(
    operator: Operator,
    left: Code,
    right: Code,
) -> Result<Code, ComparisonError> {
    check(operator, &left, &right)?;
    Ok(Code::Bool(match (left, right) {
        (Code::Narrow(a, _), Code::Narrow(b, _)) => by(operator, a, b, |a, b| Some(a.cmp(b))),
        (Code::Float(a, _), Code::Float(b, _)) => by(operator, a, b, f64::partial_cmp),
        (Code::Bool(a), Code::Bool(b)) => by(operator, a, b, |a, b| Some(a.cmp(b))),
        (Code::Text(a), Code::Text(b)) => by(operator, a, b, |a, b| Some(a.cmp(b))),
        (Code::Duration(a), Code::Duration(b)) => by(operator, a, b, |a, b| Some(a.cmp(b))),
        (Code::Enum(a, names), Code::Text(b)) => {
            by(operator, a, number_of(b, names), |a, b| Some(a.cmp(b)))
        }
        (Code::Text(a), Code::Enum(b, names)) => {
            by(operator, number_of(a, names), b, |a, b| Some(a.cmp(b)))
        }
        (left, right) => of_others(operator, left, right),
    }))
}

/// A comparison of two values of one type. Each operator gets code of its own, in which it is not looked at again.
fn by<T: Clone + Send + 'static>(
    operator: Operator,
    a: Run<T>,
    b: Run<T>,
    order: impl Fn(&T, &T) -> Option<Ordering> + Send + 'static,
) -> Run<bool> {
    use Operator::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
    match operator {
        Equal => a.with(b, move |a, b| Ok(Equal.holds(order(a, b)))),
        NotEqual => a.with(b, move |a, b| Ok(NotEqual.holds(order(a, b)))),
        Less => a.with(b, move |a, b| Ok(Less.holds(order(a, b)))),
        LessOrEqual => a.with(b, move |a, b| Ok(LessOrEqual.holds(order(a, b)))),
        Greater => a.with(b, move |a, b| Ok(Greater.holds(order(a, b)))),
        GreaterOrEqual => a.with(b, move |a, b| Ok(GreaterOrEqual.holds(order(a, b)))),
    }
}

/// Fails if the two types have no answer, or if what is constant is no name of the other.
fn check(operator: Operator, left: &Code, right: &Code) -> Result<(), ComparisonError> {
    let is_settled =
        |code: &Code| code.is_constant() && !matches!(code, Code::Enum(..) | Code::Flags(..));
    match compare(&left.sample(), operator, &right.sample()) {
        Err(error @ (ComparisonError::Kinds { .. } | ComparisonError::NotFlags { .. })) => {
            Err(error)
        }
        Err(error) if is_settled(left) || is_settled(right) => Err(error),
        _ => Ok(()),
    }
}

/// The number that a name has in an enum.
fn number_of(name: Run<String>, names: Arc<EnumNames>) -> Run<i128> {
    name.map(move |name| names.number(&name).map_err(fault))
}

/// Pairs that are met less often: numbers of different widths, and all that only the rules know.
fn of_others(operator: Operator, left: Code, right: Code) -> Run<bool> {
    let (left, right) = match (left, right) {
        (left, Code::Enum(number, _)) if left.is_number() => (left, whole(number)),
        (Code::Enum(number, _), right) if right.is_number() => (whole(number), right),
        other => other,
    };
    if left.is_number() && right.is_number() {
        let (left, right) = (left.number(), right.number());
        return by(operator, left, right, Number::partial_cmp);
    }
    let (left, right) = (left.operand(), right.operand());
    left.with(right, move |a, b| compare(a, operator, b).map_err(fault))
}

fn whole(number: Run<i128>) -> Code {
    Code::Wide(number.map(|number| Ok(Integer::signed(number))), None)
}
