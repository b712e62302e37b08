//! The one place that every write goes through: it records who wrote what, and what was there before.
//!
//! Prompt, scripts, commands and parameter sets all write by [`Ledger::write`] and [`Ledger::add`]. The newest
//! entries are kept for `:log`, `log()` and [undoing](undo). Each entry can also go to an [audit file](audit).
//! When the session is attached as a trial, nothing is written, and each write is told instead.

mod audit;
mod entry;
mod table;
mod undo;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::time::SystemTime;

use memglass::{Change, Field, Observer, Value, WriteError};

pub use audit::{Audit, AuditError, OnFailure};
use entry::Place;
pub use entry::{Author, Entry};
pub(crate) use undo::agrees;
pub use undo::{Direction, Force, Obstacle, Passed, UndoError, Undone};

/// Entries that are kept.
const KEPT: usize = 10_000;

/// Bytes of texts, lists and records in kept entries; beyond that the oldest are forgotten too.
const KEPT_BYTES: usize = 32 << 20;

/// Which declarations of a field a write respects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rules {
    /// All of them.
    Checked,
    /// Only its type.
    Forced,
}

/// Why a write was not made, or not recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// The write was refused.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The audit file does not take the record.
    #[error(transparent)]
    Audit(#[from] AuditError),
}

/// How many writes a dry run would have made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DryRun {
    /// Those that would have been made.
    pub made: u64,
    /// Those that would have been refused.
    pub refused: u64,
}

/// The record of all writes of one attachment. Cloning it gives another handle on the same record.
///
/// A write costs as much as that of [`Field::replace`] and some 50 ns for its record; with an audit file, also
/// a system call.
#[derive(Clone)]
pub struct Ledger(Rc<Book>);

struct Book {
    session: Rc<str>,
    entries: RefCell<VecDeque<Entry>>,
    /// Bytes of values on the heap, of all entries.
    bytes: Cell<usize>,
    /// The number of the next entry.
    next: Cell<u64>,
    step: Cell<Step>,
    author: RefCell<Rc<Author>>,
    /// Steps that are undone, and by which step.
    undone: RefCell<BTreeMap<u64, u64>>,
    audit: RefCell<Option<Audit>>,
    dry: Option<Dry>,
}

/// Takes a line for people.
pub type Tell = Rc<dyn Fn(&str)>;

/// The writes that belong together: those of one evaluation or command.
#[derive(Clone, Copy, Default)]
struct Step {
    number: u64,
    /// The number of its first entry; `None` while it has none.
    first: Option<u64>,
    /// The step that it undoes.
    undoes: Option<u64>,
}

#[derive(Default)]
struct Dry {
    run: Cell<DryRun>,
    tell: RefCell<Option<Tell>>,
}

impl Ledger {
    /// An empty record of what will be written by `observer`, or tried out.
    pub fn of(observer: &Observer) -> Self {
        Ledger(Rc::new(Book {
            session: observer.session().name.as_str().into(),
            entries: RefCell::default(),
            bytes: Cell::default(),
            next: Cell::default(),
            step: Cell::new(Step {
                number: 1,
                ..Step::default()
            }),
            author: RefCell::new(Rc::new(Author::Host)),
            undone: RefCell::default(),
            audit: RefCell::default(),
            dry: observer.is_trial().then(Dry::default),
        }))
    }

    /// From now on every record also goes to this file.
    pub fn audit_to(&self, audit: Audit) {
        self.0.audit.replace(Some(audit));
    }

    /// Gives each line about a write that is only tried out to `tell`.
    pub fn tell_to(&self, tell: Tell) {
        if let Some(dry) = &self.0.dry {
            dry.tell.replace(Some(tell));
        }
    }

    /// How many writes would have been made; `None` where writes are made.
    pub fn dry_run(&self) -> Option<DryRun> {
        self.0.dry.as_ref().map(|dry| dry.run.get())
    }

    /// Tells what would have been done instead, of what is no write to memory; false where things are done.
    pub(crate) fn tells_instead(&self, text: impl FnOnce() -> String) -> bool {
        self.tell(|_| {}, text);
        self.0.dry.is_some()
    }

    /// Who makes the writes now.
    pub(crate) fn author(&self) -> Author {
        Author::clone(&self.0.author.borrow())
    }

    /// The writes from here on belong together, and are this author's.
    pub fn begin(&self, author: Author) {
        self.begin_undoing(author, None);
    }

    fn begin_undoing(&self, author: Author, undoes: Option<u64>) {
        let last = self.0.step.get();
        let number = last.number + u64::from(last.first.is_some());
        self.0.step.set(Step {
            number,
            first: None,
            undoes,
        });
        self.0.author.replace(Rc::new(author));
    }

    /// Writes a value to a field and records it. `line` is where the script says so; 0 if that is not known.
    ///
    /// # Errors
    ///
    /// - [`LedgerError::Write`]: it was refused, and nothing has changed.
    /// - [`LedgerError::Audit`]: an earlier record was not taken, and nothing has changed; or this one was not,
    ///   and the error says that the value was written.
    pub fn write(
        &self,
        field: &Rc<Field>,
        value: &Value,
        rules: Rules,
        line: u32,
    ) -> Result<Change, LedgerError> {
        self.recorded(field, rules, line, || match rules {
            Rules::Checked => field.replace(value),
            Rules::Forced => field.replace_forced(value),
        })
    }

    /// Adds to a number in one step and records it.
    ///
    /// # Errors
    ///
    /// As for [`Ledger::write`].
    pub fn add(&self, field: &Rc<Field>, amount: &Value, line: u32) -> Result<Change, LedgerError> {
        self.recorded(field, Rules::Checked, line, || field.add(amount))
    }

    fn recorded(
        &self,
        field: &Rc<Field>,
        rules: Rules,
        line: u32,
        write: impl FnOnce() -> Result<Change, WriteError>,
    ) -> Result<Change, LedgerError> {
        if let Some(audit) = &*self.0.audit.borrow() {
            audit.check()?;
        }
        match write() {
            Ok(change) => {
                let entry = self.entry(field, rules, line, change.clone());
                self.keep(entry)?;
                Ok(change)
            }
            Err(error) => {
                self.tell_refused(&error);
                Err(error.into())
            }
        }
    }

    fn entry(&self, field: &Rc<Field>, rules: Rules, line: u32, change: Change) -> Entry {
        let number = self.0.next.replace(self.0.next.get() + 1);
        let mut step = self.0.step.get();
        let first = *step.first.get_or_insert(number);
        self.0.step.set(step);
        Entry {
            number,
            step: step.number,
            first,
            undoes: step.undoes,
            time: SystemTime::now(),
            author: self.0.author.borrow().clone(),
            line,
            place: Place::Here(field.clone()),
            rules,
            change,
        }
    }

    fn keep(&self, entry: Entry) -> Result<(), AuditError> {
        self.tell_made(&entry);
        let audited = match &*self.0.audit.borrow() {
            Some(audit) => audit.record(&self.0.session, &entry, self.0.dry.is_some()),
            None => Ok(()),
        };
        let mut entries = self.0.entries.borrow_mut();
        let mut bytes = self.0.bytes.get() + entry.heap_bytes();
        entries.push_back(entry);
        while entries.len() > KEPT || bytes > KEPT_BYTES && entries.len() > 1 {
            let oldest = entries.pop_front().expect("there are several");
            bytes -= oldest.heap_bytes();
        }
        self.0.bytes.set(bytes);
        audited
    }

    /// Lets go of the memory of all sessions but this one: they are over.
    pub(crate) fn let_go_of_all_but(&self, session: u128) {
        let mut entries = self.0.entries.borrow_mut();
        let others = entries.iter_mut();
        let others = others.filter(|entry| entry.object().session != session);
        others.for_each(Entry::let_go);
    }

    /// The newest entries, at most so many, oldest first.
    pub fn newest(&self, count: usize) -> Vec<Entry> {
        let entries = self.0.entries.borrow();
        let first = entries.len().saturating_sub(count);
        entries.range(first..).cloned().collect()
    }

    /// How many writes were recorded in all, and how many of these are kept.
    pub fn counts(&self) -> (u64, usize) {
        (self.0.next.get(), self.0.entries.borrow().len())
    }

    fn tell_made(&self, entry: &Entry) {
        self.tell(|run| run.made += 1, || entry.tried());
    }

    fn tell_refused(&self, error: &WriteError) {
        self.tell(
            |run| run.refused += 1,
            || format!("dry run: refused: {error}"),
        );
    }

    fn tell(&self, count: impl FnOnce(&mut DryRun), text: impl FnOnce() -> String) {
        let Some(dry) = &self.0.dry else { return };
        let mut run = dry.run.get();
        count(&mut run);
        dry.run.set(run);
        let tell = dry.tell.borrow().clone();
        if let Some(tell) = tell {
            tell(&text());
        }
    }
}
