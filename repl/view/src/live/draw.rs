//! Where everything of a live table is, for a width and a height: what is left out when there is little room.

use std::time::Duration;

use memglass_value::spark;

use super::state::{KEYS, State};
use super::{Mark, Row, Table};
use crate::canvas::Canvas;
use crate::key_bar::{Key, KeyBar};
use crate::short_names::shortened;
use crate::text;
use crate::theme::Role;

/// Columns of a rate, of an age, of a trend.
const RATE: usize = 11;
const AGE: usize = 9;
const TREND: usize = 17;

/// The least columns of a note: with fewer it is left out.
const NOTE: usize = 8;

/// The least columns of a name.
const NAME: usize = 8;

/// The least columns of what it is about.
const SUBJECT: usize = 4;

/// The columns of the screen from which on a table has these: rates, ages, trends.
const WITH_RATE: u16 = 44;
const WITH_AGE: u16 = 60;
const WITH_TREND: u16 = 80;

/// The rows of the screen from which on there are the keys, the head of the columns, the summary.
const WITH_KEYS: u16 = 4;
const WITH_HEAD: u16 = 6;
const WITH_SUMMARY: u16 = 8;

/// Rows for the table itself on a screen of this height.
pub(super) fn height(screen: u16) -> usize {
    let others = 1
        + u16::from(screen >= WITH_KEYS)
        + u16::from(screen >= WITH_HEAD)
        + u16::from(screen >= WITH_SUMMARY);
    screen.saturating_sub(others).into()
}

/// Draws the table, or the keys.
pub(super) fn draw(canvas: &mut Canvas, table: &Table, state: &State) {
    let (width, height) = canvas.size();
    title(canvas, table, state);
    match state.shows_help {
        true => help(canvas),
        false => rows(canvas, table),
    }
    if height >= WITH_SUMMARY && !state.shows_help {
        let summary = text::cut_end(&table.summary, width.into()).into_owned();
        canvas.put(0, height - 2, summary, Role::Dim);
    }
    if height >= WITH_KEYS {
        let keys = KEYS.iter().filter(|[_, _, word]| !word.is_empty());
        let keys: Vec<Key> = keys.map(|[keys, _, word]| [*keys, *word].into()).collect();
        // What is left out first is what stands last, and never the way out.
        let keys: Vec<Key> = keys[1..].iter().chain(&keys[..1]).cloned().collect();
        KeyBar::of(width, 0, &keys, 1).draw(canvas, height - 1);
    }
}

/// What it is about on the left; what the user chose on the right, if there is room.
fn title(canvas: &mut Canvas, table: &Table, state: &State) {
    let (width, _) = canvas.size();
    let width = usize::from(width);
    let mut parts = vec![(table.subject.clone(), Role::Strong)];
    parts.extend(
        table
            .producer
            .iter()
            .map(|fate| (format!("✗ {fate}"), Role::Red)),
    );
    if state.is_paused {
        parts.push(("‖ paused".to_owned(), Role::Amber));
    }
    // What became of the producer is more to know than what is watched.
    let marks: usize = parts[1..]
        .iter()
        .map(|(text, _)| text::width(text) + 2)
        .sum();
    let room = width.saturating_sub(marks).max(SUBJECT.min(width));
    parts[0].0 = text::cut_end(&parts[0].0, room).into_owned();
    let mut x = 0;
    for (part, role) in parts {
        let part = text::cut_end(&part, width.saturating_sub(x)).into_owned();
        let end = x + text::width(&part) + 2;
        canvas.put(x as u16, 0, part, role);
        x = end;
    }
    let sorted = state
        .order
        .word()
        .map_or_else(String::new, |word| format!("by {word}, "));
    let right = format!("{sorted}{}", state.rate);
    if x + text::width(&right) < width {
        canvas.put_before(width as u16, 0, right, Role::Dim);
    }
}

fn help(canvas: &mut Canvas) {
    for ([keys, does, _], y) in KEYS.iter().zip(1..) {
        canvas.put(0, y, *keys, Role::News);
        canvas.put(11, y, *does, Role::Text);
    }
}

fn rows(canvas: &mut Canvas, table: &Table) {
    let (width, height) = canvas.size();
    let columns = Columns::of(width, table);
    let has_head = height >= WITH_HEAD;
    let top = 1 + u16::from(has_head);
    if has_head {
        columns.head(canvas);
    }
    if table.rows.is_empty() {
        let empty = text::cut_end(table.empty, width.into()).into_owned();
        canvas.put(0, top, empty, Role::Dim);
    }
    let rows = &table.rows[..table.rows.len().min(self::height(height))];
    let rooms = rows.iter().map(|row| (&*row.name, columns.room(row)));
    let names = shortened(&rooms.collect::<Vec<_>>());
    for ((row, name), y) in rows.iter().zip(names).zip(top..) {
        columns.row(canvas, row, &name, y);
    }
}

/// Columns of each part of a row; one that is missing has none.
struct Columns {
    name: usize,
    value: usize,
    rate: usize,
    age: usize,
    trend: usize,
    note: usize,
}

/// The number of a row, before its name.
fn number(row: &Row) -> String {
    row.number
        .map_or_else(String::new, |number| format!("{number} "))
}

impl Columns {
    fn of(width: u16, table: &Table) -> Columns {
        let from = |least: u16, columns: usize| if width >= least { columns } else { 0 };
        let rate = from(WITH_RATE, RATE);
        let age = from(WITH_AGE, AGE);
        let trend = match table.has_trend {
            true => from(WITH_TREND, TREND),
            false => 0,
        };
        let width = usize::from(width);
        let value = if rate == 0 { width / 3 } else { width / 5 };
        let value = value.clamp(7, 28);
        let rest = width.saturating_sub(rate + age + trend + value + 1);
        let names = table.rows.iter();
        let longest = names
            .map(|row| text::width(&row.name) + text::width(&number(row)))
            .max();
        let notes = table.rows.iter().filter(|row| !row.note.is_empty());
        let longest_note = notes.map(|row| text::width(&row.note) + 2).max();
        // A note takes what names leave, and at least a part where there is much room.
        let least = match longest_note {
            Some(longest) if rate > 0 => longest.max(NOTE + 2).min(rest / 3),
            _ => 0,
        };
        let name = longest
            .unwrap_or(0)
            .max(NAME)
            .min(rest.saturating_sub(least));
        let note = rest.saturating_sub(name + 2);
        Columns {
            name,
            value,
            rate,
            age,
            trend,
            note: if note < NOTE || rate == 0 { 0 } else { note },
        }
    }

    /// Where each of the columns of figures ends, and where the trend and the note begin.
    fn ends(&self) -> [u16; 5] {
        let value = self.name + 1 + self.value;
        let rate = value + self.rate;
        let age = rate + self.age;
        let trend = age + 1;
        [
            value,
            rate,
            age,
            trend,
            age + self.trend.max(1) + usize::from(self.trend > 0),
        ]
        .map(|at| at as u16)
    }

    fn head(&self, canvas: &mut Canvas) {
        let [value, rate, age, trend, note] = self.ends();
        canvas.put(0, 1, "field", Role::Dim);
        canvas.put_before(value, 1, "value".into(), Role::Dim);
        if self.rate > 0 {
            canvas.put_before(rate, 1, "per second".into(), Role::Dim);
        }
        if self.age > 0 {
            canvas.put_before(age, 1, "changed".into(), Role::Dim);
        }
        if self.trend > 0 {
            canvas.put(trend, 1, "trend", Role::Dim);
        }
        if self.note > 0 {
            canvas.put(note, 1, "note", Role::Dim);
        }
    }

    /// Columns for the name of a row.
    fn room(&self, row: &Row) -> usize {
        self.name.saturating_sub(text::width(&number(row)))
    }

    fn row(&self, canvas: &mut Canvas, row: &Row, shortened: &str, y: u16) {
        let (name, value) = match row.mark {
            Mark::Plain => (Role::Text, Role::Text),
            Mark::News => (Role::Text, Role::News),
            Mark::Trouble => (Role::Amber, Role::Amber),
            Mark::Gone => (Role::Dim, Role::Dim),
        };
        let [value_end, rate_end, age_end, trend, note] = self.ends();
        let number = number(row);
        canvas.put(0, y, format!("{number}{shortened}"), name);
        let shown = text::cut_end(&row.value, self.value).into_owned();
        canvas.put_before(value_end, y, shown, value);
        if self.rate > 0 {
            canvas.put_before(rate_end, y, rate_text(row.rate), Role::Dim);
        }
        if self.age > 0 {
            let age = row.age.map_or_else(String::new, age_text);
            canvas.put_before(age_end, y, age, Role::Dim);
        }
        if self.trend > 0 {
            let from = row.trend.len().saturating_sub(TREND - 1);
            canvas.put(trend, y, spark::row(&row.trend[from..]), Role::Dim);
        }
        if self.note > 0 {
            let role = if row.mark == Mark::Trouble {
                Role::Amber
            } else {
                Role::Dim
            };
            canvas.put(
                note,
                y,
                text::cut_end(&row.note, self.note).into_owned(),
                role,
            );
        }
    }
}

/// Changes a second; nothing of what stands still.
fn rate_text(rate: f64) -> String {
    match rate {
        rate if rate < 0.05 => String::new(),
        rate if rate < 99.5 => format!("{rate:.1}"),
        rate => format!("{rate:.0}"),
    }
}

/// How long ago, in whole units: what only grows older changes once a second.
fn age_text(age: Duration) -> String {
    match age.as_secs() {
        0 => "now".to_owned(),
        seconds @ 1..100 => format!("{seconds} s"),
        seconds @ 100..6_000 => format!("{} min", seconds / 60),
        seconds @ 6_000..360_000 => format!("{} h", seconds / 3_600),
        seconds => format!("{} d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::Order;
    use crate::rate::Rate;
    use crate::testing;

    fn table(rows: usize) -> Table {
        let row = |index| Row {
            name: format!("AAPL_position.field_{index}"),
            number: None,
            value: format!("{}", 15_000 + index),
            rate: 12.0,
            age: Some(Duration::from_secs(index as u64)),
            trend: vec![Some(0), None, Some(7)],
            note: "3 torn".into(),
            mark: Mark::Plain,
        };
        Table {
            subject: "trading_engine: *_position".into(),
            total: rows,
            rows: (0..rows).map(row).collect(),
            empty: "nothing changed",
            has_trend: true,
            summary: "2 of 25 fields changed".into(),
            ..Table::default()
        }
    }

    fn drawn(table: &Table, state: &State, width: u16, height: u16) -> String {
        let mut canvas = Canvas::default();
        canvas.clear(width, height);
        draw(&mut canvas, table, state);
        testing::text(&canvas)
    }

    fn state() -> State {
        State {
            rate: Rate::new(10.0),
            ..State::default()
        }
    }

    #[test]
    fn a_wide_screen_shows_everything() {
        let shown = drawn(&table(2), &state(), 100, 8);
        let expected = "\
trading_engine: *_position                                                                     10 Hz
field                                value per second  changed trend            note
AAPL_position.field_0                15000       12.0      now ▁ █              3 torn
AAPL_position.field_1                15001       12.0      1 s ▁ █              3 torn


2 of 25 fields changed
? help  p Space pause  s sort  + - rate  Up Down scroll  q quit
";
        assert_eq!(shown, expected, "{shown}");
    }

    #[test]
    fn a_narrow_or_low_screen_keeps_names_values_and_the_fate_of_the_producer() {
        let table = Table {
            producer: Some("crashed: last values".into()),
            ..table(3)
        };
        let shown = drawn(&table, &state(), 20, 4);
        assert!(shown.starts_with("tra…  ✗ crashed: la…"), "{shown}");
        assert!(shown.contains("field_0"), "{shown}");
        assert!(shown.contains("15000"), "{shown}");
        assert!(shown.contains("q quit"), "{shown}");
        for (width, height) in [(1, 1), (3, 2), (20, 3), (20, 6), (43, 8), (250, 60)] {
            let shown = drawn(&table, &state(), width, height);
            assert_eq!(shown.lines().count(), usize::from(height));
        }
    }

    #[test]
    fn an_empty_table_says_why_and_a_choice_is_in_the_title() {
        let state = State {
            order: Order::Age,
            is_paused: true,
            ..state()
        };
        let shown = drawn(&table(0), &state, 80, 10);
        assert!(shown.contains("nothing changed"), "{shown}");
        assert!(shown.contains("‖ paused"), "{shown}");
        assert!(shown.contains("by age, 10 Hz"), "{shown}");
        let help = drawn(
            &table(1),
            &State {
                shows_help: true,
                ..state
            },
            60,
            16,
        );
        assert!(
            KEYS.iter().all(|[_, does, _]| help.contains(does)),
            "{help}"
        );
    }

    #[test]
    fn ages_and_rates_are_short() {
        let ages = [0, 1, 99, 100, 6_000, 360_000].map(|age| age_text(Duration::from_secs(age)));
        assert_eq!(ages, ["now", "1 s", "99 s", "1 min", "1 h", "4 d"]);
        assert_eq!([0.01, 0.5, 250.0].map(rate_text), ["", "0.5", "250"]);
    }
}
