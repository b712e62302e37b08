//! What all bindings of one script engine share.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant, SystemTime};

use memglass::schema::{Definition, Schema};
use memglass::{Change, Field};
use rhai::{Array, Dynamic, EvalAltResult, NativeCallContext};

use super::error::raise;
use super::ledger::Ledger;
use super::library::Library;
use super::log_files::LogFiles;
use super::reads::Reads;
use super::remarks::Remarks;
use super::run::Run;
use super::symbols::Symbols;
use super::witness::Witness;
use crate::session::Attached;

/// Writes in a row that rely on one answer about the producer.
const UNASKED_WRITES: u32 = 15;

/// How long a sleeping script goes without looking whether it was interrupted.
const NAP: Duration = Duration::from_millis(10);

/// The text of a value, if it is of a type that is known.
pub(crate) type TextOf = dyn Fn(&Dynamic) -> Option<String>;

/// Hears of a field that was written, and what that changed.
pub(crate) type OnWrite = dyn Fn(&Field, &Change);

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// What all bindings and all objects of one engine share. It keeps no object beyond an evaluation.
pub(crate) struct Context {
    pub(crate) attached: Attached,
    pub(crate) symbols: Rc<Symbols>,
    pub(crate) print: Rc<dyn Fn(&str)>,
    /// The text being parsed.
    pub(crate) source: Rc<RefCell<String>>,
    /// Lines of the same file before it.
    pub(crate) lines_before: Cell<usize>,
    /// What the script was called with.
    pub(crate) arguments: RefCell<Option<Array>>,
    pub(crate) run: Run,
    pub(crate) reads: Reads,
    pub(crate) remarks: Remarks,
    /// What the script defined by itself, the latest last.
    pub(crate) layouts: RefCell<Vec<Definition>>,
    /// All writes go through it.
    pub(crate) ledger: Ledger,
    /// Whether functions of another text than the present one can be called: lines in a function may be its.
    pub(crate) has_other_texts: Cell<bool>,
    /// Files that scripts append to.
    pub(crate) log_files: LogFiles,
    pub(crate) witness: Witness,
    /// All functions and closures so far.
    pub(crate) library: RefCell<Library>,
    /// Names that closures capture.
    pub(crate) captured: RefCell<HashSet<String>>,
    /// The last of them that meant nothing.
    pub(crate) missed: RefCell<String>,
    /// Gives values of types that are made elsewhere their texts.
    pub(crate) texts: RefCell<Option<Rc<TextOf>>>,
    /// Who wants to hear of each field that is written.
    pub(crate) on_write: RefCell<Option<Rc<OnWrite>>>,
    /// The time of day, as scripts see it.
    pub(crate) clock: RefCell<Rc<dyn Fn() -> SystemTime>>,
    /// The function that is asking something, and must not change anything meanwhile.
    asking: Cell<Option<&'static str>>,
    /// So many writes need not ask whether the producer still lives: looking at the clock, which is the least
    /// that asking takes, costs as much as a tenth of a write.
    unasked_writes: Cell<u32>,
}

impl Context {
    pub(crate) fn new(
        attached: Attached,
        interrupt: Arc<AtomicBool>,
        print: Rc<dyn Fn(&str)>,
    ) -> Self {
        let ledger = Ledger::of(&attached.observer());
        Self {
            ledger,
            has_other_texts: Cell::default(),
            attached,
            symbols: Rc::default(),
            print,
            source: Rc::default(),
            lines_before: Cell::default(),
            arguments: RefCell::default(),
            run: Run::new(interrupt),
            reads: Reads::default(),
            remarks: Remarks::default(),
            log_files: LogFiles::default(),
            witness: Witness::default(),
            library: RefCell::new(Library::new()),
            captured: RefCell::default(),
            missed: RefCell::default(),
            on_write: RefCell::default(),
            clock: RefCell::new(Rc::new(SystemTime::now)),
            texts: RefCell::default(),
            layouts: RefCell::default(),
            asking: Cell::default(),
            unasked_writes: Cell::default(),
        }
    }

    /// An evaluation begins here.
    pub(crate) fn begin(&self) {
        self.run.begin();
        self.unasked_writes.set(0);
    }

    /// The evaluation is over.
    pub(crate) fn end(&self) {
        self.run.end();
        self.reads.forget();
    }

    /// Takes in what the producer did since; true if anything changed.
    pub(crate) fn refresh(&self) -> Result<bool> {
        self.attached.refresh().map_err(raise)
    }

    /// The time now, as scripts see it.
    pub(crate) fn now(&self) -> SystemTime {
        let clock = Rc::clone(&self.clock.borrow());
        clock()
    }

    /// The present types.
    pub(crate) fn schema(&self) -> Arc<Schema> {
        self.attached.observer().schema().clone()
    }

    /// Runs what may only look, on behalf of the function of this name: writes in it are refused.
    pub(crate) fn only_looking<T>(&self, asking: &'static str, look: impl FnOnce() -> T) -> T {
        let before = self.asking.replace(Some(asking));
        let result = look();
        self.asking.set(before);
        result
    }

    /// The line of a call in its file; 0 if it is not known.
    pub(crate) fn line_of(&self, call: &NativeCallContext<'_>) -> u32 {
        let is_elsewhere = call.call_level() > 0 && self.has_other_texts.get();
        let line = call.call_position().line().filter(|_| !is_elsewhere);
        line.map_or(0, |line| (line + self.lines_before.get()) as u32)
    }

    /// Refuses a function that writes a file while something is asked.
    pub(crate) fn refuse_to_write(&self, function: &str) -> Result<()> {
        self.asking().map_or(Ok(()), |asking| {
            let message =
                format_args!("`{function}` cannot write inside of `{asking}`, which only asks");
            Err(raise(message))
        })
    }

    /// The function that is asking something now.
    pub(crate) fn asking(&self) -> Option<&'static str> {
        self.asking.get()
    }

    /// The text of a value of a type that is made elsewhere.
    pub(crate) fn foreign_text(&self, value: &Dynamic) -> Option<String> {
        let texts = self.texts.borrow().clone();
        texts.and_then(|text| text(value))
    }

    /// Who wants to hear of each field that is written now.
    pub(crate) fn listener(&self) -> Option<Rc<OnWrite>> {
        self.on_write.borrow().clone()
    }

    /// Refuses a write where none is allowed.
    pub(crate) fn check_writable(&self, field: &Field) -> Result<()> {
        if let Some(asking) = self.asking.get() {
            return Err(self.refused_while(asking, field));
        }
        if !self.attached.is_readonly()
            && let Some(rest) = self.unasked_writes.get().checked_sub(1)
        {
            self.unasked_writes.set(rest);
            return Ok(());
        }
        if let Some(why) = self.why_unwritable() {
            // The path is text that is made only when it is told: this is asked at each write.
            let place = field.path();
            return Err(raise(format_args!("{place} cannot be written: {why}")));
        }
        self.unasked_writes.set(UNASKED_WRITES);
        Ok(())
    }

    #[cold]
    fn refused_while(&self, asking: &str, field: &Field) -> Box<EvalAltResult> {
        let place = field.path();
        match asking {
            "explain" => raise(format_args!(
                "{place} cannot be written: `explain` only tells what a write would do"
            )),
            _ => self.remarks.advise(
                format!("{place} cannot be written inside of `{asking}`, which only asks"),
                "`==` compares, `=` stores; `for` and `for_each` may write",
            ),
        }
    }

    /// Why no write at all would be done.
    pub(crate) fn why_unwritable(&self) -> Option<&'static str> {
        let readonly = self.attached.why_readonly();
        readonly.or_else(|| self.attached.why_unread())
    }

    /// Sleeps, and takes in what changed meanwhile.
    pub(crate) fn sleep(&self, time: Duration) -> Result<()> {
        let start = Instant::now();
        loop {
            self.run.check_interrupt()?;
            let Some(rest) = time
                .checked_sub(start.elapsed())
                .filter(|rest| !rest.is_zero())
            else {
                break;
            };
            std::thread::sleep(rest.min(NAP));
        }
        self.unasked_writes.set(0);
        self.refresh().map(drop)
    }
}
