//! What an evaluation gives back, as data: the front end lays it out, [`memglass_value::format`] makes the text of each cell.

use std::borrow::Cow;
use std::fmt::Write;
use std::sync::Arc;

use memglass::Value;
use serde_json::{Map, Value as Json};

use memglass_value::format::{self, Style};

use crate::rows::Rest;

/// The result of an evaluation.
#[derive(Clone, Debug, PartialEq)]
pub enum Shown {
    /// Nothing to print: a statement, or `()`.
    Nothing,
    /// Text, printed as it is.
    Text(String),
    /// One value.
    Value(Cell),
    /// An array or map with something in it that is no value, such as `()`.
    Mixed {
        /// As a script writes it.
        text: String,
        /// The same as data.
        json: Json,
    },
    /// One object or structure, a row for each field.
    Record(Record),
    /// Objects, or other rows with the same columns.
    Table(Table),
}

/// A value and how to print it.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// The value.
    pub value: Value,
    /// Format and unit that its field declares.
    pub style: Style,
}

/// A structure spread out.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Label or path.
    pub title: String,
    /// Name of its type.
    pub type_name: String,
    /// Its fields, in their order.
    pub rows: Vec<Row>,
}

/// One field of a [`Record`].
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Name of the field.
    pub name: Arc<str>,
    /// Its value.
    pub cell: Cell,
    /// Name of its type.
    pub type_name: String,
    /// What else is to be said: protection, range, description.
    pub note: String,
    /// The fields of the structure that it is; none if it is no structure.
    pub members: Vec<Row>,
}

/// Rows with the same columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Headings.
    pub columns: Vec<String>,
    /// One cell for each column, `None` where a row has nothing there.
    pub rows: Vec<Cells>,
    /// Whether each row is an object, which its first cell names: one without values is gone.
    pub are_objects: bool,
    /// The rows behind these, which are not read yet.
    pub rest: Option<Rest>,
}

/// One row of a [`Table`].
pub(crate) type Cells = Vec<Option<Cell>>;

impl Table {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len() + self.rest.as_ref().map_or(0, Rest::len)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All rows, of which those that are not read yet are read as they come, and not kept.
    pub fn all(&self) -> impl Iterator<Item = Cow<'_, [Option<Cell>]>> {
        let first = self.rows.iter().map(|row| Cow::Borrowed(&row[..]));
        let rest = self.rest.iter().flat_map(Rest::read);
        first.chain(rest.map(Cow::Owned))
    }

    /// All rows as a JSON array, row by row, as long as it goes on.
    pub fn json_text(&self, goes_on: impl Fn() -> bool) -> String {
        let mut text = String::from("[");
        for (index, row) in self.all().take_while(|_| goes_on()).enumerate() {
            text.push_str(if index > 0 { "," } else { "" });
            let _ = write!(text, "{}", row_json(&self.columns, &row));
        }
        text.push(']');
        text
    }
}

impl Cell {
    /// A value without a declared format or unit.
    pub fn plain(value: impl Into<Value>) -> Self {
        Self {
            value: value.into(),
            style: Style::default(),
        }
    }

    /// A sentence, which is never shortened.
    pub(crate) fn prose(text: &str) -> Self {
        Self {
            value: text.into(),
            style: Style::prose(),
        }
    }

    /// Its text, with format and unit.
    pub fn text(&self) -> String {
        format::text(&self.value, &self.style)
    }

    /// Its text for one cell of a table: long arrays become their number of elements.
    pub fn brief(&self) -> String {
        format::brief(&self.value, &self.style)
    }
}

/// One JSON document for the whole result; `null` for nothing.
pub fn json(shown: &Shown) -> Json {
    match shown {
        Shown::Nothing => Json::Null,
        Shown::Text(text) => Json::String(text.clone()),
        Shown::Value(cell) => format::json(&cell.value),
        Shown::Mixed { json, .. } => json.clone(),
        Shown::Record(record) => Json::Object(
            record
                .rows
                .iter()
                .map(|row| (row.name.to_string(), format::json(&row.cell.value)))
                .collect(),
        ),
        Shown::Table(table) => Json::Array(
            table
                .all()
                .map(|row| row_json(&table.columns, &row))
                .collect(),
        ),
    }
}

/// One row as a JSON object.
pub(crate) fn row_json(columns: &[String], row: &[Option<Cell>]) -> Json {
    let cells = row.iter().map(|cell| {
        cell.as_ref()
            .map_or(Json::Null, |cell| format::json(&cell.value))
    });
    Json::Object(columns.iter().cloned().zip(cells).collect::<Map<_, _>>())
}
