//! "Did you mean": names near to one that does not exist.

/// Only the first names are compared: a suggestion among 200,000 took 60 ms, many times the rest of the
/// lookup.
pub(super) const MAX_LOOKED_AT: usize = 20_000;
/// Bytes of the longest name that is compared: a script can ask for one of a million.
const LONGEST: usize = 256;
/// The most names to list when none is near.
const MAX_LISTED: usize = 12;
/// The least similarity (Jaro-Winkler, 0 to 1) of a suggestion.
const NEAR: f64 = 0.8;

/// The end of a message about `wrong`: the nearest of `names`, or all of them if they are few.
pub(super) fn among<'n>(wrong: &str, names: impl Iterator<Item = &'n str> + Clone) -> String {
    if wrong == "*" {
        return "; the path without `.*` means all of them".to_owned();
    }
    if let Some(name) = nearest(wrong, names.clone()) {
        return format!("; did you mean {name:?}?");
    }
    let listed: Vec<&str> = names.take(MAX_LISTED + 1).collect();
    match listed.len() {
        0 => String::new(),
        1..=MAX_LISTED => format!("; it has: {}", listed.join(", ")),
        _ => format!("; it has: {}, …", listed[..MAX_LISTED].join(", ")),
    }
}

/// The name most like `wrong`, if it is similar enough. Everything that asks "did you mean" asks this.
pub fn nearest<N: AsRef<str>>(wrong: &str, names: impl Iterator<Item = N>) -> Option<N> {
    if wrong.len() > LONGEST {
        return None;
    }
    let lower = wrong.to_lowercase();
    let scored = names
        .take(MAX_LOOKED_AT)
        .filter(|name| name.as_ref().len() <= LONGEST)
        .map(|name| (similarity(&lower, &name.as_ref().to_lowercase()), name));
    let near = scored.filter(|(score, _)| *score >= NEAR);
    near.max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, name)| name)
}

/// In a short word two letters that changed places are most of it, and one slip all the same.
fn similarity(wrong: &str, name: &str) -> f64 {
    let similarity = strsim::jaro_winkler(wrong, name);
    let is_slip = similarity < NEAR && wrong.len() > 2 && strsim::osa_distance(wrong, name) == 1;
    if is_slip { NEAR } else { similarity }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typos_get_the_name_that_was_meant() {
        let names = ["quantity", "avg_price", "last_quote"];
        assert_eq!(
            among("quantty", names.into_iter()),
            "; did you mean \"quantity\"?"
        );
        assert_eq!(
            among("LAST_QUOTE", names.into_iter()),
            "; did you mean \"last_quote\"?"
        );
        assert_eq!(
            among("zzz", names.into_iter()),
            "; it has: quantity, avg_price, last_quote"
        );
        assert_eq!(among("x", std::iter::empty()), "");
        let all = among("*", std::iter::once("x"));
        assert_eq!(all, "; the path without `.*` means all of them");
    }

    #[test]
    fn a_text_of_a_length_that_no_name_has_is_compared_with_none() {
        let long = "a".repeat(LONGEST + 1);
        let name = &long[..LONGEST];
        assert_eq!(nearest(&long, [name].into_iter()), None);
        assert_eq!(nearest(name, [&*long].into_iter()), None);
        assert_eq!(nearest(&name[1..], [name].into_iter()), Some(name));
    }

    #[test]
    fn one_slip_in_a_short_word_is_near() {
        assert_eq!(nearest("run", ["urn", "walk"].into_iter()), Some("urn"));
        assert_eq!(nearest("ab", ["ba"].into_iter()), None);
    }

    #[test]
    fn among_very_many_names_only_the_first_are_looked_at() {
        let mut looked_at = 0;
        let names = std::iter::repeat_with(|| {
            looked_at += 1;
            String::from("name")
        });
        assert_eq!(nearest("other", names), None);
        assert_eq!(looked_at, MAX_LOOKED_AT);
    }
}
