//! A value kept as bytes, and its comparison with a later one.

use super::Found;
use super::clean::Clean;
use crate::observer::Field;

/// The last value of a followed field, as bytes.
pub(super) struct Held {
    key: u32,
    clean: Clean,
    last: Vec<u8>,
}

impl Held {
    /// A field whose bytes are `now`.
    pub(super) fn new(field: &Field, key: u32, now: &[u8]) -> Held {
        let clean = Clean::of(field);
        let mut last = now.to_vec();
        clean.apply(&mut last);
        Held { key, clean, last }
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
        self.last != now
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
