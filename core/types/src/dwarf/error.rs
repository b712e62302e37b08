//! Why a file's debug information cannot be read.

use std::io;
use std::path::PathBuf;

/// Why a file's debug information cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DwarfError {
    /// The file cannot be opened.
    #[error("{} cannot be read", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It is no program or object.
    #[error("{} is neither a file of types nor a program or object", path.display())]
    Object {
        /// The file.
        path: PathBuf,
        /// What its reader says.
        #[source]
        source: object::Error,
    },
    /// It was compiled without `-g`, or stripped.
    #[error("{} has no debug information; compile it with -g, and do not strip it", path.display())]
    None {
        /// The file.
        path: PathBuf,
    },
    /// All its debug information was split from it, and is not there.
    #[error("the debug information of {} was split from it, and {} is not there", path.display(), missing.display())]
    Split {
        /// The file.
        path: PathBuf,
        /// The first file that was looked for.
        missing: PathBuf,
    },
    /// A section says that it is far larger than such a section can be.
    #[error("section {section} of {} cannot be of {bytes} bytes", path.display())]
    Size {
        /// The file.
        path: PathBuf,
        /// The section.
        section: &'static str,
        /// What it says.
        bytes: u64,
    },
    /// The debug information itself makes no sense.
    #[error("the debug information of {} is damaged", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What its reader says.
        #[source]
        source: gimli::Error,
    },
    /// Its types do not fit together.
    #[error("the types of {} do not fit together: {what}", path.display())]
    Unsound {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        what: String,
    },
}
