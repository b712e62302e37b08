//! Elements of arrays of numbers, several in a row: which rows there are, whatever is in them.
//!
//! A row of elements opens like an array, and then each of its elements has a row of its own. Its path names the first of
//! them and the one behind the last: `volume[5..10]`.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use memglass::schema::{Kind, Schema, TypeId};

/// How many there may be in a row: where there is room, round numbers, with which an index is found without counting.
const COUNTS: [u64; 5] = [10, 5, 4, 3, 2];

/// How an array's elements are spread over rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spread {
    /// Elements of the array.
    pub(super) count: u64,
    /// Elements in a row.
    pub(super) in_row: u64,
}

impl Spread {
    /// How `count` elements are spread where their row has so many columns for values; `None` if each has a row of
    /// its own.
    pub(super) fn of(schema: &Schema, element: TypeId, count: u64, columns: u16) -> Option<Spread> {
        let bare = schema.bare(element);
        let is_number = matches!(schema[bare].kind, Kind::Int { .. } | Kind::Float);
        // As many as most numbers of the type need; longer ones are shown with fewer digits.
        let cell = match schema[bare].size {
            1 => 5,
            2 => 7,
            _ => 9,
        };
        let fits = |in_row: &u64| in_row * cell <= u64::from(columns);
        let in_row = COUNTS.into_iter().find(fits)?;
        (is_number && count > 1).then_some(Spread { count, in_row })
    }

    /// Number of rows, those of elements by themselves not counted.
    pub(super) fn rows(self) -> u64 {
        self.count.div_ceil(self.in_row)
    }

    /// The elements of a row.
    pub(super) fn elements(self, row: u64) -> Range<u64> {
        let start = row * self.in_row;
        start..self.count.min(start + self.in_row)
    }

    /// The rows that are open, in their order.
    pub(super) fn open_rows(self, toggled: &BTreeSet<Arc<str>>, path: &str) -> Vec<u64> {
        let prefix = format!("{path}[");
        let from: Arc<str> = prefix.as_str().into();
        let mut rows: Vec<u64> = toggled
            .range(from..)
            .take_while(|toggled| toggled.starts_with(&prefix))
            .filter_map(|toggled| {
                let elements = toggled[prefix.len()..].strip_suffix(']')?;
                let (start, end) = elements.split_once("..")?;
                let elements = start.parse().ok()?..end.parse().ok()?;
                let row = elements.start / self.in_row;
                (elements.start < self.count && self.elements(row) == elements).then_some(row)
            })
            .collect();
        rows.sort_unstable();
        rows
    }
}

/// The path of a row.
pub(super) fn path(array: &str, elements: &Range<u64>) -> String {
    format!("{array}[{}..{}]", elements.start, elements.end)
}

/// What a row is called: `[5]…[9]`.
pub(super) fn name(elements: &Range<u64>) -> String {
    let last = elements.end - 1;
    match elements.start == last {
        true => format!("[{last}]"),
        false => format!("[{}]…[{last}]", elements.start),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rows_of_this_spread_are_open() {
        let spread = Spread {
            count: 12,
            in_row: 5,
        };
        let toggled = [
            "v[0..5]",
            "v[10..12]",
            "v[0..10]",
            "v[15..20]",
            "v[3]",
            "w[5..10]",
        ];
        let toggled = toggled.into_iter().map(Arc::from).collect();
        assert_eq!(spread.open_rows(&toggled, "v"), [0, 2]);
        assert_eq!(spread.rows(), 3);
        assert_eq!(path("v", &spread.elements(2)), "v[10..12]");
        assert_eq!([name(&(0..5)), name(&(10..11))], ["[0]…[4]", "[10]"]);
    }
}
