//! What lines and scripts record. The recordings end with the prompt or the script.

pub mod told;

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use memglass::Observer;
use memglass_stream::{End, Plan, Progress, RecordError, Tape};
use memglass_value::shown::{Cell, Table};

use crate::commands::with_causes;

/// The recordings of one prompt or script that go on.
#[derive(Default)]
pub(crate) struct Recordings {
    going: RefCell<Vec<Rc<Taped>>>,
}

/// A recording: one that goes on, or what came of it.
pub(crate) struct Taped {
    /// The first file, as it was named.
    pub(crate) named: PathBuf,
    state: RefCell<State>,
}

enum State {
    Going(Tape),
    Ended(Progress),
    /// Nothing is recorded: it is only tried out, or on a recording.
    Idle,
}

impl Taped {
    fn with(named: &Path, state: State) -> Rc<Taped> {
        Rc::new(Taped {
            named: named.to_owned(),
            state: RefCell::new(state),
        })
    }

    /// One that records nothing.
    pub(crate) fn idle(named: &Path) -> Rc<Taped> {
        Taped::with(named, State::Idle)
    }

    /// How far it is; nothing if it records nothing.
    pub(crate) fn progress(&self) -> Option<Progress> {
        match &*self.state.borrow() {
            State::Going(tape) => Some(tape.progress()),
            State::Ended(progress) => Some(progress.clone()),
            State::Idle => None,
        }
    }

    /// Whether it goes on.
    pub(crate) fn is_going(&self) -> bool {
        matches!(*self.state.borrow(), State::Going(_))
    }

    /// Why it has ended by itself, if it has.
    fn end(&self) -> Option<End> {
        match &*self.state.borrow() {
            State::Going(tape) => tape.ended().try_recv().ok(),
            _ => None,
        }
    }

    /// Ends it; gives what is to be said of that, and nothing if it has ended before.
    fn stop(&self) -> Option<Result<String, RecordError>> {
        let State::Going(tape) = self.state.replace(State::Idle) else {
            return None;
        };
        let last = tape.progress();
        let finished = tape.finish();
        let progress = finished.as_ref().map_or(last, Progress::clone);
        self.state.replace(State::Ended(progress));
        Some(finished.map(|progress| format!("recorded {}", told::progress(&progress))))
    }
}

impl Recordings {
    /// Starts to record what `observer` is attached to.
    pub(crate) fn start(
        &self,
        observer: Observer,
        path: &Path,
        plan: Plan,
    ) -> Result<Rc<Taped>, RecordError> {
        let taped = Taped::with(path, State::Going(Tape::start(observer, path, plan)?));
        self.going.borrow_mut().push(Rc::clone(&taped));
        Ok(taped)
    }

    /// Ends one; gives what is to be said of it.
    ///
    /// # Errors
    ///
    /// It could not be written to its end.
    pub(crate) fn stop(&self, taped: &Taped) -> Result<Option<String>, RecordError> {
        let told = taped.stop().transpose();
        self.going.borrow_mut().retain(|going| going.is_going());
        told
    }

    /// Ends all; gives what is to be said of each.
    pub(crate) fn stop_all(&self) -> Vec<String> {
        let going = self.going.take();
        let results = going.iter().filter_map(|taped| taped.stop());
        let texts = results.map(|result| result.unwrap_or_else(|error| with_causes(&error)));
        texts.collect()
    }

    /// What is to be said of those that ended by themselves since it was asked last.
    pub(crate) fn news(&self) -> Vec<String> {
        if self.going.borrow().is_empty() {
            return Vec::new();
        }
        let going = self.going.borrow().clone();
        let ended = going.iter().filter_map(|taped| Some((taped, taped.end()?)));
        let news = ended.filter_map(|(taped, end)| {
            let why = match end {
                End::Producer(presence) => {
                    format!("the producer has ended ({presence}), and so has the recording: ")
                }
                _ => String::new(),
            };
            let told = taped.stop()?.unwrap_or_else(|error| with_causes(&error));
            Some(format!("{why}{told}"))
        });
        let news: Vec<String> = news.collect();
        self.going.borrow_mut().retain(|going| going.is_going());
        news
    }

    /// Those that go on, a row for each.
    pub(crate) fn table(&self) -> Table {
        let columns = ["file", "seconds", "objects", "values", "bytes", "missed"];
        let mut table =
            Table::new(columns).or_else("nothing is recorded; `:record run.mcap` records");
        for progress in self
            .going
            .borrow()
            .iter()
            .filter_map(|taped| taped.progress())
        {
            let totals = progress.totals;
            table.push([
                Some(Cell::plain(progress.path.display().to_string())),
                Some(Cell::plain(
                    (progress.elapsed.as_secs_f64() * 10.0).round() / 10.0,
                )),
                Some(Cell::plain(progress.objects as u64)),
                Some(Cell::plain(totals.values)),
                Some(Cell::plain(totals.file_bytes)),
                Some(Cell::plain(totals.losses.sum())),
            ]);
        }
        table
    }
}
