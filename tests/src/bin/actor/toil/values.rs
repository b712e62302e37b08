//! Writing values. Each is made of the previous number plus one.

use memglass::{Busy, Observer, Session, WriteError};
use memglass_tests::rows::{self, Shelf};
use memglass_tests::victim::OPERATIONS;
use memglass_tests::{Kind, Progress};

use super::Pace;
use crate::{Answer, say};

/// What came of an attempt to write: whether somebody else was writing.
type Attempt = Result<bool, Box<dyn std::error::Error>>;

/// How many values a producer writes each time that it holds one.
const HELD: u64 = 50;

pub(crate) fn as_observer(name: &str, kind: Kind, progress: &Progress, pace: Pace<'_>) -> Answer {
    let observer = Observer::builder().writable().attach(name)?;
    let fields = kind.fields(&observer);
    for (index, field) in fields.iter().enumerate() {
        progress.set(index, rows::read_number(field)?);
    }
    in_turn(fields.len(), progress, pace, |index| {
        let (field, number) = (&fields[index], progress.get(index) + 1);
        // Of the lone numbers, the first is counted up.
        let written = match (kind, index) {
            (Kind::Write, _) | (Kind::Number, 1) => field.write(&rows::value_of(field, number)),
            _ => rows::count_up(field),
        };
        match written {
            Err(WriteError::Busy { .. }) => return Ok(false),
            written => written?,
        }
        progress.set(index, number);
        Ok(true)
    })
}

pub(crate) fn as_producer(name: &str, kind: Kind, progress: &Progress, pace: Pace<'_>) -> Answer {
    let session = Session::create(name)?;
    let shelf = Shelf::put_into(&session)?;
    in_turn(kind.paths().len(), progress, pace, |index| {
        let number = progress.get(index) + 1;
        let done = |number| progress.set(index, number);
        let written = match kind {
            Kind::Hold => shelf.hold(index, number..number + HELD, done),
            Kind::Claim => shelf.write(index, number).inspect(|()| done(number)),
            _ => shelf.count_up(index).inspect(|()| done(number)),
        };
        Ok(!matches!(written, Err(Busy { .. })))
    })
}

/// Does the work for each of `count` values in turn until told to stop. Answers how often it was done,
/// and how often another process held the value.
fn in_turn(
    count: usize,
    progress: &Progress,
    pace: Pace<'_>,
    mut work: impl FnMut(usize) -> Attempt,
) -> Answer {
    say("ok toiling");
    let (mut turn, mut busy) = (0, 0_u64);
    let rounds = pace.keep([count as u64; 2], || {
        busy += u64::from(!work(turn % count)?);
        turn += 1;
        progress.set(OPERATIONS, turn as u64);
        Ok::<_, Box<dyn std::error::Error>>(())
    })?;
    Ok(format!("{} {busy}", rounds - busy))
}
