//! Shared memory of programs that know nothing of memglass, as a session.
//!
//! Another team's program keeps a ring buffer in `/dev/shm`. Its types are in its debug information. With a line that
//! says what lies where, its objects are those of a session: they are listed, read, watched and scripted like any others.
//!
//! ```
//! use memglass::{Observer, Value};
//! use memglass_foreign::{Foreign, Use};
//! use memglass_types::Types;
//!
//! # let dir = memglass::doc::directory();
//! # let path = std::path::Path::new(&dir).join("ring");
//! // Somebody's file: a count, and four prices behind it.
//! # let mut bytes = 7_u32.to_ne_bytes().to_vec();
//! # bytes.extend([0; 4]);
//! # bytes.extend([1.5_f64, 2.5, 3.5, 4.5].iter().flat_map(|price| price.to_ne_bytes()));
//! # std::fs::write(&path, bytes)?;
//! let foreign = Foreign::of(&path, "0: u32 count; 8: f64 prices[4]", &Types::new(), Use::Read)?;
//! let _mirror = foreign.publish("ring", Some(std::path::Path::new(&dir)))?;
//!
//! let observer = Observer::builder().dir(&dir).attach("ring")?;
//! assert_eq!(observer.field("count")?.read()?, Value::U64(7));
//! assert_eq!(observer.field("prices[3]")?.read()?, Value::F64(4.5));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # How it works
//!
//! A thread reads the file again and again, and stores what changed into the objects of a session of this process. The
//! file is read, not mapped: it may be cut short, removed or replaced at any time, and no layout of somebody else has to
//! be one that memglass can access in place. So members that are not aligned are fine, members of a union lie side by side in
//! the session, and what is read is a copy that is some milliseconds old at most.
//!
//! The program that writes the file knows nothing of this, and holds nobody off. The bytes of an object are read until two
//! reads agree, three times at most. So an object that is written at longer intervals than it takes to read is of one moment; one that
//! is written all the time may mix two.
#![forbid(unsafe_code)]

mod builtin;
mod error;
mod image;
mod lower;
mod mirror;
mod places;
mod room;
mod source;
mod worker;

pub use error::{ForeignError, LayoutMistake};
pub use worker::Publication;

use std::path::Path;

use memglass_types::Types;

use mirror::Mirror;
use places::Placed;
use source::Source;

/// Whether writes reach the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// The file is only read. What observers store into the session never reaches it.
    Read,
    /// What observers store into the session is written into the file.
    Write,
}

/// A file, and what lies where in it.
#[derive(Debug)]
pub struct Foreign {
    source: Source,
    placed: Vec<Placed>,
}

/// An object of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ForeignObject {
    /// What it is called.
    pub label: String,
    /// Bytes from the start of the file.
    pub offset: u64,
    /// Bytes of it, or of each element.
    pub bytes: u64,
    /// The number of elements, if it is an array.
    pub count: Option<u64>,
}

impl Foreign {
    /// Opens a file as the objects that `layout` names, whose types are in `types` or are among the usual ones, as
    /// `u32`, `double` and `char`.
    ///
    /// A layout has an entry for each object, with `;` or a new line between them: `0x40: header; 0x1000: quote quotes[64]`. An
    /// entry is an offset, a type and, if it is to be called otherwise than its type, a name. `[]` is as many as there are
    /// to the end of the file. Behind `#` or `//` is a comment.
    ///
    /// # Errors
    ///
    /// - [`ForeignError::Layout`]: the text has a mistake, or names a type that is not there or has no size.
    /// - [`ForeignError::TooShort`]: the file ends before an object does.
    /// - [`ForeignError::Io`]: the file cannot be opened, or is no regular file.
    pub fn of(
        path: impl AsRef<Path>,
        layout: &str,
        types: &Types,
        how: Use,
    ) -> Result<Foreign, ForeignError> {
        let source = Source::open(path.as_ref(), how)?;
        let placed = places::resolve(layout, types, source.len()?, source.path())?;
        Ok(Foreign { source, placed })
    }

    /// The objects, in the order of the layout.
    pub fn objects(&self) -> impl Iterator<Item = ForeignObject> {
        self.placed.iter().map(|placed| ForeignObject {
            label: placed.label.clone(),
            offset: placed.offset,
            bytes: placed.ty.source_size,
            count: placed.count,
        })
    }

    /// Starts a session of this name in `dir`, or in the usual directory. It ends when what is returned is dropped.
    ///
    /// # Errors
    ///
    /// [`ForeignError::Session`]: the name is taken, or there is no room. [`ForeignError::Type`]: a type cannot be described.
    pub fn publish(self, name: &str, dir: Option<&Path>) -> Result<Publication, ForeignError> {
        let mirror = Mirror::new(self.source, self.placed, name, dir)?;
        worker::start(mirror)
    }
}
