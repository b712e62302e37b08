//! One of several names: the values of an enum, the two of a bool.

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use super::{Common, foot_lines, found};
use crate::canvas::{Area, Canvas};
use crate::edit::{Form, Input, Named, Place};
use crate::entry::Entry;
use crate::host::Host;
use crate::overlay::{Answer, Overlay, frame};
use crate::snapshot::Snapshot;
use crate::text;

/// The dialog of one of several names.
#[derive(Debug)]
pub(super) struct Choice {
    common: Common,
    names: Vec<Named>,
    /// What of the names is typed: only those that have it are listed.
    query: Entry,
    selected: usize,
}

impl Choice {
    pub(super) fn new(place: Place, mut form: Form) -> Self {
        let input = std::mem::replace(&mut form.input, Input::Typed);
        let mut names = match input {
            Input::Choice(names) => names,
            _ => Vec::new(),
        };
        let now = form.text.parse::<i128>().ok();
        let at = names.iter().position(|named| Some(named.number) == now);
        if let (None, Some(number)) = (at, now) {
            let name = "no name".into();
            names.insert(0, Named { name, number });
        }
        Choice {
            common: Common::new(place, form),
            names,
            query: Entry::default(),
            selected: at.unwrap_or(0),
        }
    }

    /// The names that are listed.
    fn rows(&self) -> Vec<&Named> {
        found(&self.names, &self.query)
    }
}

impl Overlay for Choice {
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
            KeyCode::Enter => {
                let chosen = self.rows().get(self.selected).map(|named| named.number);
                if chosen.is_some_and(|number| self.common.write(host, &number.to_string())) {
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
        let height = (self.names.len() as u16 + 4).min(body.height);
        let inside = frame(
            canvas,
            body,
            [common.list_width(), height],
            &common.searched(&self.query),
        );
        let foot = foot_lines(inside.height, 2);
        let room = usize::from(inside.height - foot);
        let now = common.form.text.parse::<i128>().ok();
        let widest = self
            .names
            .iter()
            .map(|named| text::width(&named.name))
            .max();
        let widest = widest.unwrap_or(0);
        let line = |named: &Named| {
            let is_now = Some(named.number) == now;
            let mark = if is_now { "●" } else { "○" };
            let pad = widest - text::width(&named.name);
            let line = format!(
                "{mark} {}{}  {:>3}",
                named.name,
                " ".repeat(pad),
                named.number
            );
            if is_now { format!("{line}  now") } else { line }
        };
        let lines = self.rows().into_iter().map(line);
        common.list(canvas, inside, room, self.selected, lines);
        common.foot(canvas, inside, foot, "Enter write  letters search  Esc");
    }

    fn bar(&self) -> &'static [[&'static str; 2]] {
        &[["Enter", "write"], ["letters", "search"], ["Esc", "cancel"]]
    }
}
