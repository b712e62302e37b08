//! The producer's operations on its objects, and the same operations on the model.

use memglass::{Text, Value, Writer};

use crate::objects::{Handle, Marks, Pair, Side, Whole, text};
use crate::shapes::{Step, marks_value, part, side_value};

/// A held right to write.
pub(crate) enum Held<'a> {
    Pair(#[allow(dead_code, reason = "held, not used")] Writer<'a, Pair>),
    Whole(#[allow(dead_code, reason = "held, not used")] Writer<'a, Whole>),
}

/// Takes the right to write to a guarded value of the object, if it has one.
pub(crate) fn hold(handle: &Handle) -> Option<Held<'_>> {
    match handle {
        Handle::Sample(object) => object.pair.writer().ok().map(Held::Pair),
        Handle::Whole(object) => object.writer().ok().map(Held::Whole),
        _ => None,
    }
}

/// Writes something to the object, and to its value in the model.
pub(crate) fn write(handle: &Handle, choice: u8, seed: u8, value: &mut Value) {
    let index = usize::from(choice);
    match handle {
        Handle::Number(object) => {
            object.set(-i64::from(seed));
            *value = Value::I64(-i64::from(seed));
        }
        Handle::Sample(object) => write_sample(object, choice, seed, value),
        Handle::Whole(object) => {
            object.write(Whole::of(seed)).expect("nobody else writes");
            *value = Whole::of(seed).value();
        }
        Handle::Numbers(array) => {
            let index = index % array.len();
            array[index].set(seed.into());
            *part(value, &[Step::Element(index)]) = Value::U64(seed.into());
        }
        Handle::Wholes(array) => {
            let index = index % array.len();
            let mut writer = array[index].writer().expect("nobody else writes");
            (0..3).for_each(|step| writer.write(Whole::of(seed ^ step)));
            *part(value, &[Step::Element(index)]) = Whole::of(seed ^ 2).value();
        }
        Handle::Large(array) => {
            let index = index * 9 % array.len();
            array[index].set(seed.into());
            *part(value, &[Step::Element(index)]) = Value::U64(seed.into());
        }
        Handle::Raw(object) => {
            let word = Value::U64(seed.into());
            let cell = object.cell().member("word").expect("it has one");
            cell.write(&word).expect("it is a number");
            *part(value, &[Step::Member("word")]) = word;
        }
    }
}

fn write_sample(
    object: &memglass::Object<crate::objects::Sample>,
    choice: u8,
    seed: u8,
    value: &mut Value,
) {
    let (name, new) = match choice % 13 {
        0 => {
            object.level.set(i32::from(seed));
            ("level", Value::I64(seed.into()))
        }
        1 => {
            object.hits.store(seed.into());
            ("hits", Value::U64(seed.into()))
        }
        2 => {
            object
                .pair
                .write(Pair::of(seed))
                .expect("nobody else writes");
            ("pair", Pair::of(seed).value())
        }
        3 => {
            let mut writer = object.pair.writer().expect("nobody else writes");
            (0..3).for_each(|step| writer.write(Pair::of(seed ^ step)));
            ("pair", Pair::of(seed ^ 2).value())
        }
        4 => {
            object.total.write(seed.into()).expect("nobody else writes");
            ("total", Value::I128(seed.into()))
        }
        5 => {
            let updated = object.total.update(|total| {
                *total = total.wrapping_sub(seed.into());
                *total
            });
            ("total", Value::I128(updated.expect("nobody else writes")))
        }
        6 => {
            let updated = object.note.update(|note| {
                *note = text(seed);
                note.push_str("z").expect("there is room for one more");
                *note
            });
            let note = updated.expect("nobody else writes");
            ("note", Value::Text(note.as_str().into()))
        }
        7 => {
            let tag: Text<6> =
                Text::new(["", "A", "ABCDEF"][usize::from(seed % 3)]).expect("it fits");
            object.tag.set(tag);
            ("tag", Value::Text(tag.as_str().into()))
        }
        8 => {
            object.side.set(Side::Sell);
            ("side", side_value(-1))
        }
        9 => {
            let marks = Marks::from_bits_truncate(u32::from(seed));
            object.marks.set(marks);
            ("marks", marks_value(marks.bits().into()))
        }
        10 => {
            let (row, column) = (usize::from(seed & 1), usize::from(seed >> 1 & 1));
            object.grid[row][column].set(seed.into());
            let steps = [
                Step::Member("grid"),
                Step::Element(row),
                Step::Element(column),
            ];
            *part(value, &steps) = Value::I64(seed.into());
            return;
        }
        11 => {
            object.ratio.set(f64::from(seed) / 8.0);
            ("ratio", Value::F64(f64::from(seed) / 8.0))
        }
        _ => {
            object.id.set(seed.into());
            ("id", Value::U64(seed.into()))
        }
    };
    *part(value, &[Step::Member(name)]) = new;
}

/// Compares the producer's own cells with the model.
pub(crate) fn compare(handle: &Handle, value: &Value) {
    match handle {
        Handle::Number(object) => assert_eq!(Value::I64(object.get()), *value),
        Handle::Sample(object) => {
            let said = [
                ("id", object.id.get().into()),
                ("level", object.level.get().into()),
                ("hits", object.hits.load().into()),
                ("total", object.total.read().expect("nobody writes").into()),
                ("ratio", object.ratio.get().into()),
                ("truth", object.truth.get().into()),
                ("note", note_of(object)),
                ("tag", Value::Text(object.tag.get().as_str().into())),
            ];
            for (name, said) in said {
                assert_eq!(Some(&said), value.get(name), "{name}");
            }
        }
        Handle::Whole(object) => {
            let words = object.read().expect("nobody writes").words;
            assert_eq!(Some(&Value::from(words)), value.get("words"));
        }
        Handle::Numbers(array) => {
            let said: Vec<u16> = array.iter().map(memglass::Plain::get).collect();
            assert_eq!(Value::from(said), *value);
        }
        Handle::Wholes(array) => {
            let said = array
                .iter()
                .map(|cell| cell.read().expect("nobody writes").words);
            for (index, words) in said.enumerate() {
                let Value::List(values) = value else {
                    panic!("{value}")
                };
                assert_eq!(Some(&Value::from(words)), values[index].get("words"));
            }
        }
        Handle::Large(array) => {
            let said: Vec<u64> = array.iter().map(memglass::Plain::get).collect();
            assert_eq!(Value::from(said), *value);
        }
        Handle::Raw(object) => {
            assert_eq!(object.cell().read().as_ref(), Ok(value));
        }
    }
}

fn note_of(object: &memglass::Object<crate::objects::Sample>) -> Value {
    let note = object.note.read().expect("nobody writes");
    Value::Text(note.as_str().into())
}
