//! What can go wrong on the producer's side.

use std::time::Duration;

use crate::schema::SchemaError;
use crate::shm::ShmError;

/// A request that the producer's side of a session cannot fulfil; nothing has changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProducerError {
    /// The name cannot name a session.
    #[error("session name {name:?} is not 1 to 64 of the characters A-Z a-z 0-9 . _ -")]
    BadName {
        /// The name.
        name: String,
    },
    /// A living producer has the name.
    #[error(
        "session {name:?} exists: {holder} (pid {pid}) is running; choose another name or end it"
    )]
    SessionExists {
        /// The session.
        name: String,
        /// The process that owns it.
        pid: u32,
        /// What that process is: its producer, or one that clears up after it.
        holder: &'static str,
    },
    /// An object label is empty, too long, or not free.
    #[error("label {label:?} {reason}")]
    Label {
        /// The label, shortened for display.
        label: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A type cannot be described.
    #[error("type cannot be observed")]
    Schema(#[from] SchemaError),
    /// The text of a layout has a mistake.
    #[error("the layout cannot be defined")]
    Layout(#[source] memglass_layouts::TextError),
    /// A struct has the name of one that an earlier layout defines in another way.
    #[error("{name:?} is defined already, by another layout; give it another name")]
    Redefined {
        /// The struct.
        name: String,
    },
    /// No layout defines the struct, or records cannot be read as it.
    #[error("no record can be a {name:?}: {reason}")]
    Root {
        /// The struct.
        name: String,
        /// What there is instead, or what it lacks.
        reason: String,
    },
    /// The storage of a type has another size than its description says.
    #[error("type {name:?} describes {described} bytes, but its storage has {actual}")]
    WrongStorage {
        /// The type.
        name: String,
        /// Size in its description.
        described: u64,
        /// Size of the Rust type.
        actual: u64,
    },
    /// A block is too small or misaligned for its type, or belongs to another session.
    #[error("the block {reason}")]
    Memory {
        /// What is wrong.
        reason: &'static str,
    },
    /// An object or block of no or too many bytes.
    #[error(
        "{bytes} bytes cannot be allocated: a block has 1 to 2^40 bytes, aligned to at most 4096"
    )]
    Size {
        /// What was asked for.
        bytes: u64,
    },
    /// The session has used all its region ids.
    #[error(
        "session {name:?} has 65535 regions and cannot grow; create it with larger regions (SessionBuilder::max_region)"
    )]
    TooManyRegions {
        /// The session.
        name: String,
    },
    /// A forked child used its parent's session.
    #[error("session {name:?} belongs to the parent of this forked process; create one of its own")]
    Forked {
        /// The session.
        name: String,
    },
    /// `shutdown` stopped waiting for observers. The session is closed all the same.
    #[error("session {name:?} was still observed after {waited:?}")]
    StillObserved {
        /// The session.
        name: String,
        /// How long it waited.
        waited: Duration,
    },
    /// The segments could not be made.
    #[error(transparent)]
    Shm(#[from] ShmError),
}
