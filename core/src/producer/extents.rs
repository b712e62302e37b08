//! Free stretches of memory of any length, merged with their neighbours.

use std::collections::{BTreeMap, BTreeSet};

use crate::wire::Ref;

/// Stretches of free bytes. No two of them touch: those that do are merged.
#[derive(Default)]
pub(super) struct Extents {
    /// Lengths by place. A stretch never reaches into another region, because regions begin with a head.
    lengths: BTreeMap<Ref, u64>,
    /// The same as pairs of length and place.
    by_length: BTreeSet<(u64, Ref)>,
}

impl Extents {
    /// Adds a stretch, merged with those that it touches.
    pub(super) fn give(&mut self, mut place: Ref, mut len: u64) {
        if len == 0 {
            return;
        }
        if let Some((&before, &before_len)) = self.lengths.range(..place).next_back()
            && end(before, before_len) == place
        {
            self.remove(before, before_len);
            (place, len) = (before, before_len + len);
        }
        let after = end(place, len);
        if let Some(&after_len) = self.lengths.get(&after) {
            self.remove(after, after_len);
            len += after_len;
        }
        self.lengths.insert(place, len);
        self.by_length.insert((len, place));
    }

    /// Takes out the shortest stretch of at least `len` bytes.
    pub(super) fn take(&mut self, len: u64) -> Option<(Ref, u64)> {
        let &(found, place) = self.by_length.range((len, Ref::NONE)..).next()?;
        self.remove(place, found);
        Some((place, found))
    }

    fn remove(&mut self, place: Ref, len: u64) {
        self.lengths.remove(&place);
        self.by_length.remove(&(len, place));
    }
}

/// Where a stretch ends.
fn end(place: Ref, len: u64) -> Ref {
    Ref::new(place.region(), place.offset() + len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_that_touch_are_merged_whatever_the_order() {
        let at = |offset| Ref::new(1, offset);
        for order in [
            [0, 1, 2],
            [0, 2, 1],
            [1, 0, 2],
            [2, 1, 0],
            [2, 0, 1],
            [1, 2, 0],
        ] {
            let mut extents = Extents::default();
            for index in order {
                extents.give(at(64 + index * 128), 128);
            }
            extents.give(at(1024), 64);
            extents.give(Ref::new(2, 64), 64);
            assert_eq!(extents.take(65), Some((at(64), 384)), "{order:?}");
            assert_eq!(extents.take(65), None);
            assert_eq!(extents.take(64), Some((at(1024), 64)));
            assert_eq!(extents.take(1), Some((Ref::new(2, 64), 64)));
            assert_eq!(extents.take(1), None);
        }
    }
}
