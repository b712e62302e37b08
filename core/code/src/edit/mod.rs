//! Changes to files by request: each is planned on the bytes that are there, checked against the others, and written whole.

mod add;
mod anchor;
mod annotate;
mod apply;
mod attribute;
mod conflict;
mod diff;
mod new_code;
mod receipt;
mod remove;
mod rename;
mod replace;
mod request;
mod split;
mod target;
mod write;

use std::path::{Path, PathBuf};

use crate::file::File;
use crate::parse::ParseOptions;
use crate::regular_file::read_regular_text;

pub use apply::Plan;
pub use diff::unified_diff;
pub use receipt::{Outcome, Reason, Receipt};
pub use request::{Operation, Policy, ReadRequestsError, RenameScope, Request, Requests, Target};

/// One change of bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Edit {
    /// The file, by its number in the editor.
    pub(crate) file: usize,
    /// The bytes that go.
    pub(crate) span: std::ops::Range<usize>,
    /// What comes instead.
    pub(crate) text: String,
}

/// Files that requests are for.
///
/// ```
/// use memglass_code::{Editor, Request};
///
/// let mut editor = Editor::new();
/// editor.add_text("row.hpp", "struct Row {\n    long px;  // ticks\n};\n");
/// let plan = editor.plan(&[Request::annotate("Row::px", "@atomic")]);
/// assert_eq!(plan.text("row.hpp"), Some("struct Row {\n    long px;  // ticks @atomic\n};\n"));
/// ```
#[derive(Debug, Default)]
pub struct Editor {
    options: ParseOptions,
    batch: bool,
    files: Vec<EditedFile>,
}

#[derive(Debug)]
pub(crate) struct EditedFile {
    pub(crate) name: PathBuf,
    /// Or why it could not be read as text.
    pub(crate) file: Result<File, String>,
}

impl Editor {
    /// An editor without files.
    #[must_use]
    pub fn new() -> Editor {
        Editor::default()
    }

    /// The same with declared macros, for the files that are added afterwards.
    #[must_use]
    pub fn with_options(mut self, options: ParseOptions) -> Editor {
        self.options = options;
        self
    }

    /// The same, but one refused request stops all.
    #[must_use]
    pub fn batch(mut self) -> Editor {
        self.batch = true;
        self
    }

    /// Adds a text under a name.
    pub fn add_text(&mut self, name: impl Into<PathBuf>, text: &str) {
        self.files.push(EditedFile {
            name: name.into(),
            file: Ok(File::parse_with(text, &self.options)),
        });
    }

    /// Reads and adds a file. One that cannot be read, or is not UTF-8, refuses the requests for it.
    pub fn add_file(&mut self, path: &Path) {
        let file = match read_regular_text(path) {
            Ok(text) => Ok(File::parse_with(&text, &self.options)),
            Err(error) => Err(error.to_string()),
        };
        self.files.push(EditedFile {
            name: path.to_owned(),
            file,
        });
    }

    /// Plans `requests` on the files as they were added. Nothing is written: see [`Plan::write`] and [`Plan::diff`].
    #[must_use]
    pub fn plan(&self, requests: &[Request]) -> Plan {
        apply::plan(&self.files, requests, self.batch)
    }
}
