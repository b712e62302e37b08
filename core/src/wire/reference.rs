//! Where something lies in the session's memory.

use std::fmt;

/// A region id (upper 16 bits) and an offset in that region (lower 48); 0 refers to nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) struct Ref(pub(crate) u64);

impl Ref {
    /// Refers to nothing.
    pub(crate) const NONE: Ref = Ref(0);

    const OFFSET_BITS: u32 = 48;

    pub(crate) fn new(region: u16, offset: u64) -> Ref {
        debug_assert!(
            offset >> Ref::OFFSET_BITS == 0,
            "regions are smaller than 2^48 bytes"
        );
        Ref(u64::from(region) << Ref::OFFSET_BITS | offset)
    }

    /// The region, counted from 1; 0 for none.
    pub(crate) fn region(self) -> u16 {
        (self.0 >> Ref::OFFSET_BITS) as u16
    }

    /// Bytes from the start of the region segment.
    pub(crate) fn offset(self) -> u64 {
        self.0 & ((1 << Ref::OFFSET_BITS) - 1)
    }
}

impl fmt::Debug for Ref {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:0x{:x}", self.region(), self.offset())
    }
}
