//! A session to script against.

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use memglass::{Object, Observer, ObserverBuilder, Session};
use memglass_value::shown::Shown;
use serde_json::Value as Json;

use super::producer::{Position, Producer};
use crate::Attached;
use crate::{ScriptError, ScriptHost};

pub(crate) struct World {
    pub dir: tempfile::TempDir,
    pub session: Session,
    pub position: Object<Position>,
    pub other: Object<Position>,
    pub host: ScriptHost,
    pub attached: Attached,
    pub interrupt: Arc<AtomicBool>,
    pub printed: Rc<RefCell<Vec<String>>>,
}

impl World {
    /// A producer with two positions, and a host that may write.
    pub(crate) fn new() -> Self {
        Self::attached(|options, dir| {
            Attached::new(options.dir(dir).writable().attach("market").unwrap())
        })
    }

    /// The same with a host whose every store is an error: what runs there only reads.
    pub(crate) fn read_only() -> Self {
        Self::attached(|options, dir| Attached::new(options.dir(dir).attach("market").unwrap()))
    }

    pub(crate) fn attached(attach: impl FnOnce(ObserverBuilder, &Path) -> Attached) -> Self {
        let Producer {
            dir,
            session,
            position,
            other,
        } = Producer::start();
        let printed = Rc::new(RefCell::new(Vec::new()));
        let lines = printed.clone();
        let interrupt = Arc::new(AtomicBool::new(false));
        let attached = attach(Observer::builder(), dir.path());
        let print = Rc::new(move |line: &str| lines.borrow_mut().push(line.to_owned()));
        let host = ScriptHost::new(attached.clone(), interrupt.clone(), print);
        Self {
            dir,
            session,
            position,
            other,
            host,
            attached,
            interrupt,
            printed,
        }
    }

    /// The result of a script that must succeed.
    #[track_caller]
    pub(crate) fn run(&mut self, source: &str) -> Shown {
        match self.host.eval(source) {
            Ok(shown) => shown,
            Err(error) => panic!("{source}\n{}", error.text()),
        }
    }

    /// The same as JSON.
    #[track_caller]
    pub(crate) fn json(&mut self, source: &str) -> Json {
        json(&self.run(source))
    }

    /// Checks the result of a script, as JSON text.
    #[track_caller]
    pub(crate) fn check(&mut self, source: &str, expected: &str) {
        assert_eq!(self.json(source).to_string(), expected, "{source}");
    }

    /// Checks that a script fails with a message that starts like this.
    #[track_caller]
    pub(crate) fn fails(&mut self, source: &str, message: &str) {
        let error = self.error(source);
        assert!(
            error.to_string().starts_with(message),
            "{source}\n{}",
            error.text()
        );
    }

    /// Checks that a script fails with a message that has this in it.
    #[track_caller]
    pub(crate) fn fails_with(&mut self, source: &str, part: &str) {
        let error = self.error(source).text();
        assert!(error.contains(part), "{source}\n{error}");
    }

    /// The error of a script that must fail.
    #[track_caller]
    pub(crate) fn error(&mut self, source: &str) -> ScriptError {
        match self.host.eval(source) {
            Ok(shown) => panic!("{source} gave {shown:?}"),
            Err(error) => error,
        }
    }

    /// What was printed since the last call.
    pub(crate) fn printed(&self) -> Vec<String> {
        self.printed.take()
    }
}

/// A result as JSON.
pub(crate) fn json(shown: &Shown) -> Json {
    match shown {
        Shown::Table(table) => Json::Array(table.all_json().map(Result::unwrap).collect()),
        shown => shown.json().expect("not rows"),
    }
}
