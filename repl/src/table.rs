//! Rows of named values: as an aligned table, as one field per line, as JSON or as CSV.

use std::borrow::Cow;
use std::fmt::Write;
use std::time::SystemTime;

use serde_json::Value as Json;

use crate::format::{self, write_csv, write_json, write_plain, written};
use crate::look::{self, Look};
use crate::time;
use crate::wrap;

mod grid;

use grid::Grid;

/// Blanks between two columns.
const GAP: usize = 2;

/// Rows that a terminal gets at most: nobody reads more there.
pub(crate) const SCREENFULS: usize = 1000;

/// Columns of a screen below which rows that do not fit become one field per line; above, the last columns
/// are left out.
const NARROW: usize = 60;

/// Columns of a screen that one cell takes at most; what is cut says so.
const LONGEST: usize = 1024;

/// Rows under named columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    /// Rows that there are besides.
    more: u64,
}

/// A column of a [`Table`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Column {
    name: String,
    /// The unit of all its numbers.
    unit: String,
    numeric: bool,
    wraps: bool,
    faint: bool,
}

/// One value of a [`Table`]: what a person reads, and what a program reads.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cell {
    text: String,
    /// What follows the text for people.
    unit: String,
    /// The text where there is little room, if it is another one.
    short: Option<String>,
    /// The text where there is not a terminal, if it is another one.
    piped: Option<String>,
    faint: bool,
    json: Json,
}

/// How rows are put on the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// A row per line as long as that fits the width.
    #[default]
    Fit,
    /// A field per line.
    Expanded,
}

impl Column {
    /// A column of text.
    pub fn new(name: impl Into<String>) -> Self {
        Column {
            name: name.into(),
            ..Column::default()
        }
    }

    /// A column of numbers: their decimal points stand below each other, at the right.
    pub fn numeric(name: impl Into<String>) -> Self {
        Column {
            numeric: true,
            ..Column::new(name)
        }
    }

    /// A column of prose: its cells may take several lines.
    pub fn wrapping(name: impl Into<String>) -> Self {
        Column {
            wraps: true,
            ..Column::new(name)
        }
    }

    /// The same column, with the unit of its numbers in the heading.
    pub fn with_unit(self, unit: impl Into<String>) -> Self {
        Column {
            unit: unit.into(),
            ..self
        }
    }

    /// The same column, less in the eye than the others.
    pub fn faint(self) -> Self {
        Column {
            faint: true,
            ..self
        }
    }
}

impl Cell {
    /// A value that reads as `text` on the screen and as `json` for programs.
    pub fn new(text: impl Into<String>, json: impl Into<Json>) -> Self {
        Cell {
            text: text.into(),
            json: json.into(),
            ..Cell::default()
        }
    }

    /// The same value, which reads as `text` where there is not a terminal.
    pub fn piped(self, text: String) -> Self {
        Cell {
            piped: Some(text).filter(|piped| *piped != self.text),
            ..self
        }
    }

    /// The same value with a unit, for people.
    pub fn with_unit(self, unit: impl Into<String>) -> Self {
        Cell {
            unit: unit.into(),
            ..self
        }
    }

    /// The same value, which reads as `text` where there is little room.
    pub fn shortened(self, text: Option<String>) -> Self {
        Cell {
            short: text,
            ..self
        }
    }

    /// The same value, less in the eye than the others.
    pub fn faint(self) -> Self {
        Cell {
            faint: true,
            ..self
        }
    }

    /// A moment: local time of day with its date for people, RFC 3339 for programs.
    pub fn moment(moment: SystemTime) -> Self {
        Cell::new(time::text(moment), time::rfc3339(moment))
    }

    /// Nothing: blank on the screen, null for programs.
    pub fn empty() -> Self {
        Cell::default()
    }

    /// The text, as much of it as anybody reads, without what would move the cursor or colour the screen:
    /// labels and texts come from another program's memory.
    fn shown(&self) -> Cow<'_, str> {
        let text = match self.text.char_indices().nth(LONGEST) {
            Some((end, _)) => {
                let count = format::grouped(&self.text.chars().count().to_string());
                let first = format::escaped(&self.text[..end]);
                format!("{first}… ({count} characters)").into()
            }
            None => format::escaped(&self.text),
        };
        match self.unit.as_str() {
            "" => text,
            unit => format!("{text} {}", format::escaped(unit)).into(),
        }
    }

    /// The text for a pipe.
    fn plain(&self) -> Cow<'_, str> {
        format::escaped(self.piped.as_ref().unwrap_or(&self.text))
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Cell::new(text, text)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Cell::new(text.clone(), text)
    }
}

impl From<u64> for Cell {
    fn from(number: u64) -> Self {
        Cell::new(number.to_string(), number)
    }
}

impl Table {
    /// A table without rows.
    pub fn new(columns: impl IntoIterator<Item = Column>) -> Self {
        Table {
            columns: columns.into_iter().collect(),
            ..Table::default()
        }
    }

    /// Adds a row.
    ///
    /// # Panics
    ///
    /// If it has not one cell for each column.
    pub fn push(&mut self, row: impl IntoIterator<Item = Cell>) {
        let row: Vec<Cell> = row.into_iter().collect();
        assert_eq!(
            row.len(),
            self.columns.len(),
            "a row has one cell for each column"
        );
        self.rows.push(row);
    }

    /// The same rows, and so many more that are not among them.
    pub fn and_more(self, more: u64) -> Self {
        Table { more, ..self }
    }

    /// Shows the unit of a column in its heading alone.
    pub fn without_units(&mut self, column: usize) {
        for row in &mut self.rows {
            row[column].unit.clear();
        }
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The rows for people: lines, each ended by a newline; none at all for no row.
    pub fn text(&self, layout: Layout, look: Look) -> String {
        if self.is_empty() {
            return String::new();
        }
        let Some(width) = look.width.map(usize::from) else {
            return match layout {
                Layout::Fit => self.piped(look),
                Layout::Expanded => self.records(&self.rows, &self.columns_that(|_| true), look),
            };
        };
        let rows = &self.rows[..self.rows.len().min(SCREENFULS)];
        let mut out = match layout {
            Layout::Fit => Grid::new(&self.columns, rows)
                .text(width, look)
                .unwrap_or_else(|| self.short_records(rows, look)),
            Layout::Expanded => self.records(rows, &self.columns_that(|_| true), look),
        };
        let more = self.more + (self.rows.len() - rows.len()) as u64;
        if more > 0 {
            let more = format::grouped(&more.to_string());
            let text = format!("… {more} more rows; `:csv LINE`, `.csv(path)` and --csv write all");
            note(&mut out, &text, look);
        }
        out
    }

    /// The rows alone, without the names of the columns; columns behind the second that do not fit are left out.
    pub fn list(&self, look: Look) -> String {
        match look.width {
            Some(width) => Grid::new(&self.columns, &self.rows).list(width.into(), look),
            None => self
                .piped(Look::PLAIN)
                .split_inclusive('\n')
                .skip(1)
                .collect(),
        }
    }

    /// The rows as one JSON array of objects, a row per line.
    pub fn json(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|c| c.name.as_str()).collect();
        let rows = self.rows.iter().map(|row| {
            let cells = row.iter().map(|cell| cell.json.clone());
            let names = names.iter().map(|name| (*name).to_owned());
            Json::Object(names.zip(cells).collect())
        });
        written(|out| write_json(rows, out))
    }

    /// The rows as CSV (RFC 4180) under a line of column names.
    pub fn csv(&self) -> String {
        let names = self.columns.iter().map(|column| column.name.as_str());
        let rows = self.rows.iter().map(|row| {
            row.iter()
                .map(|cell| csv_text(&cell.json).into_owned())
                .collect()
        });
        written(|out| write_csv(names, rows, out))
    }

    fn piped(&self, look: Look) -> String {
        let names = self.columns.iter().map(|column| column.name.as_str());
        let numeric: Vec<bool> = self.columns.iter().map(|column| column.numeric).collect();
        let rows = self
            .rows
            .iter()
            .map(|row| row.iter().map(|cell| cell.plain().into_owned()).collect());
        let text = written(|out| write_plain(names, &numeric, rows, out));
        match text.split_once('\n') {
            Some((names, rows)) => format!("{}\n{rows}", look.paint(look::strong(), names)),
            None => text,
        }
    }

    fn columns_that(&self, are: impl Fn(usize) -> bool) -> Vec<usize> {
        (0..self.columns.len())
            .filter(|index| are(*index))
            .collect()
    }

    /// A field per line, without those that are empty in every row.
    fn short_records(&self, rows: &[Vec<Cell>], look: Look) -> String {
        let is_empty = |index: usize| rows.iter().all(|row| row[index].text.is_empty());
        let mut out = self.records(rows, &self.columns_that(|index| !is_empty(index)), look);
        let empty = self.columns_that(is_empty).into_iter();
        let names: Vec<&str> = empty.map(|index| &*self.columns[index].name).collect();
        grid::note_empty(&mut out, &names, look);
        out
    }

    fn records(&self, rows: &[Vec<Cell>], columns: &[usize], look: Look) -> String {
        let names = columns
            .iter()
            .map(|index| wrap::width(&self.columns[*index].name));
        let widest = names.max().unwrap_or(0);
        let mut out = String::new();
        for (index, row) in rows.iter().enumerate() {
            if rows.len() > 1 {
                let rule = format!("── {} ──", index + 1);
                let _ = writeln!(out, "{}", look.paint(look::faint(), &rule));
            }
            for (column, cell) in columns
                .iter()
                .map(|index| (&self.columns[*index], &row[*index]))
            {
                let pad = " ".repeat(widest - wrap::width(&column.name) + GAP);
                let name = look.paint(look::strong(), &format::escaped(&column.name));
                let unit = match (look.width, column.unit.as_str()) {
                    (Some(_), unit) if !unit.is_empty() && !cell.text.is_empty() && !cell.faint => {
                        look.paint(look::faint(), &format!(" {}", format::escaped(unit)))
                    }
                    _ => String::new(),
                };
                let text = match look.width {
                    Some(_) => cell.shown(),
                    None => cell.plain(),
                };
                let text = match cell.faint {
                    true => look.paint(look::faint(), &text).into(),
                    false => text,
                };
                let line = format!("{name}{pad}{text}{unit}");
                let line = line.trim_end();
                match look.width {
                    Some(room) => out.push_str(&wrap::hanging(line, room.into(), widest + GAP)),
                    None => out.push_str(line),
                }
                out.push('\n');
            }
        }
        out
    }
}

/// Something about the rows above, for people.
fn note(out: &mut String, text: &str, look: Look) {
    let text = wrap::wrapped(text, look.width);
    let _ = writeln!(out, "{}", look.paint(look::faint(), &text));
}

/// CSV knows only text; lists and records stay JSON.
pub(crate) fn csv_text(json: &Json) -> Cow<'_, str> {
    match json {
        Json::Null => "".into(),
        Json::String(text) => text.as_str().into(),
        other => other.to_string().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDE: Look = Look {
        color: false,
        width: Some(80),
    };

    fn sample() -> Table {
        let mut table = Table::new([
            Column::new("label"),
            Column::numeric("quantity"),
            Column::wrapping("note"),
        ]);
        table.push([
            "AAPL_position".into(),
            Cell::new("1_500", 1_500),
            "the first of all".into(),
        ]);
        table.push(["x".into(), Cell::new("7", 7), Cell::empty()]);
        table
    }

    fn widest(text: &str) -> usize {
        text.lines()
            .map(|line| line.chars().count())
            .max()
            .unwrap_or(0)
    }

    #[test]
    fn numbers_stand_at_the_right_and_a_rule_under_the_heading() {
        let text = sample().text(Layout::Fit, WIDE);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "label          quantity  note");
        assert!(lines[1].starts_with("─────"), "{text}");
        assert_eq!(lines[2], "AAPL_position     1_500  the first of all");
        assert_eq!(lines[3], "x                     7");
    }

    #[test]
    fn what_goes_to_a_file_has_no_rule() {
        let text = sample().text(Layout::Fit, Look::PLAIN);
        assert_eq!(text.lines().count(), 3, "{text}");
    }

    #[test]
    fn prose_is_wrapped_before_anything_else_gives_way() {
        let mut table = Table::new([Column::new("label"), Column::wrapping("note")]);
        table.push([
            "AAPL_position".into(),
            "a note of so many words that it cannot stand on one line".into(),
        ]);
        let text = table.text(
            Layout::Fit,
            Look {
                color: false,
                width: Some(40),
            },
        );
        assert!(widest(&text) <= 40, "{text}");
        assert!(text.contains("AAPL_position  a note of"), "{text}");
    }

    #[test]
    fn a_table_that_does_not_fit_becomes_one_field_per_line() {
        let text = sample().text(
            Layout::Fit,
            Look {
                color: false,
                width: Some(30),
            },
        );
        let expected = "── 1 ──\nlabel     AAPL_position\nquantity  1_500\nnote      the first of all\n\
                        ── 2 ──\nlabel     x\nquantity  7\nnote\n";
        assert_eq!(text, expected);
    }

    const NARROW: Look = Look {
        color: false,
        width: Some(40),
    };

    #[test]
    fn words_are_never_broken() {
        let mut table = Table::new([Column::new("label"), Column::new("value")]);
        table.push([
            "AAPL_position".into(),
            "{bid_price: 15020, ask_price: 15025, ask_size: 7}".into(),
        ]);
        table.push(["x".into(), "12345678901234567890".into()]);
        let text = table.text(Layout::Fit, NARROW);
        assert!(widest(&text) <= 40, "{text}");
        for word in [
            "{bid_price:",
            "15020,",
            "ask_price:",
            "12345678901234567890",
        ] {
            assert!(text.split_whitespace().any(|part| part == word), "{text}");
        }
    }

    #[test]
    fn a_field_of_many_words_goes_on_under_itself() {
        let mut table = Table::new([Column::new("label"), Column::new("a_wide_value_column")]);
        table.push([
            "AAPL_position_of_the_morning_session".into(),
            "one two three four five six seven".into(),
        ]);
        let expected = "label                AAPL_position_of_the_morning_session\n\
                        a_wide_value_column  one two three four\n                     five six seven\n";
        assert_eq!(table.text(Layout::Fit, NARROW), expected);
    }

    #[test]
    fn columns_without_anything_in_them_give_way() {
        let mut table = Table::new(["label", "unit", "type"].map(Column::new));
        table.push([
            "AAPL_position_of_the_evening".into(),
            Cell::empty(),
            "Position".into(),
        ]);
        let text = table.text(Layout::Fit, NARROW);
        assert!(
            text.starts_with("label                         type\n"),
            "{text}"
        );
        assert!(text.ends_with("\nwithout unit, which is empty\n"), "{text}");
        assert!(
            table
                .text(Layout::Fit, WIDE)
                .starts_with("label                         unit  type\n")
        );
    }

    #[test]
    fn a_terminal_gets_no_more_rows_than_anybody_reads() {
        let mut table = Table::new([Column::numeric("n")]);
        for number in 0..12_345u64 {
            table.push([number.into()]);
        }
        let text = table.text(Layout::Fit, WIDE);
        assert_eq!(text.lines().count(), 2 + SCREENFULS + 1);
        assert!(
            text.ends_with("… 11,345 more rows; `:csv LINE`, `.csv(path)` and --csv write all\n")
        );
        assert_eq!(table.text(Layout::Fit, Look::PLAIN).lines().count(), 12_346);
    }

    #[test]
    fn no_row_is_no_text_and_an_empty_document() {
        let table = Table::new([Column::new("label")]);
        assert_eq!(table.text(Layout::Fit, WIDE), "");
        assert_eq!(table.json(), "[]\n");
        assert_eq!(table.csv(), "label\n");
    }

    #[test]
    fn programs_get_values_and_not_their_looks() {
        let json: Json = serde_json::from_str(&sample().json()).unwrap();
        assert_eq!(json[0]["quantity"], 1_500);
        assert_eq!(json[1]["note"], Json::Null);
        assert_eq!(
            sample().csv(),
            "label,quantity,note\nAAPL_position,1500,the first of all\nx,7,\n"
        );
    }

    #[test]
    fn a_label_cannot_write_on_the_screen() {
        let mut table = Table::new([Column::new("label")]);
        table.push(["evil\u{1b}[2J".into()]);
        assert!(!table.text(Layout::Fit, WIDE).contains('\u{1b}'));
        assert!(table.json().contains("\\u001b"));
    }

    #[test]
    fn wide_characters_do_not_shift_columns() {
        let mut table = Table::new([Column::new("label"), Column::new("type")]);
        table.push(["価格".into(), "Quote".into()]);
        table.push(["abcd".into(), "Quote".into()]);
        let text = table.text(Layout::Fit, Look::PLAIN);
        assert!(text.contains("価格   Quote\nabcd   Quote"), "{text}");
    }

    fn at(width: u16) -> Look {
        Look {
            color: false,
            width: Some(width),
        }
    }

    fn orders() -> Table {
        let mut table = Table::new([
            Column::new("object"),
            Column::new("flags"),
            Column::numeric("price").with_unit("USD"),
            Column::new("levels"),
            Column::numeric("quantity").with_unit("shares"),
        ]);
        for (label, flags, price) in [
            ("order_12345", "IMMEDIATE | POST_ONLY | HIDDEN", "150.25"),
            ("order_12346", "0x0", "9.5"),
        ] {
            table.push([
                label.into(),
                flags.into(),
                Cell::new(price, Json::Null),
                Cell::new("[1, 2, 3, 4, 5]", Json::Null).shortened(Some("[5 elements]".into())),
                Cell::new("100", 100),
            ]);
        }
        table
    }

    #[test]
    fn a_table_gives_way_step_by_step() {
        let table = orders();
        assert_eq!(
            table.text(Layout::Fit, at(100)),
            "object       flags                           price USD  levels           quantity shares\n\
             ────────────────────────────────────────────────────────────────────────────────────────\n\
             order_12345  IMMEDIATE | POST_ONLY | HIDDEN     150.25  [1, 2, 3, 4, 5]              100\n\
             order_12346  0x0                                  9.5   [1, 2, 3, 4, 5]              100\n"
        );
        assert_eq!(
            table.text(Layout::Fit, at(66)),
            "object       flags                price  levels        quantity\n\
             \u{20}                                   USD                  shares\n\
             ───────────────────────────────────────────────────────────────\n\
             order_12345  IMMEDIATE |         150.25  [5 elements]       100\n\
             \u{20}            POST_ONLY | HIDDEN\n\
             order_12346  0x0                   9.5   [5 elements]       100\n"
        );
        let narrower = table.text(Layout::Fit, at(60));
        assert!(narrower.contains("\n             HIDDEN\n"), "{narrower}");
    }

    #[test]
    fn the_last_columns_are_left_out_and_named() {
        let mut table = Table::new((0..800).map(|index| Column::numeric(format!("field_{index}"))));
        table.push((0..800u64).map(Cell::from));
        let text = table.text(Layout::Fit, at(60));
        assert!(widest(&text) <= 60, "{text}");
        assert!(text.starts_with("field_0  field_1"), "{text}");
        assert!(
            text.contains("columns not shown: field_6, field_7,"),
            "{text}"
        );
        assert!(text.ends_with("`:x` shows all\n"), "{text}");
        assert!(
            table
                .text(Layout::Fit, at(59))
                .starts_with("field_0    0\n")
        );
    }

    #[test]
    fn tables_of_any_size_take_linear_time_and_what_is_cut_says_so() {
        let mut table = Table::new((0..800).map(|index| Column::new(format!("field_{index}"))));
        for _ in 0..5 {
            table.push((0..800).map(|index| match index {
                0 => Cell::from("wide ".repeat(40_000)),
                1 => Cell::from("x".repeat(200_000)),
                _ => Cell::from("y"),
            }));
        }
        let start = std::time::Instant::now();
        for look in [at(60), at(120), at(u16::MAX), Look::PLAIN] {
            for layout in [Layout::Fit, Layout::Expanded] {
                table.text(layout, look);
            }
        }
        assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
        let text = table.text(Layout::Fit, at(120));
        assert!(text.contains("… (200,000"), "{text}");
        let text = table.text(Layout::Fit, Look::PLAIN);
        assert!(text.contains(&"x".repeat(200_000)));
    }

    #[test]
    fn units_and_side_columns_are_faint_and_headings_are_not() {
        let look = Look {
            color: true,
            width: Some(100),
        };
        let text = orders().text(Layout::Fit, look);
        assert!(
            text.contains("\u{1b}[1mprice\u{1b}[0m \u{1b}[2mUSD\u{1b}[0m"),
            "{text:?}"
        );
        let mut table = Table::new([Column::new("field"), Column::new("type").faint()]);
        table.push(["price".into(), "f64".into()]);
        table.push([Cell::new("gone", Json::Null).faint(), Cell::empty()]);
        let text = table.list(look);
        assert_eq!(
            text,
            "price  \u{1b}[2mf64\u{1b}[0m\n\u{1b}[2mgone\u{1b}[0m\n"
        );
    }

    #[test]
    fn a_unit_is_never_parted_from_its_number() {
        let mut table = Table::new([Column::new("field"), Column::new("value")]);
        table.push([
            "price".into(),
            Cell::new("150.25", Json::Null).with_unit("USD"),
        ]);
        table.push(["note".into(), "one two three four five six".into()]);
        let text = table.text(Layout::Fit, at(20));
        assert!(text.contains("150.25 USD"), "{text}");
    }
}
