//! A file made piece by piece.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::build::{BuildError, Code};
use crate::regular_file::read_regular;
use crate::replace_file::replace_file;

/// What [`FileBuilder::write`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// The file had the same bytes, and was not touched.
    Unchanged,
    /// The file is new or has new content.
    Written,
}

/// A file that was not written.
#[derive(Debug, Error)]
#[error("cannot write {}", path.display())]
pub struct WriteFileError {
    /// The file.
    pub path: PathBuf,
    /// Why.
    #[source]
    pub source: io::Error,
}

/// Collects the text of a file, and writes it at the end or not at all.
///
/// ```
/// use memglass_code::{FileBuilder, Written, build::Code};
///
/// let directory = tempfile::tempdir()?;
/// let path = directory.path().join("row.hpp");
/// let mut file = FileBuilder::new(&path);
/// file.print(&Code::file([Code::structure("Row").with([])]))?;
/// assert_eq!(file.write()?, Written::Written);
/// assert_eq!(file.write()?, Written::Unchanged);
/// assert_eq!(std::fs::read_to_string(&path)?, "struct Row {};\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct FileBuilder {
    path: PathBuf,
    text: String,
}

impl FileBuilder {
    /// A file at `path` without content. Nothing is opened yet.
    #[must_use]
    pub fn new(path: &Path) -> FileBuilder {
        FileBuilder {
            path: path.to_owned(),
            text: String::new(),
        }
    }

    /// Adds code, in the default style.
    ///
    /// # Errors
    ///
    /// [`BuildError`] if its parts do not fit; then nothing is added.
    pub fn print(&mut self, code: &Code) -> Result<&mut FileBuilder, BuildError> {
        let file = code.build()?;
        self.text.push_str(file.source().text());
        Ok(self)
    }

    /// Adds text as it is.
    pub fn print_text(&mut self, text: &str) -> &mut FileBuilder {
        self.text.push_str(text);
        self
    }

    /// The text so far.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Writes the file, unless it has these bytes already.
    ///
    /// The text goes to a temporary file beside it, which then takes its place. So nobody sees half a file, and a build that
    /// looks at times is not disturbed for nothing.
    ///
    /// # Errors
    ///
    /// [`WriteFileError`] with the cause. Then the file is as it was.
    pub fn write(&self) -> Result<Written, WriteFileError> {
        if read_regular(&self.path).is_ok_and(|present| present == self.text.as_bytes()) {
            return Ok(Written::Unchanged);
        }
        replace_file(&self.path, self.text.as_bytes()).map_err(|source| WriteFileError {
            path: self.path.clone(),
            source,
        })?;
        Ok(Written::Written)
    }
}
