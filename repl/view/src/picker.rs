//! A choice among types: only objects of the chosen one are listed.

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use crate::canvas::{Area, Canvas};
use crate::entry::Entry;
use crate::host::Host;
use crate::overlay::{Answer, Overlay, frame, seen_rows, select};
use crate::panels::Action;
use crate::snapshot::Snapshot;
use crate::text;
use crate::theme::Role;

/// Columns of the box.
const WIDTH: u16 = 44;

/// The first row: no filter.
const ALL: &str = "all types";

/// A choice among types.
#[derive(Debug)]
pub(crate) struct TypePicker {
    /// Names of types, and how many objects of each there are.
    types: Vec<(String, usize)>,
    query: Entry,
    selected: usize,
}

impl TypePicker {
    pub(crate) fn new(types: Vec<(String, usize)>) -> Self {
        TypePicker {
            types,
            query: Entry::default(),
            selected: 0,
        }
    }

    /// The rows that what is typed leaves: nothing stands for all types.
    fn rows(&self) -> Vec<Option<&(String, usize)>> {
        let query = self.query.text().to_lowercase();
        let matching = self
            .types
            .iter()
            .filter(|(name, _)| name.to_lowercase().contains(&query));
        let all = query.is_empty().then_some(None);
        all.into_iter().chain(matching.map(Some)).collect()
    }
}

impl Overlay for TypePicker {
    fn entry(&mut self) -> Option<&mut Entry> {
        Some(&mut self.query)
    }

    fn key(&mut self, key: KeyEvent, _: &mut dyn Host) -> Answer {
        let last = self.rows().len().saturating_sub(1);
        match key.code {
            KeyCode::Esc => return Answer::Closes,
            KeyCode::Up => self.selected = self.selected.saturating_sub(1),
            KeyCode::Down => self.selected = (self.selected + 1).min(last),
            KeyCode::Enter => {
                let rows = self.rows();
                return match rows.get(self.selected) {
                    Some(row) => {
                        let name = row.map(|(name, _)| name.clone());
                        Answer::ClosesWith(Action::OnlyType(name))
                    }
                    None => Answer::Stays,
                };
            }
            _ if self.query.key(key) => self.selected = 0,
            _ => {}
        }
        Answer::Stays
    }

    fn draw(&self, canvas: &mut Canvas, body: Area, _: &Snapshot) {
        let height = (self.types.len() as u16 + 4).min(body.height);
        let inside = frame(
            canvas,
            body,
            [WIDTH, height],
            &format!("Type  {}", self.query.shown(20)),
        );
        let rows = self.rows();
        let room = usize::from(inside.height.saturating_sub(1));
        let first = (self.selected + 1).saturating_sub(room);
        for ((index, row), y) in rows
            .iter()
            .enumerate()
            .skip(first)
            .take(room)
            .zip(inside.y..)
        {
            let (name, count) = match row {
                Some((name, count)) => (name.as_str(), count.to_string()),
                None => (ALL, String::new()),
            };
            let room = usize::from(inside.width).saturating_sub(9);
            canvas.put(
                inside.x + 2,
                y,
                text::cut_end(name, room).into_owned(),
                Role::Text,
            );
            canvas.put_before(inside.right(), y, count, Role::Dim);
            if index == self.selected {
                select(canvas, inside, y);
            }
        }
        seen_rows(
            canvas,
            inside,
            first,
            room.min(rows.len().saturating_sub(first)),
            rows.len(),
        );
        let keys = text::cut_end("Enter only these  letters search  Esc", inside.width.into());
        canvas.put(inside.x, inside.bottom() - 1, keys.into_owned(), Role::Dim);
    }

    fn bar(&self) -> &'static [[&'static str; 2]] {
        &[
            ["Enter", "only these"],
            ["letters", "search"],
            ["Esc", "close"],
        ]
    }
}
