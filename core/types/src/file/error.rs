//! Why bytes are not a file of types.

/// Why bytes are not a file of types.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// Not even the header is there.
    #[error("a file of types has at least 17 bytes, and this has {len}")]
    TooShort {
        /// Its bytes.
        len: usize,
    },
    /// It begins differently.
    #[error("this is no file of types: it does not begin as one")]
    NotTypes,
    /// It is of another version.
    #[error(
        "the file has version {found}, this program reads version {supported}; write it again with the memglass that reads it"
    )]
    Version {
        /// The version that it says.
        found: u8,
        /// The version that is understood.
        supported: u8,
    },
    /// It was damaged.
    #[error("the file is damaged: its checksum does not fit; make it again from the program")]
    Checksum,
    /// It ends in the middle of something.
    #[error("the file ends within {section}, at byte {at}")]
    Truncated {
        /// In which section.
        section: &'static str,
        /// Where in it.
        at: usize,
    },
    /// Something in it has no meaning.
    #[error("{what} in {section} has no meaning, at byte {at}")]
    Meaningless {
        /// What it is.
        what: &'static str,
        /// In which section.
        section: &'static str,
        /// Where in it.
        at: usize,
    },
    /// Its parts do not fit together.
    #[error("the types of the file do not fit together: {what}")]
    Unsound {
        /// What does not fit.
        what: String,
    },
}
