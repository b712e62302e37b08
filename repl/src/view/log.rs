//! What was done in the view and what happened, with times.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;
use std::rc::Rc;
use std::time::SystemTime;

use memglass_value::time;
use memglass_view::interest::Window;
use memglass_view::snapshot::{LogRow, LogRows};
use memglass_view::text;

use crate::embed::Sink;

/// Older entries are forgotten.
const MOST: usize = 10_000;

/// What happened, the newest first.
#[derive(Debug, Default)]
pub(super) struct Log {
    entries: VecDeque<LogRow>,
    /// What a line gives is gathered while it runs, to stand below it.
    gathered: Option<Gathered>,
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
        self.message(text);
        Ok(())
    }

    fn message(&mut self, text: &str) {
        self.0.borrow_mut().said(text);
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

    /// A line begins to run.
    pub(super) fn gather(&mut self) {
        self.gathered = Some(Gathered::default());
    }

    /// It has ended; what it gave.
    pub(super) fn gathered(&mut self) -> Vec<String> {
        self.gathered.take().unwrap_or_default().ended()
    }

    /// Notes what was said, line by line below each other, beside the first one when.
    fn said(&mut self, text: &str) {
        match &mut self.gathered {
            Some(gathered) => gathered.add(text),
            None => {
                let mut said = Gathered::default();
                said.add(text);
                let lines = said.ended();
                if let Some((first, rest)) = lines.split_first() {
                    self.below(rest);
                    self.good("said", first.clone(), String::new());
                }
            }
        }
    }

    /// Puts lines where the newest entry goes, which is to stand above them.
    pub(super) fn below(&mut self, lines: &[String]) {
        for line in lines.iter().rev() {
            self.entries.truncate(MOST - 1);
            self.entries.push_front(LogRow {
                text: text::clean(line).into_owned(),
                ..LogRow::default()
            });
        }
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
