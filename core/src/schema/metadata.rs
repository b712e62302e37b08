//! What a producer declares about a field besides its type.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use super::{Range, Variant};

/// Annotations of one field. Every front end obeys them, because the observer enforces them.
///
/// The methods named like a field set it: `Metadata::new().readonly().unit("USD")`.
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use]
#[non_exhaustive]
pub struct Metadata {
    /// Observers may not write it.
    pub readonly: bool,
    /// The smallest value an observer may write.
    pub min: Option<Number>,
    /// The largest value an observer may write.
    pub max: Option<Number>,
    /// Written values are `min` (or 0) plus a whole multiple of this.
    pub step: Option<Number>,
    /// A regular expression that the whole of a written text must match.
    pub regex: Option<Arc<str>>,
    /// Names for some values of an integer field.
    pub names: Vec<Variant>,
    /// Names for bits of an integer field.
    pub flags: Vec<Variant>,
    /// How to print it, in the style of C's `printf` with one conversion.
    pub format: Option<Arc<str>>,
    /// The unit, for display.
    pub unit: Option<Arc<str>>,
    /// What it is, in a sentence.
    pub desc: Option<Arc<str>>,
    /// Names that it had before, separated by commas: recordings, scripts and programs that are older find it by them.
    pub was: Option<Arc<str>>,
}

/// A bound of a numeric field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// A whole number.
    Int(i128),
    /// A floating-point number; never NaN in a checked schema.
    Float(f64),
}

macro_rules! number_from {
    ($variant:ident($inner:ident): $($from:ident),*) => {$(
        impl From<$from> for Number {
            fn from(value: $from) -> Self {
                Number::$variant($inner::from(value))
            }
        }
    )*};
}

number_from!(Int(i128): i8, i16, i32, i64, i128, u8, u16, u32, u64);
number_from!(Float(f64): f32, f64);

impl Number {
    /// The nearest floating-point number.
    pub fn as_f64(self) -> f64 {
        match self {
            Number::Int(value) => value as f64,
            Number::Float(value) => value,
        }
    }

    /// Compares two bounds; exact between whole numbers.
    pub fn compare(self, other: Number) -> Ordering {
        match (self, other) {
            (Number::Int(a), Number::Int(b)) => a.cmp(&b),
            (a, b) => a.as_f64().total_cmp(&b.as_f64()),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Number::Int(value) => value.fmt(out),
            Number::Float(value) => value.fmt(out),
        }
    }
}

impl Metadata {
    /// Nothing declared.
    pub fn new() -> Self {
        Self::default()
    }

    /// Forbids observers to write.
    pub fn readonly(mut self) -> Self {
        self.readonly = true;
        self
    }

    /// The smallest value an observer may write.
    pub fn min(mut self, least: impl Into<Number>) -> Self {
        self.min = Some(least.into());
        self
    }

    /// The largest value an observer may write.
    pub fn max(mut self, greatest: impl Into<Number>) -> Self {
        self.max = Some(greatest.into());
        self
    }

    /// Both bounds of the values that an observer may write.
    pub fn range(self, least: impl Into<Number>, greatest: impl Into<Number>) -> Self {
        self.min(least).max(greatest)
    }

    /// Written values must be `min` (or 0) plus a whole multiple of this.
    pub fn step(mut self, step: impl Into<Number>) -> Self {
        self.step = Some(step.into());
        self
    }

    /// A regular expression that the whole of a written text must match.
    pub fn regex(mut self, pattern: impl Into<Arc<str>>) -> Self {
        self.regex = Some(pattern.into());
        self
    }

    /// Names for some values of an integer field.
    pub fn names(mut self, names: impl IntoIterator<Item = Variant>) -> Self {
        self.names = names.into_iter().collect();
        self
    }

    /// Names for bits of an integer field.
    pub fn flags(mut self, flags: impl IntoIterator<Item = Variant>) -> Self {
        self.flags = flags.into_iter().collect();
        self
    }

    /// How to print it, in the style of C's `printf` with one conversion.
    pub fn format(mut self, format: impl Into<Arc<str>>) -> Self {
        self.format = Some(format.into());
        self
    }

    /// The unit, for display.
    pub fn unit(mut self, unit: impl Into<Arc<str>>) -> Self {
        self.unit = Some(unit.into());
        self
    }

    /// What it is, in a sentence.
    pub fn desc(mut self, desc: impl Into<Arc<str>>) -> Self {
        self.desc = Some(desc.into());
        self
    }

    /// Names that it had before, separated by commas.
    pub fn was(mut self, names: impl Into<Arc<str>>) -> Self {
        self.was = Some(names.into());
        self
    }

    /// The names that it had before.
    pub fn former_names(&self) -> impl Iterator<Item = &str> {
        let names = self.was.iter().flat_map(|names| names.split(','));
        names.map(str::trim).filter(|name| !name.is_empty())
    }

    /// Nothing declared, for ever.
    pub(crate) fn none() -> &'static Metadata {
        static NONE: Metadata = Metadata {
            readonly: false,
            min: None,
            max: None,
            step: None,
            regex: None,
            names: Vec::new(),
            flags: Vec::new(),
            format: None,
            unit: None,
            desc: None,
            was: None,
        };
        &NONE
    }

    /// Whether nothing is declared.
    pub fn is_empty(&self) -> bool {
        *self == Metadata::default()
    }

    /// The range of the values that may be written; `None` if it has no bounds.
    pub fn bounds(&self) -> Option<Range<Number>> {
        let has_bounds = self.min.is_some() || self.max.is_some();
        has_bounds.then_some(Range {
            least: self.min,
            greatest: self.max,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_bounds_compare_exactly() {
        let (low, high) = (i128::MAX - 1, i128::MAX);
        assert_eq!(Number::Int(low).compare(Number::Int(high)), Ordering::Less);
        assert_eq!(Number::Int(low).as_f64(), Number::Int(high).as_f64());
    }

    #[test]
    fn bounds_of_two_kinds_compare_as_floats() {
        assert_eq!(Number::Int(1).compare(Number::Float(1.5)), Ordering::Less);
        assert_eq!(
            Number::Float(1.5).compare(Number::Int(1)),
            Ordering::Greater
        );
        assert_eq!(Number::Float(2.0).compare(Number::Int(2)), Ordering::Equal);
    }

    #[test]
    fn metadata_is_empty_until_something_is_declared() {
        assert!(Metadata::default().is_empty());
        assert!(!Metadata::new().readonly().is_empty());
        assert!(!Metadata::new().desc("").is_empty());
    }

    #[test]
    fn former_names_are_what_stands_between_commas() {
        let names = |was: &str| {
            Metadata::new()
                .was(was)
                .former_names()
                .collect::<Vec<_>>()
                .join("|")
        };
        assert_eq!(names("qty"), "qty");
        assert_eq!(names("qty, size,, "), "qty|size");
        assert_eq!(Metadata::new().former_names().count(), 0);
    }
}
