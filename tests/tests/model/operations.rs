//! What may be done, as plain data that proptest makes and shrinks.

use memglass::Value;
use proptest::prelude::*;

use crate::objects::KINDS;
use crate::shapes::Step;

/// One operation. Numbers that are too large wrap around, so that every drawn value is valid.
#[derive(Clone, Debug)]
pub(crate) enum Operation {
    Create {
        label: usize,
        kind: usize,
        seed: u8,
    },
    Destroy {
        object: usize,
    },
    Leak {
        object: usize,
    },
    /// The producer writes to a member, under its protection.
    Produce {
        object: usize,
        choice: u8,
        seed: u8,
    },
    NewType,
    /// Lets objects that were destroyed get older than the grace.
    Pass,
    Attach {
        observer: usize,
        writable: bool,
    },
    Detach {
        observer: usize,
    },
    Refresh {
        observer: usize,
    },
    List {
        observer: usize,
    },
    Find {
        observer: usize,
        label: usize,
    },
    /// A path; if it is to fit, one of an object that the observer knows, and that leads somewhere.
    Resolve {
        observer: usize,
        label: usize,
        path: usize,
        quoted: bool,
        fit: bool,
    },
    Read {
        observer: usize,
        field: usize,
    },
    ReadAs {
        observer: usize,
        field: usize,
    },
    Write {
        observer: usize,
        field: usize,
        wanted: Wanted,
        force: bool,
    },
    /// A record of two members.
    WriteRecord {
        observer: usize,
        field: usize,
        members: [(usize, Wanted); 2],
        force: bool,
    },
    /// The present value with one part changed.
    WriteBack {
        observer: usize,
        field: usize,
        part: usize,
        wanted: Wanted,
    },
    Add {
        observer: usize,
        field: usize,
        amount: i64,
    },
    Update {
        observer: usize,
        field: usize,
        wanted: Wanted,
    },
    /// The observer writes while the producer holds a guarded value of the same object.
    WriteHeld {
        observer: usize,
        field: usize,
        wanted: Wanted,
    },
}

/// One of a list of values; if it must fit, one that the field accepts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    number: usize,
    pub(crate) fit: bool,
}

pub(crate) const OBSERVERS: usize = 3;

/// The labels that objects get. Some contain others, some look like paths, some are invalid.
pub(crate) fn labels() -> Vec<String> {
    let known = [
        "a",
        "b",
        "order_1",
        "a.pair",
        "a.level",
        "b[0]",
        "日本",
        "say \"hi\"",
        "back\\slash",
        "a b",
    ];
    let mut labels: Vec<String> = known.map(String::from).into();
    labels.extend(["x".repeat(1024), String::new(), "y".repeat(1025)]);
    labels
}

/// Paths below a label. Some lead nowhere.
pub(crate) fn paths() -> Vec<(&'static str, Vec<Step>)> {
    use Step::{Element as E, Member as M};
    vec![
        ("", vec![]),
        (".level", vec![M("level")]),
        (".id", vec![M("id")]),
        (".hits", vec![M("hits")]),
        (".pair", vec![M("pair")]),
        (".pair.left", vec![M("pair"), M("left")]),
        (".pair.right", vec![M("pair"), M("right")]),
        (".pair.fixed", vec![M("pair"), M("fixed")]),
        (".pair.side", vec![M("pair"), M("side")]),
        (".total", vec![M("total")]),
        (".note", vec![M("note")]),
        (".tag", vec![M("tag")]),
        (".side", vec![M("side")]),
        (".marks", vec![M("marks")]),
        (".grid", vec![M("grid")]),
        (".grid[1]", vec![M("grid"), E(1)]),
        (".grid[1][0]", vec![M("grid"), E(1), E(0)]),
        (".ratio", vec![M("ratio")]),
        (".truth", vec![M("truth")]),
        (".words", vec![M("words")]),
        (".words[2]", vec![M("words"), E(2)]),
        (".word", vec![M("word")]),
        ("[0]", vec![E(0)]),
        ("[4]", vec![E(4)]),
        ("[1].words", vec![E(1), M("words")]),
        ("[1].words[2]", vec![E(1), M("words"), E(2)]),
        ("[2].side", vec![E(2), M("side")]),
        ("[2499]", vec![E(2499)]),
        (".nothing", vec![M("nothing")]),
        (".pair.nothing", vec![M("pair"), M("nothing")]),
        (".grid[2]", vec![M("grid"), E(2)]),
        (".level[0]", vec![M("level"), E(0)]),
        (".note.left", vec![M("note"), M("left")]),
        ("[9999]", vec![E(9999)]),
    ]
}

/// Names of record members. No type has the last one.
pub(crate) const MEMBERS: [&str; 17] = [
    "level", "id", "hits", "pair", "total", "note", "tag", "side", "marks", "grid", "ratio",
    "truth", "left", "right", "fixed", "words", "nothing",
];

impl Wanted {
    /// The value for a field that takes what `takes` says.
    pub(crate) fn value(self, takes: impl Fn(&Value) -> bool) -> Value {
        let mut all = values();
        if self.fit && all.iter().any(&takes) {
            all.retain(takes);
        }
        all[self.number % all.len()].clone()
    }
}

/// Values of all kinds and at all bounds.
fn values() -> Vec<Value> {
    let text = |text: &str| Value::Text(text.into());
    let record = |members: &[(&str, Value)]| {
        Value::Record(
            members
                .iter()
                .map(|(name, value)| ((*name).into(), value.clone()))
                .collect(),
        )
    };
    vec![
        Value::I64(0),
        Value::I64(1),
        Value::I64(-1),
        Value::I64(100),
        Value::I64(101),
        Value::I64(-101),
        Value::I64(200),
        Value::I64(70_000),
        Value::I64(i64::MIN),
        Value::U64(3),
        Value::U64(7),
        Value::U64(1 << 31),
        Value::U64(u64::MAX),
        Value::I128(1 << 100),
        Value::I128(-(1 << 100)),
        Value::F64(1.5),
        Value::F64(2.0),
        Value::Bool(true),
        text("Buy"),
        text("Hold"),
        text(""),
        text("ABC"),
        text("abcdefgh"),
        text("abcdefghi"),
        text("größe"),
        text("HIDDEN | IOC"),
        Value::List(vec![]),
        Value::List(vec![text("IOC"), Value::U64(2)]),
        Value::from([[5_i16, 6], [7, 8]]),
        Value::from([9_i64, -9]),
        Value::from([1_u64, 2, 3]),
        Value::from([1_i64, 2, 70_000, 4, 5]),
        Value::from([1_i64, 2, 3, 4, 5]),
        record(&[]),
        record(&[("left", Value::U64(5)), ("right", Value::I64(6))]),
        record(&[("left", Value::U64(5)), ("right", Value::I64(600))]),
        record(&[("words", Value::from([4_u64, 5, 6]))]),
        record(&[("word", Value::I64(-5))]),
    ]
}

pub(crate) fn wanted() -> impl Strategy<Value = Wanted> {
    (0..38_usize, any::<bool>()).prop_map(|(number, fit)| Wanted { number, fit })
}

pub(crate) fn operation() -> impl Strategy<Value = Operation> {
    use Operation::*;
    // The most common labels and paths come first.
    let label = || prop_oneof![4 => 0..3_usize, 2 => 0..labels().len()];
    let path = || 0..paths().len();
    let small = || 0..8_usize;
    let observer = || 0..OBSERVERS;
    let member = || (0..MEMBERS.len(), wanted());
    prop_oneof![
        8 => (label(), 0..KINDS.len(), any::<u8>())
            .prop_map(|(label, kind, seed)| Create { label, kind, seed }),
        3 => small().prop_map(|object| Destroy { object }),
        1 => small().prop_map(|object| Leak { object }),
        5 => (small(), any::<u8>(), any::<u8>())
            .prop_map(|(object, choice, seed)| Produce { object, choice, seed }),
        1 => Just(NewType),
        1 => Just(Pass),
        2 => (observer(), prop::bool::weighted(0.8))
            .prop_map(|(observer, writable)| Attach { observer, writable }),
        1 => observer().prop_map(|observer| Detach { observer }),
        10 => observer().prop_map(|observer| Refresh { observer }),
        2 => observer().prop_map(|observer| List { observer }),
        2 => (observer(), label()).prop_map(|(observer, label)| Find { observer, label }),
        14 => (observer(), label(), path(), any::<bool>(), prop::bool::weighted(0.7)).prop_map(
            |(observer, label, path, quoted, fit)| Resolve { observer, label, path, quoted, fit }
        ),
        10 => (observer(), small()).prop_map(|(observer, field)| Read { observer, field }),
        2 => (observer(), small()).prop_map(|(observer, field)| ReadAs { observer, field }),
        14 => (observer(), small(), wanted(), prop::bool::weighted(0.2))
            .prop_map(|(observer, field, wanted, force)| Write { observer, field, wanted, force }),
        3 => (observer(), small(), [member(), member()], prop::bool::weighted(0.2)).prop_map(
            |(observer, field, members, force)| WriteRecord { observer, field, members, force }
        ),
        3 => (observer(), small(), 0..12_usize, wanted()).prop_map(
            |(observer, field, part, wanted)| WriteBack { observer, field, part, wanted }
        ),
        2 => (observer(), small(), -200..200_i64)
            .prop_map(|(observer, field, amount)| Add { observer, field, amount }),
        2 => (observer(), small(), wanted())
            .prop_map(|(observer, field, wanted)| Update { observer, field, wanted }),
        4 => (observer(), small(), wanted())
            .prop_map(|(observer, field, wanted)| WriteHeld { observer, field, wanted }),
    ]
}

/// How the session is set up.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reuse {
    /// As soon as anything is created.
    AtOnce,
    /// After a few milliseconds.
    Soon,
    /// When a few objects wait.
    Crowded,
    /// Never in this session.
    Never,
}

pub(crate) fn reuse() -> impl Strategy<Value = Reuse> {
    prop_oneof![
        4 => Just(Reuse::AtOnce),
        1 => Just(Reuse::Soon),
        1 => Just(Reuse::Crowded),
        1 => Just(Reuse::Never),
    ]
}
