//! Two writers and two readers at the same values, each as fast as it can.

use memglass::{Busy, Field, Observer, ReadError, Session, WriteError};
use memglass_tests::rows::{self, GUARDED, LOCKED, Shelf};
use memglass_tests::{Timings, timed};

use crate::until_told::Input;
use crate::{Answer, say};

/// How many values the producer writes each time that it holds one.
const HELD: u64 = 20;
/// The bits of a written number from this one on tell its writer.
const WRITER_BITS: u32 = 56;

/// Takes part as `role` until the next line comes; says `ok` before it begins.
pub(crate) fn race(role: &str, name: &str, input: &Input) -> Answer {
    match role {
        "produce" => produce(name, input),
        "write" => write(name, input),
        "read" => read(name, input),
        _ => Err(format!("there is no role called {role:?}").into()),
    }
}

/// A writer's counts.
#[derive(Default)]
struct Done {
    written: u64,
    busy: u64,
    updates: [u64; LOCKED.len()],
}

impl Done {
    fn note(&mut self, written: bool, count: u64) {
        self.written += if written { count } else { 0 };
        self.busy += u64::from(!written);
    }

    fn note_update(&mut self, index: usize, updated: bool) {
        self.updates[index] += u64::from(updated);
        self.busy += u64::from(!updated);
    }

    fn to_answer(&self) -> String {
        let [small, middle, large] = self.updates;
        format!("{} {} {small} {middle} {large}", self.written, self.busy)
    }
}

/// Writes as the producer: claims, holds, and updates. Ends its session one line later.
fn produce(name: &str, input: &Input) -> Answer {
    let session = Session::create(name)?;
    let shelf = Shelf::put_into(&session)?;
    say("ok racing");
    let mut done = Done::default();
    let mut number = 1_u64 << WRITER_BITS;
    input.until_told(|| {
        for index in 0..GUARDED.len() {
            done.note(shelf.write(index, number + 1).is_ok(), 1);
            let held = shelf.hold(index, number + 2..number + 2 + HELD, |_| {});
            done.note(held.is_ok(), HELD);
        }
        number += 2 + HELD;
        for index in 0..LOCKED.len() {
            done.note_update(index, shelf.count_up(index).is_ok());
        }
        Ok::<_, Busy>(())
    })?;
    say(&format!("ok {}", done.to_answer()));
    // The values stay until the next line, so that others can look at them.
    input.next();
    Ok(String::new())
}

/// Writes as an observer.
fn write(name: &str, input: &Input) -> Answer {
    let observer = Observer::builder().writable().attach(name)?;
    let resolve = |paths: &[&str]| {
        let fields = paths.iter().map(|path| observer.field(path));
        fields.collect::<Result<Vec<_>, _>>()
    };
    let (guarded, locked) = (resolve(&GUARDED)?, resolve(&LOCKED)?);
    say("ok racing");
    let mut done = Done::default();
    let mut number = 2_u64 << WRITER_BITS;
    let was_free = |written: Result<(), WriteError>| match written {
        Err(WriteError::Busy { .. }) => Ok(false),
        written => written.map(|()| true),
    };
    input.until_told(|| {
        number += 1;
        for field in &guarded {
            done.note(was_free(field.write(&rows::value_of(field, number)))?, 1);
        }
        for (index, field) in locked.iter().enumerate() {
            done.note_update(index, was_free(rows::count_up(field))?);
        }
        Ok::<_, WriteError>(())
    })?;
    Ok(done.to_answer())
}

/// A reader's counts.
#[derive(Default)]
struct Seen {
    reads: u64,
    retries: u64,
    most_attempts: u64,
    new_values: u64,
    times: Timings,
}

/// One value, and the newest number of each of its writers.
struct Followed {
    field: Field,
    last: u64,
    newest: [u64; 3],
}

fn read(name: &str, input: &Input) -> Answer {
    let observer = Observer::builder().attach(name)?;
    let fields = GUARDED
        .iter()
        .chain(&LOCKED)
        .map(|path| observer.field(path));
    let mut followed: Vec<_> = fields
        .map(|field| field.map(Followed::new))
        .collect::<Result<_, _>>()?;
    say("ok racing");
    let mut seen = Seen::default();
    input.until_told(|| {
        let looks = followed.iter_mut().map(|followed| followed.look(&mut seen));
        looks.collect::<Result<(), String>>()
    })?;
    let Seen {
        reads,
        retries,
        most_attempts,
        new_values,
        ..
    } = seen;
    let longest = seen.times.longest();
    let (running, clock) = (longest.running.as_nanos(), longest.clock.as_nanos());
    Ok(format!(
        "{reads} {retries} {most_attempts} {new_values} {running} {clock}"
    ))
}

impl Followed {
    fn new(field: Field) -> Followed {
        Followed {
            field,
            last: 0,
            newest: [0; 3],
        }
    }

    /// Reads it once: it must be whole, and newer than the last one of the same writer.
    fn look(&mut self, seen: &mut Seen) -> Result<(), String> {
        let number = self.read(seen)?;
        if number == self.last {
            return Ok(());
        }
        let writer = (number >> WRITER_BITS) as usize;
        let newest = self.newest.get_mut(writer).ok_or("nobody wrote that")?;
        if number < *newest {
            return Err(format!(
                "{}: {number:x} after {newest:x}",
                self.field.path()
            ));
        }
        (*newest, self.last) = (number, number);
        seen.new_values += 1;
        Ok(())
    }

    /// Reads it as often as it takes, and counts that.
    fn read(&self, seen: &mut Seen) -> Result<u64, String> {
        let mut attempts = 1;
        let (value, timing) = timed(|| {
            loop {
                match self.field.try_read() {
                    Err(ReadError::Contended { .. }) => attempts += 1,
                    value => return value,
                }
            }
        });
        let value = value.map_err(|error| error.to_string())?;
        seen.times.note(timing);
        seen.reads += 1;
        seen.retries += attempts - 1;
        seen.most_attempts = seen.most_attempts.max(attempts);
        rows::number_in(&value)
    }
}
