//! What lines and scripts record. The recordings end with the prompt or the script.

pub mod told;

use std::cell::{self, RefCell};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use memglass::Observer;
use memglass_stream::{Channels, End, Plan, Progress, RecordError, Saving, Tape, numbered};
use memglass_value::shown::{Cell, Table};

/// Files that are saved of a ring under one name: more of them are an accident, which fills a disk.
const MOST_OF_ONE_NAME: u32 = 99;

/// The recordings of one prompt or script that go on.
#[derive(Default)]
pub(crate) struct Recordings {
    going: RefCell<Vec<Rc<Taped>>>,
    /// Files that are written of a ring.
    savings: RefCell<Vec<Saving>>,
    /// Whether one could not be written to its end.
    has_failed: cell::Cell<bool>,
}

/// What is to be said of one that has ended, if anything is.
type Ended = Result<Option<String>, RecordError>;

/// A recording: one that goes on, or what came of it.
pub(crate) struct Taped {
    /// The first file, as it was named; of a ring, nothing.
    pub(crate) named: PathBuf,
    /// Whether it ends by itself.
    has_end: bool,
    state: RefCell<State>,
}

enum State {
    Going(Tape),
    Ended(Progress),
    /// Nothing is recorded: it is only tried out, or on a recording.
    Idle,
}

impl Taped {
    fn with(named: &Path, has_end: bool, state: State) -> Rc<Taped> {
        Rc::new(Taped {
            named: named.to_owned(),
            has_end,
            state: RefCell::new(state),
        })
    }

    /// One that records nothing.
    pub(crate) fn idle(named: &Path) -> Rc<Taped> {
        Taped::with(named, false, State::Idle)
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

    fn is_ring(&self) -> bool {
        self.progress()
            .is_some_and(|progress| progress.ring.is_some())
    }

    /// Why it has ended by itself, if it has.
    fn end(&self) -> Option<End> {
        match &*self.state.borrow() {
            State::Going(tape) => tape.ended().try_recv().ok(),
            _ => None,
        }
    }

    fn save(&self, path: &Path, after: Duration) -> Result<Saving, RecordError> {
        match &*self.state.borrow() {
            State::Going(tape) => tape.save(path, after),
            _ => Err(RecordError::NoRing),
        }
    }

    /// Ends it; gives what is to be said of that, if anything is.
    fn stop(&self) -> Ended {
        let State::Going(tape) = self.state.replace(State::Idle) else {
            return Ok(None);
        };
        let last = tape.progress();
        let finished = tape.finish();
        let progress = finished.as_ref().map_or(last, Progress::clone);
        self.state.replace(State::Ended(progress));
        // What a ring had is gone, and was written before if somebody wanted it.
        let told = |progress: Progress| match progress.ring {
            Some(_) => None,
            None => Some(format!("recorded {}", told::progress(&progress))),
        };
        finished.map(told)
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
        let has_end = plan.time.is_some();
        let tape = Tape::start(observer, path, plan)?;
        Ok(self.add(Taped::with(path, has_end, State::Going(tape))))
    }

    /// Keeps what changes in memory, instead of what was kept before.
    pub(crate) fn start_ring(
        &self,
        observer: Observer,
        window: Duration,
        plan: Plan,
    ) -> Result<Rc<Taped>, RecordError> {
        let tape = Tape::ring(observer, window, plan)?;
        if let Some(before) = self.ring() {
            self.stop(&before)?;
        }
        Ok(self.add(Taped::with(Path::new(""), false, State::Going(tape))))
    }

    /// Writes what is kept in memory, and what comes in the time `after`, into a file: `why.mcap`, or `why-2.mcap` if that is
    /// there already.
    pub(crate) fn save_ring(&self, path: &Path, after: Duration) -> Result<(), RecordError> {
        let ring = self.ring().ok_or(RecordError::NoRing)?;
        let mut saved = ring.save(path, after);
        // A trigger fires again, and what it saved the first time stays.
        for number in 2..=MOST_OF_ONE_NAME {
            if !matches!(saved, Err(RecordError::Exists { .. })) {
                break;
            }
            saved = ring.save(&numbered(path, number), after);
        }
        self.savings.borrow_mut().push(saved?);
        Ok(())
    }

    fn add(&self, taped: Rc<Taped>) -> Rc<Taped> {
        self.going.borrow_mut().push(Rc::clone(&taped));
        taped
    }

    fn ring(&self) -> Option<Rc<Taped>> {
        let going = self.going.borrow();
        going.iter().find(|taped| taped.is_ring()).cloned()
    }

    /// Whether something is recorded or saved.
    pub(crate) fn has_any(&self) -> bool {
        !self.savings.borrow().is_empty() || !self.going.borrow().is_empty()
    }

    /// Whether something is recorded that ends by itself.
    pub(crate) fn is_awaited(&self) -> bool {
        let going = self.going.borrow();
        !self.savings.borrow().is_empty() || going.iter().any(|taped| taped.has_end)
    }

    /// Ends one; gives what is to be said of it.
    ///
    /// # Errors
    ///
    /// It could not be written to its end.
    pub(crate) fn stop(&self, taped: &Taped) -> Ended {
        let told = taped.stop();
        self.going.borrow_mut().retain(|going| going.is_going());
        told
    }

    /// Ends all; gives what is to be said of each.
    pub(crate) fn stop_all(&self) -> Vec<String> {
        let going = self.going.take();
        let told = going.iter().filter_map(|taped| self.said(taped.stop()));
        let told: Vec<String> = told.collect();
        let savings = self.savings.take().into_iter();
        let saved = savings.filter_map(|saving| self.said(saving.wait().map(saved)));
        told.into_iter().chain(saved).collect()
    }

    /// Whether one could not be written to its end.
    pub(crate) fn has_failed(&self) -> bool {
        self.has_failed.get()
    }

    /// What is said of the end of one.
    fn said(&self, ended: Ended) -> Option<String> {
        ended.unwrap_or_else(|error| {
            self.has_failed.set(true);
            Some(told::failure(&error))
        })
    }

    /// What is to be said of those that ended by themselves since it was asked last.
    pub(crate) fn news(&self) -> Vec<String> {
        let going = self.going.borrow().clone();
        let ended = going.iter().filter_map(|taped| Some((taped, taped.end()?)));
        let mut news: Vec<String> = ended
            .filter_map(|(taped, end)| self.ending(taped, end))
            .collect();
        self.going.borrow_mut().retain(|going| going.is_going());
        self.savings.borrow_mut().retain(|saving| {
            let Some(result) = saving.poll() else {
                return true;
            };
            news.extend(self.said(result.map(saved)));
            false
        });
        news
    }

    /// What is said of the end of a recording. A ring stays: what was before the end is what people want to see.
    fn ending(&self, taped: &Taped, end: End) -> Option<String> {
        match end {
            End::Producer(presence) if taped.is_ring() => Some(format!(
                "the producer has ended ({presence}); `save_ring(\"why.mcap\")` writes what was before that"
            )),
            End::Producer(presence) => {
                let told = self.said(taped.stop())?;
                Some(format!(
                    "the producer has ended ({presence}), and so has the recording: {told}"
                ))
            }
            _ => self.said(taped.stop()),
        }
    }

    /// Those that go on, a row for each.
    pub(crate) fn table(&self) -> Table {
        let columns = ["file", "seconds", "objects", "values", "bytes", "missed"];
        let mut table =
            Table::new(columns).or_else("nothing is recorded; `:record run.mcap` records");
        let going = self.going.borrow();
        for progress in going.iter().filter_map(|taped| taped.progress()) {
            let (file, time) = match progress.ring {
                Some(ring) => ("(in memory)".to_owned(), ring.span),
                None => (progress.path.display().to_string(), progress.elapsed),
            };
            let totals = progress.totals;
            table.push([
                Some(Cell::plain(file)),
                Some(Cell::plain((time.as_secs_f64() * 10.0).round() / 10.0)),
                Some(Cell::plain(progress.objects as u64)),
                Some(Cell::plain(totals.values)),
                Some(Cell::plain(totals.file_bytes)),
                Some(Cell::plain(totals.losses.sum())),
            ]);
        }
        table
    }
}

/// What is to have a channel of its own, as lines and scripts say it.
pub(crate) fn channels_of(word: &str) -> Result<Channels, String> {
    match word {
        "auto" => Ok(Channels::Auto),
        "object" => Ok(Channels::PerObject),
        "type" => Ok(Channels::PerType),
        word => Err(format!(
            "channels are not for each {word:?}: write object, type or auto"
        )),
    }
}

/// What came of a file of a ring.
fn saved(progress: Progress) -> Option<String> {
    Some(format!("saved {}", told::progress(&progress)))
}
