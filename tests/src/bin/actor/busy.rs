//! A producer that does everything at full speed until it is told to stop.

use std::collections::VecDeque;

use memglass::schema::{Field, Kind, Type, TypeId};
use memglass::{Array, Object, RawObject, Session};
use memglass_tests::Random;
use memglass_tests::busy::{Busy, note};
use memglass_tests::objects::Pair;

use crate::until_told::Input;
use crate::{Answer, say};

/// How many objects live at once that come and go at full speed.
const ALIVE: usize = 100;
/// How many stay for a while, so that observers find them alive.
const OLD: usize = 100;
/// How many arrays, large ones among them.
const ARRAYS: usize = 8;
/// The total number of types to add: types are never removed.
const TYPES: u64 = 300;
/// The most elements of a small array, and of a large one.
const SMALL: u64 = 4 << 10;
const LARGE: [u64; 3] = [64 << 10, 128 << 10, 256 << 10];
/// After how many rounds an object gets old, and there is an array, a large one, and a type.
const OLD_EVERY: u64 = 256;
const ARRAY_EVERY: u64 = 64;
const LARGE_EVERY: u64 = 4096;
const TYPE_EVERY: u64 = 1 << 14;

struct Producer<'a> {
    session: &'a Session,
    random: Random,
    number: u64,
    alive: VecDeque<Object<Busy>>,
    old: VecDeque<Object<Busy>>,
    arrays: VecDeque<Array<u64>>,
    raw: Option<RawObject>,
    word: Option<TypeId>,
    counts: Counts,
}

#[derive(Default)]
struct Counts {
    created: u64,
    arrays: u64,
    types: u64,
    written: u64,
    /// Writes that found an observer writing.
    busy: u64,
}

/// Works until told to stop. Prints `ok` when it has all its objects.
pub(crate) fn busy(session: &Session, input: &Input) -> Answer {
    let mut producer = Producer {
        session,
        random: Random::new(7),
        number: 0,
        alive: VecDeque::new(),
        old: VecDeque::new(),
        arrays: VecDeque::new(),
        raw: None,
        word: None,
        counts: Counts::default(),
    };
    while producer.old.len() < OLD {
        producer.round()?;
    }
    say("ok busy");
    input.until_told(|| producer.round())?;
    let Counts {
        created,
        arrays,
        types,
        written,
        busy,
    } = producer.counts;
    Ok(format!(
        "created {created} arrays {arrays} types {types} written {written} busy {busy} regions {} bytes {}",
        session.region_count(),
        session.memory_bytes()
    ))
}

impl Producer<'_> {
    fn round(&mut self) -> Result<(), Box<dyn std::error::Error>> {
        self.number += 1;
        let number = self.number;
        let object = self
            .session
            .object(&format!("busy_{number}"), Busy::of(number))?;
        self.alive.push_back(object);
        self.counts.created += 1;
        if self.alive.len() > ALIVE {
            let oldest = self.alive.pop_front();
            let stays = oldest.filter(|_| number.is_multiple_of(OLD_EVERY) || self.old.len() < OLD);
            self.old.extend(stays);
        }
        if self.old.len() > OLD {
            self.old.pop_front();
        }
        if number.is_multiple_of(ARRAY_EVERY) {
            self.array()?;
        }
        if number.is_multiple_of(TYPE_EVERY) && self.counts.types < TYPES {
            self.add_type()?;
        }
        self.write()
    }

    /// Arrays of any small size, and large ones of a few, for which the session grows.
    fn array(&mut self) -> Result<(), Box<dyn std::error::Error>> {
        let count = match self.number.is_multiple_of(LARGE_EVERY) {
            true => LARGE[self.random.below(LARGE.len() as u64) as usize],
            false => 1 + self.random.below(SMALL),
        };
        let count = count as usize;
        let label = format!("array_{}", self.number);
        let first = self.number;
        let array = self
            .session
            .array_with(&label, count, |index| first.wrapping_add(index as u64))?;
        self.arrays.push_back(array);
        self.counts.arrays += 1;
        if self.arrays.len() > ARRAYS {
            self.arrays.pop_front();
        }
        Ok(())
    }

    /// A new type, and an object of it made from raw memory.
    fn add_type(&mut self) -> Result<(), Box<dyn std::error::Error>> {
        let word = match self.word {
            Some(word) => word,
            None => self.session.add_type(word_type())?,
        };
        self.word = Some(word);
        let name = format!("Type{}", self.counts.types);
        let ty = self.session.add_type(struct_of(&name, word))?;
        let memory = self.session.allocate_typed(ty, None)?;
        // The label must be free before it is used again.
        self.raw = None;
        self.raw = Some(self.session.register("raw", memory)?);
        self.counts.types += 1;
        Ok(())
    }

    /// Writes every protection of some object.
    fn write(&mut self) -> Result<(), Box<dyn std::error::Error>> {
        let number = self.random.number() >> 1;
        let of = match number.is_multiple_of(2) && !self.old.is_empty() {
            true => &self.old,
            false => &self.alive,
        };
        let object = &of[self.random.below(of.len() as u64) as usize];
        object.hits.fetch_add(1);
        object.level[(number % 8) as usize].set((number % 1001) as i32);
        let pair = |number| Pair {
            left: number,
            right: number,
        };
        let written = [
            object.pair.write(pair(number)).is_ok(),
            object.total.update(|total| *total += 1).is_ok(),
            object.note.write(note(number)).is_ok(),
            object.pair.writer().is_ok_and(|mut writer| {
                (0..4).for_each(|step| writer.write(pair(number + step)));
                true
            }),
        ];
        let done = written.iter().filter(|&&written| written).count() as u64;
        self.counts.written += 2 + done;
        self.counts.busy += written.len() as u64 - done;
        let seen = object.pair.read()?;
        if seen.left != seen.right {
            return Err(format!("torn: {seen:?}").into());
        }
        Ok(())
    }
}

fn word_type() -> Type {
    Type::new("word", 8, 8, Kind::Int { signed: false })
}

fn struct_of(name: &str, word: TypeId) -> Type {
    let fields = vec![Field::new("word", word, 0)];
    Type::new(name, 8, 8, Kind::Struct { fields })
}
