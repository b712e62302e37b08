//! The producer's regions: creating them, and finding bytes in them.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::ahead::{Ahead, Region};
use super::error::ProducerError;
use crate::owners;
use crate::prefetch::prefetch;
use crate::shm::{Dir, Draft, Mode, Segment, SegmentMap, ShmError, View};
use crate::sync::{self, Owner, publish};
use crate::wire::{Ref, header, names, region as at};

const PAGE: u64 = 4096;

/// How large regions are made, in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sizes {
    pub(super) first: u64,
    pub(super) max: u64,
}

/// What it takes to make a region, by whichever thread.
pub(super) struct Maker {
    dir: Dir,
    session: String,
    session_id: u128,
    mode: Mode,
    header: Arc<Segment>,
}

/// All regions of a session, in the order of their ids.
pub(super) struct Regions {
    maker: Arc<Maker>,
    sizes: Sizes,
    /// Makes the next region before it is needed.
    ahead: Option<Ahead>,
    was_wanted: bool,
    /// Let guarded values in the regions find out whether their owners died. Before `segments`: they go first.
    owners: Vec<sync::WitnessRange>,
    /// Shared with the handles of objects, which look their cells up without a lock.
    segments: Arc<SegmentMap>,
    newest: Option<Region>,
    /// From here on, no byte was ever handed out: all are zero.
    untouched: Ref,
    bytes: u64,
}

impl Maker {
    pub(super) fn new(
        dir: Dir,
        session: String,
        session_id: u128,
        mode: Mode,
        header: Arc<Segment>,
    ) -> Maker {
        Maker {
            dir,
            session,
            session_id,
            mode,
            header,
        }
    }

    /// Makes a region, which nobody knows until it is counted.
    pub(super) fn make(&self, id: u16, size: u64) -> Result<Segment, ProducerError> {
        self.publish(self.draft(id, size)?)
    }

    /// Makes a region without its name: what takes long.
    pub(super) fn draft(&self, id: u16, size: u64) -> Result<Draft, ProducerError> {
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
        Ok(draft)
    }

    /// Gives a region its name.
    pub(super) fn publish(&self, draft: Draft) -> Result<Segment, ProducerError> {
        // Once the session was shut down, the name of its region may be another session's.
        if !self.header.is_named_in(&self.dir) {
            return Ok(draft.keep_unpublished().without_locks());
        }
        // Replaces what a crashed session of this name may have left.
        Ok(draft.publish_over()?.without_locks())
    }

    /// Gives up a region that nobody knows yet, so that its memory can be had for another one.
    fn unmake(&self, id: u16, region: Region) {
        if self.header.is_named_in(&self.dir) {
            // What cannot be removed is overwritten when a region of the name is made.
            let _ = self.dir.unlink(&names::region(&self.session, id));
        }
        drop(region);
    }
}

impl Regions {
    pub(super) fn new(maker: Maker, sizes: Sizes) -> Regions {
        Regions {
            maker: Arc::new(maker),
            sizes,
            ahead: None,
            was_wanted: false,
            owners: Vec::new(),
            segments: Arc::new(SegmentMap::new()),
            newest: None,
            untouched: Ref::NONE,
            bytes: 0,
        }
    }

    /// The regions, for those who look cells up without a lock.
    pub(super) fn segments(&self) -> &Arc<SegmentMap> {
        &self.segments
    }

    /// Lets a thread make regions before they are needed.
    pub(super) fn grow_ahead(&mut self) {
        let maker = Arc::clone(&self.maker);
        self.ahead = Ahead::start(move |id, size| {
            let (draft, maker) = (maker.draft(id, size).ok()?, Arc::clone(&maker));
            Some(move || maker.publish(draft).ok())
        });
        if let (Some(ahead), Some(newest)) = (&self.ahead, &self.newest) {
            ahead.make_present(newest.clone());
        }
    }

    /// Ends that thread.
    pub(super) fn stop_growing_ahead(&mut self) {
        self.ahead = None;
    }

    /// That thread, if there is one.
    #[inline]
    pub(super) fn ahead(&self) -> &Option<Ahead> {
        &self.ahead
    }

    /// Adds a region that has room for a block of `block` bytes; returns its id and the room in it.
    pub(super) fn grow(&mut self, block: u64) -> Result<(u16, Range<u64>), ProducerError> {
        let id = self.next_id()?;
        let start = at::HEADER_BYTES as u64;
        let least = (start + block).next_multiple_of(PAGE);
        let made = self.ahead.as_ref().and_then(|ahead| ahead.take(id));
        let region = match made {
            Some(region) if region.len() >= least => region,
            made => {
                if let Some(region) = made {
                    self.maker.unmake(id, region);
                }
                Region::new(self.make(id, least)?)
            }
        };
        self.add(id, &region);
        let size = region.len();
        if let Some(ahead) = &self.ahead {
            ahead.make_present(region.clone());
        }
        self.newest = Some(region);
        self.untouched = Ref::new(id, start);
        self.was_wanted = false;
        Ok((id, start..size))
    }

    /// Makes a region of the size that is due; of a smaller one where there is no room for that.
    fn make(&self, id: u16, least: u64) -> Result<Segment, ProducerError> {
        let mut size = self.next_size().max(least);
        loop {
            match self.maker.make(id, size) {
                // The first one is as large as the program wants it.
                Err(ProducerError::Shm(ShmError::Full { .. })) if size > least && id > 1 => {
                    size = (size / 2).next_multiple_of(PAGE).max(least);
                }
                made => return made,
            }
        }
    }

    fn next_id(&self) -> Result<u16, ProducerError> {
        let next = u16::try_from(self.len() + 1).ok();
        next.ok_or_else(|| ProducerError::TooManyRegions {
            name: self.maker.session.clone(),
        })
    }

    /// How large the next region is made: so that at most a third of all memory is unused, however
    /// many objects there are.
    fn next_size(&self) -> u64 {
        let first = self.sizes.first.min(self.sizes.max);
        (self.bytes / 2)
            .clamp(first, self.sizes.max)
            .next_multiple_of(PAGE)
    }

    /// Lets everybody know a region.
    fn add(&mut self, id: u16, region: &Region) {
        let segment = self.segments.enter(id, Arc::clone(&region.segment));
        let (header, view) = (Arc::clone(&self.maker.header), segment.view());
        let is_dead = move |owner| owners::is_dead(&header, Owner::PRODUCER, owner);
        self.owners.push(sync::register_range(
            view.address(),
            view.len(),
            Arc::new(is_dead),
        ));
        self.bytes += region.len();
        let count = self
            .maker
            .header
            .view()
            .word(header::REGION_COUNT)
            .expect("the header has all its words");
        publish(count, self.len() as u64);
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

    /// Starts to load what lies so many bytes behind a place, if there is something.
    #[inline]
    pub(super) fn prefetch(&self, place: Ref, behind: u64) {
        let at = (place.offset() + behind) as usize;
        if let Some(word) = self.segment(place).view().word(at) {
            prefetch(word);
        }
    }

    /// The place with this address in this process.
    pub(super) fn place_of(&self, address: usize) -> Option<Ref> {
        (1..=self.len() as u16).find_map(|id| {
            let view = self.segments.get(id)?.view();
            let offset = address.checked_sub(view.address())?;
            (offset < view.len()).then(|| Ref::new(id, offset as u64))
        })
    }

    /// The place from which on no byte was ever handed out: all are zero.
    pub(super) fn untouched(&self) -> Ref {
        self.untouched
    }

    /// Notes that a region is used up to `used`. If it is the newest one, populates pages that are not
    /// yet, and asks for the next region when a quarter of this one is used.
    #[inline]
    pub(super) fn hand_out(&mut self, id: u16, used: u64) {
        let place = Ref::new(id, used);
        if place <= self.untouched {
            return;
        }
        self.untouched = place;
        let newest = self
            .newest
            .as_ref()
            .expect("what was handed out lies in it");
        newest
            .segment
            .view()
            .word(at::USED)
            .expect("a region has room for its head")
            .store(used, Ordering::Relaxed);
        if !newest.is_present(used) {
            newest.make_present(used);
        }
        if !self.was_wanted && used > newest.len() / 4 {
            self.want_next();
        }
    }

    #[cold]
    fn want_next(&mut self) {
        self.was_wanted = true;
        if let (Some(ahead), Ok(id)) = (&self.ahead, self.next_id()) {
            ahead.want(id, self.next_size());
        }
    }

    /// Makes the first bytes of the newest region present.
    pub(super) fn prefault_newest(&self, bytes: u64) {
        if let Some(newest) = &self.newest {
            newest.make_present(bytes);
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
