//! What the view asks of the program around it: the one way to values, writes and scripts.

use std::time::Duration;

use crossbeam_channel::Receiver;

use crate::edit::{Form, Mistake, Place, Refused};
use crate::interest::{Column, Interest};
use crate::line::{Completions, Outcome};
use crate::snapshot::Snapshot;

/// How a replay is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Play {
    /// Goes on, or stands still.
    Turn,
    /// Five seconds back.
    Back,
    /// Five seconds forward.
    Forward,
    /// To the next moment at which something changed.
    Step,
    /// Half as fast.
    Slower,
    /// Twice as fast.
    Faster,
}

/// Where a change is, as seen from what is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Towards {
    /// Before it.
    Earlier,
    /// After it.
    Later,
}

/// The program around the view.
pub trait Host {
    /// Reads what the panels show, as of now.
    fn snapshot(&mut self, interest: &Interest) -> Snapshot;

    /// The present time, as [`Snapshot::at`] has it, if nothing has moved since the last snapshot but what goes on with
    /// time. `None` if something has, or if finding out would cost as much as a snapshot.
    fn still(&mut self) -> Option<Duration>;

    /// Attaches to the new producer after a restart.
    ///
    /// # Errors
    ///
    /// Why not, as a sentence without its full stop.
    fn reattach(&mut self) -> Result<(), String>;

    /// Moves the replay; where it is then, in words.
    ///
    /// # Errors
    ///
    /// Why not, as a sentence without its full stop.
    fn play(&mut self, order: Play) -> Result<String, String>;

    /// Moves the replay to the nearest change of anything that is watched; where it is then, in words.
    ///
    /// # Errors
    ///
    /// Why not, as a sentence without its full stop.
    fn play_to_change(&mut self, towards: Towards) -> Result<String, String>;

    /// Moves the replay to so long after its start; where it is then, in words.
    ///
    /// # Errors
    ///
    /// Why not, as a sentence without its full stop.
    fn play_at(&mut self, elapsed: Duration) -> Result<String, String>;

    /// The types of which there are objects, and how many of each.
    fn types(&mut self) -> Vec<(String, usize)>;

    /// Looks whether the list can be narrowed to the objects for which a condition about their fields holds.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    fn check_condition(&mut self, text: &str) -> Result<(), Mistake>;

    /// Looks whether the list can have such a column.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    fn check_column(&mut self, column: &Column) -> Result<(), Mistake>;

    /// Watches a field, by its whole path, or an expression of fields.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    fn watch(&mut self, text: &str) -> Result<(), Mistake>;

    /// Watches a field, or no longer if it is watched.
    ///
    /// # Errors
    ///
    /// Why it cannot be watched.
    fn watch_field(&mut self, place: &Place) -> Result<(), String>;

    /// Stops watching what is in a row.
    fn unwatch(&mut self, index: usize);

    /// What the dialog of a field shows.
    ///
    /// # Errors
    ///
    /// Why it cannot be written.
    fn form(&mut self, place: &Place) -> Result<Form, String>;

    /// Looks whether a typed text could be written, without writing it.
    ///
    /// # Errors
    ///
    /// Why not.
    fn check(&mut self, place: &Place, text: &str) -> Result<(), Refused>;

    /// Writes a typed text.
    ///
    /// # Errors
    ///
    /// Why not; nothing has changed.
    fn write(&mut self, place: &Place, text: &str) -> Result<(), Refused>;

    /// Adds so many steps to a number.
    ///
    /// # Errors
    ///
    /// Why not; nothing has changed.
    fn step(&mut self, place: &Place, steps: i32) -> Result<(), Refused>;

    /// Writes the other value of a bool, or the next one of an enum.
    ///
    /// # Errors
    ///
    /// Why not; nothing has changed.
    fn toggle(&mut self, place: &Place) -> Result<(), Refused>;

    /// Undoes the last write; what was done, as a sentence.
    ///
    /// # Errors
    ///
    /// Why not, or that there is none.
    fn undo(&mut self) -> Result<String, String>;

    /// The path of a field and its value, as they are copied.
    ///
    /// # Errors
    ///
    /// Why there is no value.
    fn copied(&mut self, place: &Place) -> Result<[String; 2], String>;

    /// A line is about to be typed: names are gathered for it. Gives those typed before, the oldest first.
    fn begin_line(&mut self) -> Vec<String>;

    /// What may stand at the end of `before_cursor`, the part of the line to the left of the cursor.
    fn complete(&mut self, before_cursor: &str) -> Completions;

    /// Runs a line, as the prompt would, and puts what it gives into the log.
    fn run(&mut self, line: &str) -> Outcome;

    /// How long triggers and timers have nothing to do; `None` if that is not known.
    fn rest(&self) -> Option<Duration>;

    /// Hears when they have, beside that time.
    fn woken(&self) -> &Receiver<()>;

    /// Runs what triggers and timers have to do now.
    fn run_due(&mut self) -> Outcome;
}
