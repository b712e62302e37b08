//! Tells people which parts of a session are left out because they are damaged.

use memglass::{Damage, Observer};

/// Parts that are described; the others are only counted.
const NAMED: usize = 5;

/// The observer stops counting here.
const MOST: usize = 1000;

/// A sentence for someone who has just attached; `None` if nothing is damaged.
///
/// Takes as long as listing all objects.
pub fn news(observer: &Observer) -> Option<String> {
    let damage = observer.damage();
    let first = damage.first()?;
    let session = &observer.session().name;
    Some(format!(
        "{} of {session:?}: {first}; `:session` lists what is left out",
        count(&damage)
    ))
}

/// How many parts are damaged, and a line for each of the first; empty if nothing is.
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
            reason: "its label is not text".into(),
        };
        (0..parts).map(damage).collect()
    }

    #[test]
    fn the_first_parts_are_described_and_the_others_counted() {
        assert!(lines(&damage(0)).is_empty());
        assert_eq!(
            lines(&damage(1)),
            [
                "1 damaged part",
                "the object in slot 0 is left out: its label is not text"
            ]
        );
        let many = lines(&damage(1000));
        assert_eq!(many[0], "1000 damaged parts or more");
        assert_eq!(many.len(), 2 + NAMED);
        assert_eq!(many[1 + NAMED], "and 995 more");
    }
}
