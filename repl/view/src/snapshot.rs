//! What one frame shows, as plain data: read by the host, drawn by the panels.
//!
//! It has the rows that are on the screen and no others. Labels, names and texts come as they may be shown: what could
//! command a terminal is escaped, see [`text::clean`](crate::text::clean).

use std::mem::discriminant;
use std::sync::Arc;
use std::time::Duration;

use memglass_value::format::Figure;

use crate::edit::Writable;

/// What one frame shows.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Time since the view was opened.
    pub at: Duration,
    /// Whether values are not of this time, but of one before.
    pub is_frozen: bool,
    /// Whether some of these were read since: what had not been asked for before.
    pub has_later: bool,
    /// The session and its producer.
    pub session: Session,
    /// The rows of the object browser.
    pub objects: Objects,
    /// The rows of the field inspector.
    pub fields: Fields,
    /// The regions of the session's memory.
    pub regions: Vec<Region>,
    /// The bytes of the selected object, if they are shown.
    pub hex: Hex,
    /// The rows of what is watched.
    pub watches: WatchRows,
    /// The changes of one of them, if they are shown.
    pub history: History,
    /// The rows of the log.
    pub log: LogRows,
}

impl Snapshot {
    /// Whether nothing has moved since another one but time.
    pub(crate) fn is_still(&self, before: &Snapshot) -> bool {
        let lists = |snapshot: &Snapshot| {
            let Objects {
                known,
                listed,
                matching,
                first,
                ..
            } = snapshot.objects;
            let Fields {
                total,
                first: field,
                ..
            } = snapshot.fields;
            [
                known,
                listed,
                matching,
                first,
                total,
                field,
                snapshot.log.total,
                snapshot.hex.first,
            ]
        };
        let is_same = |(now, before): (&ObjectRow, &ObjectRow)| {
            let of = |row: &ObjectRow| (row.key, row.changes, row.is_gone, row.is_over);
            of(now) == of(before) && now.cells == before.cells
        };
        lists(self) == lists(before)
            && self
                .objects
                .rows
                .iter()
                .zip(&before.objects.rows)
                .all(is_same)
            && self.fields.rows == before.fields.rows
            && self.hex.rows == before.hex.rows
            && self.regions == before.regions
            && self.log.rows == before.log.rows
            && self.log.alarms == before.log.alarms
            && discriminant(&self.session.producer) == discriminant(&before.session.producer)
    }
}

/// The bytes of the selected object.
#[derive(Clone, Debug, Default)]
pub struct Hex {
    /// How many rows there are.
    pub total: usize,
    /// Which of them is the first.
    pub first: usize,
    /// Which of them is selected.
    pub selected: usize,
    /// The rows.
    pub rows: Vec<HexRow>,
    /// Whether all bytes are of one moment.
    pub is_consistent: bool,
    /// Why there are none.
    pub reason: Option<String>,
}

/// A row of bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HexRow {
    /// Where it begins in the object.
    pub offset: usize,
    /// The bytes.
    pub bytes: Vec<HexByte>,
    /// The fields that they belong to.
    pub names: String,
}

/// One byte of an object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HexByte {
    /// The byte; nothing if it belongs to no value.
    pub value: Option<u8>,
    /// Whether it belongs to the second, the fourth, … field: neighbours look different.
    pub is_odd_field: bool,
}

/// The rows of what is watched.
#[derive(Clone, Debug, Default)]
pub struct WatchRows {
    /// How many there are.
    pub total: usize,
    /// Which of them is the first row.
    pub first: usize,
    /// Which of them is selected.
    pub selected: usize,
    /// The rows.
    pub rows: Vec<WatchRow>,
    /// The present, as times of what is watched count: since the view was opened, and at a replay since the recording began.
    pub at: Duration,
    /// When anything of them changed last before what is shown.
    pub earlier: Option<Duration>,
    /// When anything of them changed first after what is shown.
    pub later: Option<Duration>,
}

/// A field or an expression that is watched.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WatchRow {
    /// Its path or its text.
    pub name: String,
    /// Its value, or the last one that there was.
    pub value: Figure,
    /// The least value of the last seconds.
    pub least: Figure,
    /// The greatest.
    pub greatest: Figure,
    /// Changes in the last second.
    pub rate: f64,
    /// Its values in equal parts of the last seconds, from 0 to 7; nothing where there was none.
    pub history: Vec<Option<u8>>,
    /// Why there is no value now.
    pub trouble: Option<String>,
}

/// The changes of something that is watched, the newest first.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Its path or its text.
    pub name: String,
    /// How many changes are kept.
    pub total: usize,
    /// Which of them is the first row.
    pub first: usize,
    /// Which of them is selected.
    pub selected: usize,
    /// When the newest of them was; as [`WatchRows::at`].
    pub newest: Option<Duration>,
    /// The rows.
    pub rows: Vec<ChangeRow>,
}

/// A value that something had from a time on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChangeRow {
    /// When it was seen first; as [`WatchRows::at`].
    pub at: Duration,
    /// The same as a time of day.
    pub time: String,
    /// The value; nothing where there was none.
    pub value: Figure,
    /// By how much it is more than the number before; nothing where one of them is no number.
    pub change: Figure,
}

/// The rows of the log, the newest first.
#[derive(Clone, Debug, Default)]
pub struct LogRows {
    /// How many entries there are; each has one row or more.
    pub entries: usize,
    /// How many rows there are.
    pub total: usize,
    /// Which of them is the first row.
    pub first: usize,
    /// Which of them is selected.
    pub selected: usize,
    /// The rows.
    pub rows: Vec<LogRow>,
    /// How many alarms and errors came by themselves.
    pub alarms: u64,
    /// The last of them.
    pub alarm: String,
}

/// Something that was done or happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogRow {
    /// The time of day.
    pub time: String,
    /// What it was, in a word.
    pub word: &'static str,
    /// What it was about.
    pub text: String,
    /// What else is to be said.
    pub note: String,
    /// Whether it is to be looked at.
    pub is_bad: bool,
}

/// The session and its producer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Session {
    /// Its name.
    pub name: String,
    /// The producer's process.
    pub pid: u32,
    /// What has become of the producer.
    pub producer: Producer,
    /// Whether every write is refused.
    pub is_readonly: bool,
    /// Whether writes are only tried out.
    pub is_trial: bool,
    /// Whether anything was written that can be undone.
    pub can_undo: bool,
    /// Of a replay of a recording, where it is.
    pub replay: Option<Replay>,
}

/// Where a replay is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Replay {
    /// `12.5 s, playing`.
    pub text: String,
    /// The part of it that has been passed, from 0 to 1.
    pub passed: f64,
    /// When it begins and ends: times of day.
    pub bounds: [String; 2],
    /// What happened in each of as many equal parts; empty if that is not known.
    pub marks: Vec<Mark>,
    /// Whether it is a branch that can be written.
    pub is_branch: bool,
    /// Whether it can be moved from here: nobody else plays it.
    pub is_ours: bool,
}

/// What happened in a part of a recording; the last that applies is the one to be seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// Values changed, or nothing.
    #[default]
    Nothing,
    /// The recorder did not see everything: on a busy machine that is so everywhere, and must hide nothing else.
    Lost,
    /// Objects came.
    Created,
    /// Objects went.
    Destroyed,
    /// A trigger fired.
    Fired,
}

/// What has become of the producer.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Producer {
    /// It runs.
    #[default]
    Live,
    /// It stands still: by a signal or a debugger.
    Suspended {
        /// For how long.
        since: Duration,
    },
    /// It ended in an orderly way.
    Ended {
        /// The time of day at which that was seen; nothing if it was so from the start.
        at: Option<String>,
    },
    /// It died.
    Crashed {
        /// The time of day at which that was seen; nothing if it was so from the start.
        at: Option<String>,
        /// How long ago that is.
        since: Duration,
    },
    /// It is gone, and another has its name.
    Restarted {
        /// The time of day at which that was seen; nothing if it was so from the start.
        at: Option<String>,
    },
}

impl Producer {
    /// Whether values can change.
    pub fn is_live(&self) -> bool {
        matches!(self, Producer::Live)
    }

    /// Whether it is gone, and makes no objects any more.
    pub fn has_ended(&self) -> bool {
        !matches!(self, Producer::Live | Producer::Suspended { .. })
    }
}

/// One object, whatever its slot holds later.
// Packed, as there is one for each object of the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(Rust, packed(4))]
pub struct Key {
    /// Its slot in the directory.
    pub slot: u32,
    /// Which occupant of the slot it is.
    pub generation: u64,
}

/// The rows of the object browser.
#[derive(Clone, Debug, Default)]
pub struct Objects {
    /// How many objects the session has.
    pub known: usize,
    /// How many of them the filters let through.
    pub matching: usize,
    /// Whether the condition has not yet been asked of all of them: more may match.
    pub is_counting: bool,
    /// How many are listed: these, and those just gone.
    pub listed: usize,
    /// Which of them is the first row.
    pub first: usize,
    /// Which of them is selected.
    pub selected: usize,
    /// The selected one, which may have no row on the screen.
    pub current: Option<ObjectRow>,
    /// The rows.
    pub rows: Vec<ObjectRow>,
}

/// One object of the browser.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectRow {
    /// Which object.
    pub key: Key,
    /// Its label.
    pub label: Arc<str>,
    /// The name of its type; of an array of objects, `Book[5]`.
    pub type_name: Arc<str>,
    /// Since it was created.
    pub age: Duration,
    /// Whether it is gone.
    pub is_gone: bool,
    /// How often it was seen to change; nothing of an object that is not looked at.
    pub changes: u64,
    /// Changes a second, once they have been counted for a while.
    pub rate: Option<f64>,
    /// Whether there may be more: it had changed at nearly each look.
    pub is_least: bool,
    /// The values of the pinned columns.
    pub cells: Vec<Cell>,
    /// Whether it is listed only because it is selected: the condition holds for it no longer.
    pub is_over: bool,
}

/// The value of a pinned column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cell {
    /// The value; nothing if the object has none.
    pub value: Figure,
    /// Its unit.
    pub unit: Arc<str>,
    /// Whether it is to be looked at.
    pub is_alarm: bool,
}

/// The rows of the field inspector.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    /// The object whose fields they are.
    pub object: Option<Object>,
    /// How many rows there are.
    pub total: usize,
    /// Which of them is the first.
    pub first: usize,
    /// Which of them is selected.
    pub selected: usize,
    /// The rows.
    pub rows: Vec<FieldRow>,
    /// What else is known of the selected one.
    pub detail: Detail,
    /// The widest that a column needs to be for this object.
    pub widths: Widths,
}

/// Columns that the fields of an object need.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Widths {
    /// For names, indentation included.
    pub name: usize,
    /// For names of types.
    pub type_name: usize,
    /// For units.
    pub unit: usize,
    /// For notes.
    pub note: usize,
    /// For the digits before the decimal point, without commas.
    pub whole: usize,
    /// For what stands behind the decimal point.
    pub fraction: usize,
}

/// The object whose fields are shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// Which one.
    pub key: Key,
    /// Its label.
    pub label: Arc<str>,
    /// The name of its type.
    pub type_name: Arc<str>,
    /// Bytes of its storage.
    pub size: u64,
    /// The region that it lies in.
    pub region: Option<u16>,
    /// Where in the region.
    pub offset: Option<u64>,
    /// The time of day at which it was created.
    pub created: String,
    /// Since then.
    pub age: Duration,
    /// Whether it is gone.
    pub is_gone: bool,
}

/// One row of the field inspector.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldRow {
    /// Its path below the object; empty for the object itself.
    pub path: Arc<str>,
    /// Its name, or its index in brackets.
    pub name: Arc<str>,
    /// How deep it lies.
    pub depth: u16,
    /// Whether it has rows of its own.
    pub fold: Fold,
    /// The name of its type.
    pub type_name: Arc<str>,
    /// Its value.
    pub value: Figure,
    /// Its unit.
    pub unit: Arc<str>,
    /// The name of the value, of an enum or of flags; empty where it has none.
    pub named: String,
    /// The name of the value in brackets, or else how it is protected.
    pub note: String,
    /// Why the value is not that of this moment.
    pub trouble: Option<&'static str>,
    /// The values of several elements that share the row, in columns of one width; empty for one value.
    pub cells: Vec<Figure>,
}

/// Whether a row has rows of its own, and shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    /// It is one value.
    None,
    /// Its rows are hidden.
    Closed,
    /// Its rows follow.
    Open,
}

/// What else is known of the selected field.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Detail {
    /// Its whole path.
    pub path: String,
    /// Its value with all digits.
    pub value: String,
    /// Its type, protection, size and place.
    pub about: String,
    /// What it is, in the producer's words.
    pub description: String,
    /// Which keys can write it, where anything can be written.
    pub writable: Writable,
}

/// One region of the session's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// Its number.
    pub id: u16,
    /// Its bytes.
    pub size: u64,
    /// How many of them are in use.
    pub used: u64,
}
