//! What was done and what happened, the newest first.

use memglass_value::wrap::hanging;

use super::{Frame, Handled, moved};
use crate::canvas::{Area, Canvas};
use crate::interest::{LogInterest, Window};
use crate::keys::Command;
use crate::rules::Rule;
use crate::snapshot::{LogRow, Snapshot};
use crate::text;
use crate::theme::Role;

/// Columns of the time and of the word behind it.
const TIME: u16 = 13;
const WORD: u16 = 8;

/// The list of what happened.
#[derive(Debug, Default)]
pub(crate) struct LogPanel {
    window: Window,
}

impl LogPanel {
    /// Which rows it will show in an area, with room for this many.
    pub(crate) fn interest(&self, area: Option<Area>, height: usize) -> LogInterest {
        LogInterest {
            window: Window {
                height,
                ..self.window
            },
            columns: area.map(|area| area.width.saturating_sub(1 + TIME + WORD + 1)),
        }
    }

    pub(crate) fn take(&mut self, snapshot: &Snapshot, height: usize) {
        self.window = Window {
            selected: snapshot.log.selected,
            first: snapshot.log.first,
            height,
        };
    }

    pub(crate) fn act(&mut self, command: Command, snapshot: &Snapshot) -> Handled {
        match moved(&mut self.window, command, snapshot.log.total) {
            true => Handled::Consumed(None),
            false => Handled::Ignored,
        }
    }

    pub(crate) fn rule(&self, frame: Frame<'_>, note: String) -> Rule {
        Rule {
            title: format!("Log {}", frame.snapshot.log.entries),
            note,
            is_focused: frame.is_focused,
            is_live: frame.is_live,
        }
    }

    pub(crate) fn draw(&self, canvas: &mut Canvas, area: Area, frame: Frame<'_>) {
        let log = &frame.snapshot.log;
        if log.rows.is_empty() {
            let room = usize::from(area.width.saturating_sub(2));
            let lines = hanging("Nothing yet: what you write stands here.", room, 0);
            for (line, y) in lines.lines().zip(area.y + 1..area.bottom()) {
                let line = text::cut_end(line, room).into_owned();
                canvas.put(area.x + 1, y, line, Role::Dim);
            }
        }
        for ((index, row), y) in log.rows.iter().enumerate().zip(area.y + 1..area.bottom()) {
            let line = Area {
                y,
                height: 1,
                ..area
            };
            draw_row(canvas, line, row);
            if frame.is_focused && log.first + index == self.window.selected {
                canvas.select(line);
                canvas.put(area.x, y, "▌", Role::Accent);
            }
        }
    }
}

fn draw_row(canvas: &mut Canvas, area: Area, row: &LogRow) {
    let (x, y) = (area.x + 1, area.y);
    canvas.put(x, y, row.time.clone(), Role::Dim);
    let role = match row.is_bad {
        true => Role::Red,
        false => Role::Dim,
    };
    canvas.put(x + TIME, y, row.word, role);
    let at = x + TIME + WORD;
    let room = usize::from(area.right().saturating_sub(at + 1));
    let half = text::width(&row.text).min(room / 2);
    let note = text::cut_end(&row.note, room - half).into_owned();
    let left = match note.is_empty() {
        true => room,
        false => room.saturating_sub(text::width(&note) + 2),
    };
    canvas.put(
        at,
        y,
        text::cut_end(&row.text, left).into_owned(),
        Role::Text,
    );
    canvas.put_before(area.right().saturating_sub(1), y, note, Role::Dim);
}
