//! The panels: each has its own cursor and scroll, draws a snapshot, and answers a command with what it wants done.

pub(crate) mod fields;
mod fields_columns;
pub(crate) mod hex;
pub(crate) mod list_columns;
pub(crate) mod log;
pub(crate) mod memory;
pub(crate) mod objects;
mod objects_columns;
pub(crate) mod watch;

use std::time::Duration;

use crate::edit::Place as FieldPlace;
use crate::interest::{Column, Window};
use crate::keymap::Keymap;
use crate::keys::{Command, Place};
use crate::snapshot::Snapshot;
use list_columns::ListColumns;

/// What a panel draws from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame<'s> {
    pub(crate) snapshot: &'s Snapshot,
    /// Whether it has the keys.
    pub(crate) is_focused: bool,
    /// Whether values can change.
    pub(crate) is_live: bool,
    /// Whether columns have headers.
    pub(crate) has_headers: bool,
    /// Whether there is room for columns that say less.
    pub(crate) is_wide: bool,
    /// Whether there is no other panel.
    pub(crate) is_alone: bool,
    /// Whether what is watched is shown as it was.
    pub(crate) is_past: bool,
    /// Lines about what is selected.
    pub(crate) details: u16,
    /// Which key asks for what.
    pub(crate) keymap: &'s Keymap,
    /// How changes are marked.
    pub(crate) marks: Marking,
    /// The time from which marks are counted, which stands still in a pause; nothing where no change is marked.
    pub(crate) marked: Option<Duration>,
}

impl Frame<'_> {
    /// How new a change is that was seen then.
    pub(crate) fn news(&self, changed: Duration) -> News {
        // What is read anew in a pause has not just changed.
        let ago = self.marked.and_then(|now| now.checked_sub(changed));
        ago.map_or(News::Old, |ago| self.marks.news(ago))
    }
}

/// How long a change is marked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Marking {
    /// In frames; 0 marks nothing.
    pub(crate) frames: u32,
    /// The time between two frames.
    pub(crate) period: Duration,
}

/// How new a change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// Just now.
    Now,
    /// A moment ago.
    Lately,
    /// Not any more.
    Old,
}

impl Marking {
    /// How new a change is that was seen so long ago.
    fn news(self, ago: Duration) -> News {
        let frames = ago.as_nanos() / self.period.as_nanos().max(1);
        match frames {
            frames if frames < u128::from(self.frames.div_ceil(3)) => News::Now,
            frames if frames < u128::from(self.frames) => News::Lately,
            _ => News::Old,
        }
    }
}

/// What a panel made of a command.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Handled {
    /// It is none of its own.
    Ignored,
    /// It was, and this is to be done.
    Consumed(Option<Action>),
}

/// What a panel wants done.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Action {
    /// Another panel gets the keys.
    Focus(Place),
    /// The dialog of a field opens.
    Edit(FieldPlace),
    /// A field gets its other value, or its next one.
    Toggle(FieldPlace),
    /// A number is stepped.
    Step(FieldPlace, i32),
    /// A field is watched, or no longer.
    Watch(FieldPlace),
    /// What is in a row is watched no longer.
    Unwatch(usize),
    /// The changes of what is in a row are shown.
    ShowHistory(usize),
    /// What is watched is shown as it was then.
    GoTo(Duration),
    /// The path of a field is copied.
    CopyPath(FieldPlace),
    /// The value of a field is copied.
    CopyValue(FieldPlace),
    /// Only objects with this in their labels are listed.
    Find(String),
    /// Only objects for which this condition holds are listed.
    Where(String),
    /// A condition is typed instead of what lies over the panels.
    TypeCondition,
    /// The list has these columns, and this order.
    SetColumns(ListColumns),
    /// The text of another column is typed over the dialog of columns, and begins with this.
    TypeColumn(char),
    /// The list has this column, too, and the dialog of columns shows it.
    AddColumn(Column),
    /// Only objects of this type are listed, or all.
    OnlyType(Option<String>),
    /// The selected object is another one, so many rows away.
    MoveList(i32),
    /// A line of Rhai or a command is run.
    Run(String),
}

/// Moves the selected row of a window over `total` rows; false if the command is not about that.
pub(crate) fn moved(window: &mut Window, command: Command, total: usize) -> bool {
    let last = total.saturating_sub(1);
    let page = window.height.max(1);
    let half = (page / 2).max(1);
    let (selected, first) = (window.selected, window.first);
    window.selected = match command {
        Command::Up => selected.saturating_sub(1),
        Command::Down => selected + 1,
        Command::First => 0,
        Command::Last => last,
        Command::HalfUp => selected.saturating_sub(half),
        Command::HalfDown => selected + half,
        Command::PageUp => selected.saturating_sub(page),
        Command::PageDown => selected + page,
        _ => return false,
    }
    .min(last);
    // A screen at a time moves the rows under the cursor.
    window.first = match command {
        Command::HalfUp | Command::PageUp => first.saturating_sub(selected - window.selected),
        Command::HalfDown | Command::PageDown => first + window.selected.saturating_sub(selected),
        _ => first,
    };
    *window = window.settled(total);
    true
}

/// Shorter times are told in seconds.
pub(crate) const TOLD_IN_SECONDS: Duration = Duration::from_secs(60);

/// A length of time in one short word, as `5s`, `2m`, `3h` or `4d`.
pub(crate) fn short_time(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        _ if time < TOLD_IN_SECONDS => format!("{seconds}s"),
        0..3600 => format!("{}m", seconds / 60),
        3600..86_400 => format!("{}h", seconds / 3600),
        _ => format!("{}d", seconds / 86_400),
    }
}
