//! Everything that leaves: what a line or a command gives back, and how it is written.

use std::borrow::Cow;

use memglass::Value;
use serde_json::Value as Json;

use crate::format;
use crate::look::{self, Look};
use crate::script::{Record, Row, Shown, json};
use crate::table::{self, Cell, Column, Layout, Table};
use crate::wrap;

/// What a line or a command gives back.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Nothing to print.
    Nothing,
    /// The result of an evaluation.
    Result(Shown),
    /// Rows, and what to say to people when there is none.
    Rows(Table, String),
    /// Text with its own form, and the same as data.
    Document(String, Json),
    /// Rows under a title, and the same as data.
    Titled(String, Table, Json),
    /// Text with its own form, and rows of the same for programs.
    Drawn(String, Table),
    /// An empty line between two results, for people.
    Gap,
    /// The screen is to be empty.
    Cleared,
    /// A message about the program itself; no data.
    Note(String),
    /// Several, one after the other.
    All(Vec<Output>),
    /// One in a form of its own, whatever the session's is.
    Styled(Box<Output>, Form),
    /// The session is to end.
    Quit,
}

/// In which form data is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// JSON: one document for each result.
    Json,
    /// CSV with a line of column names.
    Csv,
}

/// What the user chose about the form of results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// For people or for programs.
    pub format: Format,
    /// Rows as lines, or a field per line.
    pub layout: Layout,
}

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// What the user chose.
    pub form: Form,
    /// What the output can show.
    pub look: Look,
}

impl Style {
    /// Text for people, of any width and without colour.
    pub const PLAIN: Style = Style {
        form: Form {
            format: Format::Text,
            layout: Layout::Fit,
        },
        look: Look::PLAIN,
    };
}

/// What is written where for one [`Output`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// For standard output: data only.
    pub data: String,
    /// For standard error.
    pub message: String,
}

impl Output {
    /// Whether the session is to end after it.
    pub fn quits(&self) -> bool {
        match self {
            Output::Quit => true,
            Output::All(outputs) => outputs.iter().any(Output::quits),
            Output::Styled(output, _) => output.quits(),
            _ => false,
        }
    }

    /// The text of it; each part is empty or ends with a newline.
    pub fn render(&self, style: Style) -> Text {
        match self {
            Output::Nothing | Output::Quit => Text::default(),
            Output::Note(note) => {
                let note = format::printable(note);
                Text::message(&wrap::wrapped(&note, style.look.width))
            }
            Output::Gap | Output::Cleared if style.form.format != Format::Text => Text::default(),
            Output::Gap => Text::data("\n".into()),
            Output::Cleared if style.look.width.is_none() => Text::default(),
            Output::Cleared => Text::data("\x1b[H\x1b[2J\x1b[3J".into()),
            Output::All(outputs) => outputs
                .iter()
                .map(|output| output.render(style))
                .fold(Text::default(), Text::then),
            Output::Styled(output, form) => output.render(Style {
                form: *form,
                ..style
            }),
            Output::Result(shown) => Text::data(render_shown(shown, style)),
            Output::Document(text, json) => Text::data(match style.form.format {
                Format::Json => line(on_terminal(json.to_string(), style)),
                Format::Text | Format::Csv => {
                    // Its parts are escaped one by one, and it may have colours.
                    let text = format::printable_in_color(text);
                    line(wrap::wrapped(&text, style.look.width).into_owned())
                }
            }),
            Output::Titled(title, rows, json) => Text::data(match style.form.format {
                Format::Json => line(on_terminal(json.to_string(), style)),
                Format::Csv => on_terminal(rows.csv(), style),
                Format::Text => {
                    let title = style.look.paint(look::strong(), &format::escaped(title));
                    format!("{title}\n{}", rows.text(style.form.layout, style.look))
                }
            }),
            Output::Drawn(text, rows) => Text::data(match style.form.format {
                Format::Text => {
                    let text = format::printable_in_color(text);
                    line(wrap::wrapped(&text, style.look.width).into_owned())
                }
                Format::Json | Format::Csv => render_rows(rows, style),
            }),
            Output::Rows(rows, none) if rows.is_empty() && style.form.format == Format::Text => {
                Text::message(&format::printable(none))
            }
            Output::Rows(rows, _) => Text::data(render_rows(rows, style)),
        }
    }
}

impl Text {
    fn data(data: String) -> Self {
        Text {
            data,
            message: String::new(),
        }
    }

    fn then(mut self, other: Text) -> Self {
        self.data.push_str(&other.data);
        self.message.push_str(&other.message);
        self
    }

    fn message(message: &str) -> Self {
        Text {
            data: String::new(),
            message: line(message.to_owned()),
        }
    }
}

fn render_rows(rows: &Table, style: Style) -> String {
    match style.form.format {
        Format::Text => rows.text(style.form.layout, style.look),
        Format::Json => on_terminal(rows.json(), style),
        Format::Csv => on_terminal(rows.csv(), style),
    }
}

/// A terminal must not obey what comes out of another program's memory; a file gets it as it is.
fn on_terminal(text: String, style: Style) -> String {
    let shown = match (style.look.width, style.form.format) {
        (None, _) => return text,
        (_, Format::Json) => format::printable_json(&text),
        (_, Format::Text | Format::Csv) => format::printable(&text),
    };
    shown.into_owned()
}

fn render_shown(shown: &Shown, style: Style) -> String {
    match (style.form.format, shown) {
        (_, Shown::Nothing) => String::new(),
        (Format::Json, Shown::Table(rows)) => line(on_terminal(rows.json_text(|| true), style)),
        (Format::Json, shown) => line(on_terminal(json(shown).to_string(), style)),
        (Format::Text, Shown::Text(text) | Shown::Mixed { text, .. }) => {
            match text.is_empty() && style.look.width.is_some() {
                true => line(style.look.paint(look::faint(), "\"\"")),
                false => line(on_terminal(text.clone(), style)),
            }
        }
        // A shell that takes the output into a variable wants the value alone.
        (Format::Text, Shown::Value(cell)) if style.look.width.is_none() => {
            line(format::raw(&cell.value))
        }
        (Format::Text, Shown::Value(cell)) => line(value_text(cell, style.look)),
        (Format::Csv, Shown::Value(_) | Shown::Text(_) | Shown::Mixed { .. }) => {
            on_terminal(one_row(&[("value".into(), json(shown))]).csv(), style)
        }
        (Format::Text, Shown::Record(record)) => record_text(record, style),
        (Format::Csv, Shown::Record(record)) => {
            on_terminal(record_row(record, &json(shown)).csv(), style)
        }
        (Format::Csv, Shown::Table(rows)) => on_terminal(csv_of(rows), style),
        (Format::Text, Shown::Table(rows)) => {
            rows_of(rows, style.look).text(style.form.layout, style.look)
        }
    }
}

/// One value, whole, with its unit.
fn value_text(cell: &crate::script::Cell, look: Look) -> String {
    let text = format::text(&cell.value, &cell.style);
    let text = format::escaped(&text);
    let unit = format::unit(&cell.value, &cell.style).map(format::escaped);
    match unit.as_deref().and_then(|unit| text.strip_suffix(unit)) {
        Some(alone) => format!(
            "{alone}{}",
            look.paint(look::faint(), &unit.unwrap_or_default())
        ),
        None => text.into_owned(),
    }
}

/// A structure: a field per line, with what is known of each as far as there is room.
fn record_text(record: &Record, style: Style) -> String {
    let look = style.look;
    let type_name = format::escaped(&record.type_name);
    let heading = match record.title.is_empty() {
        true => look.paint(look::strong(), &type_name),
        false => {
            let title = look.paint(look::accent(), &format::escaped(&record.title));
            format!("{title}  {}", look.paint(look::faint(), &type_name))
        }
    };
    let columns = [
        Column::new("field"),
        Column::wrapping("value"),
        Column::new("type").faint(),
        Column::wrapping("note").faint(),
    ];
    let mut table = Table::new(columns);
    push_rows(&mut table, &record.rows, 0);
    format!("{heading}\n{}", table.list(look))
}

/// The members of a structure inside a structure are rows of their own, shifted to the right.
fn push_rows(table: &mut Table, rows: &[Row], depth: usize) {
    for row in rows {
        let value = match row.members.is_empty() {
            true => value_cell(&row.cell),
            false => Cell::empty(),
        };
        table.push([
            format!("{:1$}{2}", "", 2 * depth, row.name).into(),
            value,
            row.type_name.as_str().into(),
            row.note.as_str().into(),
        ]);
        push_rows(table, &row.members, depth + 1);
    }
}

fn record_row(record: &Record, json: &Json) -> Table {
    let fields: Vec<(String, Json)> = record
        .rows
        .iter()
        .map(|row| (row.name.to_string(), json[&*row.name].clone()))
        .collect();
    one_row(&fields)
}

fn one_row(fields: &[(String, Json)]) -> Table {
    let mut table = Table::new(fields.iter().map(|(name, _)| Column::new(name.as_str())));
    table.push(fields.iter().map(|(_, json)| Cell::new("", json.clone())));
    table
}

fn csv_of(rows: &crate::script::Table) -> String {
    let names = rows.columns.iter().map(String::as_str);
    let text = |cell: &Option<crate::script::Cell>| match cell {
        Some(cell) => table::csv_text(&format::json(&cell.value)).into_owned(),
        None => String::new(),
    };
    let cells = rows.all().map(|row| row.iter().map(text).collect());
    format::written(|out| format::write_csv(names, cells, out))
}

/// The rows as text; of more than a terminal gets, only those that it gets.
fn rows_of(rows: &crate::script::Table, look: Look) -> Table {
    let count = rows.len();
    let first = look.width.map_or(count, |_| count.min(table::SCREENFULS));
    let shown: Vec<Cow<[Option<crate::script::Cell>]>> = rows.all().take(first).collect();
    let cells = |index: usize| shown.iter().filter_map(move |row| row[index].as_ref());
    let columns = rows.columns.iter().enumerate().map(|(index, name)| {
        let is_numeric = cells(index).next().is_some() && cells(index).all(is_number);
        let column = match cells(index).any(|cell| cell.style.is_prose()) {
            true => Column::wrapping(name.as_str()),
            false if is_numeric => Column::numeric(name.as_str()),
            false => Column::new(name.as_str()),
        };
        column.with_unit(common_unit(cells(index)).unwrap_or_default())
    });
    let mut table = Table::new(columns).and_more((count - first) as u64);
    for row in &shown {
        let is_gone = rows.are_objects && row.iter().skip(1).all(Option::is_none);
        let cells = row.iter().enumerate();
        table.push(cells.map(|(index, cell)| match cell {
            Some(cell) => value_cell(cell),
            None if is_gone && index == 1 => {
                Cell::new("gone", Json::Null).piped(String::new()).faint()
            }
            None => Cell::empty(),
        }));
    }
    for index in 0..rows.columns.len() {
        if common_unit(cells(index)).is_some() {
            table.without_units(index);
        }
    }
    table
}

/// Sets of flags and names of numbers are words.
fn is_number(cell: &crate::script::Cell) -> bool {
    use Value::{F32, F64, I64, I128, U64, U128};
    matches!(
        cell.value,
        I64(_) | U64(_) | I128(_) | U128(_) | F32(_) | F64(_)
    )
}

/// The unit that all of these values have.
fn common_unit<'c>(cells: impl Iterator<Item = &'c crate::script::Cell>) -> Option<&'c str> {
    let mut units = cells.map(|cell| format::unit(&cell.value, &cell.style));
    let first = units.next()??;
    units.all(|unit| unit == Some(first)).then_some(first)
}

/// A value as it is for people, and alone, without the unit and the form that its field declares, in a pipe.
fn value_cell(cell: &crate::script::Cell) -> Cell {
    let value = &cell.value;
    let piped = match value {
        Value::List(_) | Value::Record(_) => format::brief_alone(value, &Default::default()),
        scalar => format::raw(scalar),
    };
    let shown = Cell::new(format::brief_alone(value, &cell.style), Json::Null)
        .piped(piped)
        .shortened(format::counted(value))
        .with_unit(format::unit(value, &cell.style).unwrap_or_default());
    match value {
        Value::Text(text) if text.is_empty() => shown.faint(),
        _ => shown,
    }
}

fn line(mut text: String) -> String {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_that_is_gone_says_so_to_people_alone() {
        let rows = crate::script::Table {
            columns: vec!["object".into(), "price".into()],
            rows: vec![vec![Some(crate::script::Cell::plain("order_1")), None]],
            are_objects: true,
            rest: None,
        };
        let render = |format: Format, look: Look| {
            let form = Form {
                format,
                ..Form::default()
            };
            let output = Output::Result(Shown::Table(rows.clone()));
            output.render(Style { form, look }).data
        };
        let screen = Look {
            color: true,
            width: Some(80),
        };
        let text = render(Format::Text, screen);
        assert!(text.contains("order_1  \u{1b}[2mgone\u{1b}[0m"), "{text:?}");
        assert_eq!(render(Format::Csv, screen), "object,price\norder_1,\n");
        assert!(!render(Format::Text, Look::PLAIN).contains("gone"));
    }
}
