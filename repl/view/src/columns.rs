//! The dialog of the list's columns: which are shown, and by which the list is sorted.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::canvas::{Area, Canvas};
use crate::host::Host;
use crate::overlay::{Answer, Overlay, frame, select};
use crate::panels::Action;
use crate::panels::list_columns::ListColumns;
use crate::snapshot::Snapshot;
use crate::text;
use crate::theme::Role;

/// Columns of the box.
const WIDTH: u16 = 52;

/// The dialog.
#[derive(Debug)]
pub(crate) struct ColumnsDialog {
    columns: ListColumns,
    selected: usize,
}

impl ColumnsDialog {
    /// The dialog with the column selected by which the list is sorted.
    pub(crate) fn new(columns: ListColumns) -> Self {
        ColumnsDialog {
            selected: columns.sorted_row(),
            columns,
        }
    }

    /// The dialog with the last column selected.
    pub(crate) fn at_last(columns: ListColumns) -> Self {
        ColumnsDialog {
            selected: columns.all.len() - 1,
            columns,
        }
    }

    fn changed(&self) -> Answer {
        Answer::Asks(Action::SetColumns(self.columns.clone()))
    }

    fn line(&self, row: usize) -> String {
        let column = &self.columns.all[row];
        let shown = if column.is_shown { "x" } else { " " };
        let text = column.what.text();
        match row == self.columns.sorted_row() {
            true => format!("[{shown}] {text}  {} sorted", arrow(&self.columns)),
            false => format!("[{shown}] {text}"),
        }
    }
}

fn arrow(columns: &ListColumns) -> &'static str {
    match columns.sort.is_descending {
        true => "▼",
        false => "▲",
    }
}

impl Overlay for ColumnsDialog {
    fn key(&mut self, key: KeyEvent, _: &mut dyn Host) -> Answer {
        let last = self.columns.all.len() - 1;
        match key.code {
            KeyCode::Esc => return Answer::Closes,
            KeyCode::Up => self.selected = self.selected.saturating_sub(1),
            KeyCode::Down => self.selected = (self.selected + 1).min(last),
            KeyCode::Home => self.selected = 0,
            KeyCode::End => self.selected = last,
            KeyCode::Enter => {
                self.columns.sort_by(self.selected);
                return Answer::ClosesWith(Action::SetColumns(self.columns.clone()));
            }
            KeyCode::Char(' ') => {
                self.columns.toggle(self.selected);
                return self.changed();
            }
            KeyCode::Delete => {
                self.columns.remove(self.selected);
                self.selected = self.selected.min(self.columns.all.len() - 1);
                return self.changed();
            }
            KeyCode::Left | KeyCode::Right => {
                let step = if key.code == KeyCode::Left { -1 } else { 1 };
                self.selected = self.columns.shift(self.selected, step);
                return self.changed();
            }
            // What is typed is the text of another column.
            KeyCode::Char(c) if key.modifiers.difference(KeyModifiers::SHIFT).is_empty() => {
                return Answer::Asks(Action::TypeColumn(c));
            }
            _ => {}
        }
        Answer::Stays
    }

    fn draw(&self, canvas: &mut Canvas, body: Area, _: &Snapshot) {
        let height = (self.columns.all.len() as u16 + 3).min(body.height);
        let inside = frame(canvas, body, [WIDTH, height], "Columns");
        let room = usize::from(inside.height.saturating_sub(1));
        let first = (self.selected + 1).saturating_sub(room);
        let width = usize::from(inside.width.saturating_sub(2));
        let rows = first..self.columns.all.len().min(first + room);
        for (row, y) in rows.zip(inside.y..) {
            let line = text::cut_end(&self.line(row), width).into_owned();
            canvas.put(inside.x + 2, y, line, Role::Text);
            if row == self.selected {
                select(canvas, inside, y);
            }
        }
        let keys = match self.columns.all[self.selected].what.is_pinned() {
            true => "Space show  ←→ move  Del drop  Enter sort",
            false => "letters add  Enter sort  Space show  Esc",
        };
        let keys = text::cut_end(keys, inside.width.into()).into_owned();
        canvas.put(inside.x, inside.bottom() - 1, keys, Role::Dim);
    }

    fn bar(&self) -> &'static [[&'static str; 2]] {
        match self.columns.all[self.selected].what.is_pinned() {
            true => &[
                ["Enter", "sort"],
                ["Space", "show"],
                ["←→", "move"],
                ["Del", "drop"],
                ["letters", "add"],
                ["Esc", "close"],
            ],
            false => &[
                ["Enter", "sort"],
                ["Space", "show"],
                ["letters", "add"],
                ["Esc", "close"],
            ],
        }
    }
}
