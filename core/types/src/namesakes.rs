//! Types of one name: which of them are the same in two sets, and which belong together although they differ.

use std::collections::HashSet;
use std::hash::Hash;

/// The items of both lists that have no equal in the other, in pairs by their order; what is left over stands alone. One
/// item on each side is a pair in any case. Items are equal if the same is `said` of them.
pub(crate) fn unlike<T, S: Eq + Hash>(
    old: &[T],
    new: &[T],
    said: (impl Fn(&T) -> S, impl Fn(&T) -> S),
) -> Vec<(Option<T>, Option<T>)>
where
    T: Copy,
{
    if let ([old], [new]) = (old, new) {
        return vec![(Some(*old), Some(*new))];
    }
    let (of_old, of_new): (Vec<S>, Vec<S>) = (
        old.iter().map(said.0).collect(),
        new.iter().map(said.1).collect(),
    );
    let mut left = rest(old, &of_old, &of_new).into_iter();
    let mut right = rest(new, &of_new, &of_old).into_iter();
    let pairs = std::iter::from_fn(|| match (left.next(), right.next()) {
        (None, None) => None,
        pair => Some(pair),
    });
    pairs.collect()
}

/// Items of which something is said that is not said of any in the other list, one of each sort.
fn rest<T: Copy, S: Eq + Hash>(items: &[T], said: &[S], elsewhere: &[S]) -> Vec<T> {
    let mut seen: HashSet<&S> = elsewhere.iter().collect();
    let rest = items.iter().zip(said).filter(|(_, said)| seen.insert(said));
    rest.map(|(item, _)| *item).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_ones_have_no_order_and_the_others_are_pairs() {
        let unlike =
            |old: &[u8], new: &[u8]| unlike(old, new, (|item: &u8| *item, |item: &u8| *item));
        assert_eq!(unlike(&[1, 2], &[2, 1]), []);
        assert_eq!(unlike(&[1, 2], &[3, 1]), [(Some(2), Some(3))]);
        assert_eq!(unlike(&[1], &[1, 2]), [(None, Some(2))]);
        assert_eq!(unlike(&[1, 1, 2], &[1]), [(Some(2), None)]);
        assert_eq!(unlike(&[1], &[2]), [(Some(1), Some(2))]);
    }
}
