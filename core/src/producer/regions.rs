//! The producer's regions: creating them, and finding bytes in them.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::error::ProducerError;
use crate::owners;
use crate::shm::{Dir, Mode, Segment, SegmentMap, View};
use crate::sync::{self, Owner, publish};
use crate::wire::{Ref, header, names, region as at};

/// How large regions are made, in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sizes {
    pub(super) first: u64,
    pub(super) max: u64,
}

/// All regions of a session, in the order of their ids.
pub(super) struct Regions {
    dir: Dir,
    session: String,
    session_id: u128,
    mode: Mode,
    sizes: Sizes,
    header: Arc<Segment>,
    /// Let guarded values in the regions find out whether their owners died. Before `segments`: they go first.
    owners: Vec<sync::WitnessRange>,
    /// Shared with the handles of objects, which look their cells up without a lock.
    segments: Arc<SegmentMap>,
    bytes: u64,
    /// Up to where the newest region was made present.
    present: u64,
}

/// How many bytes are made present at once, ahead of their first use: one system call then does the
/// work of 64 page faults.
const PREFAULT: u64 = 256 << 10;

impl Regions {
    pub(super) fn new(
        dir: Dir,
        session: String,
        session_id: u128,
        mode: Mode,
        sizes: Sizes,
        header: Arc<Segment>,
    ) -> Regions {
        let segments = Arc::new(SegmentMap::new());
        let owners = Vec::new();
        Regions {
            dir,
            session,
            session_id,
            mode,
            sizes,
            header,
            segments,
            owners,
            bytes: 0,
            present: 0,
        }
    }

    /// The regions, for those who look cells up without a lock.
    pub(super) fn segments(&self) -> &Arc<SegmentMap> {
        &self.segments
    }

    /// Adds a region that has room for a block of `block` bytes; returns its id and the room in it.
    pub(super) fn grow(&mut self, block: u64) -> Result<(u16, Range<u64>), ProducerError> {
        let next = u16::try_from(self.len() + 1).ok();
        let id = next.ok_or_else(|| ProducerError::TooManyRegions {
            name: self.session.clone(),
        })?;
        // So at most a third of all memory is unused, however many objects there are.
        let grown = (self.bytes / 2).clamp(self.sizes.first.min(self.sizes.max), self.sizes.max);
        let start = at::HEADER_BYTES as u64;
        let size = grown.max(start + block).next_multiple_of(4096);
        let region = self.create(id, size)?;
        let segment = self.segments.enter(id, region);
        let (header, view) = (Arc::clone(&self.header), segment.view());
        let is_dead = move |owner| owners::is_dead(&header, Owner::PRODUCER, owner);
        self.owners.push(sync::register_range(
            view.address(),
            view.len(),
            Arc::new(is_dead),
        ));
        self.bytes += size;
        self.present = 0;
        let count = self
            .header
            .view()
            .word(header::REGION_COUNT)
            .expect("the header has all its words");
        publish(count, self.len() as u64);
        Ok((id, start..size))
    }

    fn create(&self, id: u16, size: u64) -> Result<Segment, ProducerError> {
        let draft = self
            .dir
            .create(&names::region(&self.session, id), size, self.mode)?;
        let view = draft.segment().view();
        let word = |offset| view.word(offset).expect("a region has room for its head");
        word(at::SESSION_LOW).store(self.session_id as u64, Ordering::Relaxed);
        word(at::SESSION_HIGH).store((self.session_id >> 64) as u64, Ordering::Relaxed);
        word(at::ID).store(u64::from(id), Ordering::Relaxed);
        word(at::SIZE).store(size, Ordering::Relaxed);
        word(at::USED).store(at::HEADER_BYTES as u64, Ordering::Relaxed);
        publish(word(at::MAGIC_AT), at::MAGIC);
        // Once the session was shut down, the name of its region may be another session's.
        if !self.header.is_named_in(&self.dir) {
            return Ok(draft.keep_unpublished().without_locks());
        }
        // Replaces what a crashed session of this name may have left.
        Ok(draft.publish_over()?.without_locks())
    }

    /// The region that a block lies in.
    #[inline]
    pub(super) fn segment(&self, place: Ref) -> &Arc<Segment> {
        self.segments
            .get(place.region())
            .expect("blocks lie in regions that were made")
    }

    /// The bytes of a block that was allocated here.
    #[inline]
    pub(super) fn view(&self, place: Ref, len: u64) -> View<'_> {
        let part = self
            .segment(place)
            .view()
            .part(place.offset() as usize, len as usize);
        part.expect("blocks lie within their region")
    }

    /// The place with this address in this process.
    pub(super) fn place_of(&self, address: usize) -> Option<Ref> {
        (1..=self.len() as u16).find_map(|id| {
            let view = self.segments.get(id)?.view();
            let offset = address.checked_sub(view.address())?;
            (offset < view.len()).then(|| Ref::new(id, offset as u64))
        })
    }

    /// Notes that the newest region is used up to `used`, and populates the pages after it.
    pub(super) fn hand_out(&mut self, id: u16, used: u64) {
        let segment = self
            .segments
            .get(id)
            .expect("blocks lie in regions that were made");
        segment
            .view()
            .word(at::USED)
            .expect("a region has room for its head")
            .store(used, Ordering::Relaxed);
        if usize::from(id) == self.len() && used > self.present {
            let end = (used + PREFAULT).next_multiple_of(4096);
            segment.prefault(self.present, end - self.present);
            self.present = end;
        }
    }

    /// Bytes of all regions.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Number of regions.
    pub(super) fn len(&self) -> usize {
        self.owners.len()
    }
}
