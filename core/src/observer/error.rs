//! What can go wrong on the observer's side, one enum for each direction of use.

use std::error::Error;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use crate::coerce::Refusal;
use crate::layout::LayoutError;
use crate::schema::Range;
use crate::shm::ShmError;

/// A session that cannot be attached to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AttachError {
    /// There is no session of this name.
    #[error("no session {name:?} in {}; {}", dir.display(), known(sessions))]
    NoSuchSession {
        /// The name.
        name: String,
        /// Where it was looked for.
        dir: PathBuf,
        /// The existing sessions.
        sessions: Vec<String>,
    },
    /// The name cannot name a session.
    #[error("session name {name:?} is not 1 to 64 of the characters A-Z a-z 0-9 . _ -")]
    BadName {
        /// The name.
        name: String,
    },
    /// The producer has not finished making the session.
    #[error("session {name:?} is still being started by its producer (pid {pid}); try again")]
    Starting {
        /// The session.
        name: String,
        /// The producer.
        pid: u32,
    },
    /// All places for writing processes are taken.
    #[error(
        "session {name:?} has 254 writing observers already; attach read-only or end one of them"
    )]
    TooManyWriters {
        /// The session.
        name: String,
    },
    /// The session cannot be removed, because its producer is alive.
    #[error("session {name:?} is alive (pid {pid}); end its producer first")]
    Alive {
        /// The session.
        name: String,
        /// The producer.
        pid: u32,
    },
    /// The session's memory is damaged.
    #[error(transparent)]
    Layout(LayoutError),
    /// The segments cannot be opened.
    #[error(transparent)]
    Shm(ShmError),
}

/// A path that leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// No live object has the label.
    #[error("no object {label:?}{suggestion}")]
    NoSuchObject {
        /// What was looked for.
        label: String,
        /// `; did you mean …?` or nothing.
        suggestion: String,
    },
    /// The type has no such member.
    #[error("no field {field:?} in {object} ({type_name}){suggestion}")]
    NoSuchField {
        /// Path of the struct.
        object: String,
        /// Its type.
        type_name: String,
        /// What was looked for.
        field: String,
        /// `; did you mean …?`, or what there is.
        suggestion: String,
    },
    /// The array has no element with that index.
    #[error("{path}: index {index} is out of range; allowed is {}", Range::of_indices(*count))]
    IndexOutOfRange {
        /// Path of the array.
        path: String,
        /// What was asked for.
        index: u64,
        /// Number of elements.
        count: u64,
    },
    /// The value has no members.
    #[error("{path} is {noun} ({type_name}) and has no field {field:?}")]
    NotAStruct {
        /// Path of the value.
        path: String,
        /// What it is.
        noun: String,
        /// Its type.
        type_name: String,
        /// What was looked for.
        field: String,
    },
    /// The value has no elements.
    #[error("{path} is {noun} ({type_name}) and has no elements")]
    NotAnArray {
        /// Path of the value.
        path: String,
        /// What it is.
        noun: String,
        /// Its type.
        type_name: String,
    },
    /// The text is not a path.
    #[error("{path:?} is not a path: expected {expected} at byte {at}")]
    Malformed {
        /// The text.
        path: String,
        /// Bytes from its start.
        at: usize,
        /// What should stand there.
        expected: String,
    },
    /// The packed record has no such part now, or its bytes do not fit its layout.
    #[error("{path}: {reason}")]
    Record {
        /// Path of the part.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// The object's entry does not lead to its bytes.
    #[error("object {label:?} is damaged: {cause}")]
    Damaged {
        /// The object.
        label: String,
        /// What is wrong.
        cause: DamagedMemory,
    },
}

/// A value that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The object was destroyed after the field was resolved.
    #[error("{path} is gone: its object was destroyed; look it up again")]
    Gone {
        /// The field.
        path: String,
    },
    /// A new value was published during each attempt.
    #[error("{path} changed during each of {attempts} attempts to read it")]
    Contended {
        /// The field.
        path: String,
        /// How many there were.
        attempts: u32,
    },
    /// The value has too many parts to be read at once.
    #[error("{path} has {values} values, more than can be read at once; name a part of it")]
    TooLarge {
        /// The field.
        path: String,
        /// How many.
        values: u64,
    },
    /// The packed record has no such part now, or its bytes do not fit its layout.
    #[error("{path}: {reason}")]
    Record {
        /// The field.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// The value has another type than the one to read.
    #[error("{path} cannot be read as {wanted}: {reason}")]
    TypeMismatch {
        /// The field.
        path: String,
        /// The Rust type.
        wanted: String,
        /// Where the two differ.
        reason: String,
    },
    /// A segment of the session became shorter than when it was mapped; its contents are lost.
    #[error("{segment} was cut short from {size} bytes while in use; its contents are lost")]
    Truncated {
        /// The segment.
        segment: String,
        /// Its size when it was mapped.
        size: u64,
    },
    /// The session's memory is damaged.
    #[error(transparent)]
    Damaged(DamagedMemory),
}

/// What is wrong with the memory of a session: a [`LayoutError`] that can be cloned and compared.
///
/// Its text is that of the error and of what caused it, so errors that hold it say all in one line. Two are
/// equal if they say the same.
#[derive(Debug, Clone)]
pub struct DamagedMemory(Arc<LayoutError>);

impl DamagedMemory {
    /// The damage itself.
    pub fn error(&self) -> &LayoutError {
        &self.0
    }
}

impl fmt::Display for DamagedMemory {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0.with_cause())
    }
}

impl Error for DamagedMemory {}

impl PartialEq for DamagedMemory {
    fn eq(&self, other: &Self) -> bool {
        self.0.with_cause() == other.0.with_cause()
    }
}

impl Eq for DamagedMemory {}

impl From<LayoutError> for DamagedMemory {
    fn from(error: LayoutError) -> Self {
        DamagedMemory(Arc::new(error))
    }
}

/// A value that cannot be written; nothing has changed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The object was destroyed after the field was resolved.
    #[error("{path} is gone: its object was destroyed; look it up again")]
    Gone {
        /// The field.
        path: String,
    },
    /// The producer declared the field, or a value around it, read-only.
    #[error("{path} is read-only")]
    ReadOnlyField {
        /// The field.
        path: String,
    },
    /// The observer was attached for reading.
    #[error("{path} cannot be written: the session is attached read-only")]
    ReadOnlySession {
        /// The field.
        path: String,
    },
    /// The session is a recording that is played.
    #[error(
        "{path} cannot be written: this is the replay of a recording, which nobody can change; a branch of it (--what-if) can be written"
    )]
    Replay {
        /// The field.
        path: String,
    },
    /// The session is a copy of a file that is only read.
    #[error(
        "{path} cannot be written: this is a read-only copy of a file; `memglass file --write` writes into the file"
    )]
    CopyOfFile {
        /// The field.
        path: String,
    },
    /// The producer has ended the session. A write to one that crashed is not refused: see
    /// [`Observer::producer`](super::Observer::producer).
    #[error(
        "{path} cannot be written: its producer has ended the session, so nothing would read it"
    )]
    Ended {
        /// The field.
        path: String,
    },
    /// A forked child used its parent's attachment.
    #[error(
        "{path} cannot be written: the right to write belongs to the parent of this forked process; attach again"
    )]
    Forked {
        /// The field.
        path: String,
    },
    /// The value does not fit the field's type or annotations.
    #[error("{path}: {refusal}")]
    Refused {
        /// The field.
        path: String,
        /// What is allowed.
        refusal: Refusal,
    },
    /// Another process holds the right to write.
    #[error(
        "{path} is being written by {holder}{}; try again later",
        if *keeps { ", which does not let go" } else { "" }
    )]
    Busy {
        /// The field.
        path: String,
        /// Who it is.
        holder: String,
        /// Whether it kept the right for as long as the write waited.
        keeps: bool,
    },
    /// The write comes from within an update of the same observer, and would wait for itself.
    #[error("{path} cannot be written from within an update; write it after the update")]
    WithinUpdate {
        /// The field.
        path: String,
    },
    /// The function that was to change the value made no new one.
    #[error("{path} is unchanged: its change was called off")]
    CalledOff {
        /// The field.
        path: String,
    },
    /// The present value could not be read.
    #[error(transparent)]
    Read(ReadError),
}

impl From<LayoutError> for AttachError {
    fn from(error: LayoutError) -> Self {
        match error {
            LayoutError::Memory(error) => AttachError::Shm(error),
            error => AttachError::Layout(error),
        }
    }
}

impl From<ShmError> for AttachError {
    fn from(error: ShmError) -> Self {
        AttachError::Shm(error)
    }
}

impl From<LayoutError> for ReadError {
    fn from(error: LayoutError) -> Self {
        match error {
            LayoutError::Memory(ShmError::Truncated { name, size }) => ReadError::Truncated {
                segment: name,
                size,
            },
            error => ReadError::Damaged(error.into()),
        }
    }
}

impl From<ShmError> for ReadError {
    fn from(error: ShmError) -> Self {
        LayoutError::from(error).into()
    }
}

fn known(sessions: &[String]) -> String {
    if sessions.is_empty() {
        return "no session exists: start a producer, or `memglass demo`".into();
    }
    format!("there are: {}", sessions.join(", "))
}
