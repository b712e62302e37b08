//! A place of the tree of an object's fields, and what is known of its value already.

use std::ops::Range;

use memglass::schema::{self, Kind, TypeId};
use memglass::{Field, ReadError, Value};
use memglass_view::snapshot::Fold;

/// A place of the tree.
#[derive(Clone, Copy)]
pub(super) struct Node<'n> {
    pub(super) path: &'n str,
    pub(super) name: &'n str,
    pub(super) depth: u16,
    pub(super) declared: TypeId,
    /// Whether it is an element of an array.
    pub(super) is_element: bool,
}

impl<'n> Node<'n> {
    pub(super) fn member(path: &'n str, member: &'n schema::Field, depth: u16) -> Self {
        Node {
            path,
            name: &member.name,
            depth,
            declared: member.type_id,
            is_element: false,
        }
    }
}

/// An array of which the elements have rows.
#[derive(Clone, Copy)]
pub(super) struct Array<'a> {
    pub(super) path: &'a str,
    pub(super) element: TypeId,
    pub(super) count: u64,
    /// How deep its elements are.
    pub(super) depth: u16,
}

impl<'a> Array<'a> {
    /// The array, or the array of objects, that a field is, if it is one; its elements are so deep.
    pub(super) fn of(field: &Field, path: &'a str, depth: u16) -> Option<Self> {
        let count = field.element_count()?;
        let id = field.type_id();
        let element = match &field.schema()[id].kind {
            Kind::Array { element, .. } if field.members().is_none() => *element,
            _ => id,
        };
        Some(Array {
            path,
            element,
            count,
            depth,
        })
    }

    /// What the paths of its elements begin with.
    pub(super) fn prefix(self) -> String {
        format!("{}[", self.path)
    }

    pub(super) fn path_of(self, index: u64) -> String {
        format!("{}[{index}]", self.path)
    }

    /// The element with this path.
    pub(super) fn element<'n>(&self, path: &'n str) -> Node<'n> {
        Node {
            path,
            name: &path[self.path.len()..],
            depth: self.depth,
            declared: self.element,
            is_element: true,
        }
    }
}

/// Elements of an array that share a row.
pub(super) struct SharedRow<'r> {
    pub(super) array: Array<'r>,
    pub(super) elements: Range<u64>,
    /// How many there are in a full row.
    pub(super) in_row: u64,
    pub(super) fold: Fold,
}

/// The value of a place, if it was read with what is around it; the values inside a guarded one are of one write.
#[derive(Clone, Copy)]
pub(super) struct Known<'v>(pub(super) Option<Result<&'v Value, &'v ReadError>>);

impl<'v> Known<'v> {
    /// The value of a part. One that the value does not have is read by itself.
    pub(super) fn part(self, part: impl FnOnce(&'v Value) -> Option<&'v Value>) -> Self {
        Known(match self.0 {
            Some(Ok(value)) => part(value).map(Ok),
            other => other,
        })
    }

    /// The value of an element.
    pub(super) fn element(self, index: u64) -> Self {
        self.part(|value| match value {
            Value::List(values) => values.get(index as usize),
            _ => None,
        })
    }

    pub(super) fn get(self) -> Option<Result<Value, ReadError>> {
        let known = self.0?;
        Some(known.cloned().map_err(Clone::clone))
    }
}

/// The path of a member.
pub(super) fn join(path: &str, name: &str) -> String {
    match path {
        "" => name.to_owned(),
        path => format!("{path}.{name}"),
    }
}
