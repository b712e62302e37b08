//! One value, and how it is printed.

use std::time::SystemTime;

use memglass::Value;

use crate::format::{self, Style};
use crate::time;

/// A value and how to print it.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// The value.
    pub value: Value,
    /// Format and unit that its field declares, or what kind of text it is.
    pub style: Style,
}

impl Cell {
    /// A value without a declared format or unit.
    pub fn plain(value: impl Into<Value>) -> Self {
        Cell {
            value: value.into(),
            style: Style::default(),
        }
    }

    /// A path or another name: a text that is never shortened.
    pub fn name(text: impl Into<String>) -> Self {
        Cell {
            value: Value::Text(text.into()),
            style: Style::name(),
        }
    }

    /// The label of an object. On a screen it is in quotes where a path would not begin with it.
    pub fn label(text: impl Into<String>) -> Self {
        Cell {
            value: Value::Text(text.into()),
            style: Style::label(),
        }
    }

    /// A sentence. It is never shortened, and may take several lines. `None` for no text.
    pub fn prose(text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        let style = Style::prose();
        let value = Value::Text(text);
        (value.as_str() != Some("")).then_some(Cell { value, style })
    }

    /// A moment: local time for people, RFC 3339 for programs. `None` of one that no calendar has.
    pub fn moment(moment: SystemTime) -> Option<Self> {
        time::rfc3339(moment).map(|text| Cell {
            value: Value::Text(text),
            style: Style::moment(),
        })
    }

    /// The same, of which people get the microseconds too.
    pub fn precise_moment(moment: SystemTime) -> Option<Self> {
        let style = Style::precise_moment();
        Cell::moment(moment).map(|cell| Cell { style, ..cell })
    }

    /// A part of a whole, from 0 to 1: a percentage and a bar for people.
    pub fn share(share: f64) -> Self {
        Cell {
            value: Value::F64(share),
            style: Style::share(),
        }
    }

    /// Whether it is a number for people too. Sets of flags, names of numbers and bars are not.
    pub fn is_number(&self) -> bool {
        use Value::{F32, F64, I64, I128, U64, U128};
        match self.value {
            I64(_) | U64(_) | I128(_) | U128(_) | F32(_) | F64(_) => !self.style.is_share(),
            _ => false,
        }
    }

    /// Its text where programs may read it: a number without unit and format.
    pub fn piped(&self) -> String {
        format::piped(&self.value, &self.style)
    }

    /// Its text, with format and unit.
    pub fn text(&self) -> String {
        format::text(&self.value, &self.style)
    }

    /// Its text for one cell of a table, with its unit: long arrays become their number of elements.
    pub fn brief(&self) -> String {
        format::brief(&self.value, &self.style)
    }
}
