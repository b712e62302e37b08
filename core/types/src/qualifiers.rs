//! One order of qualifiers: gcc writes `const volatile` as a const type that is volatile, clang the other way round.

use crate::kind::{Kind, Qualifier, Type, TypeId};

/// Qualifiers that are followed from one type; there are four different ones.
const MOST: usize = 8;

/// Puts qualifiers that stand one behind the other into the order of [`Qualifier`], each once. Types that this needs are added
/// at the end, and none moves.
pub(crate) fn order(types: &mut Vec<Type>) {
    for number in 0..types.len() {
        let Some((qualifiers, of)) = chain(types, number) else {
            continue;
        };
        let mut ordered = qualifiers.clone();
        ordered.sort_unstable();
        ordered.dedup();
        if ordered == qualifiers {
            continue;
        }
        let Some((outer, inner)) = ordered.split_first() else {
            continue;
        };
        let mut of = of;
        for &qualifier in inner.iter().rev() {
            let kind = Kind::Qualified { of, qualifier };
            of = TypeId(types.len() as u32);
            types.push(Type::new("".into(), None, kind));
        }
        types[number].kind = Kind::Qualified {
            of,
            qualifier: *outer,
        };
    }
}

/// The qualifiers from one type on, and what they qualify; `None` if they are fewer than two.
fn chain(types: &[Type], number: usize) -> Option<(Vec<Qualifier>, TypeId)> {
    let mut qualifiers = Vec::new();
    let mut id = TypeId(u32::try_from(number).ok()?);
    while let Kind::Qualified { of, qualifier } = types.get(id.index())?.kind
        && qualifiers.len() < MOST
    {
        qualifiers.push(qualifier);
        id = of;
    }
    (qualifiers.len() > 1).then_some((qualifiers, id))
}
