//! Which processes write to a session: their slots in the header, and whether they still live.
//!
//! Shared by the producer's side and the observer's, which meet only in the header's slot lines.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering, fence};
use std::time::{Duration, Instant};

use crate::forks;
use crate::shm::{Dir, Segment, ShmError};
use crate::sync::Owner;
use crate::wire::header::{self as at, SlotLine, slot_line};
use crate::wire::names;

/// Whether `owner` can never write again, as seen by `me`.
///
/// An owner is dead when nobody holds its slot's lock, or when its slot has another occupant. If the
/// system cannot tell, it counts as alive: the caller then reports it as busy.
pub(crate) fn is_dead(header: &Segment, me: Owner, owner: Owner) -> bool {
    if owner.is_nobody() || owner == me {
        return false;
    }
    // The lock of our own slot does not show for us; whoever had the slot before is gone.
    if owner.slot() == me.slot() {
        return true;
    }
    let slot = u32::from(owner.slot());
    match header.is_locked(slot) {
        Ok(false) => true,
        Ok(true) => incarnation(line(header, slot)) != owner.incarnation(),
        Err(_) => false,
    }
}

/// The occupant that a slot line names.
pub(crate) fn incarnation(line: SlotLine<'_>) -> u16 {
    line.incarnation.load(Ordering::Relaxed) as u16
}

/// The line of a slot in a header that was found to be long enough.
pub(crate) fn line(header: &Segment, slot: u32) -> SlotLine<'_> {
    slot_line(header.view(), slot).expect("slots are below 256 and the header has all their lines")
}

/// What the living observers have announced to write to.
///
/// The caller has made its entries "destroyed" before; the fence here and the one in an observer's
/// announcement order the two: either the observer's check sees the entry destroyed, or the
/// announcement is seen here.
pub(crate) fn announced(header: &Segment) -> Vec<u64> {
    fence(Ordering::SeqCst);
    let highest = header
        .view()
        .word(at::HIGHEST_SLOT)
        .map_or(0, |word| word.load(Ordering::Relaxed));
    let slots = at::PRODUCER_SLOT + 1..=highest.min(at::SLOT_COUNT as u64 - 1) as u32;
    let intents = slots.map(|slot| (slot, line(header, slot).intent.load(Ordering::Acquire)));
    let present = intents.filter(|&(_, intent)| intent != 0);
    present
        .filter(|&(slot, _)| header.is_locked(slot).unwrap_or(true))
        .map(|(_, intent)| intent)
        .collect()
}

/// The process that took an owner's slot last, as it knew itself; for display.
pub(crate) fn pid(header: &Segment, owner: Owner) -> u64 {
    line(header, u32::from(owner.slot()))
        .pid
        .load(Ordering::Relaxed)
}

/// Removes the region segments of `session`. They belong to nobody once the session's header is
/// locked or gone.
pub(crate) fn remove_regions(dir: &Dir, session: &str) {
    let names = dir
        .names(&names::region_prefix(session))
        .unwrap_or_default();
    for name in names
        .iter()
        .filter(|name| names::session_of_region(name) == Some(session))
    {
        // What cannot be removed is overwritten when a region of the name is made.
        let _ = dir.unlink(name);
    }
}

/// An observer's right to write: one slot of the header, held until this is dropped.
pub(crate) struct WriterSlot {
    header: Arc<Segment>,
    owner: Owner,
    /// A forked child has a copy of this, but not the slot.
    forks: u64,
}

/// An announcement that an object is being written to; withdrawn when dropped.
pub(crate) struct Intent<'a> {
    word: &'a AtomicU64,
}

/// How long a thread waits for another one of the same observer that is writing.
const PATIENCE: Duration = Duration::from_millis(10);

impl WriterSlot {
    /// Takes the first free slot; `None` if all are taken.
    pub(crate) fn take(header: &Arc<Segment>) -> Result<Option<WriterSlot>, ShmError> {
        for slot in at::PRODUCER_SLOT + 1..at::SLOT_COUNT as u32 {
            if header.try_lock(slot)? {
                return Ok(Some(WriterSlot::enter(header, slot)));
            }
        }
        Ok(None)
    }

    fn enter(header: &Arc<Segment>, slot: u32) -> WriterSlot {
        let line = line(header, slot);
        let incarnation = line
            .incarnation
            .fetch_add(1, Ordering::AcqRel)
            .wrapping_add(1) as u16;
        line.pid
            .store(u64::from(std::process::id()), Ordering::Relaxed);
        // What the slot's last occupant announced died with it.
        line.intent.store(0, Ordering::Release);
        let highest = header
            .view()
            .word(at::HIGHEST_SLOT)
            .expect("the header has all its words");
        // Before the first announcement, so that the reclaimer looks as far as this slot.
        highest.fetch_max(u64::from(slot), Ordering::SeqCst);
        WriterSlot {
            header: Arc::clone(header),
            owner: Owner::new(slot as u8, incarnation),
            forks: forks::count(),
        }
    }

    /// Whether this process took the slot, and not the one that it was forked from.
    pub(crate) fn is_mine(&self) -> bool {
        self.forks == forks::count_again()
    }

    /// Who this observer is to others.
    pub(crate) fn owner(&self) -> Owner {
        self.owner
    }

    /// Announces a write to the object in `slot`. The caller then checks with [`Ordering::SeqCst`]
    /// that the object is still alive, and writes only if it is: from then on, until the
    /// announcement is dropped, its bytes are not given to another object.
    ///
    /// The announcement is also what keeps the threads of one observer apart. `None` if another
    /// thread did not finish within 10 ms.
    pub(crate) fn announce(&self, slot: u32, generation: u64) -> Option<Intent<'_>> {
        let word = line(&self.header, u32::from(self.owner.slot())).intent;
        let intent = at::intent(slot, generation);
        // SeqCst; partner: the fence in `announced`.
        let mut start = None;
        while word
            .compare_exchange(0, intent, Ordering::SeqCst, Ordering::Relaxed)
            .is_err()
        {
            if start.get_or_insert_with(Instant::now).elapsed() > PATIENCE {
                return None;
            }
            std::thread::yield_now();
        }
        Some(Intent { word })
    }
}

impl Drop for Intent<'_> {
    fn drop(&mut self) {
        // Release: the writes come before anybody may reuse the bytes.
        self.word.store(0, Ordering::Release);
    }
}
