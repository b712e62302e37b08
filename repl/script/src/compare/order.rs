//! Sorting in which a comparison may fail.

use rhai::EvalAltResult;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

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
    use rhai::Dynamic;

    use super::*;
    use crate::compare::Sortable;
    use crate::error::raise;
    use crate::symbols::Symbols;

    fn ordered(values: Vec<Dynamic>) -> Result<String> {
        let symbols = Symbols::default();
        let keys = values
            .into_iter()
            .map(|value| Sortable::new(&symbols, value));
        let keys = keys.collect::<Result<Vec<_>>>()?;
        let sorted = sorted(keys, &mut |a, b| Ok(a.order(b)?.is_lt()))?;
        Ok(Dynamic::from_array(sorted.into_iter().map(|key| key.value).collect()).to_string())
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
