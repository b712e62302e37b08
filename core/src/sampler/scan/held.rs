//! A value kept as bytes, and its comparison with a later one.

use super::Found;
use super::clean::Clean;
use crate::observer::Field;

/// The last value of a followed field, as bytes.
pub(super) struct Held {
    key: u32,
    clean: Clean,
    last: Vec<u8>,
    /// The field, if it is a part of a packed record: its bytes are those of the record, where it is not always at
    /// the same place.
    part: Option<Box<Field>>,
}

impl Held {
    /// A field whose bytes are `now`.
    pub(super) fn new(field: &Field, key: u32, now: &[u8]) -> Held {
        let clean = Clean::of(field);
        let mut last = now.to_vec();
        clean.apply(&mut last);
        Held {
            key,
            clean,
            last,
            part: field.is_packed_part().then(|| Box::new(field.clone())),
        }
    }

    /// Index of its key.
    pub(super) fn key(&self) -> u32 {
        self.key
    }

    pub(super) fn last(&self) -> &[u8] {
        &self.last
    }

    /// Cleans the bytes of a later moment and tells whether they are another value.
    pub(super) fn differs(&self, now: &mut [u8]) -> bool {
        self.clean.apply(now);
        let is_same = |part: &Field| part.value_of(&self.last) == part.value_of(now);
        self.last != now && !self.part.as_deref().is_some_and(is_same)
    }

    /// Reports the cleaned bytes of a later moment and keeps them.
    pub(super) fn report(
        &mut self,
        now: &[u8],
        writes: Option<u64>,
        is_torn: bool,
        tell: &mut impl FnMut(u32, Found<'_>),
    ) {
        let found = Found {
            old: &self.last,
            now,
            writes,
            is_torn,
        };
        tell(self.key, found);
        self.last.copy_from_slice(now);
    }
}
