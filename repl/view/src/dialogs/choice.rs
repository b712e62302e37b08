//! One of several names: the values of an enum, the two of a bool.

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use super::{Common, MOST, foot_lines};
use crate::canvas::{Area, Canvas};
use crate::edit::{Form, Input, Named, Place};
use crate::host::Host;
use crate::overlay::{Answer, Overlay, frame};
use crate::snapshot::Snapshot;
use crate::text;

/// The dialog of one of several names.
#[derive(Debug)]
pub(super) struct Choice {
    common: Common,
    names: Vec<Named>,
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
            selected: at.unwrap_or(0),
        }
    }
}

impl Overlay for Choice {
    fn key(&mut self, key: KeyEvent, host: &mut dyn Host) -> Answer {
        let last = self.names.len().saturating_sub(1);
        self.common.refused = None;
        match key.code {
            KeyCode::Esc | KeyCode::Char('q') => return Answer::Closes,
            KeyCode::Up | KeyCode::Char('k') => self.selected = self.selected.saturating_sub(1),
            KeyCode::Down | KeyCode::Char('j') => self.selected = (self.selected + 1).min(last),
            KeyCode::Home | KeyCode::Char('g') => self.selected = 0,
            KeyCode::End | KeyCode::Char('G') => self.selected = last,
            KeyCode::Enter => {
                let number = self
                    .names
                    .get(self.selected)
                    .map(|named| named.number.to_string());
                let is_done = number.is_none_or(|number| self.common.write(host, &number));
                if is_done {
                    return Answer::Closes;
                }
            }
            _ => {}
        }
        Answer::Stays
    }

    fn over_fields(&self) -> Option<u16> {
        Some(self.common.width().min(MOST))
    }

    fn draw(&self, canvas: &mut Canvas, body: Area, _: &Snapshot) {
        let common = &self.common;
        let height = (self.names.len() as u16 + 4).min(body.height);
        let inside = frame(
            canvas,
            body,
            [common.width().min(MOST), height],
            &common.form.title,
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
        let lines = self.names.iter().map(line);
        common.list(canvas, inside, room, self.selected, lines);
        common.foot(canvas, inside, foot, "Enter write  ↑↓ choose  Esc");
    }

    fn bar(&self) -> &'static [[&'static str; 2]] {
        &[["Enter", "write"], ["↑↓", "choose"], ["Esc", "cancel"]]
    }
}
