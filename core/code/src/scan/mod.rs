//! What files declare: items by query, annotations, enumerations, and the layout of records.

mod constant;
mod doubt;
mod layout;
mod names;
mod query;
mod record_layout;
mod type_size;

use std::path::{Path, PathBuf};

use crate::annotation::{Annotation, annotations};
use crate::entity::{Entity, entities};
use crate::file::File;
use crate::parse::ParseOptions;
use crate::regular_file::read_regular_text;

use layout::Listed;

pub use layout::{FieldLayout, FieldPlace, FieldType, Layout, RecordLayout, Special};
pub use query::{Query, ScanReceipt};

/// The name of an enumeration and its numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnumValues {
    /// Its path.
    pub path: String,
    /// The file that defines it.
    pub file: PathBuf,
    /// The bytes of its definition.
    pub span: std::ops::Range<usize>,
    /// Whether code outside of the records around it may name it.
    pub is_public: bool,
    /// The integer that it is; `None` if that depends on something unknown.
    pub integer: Option<FieldType>,
    /// Its names in order, each with its number; `None` where the number depends on something unknown.
    pub values: Vec<(String, Option<i128>)>,
}

/// The types that files define.
#[derive(Clone, Debug)]
pub struct Types {
    /// Records with a name, inner before outer ones.
    pub records: Vec<RecordLayout>,
    /// Enumerations with a name.
    pub enums: Vec<EnumValues>,
    /// Records without a name that members are declared with, as `struct { int x; } a;` does. Each has the path of the first of
    /// these members.
    pub records_of_members: Vec<RecordLayout>,
    /// The same of enumerations.
    pub enums_of_members: Vec<EnumValues>,
}

/// Something that a query found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its path.
    pub path: String,
    /// Its kind, in a word.
    pub kind: &'static str,
    /// Of a `typedef` that defines its type in place, the kind of this type.
    pub defines: Option<&'static str>,
    /// The file.
    pub file: PathBuf,
    /// The line that it begins in, counted from 1.
    pub line: u32,
    /// Its bytes, without its comments.
    pub span: std::ops::Range<usize>,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
}

/// Files that are looked through together.
///
/// ```
/// use memglass_code::Scanner;
///
/// let mut scanner = Scanner::new();
/// scanner.add_text("q.hpp", "struct Q {\n    long px;  // @range(0, 5)\n};\n");
/// let records = scanner.records();
/// assert_eq!(records[0].path, "Q");
/// assert_eq!(scanner.annotations()[0].1[0].text(), "@range(0, 5)");
/// ```
#[derive(Debug, Default)]
pub struct Scanner {
    options: ParseOptions,
    files: Vec<(PathBuf, File)>,
}

impl Scanner {
    /// A scanner without files.
    #[must_use]
    pub fn new() -> Scanner {
        Scanner::default()
    }

    /// The same with declared macros, for the files that are added afterwards.
    #[must_use]
    pub fn with_options(mut self, options: ParseOptions) -> Scanner {
        self.options = options;
        self
    }

    /// Adds a text under a name.
    pub fn add_text(&mut self, name: impl Into<PathBuf>, text: &str) {
        self.files
            .push((name.into(), File::parse_with(text, &self.options)));
    }

    /// Reads and adds a file. It is only read.
    ///
    /// # Errors
    ///
    /// What the system says, or that the file is not UTF-8.
    pub fn add_file(&mut self, path: &Path) -> std::io::Result<()> {
        let text = read_regular_text(path)?;
        self.add_text(path, &text);
        Ok(())
    }

    /// The files in the order of adding.
    #[must_use]
    pub fn files(&self) -> &[(PathBuf, File)] {
        &self.files
    }

    /// The layout of every record with a name, or why it is not known; inner records before outer ones.
    ///
    /// The rules are those of the Itanium ABI on 64-bit Linux. A type that is declared in several ways is not known.
    #[must_use]
    pub fn records(&self) -> Vec<RecordLayout> {
        let names = names::Names::new(&self.files);
        layout::records(&names, Listed::Named)
    }

    /// The numbers of every enumeration with a name.
    #[must_use]
    pub fn enums(&self) -> Vec<EnumValues> {
        let names = names::Names::new(&self.files);
        layout::enums(&names, Listed::Named)
    }

    /// [`records`](Scanner::records), [`enums`](Scanner::enums), and those without a name that members are declared with.
    #[must_use]
    pub fn types(&self) -> Types {
        let names = names::Names::new(&self.files);
        Types {
            records: layout::records(&names, Listed::Named),
            enums: layout::enums(&names, Listed::Named),
            records_of_members: layout::records(&names, Listed::OfMembers),
            enums_of_members: layout::enums(&names, Listed::OfMembers),
        }
    }

    /// Everything that has annotations, with them.
    #[must_use]
    pub fn annotations(&self) -> Vec<(String, Vec<Annotation>)> {
        let mut all = Vec::new();
        for (_, file) in &self.files {
            for entity in entities(file) {
                let annotations = annotations(file, &entity);
                if !annotations.is_empty() && !is_repeated(&entity) {
                    all.push((entity.path, annotations));
                }
            }
        }
        all
    }
}

/// Includes and the like are no place for annotations.
fn is_repeated(entity: &Entity<'_>) -> bool {
    entity.path.is_empty() || entity.item.is_directive()
}
