//! Rows of named values: as an aligned table, as one field per line, as JSON or as CSV.

use std::borrow::Cow;
use std::fmt::Write;
use std::time::SystemTime;

use comfy_table::{
    Attribute, Cell as StyledCell, CellAlignment, ColumnConstraint, ContentArrangement,
};
use comfy_table::{LineStyle, TableStyle, Width};
use serde_json::Value as Json;

use crate::format;
use crate::look::{self, Look};
use crate::time;
use crate::wrap;

/// Blanks between two columns.
const GAP: u16 = 2;

/// No column that may wrap is made narrower than this, or than its longest word; one field per line
/// reads better then.
const NARROWEST: u16 = 16;

/// Rows that a terminal gets at most: nobody reads more there, and all of a million would take minutes.
const SCREENFULS: usize = 1000;

/// A heading and a rule under it; what is copied from the screen has no frame around it.
const RULED: TableStyle =
    TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// Rows under named columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

/// A column of a [`Table`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    name: String,
    numeric: bool,
    wraps: bool,
}

/// One value of a [`Table`]: what a person reads, and what a program reads.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    text: String,
    /// The text where there is no terminal, if it is another one.
    piped: Option<String>,
    json: Json,
}

/// How rows are put on the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// A row per line as long as that fits the width, else a field per line.
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
            numeric: false,
            wraps: false,
        }
    }

    /// A column of numbers: its cells stand at the right.
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
}

impl Cell {
    /// A value that reads as `text` on the screen and as `json` for programs.
    pub fn new(text: impl Into<String>, json: impl Into<Json>) -> Self {
        Cell {
            text: text.into(),
            piped: None,
            json: json.into(),
        }
    }

    /// The same value, which reads as `text` where there is no terminal.
    pub fn piped(self, text: String) -> Self {
        Cell {
            piped: Some(text).filter(|piped| *piped != self.text),
            ..self
        }
    }

    /// A moment: local time of day with its date for people, RFC 3339 for programs.
    pub fn moment(moment: SystemTime) -> Self {
        Cell::new(time::text(moment), time::rfc3339(moment))
    }

    /// Nothing: blank on the screen, null for programs.
    pub fn empty() -> Self {
        Cell::new("", Json::Null)
    }

    /// The text without what would move the cursor or colour the screen: labels and texts come
    /// from another program's memory.
    fn shown(&self, look: Look) -> Cow<'_, str> {
        match (&self.piped, look.width) {
            (Some(piped), None) => format::escaped(piped),
            _ => format::escaped(&self.text),
        }
    }

    /// CSV knows only text; lists and records stay JSON.
    fn csv(&self) -> Cow<'_, str> {
        match &self.json {
            Json::Null => "".into(),
            Json::String(text) => text.as_str().into(),
            other => other.to_string().into(),
        }
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
            rows: Vec::new(),
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

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
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
        if look.width.is_some() && self.len() > SCREENFULS {
            return self.first_rows(layout, look);
        }
        match layout {
            Layout::Fit if self.fits(look) => self.aligned(look),
            Layout::Fit => match self.without_empty_columns() {
                Some((fewer, empty)) => fewer.fitted(look) + left_out(&empty, look).as_str(),
                None => self.expanded(look),
            },
            Layout::Expanded => self.expanded(look),
        }
    }

    fn first_rows(&self, layout: Layout, look: Look) -> String {
        let first = Table {
            columns: self.columns.clone(),
            rows: self.rows[..SCREENFULS].to_vec(),
        };
        let more = format::grouped(&(self.len() - SCREENFULS).to_string());
        let rest = format!("… {more} more rows; `.csv(path)` and `.json(path)` write all");
        let text = first.text(layout, look);
        format!("{text}{}\n", look.paint(look::faint(), &rest))
    }

    /// The columns with something in them, and the others if there are any.
    fn without_empty_columns(&self) -> Option<(Table, Vec<Column>)> {
        let filled: Vec<bool> = (0..self.columns.len())
            .map(|index| self.rows.iter().any(|row| !row[index].text.is_empty()))
            .collect();
        let empty: Vec<bool> = filled.iter().map(|filled| !filled).collect();
        let empty = Some(kept(&self.columns, &empty)).filter(|empty| !empty.is_empty())?;
        let fewer = Table {
            columns: kept(&self.columns, &filled),
            rows: self.rows.iter().map(|row| kept(row, &filled)).collect(),
        };
        Some((fewer, empty))
    }

    /// Whether rows can stand on lines of the width there is.
    pub fn fits(&self, look: Look) -> bool {
        look.width
            .is_none_or(|width| self.narrowest(look) <= u32::from(width))
    }

    /// The rows alone, without the names of the columns.
    pub fn list(&self, look: Look) -> String {
        let heading = 1 + usize::from(look.width.is_some());
        let lines = self.comfy(look).trim_fmt();
        lines
            .lines()
            .skip(heading)
            .map(|line| format!("{line}\n"))
            .collect()
    }

    /// The rows as one JSON array of objects, a row per line.
    pub fn json(&self) -> String {
        let rows: Vec<String> = self
            .rows
            .iter()
            .map(|row| self.json_row(row).to_string())
            .collect();
        match rows.is_empty() {
            true => "[]\n".to_owned(),
            false => format!("[\n{}\n]\n", rows.join(",\n")),
        }
    }

    /// The rows as CSV (RFC 4180) under a line of column names.
    pub fn csv(&self) -> String {
        let mut out = csv::Writer::from_writer(Vec::new());
        let names = self.columns.iter().map(|column| column.name.as_bytes());
        out.write_record(names)
            .expect("writing to memory does not fail");
        for row in &self.rows {
            let fields = row.iter().map(Cell::csv);
            out.write_record(fields.map(Cow::into_owned))
                .expect("every row has one cell for each column");
        }
        let bytes = out.into_inner().expect("writing to memory does not fail");
        String::from_utf8(bytes).expect("made of text")
    }

    fn json_row(&self, row: &[Cell]) -> Json {
        let names = self.columns.iter().map(|column| column.name.clone());
        Json::Object(
            names
                .zip(row.iter().map(|cell| cell.json.clone()))
                .collect(),
        )
    }

    /// The least width at which rows are still one or few lines each.
    fn narrowest(&self, look: Look) -> u32 {
        let gaps = u32::from(GAP) * (self.columns.len() as u32).saturating_sub(1);
        let widths = self.comfy(look).column_max_content_widths();
        let least = widths.iter().enumerate().map(|(index, width)| {
            let at = self.wraps_at(index, look);
            u32::from(at.map_or(*width, |at| at.min(*width)))
        });
        least.sum::<u32>() + gaps
    }

    /// The least width of a column that may take several lines: one of prose, or of several words. A word
    /// is never broken.
    fn wraps_at(&self, index: usize, look: Look) -> Option<u16> {
        let cells = || self.rows.iter().map(|row| row[index].shown(look));
        if !self.columns[index].wraps && !cells().any(|cell| cell.contains(' ')) {
            return None;
        }
        let longest = cells()
            .flat_map(|cell| cell.split(' ').map(|word| word.chars().count()).max())
            .max();
        let longest = longest.unwrap_or(0).max(self.columns[index].name.len());
        Some(u16::try_from(longest).unwrap_or(u16::MAX).max(NARROWEST))
    }

    fn aligned(&self, look: Look) -> String {
        let mut lines = self.comfy(look).trim_fmt();
        lines.push('\n');
        lines
    }

    fn comfy(&self, look: Look) -> comfy_table::Table {
        let mut table = comfy_table::Table::new();
        table.force_no_tty();
        table.load_style(if look.width.is_some() {
            RULED
        } else {
            TableStyle::new()
        });
        if look.color {
            table.enforce_styling();
        }
        table.set_header(self.columns.iter().map(|column| {
            StyledCell::new(&column.name)
                .add_attribute(Attribute::Bold)
                .set_alignment(column.alignment())
        }));
        for row in &self.rows {
            let cells = row.iter().zip(&self.columns);
            table.add_row(cells.map(|(cell, column)| {
                StyledCell::new(cell.shown(look)).set_alignment(column.alignment())
            }));
        }
        if let Some(width) = look.width {
            table
                .set_width(width)
                .set_content_arrangement(ContentArrangement::Dynamic);
        }
        self.constrain(&mut table, look);
        table
    }

    /// Only what has several words is wrapped: half a label or a number on two lines is worse than none.
    fn constrain(&self, table: &mut comfy_table::Table, look: Look) {
        // The rule's junctions take a column of blanks of their own.
        let gap = if look.width.is_some() { GAP - 1 } else { GAP };
        let last = self.columns.len().saturating_sub(1);
        let natural = table.column_max_content_widths();
        for (index, shown) in table.column_iter_mut().enumerate() {
            let padding = if index == last { 0 } else { gap };
            shown.set_padding((0, padding));
            shown.set_constraint(match self.wraps_at(index, look) {
                Some(least) => {
                    let least = least.min(natural[index]) + padding;
                    ColumnConstraint::LowerBoundary(Width::Fixed(least))
                }
                None => ColumnConstraint::ContentWidth,
            });
        }
    }

    fn fitted(&self, look: Look) -> String {
        match self.fits(look) {
            true => self.aligned(look),
            false => self.expanded(look),
        }
    }

    fn expanded(&self, look: Look) -> String {
        let widest = self
            .columns
            .iter()
            .map(|column| column.name.chars().count())
            .max()
            .unwrap_or(0);
        let mut out = String::new();
        for (index, row) in self.rows.iter().enumerate() {
            if self.rows.len() > 1 {
                let rule = format!("── {} ──", index + 1);
                let _ = writeln!(out, "{}", look.paint(look::faint(), &rule));
            }
            for (column, cell) in self.columns.iter().zip(row) {
                let name = format!("{:widest$}", column.name);
                let line = format!(
                    "{}  {}",
                    look.paint(look::strong(), &name),
                    cell.shown(look)
                );
                let hang = widest + usize::from(GAP);
                let columns = look.width.map_or(usize::MAX, usize::from);
                let _ = writeln!(out, "{}", wrap::hanging(line.trim_end(), columns, hang));
            }
        }
        out
    }
}

/// Nobody is to think that there are no such columns.
fn left_out(empty: &[Column], look: Look) -> String {
    let names: Vec<Cow<'_, str>> = empty.iter().map(|c| format::escaped(&c.name)).collect();
    let are = if names.len() == 1 { "is" } else { "are" };
    let told = format!("without {}, which {are} empty", names.join(", "));
    let told = wrap::wrapped(&told, look.width).into_owned();
    format!("{}\n", look.paint(look::faint(), &told))
}

fn kept<T: Clone>(all: &[T], which: &[bool]) -> Vec<T> {
    let chosen = all.iter().zip(which).filter(|(_, is_kept)| **is_kept);
    chosen.map(|(one, _)| one.clone()).collect()
}

impl Column {
    fn alignment(&self) -> CellAlignment {
        if self.numeric {
            CellAlignment::Right
        } else {
            CellAlignment::Left
        }
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
        assert!(text.ends_with("… 11,345 more rows; `.csv(path)` and `.json(path)` write all\n"));
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
}
