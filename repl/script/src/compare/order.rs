//! The order of values, for sorting and for the least and the greatest of a list.

use std::cmp::Ordering;

use rhai::{Array, Dynamic, EvalAltResult};

use super::Operator::{Greater, Less};
use super::answer::answer;
use super::incomparable;
use crate::symbols::Symbols;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// How `a` and `b` are ordered.
///
/// Numbers of all kinds go together, and what is not a number (`NaN`) comes after them. Values of an enum go by
/// their numbers, lists by their first elements that differ.
///
/// # Errors
///
/// The two are of kinds that cannot compare, such as a text and a number.
pub(crate) fn order(symbols: &Symbols, a: &Dynamic, b: &Dynamic) -> Result<Ordering> {
    if let (Some(a), Some(b)) = (a.read_lock::<Array>(), b.read_lock::<Array>()) {
        return order_lists(symbols, &a, &b);
    }
    match answer(symbols, Less, a, b)? {
        Some(true) => Ok(Ordering::Less),
        Some(false) => match answer(symbols, Greater, a, b)? {
            Some(true) => Ok(Ordering::Greater),
            _ => Ok(is_nan(a).cmp(&is_nan(b))),
        },
        None => Err(incomparable(a, b)),
    }
}

fn order_lists(symbols: &Symbols, a: &Array, b: &Array) -> Result<Ordering> {
    for (a, b) in a.iter().zip(b) {
        let order = order(symbols, a, b)?;
        if order.is_ne() {
            return Ok(order);
        }
    }
    Ok(a.len().cmp(&b.len()))
}

fn is_nan(value: &Dynamic) -> bool {
    value.as_float().is_ok_and(f64::is_nan)
}

/// Sorts; elements that are equal keep their order. `is_before` tells whether its first must come before its second.
///
/// Unlike the sort of the standard library it ends at the first error, and whatever is answered does no harm.
///
/// # Errors
///
/// The first error of `is_before`.
pub(crate) fn sorted<T>(
    mut items: Vec<T>,
    is_before: &mut impl FnMut(&T, &T) -> Result<bool>,
) -> Result<Vec<T>> {
    if items.len() < 2 {
        return Ok(items);
    }
    let right = items.split_off(items.len() / 2);
    let left = sorted(items, is_before)?;
    let right = sorted(right, is_before)?;
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(first), Some(second)) = (left.peek(), right.peek()) {
        let next = match is_before(second, first)? {
            true => right.next(),
            false => left.next(),
        };
        merged.extend(next);
    }
    merged.extend(left);
    merged.extend(right);
    Ok(merged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::raise;

    fn ordered(values: Vec<Dynamic>) -> Result<String> {
        let symbols = Symbols::default();
        let values = sorted(values, &mut |a, b| Ok(order(&symbols, a, b)?.is_lt()))?;
        Ok(Dynamic::from_array(values).to_string())
    }

    #[test]
    fn numbers_of_all_kinds_have_one_order_and_nan_comes_last() {
        let values = vec![f64::NAN.into(), 2.into(), 1.5.into(), (-1).into()];
        assert_eq!(ordered(values).expect("an order"), "[-1, 1.5, 2, NaN]");
    }

    #[test]
    fn lists_go_by_what_differs_first() {
        let list = |a: i64, b: &str| Dynamic::from_array(vec![a.into(), b.into()]);
        let values = vec![list(2, "a"), list(1, "z"), list(1, "b")];
        assert_eq!(
            ordered(values).expect("an order"),
            r#"[[1, "b"], [1, "z"], [2, "a"]]"#
        );
    }

    #[test]
    fn kinds_without_an_order_are_an_error() {
        let error = ordered(vec![1.into(), "one".into()]).expect_err("no order");
        assert!(error.to_string().contains("cannot compare"), "{error}");
        assert!(ordered(vec![().into(), 1.into()]).is_err());
    }

    #[test]
    fn sorting_is_stable_and_ends_at_an_error() {
        let pairs = vec![(1, 'a'), (0, 'b'), (1, 'c'), (0, 'd')];
        let by_number = sorted(pairs, &mut |a, b| Ok(a.0 < b.0)).expect("no error");
        assert_eq!(by_number, [(0, 'b'), (0, 'd'), (1, 'a'), (1, 'c')]);
        let mut asked = 0;
        let error = sorted((0..100).collect(), &mut |_, _| {
            asked += 1;
            Err(raise("stop"))
        });
        assert!(error.is_err());
        assert_eq!(asked, 1);
    }
}
