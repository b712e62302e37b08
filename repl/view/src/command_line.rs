//! The `:` line: a line of Rhai or a `:command`, with the prompt's completion and history.

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use crate::canvas::{Area, Canvas};
use crate::entry::Entry;
use crate::host::Host;
use crate::line::Suggestion;
use crate::overlay::{Answer, Overlay};
use crate::panels::Action;
use crate::snapshot::Snapshot;
use crate::text;
use crate::theme::Role;

/// Rows of the list of completions.
const MOST_ROWS: usize = 8;

/// Columns before the text that is typed.
const INDENT: u16 = 3;

const KEYS: &str = "Tab complete  ↑ history  Enter run  Esc leave";

/// A line that is typed.
#[derive(Debug)]
pub(crate) struct CommandLine {
    entry: Entry,
    past: Past,
    list: Option<List>,
    /// Whether Tab found nothing.
    has_none: bool,
}

/// Lines typed before, and where the arrows are among them.
#[derive(Debug)]
struct Past {
    /// The oldest first.
    lines: Vec<String>,
    at: usize,
    /// What was typed before the first step.
    typed: String,
}

/// What the word at the cursor may become.
#[derive(Debug)]
struct List {
    before: String,
    after: String,
    all: Vec<Suggestion>,
    selected: Option<usize>,
}

impl Past {
    fn new(lines: Vec<String>) -> Self {
        Past {
            at: lines.len(),
            lines,
            typed: String::new(),
        }
    }

    /// The line before that begins like what was typed.
    fn back(&mut self, now: &str) -> Option<String> {
        if self.at == self.lines.len() {
            now.clone_into(&mut self.typed);
        }
        let earlier = self.lines[..self.at].iter();
        let at = earlier
            .rev()
            .position(|line| line.starts_with(&self.typed))?;
        self.at -= at + 1;
        Some(self.lines[self.at].clone())
    }

    /// The line after, and behind the last one what was typed.
    fn forth(&mut self) -> Option<String> {
        let later = self.lines.get(self.at + 1..)?;
        let next = later.iter().position(|line| line.starts_with(&self.typed));
        self.at = next.map_or(self.lines.len(), |next| self.at + 1 + next);
        Some(self.lines.get(self.at).unwrap_or(&self.typed).clone())
    }

    /// What is in the line now is what was typed.
    fn leave(&mut self) {
        self.at = self.lines.len();
    }
}

impl List {
    /// The line with the present candidate in it, and the cursor behind that.
    fn entry(&self) -> Entry {
        let text = self.selected.map_or("", |at| &self.all[at].text);
        let before = format!("{}{text}", self.before);
        Entry::at(&format!("{before}{}", self.after), before.chars().count())
    }

    fn step(&mut self, by: isize) {
        let all = self.all.len() as isize;
        let at = self.selected.map_or(-1, |at| at as isize);
        let first_or_last = if by < 0 { all - 1 } else { 0 };
        let next = if at < 0 {
            first_or_last
        } else {
            (at + by).rem_euclid(all)
        };
        self.selected = Some(next as usize);
    }
}

impl CommandLine {
    /// An empty line, after these, the oldest first.
    pub(crate) fn new(past: Vec<String>) -> Self {
        CommandLine {
            entry: Entry::default(),
            past: Past::new(past),
            list: None,
            has_none: false,
        }
    }

    /// Completes as far as there is one way, and lists what there is behind that.
    fn complete(&mut self, host: &mut dyn Host) {
        let (before, after) = self.entry.halves();
        let (before, after) = (before.to_owned(), after.to_owned());
        let found = host.complete(&before);
        let Some((head, word)) = before.split_at_checked(found.start) else {
            return;
        };
        let inserted = match found.all.as_slice() {
            [] => {
                self.has_none = true;
                return;
            }
            [one] => &one.text,
            _ if found.common.len() > word.len() => &found.common,
            _ => word,
        };
        let line = format!("{head}{inserted}");
        self.entry = Entry::at(&format!("{line}{after}"), line.chars().count());
        self.list = (found.all.len() > 1).then(|| List {
            before: head.to_owned(),
            after,
            all: found.all.clone(),
            selected: None,
        });
    }

    /// Goes to the next completion, or to the one before; the first time they are listed.
    fn turn(&mut self, by: isize, host: &mut dyn Host) {
        match &mut self.list {
            Some(list) => {
                list.step(by);
                self.entry = list.entry();
            }
            None => self.complete(host),
        }
    }

    fn recall(&mut self, line: Option<String>) {
        if let Some(line) = line {
            self.entry = Entry::new(&line);
        }
    }

    fn draw_list(&self, canvas: &mut Canvas, body: Area, y: u16) {
        let Some(list) = &self.list else {
            return;
        };
        let rows = usize::from(y - body.y).saturating_sub(1).min(MOST_ROWS);
        let rows = rows.min(list.all.len());
        let selected = list.selected.unwrap_or(0);
        let first = (selected + 1).saturating_sub(rows);
        let shown = &list.all[first..first + rows];
        let widest = list.all.iter().map(|one| text::width(&one.shown)).max();
        let width = (widest.unwrap_or(0) as u16 + 3).min(body.width);
        let before = INDENT - 1 + text::width(&list.before) as u16;
        let area = Area {
            x: before.min(body.width - width),
            y: y - rows as u16,
            width,
            height: rows as u16,
        };
        canvas.blank(area);
        for ((one, at), y) in shown.iter().zip(first..).zip(area.y..) {
            draw_suggestion(canvas, area, y, &one.shown);
            if list.selected == Some(at) {
                canvas.put(area.x, y, "▌", Role::Accent);
            }
        }
    }

    /// What stands below the line.
    fn note(&self) -> String {
        match &self.list {
            Some(List { all, selected, .. }) => {
                let at = selected.map_or(String::new(), |at| format!("{} of ", at + 1));
                format!("{at}{} completions  Tab next  Esc close", all.len())
            }
            None if self.has_none => format!("nothing to complete  {KEYS}"),
            None => KEYS.to_owned(),
        }
    }
}

/// A name, and dimmed behind it its type or its arguments.
fn draw_suggestion(canvas: &mut Canvas, area: Area, y: u16, shown: &str) {
    let room = usize::from(area.width.saturating_sub(2));
    let shown = text::cut_end(shown, room);
    let name = shown.find([':', '(']).filter(|at| *at > 0);
    let (name, rest) = shown.split_at(name.unwrap_or(shown.len()));
    canvas.put(area.x + 1, y, name.to_owned(), Role::Text);
    let at = area.x + 1 + text::width(name) as u16;
    canvas.put(at, y, rest.to_owned(), Role::Dim);
}

impl Overlay for CommandLine {
    fn entry(&mut self) -> Option<&mut Entry> {
        Some(&mut self.entry)
    }

    fn takes_lines(&self) -> bool {
        true
    }

    fn key(&mut self, key: KeyEvent, host: &mut dyn Host) -> Answer {
        self.has_none = false;
        match key.code {
            KeyCode::Tab => self.turn(1, host),
            KeyCode::BackTab => self.turn(-1, host),
            KeyCode::Up | KeyCode::Down if self.list.is_some() => {
                self.turn(if key.code == KeyCode::Up { -1 } else { 1 }, host);
            }
            KeyCode::Up => {
                let line = self.past.back(self.entry.text());
                self.recall(line);
            }
            KeyCode::Down => {
                let line = self.past.forth();
                self.recall(line);
            }
            KeyCode::Esc if self.list.is_some() => self.list = None,
            KeyCode::Esc => return Answer::Closes,
            KeyCode::Enter => {
                return match self.entry.text().trim() {
                    "" => Answer::Closes,
                    line => Answer::ClosesWith(Action::Run(line.to_owned())),
                };
            }
            _ if self.entry.key(key) => {
                self.list = None;
                self.past.leave();
            }
            _ => {}
        }
        Answer::Stays
    }

    fn draw(&self, canvas: &mut Canvas, body: Area, _: &Snapshot) {
        let y = body.bottom().saturating_sub(1);
        canvas.blank(Area {
            y,
            height: 2,
            ..body
        });
        canvas.put(1, y, ":", Role::News);
        let room = usize::from(body.width.saturating_sub(INDENT + 1));
        canvas.put(INDENT, y, self.entry.shown(room), Role::Text);
        self.draw_list(canvas, body, y);
        let room = usize::from(body.width.saturating_sub(2));
        let note = text::cut_end(&self.note(), room).into_owned();
        canvas.put(1, y + 1, note, Role::Dim);
    }

    fn bar(&self) -> &'static [[&'static str; 2]] {
        &[]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arrows_go_through_lines_that_begin_alike_and_back_to_what_was_typed() {
        let lines = ["a.x", "b", "a.y"].map(str::to_owned);
        let mut past = Past::new(lines.into());
        assert_eq!(past.back("a").as_deref(), Some("a.y"));
        assert_eq!(past.back("a.y").as_deref(), Some("a.x"));
        assert_eq!(past.back("a.x"), None);
        assert_eq!(past.forth().as_deref(), Some("a.y"));
        assert_eq!(past.forth().as_deref(), Some("a"));
        assert_eq!(past.forth(), None);
        past.leave();
        assert_eq!(past.back("").as_deref(), Some("a.y"));
        assert_eq!(past.back("").as_deref(), Some("b"));
    }
}
