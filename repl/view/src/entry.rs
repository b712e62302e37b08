//! A line of text that is typed: its cursor, and what of it fits.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_input::{Input, InputRequest};
use unicode_width::UnicodeWidthChar;

/// Longer texts are not typed by hand.
const LONGEST: usize = 4096;

/// A line of text that is typed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entry {
    input: Input,
    /// Whether the next character replaces the whole text.
    is_selected: bool,
}

impl Entry {
    /// A line that begins with this text, the cursor behind it.
    pub(crate) fn new(text: &str) -> Self {
        Entry {
            input: Input::new(text.to_owned()),
            is_selected: false,
        }
    }

    /// A line with the cursor behind so many characters.
    pub(crate) fn at(text: &str, cursor: usize) -> Self {
        Entry {
            input: Input::new(text.to_owned()).with_cursor(cursor),
            is_selected: false,
        }
    }

    /// The text before the cursor, and that behind it.
    pub(crate) fn halves(&self) -> (&str, &str) {
        let at = self.text().char_indices().nth(self.cursor());
        self.text()
            .split_at(at.map_or(self.text().len(), |(at, _)| at))
    }

    /// A line whose text is replaced by the first character that is typed, and kept by any other key.
    pub(crate) fn selected(text: &str) -> Self {
        Entry {
            is_selected: true,
            ..Entry::new(text)
        }
    }

    pub(crate) fn text(&self) -> &str {
        self.input.value()
    }

    /// The cursor: characters before it.
    pub(crate) fn cursor(&self) -> usize {
        self.input.cursor()
    }

    /// Does what a key means in a line of text; false if it means nothing there.
    pub(crate) fn key(&mut self, key: KeyEvent) -> bool {
        let Some(request) = request(key) else {
            return false;
        };
        let is_insertion = matches!(request, InputRequest::InsertChar(_));
        if std::mem::take(&mut self.is_selected) && is_insertion {
            self.input.reset();
        }
        if !is_insertion || self.text().len() < LONGEST {
            self.input.handle(request);
        }
        true
    }

    /// Puts a text at the cursor; false if the line would be too long, which then stays as it was.
    pub(crate) fn insert(&mut self, text: &str) -> bool {
        let (before, after) = match self.is_selected {
            true => ("", ""),
            false => self.halves(),
        };
        let is_short = before.len() + text.len() + after.len() < LONGEST;
        if is_short {
            let cursor = before.chars().count() + text.chars().count();
            *self = Entry::at(&format!("{before}{text}{after}"), cursor);
        }
        is_short
    }

    /// The part around the cursor that fits into so many columns, with the cursor in it.
    pub(crate) fn shown(&self, columns: usize) -> String {
        let (before, after) = self.halves();
        let [before, after] = [before, after].map(|text| text.replace('\n', "↵"));
        let room = columns.saturating_sub(1);
        let before = crate::text::cut_start(&before, room);
        let left = room.saturating_sub(crate::text::width(&before));
        let after = crate::text::cut_end(&after, left);
        format!("{before}▏{after}")
    }
}

fn request(key: KeyEvent) -> Option<InputRequest> {
    let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
    Some(match (key.code, is_control) {
        (KeyCode::Char('u'), true) => InputRequest::DeleteLine,
        (KeyCode::Char('w'), true) => InputRequest::DeletePrevWord,
        (KeyCode::Char('k'), true) => InputRequest::DeleteTillEnd,
        (KeyCode::Char('a'), true) | (KeyCode::Home, _) => InputRequest::GoToStart,
        (KeyCode::Char('e'), true) | (KeyCode::End, _) => InputRequest::GoToEnd,
        (KeyCode::Left, true) => InputRequest::GoToPrevWord,
        (KeyCode::Right, true) => InputRequest::GoToNextWord,
        (KeyCode::Left, false) => InputRequest::GoToPrevChar,
        (KeyCode::Right, false) => InputRequest::GoToNextChar,
        (KeyCode::Backspace, _) => InputRequest::DeletePrevChar,
        (KeyCode::Delete, _) => InputRequest::DeleteNextChar,
        (KeyCode::Char(c), false) if c.width().is_some() => InputRequest::InsertChar(c),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Entry {
        let mut entry = Entry::default();
        for c in text.chars() {
            entry.key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
        }
        entry
    }

    #[test]
    fn the_part_around_the_cursor_is_shown() {
        let mut entry = typed("AAPL_quote.ask");
        assert_eq!(entry.shown(20), "AAPL_quote.ask▏");
        assert_eq!(entry.shown(8), "…te.ask▏");
        for _ in 0..14 {
            entry.key(KeyEvent::new(KeyCode::Left, KeyModifiers::NONE));
        }
        assert_eq!(entry.shown(8), "▏AAPL_q…");
    }

    #[test]
    fn a_selected_text_is_replaced_by_what_is_typed_and_kept_by_other_keys() {
        let press = |entry: &mut Entry, code| entry.key(KeyEvent::new(code, KeyModifiers::NONE));
        let mut entry = Entry::selected("100");
        press(&mut entry, KeyCode::Char('3'));
        press(&mut entry, KeyCode::Char('5'));
        assert_eq!(entry.text(), "35");
        let mut entry = Entry::selected("100");
        press(&mut entry, KeyCode::Backspace);
        press(&mut entry, KeyCode::Char('5'));
        assert_eq!(entry.text(), "105");
    }

    #[test]
    fn a_text_is_put_in_whole_or_not_at_all() {
        let mut entry = typed("price > 5");
        entry.key(KeyEvent::new(KeyCode::Left, KeyModifiers::NONE));
        assert!(entry.insert("1"));
        assert_eq!((entry.text(), entry.cursor()), ("price > 15", 9));
        let mut entry = Entry::selected("100");
        assert!(!entry.insert(&"9".repeat(LONGEST)));
        assert_eq!(entry.text(), "100");
        assert!(entry.insert("35"));
        assert_eq!(entry.text(), "35");
    }

    #[test]
    fn control_keys_edit_the_line() {
        let mut entry = typed("price > 5");
        let mut press = |c| entry.key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL));
        assert!(press('w'));
        assert!(!press('x'));
        assert_eq!(entry.text(), "price > ");
    }
}
