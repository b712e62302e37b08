//! What a trigger does, and the closures that its condition asks.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use memglass_script::Closure;
use memglass_watch::Options;
use rhai::NativeCallContext;

use super::functions::origin;
use super::looked_at::LookedAt;

/// What a trigger is about, as a script said it.
#[derive(Clone, Debug)]
pub(super) enum Subject {
    /// A path, or a pattern with a path behind it.
    Watch(String),
    /// A condition.
    When,
    /// A condition of each object of a type or pattern.
    WhenEach(String),
    /// A condition that must hold, and what to say when it does not.
    Always(String),
    /// A point each time so much time has passed.
    Every(std::time::Duration),
    /// One point.
    After(std::time::Duration),
}

impl Subject {
    /// Whether it is about time alone.
    pub(super) fn is_timer(&self) -> bool {
        matches!(self, Subject::Every(_) | Subject::After(_))
    }
}

impl Subject {
    /// The function that makes such triggers.
    pub(super) fn function(&self) -> &'static str {
        match self {
            Subject::Watch(_) => "watch",
            Subject::When => "when",
            Subject::WhenEach(_) => "when_each",
            Subject::Always(_) => "always",
            Subject::Every(_) => "every",
            Subject::After(_) => "after",
        }
    }
}

/// A condition, as a script gave it.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// What is called to ask it.
    pub(super) closure: Closure,
    /// How it was written, if it was a text.
    pub(super) text: Option<String>,
    /// How it was written, if it was a closure and the place is known.
    pub(super) written: Option<String>,
}

impl Asked {
    /// What is asked, as it was written.
    pub(super) fn title(&self) -> String {
        let written = self.text.as_ref().or(self.written.as_ref());
        written.map_or_else(|| "|| …".to_owned(), String::clone)
    }
}

/// A closure, and how many arguments it takes.
#[derive(Clone, Debug)]
pub(super) struct Called {
    pub(super) closure: Closure,
    pub(super) count: usize,
}

/// A trigger of a script, whether it is defined yet or not.
pub(super) struct Entry {
    pub(super) subject: Subject,
    /// Its number, once it is defined.
    pub(super) number: Cell<Option<u64>>,
    pub(super) options: RefCell<Options>,
    pub(super) condition: RefCell<Option<Asked>>,
    pub(super) rearm: RefCell<Option<Asked>>,
    pub(super) run: RefCell<Option<Called>>,
    pub(super) appeared: RefCell<Option<Called>>,
    pub(super) vanished: RefCell<Option<Called>>,
    /// The file that each firing is appended to.
    pub(super) log: RefCell<Option<String>>,
    /// The settings that were made, each with what it was set to, if to anything.
    pub(super) made: RefCell<Vec<(&'static str, String)>>,
    /// Where it was defined: a file and a line.
    pub(super) origin: String,
    /// The file that its script is in.
    pub(super) file: Option<Rc<str>>,
    /// Why its condition is not compiled.
    pub(super) why_interpreted: RefCell<String>,
    /// What that looked at.
    pub(super) looked_at: RefCell<LookedAt>,
}

impl Entry {
    pub(super) fn new(subject: Subject, call: &NativeCallContext) -> Rc<Self> {
        let file = call.call_source().filter(|file| !file.is_empty());
        Rc::new(Entry {
            subject,
            number: Cell::default(),
            options: RefCell::default(),
            condition: RefCell::default(),
            rearm: RefCell::default(),
            run: RefCell::default(),
            appeared: RefCell::default(),
            vanished: RefCell::default(),
            log: RefCell::default(),
            made: RefCell::default(),
            origin: origin(call),
            file: file.map(Rc::from),
            why_interpreted: RefCell::default(),
            looked_at: RefCell::default(),
        })
    }

    /// Whether enough is said of it to begin without `.run(…)`.
    pub(super) fn is_said(&self) -> bool {
        matches!(self.subject, Subject::Always(_)) || self.log.borrow().is_some()
    }

    /// What it is about, in a few words.
    pub(super) fn title(&self) -> String {
        let condition = self.condition.borrow();
        let condition = condition.as_ref().map(Asked::title);
        let condition = condition.unwrap_or_default();
        match &self.subject {
            Subject::Watch(path) => path.clone(),
            Subject::When | Subject::Always(_) => condition,
            Subject::WhenEach(objects) => format!("{objects}: {condition}"),
            Subject::Every(time) | Subject::After(time) => format!("{time:?}"),
        }
    }

    /// The settings that were made, as they were said: `lasting 200s, once`.
    pub(super) fn settings(&self) -> String {
        let made = self.made.borrow();
        let said = made.iter().filter(|(name, _)| *name != "run");
        let said = said.map(|(name, value)| match &**value {
            "" => (*name).to_owned(),
            value => format!("{name} {value}"),
        });
        said.collect::<Vec<_>>().join(", ")
    }
}
