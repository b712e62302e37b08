//! What the panels show, as plain data that flows down: the host reads that and nothing else.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use crate::edit::Mistake;
use crate::snapshot::Key;

/// What the next snapshot is to hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Interest {
    /// The rows of the object browser.
    pub objects: ObjectsInterest,
    /// The rows of the field inspector.
    pub fields: FieldsInterest,
    /// The bytes of the selected object, if they are shown.
    pub hex: Option<HexInterest>,
    /// The rows of what is watched.
    pub watches: Window,
    /// The changes of one of them, if they are shown.
    pub history: Option<HistoryInterest>,
    /// The rows of the log.
    pub log: LogInterest,
    /// Whether values are to stay as they were seen last.
    pub is_frozen: bool,
    /// What is watched is wanted as it was then, as [`WatchRows::at`](crate::snapshot::WatchRows::at); the rest is frozen.
    pub moment: Option<Duration>,
}

/// The rows of the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogInterest {
    /// Which rows.
    pub window: Window,
    /// Columns for what an entry says, into which it is wrapped; nothing while the log is not on the screen.
    pub columns: Option<u16>,
}

/// The part of a list that is on the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// The selected row.
    pub selected: usize,
    /// The first row.
    pub first: usize,
    /// How many rows fit.
    pub height: usize,
}

/// The rows of the object browser.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ObjectsInterest {
    /// The selected object; the window moves with it. Without one the window's row counts.
    pub key: Option<Key>,
    /// Which rows.
    pub window: Window,
    /// Only objects with this in their labels, in any case; all if it is empty.
    pub find: Arc<str>,
    /// Only objects of this type.
    pub type_name: Option<Arc<str>>,
    /// Only objects for which this condition about their fields holds; all if it is empty.
    pub condition: Arc<str>,
    /// Their order.
    pub sort: Sort,
    /// The pinned columns that are shown.
    pub columns: Vec<Column>,
    /// Whether somebody is at the keys: rows stay where they are.
    pub is_touched: bool,
}

/// The order of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sort {
    /// What is compared. Of equal objects, and where there is nothing to compare, the label decides.
    pub by: SortBy,
    /// Whether the greatest come first.
    pub is_descending: bool,
}

/// What the list is sorted by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SortBy {
    /// The labels.
    #[default]
    Label,
    /// The names of the types.
    Type,
    /// The time since they were created.
    Age,
    /// Changes a second.
    Rate,
    /// What this expression of an object's fields gives.
    Column(Arc<str>),
}

/// A column of the list that shows what an expression of each object's fields gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The expression.
    pub text: Arc<str>,
    /// The rest of the condition under which a value is to be looked at: `> 1e6`.
    pub alarm: Option<Arc<str>>,
}

/// The word between an expression and the condition of its colour.
const AMBER: &str = " amber ";

/// Colours that people try instead.
const OTHERS: [&str; 9] = [
    "blue", "cyan", "green", "magenta", "orange", "purple", "red", "white", "yellow",
];

impl SortBy {
    /// What it is called.
    pub fn name(&self) -> &str {
        match self {
            SortBy::Label => "label",
            SortBy::Type => "type",
            SortBy::Age => "age",
            SortBy::Rate => "chg/s",
            SortBy::Column(text) => text,
        }
    }
}

impl Column {
    /// The column of a text such as `price * quantity amber > 1e6`.
    pub fn of_text(text: &str) -> Column {
        let (text, alarm) = text.split_once(AMBER).unwrap_or((text, ""));
        Column {
            text: text.trim().into(),
            alarm: Some(alarm.trim().into()).filter(|alarm: &Arc<str>| !alarm.is_empty()),
        }
    }

    /// What is wrong with a text that has another colour between an expression and a comparison.
    pub(crate) fn other_colour(text: &str) -> Option<Mistake> {
        let compares = |rest: &str| rest.trim_start().starts_with(['<', '>', '=', '!']);
        let found = |color: &'static str| {
            let at = text.find(&format!(" {color} "))? + 1;
            let is_meant = !text.contains(AMBER) && compares(&text[at + color.len()..]);
            is_meant.then_some((color, at))
        };
        let (color, at) = OTHERS.into_iter().find_map(found)?;
        Some(Mistake {
            reason: format!("the colour of values to look at is amber, not {color}"),
            at: Some(at..at + color.len()),
        })
    }

    /// The text of which it is made.
    pub fn to_text(&self) -> String {
        match &self.alarm {
            Some(alarm) => format!("{}{AMBER}{alarm}", self.text),
            None => self.text.to_string(),
        }
    }
}

/// The rows of the field inspector, for the selected object.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FieldsInterest {
    /// Which rows.
    pub window: Window,
    /// Paths of the structs and arrays that are not as they are at first, open or closed.
    pub toggled: Arc<BTreeSet<Arc<str>>>,
    /// Whether integers are in hexadecimal.
    pub in_hex: bool,
    /// Columns for the values of elements that share a row.
    pub columns: u16,
}

/// The changes of something that is watched, the newest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HistoryInterest {
    /// Which of the watches.
    pub watch: usize,
    /// Which changes.
    pub window: Window,
    /// Only changes up to this time, as [`WatchRows::at`](crate::snapshot::WatchRows::at): rows stay where they are while others come.
    pub until: Option<Duration>,
}

/// The bytes of the selected object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HexInterest {
    /// Which rows.
    pub window: Window,
    /// Bytes in a row.
    pub row_bytes: usize,
}

impl Window {
    /// The window with the selected row among `total` rows, and the first row such that it is on the screen.
    pub fn settled(self, total: usize) -> Window {
        let selected = self.selected.min(total.saturating_sub(1));
        let most = total.saturating_sub(self.height);
        let lowest = (selected + 1).saturating_sub(self.height);
        Window {
            selected,
            first: self.first.min(most).clamp(lowest.min(selected), selected),
            height: self.height,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(window: [usize; 3], total: usize, expected: [usize; 2]) {
        let [selected, first, height] = window;
        let window = Window {
            selected,
            first,
            height,
        };
        let settled = window.settled(total);
        assert_eq!([settled.selected, settled.first], expected);
    }

    #[test]
    fn the_selected_row_is_on_the_screen() {
        check([5, 0, 10], 20, [5, 0]);
        check([15, 0, 10], 20, [15, 6]);
        check([3, 8, 10], 20, [3, 3]);
        check([99, 0, 10], 20, [19, 10]);
        check([5, 5, 10], 8, [5, 0]);
        check([0, 0, 10], 0, [0, 0]);
        check([4, 0, 0], 9, [4, 4]);
    }
}
