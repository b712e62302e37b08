//! The field inspector: the fields of the selected object as a tree, with what they were before.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use memglass_value::format::{Digits, Figure};

use super::fields_columns::{Column, Columns, shared_cells, shared_columns};
use super::{Action, Frame, Handled, News, moved, short_time};
use crate::canvas::{Area, Canvas};
use crate::edit::Place as FieldPlace;
use crate::interest::{FieldsInterest, Window};
use crate::keys::{Command, Place};
use crate::rules::Rule;
use crate::snapshot::{FieldRow, Fold, Key, Object, Snapshot, Widths};
use crate::text;
use crate::theme::Role;

/// Panels of fewer columns than this do not say how many rows there are.
const NARROW: u16 = 32;

/// The tree of fields.
#[derive(Debug, Default)]
pub(crate) struct FieldsPanel {
    window: Window,
    toggled: Arc<BTreeSet<Arc<str>>>,
    /// Whether integers are in hexadecimal.
    in_hex: bool,
    /// The object that all this is about.
    key: Option<Key>,
    /// Columns only grow while an object is looked at.
    widths: Widths,
    /// Of each row, and of each of the elements that share one.
    seen: HashMap<(Arc<str>, usize), Seen>,
}

/// What was seen of a field.
#[derive(Clone, Debug)]
struct Seen {
    value: Figure,
    /// What it was before it changed last, and when that was.
    change: Option<(Figure, Duration)>,
}

impl FieldsPanel {
    /// Which rows it will show in an area, with room for this many.
    pub(crate) fn interest(&self, height: usize, area: Option<Area>) -> FieldsInterest {
        FieldsInterest {
            window: Window {
                height,
                ..self.window
            },
            toggled: Arc::clone(&self.toggled),
            in_hex: self.in_hex,
            columns: area.map_or(0, |area| shared_columns(area).width),
        }
    }

    /// Rows that fit into an area.
    pub(crate) fn height(area: Area, has_headers: bool, details: u16) -> usize {
        let gap = u16::from(area.height > 6);
        let others = 1 + u16::from(has_headers) + details + gap;
        usize::from(area.height.saturating_sub(others))
    }

    /// Takes in a snapshot, and marks what changed since the last one if it goes on from there. Another object begins at
    /// its first row: false if the snapshot has other rows of it, because it was asked for before that was known.
    pub(crate) fn take(&mut self, snapshot: &Snapshot, height: usize, goes_on: bool) -> bool {
        let fields = &snapshot.fields;
        let key = fields.object.as_ref().map(|object| object.key);
        if key != self.key {
            *self = FieldsPanel {
                key,
                in_hex: self.in_hex,
                ..FieldsPanel::default()
            };
            if fields.selected > 0 {
                return false;
            }
        }
        self.window = Window {
            selected: fields.selected,
            first: fields.first,
            height,
        };
        self.widths = self.widths.grown(fields.widths);
        if !goes_on {
            self.seen.clear();
        }
        // What it was at another time is no change.
        let rows = fields.rows.iter().filter(|_| !snapshot.is_frozen);
        for row in rows {
            let is_single = row.fold == Fold::None;
            self.see(
                (Arc::clone(&row.path), 0),
                &row.value,
                is_single,
                snapshot.at,
            );
            for (index, value) in row.cells.iter().enumerate() {
                self.see((Arc::clone(&row.path), 1 + index), value, true, snapshot.at);
            }
        }
        true
    }

    fn see(&mut self, what: (Arc<str>, usize), value: &Figure, is_single: bool, now: Duration) {
        match self.seen.get_mut(&what) {
            Some(seen) if seen.value == *value => {}
            Some(seen) => {
                let before = std::mem::replace(&mut seen.value, value.clone());
                let is_told = is_single && before != Figure::Nothing;
                seen.change = is_told.then_some((before, now));
            }
            None => {
                let value = value.clone();
                let seen = Seen {
                    value,
                    change: None,
                };
                self.seen.insert(what, seen);
            }
        }
    }

    pub(crate) fn act(&mut self, command: Command, snapshot: &Snapshot) -> Handled {
        if moved(&mut self.window, command, snapshot.fields.total) {
            return Handled::Consumed(None);
        }
        match command {
            Command::Left => Handled::Consumed(Some(Action::Focus(Place::Objects))),
            Command::Enter if self.turn(snapshot) => Handled::Consumed(None),
            // Which of the elements is meant is seen when each has a row of its own.
            Command::Edit | Command::Toggle | Command::More | Command::Less | Command::Watch
                if self.has_cells(snapshot) =>
            {
                self.turn(snapshot);
                Handled::Consumed(None)
            }
            command => match self.on_field(command, snapshot) {
                Some(action) => Handled::Consumed(Some(action)),
                None => Handled::Ignored,
            },
        }
    }

    /// What a command asks for of the selected field.
    fn on_field(&self, command: Command, snapshot: &Snapshot) -> Option<Action> {
        let row = self.selected(snapshot)?;
        let path = match row.cells.is_empty() {
            true => Arc::clone(&row.path),
            false => array_of(&row.path),
        };
        let place = FieldPlace {
            key: self.key?,
            path,
        };
        Some(match command {
            Command::Enter | Command::Edit => Action::Edit(place),
            Command::Toggle => Action::Toggle(place),
            Command::More => Action::Step(place, 1),
            Command::Less => Action::Step(place, -1),
            Command::Watch => Action::Watch(place),
            Command::CopyPath => Action::CopyPath(place),
            Command::CopyValue => Action::CopyValue(place),
            _ => return None,
        })
    }

    /// Shows integers the other way.
    pub(crate) fn turn_hex(&mut self) {
        self.in_hex = !self.in_hex;
        // Another form of a value is no change of it.
        self.seen.clear();
    }

    /// Selects the row at a line; true if it was selected before.
    pub(crate) fn click(&mut self, line: u16, snapshot: &Snapshot) -> bool {
        let index = self.window.first + usize::from(line);
        let was_selected = self.window.selected == index;
        if index < snapshot.fields.total {
            self.window.selected = index;
        }
        was_selected
    }

    /// Whether the mark that opens or closes the selected row stands in a column of this area.
    pub(crate) fn is_mark(&self, area: Area, x: u16, snapshot: &Snapshot) -> bool {
        let row = self.selected(snapshot).filter(|row| row.fold != Fold::None);
        row.is_some_and(|row| x == mark_at(row, Columns::of(area, self.widths).name))
    }

    /// Opens or closes the selected row; false if it is one value.
    fn turn(&mut self, snapshot: &Snapshot) -> bool {
        let Some(row) = self.selected(snapshot).filter(|row| row.fold != Fold::None) else {
            return false;
        };
        let toggled = Arc::make_mut(&mut self.toggled);
        if !toggled.remove(&row.path) {
            toggled.insert(Arc::clone(&row.path));
        }
        true
    }

    /// Whether several elements share the selected row.
    fn has_cells(&self, snapshot: &Snapshot) -> bool {
        self.selected(snapshot)
            .is_some_and(|row| !row.cells.is_empty())
    }

    /// The selected row, if it is on the screen.
    pub(crate) fn selected<'s>(&self, snapshot: &'s Snapshot) -> Option<&'s FieldRow> {
        let row = self.window.selected.checked_sub(snapshot.fields.first)?;
        snapshot.fields.rows.get(row)
    }

    pub(crate) fn rule(&self, area: Area, frame: Frame<'_>) -> Rule {
        let object = frame.snapshot.fields.object.as_ref();
        Rule {
            title: match object {
                Some(object) => format!("{} : {}", object.label, object.type_name),
                None => "Fields".into(),
            },
            note: match object {
                Some(object) if object.is_gone => when_gone(&frame.snapshot.fields.rows).into(),
                _ => self.seen_rows(area, frame),
            },
            is_focused: frame.is_focused,
            is_live: frame.is_live && !object.is_some_and(|object| object.is_gone),
        }
    }

    /// Which rows are on the screen, if not all are.
    fn seen_rows(&self, area: Area, frame: Frame<'_>) -> String {
        let fields = &frame.snapshot.fields;
        let height = Self::height(area, frame.has_headers, frame.details);
        let seen = fields.rows.len().min(height);
        let [first, last] = [fields.first + 1, fields.first + seen];
        match area.width {
            _ if seen >= fields.total => String::new(),
            0..NARROW => format!("{first}–{last}"),
            _ => format!("{first}–{last} of {}", fields.total),
        }
    }

    /// Draws the rows below the rule, and what is known of the selected one.
    pub(crate) fn draw(&self, canvas: &mut Canvas, area: Area, frame: Frame<'_>) {
        let fields = &frame.snapshot.fields;
        let columns = Columns::of(area, self.widths);
        let mut y = area.y + 1;
        if frame.has_headers {
            draw_header(canvas, y, columns);
            y += 1;
        }
        let height = Self::height(area, frame.has_headers, frame.details);
        for (index, row) in fields.rows.iter().take(height).enumerate() {
            let line = Area {
                y: y + index as u16,
                height: 1,
                ..area
            };
            self.draw_row(canvas, line, row, columns, frame);
            if self.window.selected == fields.first + index {
                if frame.is_focused {
                    canvas.select(line);
                    canvas.put(line.x, line.y, "▌", Role::Accent);
                } else {
                    canvas.put(line.x, line.y, "▌", Role::Rule);
                }
            }
        }
        if let (Some(object), []) = (&fields.object, fields.rows.as_slice()) {
            let why = match object.size {
                0 => "It was gone before it was read.",
                _ => "It has no fields.",
            };
            let room = usize::from(area.width.saturating_sub(3));
            let why = text::cut_end(why, room).into_owned();
            canvas.put(area.x + 2, y, why, Role::Dim);
            if object.size == 0 {
                return;
            }
        }
        let y = area.bottom() - frame.details.min(area.height);
        let details = Area {
            y,
            height: frame.details,
            ..area
        };
        draw_details(canvas, details, frame);
    }

    fn draw_row(
        &self,
        canvas: &mut Canvas,
        area: Area,
        row: &FieldRow,
        columns: Columns,
        frame: Frame<'_>,
    ) {
        let y = area.y;
        if !row.cells.is_empty() {
            return self.draw_cells(canvas, area, row, columns, frame);
        }
        draw_name(canvas, y, row, columns.name);
        if let Some(column) = columns.type_name {
            let name = text::cut_end(&row.type_name, column.width.into()).into_owned();
            canvas.put(column.at, y, name, Role::Dim);
        }
        let role = self.draw_change(canvas, y, row, columns, frame);
        draw_value(canvas, area, row, columns, role);
        draw_right(canvas, area, row, columns, frame);
    }

    /// The elements that share a row; those that changed are marked.
    fn draw_cells(
        &self,
        canvas: &mut Canvas,
        area: Area,
        row: &FieldRow,
        columns: Columns,
        frame: Frame<'_>,
    ) {
        let at = columns.name.at;
        let width = shared_columns(area).at - at;
        draw_name(canvas, area.y, row, Column { at, width });
        let places = shared_cells(area, row.cells.len());
        for (index, (value, place)) in row.cells.iter().zip(places).enumerate() {
            let role = match (row.trouble, value) {
                (Some(_), _) => trouble_role(frame),
                (None, Figure::Word(word)) if word == "NaN" => Role::Amber,
                (None, _) => self.news_of((Arc::clone(&row.path), 1 + index), frame),
            };
            let text = fitted(value, usize::from(place.width.saturating_sub(1)));
            canvas.put_before(place.at + place.width, area.y, text, role);
        }
        if let (Some(word), Some(Figure::Nothing)) = (row.trouble, row.cells.first()) {
            canvas.put(at + width + 1, area.y, word, trouble_role(frame));
        }
    }

    /// How a value is drawn that may have changed.
    fn news_of(&self, what: (Arc<str>, usize), frame: Frame<'_>) -> Role {
        let change = self.seen.get(&what).and_then(|seen| seen.change.as_ref());
        match change.map(|(_, at)| frame.news(*at)) {
            None | Some(News::Old) => Role::Text,
            Some(News::Now) => Role::News,
            Some(News::Lately) => Role::Accent,
        }
    }

    /// What the value was before, and the role of what it is now.
    fn draw_change(
        &self,
        canvas: &mut Canvas,
        y: u16,
        row: &FieldRow,
        columns: Columns,
        frame: Frame<'_>,
    ) -> Role {
        let role = match (&row.value, row.trouble) {
            (_, Some(_)) => trouble_role(frame),
            (Figure::Word(word), None) if word == "NaN" => Role::Amber,
            (_, None) => Role::Text,
        };
        let change = self
            .seen
            .get(&(Arc::clone(&row.path), 0))
            .and_then(|seen| seen.change.as_ref());
        let Some((before, at)) = change else {
            return role;
        };
        let role = match frame.news(*at) {
            News::Old => return role,
            News::Now => Role::News,
            News::Lately => Role::Accent,
        };
        match columns.before {
            // A text takes the whole row: what it was is in the log of what one does, not here.
            _ if matches!(row.value, Figure::Text(_)) => {}
            column => match column.zip(before_change(before, columns)) {
                Some((column, text)) => {
                    canvas.put_before(column.at + column.width, y, text, Role::Dim);
                    canvas.put(columns.arrow, y, "→", Role::Dim);
                }
                None => {
                    let direction = direction(before, &row.value);
                    canvas.put(columns.arrow, y, direction, Role::Accent);
                }
            },
        }
        role
    }
}

impl Widths {
    fn grown(self, other: Widths) -> Widths {
        Widths {
            name: self.name.max(other.name),
            type_name: self.type_name.max(other.type_name),
            unit: self.unit.max(other.unit),
            note: self.note.max(other.note),
            whole: self.whole.max(other.whole),
            fraction: self.fraction.max(other.fraction),
        }
    }
}

/// What the rows of an object show that is gone: one that was not looked at before has no last values.
fn when_gone(rows: &[FieldRow]) -> &'static str {
    let is_known = |row: &FieldRow| row.value != Figure::Nothing || !row.cells.is_empty();
    match rows.iter().any(is_known) {
        true => "gone: last values",
        false => "gone",
    }
}

/// The path of the array of which these are elements.
fn array_of(elements: &str) -> Arc<str> {
    elements
        .rfind('[')
        .map_or(elements, |end| &elements[..end])
        .into()
}

fn draw_header(canvas: &mut Canvas, y: u16, columns: Columns) {
    canvas.put(columns.name.at, y, "field", Role::Dim);
    if let Some(column) = columns.type_name {
        canvas.put(column.at, y, "type", Role::Dim);
    }
    if let Some(column) = columns.before {
        canvas.put_before(column.at + column.width, y, "was".into(), Role::Dim);
    }
    let end = columns.whole.at + columns.whole.width;
    canvas.put_before(end, y, "now".into(), Role::Dim);
    if let Some(column) = columns.unit {
        canvas.put(column.at, y, "unit", Role::Dim);
    }
}

/// The column of the mark of a row, or of its name where it has none.
fn mark_at(row: &FieldRow, column: Column) -> u16 {
    column.at + (row.depth * 2).min(column.width / 2)
}

fn draw_name(canvas: &mut Canvas, y: u16, row: &FieldRow, column: Column) {
    let mark = match row.fold {
        Fold::None => "",
        Fold::Closed => "▸ ",
        Fold::Open => "▾ ",
    };
    let at = mark_at(row, column);
    canvas.put(at, y, mark, Role::Dim);
    let used = usize::from(at - column.at) + text::width(mark);
    let name = text::cut_middle(&row.name, usize::from(column.width) - used).into_owned();
    canvas.put(column.at + used as u16, y, name, Role::Text);
}

fn draw_value(canvas: &mut Canvas, area: Area, row: &FieldRow, columns: Columns, role: Role) {
    let y = area.y;
    let end = columns.whole.at + columns.whole.width;
    match &row.value {
        Figure::Nothing => {}
        // There is no other column for the name, which says more than its number.
        value if columns.note.is_none() && !row.named.is_empty() => {
            draw_named(canvas, area, &row.named, value, columns, role);
        }
        Figure::Number(digits) => {
            let (whole, fraction) = parts(digits, columns);
            canvas.put_before(end, y, whole, role);
            canvas.put(end, y, fraction, role);
        }
        Figure::Word(word) => {
            let width = columns.whole.width + columns.fraction.width;
            let word = text::cut_end(word, width.into()).into_owned();
            // A word that is longer than whole numbers are reaches into the room behind the point.
            let over = text::width(&word).saturating_sub(columns.whole.width.into());
            canvas.put_before(end + over as u16, y, word, role);
        }
        Figure::Text(words) => {
            let at = columns.text_at();
            let note = match row.note.is_empty() {
                true => None,
                false => columns.note,
            };
            let end = note.map_or(area.right(), |note| note.at - 1);
            let room = usize::from(end.saturating_sub(at));
            canvas.put(at, y, text::cut_end(words, room).into_owned(), role);
        }
    }
}

/// A name that ends where whole numbers end, and its number behind it, if there is room for both.
fn draw_named(
    canvas: &mut Canvas,
    area: Area,
    name: &str,
    value: &Figure,
    columns: Columns,
    role: Role,
) {
    let (at, end) = (columns.whole.at, columns.whole.at + columns.whole.width);
    let room = usize::from(area.right().saturating_sub(at + 1));
    let name = text::cut_end(name, room).into_owned();
    let over = text::width(&name).saturating_sub(columns.whole.width.into()) as u16;
    canvas.put_before(end + over, area.y, name, role);
    let number = value.plain();
    let at = end + over + 1;
    if usize::from(at) + text::width(&number) < usize::from(area.right()) {
        canvas.put(at, area.y, number, Role::Dim);
    }
}

/// How a value is drawn that is not of the moment that is shown: in the past most are not.
fn trouble_role(frame: Frame<'_>) -> Role {
    match frame.is_past {
        true => Role::Dim,
        false => Role::Amber,
    }
}

/// The unit and the note, which may share a column; or what is the matter with the value.
fn draw_right(canvas: &mut Canvas, area: Area, row: &FieldRow, columns: Columns, frame: Frame<'_>) {
    let y = area.y;
    let is_text = matches!(row.value, Figure::Text(_));
    if let (Some(column), false) = (columns.unit, is_text) {
        let unit = text::cut_end(&row.unit, column.width.into()).into_owned();
        canvas.put(column.at, y, unit, Role::Dim);
    }
    let Some(column) = columns.note else { return };
    let room = column.width.into();
    if let Some(word) = row.trouble {
        let object = frame.snapshot.fields.object.as_ref();
        // The title says that the object is gone; what a number stands for is said here alone.
        let is_told = object.is_some_and(|object| object.is_gone) && !row.named.is_empty();
        let word = if is_told { &row.note } else { word };
        let word = text::cut_end(word, room).into_owned();
        return canvas.put(column.at, y, word, trouble_role(frame));
    }
    let note = match (columns.unit, row.unit.is_empty() || is_text) {
        (None, false) => &*row.unit,
        _ => &row.note,
    };
    canvas.put(
        column.at,
        y,
        text::cut_end(note, room).into_owned(),
        Role::Dim,
    );
}

fn draw_details(canvas: &mut Canvas, area: Area, frame: Frame<'_>) {
    let Some(object) = &frame.snapshot.fields.object else {
        return;
    };
    let detail = &frame.snapshot.fields.detail;
    let x = area.x + 2;
    let room = usize::from(area.width.saturating_sub(3));
    match area.height {
        0 => {}
        1 | 2 if !frame.is_focused => {
            let lines = [about_object(object), since(object)];
            for (line, y) in lines.into_iter().zip(area.y..area.bottom()) {
                canvas.put(x, y, text::cut_end(&line, room).into_owned(), Role::Dim);
            }
        }
        height => {
            draw_field_detail(canvas, x, area.y, room, frame);
            let description = text::cut_end(&detail.description, room).into_owned();
            if height > 1 {
                canvas.put(x, area.y + 1, description, Role::Dim);
            }
            if height > 2 {
                let line = whole_object(object);
                canvas.put(
                    x,
                    area.y + 2,
                    text::cut_end(&line, room).into_owned(),
                    Role::Dim,
                );
            }
        }
    }
}

fn draw_field_detail(canvas: &mut Canvas, x: u16, y: u16, room: usize, frame: Frame<'_>) {
    let detail = &frame.snapshot.fields.detail;
    let parts = [
        (&detail.path, Role::Strong),
        (&detail.value, Role::Text),
        (&detail.about, Role::Dim),
    ];
    let mut used = 0;
    for (part, role) in parts.into_iter().filter(|(part, _)| !part.is_empty()) {
        let left = room.saturating_sub(used);
        if left < 4 {
            break;
        }
        let shown = match role {
            Role::Strong => text::cut_start(part, left),
            _ => text::cut_end(part, left),
        };
        let width = text::width(&shown);
        canvas.put(x + used as u16, y, shown.into_owned(), role);
        used += width + 2;
    }
}

/// `Order, 48 bytes at 0x3F10, region 1, gen 1`.
fn about_object(object: &Object) -> String {
    let Object {
        type_name, size, ..
    } = object;
    let generation = object.key.generation;
    let place = place(object);
    format!("{type_name}, {size} bytes{place}, gen {generation}")
}

/// `Object: 632 bytes at 0x1A40, region 1, generation 1, since 23:39:27`.
fn whole_object(object: &Object) -> String {
    let Object { size, created, .. } = object;
    let generation = object.key.generation;
    let place = place(object);
    format!("Object: {size} bytes{place}, generation {generation}, since {created}")
}

fn place(object: &Object) -> String {
    let offset = object.offset.map(|offset| format!(" at 0x{offset:X}"));
    let region = object.region.map(|region| format!(", region {region}"));
    [offset, region].into_iter().flatten().collect()
}

fn since(object: &Object) -> String {
    format!("since {}, {} ago", object.created, short_time(object.age))
}

/// A value in so many columns, in one piece.
fn fitted(value: &Figure, columns: usize) -> String {
    match value {
        Figure::Number(digits) => {
            let fraction = digits.fraction.len();
            let (whole, fraction) = digits.fitted(columns.saturating_sub(fraction), fraction);
            format!("{whole}{fraction}")
        }
        other => text::cut_end(&other.plain(), columns).into_owned(),
    }
}

/// What a value was, as it stood where values stand; nothing if that has no room where it was.
fn before_change(before: &Figure, columns: Columns) -> Option<String> {
    let room = usize::from(columns.before?.width);
    match before {
        Figure::Number(digits) => {
            let (whole, fraction) = parts(digits, columns);
            let text = whole + &fraction;
            (text.len() <= room).then_some(text)
        }
        other => Some(text::cut_end(&other.plain(), room).into_owned()),
    }
}

/// What stands before the decimal point and behind it.
fn parts(digits: &Digits, columns: Columns) -> (String, String) {
    digits.fitted(columns.whole.width.into(), columns.fraction.width.into())
}

/// Whether a number rose or fell.
fn direction(before: &Figure, now: &Figure) -> &'static str {
    match (before, now) {
        (Figure::Number(before), Figure::Number(now)) if now.rank > before.rank => "▲",
        (Figure::Number(before), Figure::Number(now)) if now.rank < before.rank => "▼",
        _ => "→",
    }
}
