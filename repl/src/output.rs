//! What a line or a command gives back, and the form that the user chose for it.

use memglass_terminal::look::Look;
use memglass_value::shown::{Bytes, Document, Record, Shown, Table};

/// What a line or a command gives back.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Data.
    Result(Shown),
    /// A message about the program itself; no data.
    Note(String),
    /// Several, one after the other.
    All(Vec<Output>),
    /// One in a form of its own, whatever the session's is.
    Styled(Box<Output>, Form),
    /// The screen is to be empty.
    Cleared,
    /// The session is to end.
    Quit,
}

/// In which language data is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// For people.
    #[default]
    Text,
    /// JSON: one document for each result.
    Json,
    /// CSV with a line of column names.
    Csv,
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

/// What the user chose about the form of results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// For people or for programs.
    pub encoding: Encoding,
    /// Rows as lines, or a field per line.
    pub layout: Layout,
}

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rendering {
    /// What the user chose.
    pub form: Form,
    /// What the output can show.
    pub look: Look,
}

impl Rendering {
    /// Text for people, of any width and without colour.
    pub const PLAIN: Rendering = Rendering {
        form: Form {
            encoding: Encoding::Text,
            layout: Layout::Fit,
        },
        look: Look::PLAIN,
    };

    /// Whether it is text on a terminal.
    pub fn is_screen(&self) -> bool {
        self.form.encoding == Encoding::Text && self.look.width.is_some()
    }
}

impl Output {
    /// Nothing to show.
    pub const NOTHING: Output = Output::Result(Shown::Nothing);

    /// One of these, or all of them one after the other.
    pub fn all(outputs: impl IntoIterator<Item = Output>) -> Self {
        let mut outputs: Vec<Output> = outputs.into_iter().collect();
        match outputs.len() {
            0 => Output::NOTHING,
            1 => outputs.remove(0),
            _ => Output::All(outputs),
        }
    }

    /// Whether the session is to end after it.
    pub fn quits(&self) -> bool {
        match self {
            Output::Quit => true,
            Output::All(outputs) => outputs.iter().any(Output::quits),
            Output::Styled(output, _) => output.quits(),
            _ => false,
        }
    }
}

impl From<Shown> for Output {
    fn from(shown: Shown) -> Self {
        Output::Result(shown)
    }
}

impl From<Table> for Output {
    fn from(table: Table) -> Self {
        Output::Result(table.into())
    }
}

impl From<Record> for Output {
    fn from(record: Record) -> Self {
        Output::Result(record.into())
    }
}

impl From<Document> for Output {
    fn from(document: Document) -> Self {
        Output::Result(document.into())
    }
}

impl From<Bytes> for Output {
    fn from(bytes: Bytes) -> Self {
        Output::Result(bytes.into())
    }
}
