//! The object browser: one row for each object, of any number.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::list_columns::{ListColumns, What};
use super::objects_columns::{Columns, Header, Widest};
use super::{Action, Frame, Handled, News, moved, short_time};
use crate::canvas::{Area, Canvas};
use crate::interest::{Column, ObjectsInterest, Sort, Window};
use crate::keys::{Command, Place};
use crate::rules::{self, Rule};
use crate::snapshot::{Key, ObjectRow, Objects, Snapshot};
use crate::text;
use crate::theme::Role;

/// For so long an object is new.
const NEW: Duration = Duration::from_secs(3);

/// After so much time without a change the next one is news.
const QUIET: Duration = Duration::from_secs(1);

/// The most columns of the name of what the list is sorted by.
const SORTED: usize = 16;

/// The list of objects.
#[derive(Debug, Default)]
pub(crate) struct ObjectsPanel {
    /// The selected object; nothing until the first snapshot.
    key: Option<Key>,
    window: Window,
    find: Arc<str>,
    type_name: Option<Arc<str>>,
    condition: Arc<str>,
    columns: ListColumns,
    widest: Widest,
    seen: HashMap<Key, Seen>,
    /// The first snapshot in a new order: for a while from there the first row is selected, whichever it is, as rates and
    /// large lists are known only a moment later.
    first_since: Option<Duration>,
}

/// There is no snapshot in the new order yet.
const ORDERED_NEXT: Duration = Duration::MAX;

/// By then a new order is known.
const SETTLES: Duration = Duration::from_secs(1);

/// What was seen of an object's changes.
#[derive(Clone, Copy, Debug)]
struct Seen {
    changes: u64,
    /// When it was seen to change last.
    changed: Option<Duration>,
    /// Whether it had been quiet before that.
    was_quiet: bool,
}

impl ObjectsPanel {
    /// Which rows it will show, with room for this many.
    pub(crate) fn interest(&self, height: usize) -> ObjectsInterest {
        ObjectsInterest {
            key: self.key.filter(|_| self.first_since.is_none()),
            window: Window {
                height,
                ..self.window
            },
            find: Arc::clone(&self.find),
            type_name: self.type_name.clone(),
            condition: Arc::clone(&self.condition),
            sort: self.columns.sort.clone(),
            columns: self.columns.pinned().cloned().collect(),
            is_touched: false,
        }
    }

    /// What is looked for in labels.
    pub(crate) fn find(&self) -> &str {
        &self.find
    }

    /// Lists only objects with this in their labels.
    pub(crate) fn set_find(&mut self, find: &str) {
        self.find = find.into();
    }

    /// The condition of the listed objects.
    pub(crate) fn condition(&self) -> &str {
        &self.condition
    }

    /// Lists only objects for which this condition holds.
    pub(crate) fn set_condition(&mut self, condition: &str) {
        self.condition = condition.into();
    }

    /// The columns, and the order.
    pub(crate) fn columns(&self) -> &ListColumns {
        &self.columns
    }

    /// Lists objects with these columns, in this order.
    pub(crate) fn set_columns(&mut self, columns: ListColumns) {
        if columns.sort != self.columns.sort {
            (self.window.first, self.window.selected) = (0, 0);
            self.first_since = Some(ORDERED_NEXT);
        }
        self.columns = columns;
    }

    /// Pins another column.
    pub(crate) fn pin(&mut self, column: Column) {
        self.columns.pin(column);
    }

    /// Lists only objects of this type, or all.
    pub(crate) fn set_type(&mut self, type_name: Option<String>) {
        self.type_name = type_name.map(Arc::from);
    }

    /// Lists all objects.
    pub(crate) fn clear_filters(&mut self) {
        (self.find, self.condition) = ("".into(), "".into());
        self.type_name = None;
    }

    fn is_filtered(&self) -> bool {
        !self.find.is_empty() || !self.condition.is_empty() || self.type_name.is_some()
    }

    /// Selects the row so many rows away.
    pub(crate) fn step(&mut self, rows: i32, snapshot: &Snapshot) {
        let command = if rows < 0 { Command::Up } else { Command::Down };
        for _ in 0..rows.unsigned_abs() {
            self.act(command, snapshot);
        }
    }

    /// Rows that fit into an area.
    pub(crate) fn height(area: Area, has_headers: bool) -> usize {
        usize::from(area.height.saturating_sub(1 + u16::from(has_headers)))
    }

    /// Takes in a snapshot: the cursor follows its object, and what changed is marked.
    pub(crate) fn take(&mut self, snapshot: &Snapshot, height: usize) {
        let objects = &snapshot.objects;
        self.window = Window {
            selected: objects.selected,
            first: objects.first,
            height,
        };
        self.key = objects.current.as_ref().map(|row| row.key);
        self.first_since = match self.first_since {
            Some(ORDERED_NEXT) => Some(snapshot.at),
            since => since.filter(|since| snapshot.at.saturating_sub(*since) < SETTLES),
        };
        for row in &objects.rows {
            for (column, cell) in self.columns.pinned().zip(&row.cells) {
                let width = self.widest.entry(Arc::clone(&column.text)).or_default();
                *width = width.grown(cell);
            }
        }
        let seen = std::mem::take(&mut self.seen);
        let rows = objects.rows.iter();
        self.seen = rows
            .map(|row| (row.key, Seen::next(seen.get(&row.key), row, snapshot.at)))
            .collect();
    }

    pub(crate) fn act(&mut self, command: Command, snapshot: &Snapshot) -> Handled {
        if moved(&mut self.window, command, snapshot.objects.listed) {
            // Before the first snapshot in a new order nobody knows which object that is.
            let is_known = self.first_since.take() != Some(ORDERED_NEXT);
            let row = self.row(snapshot, self.window.selected);
            self.key = row.filter(|_| is_known).map(|row| row.key);
            return Handled::Consumed(None);
        }
        match command {
            Command::Enter | Command::Right => {
                Handled::Consumed(Some(Action::Focus(Place::Fields)))
            }
            _ => Handled::Ignored,
        }
    }

    /// Selects the row at a line of its area; true if it was selected before.
    pub(crate) fn click(&mut self, line: u16, snapshot: &Snapshot) -> bool {
        let index = self.window.first + usize::from(line);
        let Some(row) = self.row(snapshot, index) else {
            return false;
        };
        let was_selected = self.key == Some(row.key);
        self.key = Some(row.key);
        self.first_since = None;
        self.window.selected = index;
        was_selected
    }

    fn row<'s>(&self, snapshot: &'s Snapshot, index: usize) -> Option<&'s ObjectRow> {
        let at = index.checked_sub(snapshot.objects.first)?;
        snapshot.objects.rows.get(at)
    }

    pub(crate) fn rule(&self, area: Area, frame: Frame<'_>) -> Rule {
        let objects = &frame.snapshot.objects;
        let left_out = self.places(area, frame).left_out;
        let title = self.title(objects);
        let order = self.order_beside(&title, area, frame.is_wide);
        let note = match (frame.is_alone, left_out) {
            (true, 0) if self.columns.sort == Sort::default() => self.seen_rows(objects.rows.len()),
            (_, 0) => order,
            (true, more) => format!("{order}  {more} more"),
            (false, more) => {
                let more = zoomed(more, frame);
                let both = [order, self.order(false)].map(|it| format!("{it}  {more}"));
                let mut both = both.into_iter();
                let fitting = both.find(|it| rules::has_room(&title, it, area.width));
                fitting.unwrap_or(more)
            }
        };
        Rule {
            title,
            note,
            is_focused: frame.is_focused,
            is_live: frame.is_live,
        }
    }

    /// The column whose header is at a column of the screen.
    pub(crate) fn header_at(&self, area: Area, x: u16, frame: Frame<'_>) -> What {
        self.places(area, frame).header_at(x, &self.columns)
    }

    /// Sorts by a column; the other way round if the list is sorted by it.
    pub(crate) fn sort_by(&mut self, what: &What) {
        let mut columns = self.columns.clone();
        if let Some(row) = columns.all.iter().position(|column| column.what == *what) {
            columns.sort_by(row);
            self.set_columns(columns);
        }
    }

    /// By what the list is sorted, as long as there is room for it beside a title that tells filters: where it is as
    /// usual, not at all.
    fn order_beside(&self, title: &str, area: Area, is_wide: bool) -> String {
        let order = self.order(is_wide);
        if !self.is_filtered() || rules::has_room(title, &order, area.width) {
            return order;
        }
        let order = self.order(false);
        let is_usual = self.columns.sort == Sort::default();
        match is_usual && !rules::has_room(title, &order, area.width) {
            true => String::new(),
            false => order,
        }
    }

    /// By what the list is sorted.
    fn order(&self, is_wide: bool) -> String {
        let arrow = match self.columns.sort.is_descending {
            true => "↓",
            false => "↑",
        };
        let by = if is_wide { "by " } else { "" };
        let name = text::cut_end(self.columns.sort.by.name(), SORTED);
        format!("{by}{name} {arrow}")
    }

    fn places(&self, area: Area, frame: Frame<'_>) -> Columns {
        let rows = &frame.snapshot.objects.rows;
        let is_wide = frame.is_wide || frame.is_alone;
        let header = match frame.has_headers {
            true => Header::Shown,
            false => Header::None,
        };
        Columns::of(area, rows, is_wide, header, &self.columns, &self.widest)
    }

    /// A filtered list does not look like a whole one.
    fn title(&self, objects: &Objects) -> String {
        if !self.is_filtered() {
            return format!("Objects {}", objects.known);
        }
        let type_name = self.type_name.as_deref().unwrap_or_default();
        let filters = [type_name, &self.find, &self.condition];
        let filters = filters.into_iter().filter(|filter| !filter.is_empty());
        let filters: String = filters.map(|filter| format!(" · {filter}")).collect();
        format!("Objects {}{filters}", counted(objects))
    }

    /// Which rows are on the screen: there is no scroll bar where the list is alone.
    fn seen_rows(&self, rows: usize) -> String {
        let first = self.window.first;
        match rows {
            0 => String::new(),
            rows => format!("{}–{}", first + 1, first + rows),
        }
    }

    /// Draws the rows below the rule.
    pub(crate) fn draw(&self, canvas: &mut Canvas, area: Area, frame: Frame<'_>) {
        let rows = &frame.snapshot.objects.rows;
        let columns = self.places(area, frame);
        let mut y = area.y + 1;
        if frame.has_headers {
            columns.draw_header(canvas, area, y);
            y += 1;
        }
        if rows.is_empty() {
            return self.draw_empty(canvas, area, y, frame);
        }
        for (row, y) in rows.iter().zip(y..area.bottom()) {
            self.draw_row(
                canvas,
                Area {
                    y,
                    height: 1,
                    ..area
                },
                row,
                &columns,
                frame,
            );
        }
    }

    fn draw_row(
        &self,
        canvas: &mut Canvas,
        area: Area,
        row: &ObjectRow,
        columns: &Columns,
        frame: Frame<'_>,
    ) {
        let Area { x, y, .. } = area;
        let is_selected = self.key == Some(row.key);
        let (mark, mark_role) = self.mark(row, frame);
        canvas.put(x + 1, y, mark, mark_role);
        let role = match row.is_gone || row.is_over {
            true => Role::Dim,
            false => Role::Text,
        };
        let label = text::cut_middle(&row.label, columns.label_room()).into_owned();
        canvas.put(x + 2, y, label, role);
        columns.draw_cells(canvas, y, &row.cells, row.is_gone);
        if columns.type_name > 0 {
            let type_name = text::cut_end(&row.type_name, columns.type_name - 1).into_owned();
            canvas.put(columns.type_at, y, type_name, Role::Dim);
        }
        if let Some(end) = columns.age_end {
            let age = match row.is_gone {
                true => "gone".into(),
                false => short_time(row.age),
            };
            canvas.put_before(end, y, age, Role::Dim);
        }
        if let (Some(end), Some(rate), false) = (columns.rate_end, row.rate, row.is_gone)
            && frame.is_live
        {
            canvas.put_before(end, y, rate_text(rate, row.is_least), Role::Text);
        }
        if is_selected && frame.is_focused {
            canvas.select(area);
        }
        if is_selected {
            canvas.put(x, y, "▌", Role::Accent);
        }
    }

    fn draw_empty(&self, canvas: &mut Canvas, area: Area, y: u16, frame: Frame<'_>) {
        let room = usize::from(area.width.saturating_sub(3));
        let lines = match self.is_filtered() {
            true if frame.snapshot.objects.is_counting => {
                ["None yet that match.", "Esc lists all."]
            }
            true => ["None that match.", "Esc lists all."],
            false if frame.snapshot.session.producer.has_ended() => {
                ["None are left.", "The producer destroyed them."]
            }
            false => ["None yet.", "Objects appear as they are made."],
        };
        for (line, y) in lines.into_iter().zip(y..area.bottom()) {
            canvas.put(area.x + 2, y, text::cut_end(line, room), Role::Dim);
        }
    }

    fn mark(&self, row: &ObjectRow, frame: Frame<'_>) -> (&'static str, Role) {
        if row.is_gone {
            return ("×", Role::Dim);
        }
        if row.is_over {
            return ("-", Role::Dim);
        }
        if frame.is_live && row.age < NEW {
            return ("+", Role::Accent);
        }
        let Some(seen) = self.seen.get(&row.key) else {
            return ("", Role::Dim);
        };
        match seen.changed.map(|at| frame.news(at)) {
            None | Some(News::Old) => ("", Role::Dim),
            Some(_) if seen.was_quiet => ("•", Role::Accent),
            Some(_) => ("•", Role::Dim),
        }
    }
}

impl Seen {
    fn next(before: Option<&Seen>, row: &ObjectRow, now: Duration) -> Seen {
        match before {
            None => Seen {
                changes: row.changes,
                changed: None,
                was_quiet: false,
            },
            Some(before) if before.changes == row.changes => *before,
            Some(before) => Seen {
                changes: row.changes,
                changed: Some(now),
                was_quiet: before
                    .changed
                    .is_none_or(|at| now.saturating_sub(at) >= QUIET),
            },
        }
    }
}

/// How many match, as `3 of 21`; `so far` while they are counted.
pub(crate) fn counted(objects: &Objects) -> String {
    let so_far = if objects.is_counting { " so far" } else { "" };
    format!("{} of {}{so_far}", objects.matching, objects.known)
}

/// Changes a second in at most five columns, with a `+` where there may be more.
fn rate_text(rate: f64, is_least: bool) -> String {
    let more = if is_least { "+" } else { "" };
    match rate {
        rate if rate < 0.05 => String::new(),
        rate if rate < 1.0 => format!("{rate:.1}{more}"),
        rate if rate < 99_999.5 => format!("{rate:.0}{more}"),
        rate => format!("{:.0}k{more}", rate / 1000.0),
    }
}
/// How many columns have no room, and the key that gives them some.
fn zoomed(more: usize, frame: Frame<'_>) -> String {
    let key = frame.keymap.shown(Command::Zoom);
    key.map_or(format!("{more} more"), |key| format!("{more} more: {key}"))
}
