//! What the mouse asks for: a click selects, another one acts, and the wheel moves what is under it.

use ratatui::crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use super::{App, Next};
use crate::host::Host;
use crate::keys::{Command, Place};
use crate::layout::Layout;

/// Rows that a turn of the wheel moves.
const WHEEL: usize = 3;

impl App {
    /// Does what the mouse asks for.
    pub(crate) fn mouse(&mut self, mouse: MouseEvent, host: &mut dyn Host) -> Next {
        let layout = self.layout();
        if !self.overlays.is_empty() {
            return Next::Stay;
        }
        let Some(place) = layout.panel_at(mouse.column, mouse.row) else {
            return Next::Stay;
        };
        match mouse.kind {
            MouseEventKind::Down(MouseButton::Left) => self.click(&layout, place, mouse, host),
            MouseEventKind::ScrollUp => self.wheel(place, Command::Up),
            MouseEventKind::ScrollDown => self.wheel(place, Command::Down),
            _ => {}
        }
        Next::Stay
    }

    fn click(&mut self, layout: &Layout, place: Place, mouse: MouseEvent, host: &mut dyn Host) {
        let had_focus = self.focus == place;
        self.focus = place;
        let area = layout.area(place).unwrap_or_default();
        let has_header = layout.has_headers() && matches!(place, Place::Objects | Place::Fields);
        let first = area.y + 1 + u16::from(has_header);
        let Some(line) = mouse.row.checked_sub(first) else {
            return;
        };
        let was_selected = match place {
            Place::Objects => self.objects.click(line, &self.snapshot),
            Place::Fields if self.shows_hex => false,
            Place::Fields => self.fields.click(line, &self.snapshot),
            Place::Watch => self.watch.click(line, &self.snapshot),
            Place::Log | Place::Memory => false,
        };
        if was_selected && had_focus {
            self.command(Command::Enter, host);
        }
    }

    fn wheel(&mut self, place: Place, command: Command) {
        for _ in 0..WHEEL {
            self.in_panel(place, command);
        }
    }
}
