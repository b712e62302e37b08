//! What the user chose of a live table, and what keys do.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{Order, Wanted};
use crate::rate::Rate;

/// Keys, what they do, and a word in the last line, which is empty where they are not told there.
pub(super) const KEYS: &[[&str; 3]] = &[
    ["q", "end it", "quit"],
    ["?", "these keys", "help"],
    ["p Space", "stand still, go on", "pause"],
    ["s", "sort by name, rate, age, as before", "sort"],
    ["+ -", "more or fewer frames a second", "rate"],
    ["Up Down", "a row up or down; also k and j", "scroll"],
    ["PgUp PgDn", "a screen up or down", ""],
    ["Home End", "the first or the last row; also g and G", ""],
    ["Ctrl-L", "draw everything anew", ""],
    ["Ctrl-Z", "back to the shell for a while", ""],
    ["Ctrl-C", "end it, as interrupted", ""],
];

/// What the user chose.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct State {
    pub(super) rate: Rate,
    pub(super) order: Order,
    pub(super) is_paused: bool,
    pub(super) shows_help: bool,
    pub(super) first: usize,
    /// Rows that fit on the screen.
    pub(super) height: usize,
    /// Rows that there are.
    pub(super) total: usize,
}

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    Stay,
    Resume,
    Redraw,
    Suspend,
    Interrupt,
    Quit,
}

impl State {
    pub(super) fn wanted(&self) -> Wanted {
        Wanted {
            order: self.order,
            first: self.first,
            height: self.height,
        }
    }

    pub(super) fn key(&mut self, key: KeyEvent) -> Next {
        match (key.code, key.modifiers.contains(KeyModifiers::CONTROL)) {
            (KeyCode::Char('c'), true) => return Next::Interrupt,
            (KeyCode::Char('l'), true) => return Next::Redraw,
            (KeyCode::Char('z'), true) => return Next::Suspend,
            (_, true) => return Next::Stay,
            _ => {}
        }
        if std::mem::take(&mut self.shows_help) {
            return Next::Stay;
        }
        match key.code {
            KeyCode::Char('q') | KeyCode::Esc => return Next::Quit,
            KeyCode::Char('?') | KeyCode::F(1) => self.shows_help = true,
            KeyCode::Char('p' | ' ') => return self.pause_or_resume(),
            KeyCode::Char('s') => self.sort(),
            KeyCode::Char('+' | '=') => self.rate = self.rate.faster(),
            KeyCode::Char('-') => self.rate = self.rate.slower(),
            code => self.scroll(code),
        }
        Next::Stay
    }

    fn pause_or_resume(&mut self) -> Next {
        self.is_paused = !self.is_paused;
        match self.is_paused {
            true => Next::Stay,
            false => Next::Resume,
        }
    }

    fn sort(&mut self) {
        self.order = self.order.next();
        self.first = 0;
    }

    fn scroll(&mut self, code: KeyCode) {
        let page = self.height.max(1);
        let first = match code {
            KeyCode::Up | KeyCode::Char('k') => self.first.saturating_sub(1),
            KeyCode::Down | KeyCode::Char('j') => self.first + 1,
            KeyCode::PageUp => self.first.saturating_sub(page),
            KeyCode::PageDown => self.first + page,
            KeyCode::Home | KeyCode::Char('g') => 0,
            KeyCode::End | KeyCode::Char('G') => self.total,
            _ => return,
        };
        self.first = self.last_first().min(first);
    }

    /// The first row of the last screen.
    fn last_first(&self) -> usize {
        self.total.saturating_sub(self.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> State {
        State {
            height: 10,
            total: 25,
            ..State::default()
        }
    }

    #[track_caller]
    fn check(keys: &[KeyCode], expected: Next) -> State {
        let mut state = state();
        let nexts = keys
            .iter()
            .map(|code| state.key(KeyEvent::new(*code, KeyModifiers::NONE)));
        assert_eq!(nexts.last(), Some(expected));
        state
    }

    #[test]
    fn scrolling_ends_with_a_full_screen() {
        for (keys, first) in [
            (&[KeyCode::PageDown][..], 10),
            (&[KeyCode::PageDown, KeyCode::PageDown], 15),
            (&[KeyCode::End, KeyCode::Up], 14),
            (&[KeyCode::Down, KeyCode::PageUp], 0),
            (&[KeyCode::End, KeyCode::Home], 0),
        ] {
            assert_eq!(check(keys, Next::Stay).first, first, "{keys:?}");
        }
    }

    #[test]
    fn a_pause_ends_with_the_same_key() {
        let pause = KeyCode::Char('p');
        assert!(check(&[pause], Next::Stay).is_paused);
        assert!(!check(&[pause, pause], Next::Resume).is_paused);
    }

    #[test]
    fn any_key_closes_the_help_and_does_nothing_else() {
        let state = check(&[KeyCode::Char('?'), KeyCode::Char('q')], Next::Stay);
        assert!(!state.shows_help);
        check(
            &[KeyCode::Char('?'), KeyCode::Esc, KeyCode::Esc],
            Next::Quit,
        );
    }

    #[test]
    fn sorting_goes_round_and_starts_at_the_top() {
        let sort = KeyCode::Char('s');
        let state = check(&[KeyCode::End, sort, sort], Next::Stay);
        assert_eq!((state.order, state.first), (Order::Rate, 0));
        assert_eq!(check(&[sort; 4], Next::Stay).order, Order::Given);
    }
}
