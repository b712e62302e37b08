//! How a range of numbers is written, everywhere.

use std::fmt;

/// Numbers from a least to a greatest one, both of them included: `-5..=5`, `1..`, `..=9`.
///
/// Values and indices are written in one notation, that of the script language. All errors, tables
/// and hints use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range<T> {
    /// The smallest, if there is one.
    pub least: Option<T>,
    /// The largest, if there is one.
    pub greatest: Option<T>,
}

impl<T> Range<T> {
    /// From `least` to `greatest`.
    pub fn of(least: T, greatest: T) -> Self {
        Self {
            least: Some(least),
            greatest: Some(greatest),
        }
    }
}

impl Range<u64> {
    /// The indices of `count` elements; `count` is at least 1.
    pub fn of_indices(count: u64) -> Self {
        Self::of(0, count.saturating_sub(1))
    }
}

impl<T: fmt::Display> fmt::Display for Range<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(least) = &self.least {
            least.fmt(out)?;
        }
        out.write_str("..")?;
        match &self.greatest {
            Some(greatest) => write!(out, "={greatest}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_are_included() {
        assert_eq!(Range::of(-5, 5).to_string(), "-5..=5");
        assert_eq!(Range::of_indices(5).to_string(), "0..=4");
    }

    #[test]
    fn an_end_may_be_open() {
        let (least, greatest) = (Some(1), None);
        assert_eq!(Range { least, greatest }.to_string(), "1..");
        let (least, greatest) = (None, Some(9));
        assert_eq!(Range { least, greatest }.to_string(), "..=9");
    }
}
