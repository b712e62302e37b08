//! A line that is typed on the last line but one, with a message on the last: a search, a condition, an expression.

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use crate::canvas::{Area, Canvas};
use crate::edit::Mistake;
use crate::entry::Entry;
use crate::host::Host;
use crate::interest::Column;
use crate::overlay::{Answer, Overlay};
use crate::panels::{Action, objects};
use crate::snapshot::Snapshot;
use crate::text;
use crate::theme::Role;

/// What stands beside a typed line leaves so many columns for that, or is left out.
const LEAST_ENTRY: usize = 10;

/// What a typed line is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Labels with this in them, as it is typed.
    Search,
    /// Objects for which this holds, as it is typed.
    Where,
    /// A column of the list.
    Column,
    /// An expression to watch.
    Watch,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Purpose::Search => "search",
            Purpose::Where => "where",
            Purpose::Column => "column",
            Purpose::Watch => "watch",
        }
    }

    fn keys(self) -> &'static str {
        match self {
            Purpose::Search => "Enter keep  ↑↓ move  Tab where  Esc as it was",
            Purpose::Where => "Enter keep  ↑↓ move  Esc as it was   fields of the object",
            Purpose::Column => "Enter pin  Esc leave   price * quantity amber > 1e6",
            Purpose::Watch => "Enter watch  Esc leave   a field, or an expression of fields",
        }
    }

    /// Whether what is typed narrows the list.
    fn narrows(self) -> bool {
        matches!(self, Purpose::Search | Purpose::Where)
    }
}

/// A line that is typed.
#[derive(Debug)]
pub(crate) struct Typing {
    purpose: Purpose,
    entry: Entry,
    /// What it was before.
    before: String,
    mistake: Option<Mistake>,
}

impl Typing {
    /// A line that begins with this text.
    pub(crate) fn new(purpose: Purpose, text: &str) -> Self {
        Typing {
            purpose,
            // What was looked for before is seldom a part of what is looked for now.
            entry: match purpose {
                Purpose::Search => Entry::selected(text),
                _ => Entry::new(text),
            },
            before: text.to_owned(),
            mistake: None,
        }
    }

    fn enter(&mut self, host: &mut dyn Host) -> Answer {
        let text = self.entry.text().trim();
        match self.purpose {
            Purpose::Search => Answer::Closes,
            // A mistake is not left behind as if it narrowed the list.
            Purpose::Where if self.mistake.is_some() => Answer::Stays,
            Purpose::Where => Answer::Closes,
            Purpose::Column | Purpose::Watch if text.is_empty() => Answer::Closes,
            Purpose::Column => {
                let column = Column::of_text(text);
                match host.check_column(&column) {
                    Ok(()) => Answer::ClosesWith(Action::AddColumn(column)),
                    Err(mistake) => self.wrong(Column::other_colour(text).unwrap_or(mistake)),
                }
            }
            Purpose::Watch => match host.watch(self.entry.text()) {
                Ok(()) => Answer::Closes,
                Err(mistake) => self.wrong(mistake),
            },
        }
    }

    fn wrong(&mut self, mistake: Mistake) -> Answer {
        self.mistake = Some(mistake);
        Answer::Stays
    }

    /// What narrows the list in the way of this line.
    fn narrowed(&self, text: &str) -> Action {
        match self.purpose {
            Purpose::Where => Action::Where(text.trim().to_owned()),
            _ => Action::Find(text.to_owned()),
        }
    }

    /// What follows from another text; of a mistake nothing, and the last valid result stays.
    fn typed(&mut self, host: &mut dyn Host) -> Answer {
        self.mistake = None;
        match self.purpose {
            Purpose::Search => Answer::Asks(self.narrowed(self.entry.text())),
            Purpose::Where => match host.check_condition(self.entry.text()) {
                Ok(()) => Answer::Asks(self.narrowed(self.entry.text())),
                Err(mistake) => self.wrong(mistake),
            },
            Purpose::Column => {
                let column = Column::of_text(self.entry.text());
                let wrong = host.check_column(&column).err();
                let text = self.entry.text();
                self.mistake = wrong.map(|wrong| Column::other_colour(text).unwrap_or(wrong));
                Answer::Stays
            }
            Purpose::Watch => Answer::Stays,
        }
    }

    /// The line that says what is wrong, under what it is about if there is room.
    fn draw_mistake(&self, canvas: &mut Canvas, y: u16, at: u16, room: usize, mistake: &Mistake) {
        let before = mistake.at.as_ref().and_then(|range| {
            let fits = text::width(self.entry.text()) < room.saturating_sub(usize::from(at));
            let chars = self.entry.text().chars().take(range.start);
            fits.then(|| text::width(&chars.collect::<String>()))
        });
        let marks = mistake.at.as_ref().map_or(0, |range| range.len());
        let needed = marks + 1 + text::width(&mistake.reason);
        match before {
            Some(before) if usize::from(at) + before + needed <= room => {
                let line = format!("{} {}", "^".repeat(marks), mistake.reason);
                canvas.put(at + before as u16, y, line, Role::Red);
            }
            _ => {
                let line = text::cut_end(&mistake.reason, room).into_owned();
                canvas.put(1, y, line, Role::Red);
            }
        }
    }
}

impl Overlay for Typing {
    fn entry(&mut self) -> Option<&mut Entry> {
        Some(&mut self.entry)
    }

    fn key(&mut self, key: KeyEvent, host: &mut dyn Host) -> Answer {
        let narrows = self.purpose.narrows();
        match key.code {
            KeyCode::Enter => return self.enter(host),
            KeyCode::Esc if narrows => {
                return Answer::ClosesWith(self.narrowed(&self.before));
            }
            KeyCode::Esc => return Answer::Closes,
            KeyCode::Up if narrows => return Answer::Asks(Action::MoveList(-1)),
            KeyCode::Down if narrows => return Answer::Asks(Action::MoveList(1)),
            KeyCode::Tab if self.purpose == Purpose::Search => {
                return Answer::Asks(Action::TypeCondition);
            }
            _ => {}
        }
        let before = self.entry.text().to_owned();
        match self.entry.key(key) && self.entry.text() != before {
            true => self.typed(host),
            false => Answer::Stays,
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
        let count = match self.purpose.narrows() {
            true => objects::counted(&snapshot.objects),
            false => String::new(),
        };
        let name = self.purpose.name();
        canvas.put(1, y, name, Role::News);
        let at = 2 + text::width(name) as u16;
        let room = usize::from(width.saturating_sub(at + 2));
        // The title of the list has it too.
        let count = match room > count.len() + LEAST_ENTRY {
            true => count,
            false => String::new(),
        };
        let room = room.saturating_sub(count.len() + 1);
        canvas.put(at, y, self.entry.shown(room), Role::Text);
        canvas.put_before(width.saturating_sub(1), y, count, Role::Dim);
        let room = usize::from(width.saturating_sub(2));
        match &self.mistake {
            Some(mistake) => self.draw_mistake(canvas, y + 1, at, room, mistake),
            None => {
                let line = text::cut_end(self.purpose.keys(), room).into_owned();
                canvas.put(1, y + 1, line, Role::Dim);
            }
        }
    }

    fn bar(&self) -> &'static [[&'static str; 2]] {
        &[]
    }
}
