//! The regions of a session, mapped when first needed and then kept.

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::LayoutError;
use super::header::{Identity, damaged};
use crate::shm::{Access, Dir, Segment, SegmentMap, View};
use crate::sync::published;
use crate::wire::{names, region as at};

/// The regions of one session.
pub(super) struct Regions {
    dir: Dir,
    session: String,
    session_id: u128,
    header_bytes: usize,
    access: Access,
    found: SegmentMap,
}

impl Regions {
    pub(super) fn new(
        dir: Dir,
        identity: &Identity,
        header_bytes: usize,
        writable: bool,
    ) -> Regions {
        let access = if writable {
            Access::Write
        } else {
            Access::Read
        };
        let (session, session_id) = (identity.name.clone(), identity.session);
        Regions {
            dir,
            session,
            session_id,
            header_bytes,
            access,
            found: SegmentMap::new(),
        }
    }

    #[inline]
    pub(super) fn get(&self, id: u16) -> Result<&Arc<Segment>, LayoutError> {
        self.found.get(id).map_or_else(|| self.map(id), Ok)
    }

    /// A region, if it is mapped.
    #[inline(always)]
    pub(super) fn mapped_one(&self, id: u16) -> Option<&Arc<Segment>> {
        self.found.get(id)
    }

    /// Bytes of the mapped regions.
    pub(super) fn mapped_bytes(&self) -> u64 {
        self.found.bytes()
    }

    pub(super) fn mapped(&self) -> impl Iterator<Item = &Arc<Segment>> {
        self.found.iter()
    }

    /// The region that mapped bytes lie in, and where they begin in it.
    pub(super) fn find(&self, view: View<'_>) -> Option<(u16, usize)> {
        let offset = |region: View<'_>| {
            let offset = view.address().checked_sub(region.address())?;
            (offset < region.len()).then_some(offset)
        };
        (1..=u16::MAX).find_map(|id| Some((id, offset(self.found.get(id)?.view())?)))
    }

    #[cold]
    fn map(&self, id: u16) -> Result<&Arc<Segment>, LayoutError> {
        let segment = self
            .dir
            .open_without_locks(&names::region(&self.session, id), self.access)?;
        super::unless_cut(&segment, self.judge(id, &segment))?;
        Ok(self.found.enter(id, Arc::new(segment)))
    }

    fn judge(&self, id: u16, segment: &Segment) -> Result<(), LayoutError> {
        segment.check_whole()?;
        let view = segment.view();
        let load = |offset| view.word(offset).map(|word| word.load(Ordering::Relaxed));
        let refuse = |what: &str, found: Option<u64>, expected: &str| {
            let found: &dyn Debug = match &found {
                Some(number) => number,
                None => &format_args!("missing"),
            };
            let what = format!("{what} of region {id}");
            Err(damaged(&self.session, what, found, expected))
        };
        let magic = view.word(at::MAGIC_AT).map(published);
        if view.len() < self.header_bytes || magic != Some(at::MAGIC) {
            return refuse("the first word", magic, "MGREGION");
        }
        let session = load(at::SESSION_HIGH).zip(load(at::SESSION_LOW));
        if session.map(|(high, low)| u128::from(high) << 64 | u128::from(low))
            != Some(self.session_id)
        {
            return refuse(
                "the session",
                load(at::SESSION_LOW),
                "the session's own: the producer was restarted",
            );
        }
        if load(at::ID) != Some(u64::from(id)) {
            return refuse("the id", load(at::ID), "its own");
        }
        if load(at::SIZE).is_none_or(|size| size > view.len() as u64) {
            let expected = format!("at most the segment's {}", view.len());
            return refuse("the size", load(at::SIZE), &expected);
        }
        Ok(())
    }
}
