//! Values of several sizes under several protections, each made of one number.
//!
//! A writer stores the same number in all words, so that a reader can tell a whole value from a torn
//! one, and a newer from an older one.

use memglass::{
    Busy, Field, Guarded, Object, Observe, ProducerError, ReadError, Session, Value, WriteError,
};

/// Guarded and locked values of 16, 40 and 256 bytes, and numbers.
#[derive(Observe, Clone, Copy, Debug)]
pub struct Rack {
    /// 16 bytes.
    #[observe(seqlock)]
    pub guarded_16: [u64; 2],
    /// 40 bytes.
    #[observe(seqlock)]
    pub guarded_40: [u64; 5],
    /// 256 bytes.
    #[observe(seqlock)]
    pub guarded_256: [u64; 32],
    /// 16 bytes.
    #[observe(locked)]
    pub locked_16: [u64; 2],
    /// 40 bytes.
    #[observe(locked)]
    pub locked_40: [u64; 5],
    /// 256 bytes.
    #[observe(locked)]
    pub locked_256: [u64; 32],
    /// Ordered.
    #[observe(atomic)]
    pub hits: u64,
    /// One store.
    pub plain: u64,
}

impl Rack {
    /// One that is all zeros.
    pub const ZERO: Rack = Rack {
        guarded_16: [0; 2],
        guarded_40: [0; 5],
        guarded_256: [0; 32],
        locked_16: [0; 2],
        locked_40: [0; 5],
        locked_256: [0; 32],
        hits: 0,
        plain: 0,
    };
}

/// 16 bytes, guarded as a whole.
#[derive(Observe, Clone, Copy, Debug)]
#[observe(seqlock)]
pub struct Row16 {
    /// The same number in each.
    pub words: [u64; 2],
}

/// 40 bytes, guarded as a whole.
#[derive(Observe, Clone, Copy, Debug)]
#[observe(seqlock)]
pub struct Row40 {
    /// The same number in each.
    pub words: [u64; 5],
}

/// 256 bytes, guarded as a whole.
#[derive(Observe, Clone, Copy, Debug)]
#[observe(seqlock)]
pub struct Row256 {
    /// The same number in each.
    pub words: [u64; 32],
}

/// A producer's handles of all of them.
pub struct Shelf {
    rack: Object<Rack>,
    row_16: Object<Row16>,
    row_40: Object<Row40>,
    row_256: Object<Row256>,
}

/// The values that are written as a whole, in fields of a [`Rack`] and as whole objects.
pub const GUARDED: [&str; 6] = [
    "rack.guarded_16",
    "rack.guarded_40",
    "rack.guarded_256",
    "row_16.words",
    "row_40.words",
    "row_256.words",
];

/// The values that are changed by adding one to each word.
pub const LOCKED: [&str; 3] = ["rack.locked_16", "rack.locked_40", "rack.locked_256"];

/// Lone numbers: one that is counted up, and one that is written.
pub const NUMBERS: [&str; 2] = ["rack.hits", "rack.plain"];

impl Shelf {
    /// Creates the objects, all zeros.
    ///
    /// # Errors
    ///
    /// If the session cannot hold them.
    pub fn put_into(session: &Session) -> Result<Shelf, ProducerError> {
        Ok(Shelf {
            rack: session.object("rack", Rack::ZERO)?,
            row_16: session.object("row_16", Row16 { words: [0; 2] })?,
            row_40: session.object("row_40", Row40 { words: [0; 5] })?,
            row_256: session.object("row_256", Row256 { words: [0; 32] })?,
        })
    }

    /// Writes one of [`GUARDED`] as a whole.
    ///
    /// # Errors
    ///
    /// If another process holds it.
    ///
    /// # Panics
    ///
    /// If there are not so many.
    pub fn write(&self, index: usize, number: u64) -> Result<(), Busy> {
        match index {
            0 => self.rack.guarded_16.write([number; 2]),
            1 => self.rack.guarded_40.write([number; 5]),
            2 => self.rack.guarded_256.write([number; 32]),
            3 => self.row_16.write(Row16 { words: [number; 2] }),
            4 => self.row_40.write(Row40 { words: [number; 5] }),
            5 => self.row_256.write(Row256 {
                words: [number; 32],
            }),
            _ => panic!("there is no guarded value {index}"),
        }
    }

    /// Writes one of [`GUARDED`] for each of `numbers`, holding it all the time, and calls `done`
    /// after each.
    ///
    /// # Errors
    ///
    /// If another process holds it.
    ///
    /// # Panics
    ///
    /// If there are not so many.
    pub fn hold(
        &self,
        index: usize,
        numbers: impl Iterator<Item = u64>,
        done: impl Fn(u64),
    ) -> Result<(), Busy> {
        match index {
            0 => hold(&self.rack.guarded_16, numbers, |number| [number; 2], done),
            1 => hold(&self.rack.guarded_40, numbers, |number| [number; 5], done),
            2 => hold(&self.rack.guarded_256, numbers, |number| [number; 32], done),
            3 => hold(
                &self.row_16,
                numbers,
                |number| Row16 { words: [number; 2] },
                done,
            ),
            4 => hold(
                &self.row_40,
                numbers,
                |number| Row40 { words: [number; 5] },
                done,
            ),
            5 => hold(
                &self.row_256,
                numbers,
                |number| Row256 {
                    words: [number; 32],
                },
                done,
            ),
            _ => panic!("there is no guarded value {index}"),
        }
    }

    /// Adds one to each word of one of [`LOCKED`].
    ///
    /// # Errors
    ///
    /// If another process holds it.
    ///
    /// # Panics
    ///
    /// If there are not so many, or its value is torn.
    pub fn count_up(&self, index: usize) -> Result<(), Busy> {
        match index {
            0 => self
                .rack
                .locked_16
                .update(|words| *words = one_more(*words)),
            1 => self
                .rack
                .locked_40
                .update(|words| *words = one_more(*words)),
            2 => self
                .rack
                .locked_256
                .update(|words| *words = one_more(*words)),
            _ => panic!("there is no locked value {index}"),
        }
    }
}

fn hold<T: Observe>(
    cell: &Guarded<T>,
    numbers: impl Iterator<Item = u64>,
    value: impl Fn(u64) -> T,
    done: impl Fn(u64),
) -> Result<(), Busy> {
    let mut writer = cell.writer()?;
    for number in numbers {
        writer.write(value(number));
        done(number);
    }
    Ok(())
}

fn one_more<const N: usize>(words: [u64; N]) -> [u64; N] {
    assert_eq!(words, [words[0]; N], "an update gets a whole value");
    [words[0] + 1; N]
}

/// The value for `field` that is made of `number`.
pub fn value_of(field: &Field, number: u64) -> Value {
    match field.element_count() {
        Some(count) => Value::from(vec![number; count as usize]),
        None => number.into(),
    }
}

/// The number that a value is made of.
///
/// # Errors
///
/// The value, if it is not made of one.
pub fn number_in(value: &Value) -> Result<u64, String> {
    let number = match value {
        Value::List(words) => match words.iter().all(|word| *word == words[0]) {
            true => &words[0],
            false => return Err(format!("torn: {value}")),
        },
        number => number,
    };
    u64::try_from(number).map_err(|error| format!("{value}: {error}"))
}

/// Reads a value that must be whole.
///
/// # Errors
///
/// If it is torn, or cannot be read.
pub fn read_number(field: &Field) -> Result<u64, String> {
    let value = field.read().map_err(|error: ReadError| error.to_string())?;
    number_in(&value)
}

/// Adds one to every word, in one step.
///
/// # Errors
///
/// If another process holds the value.
pub fn count_up(field: &Field) -> Result<(), WriteError> {
    if field.element_count().is_none() {
        return field.add(&1_u64.into()).map(drop);
    }
    let one_more = |value: &mut Value| {
        let number = number_in(value).expect("an update gets a whole value");
        *value = value_of(field, number + 1);
    };
    field.update(one_more).map(drop)
}
