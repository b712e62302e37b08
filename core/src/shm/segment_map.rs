//! Segments by a 16-bit id, found without a lock.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use super::Segment;

const FAN: usize = 256;
type Leaf = Box<[OnceLock<Arc<Segment>>]>;

/// The regions of a session by id. Each is entered once and then stays as long as the map.
pub(crate) struct SegmentMap {
    leaves: Box<[OnceLock<Leaf>]>,
    bytes: AtomicU64,
}

impl SegmentMap {
    pub(crate) fn new() -> SegmentMap {
        SegmentMap {
            leaves: (0..FAN).map(|_| OnceLock::new()).collect(),
            bytes: AtomicU64::new(0),
        }
    }

    /// The segment with this id, if it was entered.
    #[inline]
    pub(crate) fn get(&self, id: u16) -> Option<&Arc<Segment>> {
        self.leaves[usize::from(id) / FAN].get()?[usize::from(id) % FAN].get()
    }

    /// Enters a segment unless another thread was faster, and returns the one in the map.
    pub(crate) fn enter(&self, id: u16, segment: Arc<Segment>) -> &Arc<Segment> {
        let leaf = self.leaves[usize::from(id) / FAN]
            .get_or_init(|| (0..FAN).map(|_| OnceLock::new()).collect());
        leaf[usize::from(id) % FAN].get_or_init(|| {
            let bytes = segment.view().len() as u64;
            self.bytes.fetch_add(bytes, Ordering::Relaxed);
            segment
        })
    }

    /// Bytes of all entered segments.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// All entered segments, by id.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Segment>> {
        self.leaves
            .iter()
            .filter_map(OnceLock::get)
            .flat_map(|leaf| leaf.iter())
            .filter_map(OnceLock::get)
    }
}
