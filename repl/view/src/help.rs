//! The help: the table of keys, narrowed by what is typed. Each can be pressed from here.

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use crate::canvas::{Area, Canvas};
use crate::entry::Entry;
use crate::host::Host;
use crate::keymap::Keymap;
use crate::keys::{Binding, Place};
use crate::overlay::{Answer, Overlay, frame, select};
use crate::snapshot::Snapshot;
use crate::text;
use crate::theme::Role;

/// Columns of the box.
const WIDTH: u16 = 82;

/// Columns of the keys, also where there are few, and of what they do.
const KEYS: usize = 16;
const SHORT_KEYS: usize = 8;
const DOES: usize = 34;

/// Columns below which a part is left out.
const LEAST: usize = 7;

/// What is to be known besides keys.
const FLAGS: &[[&str; 2]] = &[
    ["--rate HZ", "0.1 to 240 frames a second"],
    ["--type TYPE", "list only objects of one type"],
    ["--hex", "bytes instead of fields"],
    ["--readonly", "make every write an error"],
    ["--no-highlight", "do not mark changes"],
    ["--watch PATH", "watch it from the start"],
    ["--theme THEME", "colors: dark, light, mono, auto"],
];

/// The open help.
#[derive(Debug)]
pub(crate) struct Help {
    rows: Vec<Row>,
    query: Entry,
    selected: usize,
}

/// A row of it.
#[derive(Debug)]
struct Row {
    /// Keys, what they do, and where.
    texts: [String; 3],
    /// Nothing of a flag.
    binding: Option<&'static Binding>,
}

impl Help {
    /// The help on these keys, those of a panel first.
    pub(crate) fn new(keymap: &Keymap, place: Place) -> Self {
        Help {
            rows: all(keymap, place).collect(),
            query: Entry::default(),
            selected: 0,
        }
    }

    /// What Enter does, if the selected row is about a key.
    fn binding(&self) -> Option<&'static Binding> {
        self.rows().get(self.selected).and_then(|row| row.binding)
    }

    /// The rows that what is typed leaves, the key itself first, then those that begin with it, and those that do it before those where it
    /// is done: Enter does the first one.
    fn rows(&self) -> Vec<&Row> {
        let query = self.query.text().to_lowercase();
        let words: Vec<&str> = query.split_whitespace().collect();
        let has_all = |text: &str| words.iter().all(|word| text.contains(word));
        let is_key = |row: &Row| row.texts[0].split(' ').any(|key| key == self.query.text());
        let rank = |row: &Row| {
            let [keys, does, places] = row.texts.each_ref().map(|text| text.to_lowercase());
            let command = row.binding.map(|binding| binding.command);
            let other = command.map(|command| [command.name(), command.sought_as()].join(" "));
            let about = format!("{does} {}", other.unwrap_or_default());
            match () {
                () if is_key(row) => Some(0),
                () if does.starts_with(&query) => Some(1),
                () if has_all(&about) => Some(2),
                () => has_all(&format!("{keys} {about} {places}")).then_some(3),
            }
        };
        let ranked = self.rows.iter().filter_map(|row| Some((rank(row)?, row)));
        let mut ranked: Vec<(u8, &Row)> = ranked.collect();
        ranked.sort_by_key(|(rank, _)| *rank);
        ranked.into_iter().map(|(_, row)| row).collect()
    }
}

fn all(keymap: &Keymap, place: Place) -> impl Iterator<Item = Row> {
    let mut keys: Vec<_> = keymap.rows().collect();
    keys.sort_by_key(|(_, binding)| rank(binding, place));
    let flags = FLAGS.iter().map(|[flag, does]| Row {
        texts: [flag, does, "command line"].map(|text| text.to_string()),
        binding: None,
    });
    keys.into_iter().map(row).chain(flags)
}

/// What the panel alone does is first, and then what is done everywhere; nobody looks up the arrows.
fn rank(binding: &Binding, place: Place) -> u8 {
    match binding.command {
        command if command.moves_replay() => 4,
        command if command.moves() => 2,
        _ if binding.places.contains(&place) => 0,
        _ if !binding.places.is_empty() => 3,
        _ => 1,
    }
}

fn row((keys, binding): (String, &'static Binding)) -> Row {
    let places: Vec<_> = binding.places.iter().map(|place| place.name()).collect();
    let places = match places.is_empty() {
        true => "everywhere".into(),
        false => places.join(", "),
    };
    Row {
        texts: [keys, binding.does.into(), places],
        binding: Some(binding),
    }
}

impl Overlay for Help {
    fn entry(&mut self) -> Option<&mut Entry> {
        Some(&mut self.query)
    }

    fn key(&mut self, key: KeyEvent, _: &mut dyn Host) -> Answer {
        let last = self.rows().len().saturating_sub(1);
        match key.code {
            KeyCode::Esc => return Answer::Closes,
            KeyCode::Enter => {
                return self.binding().map_or(Answer::Stays, Answer::Presses);
            }
            KeyCode::Home => self.selected = 0,
            KeyCode::End => self.selected = last,
            KeyCode::Up => self.selected = self.selected.saturating_sub(1),
            KeyCode::Down => self.selected = (self.selected + 1).min(last),
            KeyCode::PageUp => self.selected = self.selected.saturating_sub(10),
            KeyCode::PageDown => self.selected = (self.selected + 10).min(last),
            _ if self.query.key(key) => self.selected = 0,
            _ => {}
        }
        Answer::Stays
    }

    fn draw(&self, canvas: &mut Canvas, body: Area, _: &Snapshot) {
        let rows = self.rows();
        let total = self.rows.len();
        let height = (total as u16 + 3).min(body.height);
        let title = format!("Help  {}", self.query.shown(30));
        let inside = frame(canvas, body, [WIDTH, height], &title);
        let room = usize::from(inside.height.saturating_sub(1));
        let first = (self.selected + 1).saturating_sub(room);
        for (index, y) in (first..rows.len()).take(room).zip(inside.y..) {
            draw_row(canvas, inside, y, &rows[index].texts);
            if index == self.selected {
                let row = Area {
                    x: inside.x - 1,
                    width: inside.width + 1,
                    ..inside
                };
                select(canvas, row, y);
            }
        }
        if rows.is_empty() {
            let nothing = format!("Nothing has \"{}\" in it.", self.query.text());
            let nothing = text::cut_end(&nothing, inside.width.into()).into_owned();
            canvas.put(inside.x, inside.y, nothing, Role::Dim);
        }
        let keys = match self.binding() {
            Some(_) => "letters search  ↑↓ Enter do it  Esc",
            None => "letters search  ↑↓  Esc",
        };
        let footer = format!("{} of {total}   {keys}", rows.len());
        let footer = text::cut_end(&footer, inside.width.into()).into_owned();
        canvas.put(inside.x, inside.bottom() - 1, footer, Role::Dim);
    }

    fn bar(&self) -> &'static [[&'static str; 2]] {
        match self.binding() {
            Some(_) => &[["letters", "search"], ["Enter", "do it"], ["Esc", "close"]],
            None => &[["letters", "search"], ["Esc", "close"]],
        }
    }
}

fn draw_row(canvas: &mut Canvas, area: Area, y: u16, [keys, does, places]: &[String; 3]) {
    let width = usize::from(area.width);
    let of_keys = match width < KEYS + DOES {
        true => SHORT_KEYS,
        false => KEYS,
    };
    let beside = of_keys + DOES;
    let parts = [
        (keys, 0, of_keys, Role::News),
        (does, of_keys, DOES, Role::Text),
    ];
    let places = (places, beside, width.saturating_sub(beside), Role::Dim);
    for (part, at, room, role) in parts.into_iter().chain([places]) {
        let room = room.min(width.saturating_sub(at)).saturating_sub(1);
        // Half a word says nothing.
        if room < LEAST {
            continue;
        }
        let part = text::cut_end(part, room).into_owned();
        canvas.put(area.x + at as u16, y, part, role);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Command;

    #[test]
    fn what_somebody_wants_is_found_by_usual_words() {
        for (words, command) in [
            ("find", Command::Search),
            ("sort", Command::Columns),
            ("add column", Command::Columns),
            ("only", Command::Where),
            ("edit", Command::Edit),
            ("write", Command::Edit),
            ("set flag", Command::Edit),
            ("true", Command::Toggle),
            ("binary", Command::Hex),
            ("graph", Command::Watch),
            ("formula", Command::WatchExpression),
            ("freeze", Command::Pause),
            ("faster", Command::Faster),
            ("slower", Command::Slower),
            ("reload", Command::Read),
            ("reconnect", Command::Reattach),
            ("zoom", Command::Zoom),
            ("full", Command::Zoom),
            ("past", Command::Earlier),
            ("history", Command::Enter),
            ("save", Command::Line),
            ("revert", Command::Undo),
            ("expand", Command::Enter),
            ("memory", Command::Band),
            ("exit", Command::Quit),
            ("z", Command::Zoom),
            ("X", Command::HexIntegers),
        ] {
            let mut help = Help::new(&Keymap::default(), Place::Fields);
            help.query = Entry::new(words);
            let rows = help.rows();
            let first = rows.first().and_then(|row| row.binding);
            assert_eq!(
                first.map(|binding| binding.command),
                Some(command),
                "{words}"
            );
        }
    }

    #[test]
    fn every_row_fits_its_columns() {
        for row in all(&Keymap::default(), Place::Objects) {
            let [keys, does, _] = row.texts;
            assert!(text::width(&keys) < KEYS, "{keys}");
            assert!(text::width(&does) < DOES, "{does}");
        }
    }
}
