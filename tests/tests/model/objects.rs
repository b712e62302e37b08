//! The types of the objects that the model knows, each described three times: as a Rust type, as a
//! shape, and as the value that it starts with.

use memglass::schema::{Field, Kind, Type, TypeId};
use memglass::{Array, Object, Observe, ProducerError, RawObject, Session, Text, Value};

use crate::shapes::{Shape, marks_value, side_value};

/// One member of every kind and protection.
#[derive(Observe, Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sample {
    #[observe(readonly)]
    pub(crate) id: u32,
    #[observe(range(-100, 100))]
    pub(crate) level: i32,
    #[observe(atomic)]
    pub(crate) hits: u64,
    #[observe(seqlock)]
    pub(crate) pair: Pair,
    #[observe(locked)]
    pub(crate) total: i128,
    #[observe(locked)]
    pub(crate) note: Text<8>,
    #[observe(regex = "[A-Z]*")]
    pub(crate) tag: Text<6>,
    pub(crate) side: Side,
    pub(crate) marks: Marks,
    pub(crate) grid: [[i16; 2]; 2],
    pub(crate) ratio: f64,
    pub(crate) truth: bool,
}

/// A guarded struct with annotations of its own.
#[derive(Observe, Clone, Copy, Debug, PartialEq)]
pub(crate) struct Pair {
    pub(crate) left: u64,
    #[observe(range(0, 100))]
    pub(crate) right: i16,
    #[observe(readonly)]
    pub(crate) fixed: u8,
    pub(crate) side: Side,
}

#[derive(Observe, Clone, Copy, Debug, PartialEq)]
#[repr(i8)]
pub(crate) enum Side {
    Sell = -1,
    Buy = 1,
}

memglass::bitflags::bitflags! {
    #[derive(Observe, Clone, Copy, Debug, PartialEq)]
    pub(crate) struct Marks: u32 {
        const HIDDEN = 1;
        const POST_ONLY = 2;
        const IOC = 1 << 31;
    }
}

/// Guarded as a whole.
#[derive(Observe, Clone, Copy, Debug, PartialEq)]
#[observe(seqlock)]
pub(crate) struct Whole {
    pub(crate) words: [u64; 3],
    pub(crate) side: Side,
}

/// The producer's handle of an object.
pub(crate) enum Handle {
    Number(Object<i64>),
    Sample(Object<Sample>),
    Whole(Object<Whole>),
    Numbers(Array<u16>),
    Wholes(Array<Whole>),
    Large(Array<u64>),
    Raw(RawObject),
}

/// Elements of the arrays.
pub(crate) const NUMBERS: usize = 5;
pub(crate) const WHOLES: usize = 3;
/// More than any region has room for, so that each gets one of its own.
pub(crate) const LARGE: usize = 2500;

/// Kinds of objects; the model draws one by its number.
pub(crate) const KINDS: [&str; 7] = [
    "number", "Sample", "Whole", "numbers", "wholes", "large", "raw",
];

impl Sample {
    pub(crate) fn of(seed: u8) -> Sample {
        let number = u64::from(seed);
        Sample {
            id: seed.into(),
            level: i32::from(seed % 100),
            hits: number,
            pair: Pair::of(seed),
            total: -i128::from(seed),
            note: text(seed),
            tag: Text::new("TAG").expect("it fits"),
            side: Side::Buy,
            marks: Marks::HIDDEN,
            grid: [[i16::from(seed), 1], [2, 3]],
            ratio: f64::from(seed) / 4.0,
            truth: seed.is_multiple_of(2),
        }
    }

    fn value(&self) -> Value {
        record([
            ("id", self.id.into()),
            ("level", self.level.into()),
            ("hits", self.hits.into()),
            ("pair", self.pair.value()),
            ("total", self.total.into()),
            ("note", Value::Text(self.note.as_str().into())),
            ("tag", Value::Text(self.tag.as_str().into())),
            ("side", side_value(self.side as i128)),
            ("marks", marks_value(self.marks.bits().into())),
            ("grid", Value::from(self.grid.map(Value::from))),
            ("ratio", self.ratio.into()),
            ("truth", self.truth.into()),
        ])
    }
}

impl Pair {
    pub(crate) fn of(seed: u8) -> Pair {
        Pair {
            left: u64::from(seed) << 40,
            right: i16::from(seed % 100),
            fixed: seed,
            side: if seed.is_multiple_of(3) {
                Side::Sell
            } else {
                Side::Buy
            },
        }
    }

    pub(crate) fn value(&self) -> Value {
        record([
            ("left", self.left.into()),
            ("right", self.right.into()),
            ("fixed", self.fixed.into()),
            ("side", side_value(self.side as i128)),
        ])
    }
}

impl Whole {
    pub(crate) fn of(seed: u8) -> Whole {
        Whole {
            words: [seed.into(); 3],
            side: Side::Sell,
        }
    }

    pub(crate) fn value(&self) -> Value {
        record([
            ("words", Value::from(self.words)),
            ("side", side_value(self.side as i128)),
        ])
    }
}

/// Up to seven letters.
pub(crate) fn text(seed: u8) -> Text<8> {
    Text::new(&"x".repeat(usize::from(seed % 8))).expect("it fits")
}

fn record<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Record(
        members
            .into_iter()
            .map(|(name, value)| (name.into(), value))
            .collect(),
    )
}

fn int(bits: u32, signed: bool) -> Shape {
    Shape::Int {
        bits,
        signed,
        range: None,
    }
}

fn pair_shape() -> Shape {
    let right = Shape::Int {
        bits: 16,
        signed: true,
        range: Some((0, 100)),
    };
    Shape::Record(
        &[
            ("left", false),
            ("right", false),
            ("fixed", true),
            ("side", false),
        ],
        vec![int(64, false), right, int(8, false), Shape::Side],
    )
}

fn sample_shape() -> Shape {
    let level = Shape::Int {
        bits: 32,
        signed: true,
        range: Some((-100, 100)),
    };
    let text = |room, capitals| Shape::Text { room, capitals };
    let row = Shape::List(Box::new(int(16, true)), 2);
    Shape::Record(
        &[
            ("id", true),
            ("level", false),
            ("hits", false),
            ("pair", false),
            ("total", false),
            ("note", false),
            ("tag", false),
            ("side", false),
            ("marks", false),
            ("grid", false),
            ("ratio", false),
            ("truth", false),
        ],
        vec![
            int(32, false),
            level,
            int(64, false),
            pair_shape(),
            int(128, true),
            text(8, false),
            text(6, true),
            Shape::Side,
            Shape::Marks,
            Shape::List(Box::new(row), 2),
            Shape::Float,
            Shape::Bool,
        ],
    )
}

fn whole_shape() -> Shape {
    let words = Shape::List(Box::new(int(64, false)), 3);
    Shape::Record(
        &[("words", false), ("side", false)],
        vec![words, Shape::Side],
    )
}

/// The shape of an object of this kind, and the value that it starts with.
pub(crate) fn described(kind: usize, seed: u8) -> (Shape, Value) {
    let numbers = |count: usize| (0..count).map(move |index| index + usize::from(seed));
    let list = |shape, count| Shape::List(Box::new(shape), count);
    match KINDS[kind] {
        "number" => (int(64, true), Value::I64(seed.into())),
        "Sample" => (sample_shape(), Sample::of(seed).value()),
        "Whole" => (whole_shape(), Whole::of(seed).value()),
        "numbers" => (
            list(int(16, false), NUMBERS),
            Value::from(
                numbers(NUMBERS)
                    .map(|number| number as u64)
                    .collect::<Vec<_>>(),
            ),
        ),
        "wholes" => (
            list(whole_shape(), WHOLES),
            Value::from(
                numbers(WHOLES)
                    .map(|number| Whole::of(number as u8).value())
                    .collect::<Vec<_>>(),
            ),
        ),
        "large" => (
            list(int(64, false), LARGE),
            Value::from(
                numbers(LARGE)
                    .map(|number| number as u64)
                    .collect::<Vec<_>>(),
            ),
        ),
        _ => (
            Shape::Record(&[("word", false)], vec![int(64, false)]),
            record([("word", Value::U64(seed.into()))]),
        ),
    }
}

/// Makes the object; `raw` is made of the type that was described by hand.
pub(crate) fn create(
    session: &Session,
    kind: usize,
    label: &str,
    seed: u8,
    raw: TypeId,
) -> Result<Handle, ProducerError> {
    let at = |index: usize| index + usize::from(seed);
    Ok(match KINDS[kind] {
        "number" => Handle::Number(session.object(label, i64::from(seed))?),
        "Sample" => Handle::Sample(session.object(label, Sample::of(seed))?),
        "Whole" => Handle::Whole(session.object(label, Whole::of(seed))?),
        "numbers" => Handle::Numbers(session.array_with(label, NUMBERS, |index| at(index) as u16)?),
        "wholes" => {
            Handle::Wholes(session.array_with(label, WHOLES, |index| Whole::of(at(index) as u8))?)
        }
        "large" => Handle::Large(session.array_with(label, LARGE, |index| at(index) as u64)?),
        _ => {
            let memory = session.allocate_typed(raw, None)?;
            let number = u64::from(seed).to_ne_bytes();
            let written = memory.cell().write_bytes(&number);
            written.expect("one word, which nothing guards");
            Handle::Raw(session.register(label, memory)?)
        }
    })
}

impl Handle {
    /// Keeps the object without a handle.
    pub(crate) fn leak(self) {
        match self {
            Handle::Number(object) => object.leak(),
            Handle::Sample(object) => object.leak(),
            Handle::Whole(object) => object.leak(),
            Handle::Numbers(array) => array.leak(),
            Handle::Wholes(array) => array.leak(),
            Handle::Large(array) => array.leak(),
            Handle::Raw(object) => object.leak(),
        }
    }
}

/// A type described by hand.
pub(crate) fn word_type() -> Type {
    Type::new("word", 8, 8, Kind::Int { signed: false })
}

/// A struct with one member of it.
pub(crate) fn struct_of(name: &str, word: TypeId) -> Type {
    let fields = vec![Field::new("word", word, 0)];
    Type::new(name, 8, 8, Kind::Struct { fields })
}
