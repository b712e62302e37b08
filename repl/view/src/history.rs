//! The changes of something that is watched, the newest first: a list that goes on while its first row is selected, and
//! stands still while another one is.

use std::time::Duration;

use memglass_value::format::Figure;
use ratatui::crossterm::event::KeyEvent;

use crate::canvas::{Area, Canvas};
use crate::host::Host;
use crate::interest::{HistoryInterest, Window};
use crate::keymap::Keymap;
use crate::keys::{Command, Place};
use crate::overlay::{Answer, Overlay, frame, seen_rows, select};
use crate::panels::{Action, moved};
use crate::snapshot::{ChangeRow, History as Changes, Snapshot};
use crate::text;
use crate::theme::Role;

/// Columns of the box, and the most of its rows.
const WIDTH: u16 = 64;
const HEIGHT: u16 = 24;

/// Rows besides those of changes: headers and keys.
const AROUND: u16 = 2;

/// Columns of a time, with a gap behind it.
const TIME: u16 = 14;

/// Columns of a number before its point and behind it, beside the number by which it changed.
const WHOLE: u16 = 15;
const FRACTION: u16 = 7;

/// Without so many columns there are none for changes: the mark of the selected row, a time, a value and a change.
const WITH_CHANGES: u16 = 2 + TIME + 2 * (WHOLE + FRACTION);

/// Without so many there are none for times.
const WITH_TIMES: u16 = 2 + TIME + FRACTION + 5;

/// The list of changes.
#[derive(Debug)]
pub(crate) struct History {
    watch: usize,
    keymap: Keymap,
    window: Window,
    total: usize,
    /// The newest change that is listed, and the selected one.
    newest: Option<Duration>,
    selected: Option<Duration>,
    /// Up to when changes are listed, while the list stands still.
    until: Option<Duration>,
}

impl History {
    /// The changes of one of the watches, with keys as in its panel.
    pub(crate) fn new(watch: usize, keymap: Keymap) -> Self {
        History {
            watch,
            keymap,
            window: Window::default(),
            total: 0,
            newest: None,
            selected: None,
            until: None,
        }
    }

    /// Moves the selected row. Rows stay under it until it is the first again.
    fn step(&mut self, command: Command) {
        if moved(&mut self.window, command, self.total) {
            self.until = match self.window.selected {
                0 => None,
                _ => self.until.or(self.newest),
            };
        }
    }
}

impl Overlay for History {
    fn key(&mut self, key: KeyEvent, _: &mut dyn Host) -> Answer {
        match self.keymap.command(key, Place::Watch) {
            Some(Command::Escape | Command::Quit) => return Answer::Closes,
            Some(Command::Enter) => {
                return match self.selected {
                    Some(moment) => Answer::ClosesWith(Action::GoTo(moment)),
                    None => Answer::Stays,
                };
            }
            Some(Command::Pause) => {
                self.until = match self.until {
                    Some(_) => None,
                    None => self.newest,
                };
            }
            Some(Command::Earlier) => self.step(Command::Down),
            Some(Command::Later) => self.step(Command::Up),
            Some(command) => self.step(command),
            None => {}
        }
        Answer::Stays
    }

    fn history(&self, body: Area) -> Option<HistoryInterest> {
        let inside = body.height.min(HEIGHT).saturating_sub(2);
        Some(HistoryInterest {
            watch: self.watch,
            window: Window {
                height: (inside - around(inside)).into(),
                ..self.window
            },
            until: self.until,
        })
    }

    fn take(&mut self, snapshot: &Snapshot) {
        let history = &snapshot.history;
        self.window.selected = history.selected;
        self.window.first = history.first;
        self.window.height = history.rows.len();
        self.total = history.total;
        self.newest = history.newest;
        let row = history.selected.checked_sub(history.first);
        let row = row.and_then(|row| history.rows.get(row));
        self.selected = row.map(|row| row.at);
    }

    fn draw(&self, canvas: &mut Canvas, body: Area, snapshot: &Snapshot) {
        let history = &snapshot.history;
        let size = [WIDTH, body.height.min(HEIGHT)];
        let inside = frame(canvas, body, size, &title(history, body.width.min(WIDTH)));
        let around = around(inside.height);
        let room = inside.height - around;
        let columns = Columns::of(inside);
        let is_of_numbers = |row: &ChangeRow| matches!(row.value, Figure::Number(_));
        if around > 0 {
            columns.header(canvas, inside, history.rows.iter().any(is_of_numbers));
        }
        let top = inside.y + around.min(1);
        let rows = history.rows.iter().take(room.into());
        for ((index, row), y) in rows.enumerate().zip(top..) {
            columns.row(canvas, inside, y, row);
            if history.first + index == history.selected {
                select(canvas, inside, y);
            }
        }
        if history.rows.is_empty() {
            canvas.put(inside.x + 2, top, "Nothing yet.", Role::Dim);
        }
        let seen = history.rows.len().min(room.into());
        seen_rows(canvas, inside, history.first, seen, history.total);
        let keys = match self.until {
            Some(_) => "‖ stands still: g goes on  Enter as it was then  Esc",
            None => "Enter as it was then  Esc",
        };
        if around > 0 {
            let keys = text::cut_end(keys, inside.width.into()).into_owned();
            canvas.put(inside.x, inside.bottom() - 1, keys, Role::Dim);
        }
    }

    fn bar(&self) -> &'static [[&'static str; 2]] {
        &[
            ["↑↓", "earlier, later"],
            ["g", "newest"],
            ["p", "stand still"],
            ["Enter", "as it was then"],
            ["Esc", "close"],
        ]
    }
}

/// Rows of headers and keys, where so few rows leave room for them.
fn around(inside: u16) -> u16 {
    if inside > AROUND { AROUND } else { 0 }
}

fn title(history: &Changes, width: u16) -> String {
    let room = usize::from(width.saturating_sub(6));
    text::cut_middle(&history.name, room).into_owned()
}

/// Where the columns are.
#[derive(Clone, Copy, Debug)]
struct Columns {
    /// Left out where a value has no room beside it.
    time: Option<u16>,
    value: u16,
    /// Where whole numbers end, and what stands behind their point.
    whole_end: u16,
    fraction: u16,
    /// Where whole numbers of the change end.
    change_end: Option<u16>,
}

impl Columns {
    fn of(inside: Area) -> Columns {
        let first = inside.x + 2;
        let has_times = inside.width >= WITH_TIMES;
        let value = first + if has_times { TIME } else { 0 };
        let has_changes = inside.width >= WITH_CHANGES;
        let whole_end = match has_changes {
            true => value + WHOLE,
            false => inside.right().saturating_sub(FRACTION).max(value),
        };
        Columns {
            time: has_times.then_some(first),
            value,
            whole_end,
            fraction: FRACTION,
            change_end: has_changes.then(|| whole_end + FRACTION + WHOLE),
        }
    }

    fn header(self, canvas: &mut Canvas, inside: Area, is_of_numbers: bool) {
        let y = inside.y;
        if let Some(time) = self.time {
            canvas.put(time, y, "seen", Role::Dim);
        }
        if !is_of_numbers {
            let room = inside.right().saturating_sub(self.value);
            let value = text::cut_end("value", room.into()).into_owned();
            return canvas.put(self.value, y, value, Role::Dim);
        }
        canvas.put_before(self.whole_end, y, "value".into(), Role::Dim);
        if let Some(end) = self.change_end {
            canvas.put_before(end, y, "change".into(), Role::Dim);
        }
    }

    fn row(self, canvas: &mut Canvas, inside: Area, y: u16, row: &ChangeRow) {
        if let Some(time) = self.time {
            canvas.put(time, y, row.time.clone(), Role::Dim);
        }
        let room = usize::from(inside.right().saturating_sub(self.value));
        match &row.value {
            Figure::Nothing => {
                canvas.put(self.value, y, text::cut_end("no value", room), Role::Dim)
            }
            Figure::Number(_) => self.number(canvas, self.whole_end, y, &row.value, Role::Text),
            other => {
                let text = text::cut_end(&other.plain(), room).into_owned();
                canvas.put(self.value, y, text, Role::Text);
            }
        }
        if let Some(end) = self.change_end {
            self.number(canvas, end, y, &row.change, Role::Dim);
        }
    }

    fn number(self, canvas: &mut Canvas, end: u16, y: u16, figure: &Figure, role: Role) {
        if let Figure::Number(digits) = figure {
            let whole = usize::from(self.whole_end - self.value);
            let (whole, fraction) = digits.fitted(whole, self.fraction.into());
            canvas.put_before(end, y, whole, role);
            canvas.put(end, y, fraction, role);
        }
    }
}
