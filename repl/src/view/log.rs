//! What was done in the view and what happened, with times: entries, wrapped into the rows that the log shows.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;
use std::rc::Rc;
use std::time::SystemTime;

use memglass_value::{time, wrap};
use memglass_view::interest::Window;
use memglass_view::snapshot::{LogRow, LogRows};
use memglass_view::text;

use crate::embed::Sink;

/// Older entries are forgotten, and so are older rows.
const MOST: usize = 10_000;

/// More alarms than these are only counted for whoever comes back.
const MOST_ALARMS: usize = 20;

/// Columns by which the rest of a wrapped line is indented.
const HANG: usize = 2;

/// What happened, the newest first.
#[derive(Debug, Default)]
pub(crate) struct Log {
    entries: VecDeque<LogRow>,
    /// The entries, wrapped.
    rows: VecDeque<LogRow>,
    /// Columns that a row has for what it says; nothing until they are known.
    columns: Option<u16>,
    /// What a line gives is gathered while it runs, to stand below it.
    gathered: Option<Gathered>,
    /// Alarms and errors that came by themselves, the first ones, and how many there were.
    alarms: Vec<String>,
    alarmed: u64,
    last_alarm: String,
    /// How often it changed.
    changes: u64,
}

/// What a line has given.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) lines: Vec<String>,
    /// Lines that there is no room for.
    left_out: usize,
}

/// Puts what scripts print, and what is told, into a log.
pub(super) struct ToLog(pub(super) Rc<RefCell<Log>>);

impl Sink for ToLog {
    fn data(&mut self, text: &str) -> io::Result<()> {
        self.0.borrow_mut().said(text, false);
        Ok(())
    }

    /// What is told beside the data is an alarm or an error, unless it is a note, or about a dry run, which is told again at the end.
    fn message(&mut self, text: &str) {
        let is_bad = !text.starts_with("note: ") && !text.starts_with("dry run: ");
        self.0.borrow_mut().said(text, is_bad);
    }
}

impl Gathered {
    fn add(&mut self, text: &str) {
        for line in text.lines() {
            match self.lines.len() < MOST / 2 {
                true => self.lines.push(line.trim_end().to_owned()),
                false => self.left_out += 1,
            }
        }
    }

    /// Without the blank lines around it, and with a word about what was left out.
    fn ended(mut self) -> Vec<String> {
        let is_blank = |line: &String| line.is_empty();
        let blank = self.lines.iter().take_while(|line| is_blank(line)).count();
        self.lines.drain(..blank);
        while self.lines.last().is_some_and(is_blank) {
            self.lines.pop();
        }
        if self.left_out > 0 {
            self.lines
                .push(format!("… and {} more lines", self.left_out));
        }
        self.lines
    }
}

impl Log {
    /// Forgets what happened.
    pub(super) fn clear(&mut self) {
        self.changes += 1;
        self.entries.clear();
        self.rows.clear();
    }

    /// Notes what was done.
    pub(super) fn good(&mut self, word: &'static str, text: String, note: String) {
        self.add(word, &text, &note, false);
    }

    /// Notes what could not be done.
    pub(super) fn bad(&mut self, word: &'static str, text: String, note: String) {
        self.add(word, &text, &note, true);
    }

    fn add(&mut self, word: &'static str, text: &str, note: &str, is_bad: bool) {
        self.push(LogRow {
            time: time::exact_clock(SystemTime::now()),
            word,
            text: text::clean(text).into_owned(),
            note: text::clean(note).into_owned(),
            is_bad,
        });
    }

    fn push(&mut self, entry: LogRow) {
        self.changes += 1;
        for row in wrapped(&entry, self.columns).into_iter().rev() {
            self.rows.push_front(row);
        }
        self.entries.push_front(entry);
        self.rows.truncate(MOST);
        self.entries.truncate(MOST);
    }

    /// Wraps all entries into so many columns, if they are wrapped into others; true if they were. Without any the
    /// log is not on the screen, and all stays as it is.
    pub(super) fn fit(&mut self, columns: Option<u16>) -> bool {
        let is_other = columns.is_some() && columns != self.columns;
        if is_other {
            self.columns = columns;
            let rows = self
                .entries
                .iter()
                .flat_map(|entry| wrapped(entry, columns));
            self.rows = rows.take(MOST).collect();
        }
        is_other
    }

    /// A line begins to run.
    pub(super) fn gather(&mut self) {
        self.gathered = Some(Gathered::default());
    }

    /// It has ended; what it gave.
    pub(super) fn gathered(&mut self) -> Vec<String> {
        self.gathered.take().unwrap_or_default().ended()
    }

    /// Notes what was said, line by line below each other, beside the first one when.
    fn said(&mut self, text: &str, is_bad: bool) {
        match &mut self.gathered {
            Some(gathered) => gathered.add(text),
            None => {
                let mut said = Gathered::default();
                said.add(text);
                let lines = said.ended();
                if let Some((first, rest)) = lines.split_first() {
                    self.below(rest);
                    self.add("said", first, "", is_bad);
                    self.note_alarm(first, is_bad);
                }
            }
        }
    }

    fn note_alarm(&mut self, line: &str, is_bad: bool) {
        if !is_bad {
            return;
        }
        self.alarmed += 1;
        self.last_alarm = text::clean(line).into_owned();
        if self.alarms.len() < MOST_ALARMS {
            self.alarms.push(line.to_owned());
        }
    }

    /// The alarms and errors that came by themselves, for whoever comes back from the view, once.
    pub(super) fn take_alarms(&mut self) -> Vec<String> {
        self.last_alarm.clear();
        let mut alarms = std::mem::take(&mut self.alarms);
        let more = std::mem::take(&mut self.alarmed) - alarms.len() as u64;
        alarms.extend((more > 0).then(|| format!("… and {more} more")));
        alarms
    }

    /// Puts lines where the newest entry goes, which is to stand above them.
    pub(super) fn below(&mut self, lines: &[String]) {
        for line in lines.iter().rev() {
            self.push(LogRow {
                text: text::clean(line).into_owned(),
                ..LogRow::default()
            });
        }
    }

    /// How often it changed.
    pub(super) fn changes(&self) -> u64 {
        self.changes
    }

    /// The rows of a window.
    pub(super) fn rows(&self, window: Window) -> LogRows {
        let window = window.settled(self.rows.len());
        let rows = self.rows.iter().skip(window.first).take(window.height);
        LogRows {
            entries: self.entries.len(),
            total: self.rows.len(),
            first: window.first,
            selected: window.selected,
            rows: rows.cloned().collect(),
            alarms: self.alarmed,
            alarm: self.last_alarm.clone(),
        }
    }
}

/// An entry as rows of so many columns: its note stands at the end of the last one, or below it.
fn wrapped(entry: &LogRow, columns: Option<u16>) -> Vec<LogRow> {
    let columns = columns.map_or(usize::MAX, usize::from);
    let hanging = |text: &str| {
        let lines = wrap::hanging(text, columns, HANG);
        lines.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let mut lines = hanging(&entry.text);
    let used = lines.last().map_or(0, |line| wrap::width(line));
    let mut note = entry.note.clone();
    if !note.is_empty() && used + wrap::width(&note) > columns.saturating_sub(2) {
        lines.extend(hanging(&std::mem::take(&mut note)));
    }
    let row = |text| LogRow {
        text,
        is_bad: entry.is_bad,
        ..LogRow::default()
    };
    let mut rows: Vec<LogRow> = lines.into_iter().map(row).collect();
    if rows.is_empty() {
        rows.push(row(String::new()));
    }
    if let Some(last) = rows.last_mut() {
        last.note = note;
    }
    (rows[0].time, rows[0].word) = (entry.time.clone(), entry.word);
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of a log of so many columns, as `text` or `text | note`.
    fn rows(log: &Log) -> Vec<String> {
        let window = Window {
            height: 100,
            ..Window::default()
        };
        let rows = log.rows(window).rows.into_iter();
        rows.map(|row| match row.note.is_empty() {
            true => row.text,
            false => format!("{} | {}", row.text, row.note),
        })
        .collect()
    }

    #[test]
    fn entries_are_wrapped_at_words_and_again_when_the_width_is_another() {
        let mut log = Log::default();
        log.bad("refused", "price = 9".into(), "out of range".into());
        log.good("said", "a line that is long".into(), String::new());
        assert!(log.fit(Some(30)));
        assert_eq!(
            rows(&log),
            ["a line that is long", "price = 9 | out of range"]
        );
        assert!(log.fit(Some(12)));
        let narrow = ["a line that", "  is long", "price = 9", "out of range"];
        assert_eq!(rows(&log), narrow);
        assert!(!log.fit(None), "it is not on the screen");
        log.good("ran", "1 + 1".into(), "2".into());
        assert_eq!(rows(&log)[0], "1 + 1 | 2");
        assert_eq!(log.rows(Window::default()).entries, 3);
    }

    #[test]
    fn the_oldest_rows_are_forgotten() {
        let mut log = Log::default();
        log.fit(Some(20));
        for _ in 0..MOST {
            log.good("said", "one two three four five six".into(), String::new());
        }
        assert_eq!(log.rows(Window::default()).total, MOST);
    }
}
