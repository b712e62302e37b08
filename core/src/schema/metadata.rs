//! What a producer declares about a field besides its type.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use super::{Range, Variant};

/// Annotations of one field. Every front end obeys them, because the observer enforces them.
#[derive(Clone, Debug, Default, PartialEq)]
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
}

/// A bound of a numeric field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// A whole number.
    Int(i128),
    /// A floating-point number; never NaN in a checked schema.
    Float(f64),
}

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
        };
        &NONE
    }

    /// Whether nothing is declared.
    pub fn is_empty(&self) -> bool {
        *self == Metadata::default()
    }

    /// The range that its bounds allow; `None` if it has no bounds.
    pub fn range(&self) -> Option<Range<Number>> {
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
        assert!(
            !Metadata {
                readonly: true,
                ..Metadata::default()
            }
            .is_empty()
        );
        assert!(
            !Metadata {
                desc: Some("".into()),
                ..Metadata::default()
            }
            .is_empty()
        );
    }
}
