//! Undoing: the old values are written back, where what was written is still there.

use std::collections::{HashMap, HashSet};

use memglass::{Field, Observer, ReadError, Value};
use memglass_value::format::{self, Style};

use super::entry::{Author, Entry};
use super::{Ledger, LedgerError, Rules};
use crate::holders::Holders;

/// Obstacles that a message lists.
const LISTED: usize = 5;

/// What to bring back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// What was there before the last step that is not undone.
    Undo,
    /// What the last undoing took away.
    Redo,
}

impl Direction {
    fn word(self) -> &'static str {
        match self {
            Direction::Undo => "undo",
            Direction::Redo => "redo",
        }
    }
}

/// Whether to overwrite what others have written since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Force {
    /// Only what is still as it was written is written back.
    No,
    /// All is written back, whatever is there now; only what is gone stays out.
    Yes,
}

/// What was undone.
#[derive(Clone, Default)]
pub struct Undone {
    /// The writes whose old values are there again, in the order in which they were written back. As their new values
    /// they have what was there before that, which another may have written.
    pub writes: Vec<Entry>,
    /// Why others were left out.
    pub left_out: Vec<Obstacle>,
    /// What was written since and stays.
    pub passed: Passed,
}

/// Newer steps than the one that is undone, which stay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Passed {
    /// The last trigger that has written since and goes on: it may write it again at once.
    pub trigger: Option<u64>,
    /// The newest of the writes whose objects are gone.
    pub gone: Option<Obstacle>,
}

impl Passed {
    /// Why the newest writes are not undone, a sentence for each reason.
    pub fn told(&self) -> impl Iterator<Item = String> {
        let trigger = self.trigger.map(|trigger| {
            format!("trigger {trigger} has written since and goes on: what it wrote stays")
        });
        let gone = self.gone.as_ref().map(Obstacle::to_string);
        trigger.into_iter().chain(gone)
    }

    /// The newest of what several undoings have passed over.
    pub fn or(self, other: Passed) -> Passed {
        Passed {
            trigger: self.trigger.or(other.trigger),
            gone: self.gone.or(other.gone),
        }
    }
}

/// Why a value cannot be written back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Obstacle {
    /// Its object was destroyed, or its session is over.
    #[error("the object that had {path} then is gone")]
    Gone {
        /// Where.
        path: String,
    },
    /// Something else is there now.
    #[error("{path} was set to {written} and is {now} now")]
    Changed {
        /// Where.
        path: String,
        /// What was written.
        written: String,
        /// What is there.
        now: String,
    },
    /// The write would be refused, or the present value cannot be read.
    #[error("{0}")]
    Refused(String),
}

impl Obstacle {
    fn gone(entry: &Entry) -> Obstacle {
        let path = entry.path().to_owned();
        Obstacle::Gone { path }
    }
}

/// Why nothing was undone.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UndoError {
    /// There is no such step.
    #[error("nothing to {0}")]
    Nothing(&'static str),
    /// All that could be undone was written by triggers that go on.
    #[error(
        "nothing to undo but what trigger {0} wrote, which goes on and may write it again; pause or cancel it first (`triggers()` has it)"
    )]
    Answered(u64),
    /// The objects of all that could be undone are gone.
    #[error("nothing to {word}: {gone}")]
    Gone {
        /// `undo` or `redo`.
        word: &'static str,
        /// The newest of what is in the way.
        #[source]
        gone: Obstacle,
    },
    /// Some of its writes are not known any more.
    #[error("step {step} has more writes than are kept, so that it cannot be undone as a whole")]
    Forgotten {
        /// Which step.
        step: u64,
    },
    /// Some values are not as they were written. Nothing was changed.
    #[error(
        "step {step} stays: {}; {}",
        listed(obstacles),
        way_out(obstacles, *trigger, *direction)
    )]
    Obstructed {
        /// Which step.
        step: u64,
        /// What is in the way.
        obstacles: Vec<Obstacle>,
        /// The last trigger that has written since and goes on.
        trigger: Option<u64>,
        /// What was tried.
        direction: Direction,
    },
    /// It went well when it was rehearsed, and then failed.
    #[error("step {step} is undone in part, {done} of {all} writes")]
    Stopped {
        /// Which step.
        step: u64,
        /// How many values were written back.
        done: usize,
        /// Of so many.
        all: usize,
        /// Why it stopped.
        #[source]
        source: LedgerError,
    },
    /// The session's memory cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

fn listed(obstacles: &[Obstacle]) -> String {
    let first: Vec<String> = obstacles
        .iter()
        .take(LISTED)
        .map(Obstacle::to_string)
        .collect();
    match obstacles.len() - first.len() {
        0 => first.join(", "),
        more => format!("{}, and {more} more", first.join(", ")),
    }
}

/// What can be done about it.
fn way_out(obstacles: &[Obstacle], trigger: Option<u64>, direction: Direction) -> String {
    let force = direction.word();
    let is_gone = |obstacle: &Obstacle| matches!(obstacle, Obstacle::Gone { .. });
    let way_out = match obstacles.iter().any(is_gone) {
        false => format!("`:{force} !` writes all the same"),
        true => format!("`:{force} !` writes what is still there all the same"),
    };
    match trigger {
        Some(trigger) => {
            format!("trigger {trigger} has written since and goes on: pause it first; {way_out}")
        }
        None => way_out,
    }
}

impl Ledger {
    /// Undoes the last step that is not undone, or what the last undoing did, as a step of its own, which is
    /// `author`'s. All of it is rehearsed first: if a part cannot be undone, nothing is.
    ///
    /// Steps of triggers that `goes_on` knows are passed over, as they may be made again at once, and so are steps all of
    /// whose objects are gone.
    ///
    /// # Errors
    ///
    /// [`UndoError`] says what is in the way.
    pub fn undo(
        &self,
        observer: &Observer,
        direction: Direction,
        force: Force,
        author: Author,
        goes_on: impl Fn(u64) -> bool,
    ) -> Result<Undone, UndoError> {
        let (step, passed) = self.step_to(observer, direction, goes_on)?;
        let entries = self.entries_of(step)?;
        let mut undone = Undone {
            passed,
            ..Undone::default()
        };
        let obstacles = rehearse(observer, &entries)?;
        let is_free = obstacles.iter().all(Option::is_none);
        if !is_free && force == Force::No {
            let obstacles = obstacles.into_iter().flatten().collect();
            return Err(UndoError::Obstructed {
                step,
                obstacles,
                trigger: undone.passed.trigger,
                direction,
            });
        }
        self.begin_undoing(author, Some(step));
        let all = entries.len();
        for (done, (entry, obstacle)) in entries.iter().zip(obstacles).enumerate() {
            if let Some(gone @ Obstacle::Gone { .. }) = obstacle {
                undone.left_out.push(gone);
                continue;
            }
            let Some(field) = entry.field() else { continue };
            let rules = match force {
                Force::Yes => Rules::Forced,
                Force::No => entry.rules,
            };
            let written = self.write(field, &entry.change.old, rules, 0);
            let written = written.map_err(|source| UndoError::Stopped {
                step,
                done,
                all,
                source,
            })?;
            let mut taken_back = entry.clone();
            taken_back.change.new = written.old;
            undone.writes.push(taken_back);
        }
        self.note_undone(step, direction);
        Ok(undone)
    }

    /// Whether there is a step to undo, whatever is in its way.
    pub fn can_undo(&self, observer: &Observer, goes_on: impl Fn(u64) -> bool) -> bool {
        let step = self.step_to(observer, Direction::Undo, goes_on);
        step.is_ok_and(|(step, _)| self.is_whole(step))
    }

    /// The newest step of which anything is still there, and what was passed over.
    fn step_to(
        &self,
        observer: &Observer,
        direction: Direction,
        goes_on: impl Fn(u64) -> bool,
    ) -> Result<(u64, Passed), UndoError> {
        let undone = self.0.undone.borrow();
        let undoing: HashSet<u64> = match direction {
            Direction::Undo => HashSet::new(),
            Direction::Redo => undone.values().copied().collect(),
        };
        let is_wanted = |entry: &&Entry| match direction {
            Direction::Undo => entry.undoes.is_none() && !undone.contains_key(&entry.step),
            Direction::Redo => undoing.contains(&entry.step),
        };
        // A trigger may have made thousands of them.
        let mut known = HashMap::new();
        let mut goes_on = |number| *known.entry(number).or_insert_with(|| goes_on(number));
        let mut trigger = None;
        let mut gone: Option<&Entry> = None;
        let entries = self.0.entries.borrow();
        for entry in entries.iter().rev().filter(is_wanted) {
            match &*entry.author {
                Author::Trigger { number, .. } if goes_on(*number) => {
                    trigger = trigger.or(Some(*number));
                }
                _ if entry.field().is_some_and(|field| is_in(observer, field)) => {
                    let gone = gone.filter(|gone| gone.step != entry.step);
                    let gone = gone.map(Obstacle::gone);
                    return Ok((entry.step, Passed { trigger, gone }));
                }
                _ => gone = gone.or(Some(entry)),
            }
        }
        let word = direction.word();
        Err(match (trigger, gone.map(Obstacle::gone)) {
            (Some(trigger), _) => UndoError::Answered(trigger),
            (None, Some(gone)) => UndoError::Gone { word, gone },
            (None, None) => UndoError::Nothing(word),
        })
    }

    /// The entries of a step, newest first.
    fn entries_of(&self, step: u64) -> Result<Vec<Entry>, UndoError> {
        let entries = self.0.entries.borrow();
        let of_step = entries.iter().rev().filter(|entry| entry.step == step);
        match self.is_whole(step) {
            true => Ok(of_step.cloned().collect()),
            false => Err(UndoError::Forgotten { step }),
        }
    }

    /// Whether all writes of a step are kept.
    fn is_whole(&self, step: u64) -> bool {
        let entries = self.0.entries.borrow();
        let oldest = entries.iter().find(|entry| entry.step == step);
        oldest.is_some_and(|oldest| oldest.number == oldest.first)
    }

    fn note_undone(&self, step: u64, direction: Direction) {
        let by = self.0.step.get().number;
        let mut undone = self.0.undone.borrow_mut();
        match direction {
            Direction::Undo => {
                undone.insert(step, by);
            }
            Direction::Redo => undone.retain(|_, undoing| *undoing != step),
        }
    }
}

/// Undoes the entries on an observer of its own, and gives for each what is in the way.
///
/// Only so is it known what each would find: the entries of a step may be about the same place, and about parts
/// of each other.
fn rehearse(observer: &Observer, entries: &[Entry]) -> Result<Vec<Option<Obstacle>>, UndoError> {
    let rehearsal = observer.rehearsal()?;
    let mut holders = Holders::default();
    Ok(entries
        .iter()
        .map(|entry| rehearse_one(&rehearsal, entry, &mut holders).err())
        .collect())
}

fn rehearse_one(
    rehearsal: &Observer,
    entry: &Entry,
    holders: &mut Holders,
) -> Result<(), Obstacle> {
    let there = entry.field().and_then(|field| within(rehearsal, field));
    let field = there.ok_or_else(|| Obstacle::gone(entry))?;
    let now = field
        .read()
        .map_err(|error| Obstacle::Refused(error.to_string()))?;
    if let Some(why) = holders.refusal(&field) {
        return Err(Obstacle::Refused(why));
    }
    let old = &entry.change.old;
    let written = match entry.rules {
        Rules::Checked => field.write(old),
        Rules::Forced => field.write_forced(old),
    };
    if !agrees(&now, &entry.change.new) {
        let text = |value: &Value, style: &Style| format::text(value, style);
        let style = entry.style();
        return Err(Obstacle::Changed {
            path: entry.path().to_owned(),
            written: text(&entry.change.new, &style),
            now: text(&now, &style),
        });
    }
    written.map_err(|error| Obstacle::Refused(error.to_string()))
}

/// The same place of the same object, as another observer of the session sees it.
fn within(observer: &Observer, field: &Field) -> Option<Field> {
    let id = field.object_id();
    let object = observer.object_in(id.slot)?;
    if observer.id_of(&object) != id {
        return None;
    }
    let rest = field.path().strip_prefix(&*object.label)?;
    observer.root(&object).ok()?.at(rest).ok()
}

/// Whether the object of a field is still there.
fn is_in(observer: &Observer, field: &Field) -> bool {
    let id = field.object_id();
    let occupant = observer.entry_in(id.slot);
    let is_it = occupant.is_some_and(|occupant| occupant.generation() == id.generation);
    is_it && observer.session().id == id.session
}

/// Whether a value is still what was written: of a record, the members that were.
pub(crate) fn agrees(now: &Value, written: &Value) -> bool {
    match (now, written) {
        (Value::Record(now), Value::Record(written)) => written
            .iter()
            .all(|(name, written)| now.get(name).is_some_and(|now| agrees(now, written))),
        (Value::List(now), Value::List(written)) => {
            now.len() == written.len()
                && now
                    .iter()
                    .zip(written)
                    .all(|(now, written)| agrees(now, written))
        }
        (Value::F64(now), Value::F64(written)) => now.to_bits() == written.to_bits(),
        (Value::F32(now), Value::F32(written)) => now.to_bits() == written.to_bits(),
        (now, written) => now == written,
    }
}
