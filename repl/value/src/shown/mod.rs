//! What a line, a command or a view shows, as data: whoever shows it draws text, JSON or CSV from the same values.
//!
//! There is one kind for each shape that data has:
//!
//! - [`Cell`]: one value, and how its field wants it printed.
//! - [`Record`]: a tree of members, as a structure is.
//! - [`Table`]: rows under named columns, which may be read only when they are asked for.
//! - [`Document`]: lines for people to read, and the same for programs.
//! - [`Bytes`]: memory, and which field each byte belongs to.

mod bytes;
mod cell;
mod document;
mod record;
mod table;

use serde_json::Value as Json;

use crate::format;

pub use bytes::{Bytes, Part};
pub use cell::Cell;
pub use document::{Document, Line, Role, Span};
pub use record::{Member, Record};
pub use table::{Cells, Rest, RowReader, Table};

/// One result.
#[derive(Clone, Debug, PartialEq)]
pub enum Shown {
    /// Nothing: a statement, or `()`.
    Nothing,
    /// A text of a script, printed as it is.
    Text {
        /// The text.
        text: String,
        /// The same for programs, if that is not the text itself.
        json: Option<Json>,
    },
    /// One value.
    Value(Cell),
    /// One object or structure.
    Record(Record),
    /// Rows with the same columns.
    Table(Table),
    /// Lines to read.
    Document(Document),
    /// Memory.
    Bytes(Bytes),
}

impl Shown {
    /// A text that is the same for programs.
    pub fn text(text: impl Into<String>) -> Self {
        Shown::Text {
            text: text.into(),
            json: None,
        }
    }

    /// One value for programs; `None` for rows, which are many.
    pub fn json(&self) -> Option<Json> {
        Some(match self {
            Shown::Nothing => Json::Null,
            Shown::Text { text, json } => json.clone().unwrap_or_else(|| text.as_str().into()),
            Shown::Value(cell) => format::json(&cell.value),
            Shown::Record(record) => record.json(),
            Shown::Table(table) => return table.json.clone(),
            Shown::Document(document) => document.json.clone(),
            Shown::Bytes(bytes) => bytes.json(),
        })
    }
}

impl From<Table> for Shown {
    fn from(table: Table) -> Self {
        Shown::Table(table)
    }
}

impl From<Record> for Shown {
    fn from(record: Record) -> Self {
        Shown::Record(record)
    }
}

impl From<Document> for Shown {
    fn from(document: Document) -> Self {
        Shown::Document(document)
    }
}

impl From<Bytes> for Shown {
    fn from(bytes: Bytes) -> Self {
        Shown::Bytes(bytes)
    }
}
