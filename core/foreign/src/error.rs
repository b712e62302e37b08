//! What can be wrong with a file and its layout.

use std::io;
use std::path::PathBuf;

use memglass::ProducerError;
use memglass::schema::SchemaError;
use memglass_types::Alike;

/// Why a file is no session.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ForeignError {
    /// The file cannot be used.
    #[error("{} cannot be {what}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What was tried.
        what: &'static str,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The layout has a mistake.
    #[error("layout entry {entry:?}: {mistake}")]
    Layout {
        /// The entry.
        entry: String,
        /// What is wrong with it.
        mistake: LayoutMistake,
    },
    /// The layout has no entry.
    #[error("the layout names no object; an entry is written as 0x40: header")]
    Empty,
    /// The file ends before an object does.
    #[error("layout entry {entry:?}: it ends at {end:#x}, and {} has {len:#x} bytes", path.display())]
    TooShort {
        /// The entry.
        entry: String,
        /// The file.
        path: PathBuf,
        /// Where the object ends.
        end: u64,
        /// Bytes of the file.
        len: u64,
    },
    /// The objects are more than there is memory for.
    #[error(
        "the objects of the layout are {} MiB, which take {} MiB of memory with their copies, and there is less; name fewer elements, as `0: u64 a[1000]`",
        bytes >> 20,
        needed >> 20
    )]
    Memory {
        /// Bytes of the objects in the file.
        bytes: u64,
        /// Bytes of memory that they take.
        needed: u64,
    },
    /// A type has more parts than a session can describe.
    #[error("the type {name:?} cannot be described")]
    Type {
        /// The type.
        name: String,
        /// Why.
        #[source]
        source: SchemaError,
    },
    /// The session cannot be made.
    #[error(transparent)]
    Session(#[from] ProducerError),
    /// The thread that reads the file cannot be started.
    #[error("no thread for reading the file")]
    Thread(#[source] io::Error),
}

/// What is wrong with an entry of a layout.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LayoutMistake {
    /// There is no offset, or it is no number.
    #[error("it begins with an offset and a colon, as 0x40: header")]
    NoOffset,
    /// Only an offset.
    #[error("a type is missing behind the offset")]
    NoType,
    /// The count in brackets is no number, or zero.
    #[error("{count:?} is no number of elements; [] is as many as there are")]
    Count {
        /// What was written.
        count: String,
    },
    /// More than one count in brackets.
    #[error("it has several counts; an entry has one, as many elements of its type")]
    Dimensions,
    /// No type of this name.
    #[error("no type {name:?}{}", meant(alike))]
    UnknownType {
        /// The name.
        name: String,
        /// Names that may be meant.
        alike: Alike,
    },
    /// The types do not say what size the type has: it is only declared, or no type of a value.
    #[error("the type {name:?} has no size: {why}")]
    NoSize {
        /// The type.
        name: String,
        /// What it is.
        why: &'static str,
    },
    /// The type's values have no bytes, as those of `struct empty {}` in C.
    #[error("the type {name:?} has 0 bytes: there is nothing of it in the file")]
    NoBytes {
        /// The type.
        name: String,
    },
    /// Two entries have one name.
    #[error("another entry is called {label:?}; write another name behind the type")]
    Taken {
        /// The name.
        label: String,
    },
}

impl ForeignError {
    /// Whether it is the layout's text that is wrong, and not the file or the system.
    pub fn is_in_layout(&self) -> bool {
        matches!(self, ForeignError::Layout { .. } | ForeignError::Empty)
    }
}

fn meant(alike: &Alike) -> String {
    match alike.0.as_slice() {
        [] => "; types come from --types, or are as u32, double and char".to_owned(),
        _ => alike.to_string(),
    }
}
