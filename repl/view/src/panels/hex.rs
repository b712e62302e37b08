//! The bytes of the selected object: neighbouring fields differ, what changed is bright.

use std::collections::HashMap;
use std::time::Duration;

use super::{Action, Frame, Handled, News, moved};
use crate::canvas::{Area, Canvas};
use crate::interest::{HexInterest, Window};
use crate::keys::{Command, Place};
use crate::rules::Rule;
use crate::snapshot::{HexByte, HexRow, Key, Snapshot};
use crate::text;
use crate::theme::Role;

/// Bytes in a row, by what fits.
const ROWS: [usize; 3] = [16, 8, 4];

/// The bytes of an object.
#[derive(Debug, Default)]
pub(crate) struct HexPanel {
    window: Window,
    key: Option<Key>,
    seen: HashMap<usize, Seen>,
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    byte: u8,
    changed: Option<Duration>,
}

impl HexPanel {
    /// Which rows it will show in this area.
    pub(crate) fn interest(&self, area: Area) -> HexInterest {
        HexInterest {
            window: Window {
                height: Self::height(area),
                ..self.window
            },
            row_bytes: row_bytes(area),
        }
    }

    /// Between the rule and the line that names fields.
    fn height(area: Area) -> usize {
        usize::from(area.height.saturating_sub(3))
    }

    /// Takes in a snapshot. Another object begins at its first row: false if the snapshot has other rows of it.
    pub(crate) fn take(&mut self, snapshot: &Snapshot, area: Area) -> bool {
        let hex = &snapshot.hex;
        let key = snapshot.fields.object.as_ref().map(|object| object.key);
        if key != self.key {
            *self = HexPanel {
                key,
                ..HexPanel::default()
            };
            if hex.selected > 0 {
                return false;
            }
        }
        self.window = Window {
            selected: hex.selected,
            first: hex.first,
            height: Self::height(area),
        };
        for row in hex.rows.iter().filter(|_| !snapshot.is_frozen) {
            for (byte, at) in row.bytes.iter().zip(row.offset..) {
                self.see(*byte, at, snapshot.at);
            }
        }
        true
    }

    fn see(&mut self, byte: HexByte, at: usize, now: Duration) {
        let Some(byte) = byte.value else { return };
        let first = Seen {
            byte,
            changed: None,
        };
        let seen = self.seen.entry(at).or_insert(first);
        if seen.byte != byte {
            *seen = Seen {
                byte,
                changed: Some(now),
            };
        }
    }

    pub(crate) fn act(&mut self, command: Command, snapshot: &Snapshot) -> Handled {
        if moved(&mut self.window, command, snapshot.hex.total) {
            return Handled::Consumed(None);
        }
        match command {
            Command::Left => Handled::Consumed(Some(Action::Focus(Place::Objects))),
            _ => Handled::Ignored,
        }
    }

    pub(crate) fn rule(&self, frame: Frame<'_>, fields: Rule) -> Rule {
        let key = frame.keymap.shown(Command::Hex);
        let key = key.map_or(String::new(), |key| format!("{key} fields"));
        let hex = &frame.snapshot.hex;
        let note = match hex.is_consistent || hex.reason.is_some() {
            true => key,
            false => format!("read at different moments   {key}"),
        };
        Rule { note, ..fields }
    }

    pub(crate) fn draw(&self, canvas: &mut Canvas, area: Area, frame: Frame<'_>) {
        let hex = &frame.snapshot.hex;
        if let Some(reason) = &hex.reason {
            let room = usize::from(area.width.saturating_sub(3));
            let line = text::cut_end(reason, room).into_owned();
            return canvas.put(area.x + 2, area.y + 1, line, Role::Dim);
        }
        let room = Self::height(area);
        for ((index, row), y) in hex.rows.iter().take(room).enumerate().zip(area.y + 1..) {
            self.draw_row(canvas, area.x, y, row, row_bytes(area), frame);
            if hex.first + index == self.window.selected {
                let role = if frame.is_focused {
                    Role::Accent
                } else {
                    Role::Rule
                };
                canvas.put(area.x, y, "▌", role);
                draw_names(canvas, area, row);
            }
        }
    }

    fn draw_row(
        &self,
        canvas: &mut Canvas,
        x: u16,
        y: u16,
        row: &HexRow,
        width: usize,
        frame: Frame<'_>,
    ) {
        canvas.put(x + 2, y, format!("{:04x}", row.offset), Role::Dim);
        let text_at = x + 8 + hex_width(width);
        for (index, byte) in row.bytes.iter().enumerate() {
            let gap = u16::from(index >= 8);
            let (hex, character) = match byte.value {
                Some(value) => (format!("{value:02x}"), character(value)),
                None => ("--".into(), "·".to_owned()),
            };
            let role = self.role(*byte, row.offset + index, frame);
            canvas.put(x + 8 + index as u16 * 3 + gap, y, hex, role);
            canvas.put(text_at + index as u16 + gap, y, character, role);
        }
    }

    fn role(&self, byte: HexByte, at: usize, frame: Frame<'_>) -> Role {
        let changed = self.seen.get(&at).and_then(|seen| seen.changed);
        let news = changed.map_or(News::Old, |at| frame.news(at));
        match (news, byte.value) {
            (_, None) => Role::Rule,
            (News::Now, _) => Role::News,
            (News::Lately, _) => Role::Accent,
            _ if byte.is_odd_field => Role::Dim,
            _ => Role::Text,
        }
    }
}

/// The fields of a row, on the last line.
fn draw_names(canvas: &mut Canvas, area: Area, row: &HexRow) {
    let end = row.offset + row.bytes.len().saturating_sub(1);
    let line = format!(
        "{:04x}…{end:04x}  {}   -- is no value",
        row.offset, row.names
    );
    let room = usize::from(area.width.saturating_sub(3));
    let line = text::cut_end(&line, room).into_owned();
    canvas.put(area.x + 2, area.bottom() - 1, line, Role::Dim);
}

fn row_bytes(area: Area) -> usize {
    let fits = |bytes: &usize| 8 + usize::from(hex_width(*bytes)) + bytes + 2 <= area.width.into();
    ROWS.into_iter().find(fits).unwrap_or(ROWS[2])
}

/// Columns of the bytes of a row, with what follows them.
fn hex_width(bytes: usize) -> u16 {
    (3 * bytes + usize::from(bytes > 8) + 1) as u16
}

fn character(byte: u8) -> String {
    match byte.is_ascii_graphic() || byte == b' ' {
        true => char::from(byte).to_string(),
        false => "·".into(),
    }
}
