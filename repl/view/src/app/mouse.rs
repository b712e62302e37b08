//! What the mouse asks for: a click selects, another one acts, dividers are dragged, and the wheel moves what is
//! under it.

use ratatui::crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use super::{App, Next};
use crate::host::Host;
use crate::keys::{self, Command, Place};
use crate::layout::Layout;
use crate::panels::watch::WatchPanel;

/// Rows that a turn of the wheel moves.
const WHEEL: usize = 3;

impl App {
    /// Does what the mouse asks for.
    pub(crate) fn mouse(&mut self, mouse: MouseEvent, host: &mut dyn Host) -> Next {
        match mouse.kind {
            MouseEventKind::Down(MouseButton::Left) => return self.press(mouse, host),
            MouseEventKind::Drag(MouseButton::Left) => self.drag(mouse),
            MouseEventKind::Up(_) => self.dragged = None,
            MouseEventKind::ScrollUp => self.wheel(mouse, Command::Up, host),
            MouseEventKind::ScrollDown => self.wheel(mouse, Command::Down, host),
            _ => {}
        }
        Next::Stay
    }

    fn press(&mut self, mouse: MouseEvent, host: &mut dyn Host) -> Next {
        let layout = self.layout();
        let (x, y) = (mouse.column, mouse.row);
        if y + 1 == layout.height {
            let key = self.key_bar(&layout).at(x).and_then(keys::named);
            return key.map_or(Next::Stay, |key| self.key(key, host));
        }
        if !self.overlays.is_empty() {
            return Next::Stay;
        }
        self.dragged = layout.split_at(x, y);
        if let Some(place) = self.tab_at(&layout, x, y) {
            self.dragged = None;
            self.show_tab(place);
            self.focus = place;
        } else if let Some(place) = layout.panel_at(x, y) {
            self.click(&layout, place, mouse, host);
        }
        Next::Stay
    }

    fn drag(&mut self, mouse: MouseEvent) {
        if let Some(split) = self.dragged {
            let (x, y) = (mouse.column, mouse.row);
            self.splits = self.layout().dragged(self.splits, split, x, y);
        }
    }

    fn click(&mut self, layout: &Layout, place: Place, mouse: MouseEvent, host: &mut dyn Host) {
        let had_focus = self.focus == place;
        self.focus = place;
        let area = layout.area(place).unwrap_or_default();
        let header = match place {
            Place::Objects | Place::Fields => u16::from(layout.has_headers()),
            Place::Watch => WatchPanel::header_rows(area, layout.has_headers(), layout.is_alone()),
            Place::Log | Place::Memory => 0,
        };
        if place == Place::Objects && header > 0 && mouse.row == area.y + 1 {
            let frame = self.frame(layout, place);
            let what = self.objects.header_at(area, mouse.column, frame);
            return self.objects.sort_by(&what);
        }
        let first = area.y + 1 + header;
        let Some(line) = mouse.row.checked_sub(first) else {
            return;
        };
        let acts = match place {
            Place::Objects => self.objects.click(line, &self.snapshot) && had_focus,
            Place::Fields if self.shows_hex => false,
            Place::Fields => {
                let was_selected = self.fields.click(line, &self.snapshot);
                let is_on_mark = || self.fields.is_mark(area, mouse.column, &self.snapshot);
                is_on_mark() || (had_focus && was_selected)
            }
            Place::Watch => self.watch.click(line, &self.snapshot) && had_focus,
            Place::Log | Place::Memory => false,
        };
        if acts {
            self.command(Command::Enter, host);
        }
    }

    /// Moves what is under the mouse; what lies over the panels moves wherever it is.
    fn wheel(&mut self, mouse: MouseEvent, command: Command, host: &mut dyn Host) {
        if !self.overlays.is_empty() {
            let key = if command == Command::Up { "Up" } else { "Down" };
            if let Some(key) = keys::named(key) {
                self.key(key, host);
            }
            return;
        }
        if let Some(place) = self.layout().panel_at(mouse.column, mouse.row) {
            for _ in 0..WHEEL {
                self.in_panel(place, command);
            }
        }
    }
}
