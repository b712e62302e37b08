//! What the panels show, as plain data that flows down: the host reads that and nothing else.

use std::collections::BTreeSet;
use std::sync::Arc;

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
    /// The rows of the log.
    pub log: Window,
    /// Whether values are to stay as they were seen last.
    pub is_frozen: bool,
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
