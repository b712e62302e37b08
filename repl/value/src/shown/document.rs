//! Lines for people to read: parts have roles, and whoever draws them has the colours.

use serde_json::Value as Json;

/// Lines to read, and the same for programs.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// The lines.
    pub lines: Vec<Line>,
    /// What a program gets.
    pub json: Json,
}

/// One line of a [`Document`]. Where the screen ends it goes on below itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// Its parts, one behind the other.
    pub spans: Vec<Span>,
    /// Columns by which the rest of a broken line is indented.
    pub hang: usize,
}

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Its text, without line breaks.
    pub text: String,
    /// What it is.
    pub role: Role,
}

/// What a part of a line is, which decides how it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Text.
    Plain,
    /// What the lines are about.
    Heading,
    /// What stands beside the point.
    Aside,
}

/// Columns by which the rest of a line is indented that is not indented itself.
const HANG: usize = 2;

impl Document {
    /// Lines that a program gets as `json`.
    pub fn new(lines: impl IntoIterator<Item = Line>, json: impl Into<Json>) -> Self {
        Document {
            lines: lines.into_iter().collect(),
            json: json.into(),
        }
    }

    /// Plain lines that a program gets as one text.
    pub fn text(text: &str) -> Self {
        let text = text.trim_end_matches('\n');
        Document::new(text.split('\n').map(Line::from), text)
    }
}

impl Line {
    /// What the lines below it are about.
    pub fn heading(text: impl Into<String>) -> Self {
        Line::from_iter([(text.into(), Role::Heading)])
    }

    /// A name, and in the column behind the longest name what there is to say of it.
    pub fn entry(name: &str, columns: usize, value: &str) -> Self {
        Line {
            hang: columns,
            ..Line::from_iter([
                (format!("{name:columns$}"), Role::Plain),
                (value.to_owned(), Role::Plain),
            ])
        }
    }
}

impl From<&str> for Line {
    fn from(text: &str) -> Self {
        let indent = text.len() - text.trim_start_matches(' ').len();
        Line {
            hang: if indent == 0 { HANG } else { indent },
            ..Line::from_iter([(text.to_owned(), Role::Plain)])
        }
    }
}

impl FromIterator<(String, Role)> for Line {
    fn from_iter<T: IntoIterator<Item = (String, Role)>>(spans: T) -> Self {
        let spans = spans.into_iter();
        Line {
            spans: spans.map(|(text, role)| Span { text, role }).collect(),
            hang: HANG,
        }
    }
}
