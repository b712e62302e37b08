//! A line that is typed on the last line but one, with a message on the last: a search, an expression.

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use crate::canvas::{Area, Canvas};
use crate::entry::Entry;
use crate::host::Host;
use crate::overlay::{Answer, Overlay};
use crate::panels::Action;
use crate::snapshot::Snapshot;
use crate::text;
use crate::theme::Role;

/// What a typed line is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Labels with this in them, as it is typed.
    Search,
    /// An expression to watch.
    Watch,
}

/// A line that is typed.
#[derive(Debug)]
pub(crate) struct Typing {
    purpose: Purpose,
    entry: Entry,
    /// What it was before.
    before: String,
    refused: Option<String>,
}

impl Typing {
    /// A line that begins with this text.
    pub(crate) fn new(purpose: Purpose, text: &str) -> Self {
        Typing {
            purpose,
            entry: Entry::new(text),
            before: text.to_owned(),
            refused: None,
        }
    }

    fn enter(&mut self, host: &mut dyn Host) -> Answer {
        let text = self.entry.text().trim();
        match self.purpose {
            Purpose::Search => Answer::Closes,
            Purpose::Watch if text.is_empty() => Answer::Closes,
            Purpose::Watch => match host.watch(text) {
                Ok(()) => Answer::Closes,
                Err(reason) => {
                    self.refused = Some(reason);
                    Answer::Stays
                }
            },
        }
    }

    fn name(&self) -> &'static str {
        match self.purpose {
            Purpose::Search => "search",
            Purpose::Watch => "watch",
        }
    }
}

impl Overlay for Typing {
    fn key(&mut self, key: KeyEvent, host: &mut dyn Host) -> Answer {
        match (key.code, self.purpose) {
            (KeyCode::Enter, _) => return self.enter(host),
            (KeyCode::Esc, Purpose::Search) => {
                return Answer::ClosesWith(Action::Find(self.before.clone()));
            }
            (KeyCode::Esc, _) => return Answer::Closes,
            (KeyCode::Up, Purpose::Search) => return Answer::Asks(Action::MoveList(-1)),
            (KeyCode::Down, Purpose::Search) => return Answer::Asks(Action::MoveList(1)),
            _ => {}
        }
        if !self.entry.key(key) {
            return Answer::Stays;
        }
        self.refused = None;
        match self.purpose {
            Purpose::Search => Answer::Asks(Action::Find(self.entry.text().to_owned())),
            Purpose::Watch => Answer::Stays,
        }
    }

    fn draw(&self, canvas: &mut Canvas, body: Area, snapshot: &Snapshot) {
        let y = body.bottom().saturating_sub(1);
        let width = body.width;
        canvas.blank(Area {
            y,
            height: 2,
            ..body
        });
        let objects = &snapshot.objects;
        let count = match self.purpose {
            Purpose::Search => format!("{} of {}", objects.matching, objects.known),
            Purpose::Watch => String::new(),
        };
        canvas.put(1, y, self.name(), Role::News);
        let at = 2 + text::width(self.name()) as u16;
        let room = usize::from(width.saturating_sub(at + 2)).saturating_sub(count.len() + 1);
        canvas.put(at, y, self.entry.shown(room), Role::Text);
        canvas.put_before(width.saturating_sub(1), y, count, Role::Dim);
        let room = usize::from(width.saturating_sub(2));
        match (&self.refused, self.purpose) {
            (Some(reason), _) => {
                let line = text::cut_end(reason, room).into_owned();
                canvas.put(1, y + 1, line, Role::Red);
            }
            (None, Purpose::Search) => {
                let line = text::cut_end("Enter keep  ↑↓ move  Esc as it was", room);
                canvas.put(1, y + 1, line.into_owned(), Role::Dim);
            }
            (None, Purpose::Watch) => {
                let line = "Enter watch  Esc leave   a field, or an expression of fields";
                canvas.put(1, y + 1, text::cut_end(line, room).into_owned(), Role::Dim);
            }
        }
    }

    fn bar(&self) -> &'static [[&'static str; 2]] {
        &[]
    }
}
