//! What all bindings of one script engine share.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use foldhash::fast::RandomState;
use memglass::schema::Schema;
use memglass::{Field, Presence};
use rhai::{Array, Dynamic, EvalAltResult, Position};

use super::convert;
use super::error::raise;
use super::halt::Halt;
use super::limits::Limits;
use super::place::{LastRead, Node, Place};
use super::symbols::Symbols;
use crate::session::Attached;

/// Labels whose objects are kept resolved; beyond that all are forgotten.
const KEPT_LABELS: usize = 4096;

/// Writes in a row that rely on one answer about the producer.
const UNASKED_WRITES: u32 = 15;

/// How long a sleeping script goes without looking whether it was interrupted.
const NAP: Duration = Duration::from_millis(10);

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// The session, and what was learnt about it.
pub(crate) struct Context {
    pub(crate) attached: Attached,
    pub(crate) symbols: Rc<Symbols>,
    pub(crate) print: Rc<dyn Fn(&str)>,
    /// The text being parsed.
    pub(crate) source: Rc<RefCell<String>>,
    /// Lines of the same file before it.
    pub(crate) lines_before: Cell<usize>,
    interrupt: Arc<AtomicBool>,
    labels: RefCell<HashMap<Box<str>, Rc<Node>, RandomState>>,
    /// The changes of the session that were taken in.
    changes: Cell<u64>,
    /// What was read last: a result that came straight from it is printed in its style, and a store of the
    /// same value from the same source position is none.
    pub(crate) last_read: RefCell<Option<LastRead>>,
    /// The fields of all elements of an array that were read last, and where in the source: Rhai may store them
    /// back.
    pub(crate) last_column: RefCell<Option<(Position, Array)>>,
    /// An error of the last indexed read, for the write that Rhai makes of it: see [`Context::leave`].
    swallowed: RefCell<Option<Swallowed>>,
    is_failed: Cell<bool>,
    failed: RefCell<Option<String>>,
    /// The last complaint about a value, as against one about the place for it.
    blamed: RefCell<Option<Blame>>,
    pub(crate) limits: Cell<Limits>,
    /// The function that is asking something, and must not change anything meanwhile.
    asking: Cell<Option<&'static str>>,
    /// The last error that has more to say about itself, and what to do about it.
    advice: RefCell<Option<(String, String)>>,
    /// What the last read or write of an object that is gone was told.
    gone: RefCell<Option<String>>,
    /// So many writes need not ask whether the producer still lives: looking at the clock, which is the least
    /// that asking takes, costs as much as a tenth of a write.
    unasked_writes: Cell<u32>,
    /// Where the stack of the evaluation under way begins.
    stack: Cell<usize>,
    /// What the script was called with.
    pub(crate) arguments: RefCell<Option<Array>>,
    /// Labels that stood for an object once.
    lost: RefCell<HashSet<Box<str>, RandomState>>,
}

/// A complaint about a value that a script gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Blame {
    /// As the script's error says it.
    pub(crate) message: String,
    /// The part of the value, `levels[2].price`; empty for all of it.
    pub(crate) part: String,
}

struct Swallowed {
    place: String,
    position: Position,
    error: Box<EvalAltResult>,
}

impl Context {
    pub(crate) fn new(
        attached: Attached,
        interrupt: Arc<AtomicBool>,
        print: Rc<dyn Fn(&str)>,
    ) -> Self {
        Self {
            changes: Cell::new(attached.changes()),
            attached,
            symbols: Rc::default(),
            source: Rc::default(),
            lines_before: Cell::default(),
            print,
            interrupt,
            labels: RefCell::default(),
            last_read: RefCell::default(),
            last_column: RefCell::default(),
            swallowed: RefCell::default(),
            is_failed: Cell::default(),
            failed: RefCell::default(),
            blamed: RefCell::default(),
            limits: Cell::default(),
            asking: Cell::default(),
            advice: RefCell::default(),
            gone: RefCell::default(),
            unasked_writes: Cell::default(),
            stack: Cell::default(),
            arguments: RefCell::default(),
            lost: RefCell::default(),
        }
    }

    /// Takes in what the producer did since; forgets the objects that labels stood for if anything changed.
    pub(crate) fn refresh(&self) -> Result<bool> {
        self.attached.refresh().map_err(raise)?;
        // A command may have refreshed before, and have seen what is new here.
        let changes = self.attached.changes();
        let changed = self.changes.replace(changes) != changes;
        if changed {
            self.forget_labels();
        }
        Ok(changed)
    }

    /// Labels are looked up again; which there were is remembered, for a message.
    fn forget_labels(&self) {
        let mut lost = self.lost.borrow_mut();
        if lost.len() >= KEPT_LABELS {
            lost.clear();
        }
        let labels = self
            .labels
            .borrow_mut()
            .drain()
            .map(|(label, _)| label)
            .collect::<Vec<_>>();
        lost.extend(labels);
    }

    /// Why a label that stood for an object stands for none now.
    pub(crate) fn why_lost(&self, label: &str) -> Option<String> {
        if !self.lost.borrow().contains(label) {
            return None;
        }
        Some(match self.attached.presence() {
            Presence::Alive => format!("{label} was destroyed by its producer"),
            _ => format!("{label} is gone: the session has ended"),
        })
    }

    /// The present types.
    pub(crate) fn schema(&self) -> Arc<Schema> {
        self.attached.observer().schema().clone()
    }

    /// The object that has this label now.
    pub(crate) fn find(self: &Rc<Self>, label: &str) -> Result<Option<Place>> {
        self.refresh()?;
        if let Some(node) = self.labels.borrow().get(label) {
            return Ok(Some(Place::new(node.clone())));
        }
        let observer = self.attached.observer();
        let Some(object) = observer.find(label) else {
            drop(observer);
            // If the search has just found out that memory was cut short, that is what there is to say.
            self.refresh()?;
            return Ok(None);
        };
        let node = Node::root(observer.root(&object).map_err(raise)?, self.clone());
        self.keep(label, node.clone());
        Ok(Some(Place::new(node)))
    }

    fn keep(&self, label: &str, node: Rc<Node>) {
        let mut labels = self.labels.borrow_mut();
        if labels.len() >= KEPT_LABELS {
            labels.clear();
        }
        labels.insert(label.into(), node);
    }

    /// Runs what may only look, on behalf of the function of this name: writes in it are refused.
    pub(crate) fn only_looking<T>(&self, asking: &'static str, look: impl FnOnce() -> T) -> T {
        let before = self.asking.replace(Some(asking));
        let result = look();
        self.asking.set(before);
        result
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
            _ => self.advise(
                format!("{place} cannot be written inside of `{asking}`, which only asks"),
                "`==` compares, `=` stores; `for` and `for_each` may write",
            ),
        }
    }

    /// Why no write at all would be done.
    pub(crate) fn why_unwritable(&self) -> Option<&'static str> {
        match self.attached.is_readonly() {
            true => Some("the session is attached read-only"),
            false => self.attached.why_unread(),
        }
    }

    /// Whether the script is to stop.
    pub(crate) fn is_interrupted(&self) -> bool {
        self.interrupt.load(Ordering::Relaxed)
    }

    /// Ends the script if it is to stop; for bindings that take long.
    pub(crate) fn check_interrupt(&self) -> Result<()> {
        if self.is_interrupted() {
            Err(Halt::Interrupted.error())
        } else {
            Ok(())
        }
    }

    /// The interruption was obeyed.
    pub(crate) fn clear_interrupt(&self) {
        self.interrupt.store(false, Ordering::Relaxed);
    }

    /// An error about a value that the script gave, for [`Context::blamed`] to recognize.
    pub(crate) fn blame_value(&self, message: String, part: &str) -> Box<EvalAltResult> {
        let error = raise(&message);
        let part = part.to_owned();
        self.blamed.replace(Some(Blame { message, part }));
        error
    }

    /// Whether an error with this text is about a value, and about which part of it.
    pub(crate) fn blamed(&self, message: &str) -> Option<Blame> {
        let blame = self.blamed.borrow();
        blame
            .as_ref()
            .filter(|blame| blame.message == message)
            .cloned()
    }

    /// An error with what to do about it.
    pub(crate) fn advise(
        &self,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Box<EvalAltResult> {
        let message = message.into();
        let error = raise(&message);
        self.advice.replace(Some((message, help.into())));
        error
    }

    /// What to do about an error with this text.
    pub(crate) fn advice(&self, message: &str) -> Option<String> {
        let advice = self.advice.borrow();
        let (_, help) = advice.as_ref().filter(|(known, _)| known == message)?;
        Some(help.clone())
    }

    /// Whether the value is what [`Context::last_column`] was at this position of the source.
    pub(crate) fn is_last_column(&self, position: Position, value: &Dynamic) -> bool {
        let last = self.last_column.borrow();
        match (&*last, value.read_lock::<Array>()) {
            (Some((at, read)), Some(array)) => {
                *at == position
                    && read.len() == array.len()
                    && read
                        .iter()
                        .zip(&*array)
                        .all(|(a, b)| convert::is_same(a, b))
            }
            _ => false,
        }
    }

    /// Notes what was told of an object that is gone, for [`Context::is_about_gone`].
    pub(crate) fn note_gone(&self, message: &str) {
        self.gone.replace(Some(message.to_owned()));
    }

    /// Whether the error says that the object at this path, or a part of it, is gone.
    pub(crate) fn is_about_gone(&self, error: &EvalAltResult, path: &str) -> bool {
        match error {
            EvalAltResult::ErrorInFunctionCall(_, _, inner, _)
            | EvalAltResult::ErrorInModule(_, inner, _) => self.is_about_gone(inner, path),
            EvalAltResult::ErrorRuntime(message, _) => {
                let message = message.to_string();
                self.gone.borrow().as_ref() == Some(&message) && message.starts_with(path)
            }
            _ => false,
        }
    }

    /// Forgets all nodes, which hold this context.
    pub(crate) fn forget(&self) {
        self.labels.borrow_mut().clear();
        self.last_read.replace(None);
        self.last_column.replace(None);
    }

    /// Ends the script with this error at its next step.
    ///
    /// For the text of a value inside of `"${p}"`: an error there Rhai would replace by the name of a type.
    pub(crate) fn fail(&self, error: &EvalAltResult) {
        self.failed.replace(Some(error_text(error)));
        self.is_failed.set(true);
    }

    /// An evaluation begins here.
    pub(crate) fn begin(&self) {
        self.stack.set(stack_pointer());
        self.is_failed.set(false);
        self.unasked_writes.set(0);
    }

    /// Why the script is to end, if it is. Asked at each of its steps, of which there were `steps`.
    pub(crate) fn halted(&self, steps: u64) -> Option<Halt> {
        if self.is_interrupted() {
            return Some(Halt::Interrupted);
        }
        if self.is_failed.take() {
            return self.failed.take().map(Halt::Failed);
        }
        let limits = self.limits.get();
        if limits.operations > 0 && steps > limits.operations {
            return Some(Halt::TooLong);
        }
        let deep = self.stack.get().abs_diff(stack_pointer());
        (deep > limits.stack_bytes).then_some(Halt::TooDeep)
    }

    /// Sleeps, and takes in what changed meanwhile.
    pub(crate) fn sleep(&self, time: Duration) -> Result<()> {
        let start = Instant::now();
        loop {
            self.check_interrupt()?;
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

    /// Leaves the error of a read at this source position for the write that may follow it.
    ///
    /// Rhai evaluates `p["x"] += 5` as a read and a write, and when the read fails it writes 5. So the
    /// write asks [`Context::take`] first. A read elsewhere, or one whose error a `try` caught, has
    /// another position.
    pub(crate) fn leave(&self, place: String, position: Position, error: &EvalAltResult) {
        let error = raise(error_text(error));
        *self.swallowed.borrow_mut() = Some(Swallowed {
            place,
            position,
            error,
        });
    }

    /// The error that a read of the same place at the same source position left.
    pub(crate) fn take(&self, place: impl FnOnce() -> String, position: Position) -> Result<()> {
        match self.swallowed.borrow_mut().take() {
            Some(left) if left.position == position && left.place == place() => Err(left.error),
            _ => Ok(()),
        }
    }
}

/// About where the stack ends now.
#[inline(never)]
fn stack_pointer() -> usize {
    let here = 0_u8;
    std::ptr::from_ref(std::hint::black_box(&here)).addr()
}

fn error_text(error: &EvalAltResult) -> String {
    match error {
        EvalAltResult::ErrorRuntime(value, _) => value.to_string(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use memglass::{AttachOptions, Session};

    use super::*;

    /// A session without objects, and what is attached to it.
    fn context() -> (tempfile::TempDir, Session, Context) {
        let dir = tempfile::tempdir().expect("a directory");
        let session = Session::builder("s")
            .dir(dir.path())
            .create()
            .expect("a session");
        let observer = AttachOptions::new()
            .dir(dir.path())
            .attach("s")
            .expect("an observer");
        let context = Context::new(
            Attached::new(observer),
            Arc::default(),
            Rc::new(|_: &str| {}),
        );
        (dir, session, context)
    }

    fn place(name: &str) -> impl FnOnce() -> String {
        move || name.to_owned()
    }

    #[test]
    fn pitfall_01_a_failed_read_fails_the_write_that_rhai_makes_of_it_once() {
        let (_dir, _session, context) = context();
        let here = Position::new(1, 5);
        context.leave(
            "p[q]".into(),
            here,
            &raise("it changed during each attempt"),
        );
        let error = context
            .take(place("p[q]"), here)
            .expect_err("the read failed");
        assert!(error.to_string().contains("it changed during each attempt"));
        assert!(context.take(place("p[q]"), here).is_ok());
    }

    #[test]
    fn pitfall_01_a_failed_read_elsewhere_does_not_concern_a_write() {
        let (_dir, _session, context) = context();
        let here = Position::new(1, 5);
        context.leave("p[q]".into(), here, &raise("failed"));
        assert!(context.take(place("p[q]"), Position::new(2, 5)).is_ok());
        context.leave("p[q]".into(), here, &raise("failed"));
        assert!(context.take(place("p[r]"), here).is_ok());
    }

    #[test]
    fn a_failure_that_rhai_drops_ends_the_script_at_its_next_step() {
        let (_dir, _session, context) = context();
        context.begin();
        assert_eq!(context.halted(0), None);
        context.fail(&raise("gone"));
        assert_eq!(context.halted(0), Some(Halt::Failed("gone".into())));
        assert_eq!(context.halted(0), None);
    }
}
