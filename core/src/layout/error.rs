//! What can be wrong with the memory of a session.

use crate::schema::SchemaError;
use crate::schema::codec::CodecError;
use crate::shm::ShmError;

/// Memory that does not belong to a session, or is damaged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LayoutError {
    /// The file exists, but it is not the header of a session.
    #[error("{segment} is not a memglass session: {reason}")]
    NotASession {
        /// The header segment.
        segment: String,
        /// What is missing.
        reason: &'static str,
    },
    /// The file has another session's name than the header in it: its regions are the other session's.
    #[error(
        "{segment} holds the header of session {session:?}; it is a copy or was renamed: \
         remove it, or give it its name back"
    )]
    Misnamed {
        /// The file.
        segment: String,
        /// The session that the header in it is of.
        session: String,
    },
    /// The producer was built with an incompatible format.
    #[error(
        "session {name:?} uses wire format {found}, this build reads {supported}; rebuild the producer or use its memglass"
    )]
    WrongVersion {
        /// The session.
        name: String,
        /// Its major version.
        found: u32,
        /// Ours.
        supported: u32,
    },
    /// The producer runs on a machine of the other byte order.
    #[error(
        "session {name:?} was written with the other byte order; read it on the machine that wrote it"
    )]
    WrongByteOrder {
        /// The session.
        name: String,
    },
    /// A number, reference or text that cannot be right.
    #[error("session {session:?} is damaged: {what} is {found}, expected {expected}")]
    Damaged {
        /// The session.
        session: String,
        /// Which part, with its position.
        what: String,
        /// What stands there.
        found: String,
        /// What could stand there.
        expected: String,
    },
    /// A type description that cannot be read.
    #[error("type {id} of session {session:?} cannot be read")]
    Description {
        /// The session.
        session: String,
        /// Its number in the type log.
        id: u64,
        /// What is wrong with the bytes.
        #[source]
        source: CodecError,
    },
    /// A type description that contradicts itself.
    #[error("type {id} of session {session:?} is refused")]
    Type {
        /// The session.
        session: String,
        /// Its number in the type log.
        id: u64,
        /// What is wrong with the type.
        #[source]
        source: Box<SchemaError>,
    },
    /// The segment cannot be opened or mapped, or was cut short.
    #[error(transparent)]
    Memory(#[from] ShmError),
}

impl LayoutError {
    /// The text of this error followed by that of its cause.
    pub(crate) fn with_cause(&self) -> String {
        match std::error::Error::source(self) {
            Some(cause) => format!("{self}: {cause}"),
            None => self.to_string(),
        }
    }

    /// Whether another attempt may succeed: the system refused, not the memory.
    pub(super) fn is_passing(&self) -> bool {
        matches!(self, LayoutError::Memory(ShmError::System { .. }))
    }
}
