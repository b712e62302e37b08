//! What of a session was left out because it cannot be right, told to people.

use memglass::{Damage, Observer};

/// Parts that are named; the others are counted.
const NAMED: usize = 5;

/// At so many the observer stops counting.
const MOST: usize = 1000;

/// A sentence for who has just attached; `None` when all is there. Takes as long as a listing of all objects.
pub fn news(observer: &Observer) -> Option<String> {
    let damage = observer.damage();
    let first = damage.first()?;
    let session = &observer.session().name;
    Some(format!(
        "{} of {session:?}: {first}; `:session` lists what is left out",
        count(&damage)
    ))
}

/// How many parts, and a line for each of the first; nothing when all is there.
pub(crate) fn lines(damage: &[Damage]) -> Vec<String> {
    if damage.is_empty() {
        return Vec::new();
    }
    let named = damage.iter().take(NAMED).map(Damage::to_string);
    let more = damage.len().saturating_sub(NAMED);
    let more = (more > 0).then(|| format!("and {more} more"));
    std::iter::once(count(damage))
        .chain(named)
        .chain(more)
        .collect()
}

fn count(damage: &[Damage]) -> String {
    match damage.len() {
        1 => "1 damaged part".into(),
        MOST => format!("{MOST} damaged parts or more"),
        parts => format!("{parts} damaged parts"),
    }
}

#[cfg(test)]
mod tests {
    use memglass::Part;

    use super::*;

    fn damage(parts: u32) -> Vec<Damage> {
        let damage = |slot| Damage {
            part: Part::Object(slot),
            reason: "its label is no text".into(),
        };
        (0..parts).map(damage).collect()
    }

    #[test]
    fn the_first_parts_are_named_and_the_others_counted() {
        assert!(lines(&damage(0)).is_empty());
        assert_eq!(
            lines(&damage(1)),
            [
                "1 damaged part",
                "the object in slot 0 is left out: its label is no text"
            ]
        );
        let many = lines(&damage(1000));
        assert_eq!(many[0], "1000 damaged parts or more");
        assert_eq!(many.len(), 2 + NAMED);
        assert_eq!(many[1 + NAMED], "and 995 more");
    }
}
