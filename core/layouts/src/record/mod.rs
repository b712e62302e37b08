//! One record: where everything in its bytes is, and what it says.

pub(crate) mod build;
pub(crate) mod build_fill;
mod build_frame;
pub(crate) mod evaluate;
pub(crate) mod evaluate_array;
pub(crate) mod expression;
pub(crate) mod leaf;
pub(crate) mod owned;
pub(crate) mod path;
pub(crate) mod place;
pub(crate) mod source;
pub(crate) mod store;
pub(crate) mod tree;
pub(crate) mod value;
pub(crate) mod walk;
pub(crate) mod write;

use std::borrow::Cow;

use crate::Layout;
use crate::limits::Limits;
use evaluate::Evaluator;
use source::Bytes;
use tree::Tree;

/// A struct of a layout that records are read as. Made by [`Layout::root`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Root(pub(crate) u32);

/// The bytes of one record, laid out: every field is looked up in it without reading the record again.
///
/// Making one takes time in proportion to the elements that differ in size; arrays of one stride take none. It never
/// fails: where the bytes do not fit the layout, there are faults, and what stands before them stays readable.
///
/// # Examples
///
/// ```
/// use memglass_layouts::{Layout, Limits, Record, Value};
///
/// let layout = Layout::parse("struct msg { u8 n; item items[n]; }; struct item { u8 len; char text[len]; };")?;
/// let record = Record::new(&layout, layout.root("msg")?, b"\x02\x02hi\x03you", Limits::default());
/// let text = record.find("items[1].text")?;
/// assert_eq!(record.value(text), Some(Value::Text("you".into())));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Record<'a> {
    pub(crate) layout: &'a Layout,
    pub(crate) bytes: &'a [u8],
    pub(crate) limits: Limits,
    pub(crate) tree: Cow<'a, Tree>,
}

impl<'a> Record<'a> {
    /// Lays out `bytes` as one `root`. Bytes behind its end are left alone.
    pub fn new(layout: &'a Layout, root: Root, bytes: &'a [u8], limits: Limits) -> Record<'a> {
        let tree =
            Evaluator::new(&layout.program, Bytes(bytes), limits, bytes.len() as u64).root(root.0);
        Record {
            layout,
            bytes,
            limits,
            tree: Cow::Owned(tree),
        }
    }

    /// The bytes that the record takes; none if a fault reached its outermost struct.
    pub fn size(&self) -> Option<u64> {
        self.tree.root().known_size()
    }
}
