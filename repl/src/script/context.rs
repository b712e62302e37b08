//! What all bindings of one script engine share.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use foldhash::fast::RandomState;
use memglass::schema::Schema;
use rhai::{EvalAltResult, Position};

use super::error::raise;
use super::halt::Halt;
use super::place::{LastRead, Node, Place};
use super::symbols::Symbols;
use crate::session::Attached;

/// Labels whose objects are kept resolved; beyond that all are forgotten.
const KEPT_LABELS: usize = 4096;

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
    interrupt: Arc<AtomicBool>,
    labels: RefCell<HashMap<Box<str>, Rc<Node>, RandomState>>,
    life: Cell<u64>,
    /// What was read last: a result that came straight from it is printed in its style, and a store of the
    /// same value from the same source position is none.
    pub(crate) last_read: RefCell<Option<LastRead>>,
    /// An error of the last indexed read, for the write that Rhai makes of it: see [`Context::leave`].
    swallowed: RefCell<Option<Swallowed>>,
    is_failed: Cell<bool>,
    failed: RefCell<Option<String>>,
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
            life: Cell::new(attached.life()),
            attached,
            symbols: Rc::default(),
            source: Rc::default(),
            print,
            interrupt,
            labels: RefCell::default(),
            last_read: RefCell::default(),
            swallowed: RefCell::default(),
            is_failed: Cell::default(),
            failed: RefCell::default(),
        }
    }

    /// Takes in what the producer did since; forgets the objects that labels stood for if anything changed.
    pub(crate) fn refresh(&self) -> Result<bool> {
        let moved = self.life.replace(self.attached.life()) != self.attached.life();
        let changed = self.attached.refresh().map_err(raise)?;
        if changed || moved {
            self.labels.borrow_mut().clear();
        }
        Ok(changed || moved)
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

    /// Refuses a write where none is allowed.
    pub(crate) fn check_writable(&self, place: &str) -> Result<()> {
        if self.attached.is_readonly() {
            return Err(raise(format_args!(
                "{place} was not written: this session is attached read-only"
            )));
        }
        if let Some(why) = self.attached.why_unread() {
            return Err(raise(format_args!("{place} was not written: {why}")));
        }
        Ok(())
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

    /// Forgets all nodes, which hold this context.
    pub(crate) fn forget(&self) {
        self.labels.borrow_mut().clear();
        self.last_read.replace(None);
    }

    /// Ends the script with this error at its next step.
    ///
    /// For the text of a value inside of `"${p}"`: an error there Rhai would replace by the name of a type.
    pub(crate) fn fail(&self, error: &EvalAltResult) {
        self.failed.replace(Some(error_text(error)));
        self.is_failed.set(true);
    }

    /// Why the script is to end, if it is. Asked at each of its steps.
    pub(crate) fn halted(&self) -> Option<Halt> {
        if self.is_interrupted() {
            return Some(Halt::Interrupted);
        }
        match self.is_failed.take() {
            true => self.failed.take().map(Halt::Failed),
            false => None,
        }
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
        assert_eq!(context.halted(), None);
        context.fail(&raise("gone"));
        assert_eq!(context.halted(), Some(Halt::Failed("gone".into())));
        assert_eq!(context.halted(), None);
    }
}
