//! The one renderer: text, JSON and CSV of everything that a line gives back.
//!
//! What is written leaves row by row. A writer that fails ends it, and so does one that is told to stop.

mod bytes;
mod document;
mod grid;
mod record;
mod table;

use std::io;

use memglass_terminal::look::{self, Look};
use memglass_terminal::streams::CLEAR;
use memglass_value::format;
use memglass_value::shown::{Cell, Shown, Table};
use memglass_value::wrap;
use serde_json::Value as Json;

use crate::output::{Encoding, Output, Rendering};

/// What takes the data.
pub(crate) type Out<'o> = &'o mut dyn io::Write;

/// What is written where for one [`Output`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    /// For standard output: data only.
    pub data: String,
    /// For standard error.
    pub message: String,
}

/// Columns between two columns of a table.
const GAP: usize = 2;

impl Output {
    /// Writes its data to `out`, and gives what there is to say to people besides: nothing, or whole lines.
    ///
    /// # Errors
    ///
    /// As writing to `out`; also if rows can no longer be read.
    pub fn write(&self, rendering: Rendering, out: Out<'_>) -> io::Result<String> {
        match self {
            Output::Result(shown) => write_shown(shown, rendering, out),
            Output::Note(note) => Ok(message(note, rendering.look)),
            Output::All(outputs) => {
                let messages = outputs.iter().map(|output| output.write(rendering, out));
                messages.collect()
            }
            Output::Styled(output, form) => {
                let form = *form;
                output.write(Rendering { form, ..rendering }, out)
            }
            Output::Cleared if rendering.is_screen() => {
                out.write_all(CLEAR.as_bytes()).map(|()| String::new())
            }
            Output::Cleared | Output::Quit => Ok(String::new()),
        }
    }

    /// The same in memory.
    pub fn render(&self, rendering: Rendering) -> Rendered {
        let mut data = Vec::new();
        let told = self.write(rendering, &mut data).unwrap_or_else(|error| {
            // Memory takes everything, so it is the rows.
            message(&format!("error: {error}"), rendering.look)
        });
        Rendered {
            data: String::from_utf8_lossy(&data).into_owned(),
            message: told,
        }
    }
}

fn message(text: &str, look: Look) -> String {
    let text = format::printable(text);
    line(wrap::wrapped(&text, look.width).into_owned())
}

fn write_shown(shown: &Shown, rendering: Rendering, out: Out<'_>) -> io::Result<String> {
    match (rendering.form.encoding, shown) {
        (Encoding::Text, Shown::Table(table)) if table.is_empty() => {
            return Ok(message(&table.none, rendering.look));
        }
        (Encoding::Text, shown) => write_text(shown, rendering, out)?,
        (Encoding::Json, shown) => write_json(shown, rendering, out)?,
        (Encoding::Csv, shown) => write_csv(shown, rendering, out)?,
    }
    Ok(String::new())
}

fn write_text(shown: &Shown, rendering: Rendering, out: Out<'_>) -> io::Result<()> {
    let look = rendering.look;
    let text = match shown {
        Shown::Nothing => return Ok(()),
        Shown::Table(table) => return table::write(table, rendering, out),
        Shown::Record(record) => return record::write(record, look, out),
        Shown::Document(document) => document::text(document, look),
        Shown::Bytes(bytes) => bytes::text(bytes, look),
        Shown::Text { text, .. } if text.is_empty() && look.width.is_some() => {
            look.paint(look::faint(), "\"\"")
        }
        Shown::Text { text, .. } => on_terminal(text.clone(), rendering),
        // A shell that takes the output into a variable wants the value alone.
        Shown::Value(cell) if look.width.is_none() => format::raw(&cell.value),
        Shown::Value(cell) => value(cell, look),
    };
    out.write_all(line(text).as_bytes())
}

/// One value, whole, with its unit.
fn value(cell: &Cell, look: Look) -> String {
    let text = format::text(&cell.value, &cell.style);
    let text = format::escaped(&text);
    let unit = format::unit(&cell.value, &cell.style).map(format::escaped);
    with_faint_unit(&text, unit.as_deref().unwrap_or_default(), look)
}

/// A text that ends in this unit, which is less in the eye.
fn with_faint_unit(text: &str, unit: &str, look: Look) -> String {
    match text.strip_suffix(unit) {
        Some(value) => format!("{value}{}", look.paint(look::faint(), unit)),
        None => text.to_owned(),
    }
}

fn write_json(shown: &Shown, rendering: Rendering, out: Out<'_>) -> io::Result<()> {
    match (shown, shown.json()) {
        (Shown::Nothing, _) => Ok(()),
        (Shown::Table(table), None) => {
            let rows = table.all_json();
            let rows = rows.map(|row| Ok(on_terminal(row?.to_string(), rendering)));
            format::write_json(rows, out)
        }
        (_, json) => {
            let json = json.unwrap_or_default().to_string();
            out.write_all(line(on_terminal(json, rendering)).as_bytes())
        }
    }
}

fn write_csv(shown: &Shown, rendering: Rendering, out: Out<'_>) -> io::Result<()> {
    let shown_text = |json: Json| on_terminal(csv_text(json), rendering);
    match shown {
        Shown::Table(table) => {
            let names = table.columns.iter().map(String::as_str);
            let text = |cell: &Option<Cell>| match cell {
                Some(cell) => shown_text(format::json(&cell.value)),
                None => String::new(),
            };
            let rows = table.all().map(|row| Ok(row?.iter().map(text).collect()));
            format::write_csv(names, rows, out)
        }
        Shown::Record(record) => {
            let names = record.members.iter().map(|member| member.name.to_string());
            let cells = record
                .members
                .iter()
                .map(|member| Some(member.cell.clone()));
            let mut row = Table::new(names);
            row.push(cells.collect::<Vec<_>>());
            write_csv(&row.into(), rendering, out)
        }
        Shown::Value(_) | Shown::Text { .. } => {
            let value = shown_text(shown.json().unwrap_or_default());
            let rows = std::iter::once(Ok(vec![value]));
            format::write_csv(std::iter::once("value"), rows, out)
        }
        Shown::Nothing | Shown::Document(_) | Shown::Bytes(_) => write_text(shown, rendering, out),
    }
}

/// CSV knows only text; lists and records stay JSON.
fn csv_text(json: Json) -> String {
    match json {
        Json::Null => String::new(),
        Json::String(text) => text,
        other => other.to_string(),
    }
}

/// A terminal must not obey what comes out of another program's memory; a file gets it as it is.
fn on_terminal(text: String, rendering: Rendering) -> String {
    let shown = match (rendering.look.width, rendering.form.encoding) {
        (None, _) => return text,
        (_, Encoding::Json) => format::printable_json(&text),
        (_, Encoding::Text | Encoding::Csv) => format::printable(&text),
    };
    shown.into_owned()
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
    use crate::output::Form;

    #[test]
    fn an_object_that_is_gone_says_so_to_people_alone() {
        let mut table = Table::new(["object", "price"]);
        table.push([Some(Cell::plain("order_1")), None]);
        table.are_objects = true;
        let render = |encoding: Encoding, look: Look| {
            let form = Form {
                encoding,
                ..Form::default()
            };
            let output = Output::from(table.clone());
            output.render(Rendering { form, look }).data
        };
        let screen = Look {
            color: true,
            width: Some(80),
        };
        let text = render(Encoding::Text, screen);
        assert!(text.contains("order_1  \u{1b}[2mgone\u{1b}[0m"), "{text:?}");
        assert_eq!(render(Encoding::Csv, screen), "object,price\norder_1,\n");
        assert!(!render(Encoding::Text, Look::PLAIN).contains("gone"));
    }

    #[test]
    fn no_row_is_no_text_and_an_empty_document() {
        let output = Output::from(Table::new(["label"]).or_else("no objects"));
        let render = |encoding: Encoding| {
            let form = Form {
                encoding,
                ..Form::default()
            };
            let look = Look::PLAIN;
            output.render(Rendering { form, look })
        };
        let text = render(Encoding::Text);
        assert_eq!((&*text.data, &*text.message), ("", "no objects\n"));
        assert_eq!(render(Encoding::Json).data, "[]\n");
        assert_eq!(render(Encoding::Csv).data, "label\n");
    }
}
