//! What happened to something that is followed: as bytes while it waits, as values for whoever reads it.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use memglass::sampler::{Event, Key, What};
use memglass::{Field, Value};
use memglass_value::format::Style;
use memglass_watch::Sample;

use super::outbox::Id;

/// What can happen to what is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    /// An object has appeared that has the field, or an expression has a value now.
    Appeared,
    /// It has another value.
    Changed,
    /// Its object went, or an expression has no value any more.
    Vanished,
}

impl Happened {
    /// It in one word.
    pub fn word(self) -> &'static str {
        match self {
            Happened::Appeared => "appeared",
            Happened::Changed => "changed",
            Happened::Vanished => "vanished",
        }
    }
}

/// What happened to a field or an expression.
#[derive(Clone, Debug)]
pub struct News {
    /// Which watch it belongs to, by the number that it was added with.
    pub watch: usize,
    /// When the sample was taken that showed it.
    pub time: SystemTime,
    /// The path of the field, or the expression.
    pub path: Arc<str>,
    /// What happened.
    pub happened: Happened,
    /// The value before; of what vanished, the last one that was seen.
    pub old: Option<Value>,
    /// The value now; nothing of what vanished.
    pub now: Option<Value>,
    /// The parts of a structured value that changed, as paths below it.
    pub parts: Vec<String>,
    /// How many values came and went unseen since the last news; `None` if the field is not guarded.
    pub missed: Option<u64>,
    /// How many later changes were merged into this one.
    pub merged: u64,
    /// Whether the new value may mix moments.
    pub is_torn: bool,
    /// Why an expression has no value.
    pub why: Option<Arc<str>>,
    /// How the field wants to be printed.
    pub style: Style,
}

/// The same while nobody has taken it.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) id: Id,
    pub(super) watch: usize,
    pub(super) time: Duration,
    pub(super) subject: Subject,
    pub(super) happened: Happened,
    pub(super) old: Option<Held>,
    pub(super) now: Option<Held>,
    pub(super) missed: Option<u64>,
    pub(super) merged: u64,
    pub(super) is_torn: bool,
    pub(super) why: Option<Arc<str>>,
}

#[derive(Clone, Debug)]
pub(super) enum Subject {
    Field(Arc<Field>),
    Text(Arc<str>),
}

/// A value, or the bytes that a field makes one of.
#[derive(Debug)]
pub(super) enum Held {
    Bytes(Box<[u8]>),
    Value(Value),
}

impl Held {
    fn is_same(&self, other: &Held) -> bool {
        match (self, other) {
            (Held::Bytes(one), Held::Bytes(other)) => one == other,
            (Held::Value(one), Held::Value(other)) => Sample(one.clone()) == Sample(other.clone()),
            _ => false,
        }
    }
}

impl Item {
    pub(super) fn of_event(watch: usize, time: Duration, event: Event<'_>) -> Option<Item> {
        let bytes = |bytes: &[u8]| Some(Held::Bytes(bytes.into()));
        let (happened, old, now) = match event.what {
            What::Appeared { now } => (Happened::Appeared, None, bytes(now)),
            What::Changed(change) => (Happened::Changed, bytes(change.old), bytes(change.now)),
            What::Vanished { last } => (Happened::Vanished, bytes(last), None),
            _ => return None,
        };
        let (writes, is_torn) = match event.what {
            What::Changed(change) => (change.writes, change.is_torn),
            _ => (None, false),
        };
        Some(Item {
            id: Id::Field(event.key),
            watch,
            time,
            subject: Subject::Field(Arc::clone(event.field)),
            happened,
            old,
            now,
            missed: writes.map(|writes| writes.saturating_sub(1)),
            merged: 0,
            is_torn,
            why: None,
        })
    }

    /// A field that is there, as if it had just appeared.
    pub(super) fn present(
        watch: usize,
        time: Duration,
        key: Key,
        field: &Arc<Field>,
        now: &[u8],
    ) -> Item {
        Item {
            id: Id::Field(key),
            watch,
            time,
            subject: Subject::Field(Arc::clone(field)),
            happened: Happened::Appeared,
            old: None,
            now: Some(Held::Bytes(now.into())),
            missed: None,
            merged: 0,
            is_torn: false,
            why: None,
        }
    }

    /// Where it stands in a list: the watch, and the path.
    pub(super) fn place(&self) -> (usize, &str) {
        let path = match &self.subject {
            Subject::Field(field) => field.path(),
            Subject::Text(text) => text,
        };
        (self.watch, path)
    }

    /// Folds a later item of the same thing into this one; `None` if nothing is left to tell: the value came back, or
    /// the thing appeared and vanished.
    pub(super) fn merged_with(self, later: Item) -> Option<Item> {
        use Happened::{Appeared, Changed, Vanished};
        let happened = match (self.happened, later.happened) {
            (Appeared, Vanished) => return None,
            (happened, Changed) => happened,
            // An expression that had no value for a while.
            (Vanished, Appeared) => Changed,
            (_, happened) => happened,
        };
        // What vanished tells its last value.
        let old = match happened {
            Vanished => later.old,
            _ => self.old,
        };
        if let (Changed, Some(old), Some(now)) = (happened, &old, &later.now)
            && old.is_same(now)
        {
            return None;
        }
        let missed = self.missed.zip(later.missed);
        Some(Item {
            time: later.time,
            happened,
            old,
            now: later.now,
            // The value between the two was sampled, and is counted as merged.
            missed: missed.map(|(one, other)| one + other),
            merged: self.merged + later.merged + 1,
            is_torn: later.is_torn,
            why: later.why,
            ..self
        })
    }

    pub(super) fn news(self, start: SystemTime) -> News {
        let parts = match (&self.subject, &self.old, &self.now) {
            (Subject::Field(field), Some(Held::Bytes(old)), Some(Held::Bytes(now))) => {
                field.changed_parts(old, now)
            }
            _ => Vec::new(),
        };
        let (path, style) = match &self.subject {
            Subject::Field(field) => (field.path().into(), style(field)),
            Subject::Text(text) => (Arc::clone(text), Style::default()),
        };
        let value = |held| match (held, &self.subject) {
            (Held::Value(value), _) => Some(value),
            (Held::Bytes(bytes), Subject::Field(field)) => Some(field.value_of(&bytes)),
            (Held::Bytes(_), Subject::Text(_)) => None,
        };
        News {
            watch: self.watch,
            time: start + self.time,
            path,
            happened: self.happened,
            old: self.old.and_then(value),
            now: self.now.and_then(value),
            parts,
            missed: self.missed,
            merged: self.merged,
            is_torn: self.is_torn,
            why: self.why,
            style,
        }
    }
}

fn style(field: &Field) -> Style {
    let info = field.info();
    Style::new(info.metadata).of_type(field.schema(), info.type_id)
}
