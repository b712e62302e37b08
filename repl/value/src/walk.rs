//! Going through a value with all its parts: one walk, from the outer to the inner, of which folds are made too.
//!
//! ```
//! use std::convert::Infallible;
//!
//! use memglass_value::Value;
//! use memglass_value::walk::{fold, walk};
//!
//! let value = Value::Record([("low", 1.into()), ("list", [2, 3].into())].into());
//! let mut paths = Vec::new();
//! let Ok(()) = walk(&value, &mut |part| {
//!     paths.push(part.path.to_owned());
//!     Ok::<_, Infallible>(true)
//! });
//! assert_eq!(paths, ["low", "list", "list[0]", "list[1]"]);
//! let Ok(leaves) = fold(&value, &mut |_, parts: Vec<usize>| {
//!     Ok::<_, Infallible>(parts.iter().sum::<usize>().max(1))
//! });
//! assert_eq!(leaves, 3);
//! ```

use std::fmt::Write as _;

use memglass::Value;

/// What can be gone through: a value, or what a script made of one.
pub trait Parts {
    /// What it is made of.
    fn inside(&self) -> Inside<'_, Self>;
}

/// What something is made of.
pub enum Inside<'p, T: ?Sized> {
    /// Of nothing else: a number, a text.
    Leaf,
    /// Of members, with their names.
    Members(Box<dyn Iterator<Item = (&'p str, &'p T)> + 'p>),
    /// Of elements.
    Elements(Box<dyn Iterator<Item = &'p T> + 'p>),
}

impl Parts for Value {
    fn inside(&self) -> Inside<'_, Value> {
        match self {
            Value::Record(members) => Inside::Members(Box::new(
                members.iter().map(|(name, value)| (&**name, value)),
            )),
            Value::List(elements) => Inside::Elements(Box::new(elements.iter())),
            _ => Inside::Leaf,
        }
    }
}

/// A part, as a walk meets it.
#[derive(Debug)]
pub struct Part<'p, T: ?Sized> {
    /// The path from the whole: `levels[2].price`; empty for the whole itself.
    pub path: &'p str,
    /// The last piece of the path: `price`, `[2]`.
    pub name: &'p str,
    /// How many parts it is inside of: 0 for those of the whole.
    pub depth: usize,
    /// What is there.
    pub value: &'p T,
}

impl<'p, T: ?Sized> Part<'p, T> {
    /// The part at `path`, whose name begins at `start`.
    fn new(path: &'p str, start: usize, depth: usize, value: &'p T) -> Self {
        Part {
            path,
            name: &path[start..],
            depth,
            value,
        }
    }
}

/// Calls `enter` for each part below the whole, the outer before the inner. It says whether the parts of the part are wanted too.
///
/// # Errors
///
/// Those of `enter`, which end the walk.
pub fn walk<T: Parts + ?Sized, E>(
    whole: &T,
    enter: &mut impl FnMut(&Part<'_, T>) -> Result<bool, E>,
) -> Result<(), E> {
    let mut visitor = Entering(enter);
    below(whole, &mut String::new(), 0, &mut visitor)
}

/// Calls `leave` for each part and at last for the whole, the inner before the outer, with what it gave for the parts of the
/// part.
///
/// # Errors
///
/// Those of `leave`, which end the walk.
pub fn fold<T: Parts + ?Sized, R, E>(
    whole: &T,
    leave: &mut impl FnMut(&Part<'_, T>, Vec<R>) -> Result<R, E>,
) -> Result<R, E> {
    let mut visitor = Leaving {
        leave,
        results: vec![Vec::new()],
    };
    below(whole, &mut String::new(), 0, &mut visitor)?;
    let parts = visitor.results.pop().unwrap_or_default();
    leave(&Part::new("", 0, 0, whole), parts)
}

/// What is called during a walk.
trait Visitor<T: ?Sized, E> {
    /// Before the parts of a part; whether they are wanted.
    fn enter(&mut self, part: &Part<'_, T>) -> Result<bool, E>;
    /// Behind them.
    fn leave(&mut self, part: &Part<'_, T>) -> Result<(), E>;
}

struct Entering<'f, F>(&'f mut F);

impl<T: ?Sized, E, F: FnMut(&Part<'_, T>) -> Result<bool, E>> Visitor<T, E> for Entering<'_, F> {
    fn enter(&mut self, part: &Part<'_, T>) -> Result<bool, E> {
        (self.0)(part)
    }

    fn leave(&mut self, _: &Part<'_, T>) -> Result<(), E> {
        Ok(())
    }
}

struct Leaving<'f, F, R> {
    leave: &'f mut F,
    /// Of the parts that are open, what came out of their parts.
    results: Vec<Vec<R>>,
}

impl<T, R, E, F> Visitor<T, E> for Leaving<'_, F, R>
where
    T: ?Sized,
    F: FnMut(&Part<'_, T>, Vec<R>) -> Result<R, E>,
{
    fn enter(&mut self, _: &Part<'_, T>) -> Result<bool, E> {
        self.results.push(Vec::new());
        Ok(true)
    }

    fn leave(&mut self, part: &Part<'_, T>) -> Result<(), E> {
        let parts = self.results.pop().unwrap_or_default();
        let result = (self.leave)(part, parts)?;
        if let Some(around) = self.results.last_mut() {
            around.push(result);
        }
        Ok(())
    }
}

/// Goes through the parts of `value`, which is at `path`.
fn below<T: Parts + ?Sized, E>(
    value: &T,
    path: &mut String,
    depth: usize,
    visitor: &mut impl Visitor<T, E>,
) -> Result<(), E> {
    let len = path.len();
    // Writing to a string does not fail.
    match value.inside() {
        Inside::Leaf => {}
        Inside::Members(members) => {
            for (name, member) in members {
                let _ = match len {
                    0 => write!(path, "{name}"),
                    _ => write!(path, ".{name}"),
                };
                let start = path.len() - name.len();
                part(member, path, start, depth, visitor)?;
                path.truncate(len);
            }
        }
        Inside::Elements(elements) => {
            for (index, element) in elements.enumerate() {
                let _ = write!(path, "[{index}]");
                part(element, path, len, depth, visitor)?;
                path.truncate(len);
            }
        }
    }
    Ok(())
}

/// Meets one part, whose name begins at `start` of its path.
fn part<T: Parts + ?Sized, E>(
    value: &T,
    path: &mut String,
    start: usize,
    depth: usize,
    visitor: &mut impl Visitor<T, E>,
) -> Result<(), E> {
    if visitor.enter(&Part::new(path, start, depth, value))? {
        below(value, path, depth + 1, visitor)?;
    }
    visitor.leave(&Part::new(path, start, depth, value))
}
