//! A record with its own bytes, and paths that are parsed once.

use std::borrow::Cow;
use std::sync::Arc;

use super::path::{self, FindError, Step};
use super::place::{self, NoStep, Place};
use super::tree::Tree;
use super::{Record, Root};
use crate::{Layout, Limits};

/// A record that owns its bytes and what laid them out: made once, kept, and asked again and again.
///
/// # Examples
///
/// ```
/// use memglass_layouts::{Layout, Limits, OwnedRecord};
/// use std::sync::Arc;
///
/// let layout = Arc::new(Layout::parse("struct msg { u8 n; be u16 data[n]; };")?);
/// let root = layout.root("msg")?;
/// let path = layout.path("data[1]").expect("some record may have it");
/// let kept = OwnedRecord::new(layout, root, vec![2, 0, 5, 0, 7], Limits::default());
/// let record = kept.record();
/// assert_eq!(record.integer(record.follow(&path)?), Some(7));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct OwnedRecord {
    layout: Arc<Layout>,
    bytes: Vec<u8>,
    limits: Limits,
    tree: Tree,
}

impl OwnedRecord {
    /// Lays out `bytes` as one `root`, at the cost of [`Record::new`].
    pub fn new(layout: Arc<Layout>, root: Root, bytes: Vec<u8>, limits: Limits) -> OwnedRecord {
        let tree = Record::new(&layout, root, &bytes, limits).tree.into_owned();
        OwnedRecord {
            layout,
            bytes,
            limits,
            tree,
        }
    }

    /// The record. Nothing is laid out again.
    pub fn record(&self) -> Record<'_> {
        Record {
            layout: &self.layout,
            bytes: &self.bytes,
            limits: self.limits,
            tree: Cow::Borrowed(&self.tree),
        }
    }
}

/// A path with its names looked up in a layout. Made by [`Layout::path`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    text: String,
    steps: Vec<KnownStep>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum KnownStep {
    Name { owner: Option<u32>, name: u32 },
    Index(u64),
}

impl Layout {
    /// Prepares a path for records of this layout. `None` if it is not written as paths are, or has a name that the layout
    /// does not have. The empty path leads to the record itself.
    pub fn path(&self, text: &str) -> Option<Path> {
        let known = |step| match step {
            Step::Index(index) => Some(KnownStep::Index(index)),
            Step::Name { owner, name } => Some(KnownStep::Name {
                owner: match owner {
                    Some(owner) => Some(self.program.struct_named(owner)?),
                    None => None,
                },
                name: self.name_id(name)?,
            }),
        };
        let steps = match text {
            "" => Vec::new(),
            text => path::steps(text)
                .map(|step| step.and_then(known))
                .collect::<Option<_>>()?,
        };
        Some(Path {
            text: text.to_owned(),
            steps,
        })
    }
}

impl Record<'_> {
    /// Finds what a prepared path leads to, as [`find`](Record::find) does. The path must be of the record's layout: one
    /// of another layout leads anywhere or nowhere.
    ///
    /// # Errors
    ///
    /// As [`find`](Record::find).
    pub fn follow(&self, path: &Path) -> Result<Place, FindError> {
        let (program, tree) = (&self.layout.program, &*self.tree);
        let mut place = self.root_place();
        for step in &path.steps {
            let next = match *step {
                KnownStep::Index(index) => place::element(program, tree, place, index),
                KnownStep::Name { owner, name } => place::member(program, tree, place, name, owner),
            };
            place = next.map_err(|no| path.nowhere(no))?;
        }
        Ok(place)
    }
}

impl Path {
    /// The path as text.
    pub fn text(&self) -> &str {
        &self.text
    }

    #[cold]
    fn nowhere(&self, no: NoStep) -> FindError {
        let path = self.text.clone();
        match no {
            NoStep::Absent => FindError::NoField { path },
            NoStep::Hidden(kind) => FindError::Hidden { path, kind },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prepared_path_leads_where_its_text_does() {
        let text = "bitfield f { a : 3; b : 5; }; struct base { u8 n; };
            struct m : base { u8 n; f flags; item items[n]; }; struct item { u8 len; char text[len]; };";
        let layout = Arc::new(Layout::parse(text).unwrap());
        let root = layout.root("m").unwrap();
        let bytes = b"\x09\x03\xff\x02hi\x00\x7fyou".to_vec();
        let kept = OwnedRecord::new(Arc::clone(&layout), root, bytes, Limits::default());
        let record = kept.record();
        for path in [
            "n",
            "base::n",
            "flags",
            "flags.b",
            "items",
            "items[0].text",
            "items[0].text[1]",
            "items[2].len",
            "items[2].text",
            "items[3]",
            "items.len",
            "n[0]",
        ] {
            let prepared = layout.path(path).unwrap();
            assert_eq!(prepared.text(), path);
            assert_eq!(record.follow(&prepared), record.find(path), "{path}");
        }
        assert_eq!(
            record.follow(&layout.path("").unwrap()),
            Ok(record.root_place())
        );
        for path in ["x", "n.", "x::n", "[0]", "a b"] {
            assert_eq!(layout.path(path), None, "{path}");
        }
    }
}
