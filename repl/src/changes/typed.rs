//! What is watched at a prompt until the user has seen enough: as lines above it, or as a table.

use std::collections::BTreeMap;
use std::time::{Instant, SystemTime};

use memglass::sampler::Rate;
use memglass::{Observer, Value};
use memglass_script::{Closure, Ending, ScriptError, ScriptHost};
use memglass_terminal::look::Look;
use memglass_value::format::Style;
use memglass_value::shown::{Cell, Table};
#[cfg(feature = "view")]
use memglass_view::{live, text};
use rhai::Engine;

#[cfg(feature = "view")]
use super::board::Board;
use super::{Batch, Changes, Happened, Lines, Meaning, News};
use crate::commands::CommandError;
use crate::output::Encoding;

/// Lines that are told at once: more than this nobody reads. Later changes are merged into them.
const MOST_LINES: usize = 20;

/// Everything that was typed to be watched.
#[derive(Default)]
pub(crate) struct Typed {
    changes: Option<Changes>,
    watches: BTreeMap<usize, Watch>,
    last_number: usize,
}

struct Watch {
    text: String,
    how: How,
    changes: u64,
    since: Instant,
}

/// Who finds out what it is.
enum How {
    Compiled,
    /// A script, for this reason; what it gave last, or why it gave nothing.
    Interpreted {
        why: String,
        closure: Closure,
        last: Option<String>,
        /// Whether somebody interrupted it.
        is_over: bool,
    },
}

impl Typed {
    /// Watches what a text means; gives its number, and what is worth telling.
    ///
    /// # Errors
    ///
    /// The text is wrong, or the system has no thread to give.
    pub(crate) fn add(
        &mut self,
        observer: &Observer,
        host: &mut ScriptHost,
        text: &str,
    ) -> Result<(usize, Vec<String>), CommandError> {
        let number = self.last_number + 1;
        let (how, warnings) = match Meaning::of(observer, text) {
            Ok((meaning, warnings)) => {
                self.sampled(observer)?.add(number, meaning)?;
                (How::Compiled, warnings)
            }
            Err(CommandError::ForScripts { why, .. }) => {
                (interpreted(host, text, why)?, Vec::new())
            }
            Err(error) => return Err(error),
        };
        self.last_number = number;
        let watch = Watch {
            text: text.to_owned(),
            how,
            changes: 0,
            since: Instant::now(),
        };
        self.watches.insert(number, watch);
        Ok((number, warnings))
    }

    fn sampled(&mut self, observer: &Observer) -> Result<&mut Changes, CommandError> {
        let changes = match self.changes.take() {
            Some(changes) => changes,
            // Every line is the newest of its field, so that none waits long.
            None => Changes::start(observer, 0).map_err(CommandError::Thread)?,
        };
        let changes = self.changes.insert(changes);
        changes.sample_at(Rate::default());
        Ok(changes)
    }

    /// Watches it no longer; whether it was watched.
    pub(crate) fn remove(&mut self, number: usize) -> bool {
        let is_known = self.watches.remove(&number).is_some();
        if let Some(changes) = &mut self.changes {
            changes.remove(number);
        }
        if self.watches.is_empty() {
            self.changes = None;
        }
        is_known
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.watches.is_empty()
    }

    /// How many fields, patterns and expressions are watched.
    pub(crate) fn len(&self) -> usize {
        self.watches.len()
    }

    /// The lines about what changed since the last call, without line ends.
    pub(crate) fn news(&mut self, host: &mut ScriptHost) -> Vec<String> {
        let lines = Lines {
            encoding: Encoding::Text,
            look: Look::PLAIN,
        };
        let batch = self.batch(host, MOST_LINES);
        let told = batch.news.iter().map(|news| lines.line(news));
        let told = told.map(|line| line.trim_end().to_owned());
        let remarks = batch.remarks.iter().map(|remark| format!("note: {remark}"));
        told.chain(remarks).collect()
    }

    /// What happened since the last call: at most so many news of fields, and all of what scripts gave.
    fn batch(&mut self, host: &mut ScriptHost, most: usize) -> Batch {
        let changes = self.changes.as_ref();
        let mut batch = changes
            .map(|changes| changes.take(most))
            .unwrap_or_default();
        let watches = &mut self.watches;
        batch.news.retain(|news| {
            let watch = watches.get_mut(&news.watch);
            watch.is_some_and(|watch| {
                watch.changes += 1 + news.merged;
                true
            })
        });
        for (number, watch) in watches {
            batch.news.extend(watch.look(*number, host));
        }
        batch
    }

    /// All of them, as rows.
    pub(crate) fn table(&self) -> Table {
        let columns = ["number", "what", "evaluation", "changes", "per second"];
        let mut table = Table::new(columns).or_else("nothing is watched; `:watch EXPR` watches");
        for (number, watch) in &self.watches {
            let rate = watch.changes as f64 / watch.since.elapsed().as_secs_f64().max(0.001);
            table.push(vec![
                Some(Cell::plain(*number as u64)),
                Some(Cell::name(watch.text.as_str())),
                Cell::prose(watch.how.evaluation()),
                Some(Cell::plain(watch.changes)),
                Some(Cell::plain((rate * 10.0).round() / 10.0)),
            ]);
        }
        table
    }
}

/// A text that only a script can evaluate. It is asked on the thread of the scripts.
fn interpreted(host: &mut ScriptHost, text: &str, why: String) -> Result<How, CommandError> {
    let callbacks = host.callbacks();
    let mut closure = |text: &str| {
        let closure = host.perform(|engine: &Engine| callbacks.closure_of(engine, text));
        closure.map_err(|error| host.tell(*error))
    };
    // First as it is typed: a mistake is told of that. What it gives is compared and shown as a text.
    closure(text)?;
    let closure = closure(&format!("`${{{text}\n}}`"))?;
    let mut how = How::Interpreted {
        why,
        closure,
        last: None,
        is_over: false,
    };
    how.ask(host);
    match how {
        How::Interpreted { is_over: true, .. } => Err(ScriptError::Interrupted.into()),
        how => Ok(how),
    }
}

impl How {
    fn evaluation(&self) -> String {
        match self {
            How::Compiled => "compiled".to_owned(),
            How::Interpreted { why, .. } => format!("interpreted: {why}"),
        }
    }

    /// Asks the script; what it gave before and what it gives now, if that differs.
    fn ask(&mut self, host: &mut ScriptHost) -> Option<(String, String)> {
        let How::Interpreted {
            closure,
            last,
            is_over,
            ..
        } = self
        else {
            return None;
        };
        if *is_over {
            return None;
        }
        let callbacks = host.callbacks();
        // What is dead stays as it was.
        if !callbacks.attached().presence().is_alive() {
            return None;
        }
        let (result, _) = host.perform(|engine: &Engine| {
            callbacks.look(engine, closure, Vec::new(), ":watch", false)
        });
        let now = match result {
            Ok(value) => value.to_string(),
            // It would be asked again at once.
            Err(error) if callbacks.ending(&error) == Some(Ending::Interrupted) => {
                *is_over = true;
                "interrupted, and asked no more".to_owned()
            }
            Err(error) => format!("no value ({})", callbacks.brief(&error)),
        };
        let before = last.replace(now.clone())?;
        (before != now).then_some((before, now))
    }
}

impl Watch {
    /// Asks the script, if there is one.
    fn look(&mut self, number: usize, host: &mut ScriptHost) -> Option<News> {
        let (old, now) = self.how.ask(host)?;
        self.changes += 1;
        Some(self.news(number, Happened::Changed, Some(old), now))
    }

    /// What a script gave, as the text that it is.
    fn news(&self, number: usize, happened: Happened, old: Option<String>, now: String) -> News {
        News {
            watch: number,
            time: SystemTime::now(),
            path: self.text.as_str().into(),
            happened,
            old: old.map(Value::Text),
            now: Some(Value::Text(now)),
            parts: Vec::new(),
            missed: None,
            merged: 0,
            is_torn: false,
            why: None,
            style: Style::prose(),
        }
    }

    /// What a script gave last.
    fn present(&self, number: usize) -> Option<News> {
        let How::Interpreted { last, .. } = &self.how else {
            return None;
        };
        Some(self.news(number, Happened::Appeared, None, last.clone()?))
    }
}

/// Everything that was typed to be watched, as a live table.
#[cfg(feature = "view")]
pub(crate) struct TypedTable {
    board: Board,
    /// Those of which nothing is there yet, with their numbers.
    awaited: String,
}

#[cfg(feature = "view")]
impl TypedTable {
    /// The table; `subject` stands in its first line.
    pub(crate) fn new(typed: &Typed, subject: &str) -> Self {
        let mut board = Board::new(subject);
        let changes = typed.changes.as_ref();
        let mut present = changes.map(Changes::present).unwrap_or_default();
        for (number, watch) in &typed.watches {
            board.describe(*number, watch.how.evaluation());
            present.extend(watch.present(*number));
        }
        board.begin(&present);
        let awaited = awaited(&board, typed);
        TypedTable { board, awaited }
    }

    /// Takes in what was seen since the last frame.
    pub(crate) fn advance(&mut self, typed: &mut Typed, host: &mut ScriptHost) {
        let batch = typed.batch(host, usize::MAX);
        self.board.take(&batch, Instant::now());
        self.awaited = awaited(&self.board, typed);
    }

    /// Goes on after a pause.
    pub(crate) fn resume(&mut self) {
        self.board.skip_to(Instant::now());
    }

    /// The rows that are on the screen.
    pub(crate) fn table(&mut self, wanted: live::Wanted) -> live::Table {
        let summary = format!("`:unwatch N` ends number N{}", self.awaited);
        self.board.table(wanted, summary)
    }
}

/// Says of which watches the table shows nothing, behind what else is said below it.
#[cfg(feature = "view")]
fn awaited(board: &Board, typed: &Typed) -> String {
    let watches = typed.watches.iter();
    let awaited = watches.filter(|(number, _)| !board.shows(**number));
    let awaited = awaited.map(|(number, watch)| format!("{number} {}", watch.text));
    match awaited.collect::<Vec<_>>().join(", ") {
        none if none.is_empty() => none,
        awaited => format!("; nothing is there of {}", text::clean(&awaited)),
    }
}
