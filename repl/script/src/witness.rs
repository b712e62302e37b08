//! What a condition looks at while it is asked: which names, which fields.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use memglass::{Field, Moment, ObjectId, ReadError, Value};

/// What was looked at since it was last taken.
#[derive(Default)]
pub(crate) struct Witness {
    is_active: Cell<bool>,
    /// Whether the producer is gone, so that what memory holds proves nothing.
    is_blind: Cell<bool>,
    seen: RefCell<Seen>,
    /// All fields of a guarded value are read as of one write.
    moment: RefCell<Moment>,
}

/// What a condition looked at.
#[derive(Default)]
pub struct Seen {
    /// What the labels that it looked up meant.
    pub names: Vec<(Arc<str>, Option<ObjectId>)>,
    /// What it read.
    pub reads: Vec<(Field, Value)>,
}

impl Witness {
    /// Notes what `look` looks at; with `is_blind` every read in it fails.
    pub(crate) fn during<T>(&self, is_blind: bool, look: impl FnOnce() -> T) -> (T, Seen) {
        let outer = (
            self.is_active.replace(true),
            self.is_blind.replace(is_blind),
            self.seen.take(),
            self.moment.take(),
        );
        let result = look();
        let seen = self.seen.replace(outer.2);
        self.is_active.set(outer.0);
        self.is_blind.set(outer.1);
        self.moment.replace(outer.3);
        (result, seen)
    }

    /// Whether anything is noted now.
    #[inline]
    pub(crate) fn is_active(&self) -> bool {
        self.is_active.get()
    }

    /// Whether reads fail now.
    pub(crate) fn is_blind(&self) -> bool {
        self.is_blind.get()
    }

    /// A label was looked up.
    pub(crate) fn named(&self, label: &str, id: Option<ObjectId>) {
        let mut seen = self.seen.borrow_mut();
        if !seen.names.iter().any(|(known, _)| **known == *label) {
            seen.names.push((label.into(), id));
        }
    }

    /// Reads a field, and notes what it held. Once noted, that is what it holds: a condition is about one sample.
    ///
    /// # Errors
    ///
    /// As for [`Field::read`].
    pub(crate) fn read(&self, field: &Field) -> Result<Value, ReadError> {
        let mut seen = self.seen.borrow_mut();
        let is_same =
            |known: &Field| known.object_id() == field.object_id() && known.path() == field.path();
        let known = seen.reads.iter().find(|(known, _)| is_same(known));
        if let Some((_, value)) = known {
            return Ok(value.clone());
        }
        let value = self.moment.borrow_mut().read(field)?;
        if seen.reads.len() < MOST_READS {
            seen.reads.push((field.clone(), value.clone()));
        }
        Ok(value)
    }
}

/// Fields of one condition that are noted; one that looks at more is not told of the rest.
const MOST_READS: usize = 64;
