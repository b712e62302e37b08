//! Some of several bits.

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use super::{Common, foot_lines, found};
use crate::canvas::{Area, Canvas};
use crate::edit::{Form, Input, Named, Place};
use crate::entry::Entry;
use crate::host::Host;
use crate::overlay::{Answer, Overlay, frame};
use crate::snapshot::Snapshot;
use crate::theme::Role;

/// The dialog of some of several bits. Bits without a name are kept.
#[derive(Debug)]
pub(super) struct Flags {
    common: Common,
    names: Vec<Named>,
    now: i128,
    new: i128,
    /// What of the names is typed: only those that have it are listed.
    query: Entry,
    selected: usize,
}

impl Flags {
    pub(super) fn new(place: Place, mut form: Form) -> Self {
        let input = std::mem::replace(&mut form.input, Input::Typed);
        let names = match input {
            Input::Bits(names) => names,
            _ => Vec::new(),
        };
        let now = form.text.parse().unwrap_or(0);
        Flags {
            common: Common::new(place, form),
            names,
            now,
            new: now,
            query: Entry::default(),
            selected: 0,
        }
    }

    fn has(&self, named: &Named) -> bool {
        named.number != 0 && self.new & named.number == named.number
    }

    /// The names that are listed.
    fn rows(&self) -> Vec<&Named> {
        found(&self.names, &self.query)
    }

    fn turn(&mut self) {
        let rows = self.rows();
        let Some(named) = rows.get(self.selected) else {
            return;
        };
        self.new = match self.has(named) {
            true => self.new & !named.number,
            false => self.new | named.number,
        };
    }

    /// The bits that no name covers.
    fn unnamed(&self) -> i128 {
        let named = self.names.iter().fold(0, |bits, named| bits | named.number);
        self.new & !named
    }
}

/// `bit 3`, or `bits 0x6` of a name for several.
fn bits(number: i128) -> String {
    match number.count_ones() {
        1 => format!("bit {}", number.trailing_zeros()),
        _ => format!("bits 0x{number:x}"),
    }
}

impl Overlay for Flags {
    fn entry(&mut self) -> Option<&mut Entry> {
        Some(&mut self.query)
    }

    fn key(&mut self, key: KeyEvent, host: &mut dyn Host) -> Answer {
        let last = self.rows().len().saturating_sub(1);
        self.common.refused = None;
        match key.code {
            KeyCode::Esc => return Answer::Closes,
            KeyCode::Up => self.selected = self.selected.saturating_sub(1),
            KeyCode::Down => self.selected = (self.selected + 1).min(last),
            KeyCode::Home => self.selected = 0,
            KeyCode::End => self.selected = last,
            KeyCode::Char(' ') => self.turn(),
            KeyCode::Enter => {
                let text = self.new.to_string();
                if self.common.write(host, &text) {
                    return Answer::Closes;
                }
            }
            _ if self.query.key(key) => self.selected = 0,
            _ => {}
        }
        Answer::Stays
    }

    fn over_fields(&self) -> Option<u16> {
        Some(self.common.list_width())
    }

    fn draw(&self, canvas: &mut Canvas, body: Area, _: &Snapshot) {
        let common = &self.common;
        let height = (self.names.len() as u16 + 5).min(body.height);
        let inside = frame(
            canvas,
            body,
            [common.list_width(), height],
            &common.searched(&self.query),
        );
        let foot = foot_lines(inside.height, 3);
        let room = usize::from(inside.height - foot);
        let lines = self.rows().into_iter().map(|named| {
            let mark = if self.has(named) { "[x]" } else { "[ ]" };
            format!("{mark} {:<14} {}", named.name, bits(named.number))
        });
        common.list(canvas, inside, room, self.selected, lines);
        let (new, now) = (self.new, self.now);
        let unnamed = match self.unnamed() {
            0 => String::new(),
            bits => format!("  without a name 0x{bits:x}"),
        };
        let line = format!("new {new} (0x{new:x})  now {now} (0x{now:x}){unnamed}");
        if foot == 3 {
            common.line(canvas, inside, room as u16, &line, Role::Text);
        }
        common.foot(canvas, inside, foot, "Space toggle  Enter write  Esc");
    }

    fn bar(&self) -> &'static [[&'static str; 2]] {
        &[
            ["Space", "toggle"],
            ["Enter", "write"],
            ["letters", "search"],
            ["Esc", "cancel"],
        ]
    }
}
