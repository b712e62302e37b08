//! The values of pinned columns for the objects on the screen.

use std::collections::HashMap;

use memglass::{Field, Observer, Value};
use memglass_value::format::{Figure, Style, figure};
use memglass_view::interest::Column;
use memglass_view::snapshot::{Cell, Key, ObjectRow};
use memglass_view::text;
use memglass_watch::{Expression, Truth};

use super::formula::{Formula, Gives};

/// The pinned columns, compiled for the objects that were on the screen.
#[derive(Default)]
pub(super) struct Cells {
    columns: Vec<Column>,
    formulas: Vec<Formulas>,
    objects: HashMap<Key, Vec<Compiled>>,
    /// What other columns showed: while values are frozen, those that are still there show it again.
    before: HashMap<Key, Vec<(Column, Cell)>>,
    /// Whether any was read while values are frozen.
    has_later: bool,
}

/// A column, for any object.
struct Formulas {
    value: Option<Formula>,
    alarm: Option<Formula>,
}

/// A column for one object.
struct Compiled {
    /// Nothing if it makes no sense for the object.
    value: Option<Expression>,
    alarm: Option<Expression>,
    /// The field that it is, if it is no more.
    field: Option<Field>,
    last: Cell,
    /// Whether that was read: once also while values are frozen.
    is_read: bool,
}

impl Cells {
    /// From now on these are the columns.
    pub(super) fn set(&mut self, columns: &[Column]) {
        if self.columns == columns {
            return;
        }
        let before = std::mem::replace(&mut self.columns, columns.to_vec());
        for (key, compiled) in self.objects.drain() {
            let shown = before.iter().cloned().zip(compiled);
            let shown = shown.filter(|(_, column)| column.is_read);
            let shown = shown.map(|(column, compiled)| (column, compiled.last));
            self.before.entry(key).or_default().extend(shown);
        }
        self.formulas = columns.iter().map(Formulas::of).collect();
    }

    /// Whether any was read while values are frozen, since this was asked last.
    pub(super) fn take_later(&mut self) -> bool {
        std::mem::take(&mut self.has_later)
    }

    /// What was not read for these rows is forgotten.
    pub(super) fn begin(&mut self, rows: &[ObjectRow]) {
        self.before.clear();
        self.objects
            .retain(|key, _| rows.iter().any(|row| row.key == *key));
    }

    /// Whether there are no columns.
    pub(super) fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// The cells of an object.
    pub(super) fn of(
        &mut self,
        observer: &Observer,
        key: Key,
        root: Option<&Field>,
        is_frozen: bool,
    ) -> Vec<Cell> {
        let (Some(root), false) = (root, self.columns.is_empty()) else {
            return vec![Cell::default(); self.columns.len()];
        };
        let (columns, formulas) = (&self.columns, &self.formulas);
        let before = self.before.get(&key);
        let compiled = self.objects.entry(key).or_insert_with(|| {
            let columns = columns.iter().zip(formulas);
            let compiled = columns.map(|(column, formulas)| {
                let shown = before.and_then(|shown| shown.iter().find(|(it, _)| it == column));
                let shown = shown.map(|(_, cell)| cell.clone());
                Compiled::new(observer, root, column, formulas, shown)
            });
            compiled.collect()
        });
        if root.is_alive() {
            let wanted = compiled
                .iter_mut()
                .filter(|column| !is_frozen || !column.is_read);
            for column in wanted {
                column.read(observer);
                self.has_later |= is_frozen;
            }
        }
        compiled.iter().map(|column| column.last.clone()).collect()
    }

    /// Forgets the objects that have left the screen, once they are many.
    pub(super) fn settle(&mut self, rows: &[ObjectRow]) {
        if self.objects.len() > 4 * rows.len() + 64 {
            self.objects
                .retain(|key, _| rows.iter().any(|row| row.key == *key));
        }
    }
}

/// The condition under which a column's values are to be looked at.
pub(super) fn alarm(column: &Column) -> Option<String> {
    let condition = column.alarm.as_ref()?;
    Some(format!("({}) {condition}", column.text))
}

impl Formulas {
    fn of(column: &Column) -> Formulas {
        Formulas {
            value: Formula::of_text(&column.text).ok(),
            alarm: alarm(column).and_then(|text| Formula::of_text(&text).ok()),
        }
    }
}

impl Compiled {
    fn new(
        observer: &Observer,
        root: &Field,
        column: &Column,
        formulas: &Formulas,
        shown: Option<Cell>,
    ) -> Compiled {
        let of = |formula: &Option<Formula>, gives| {
            let formula = formula.as_ref()?;
            formula.of_object(observer, root, gives).ok()
        };
        Compiled {
            value: of(&formulas.value, Gives::Value),
            alarm: of(&formulas.alarm, Gives::Truth),
            field: root.at(&column.text).ok(),
            is_read: shown.is_some(),
            last: shown.unwrap_or_default(),
        }
    }

    fn read(&mut self, observer: &Observer) {
        self.is_read = true;
        let value = self.value.as_mut();
        let Some(value) = value.and_then(|value| value.value(observer).ok()) else {
            self.last = Cell::default();
            return;
        };
        let alarm = self.alarm.as_mut();
        let is_alarm = alarm.is_some_and(|alarm| alarm.truth(observer) == Truth::True);
        let unit = self.field.as_ref().and_then(|field| {
            let unit = field.info().metadata.unit.as_ref()?;
            Some(text::clean(unit).into())
        });
        self.last = Cell {
            value: self.shown(&value),
            is_alarm,
            unit: unit.unwrap_or_else(|| "".into()),
        };
    }

    /// The value as the fields show it; names of enums and flags, for which there is no other column.
    fn shown(&self, value: &Value) -> Figure {
        if let Value::Flags(_) | Value::Enum(_) = value {
            return Figure::Word(text::clean(&value.to_string()).into_owned());
        }
        match &self.field {
            Some(field) => {
                let info = field.info();
                figure(
                    value,
                    &Style::new(info.metadata).of_type(field.schema(), info.type_id),
                )
            }
            None => figure(value, &Style::default()),
        }
    }
}
