//! The fields of an object that were shown last: what cannot be read, or is not to change, shows that.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::SystemTime;

use memglass::Field;
use memglass_value::format::Figure;
use memglass_value::time;
use memglass_view::interest::FieldsInterest;
use memglass_view::snapshot::{Detail, FieldRow, Fields, Key, Object, ObjectRow, Widths};

use super::packed;
use super::tree::{self, Tree};

/// The most objects of which is kept what they showed.
const MOST_LEFT: usize = 1_000;

/// Columns behind the point that a float may need.
const FLOAT: usize = 3;

/// The fields that were shown last: of one object, and of those that were left while values are frozen.
#[derive(Default)]
pub(super) struct Outlines {
    key: Option<Key>,
    shown: Outline,
    left: HashMap<Key, Outline>,
    /// Whether fields were read while values are frozen.
    has_later: bool,
}

/// What the fields of an object showed last.
#[derive(Default)]
struct Outline {
    /// Each row, for when its object is gone.
    rows: HashMap<Arc<str>, FieldRow>,
    detail: Detail,
}

impl Outlines {
    /// The rows of an object.
    pub(super) fn fields(
        &mut self,
        root: Option<&Field>,
        (object, wall): (&ObjectRow, SystemTime),
        interest: &FieldsInterest,
        is_frozen: bool,
    ) -> Fields {
        self.turn_to(object.key, is_frozen);
        let Some(root) = root else {
            return Fields {
                object: Some(about(None, object, wall)),
                ..Fields::default()
            };
        };
        let made = match root.packing().map(|_| root.read()) {
            Some(Ok(value)) => packed::tree(root, &value, interest),
            _ => tree::tree(root, interest),
        };
        let Tree {
            total,
            window,
            mut rows,
            detail,
        } = made;
        for row in &mut rows {
            self.has_later |= is_frozen && !self.shown.rows.contains_key(&row.path);
            self.shown.remember(row, is_frozen);
        }
        let selected = window.selected.checked_sub(window.first);
        let selected = selected.and_then(|index| rows.get(index));
        let detail = detail.unwrap_or_default();
        let detail = self.shown.detail(detail, selected, is_frozen);
        Fields {
            object: Some(about(Some(root), object, wall)),
            total,
            first: window.first,
            selected: window.selected,
            widths: widths(&rows),
            rows,
            detail,
        }
    }

    /// Whether fields were read while values are frozen, since this was asked last.
    pub(super) fn take_later(&mut self) -> bool {
        std::mem::take(&mut self.has_later)
    }

    /// What is shown from here on stands still: what was shown before and is no longer is forgotten.
    pub(super) fn begin(&mut self, shown: &Fields) {
        let rows = shown.rows.iter();
        self.shown.rows = rows
            .map(|row| (Arc::clone(&row.path), row.clone()))
            .collect();
    }

    /// Goes to an object. What others showed is kept only while it is not to change.
    fn turn_to(&mut self, key: Key, is_frozen: bool) {
        if !is_frozen {
            self.left.clear();
        }
        if self.key != Some(key) {
            let next = self.left.remove(&key).unwrap_or_default();
            let shown = std::mem::replace(&mut self.shown, next);
            if self.left.len() >= MOST_LEFT {
                self.left.clear();
            }
            if let (Some(before), true) = (self.key.replace(key), is_frozen) {
                self.left.insert(before, shown);
            }
        }
    }
}

/// The value of a row, or the values of several elements.
fn told(row: &FieldRow) -> String {
    match row.cells.as_slice() {
        [] => row.value.plain(),
        cells => cells
            .iter()
            .map(Figure::plain)
            .collect::<Vec<_>>()
            .join(", "),
    }
}

impl Outline {
    /// What is not to change says what it said last; of another field than then, what its row says.
    fn detail(&mut self, mut now: Detail, row: Option<&FieldRow>, is_frozen: bool) -> Detail {
        match (is_frozen, self.detail.path == now.path) {
            (false, _) => self.detail.clone_from(&now),
            (true, true) => now.value.clone_from(&self.detail.value),
            (true, false) => now.value = row.map_or(String::new(), told),
        }
        now
    }

    /// A row that cannot be read, or is not to change, shows what it showed last.
    fn remember(&mut self, row: &mut FieldRow, is_frozen: bool) {
        match self.rows.get_mut(&row.path) {
            Some(last) if is_frozen || row.trouble.is_some() => {
                row.value.clone_from(&last.value);
                row.named.clone_from(&last.named);
                row.note.clone_from(&last.note);
                row.cells.clone_from(&last.cells);
            }
            Some(last) => last.clone_from(row),
            None => {
                self.rows.insert(Arc::clone(&row.path), row.clone());
            }
        }
    }
}

fn about(root: Option<&Field>, object: &ObjectRow, wall: SystemTime) -> Object {
    let created = wall.checked_sub(object.age);
    Object {
        key: object.key,
        label: Arc::clone(&object.label),
        type_name: Arc::clone(&object.type_name),
        size: root.map_or(0, |root| root.info().size),
        region: root.and_then(Field::region),
        offset: root.and_then(Field::object_offset),
        created: created.map_or(String::new(), time::clock),
        age: object.age,
        is_gone: object.is_gone,
    }
}

fn widths(rows: &[FieldRow]) -> Widths {
    let widest = |width: fn(&FieldRow) -> usize| rows.iter().map(width).max().unwrap_or(0);
    let is_float = |row: &FieldRow| matches!(&*row.type_name, "f32" | "f64");
    let float = if rows.iter().any(is_float) { FLOAT } else { 0 };
    Widths {
        name: widest(|row| match row.cells.is_empty() {
            true => row.name.chars().count() + 2 * usize::from(row.depth) + 2,
            // Elements that share a row have columns of their own.
            false => 0,
        }),
        type_name: widest(|row| row.type_name.chars().count()),
        unit: widest(|row| row.unit.chars().count()),
        note: widest(|row| row.note.chars().count()),
        whole: widest(|row| row.value.whole_width()),
        fraction: widest(|row| row.value.fraction_width()).max(float),
    }
}
