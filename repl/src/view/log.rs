//! What was done in the view and what happened, with times.

use std::collections::VecDeque;
use std::time::SystemTime;

use memglass_value::time;
use memglass_view::interest::Window;
use memglass_view::snapshot::{LogRow, LogRows};
use memglass_view::text;

/// Older entries are forgotten.
const MOST: usize = 10_000;

/// What happened, the newest first.
#[derive(Debug, Default)]
pub(super) struct Log {
    entries: VecDeque<LogRow>,
}

impl Log {
    /// Notes what was done.
    pub(super) fn good(&mut self, word: &'static str, text: String, note: String) {
        self.add(word, &text, &note, false);
    }

    /// Notes what could not be done.
    pub(super) fn bad(&mut self, word: &'static str, text: String, note: String) {
        self.add(word, &text, &note, true);
    }

    fn add(&mut self, word: &'static str, text: &str, note: &str, is_bad: bool) {
        self.entries.truncate(MOST - 1);
        self.entries.push_front(LogRow {
            time: time::exact_clock(SystemTime::now()),
            word,
            text: text::clean(text).into_owned(),
            note: text::clean(note).into_owned(),
            is_bad,
        });
    }

    /// The entries of a window.
    pub(super) fn rows(&self, window: Window) -> LogRows {
        let window = window.settled(self.entries.len());
        let rows = self.entries.iter().skip(window.first).take(window.height);
        LogRows {
            total: self.entries.len(),
            first: window.first,
            selected: window.selected,
            rows: rows.cloned().collect(),
        }
    }
}
