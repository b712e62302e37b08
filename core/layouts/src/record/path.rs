//! Paths as text: `a.b[2].c`, `base::x`.

use super::Record;
use super::place::{self, Body, NoStep, Place, Shape};
use super::tree::Tree;
use crate::Layout;
use crate::error_kind::Kind;
use crate::program::NONE;
use thiserror::Error;

/// Why a path leads nowhere in a record.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FindError {
    /// The record has nothing there.
    #[error("the record has no {path:?}")]
    NoField {
        /// The path that was asked for.
        path: String,
    },
    /// A fault of the record stands before it.
    #[error("{path:?} cannot be read: {kind} at or before it")]
    Hidden {
        /// The path that was asked for.
        path: String,
        /// The fault.
        kind: Kind,
    },
}

/// One step of a path.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Step<'t> {
    Name {
        owner: Option<&'t str>,
        name: &'t str,
    },
    Index(u64),
}

/// The steps of a path, one after the other; none in place of one that is not written as it should be.
pub(crate) struct Steps<'t> {
    rest: &'t str,
    is_first: bool,
}

pub(crate) fn steps(path: &str) -> Steps<'_> {
    Steps {
        rest: path,
        is_first: true,
    }
}

impl<'t> Iterator for Steps<'t> {
    type Item = Option<Step<'t>>;

    fn next(&mut self) -> Option<Option<Step<'t>>> {
        if self.rest.is_empty() && !self.is_first {
            return None;
        }
        let step = self.step();
        self.is_first = false;
        if step.is_none() {
            self.rest = "";
        }
        Some(step)
    }
}

impl<'t> Steps<'t> {
    fn step(&mut self) -> Option<Step<'t>> {
        if !self.is_first
            && let Some(after) = self.rest.strip_prefix('[')
        {
            let (index, after) = after.split_once(']')?;
            let is_number = !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit());
            self.rest = after;
            return if is_number {
                index.parse().ok().map(Step::Index)
            } else {
                None
            };
        }
        let text = if self.is_first {
            self.rest
        } else {
            self.rest.strip_prefix('.')?
        };
        let (first, after) = word(text)?;
        let Some(after) = after.strip_prefix("::") else {
            self.rest = after;
            return Some(Step::Name {
                owner: None,
                name: first,
            });
        };
        let (name, after) = word(after)?;
        self.rest = after;
        Some(Step::Name {
            owner: Some(first),
            name,
        })
    }
}

fn word(text: &str) -> Option<(&str, &str)> {
    let len = text
        .bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        .count();
    (len > 0).then(|| text.split_at(len))
}

impl Record<'_> {
    /// Finds what a path leads to. It takes time in proportion to the path and to the fields of the structs on it, not
    /// to the elements before.
    ///
    /// # Errors
    ///
    /// [`FindError::NoField`] if nothing has the path; [`FindError::Hidden`] if a fault keeps it from being read.
    pub fn find(&self, path: &str) -> Result<Place, FindError> {
        let no_field = || FindError::NoField {
            path: path.to_owned(),
        };
        let mut place = self.root_place();
        for step in steps(path) {
            let step = step.ok_or_else(no_field)?;
            place = self.step(place, step).map_err(|no| match no {
                NoStep::Absent => no_field(),
                NoStep::Hidden(kind) => FindError::Hidden {
                    path: path.to_owned(),
                    kind,
                },
            })?;
        }
        Ok(place)
    }

    /// The place of the whole record.
    pub fn root_place(&self) -> Place {
        root_place(&self.tree)
    }

    /// Finds a member of a struct or bitfield. Of equal names the latest is meant.
    ///
    /// # Errors
    ///
    /// As [`find`](Record::find).
    pub fn member(&self, place: Place, name: &str) -> Result<Place, FindError> {
        self.step(place, Step::Name { owner: None, name })
            .map_err(|no| self.no_step(no, name.to_owned()))
    }

    /// Finds an element of an array.
    ///
    /// # Errors
    ///
    /// As [`find`](Record::find).
    pub fn element(&self, place: Place, index: u64) -> Result<Place, FindError> {
        self.step(place, Step::Index(index))
            .map_err(|no| self.no_step(no, format!("[{index}]")))
    }

    fn no_step(&self, no: NoStep, path: String) -> FindError {
        match no {
            NoStep::Absent => FindError::NoField { path },
            NoStep::Hidden(kind) => FindError::Hidden { path, kind },
        }
    }

    fn step(&self, place: Place, step: Step<'_>) -> Result<Place, NoStep> {
        self::step(self.layout, &self.tree, place, step)
    }
}

pub(crate) fn root_place(tree: &Tree) -> Place {
    let root = tree.root();
    let body = Body::Level(tree.levels.len() as u32 - 1);
    Place {
        offset: 0,
        size: root.size,
        shape: Shape::Struct { of: root.of, body },
        field: NONE,
    }
}

/// Takes one step of a path.
pub(crate) fn step(
    layout: &Layout,
    tree: &Tree,
    place: Place,
    step: Step<'_>,
) -> Result<Place, NoStep> {
    let program = &layout.program;
    match step {
        Step::Index(index) => place::element(program, tree, place, index),
        Step::Name { owner, name } => {
            let name = layout.name_id(name).ok_or(NoStep::Absent)?;
            let owner = match owner {
                Some(owner) => Some(program.struct_named(owner).ok_or(NoStep::Absent)?),
                None => None,
            };
            place::member(program, tree, place, name, owner)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_are_written_otherwise_have_no_steps() {
        for path in [
            "", ".", "a.", ".a", "a..b", "[0]", "a[", "a[]", "a[x]", "a[-1]", "a[0", "a[0]b",
            "a::", "::a", "a b",
        ] {
            assert!(steps(path).any(|step| step.is_none()), "{path:?}");
        }
        let written: Option<Vec<Step<'_>>> = steps("t::a[2][3].b").collect();
        let a = Step::Name {
            owner: Some("t"),
            name: "a",
        };
        let b = Step::Name {
            owner: None,
            name: "b",
        };
        assert_eq!(written, Some(vec![a, Step::Index(2), Step::Index(3), b]));
    }
}
