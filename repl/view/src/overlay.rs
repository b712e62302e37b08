//! What lies over the panels and has the keys while it is there.

use std::fmt::Debug;

use ratatui::crossterm::event::KeyEvent;

use crate::canvas::{Area, Canvas};
use crate::entry::Entry;
use crate::host::Host;
use crate::interest::HistoryInterest;
use crate::keys::Binding;
use crate::panels::Action;
use crate::snapshot::Snapshot;
use crate::text;
use crate::theme::Role;

/// Something over the panels.
pub(crate) trait Overlay: Debug {
    /// Does what a key means in it.
    fn key(&mut self, key: KeyEvent, host: &mut dyn Host) -> Answer;

    /// The line of text that is typed in it.
    fn entry(&mut self) -> Option<&mut Entry> {
        None
    }

    /// Whether the text may have several lines, which only a paste brings.
    fn takes_lines(&self) -> bool {
        false
    }

    /// The changes that it shows, in this area.
    fn history(&self, _: Area) -> Option<HistoryInterest> {
        None
    }

    /// Takes in a snapshot.
    fn take(&mut self, _: &Snapshot) {}

    /// Columns that it needs, if it is about a field: with so many it stands among the fields.
    fn over_fields(&self) -> Option<u16> {
        None
    }

    /// Draws it over the panels, which are in `body`.
    fn draw(&self, canvas: &mut Canvas, body: Area, snapshot: &Snapshot);

    /// Its keys and their words.
    fn bar(&self) -> &'static [[&'static str; 2]];
}

/// What becomes of an overlay after a key.
#[derive(Debug)]
pub(crate) enum Answer {
    /// It stays.
    Stays,
    /// It closes.
    Closes,
    /// It stays, and this is to be done.
    Asks(Action),
    /// It closes, and this is to be done.
    ClosesWith(Action),
    /// It closes, and this is to be done as its keys do it.
    Presses(&'static Binding),
}

/// Draws a box with a title in the middle of an area, of this size or as much of it as fits, and gives the area inside.
/// The rows that it covers are blank on both sides: half a value says something else than the whole.
pub(crate) fn frame(canvas: &mut Canvas, body: Area, size: [u16; 2], title: &str) -> Area {
    let area = centred(body, size);
    let Area {
        x,
        y,
        width,
        height,
    } = area;
    canvas.blank(Area { y, height, ..body });
    let line = "─".repeat(usize::from(width.saturating_sub(2)));
    canvas.put(x, y, format!("┌{line}┐"), Role::Accent);
    canvas.put(x, area.bottom() - 1, format!("└{line}┘"), Role::Accent);
    for row in y + 1..area.bottom() - 1 {
        canvas.put(x, row, "│", Role::Accent);
        canvas.put(area.right() - 1, row, "│", Role::Accent);
    }
    let title = text::cut_end(title, usize::from(width.saturating_sub(6)));
    canvas.put(x + 2, y, format!(" {title} "), Role::Text);
    Area {
        x: x + 2,
        y: y + 1,
        width: width.saturating_sub(4),
        height: height.saturating_sub(2),
    }
}

/// Marks the selected row of what is in a box.
pub(crate) fn select(canvas: &mut Canvas, inside: Area, y: u16) {
    canvas.select(Area {
        y,
        height: 1,
        ..inside
    });
    canvas.put(inside.x, y, "▌", Role::Accent);
}

/// Says at the lower edge of a box which of its rows are seen, if not all are.
pub(crate) fn seen_rows(canvas: &mut Canvas, inside: Area, first: usize, seen: usize, all: usize) {
    if seen < all {
        let text = match seen {
            1 => format!(" {} of {all} ", first + 1),
            _ => format!(" {}–{} of {all} ", first + 1, first + seen),
        };
        let end = inside.right() + 1;
        canvas.put_before(end, inside.bottom(), text, Role::Text);
    }
}

fn centred(body: Area, [width, height]: [u16; 2]) -> Area {
    let (width, height) = (width.min(body.width), height.min(body.height));
    Area {
        x: body.x + (body.width - width) / 2,
        y: body.y + (body.height - height) / 2,
        width,
        height,
    }
}
