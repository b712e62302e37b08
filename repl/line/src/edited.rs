//! The line as it is while a key is pressed.

use std::sync::{Arc, Mutex, PoisonError};

/// A line, and where the cursor is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) line: String,
    pub(super) cursor: usize,
}

impl Draft {
    pub(super) fn before_cursor(&self) -> &str {
        &self.line[..self.cursor]
    }
}

/// The whole line at the last press of an arrow key; clones share it. The editor tells the history only
/// what is before the cursor.
#[derive(Clone, Debug, Default)]
pub(super) struct Edited(Arc<Mutex<Draft>>);

impl Edited {
    pub(super) fn set(&self, line: &str, cursor: usize) {
        let text = Draft {
            line: line.to_owned(),
            cursor,
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = text;
    }

    pub(super) fn get(&self) -> Draft {
        let text = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        text.clone()
    }
}
