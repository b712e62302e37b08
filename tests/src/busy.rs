//! The objects of a long-running busy producer, and how each value follows from the others.

use memglass::{Observe, Text, Value};

use crate::objects::{Pair, Side};

/// One of everything; what must hold of it is in [`wrong`].
#[derive(Observe, Clone, Copy, Debug, PartialEq)]
pub struct Busy {
    /// The number in the label; no process changes it.
    pub number: u64,
    /// Its complement.
    pub complement: u64,
    /// Counted up by anybody.
    #[observe(atomic)]
    pub hits: u64,
    /// Equal numbers, written by anybody.
    #[observe(seqlock)]
    pub pair: Pair,
    /// Counted up by anybody, under a lock.
    #[observe(locked)]
    pub total: u64,
    /// The same letter over and over.
    #[observe(locked)]
    pub note: Text<32>,
    /// Between 0 and 1000, by anybody.
    #[observe(range(0, 1000))]
    pub level: [i32; 8],
    /// Which way.
    pub side: Side,
}

impl Busy {
    /// The one of `number`.
    pub fn of(number: u64) -> Busy {
        Busy {
            number,
            complement: !number,
            hits: 0,
            pair: Pair {
                left: number,
                right: number,
            },
            total: 0,
            note: note(number),
            level: [(number % 1000) as i32; 8],
            side: Side::Buy,
        }
    }
}

/// The letter that goes with a number, as often as there is room.
pub fn note(number: u64) -> Text<32> {
    let letter = char::from(b'a' + (number % 26) as u8);
    Text::new(&letter.to_string().repeat(32)).expect("32 letters")
}

/// The fault in the value of an object of this number, if any.
pub fn wrong(number: u64, value: &Value) -> Option<String> {
    let of = |name: &str| value.get(name).and_then(Value::as_i128);
    let checks = [
        ("number", of("number") == Some(number.into())),
        ("complement", of("complement") == Some((!number).into())),
        ("pair", value.get("pair").is_some_and(is_equal)),
        ("note", value.get("note").is_some_and(is_one_letter)),
        ("level", value.get("level").is_some_and(is_in_range)),
        ("side", value.get("side").and_then(Value::as_str).is_some()),
    ];
    let failed: Vec<_> = checks
        .iter()
        .filter(|(_, holds)| !holds)
        .map(|(name, _)| *name)
        .collect();
    (!failed.is_empty()).then(|| format!("object {number}: {failed:?} of {value}"))
}

fn is_equal(pair: &Value) -> bool {
    pair.get("left").is_some() && pair.get("left") == pair.get("right")
}

fn is_one_letter(note: &Value) -> bool {
    note.as_str()
        .is_some_and(|text| text.len() == 32 && text.chars().all(|letter| text.starts_with(letter)))
}

fn is_in_range(level: &Value) -> bool {
    let Value::List(levels) = level else {
        return false;
    };
    levels.iter().all(|level| {
        level
            .as_i128()
            .is_some_and(|level| (0..=1000).contains(&level))
    })
}
