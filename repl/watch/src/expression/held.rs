//! Conditions over values that they are told, in place of what memory holds.

use std::sync::{Arc, Mutex, PoisonError};

use memglass::{Field, Observer, Value};

use super::bind::Binder;
use super::code::Run;
use super::site::Site;
use super::{Expression, Wanted, seen};
use crate::condition::Truth;

/// A compiled condition over values that it is told.
///
/// It looks at no memory, so its answer belongs to exactly these values.
pub struct HeldExpression {
    run: Run<bool>,
    cells: Vec<Cell>,
}

/// The value that was told last of a field.
#[derive(Clone, Debug)]
pub(super) struct Cell(Arc<Mutex<Value>>);

/// The fields that are met while a condition is compiled.
pub(super) struct Holding<'f> {
    first: &'f mut dyn FnMut(&Field) -> Option<Value>,
    fields: Vec<(Field, Cell)>,
    /// Whether nothing but values of fields was met.
    is_whole: bool,
}

impl Expression {
    /// The same condition on values that it is told, as long as the session has the present epoch or its objects live.
    /// `first` is asked for the value of each field that it reads, in the order in which [`HeldExpression::set`] counts
    /// them. `None` if it depends on more than that, `first` has no value, or names are to be looked up anew.
    pub fn held(
        &self,
        observer: &Observer,
        first: &mut dyn FnMut(&Field) -> Option<Value>,
    ) -> Option<HeldExpression> {
        let is_settled =
            self.seen == seen(observer) && self.roots.iter().all(|it| it.found.is_some());
        if !is_settled || !matches!(self.wanted, Wanted::Truth) {
            return None;
        }
        let mut binder = Binder::new(observer, &self.captured).holding(first);
        let run = binder.truth(&self.term);
        binder.finish().ok()?;
        let cells = binder.held()?;
        Some(HeldExpression { run, cells })
    }
}

impl HeldExpression {
    /// Takes in a new value of the field that `first` was asked for as the `nth`.
    pub fn set(&mut self, nth: usize, value: Value) {
        if let Some(cell) = self.cells.get(nth) {
            *cell.0.lock().unwrap_or_else(PoisonError::into_inner) = value;
        }
    }

    /// Whether it holds for these values.
    pub fn truth(&self) -> Truth {
        self.run.get().map_or(Truth::Unknown, Truth::from)
    }
}

impl Cell {
    pub(super) fn get(&self) -> Value {
        let value = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        value.clone()
    }
}

impl<'f> Holding<'f> {
    pub(super) fn new(first: &'f mut dyn FnMut(&Field) -> Option<Value>) -> Self {
        Holding {
            first,
            fields: Vec::new(),
            is_whole: true,
        }
    }

    /// Puts what is told in the place of a single value in memory.
    pub(super) fn hold(&mut self, site: Site) -> Site {
        let Site::Fixed(field) = &site else {
            self.is_whole = false;
            return site;
        };
        let is_same =
            |known: &Field| known.object_id() == field.object_id() && known.path() == field.path();
        let known = self.fields.iter().find(|(known, _)| is_same(known));
        if let Some((_, cell)) = known {
            return Site::Told(field.clone(), cell.clone());
        }
        let Some(value) = (self.first)(field) else {
            self.is_whole = false;
            return site;
        };
        let cell = Cell(Arc::new(Mutex::new(value)));
        self.fields.push((field.clone(), cell.clone()));
        Site::Told(field.clone(), cell)
    }

    /// Notes that something else than a value is looked at.
    pub(super) fn spoil(&mut self) {
        self.is_whole = false;
    }

    pub(super) fn cells(self) -> Option<Vec<Cell>> {
        let cells = self.fields.into_iter().map(|(_, cell)| cell);
        self.is_whole.then(|| cells.collect())
    }
}
