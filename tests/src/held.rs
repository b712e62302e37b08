//! Objects with every kind of place that an observer can store to.

use memglass::{Array, Object, Observe, ProducerError, Session, Text};

use crate::objects::{Conditions, Five, Pair, Payload, Side};

/// One of each.
#[derive(Observe, Clone, Copy, Debug)]
pub struct Everything {
    /// A byte.
    pub small: u8,
    /// A word.
    pub number: u64,
    /// Two words.
    pub wide: i128,
    /// Bytes.
    pub text: Text<20>,
    /// Counted up by the processor.
    #[observe(atomic)]
    pub hits: u64,
    /// Under a lock.
    #[observe(locked)]
    pub total: u64,
    /// Guarded.
    #[observe(seqlock)]
    pub pair: Pair,
    /// An array.
    pub sides: [Side; 3],
    /// Flags.
    pub conditions: Conditions,
    /// Replaced by words.
    pub payload: Payload,
}

/// Paths into [`One`]s, and how they are written: everything that comes down to a store, in each way.
pub const STORES: [(&str, &str); 16] = [
    ("write", "0.small"),
    ("write", "1.number"),
    ("write", "2.wide"),
    ("write", "3.text"),
    ("write", "4.sides"),
    ("write", "5.conditions"),
    ("write", "6.payload.raw"),
    ("write", "7.pair"),
    ("write", "8.pair.right"),
    ("write", "9.total"),
    ("write", "10"),
    ("add", "11.hits"),
    ("update", "12.number"),
    ("update", "13.words"),
    ("write", "14.words[3]"),
    ("write", "15"),
];

/// An object of one of the types that the paths of [`STORES`] lead into.
#[derive(Debug)]
pub enum One {
    /// For most paths.
    Everything(Object<Everything>),
    /// Guarded as a whole.
    Five(Object<Five>),
    /// An array.
    Array(Array<u64>),
}

/// Elements of each array.
const ELEMENTS: usize = 7;

impl Everything {
    /// One made of `number`.
    pub fn of(number: u64) -> Everything {
        Everything {
            small: number as u8,
            number,
            wide: i128::from(number) << 60,
            text: Text::new(&number.to_string()).expect("20 digits"),
            hits: number,
            total: number,
            pair: Pair {
                left: number,
                right: !number,
            },
            sides: [Side::Buy, Side::Sell, Side::Buy],
            conditions: Conditions::HIDDEN,
            payload: Payload { raw: number },
        }
    }
}

impl One {
    /// Creates one made of `number`, with the type that `kind` selects, modulo 16, as in [`STORES`].
    ///
    /// # Errors
    ///
    /// If the session refuses.
    pub fn create(
        session: &Session,
        label: &str,
        kind: u64,
        number: u64,
    ) -> Result<One, ProducerError> {
        Ok(match kind % 16 {
            13 | 14 => One::Five(session.object(label, Five::of(number))?),
            15 => One::Array(session.array_with(label, ELEMENTS, |_| number)?),
            _ => One::Everything(session.object(label, Everything::of(number))?),
        })
    }

    /// Checks that it is unchanged.
    ///
    /// # Panics
    ///
    /// If it has changed.
    pub fn check(&self, number: u64) {
        match self {
            One::Everything(object) => check_everything(object, number),
            One::Five(object) => assert_eq!(object.read(), Ok(Five::of(number))),
            One::Array(array) => assert!(array.iter().all(|cell| cell.get() == number), "{number}"),
        }
    }
}

fn check_everything(object: &Object<Everything>, number: u64) {
    let expected = Everything::of(number);
    let numbers = (object.small.get(), object.number.get(), object.hits.load());
    assert_eq!(numbers, (expected.small, number, number));
    assert_eq!(object.wide.get(), expected.wide, "{number}");
    assert_eq!(object.text.get(), expected.text, "{number}");
    assert_eq!(object.total.read(), Ok(number));
    assert_eq!(object.pair.read(), Ok(expected.pair));
    assert_eq!(object.conditions.get(), expected.conditions, "{number}");
    let sides = object.sides.each_ref().map(|side| side.get());
    assert_eq!(sides, expected.sides, "{number}");
}
