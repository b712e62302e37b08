//! Rows on a screen or in a pipe: as an aligned table, or as one field per line.

use std::borrow::Cow;
use std::io;

use memglass_terminal::look::{self, Look};
use memglass_value::format::{self, write_plain};
use memglass_value::shown::{Cell, Table};
use memglass_value::wrap;

use super::grid::{self, Grid};
use super::{GAP, Out};
use crate::output::{Layout, Rendering};

/// Rows that a terminal gets at most: nobody reads more there.
const SCREENFULS: usize = 1000;

/// A row of a table.
pub(super) type Row<'t> = Cow<'t, [Option<Cell>]>;

/// Writes the rows for people: lines, each ended by a newline; none at all for no row.
pub(super) fn write(table: &Table, rendering: Rendering, out: Out<'_>) -> io::Result<()> {
    if !table.title.is_empty() {
        let title = format::escaped(&table.title);
        let title = rendering.look.paint(look::strong(), &title);
        writeln!(out, "{title}")?;
    }
    match (rendering.look.width, rendering.form.layout) {
        (Some(width), layout) => write_screen(table, width, layout, rendering.look, out),
        (None, Layout::Fit) => write_piped(table, rendering.look, out),
        (None, Layout::Expanded) => {
            let all: Vec<usize> = (0..table.columns.len()).collect();
            let fields = Fields::new(table, &all, rendering.look);
            let mut rows = table.all().enumerate();
            rows.try_for_each(|(index, row)| out.write_all(fields.of(index, &row?).as_bytes()))
        }
    }
}

/// Aligned columns. They are as wide as the first rows need, so that nothing is kept of the others.
fn write_piped(table: &Table, look: Look, out: Out<'_>) -> io::Result<()> {
    let names = table.columns.iter();
    let names = names.map(|name| look.paint(look::strong(), &format::escaped(name)));
    let names = std::iter::once(Ok(names.collect()));
    let columns = 0..table.columns.len();
    let numeric = columns.map(|column| grid::is_numeric(&table.rows, column));
    let numeric: Vec<bool> = numeric.collect();
    let rows = table.all().map(|row| {
        let row = row?;
        Ok(row.iter().map(plain).collect())
    });
    write_plain(&numeric, names.chain(rows), out)
}

/// A cell where there is not a terminal.
fn plain(cell: &Option<Cell>) -> String {
    match cell {
        Some(cell) => format::escaped(&cell.piped()).into_owned(),
        None => String::new(),
    }
}

fn write_screen(
    table: &Table,
    width: u16,
    layout: Layout,
    look: Look,
    out: Out<'_>,
) -> io::Result<()> {
    let rows: Vec<Row> = table.all().take(SCREENFULS).collect::<io::Result<_>>()?;
    let mut text = match layout {
        Layout::Fit => fitting(table, &rows, width, look)
            .or_else(|| narrow(table.narrow.as_deref()?, width, look))
            .unwrap_or_else(|| filled_fields(table, &rows, look)),
        Layout::Expanded => {
            let all: Vec<usize> = (0..table.columns.len()).collect();
            Fields::new(table, &all, look).of_all(&rows)
        }
    };
    if table.len() > rows.len() && rows.len() == SCREENFULS {
        let more = format::grouped(&(table.len() - rows.len()).to_string());
        let told = format!("… {more} more rows; `:csv LINE`, `.csv(path)` and --csv write all");
        grid::note(&mut text, &told, look);
    }
    out.write_all(text.as_bytes())
}

/// Columns, if they fit.
fn fitting(table: &Table, rows: &[Row], width: u16, look: Look) -> Option<String> {
    Grid::of_table(table, rows).text(width.into(), look)
}

/// The columns of what stands for a wider table, which is all there.
fn narrow(table: &Table, width: u16, look: Look) -> Option<String> {
    let rows: Vec<Row> = table.rows.iter().map(|row| row[..].into()).collect();
    fitting(table, &rows, width, look)
}

/// A field per line, without those that are empty in every row.
fn filled_fields(table: &Table, rows: &[Row], look: Look) -> String {
    let is_empty = |index: &usize| rows.iter().all(|row| row[*index].is_none());
    let (empty, filled): (Vec<usize>, Vec<usize>) = (0..table.columns.len()).partition(is_empty);
    let mut out = Fields::new(table, &filled, look).of_all(rows);
    let empty: Vec<&str> = empty.iter().map(|index| &*table.columns[*index]).collect();
    grid::note_empty(&mut out, &empty, look);
    out
}

/// Rows with a field per line.
struct Fields<'t> {
    table: &'t Table,
    columns: &'t [usize],
    widest: usize,
    look: Look,
}

impl<'t> Fields<'t> {
    fn new(table: &'t Table, columns: &'t [usize], look: Look) -> Self {
        let names = columns.iter();
        let names = names.map(|index| wrap::width(&format::escaped(&table.columns[*index])));
        Fields {
            table,
            columns,
            widest: names.max().unwrap_or(0),
            look,
        }
    }

    fn of_all(&self, rows: &[Row]) -> String {
        let rows = rows.iter().enumerate();
        rows.map(|(index, row)| self.of(index, row)).collect()
    }

    /// One row, with its number if it is not the only one.
    fn of(&self, index: usize, row: &[Option<Cell>]) -> String {
        let mut out = String::new();
        if self.table.len() > 1 {
            let rule = format!("── {} ──", index + 1);
            out += &format!("{}\n", self.look.paint(look::faint(), &rule));
        }
        for column in self.columns {
            out += &self.field(&self.table.columns[*column], &self.value(row, *column));
        }
        out
    }

    fn value(&self, row: &[Option<Cell>], column: usize) -> String {
        match self.look.width {
            Some(_) => grid::cell(self.table, row, column, true).painted(self.look),
            None => plain(&row[column]),
        }
    }

    fn field(&self, name: &str, value: &str) -> String {
        let name = format::escaped(name);
        let pad = " ".repeat(self.widest - wrap::width(&name) + GAP);
        let name = self.look.paint(look::strong(), &name);
        let line = format!("{name}{pad}{value}");
        let line = line.trim_end();
        let line = match self.look.width {
            Some(room) => wrap::hanging(line, room.into(), self.widest + GAP),
            None => line.to_owned(),
        };
        line + "\n"
    }
}

#[cfg(test)]
mod tests {
    use memglass::schema::Metadata;
    use memglass::{FlagsValue, Value};
    use memglass_value::format::Style;

    use super::*;
    use crate::output::{Encoding, Form};

    fn at(width: u16) -> Look {
        Look {
            color: false,
            width: Some(width),
        }
    }

    /// The rows in a form.
    fn rendered(table: &Table, form: Form, look: Look) -> String {
        let output = crate::output::Output::from(table.clone());
        output.render(Rendering { form, look }).data
    }

    fn text(table: &Table, look: Look) -> String {
        rendered(table, Form::default(), look)
    }

    fn encoded(table: &Table, encoding: Encoding) -> String {
        let form = Form {
            encoding,
            ..Form::default()
        };
        rendered(table, form, Look::PLAIN)
    }

    fn name(text: impl Into<String>) -> Option<Cell> {
        Some(Cell::name(text))
    }

    fn measured(value: impl Into<Value>, unit: &str) -> Option<Cell> {
        let mut declared = Metadata::default();
        declared.unit = Some(unit.into());
        Some(Cell {
            value: value.into(),
            style: Style::new(&declared),
        })
    }

    fn sample() -> Table {
        let mut table = Table::new(["label", "quantity", "note"]);
        let first = Cell {
            value: 1_500.into(),
            style: Style::grouped(),
        };
        table.push([
            name("AAPL_position"),
            Some(first),
            Cell::prose("the first of all"),
        ]);
        table.push([name("x"), Some(Cell::plain(7)), None]);
        table
    }

    fn widest(text: &str) -> usize {
        let widths = text.lines().map(|line| line.chars().count());
        widths.max().unwrap_or(0)
    }

    #[test]
    fn what_stands_for_a_wider_table_is_shown_where_that_does_not_fit() {
        let mut table = Table::new(["number", "about", "state"]);
        let words = ["1", "AAPL_position.quantity > 500", "armed, interpreted"];
        table.push(words.map(|word| Some(Cell::plain(word))));
        let mut narrow = Table::new(["trigger", "state"]);
        narrow.push([
            Cell::prose("1 AAPL_position.quantity > 500"),
            Cell::prose("armed"),
        ]);
        table.narrow = Some(Box::new(narrow));
        let shown = |width: u16| {
            let look = Look {
                color: false,
                width: Some(width),
            };
            let rendering = Rendering {
                look,
                ..Rendering::PLAIN
            };
            let mut out = Vec::new();
            write(&table, rendering, &mut out).expect("memory takes it");
            String::from_utf8(out).expect("text")
        };
        assert!(shown(80).starts_with("number"), "{}", shown(80));
        let expected = "trigger                 state\n\
             ─────────────────────────────\n\
             1                       armed\n\
             AAPL_position.quantity\n\
             > 500\n";
        assert_eq!(shown(30), expected);
        assert!(shown(12).contains("number"), "{}", shown(12));
    }

    #[test]
    fn numbers_stand_at_the_right_and_a_rule_under_the_heading() {
        let text = text(&sample(), at(80));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "label          quantity  note");
        assert!(lines[1].starts_with("─────"), "{text}");
        assert_eq!(lines[2], "AAPL_position     1,500  the first of all");
        assert_eq!(lines[3], "x                     7");
    }

    #[test]
    fn what_goes_to_a_file_has_no_rule_and_no_commas() {
        let text = text(&sample(), Look::PLAIN);
        assert_eq!(text.lines().count(), 3, "{text}");
        assert!(text.contains("1500"), "{text}");
    }

    #[test]
    fn prose_is_wrapped_before_anything_else_gives_way() {
        let mut table = Table::new(["label", "note"]);
        let note = "a note of so many words that it cannot stand on one line";
        table.push([name("AAPL_position"), Cell::prose(note)]);
        let text = text(&table, at(40));
        assert!(widest(&text) <= 40, "{text}");
        assert!(text.contains("AAPL_position  a note of"), "{text}");
    }

    #[test]
    fn a_table_that_does_not_fit_becomes_one_field_per_line() {
        let expected = "── 1 ──\nlabel     AAPL_position\nquantity  1,500\nnote      the first of all\n\
                        ── 2 ──\nlabel     x\nquantity  7\nnote\n";
        assert_eq!(text(&sample(), at(30)), expected);
    }

    #[test]
    fn words_are_never_broken() {
        let mut table = Table::new(["label", "value"]);
        let value = "{bid_price: 15020, ask_price: 15025, ask_size: 7}";
        table.push([name("AAPL_position"), name(value)]);
        table.push([name("x"), name("12345678901234567890")]);
        let text = text(&table, at(40));
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
        let mut table = Table::new(["label", "a_wide_value_column"]);
        table.push([
            name("AAPL_position_of_the_morning_session"),
            name("one two three four five six seven"),
        ]);
        let expected = "label                AAPL_position_of_the_morning_session\n\
                        a_wide_value_column  one two three four\n                     five six seven\n";
        assert_eq!(text(&table, at(40)), expected);
    }

    #[test]
    fn columns_without_anything_in_them_give_way() {
        let mut table = Table::new(["label", "unit", "type"]);
        table.push([name("AAPL_position_of_the_evening"), None, name("Position")]);
        let narrow = text(&table, at(40));
        assert!(
            narrow.starts_with("label                         type\n"),
            "{narrow}"
        );
        assert!(
            narrow.ends_with("\nwithout unit, which is empty\n"),
            "{narrow}"
        );
        let wide = text(&table, at(80));
        assert!(
            wide.starts_with("label                         unit  type\n"),
            "{wide}"
        );
    }

    #[test]
    fn a_terminal_gets_no_more_rows_than_anybody_reads() {
        let mut table = Table::new(["n"]);
        for number in 0..12_345u64 {
            table.push([Some(Cell::plain(number))]);
        }
        let shown = text(&table, at(80));
        assert_eq!(shown.lines().count(), 2 + SCREENFULS + 1);
        assert!(
            shown.ends_with("… 11,345 more rows; `:csv LINE`, `.csv(path)` and --csv write all\n")
        );
        assert_eq!(text(&table, Look::PLAIN).lines().count(), 12_346);
    }

    #[test]
    fn programs_get_values_and_not_their_looks() {
        let json = encoded(&sample(), Encoding::Json);
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json[0]["quantity"], 1_500);
        assert!(json[1]["note"].is_null());
        assert_eq!(
            encoded(&sample(), Encoding::Csv),
            "label,quantity,note\nAAPL_position,1500,the first of all\nx,7,\n"
        );
    }

    #[test]
    fn a_label_cannot_write_on_the_screen() {
        let mut table = Table::new(["label"]);
        table.push([name("evil\u{1b}[2J")]);
        for encoding in [Encoding::Text, Encoding::Json, Encoding::Csv] {
            let form = Form {
                encoding,
                ..Form::default()
            };
            let shown = rendered(&table, form, at(80));
            assert!(!shown.contains('\u{1b}'), "{shown:?}");
        }
        assert!(encoded(&table, Encoding::Json).contains("\\u001b"));
    }

    #[test]
    fn wide_characters_do_not_shift_columns() {
        let mut table = Table::new(["label", "type"]);
        table.push([name("価格"), name("Quote")]);
        table.push([name("abcd"), name("Quote")]);
        let text = text(&table, Look::PLAIN);
        assert!(text.contains("価格   Quote\nabcd   Quote"), "{text}");
    }

    fn flags(names: &[&str]) -> Option<Cell> {
        Some(Cell::plain(Value::Flags(FlagsValue {
            bits: 0,
            names: names.iter().map(|name| (*name).into()).collect(),
            unnamed: 0,
        })))
    }

    fn orders() -> Table {
        let columns = ["object", "flags", "price", "levels", "quantity"];
        let mut table = Table::new(columns);
        for (label, names, price) in [
            (
                "order_12345",
                &["IMMEDIATE", "POST_ONLY", "HIDDEN"][..],
                150.25,
            ),
            ("order_12346", &[], 9.5),
        ] {
            let levels: Vec<Value> = (1..6).map(Value::I64).collect();
            table.push([
                name(label),
                flags(names),
                measured(price, "USD"),
                Some(Cell::plain(Value::List(levels))),
                measured(100, "shares"),
            ]);
        }
        table
    }

    #[test]
    fn a_table_gives_way_step_by_step() {
        let table = orders();
        assert_eq!(
            text(&table, at(100)),
            "object       flags                           price USD  levels           quantity shares\n\
             ────────────────────────────────────────────────────────────────────────────────────────\n\
             order_12345  IMMEDIATE | POST_ONLY | HIDDEN     150.25  [1, 2, 3, 4, 5]              100\n\
             order_12346  0x0                                  9.5   [1, 2, 3, 4, 5]              100\n"
        );
        assert_eq!(
            text(&table, at(66)),
            "object       flags                price  levels        quantity\n\
             \u{20}                                   USD                  shares\n\
             ───────────────────────────────────────────────────────────────\n\
             order_12345  IMMEDIATE |         150.25  [5 elements]       100\n\
             \u{20}            POST_ONLY | HIDDEN\n\
             order_12346  0x0                   9.5   [5 elements]       100\n"
        );
        let narrower = text(&table, at(60));
        assert!(narrower.contains("\n             HIDDEN\n"), "{narrower}");
    }

    #[test]
    fn the_last_columns_are_left_out_and_named() {
        let mut table = Table::new((0..800).map(|index| format!("field_{index}")));
        let cells = (0..800u64).map(|number| Some(Cell::plain(number)));
        table.push(cells.collect::<Vec<_>>());
        let shown = text(&table, at(60));
        assert!(widest(&shown) <= 60, "{shown}");
        assert!(shown.starts_with("field_0  field_1"), "{shown}");
        assert!(
            shown.contains("columns not shown: field_6, field_7,"),
            "{shown}"
        );
        assert!(shown.ends_with("`:x` shows all\n"), "{shown}");
        assert!(text(&table, at(59)).starts_with("field_0    0\n"));
    }

    #[test]
    fn tables_of_any_size_take_linear_time_and_what_is_cut_says_so() {
        let mut table = Table::new((0..800).map(|index| format!("field_{index}")));
        for _ in 0..5 {
            let cells = (0..800).map(|index| match index {
                0 => name("wide ".repeat(40_000)),
                1 => name("x".repeat(200_000)),
                _ => name("y"),
            });
            table.push(cells.collect::<Vec<_>>());
        }
        let start = std::time::Instant::now();
        for look in [at(60), at(120), at(u16::MAX), Look::PLAIN] {
            for layout in [Layout::Fit, Layout::Expanded] {
                let form = Form {
                    layout,
                    ..Form::default()
                };
                rendered(&table, form, look);
            }
        }
        assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
        let screen = text(&table, at(120));
        assert!(screen.contains("… (200,000"), "{screen}");
        assert!(text(&table, Look::PLAIN).contains(&"x".repeat(200_000)));
    }

    #[test]
    fn units_are_faint_and_headings_are_not() {
        let look = Look {
            color: true,
            width: Some(100),
        };
        let text = text(&orders(), look);
        assert!(
            text.contains("\u{1b}[1mprice\u{1b}[0m \u{1b}[2mUSD\u{1b}[0m"),
            "{text:?}"
        );
    }

    #[test]
    fn a_unit_is_never_parted_from_its_number() {
        let mut table = Table::new(["field", "value"]);
        table.push([name("price"), measured(150.25, "USD")]);
        table.push([name("note"), name("one two three four five six")]);
        let text = text(&table, at(20));
        assert!(text.contains("150.25 USD"), "{text}");
    }
}
