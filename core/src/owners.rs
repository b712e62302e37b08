//! Which processes write to a session: their slots in the header, and whether they still live.
//!
//! Shared by the producer's side and the observer's, which meet only in the header's slot lines.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::forks;
use crate::shm::{Dir, Segment, ShmError};
use crate::sync::Owner;
use crate::sync::intent::{self, Intent};
use crate::wire::header::{self as at, SlotLine, slot_line};
use crate::wire::names;

/// Whether `owner` can never write again, as seen by `me`.
///
/// An owner is dead when no process holds its slot's lock, or when its slot has another occupant. If
/// the system cannot tell, the owner counts as alive: the caller then reports it as busy.
pub(crate) fn is_dead(header: &Segment, me: Owner, owner: Owner) -> bool {
    if owner.is_nobody() || owner == me {
        return false;
    }
    // We cannot query the lock of our own slot. Earlier occupants of the slot are dead.
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

/// The intents that living observers have announced.
///
/// The caller ends its objects before: either an observer's check finds its object destroyed, or its
/// announcement is found here.
pub(crate) fn announced(header: &Segment) -> Vec<u64> {
    let highest = intent::before_look(highest_slot(header));
    let present = intents(header, highest);
    present
        .filter(|&(slot, _)| header.is_locked(slot).unwrap_or(true))
        .map(|(_, intent)| intent)
        .collect()
}

/// The intents that dead observers have left, each with its slot and the process that had that.
pub(crate) fn left_by_the_dead(header: &Segment) -> impl Iterator<Item = (u32, u32, u64)> + '_ {
    let highest = highest_slot(header).load(Ordering::Relaxed);
    let present = intents(header, highest);
    let left = present.filter(|&(slot, _)| !header.is_locked(slot).unwrap_or(true));
    left.map(|(slot, intent)| {
        let pid = line(header, slot).pid.load(Ordering::Relaxed);
        (slot, pid as u32, intent)
    })
}

/// The intents in the slots up to this one, of observers that are alive or dead.
fn intents(header: &Segment, highest: u64) -> impl Iterator<Item = (u32, u64)> + '_ {
    let slots = at::PRODUCER_SLOT + 1..=highest.min(at::SLOT_COUNT as u64 - 1) as u32;
    let intents = slots.map(|slot| (slot, intent::look(line(header, slot).intent)));
    intents.filter(|&(_, intent)| intent != 0)
}

fn highest_slot(header: &Segment) -> &AtomicU64 {
    header
        .view()
        .word(at::HIGHEST_SLOT)
        .expect("the header has all its words")
}

/// The process that took an owner's slot last, in its own pid namespace; for display.
pub(crate) fn pid(header: &Segment, owner: Owner) -> u64 {
    line(header, u32::from(owner.slot()))
        .pid
        .load(Ordering::Relaxed)
}

/// Takes the producer's lock of a header whose producer may be dead, to replace or remove the session;
/// `false` if another process has it. Signs the line, so that others learn who holds the name.
pub(crate) fn lock_for_producer(header: &Segment) -> Result<bool, ShmError> {
    let is_mine = header.try_lock(at::PRODUCER_SLOT)?;
    // A header that was cut short has no line to sign.
    let line = slot_line(header.view(), at::PRODUCER_SLOT);
    if let Some(line) = line.filter(|_| is_mine) {
        line.pid
            .store(u64::from(std::process::id()), Ordering::Relaxed);
    }
    Ok(is_mine)
}

/// The process that took the producer's lock last: the producer, or one that cleans up after it. 0 if
/// the header does not say.
pub(crate) fn holder_of_name(header: &Segment) -> u32 {
    slot_line(header.view(), at::PRODUCER_SLOT)
        .map_or(0, |line| line.pid.load(Ordering::Relaxed) as u32)
}

/// Whether the producer itself holds its lock, as far as the system can tell.
pub(crate) fn is_producer_alive(header: &Segment) -> bool {
    // If the system cannot tell, nothing speaks against the producer.
    let is_locked = header.is_locked(at::PRODUCER_SLOT).unwrap_or(true);
    is_locked && holder_of_name(header) == producer(header)
}

/// The producer's process id, in its own pid namespace.
pub(crate) fn producer(header: &Segment) -> u32 {
    header
        .view()
        .word(at::PID)
        .map_or(0, |word| word.load(Ordering::Relaxed) as u32)
}

/// When the producer's process started, in clock ticks, and since which start of the system.
pub(crate) fn producer_start(header: &Segment) -> (u64, u128) {
    let load = |offset| {
        let word = header.view().word(offset);
        word.map_or(0, |word| word.load(Ordering::Relaxed))
    };
    let boot = u128::from(load(at::BOOT_HIGH)) << 64 | u128::from(load(at::BOOT_LOW));
    (load(at::PROCESS_START), boot)
}

/// Removes the region segments of `session`. No process owns them once the session's header is locked
/// or gone.
pub(crate) fn remove_regions(dir: &Dir, session: &str) {
    let names = dir
        .names(&names::region_prefix(session))
        .unwrap_or_default();
    for name in names
        .iter()
        .filter(|name| names::session_of_region(name) == Some(session))
    {
        // A region that cannot be removed is overwritten when the name is used again.
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

/// How long a thread waits for others of the same observer that are writing: longer than one of them
/// may wait for another process.
const PATIENCE: Duration = Duration::from_secs(6);

/// How long it only gives way before it sleeps between two attempts.
const GIVE_WAY: Duration = Duration::from_micros(50);

/// How long it sleeps between two attempts.
const NAP: Duration = Duration::from_micros(100);

impl WriterSlot {
    /// Takes the first free slot; `None` if all are taken.
    pub(crate) fn take(header: &Arc<Segment>) -> Result<Option<WriterSlot>, ShmError> {
        for slot in at::PRODUCER_SLOT + 1..at::SLOT_COUNT as u32 {
            if let Some(writer) = WriterSlot::enter(header, slot)? {
                return Ok(Some(writer));
            }
        }
        Ok(None)
    }

    /// Takes a slot; `None` if another process has it.
    ///
    /// Takes the reservation first, which keeps others out, and the slot's own lock only when the line
    /// names the new occupant. So a process that is stopped in between does not make the claims of a
    /// dead occupant look alive.
    fn enter(header: &Arc<Segment>, slot: u32) -> Result<Option<WriterSlot>, ShmError> {
        // Asked first, so that the reservation of a slot that is in use is not taken.
        if header.is_locked(slot)? || !header.try_lock(at::RESERVATION + slot)? {
            return Ok(None);
        }
        // A process that had the reservation may have taken the slot since.
        if header.is_locked(slot)? {
            return Ok(None);
        }
        let line = line(header, slot);
        let incarnation = line
            .incarnation
            // Relaxed: no other process has the slot, and a process that asks about it asks the kernel
            // first.
            .fetch_add(1, Ordering::Relaxed)
            .wrapping_add(1) as u16;
        line.pid
            .store(u64::from(std::process::id()), Ordering::Relaxed);
        // The last occupant is dead, and so is its announcement.
        intent::clear(line.intent);
        intent::reach(highest_slot(header), slot);
        let writer = WriterSlot {
            header: Arc::clone(header),
            owner: Owner::new(slot as u8, incarnation),
            forks: forks::count(),
        };
        Ok(header.try_lock(slot)?.then_some(writer))
    }

    /// Whether this process took the slot, and not a parent that forked it.
    pub(crate) fn is_mine(&self) -> bool {
        self.forks == forks::count_again()
    }

    /// The owner that this observer is to other processes.
    pub(crate) fn owner(&self) -> Owner {
        self.owner
    }

    /// Announces a write to the object in `slot`. The caller writes only if the intent
    /// [protects](Intent::protects) the object: until it is dropped.
    ///
    /// The announcement also excludes the other threads of this observer.
    pub(crate) fn announce(&self, slot: u32, generation: u64) -> Result<Intent<'_>, Unannounced> {
        let word = self.intent_word();
        let intent = at::intent(slot, generation);
        let mut start = None;
        loop {
            if let Some(intent) = Intent::announce(word, intent) {
                return Ok(intent);
            }
            if Updating::is_under(word) {
                return Err(Unannounced::WithinUpdate);
            }
            match start.get_or_insert_with(Instant::now).elapsed() {
                waited if waited > PATIENCE => return Err(Unannounced::OtherThread),
                waited if waited < GIVE_WAY => std::thread::yield_now(),
                _ => std::thread::sleep(NAP),
            }
        }
    }

    /// Notes that this thread has announced a write, and that its caller's code makes the new value now,
    /// until the result is dropped.
    pub(crate) fn updating(&self) -> Updating {
        let word = std::ptr::from_ref(self.intent_word()).addr();
        UPDATES.with_borrow_mut(|words| words.push(word));
        Updating { word }
    }

    fn intent_word(&self) -> &AtomicU64 {
        line(&self.header, u32::from(self.owner.slot())).intent
    }
}

/// Why a write could not be announced.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unannounced {
    /// Another thread did not finish within six seconds.
    OtherThread,
    /// This thread is in the middle of an update by the same observer, and would wait for itself.
    WithinUpdate,
}

thread_local! {
    /// The intent words, by address, under which this thread runs a caller's code.
    static UPDATES: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

/// A read-modify-write of this thread, whose new value the caller's code makes.
#[must_use = "it ends when dropped"]
pub(crate) struct Updating {
    word: usize,
}

impl Updating {
    fn is_under(word: &AtomicU64) -> bool {
        let word = std::ptr::from_ref(word).addr();
        UPDATES.with_borrow(|words| words.contains(&word))
    }
}

impl Drop for Updating {
    fn drop(&mut self) {
        UPDATES.with_borrow_mut(|words| {
            let last = words.iter().rposition(|&word| word == self.word);
            last.map(|last| words.remove(last));
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shm::testing::TestDir;
    use crate::shm::{Access, Mode};

    #[test]
    fn who_clears_up_after_a_producer_is_named_and_not_taken_for_it() {
        let dir = TestDir::new();
        let draft = dir.create("header", 32 << 10, Mode::Owner).expect("room");
        let header = draft.publish_new().expect("a free name");
        let open = || dir.open("header", Access::Write).expect("it was published");
        let (me, dead) = (std::process::id(), std::process::id() ^ 1);
        let word = header.view().word(at::PID).expect("it is long enough");
        word.store(u64::from(dead), Ordering::Relaxed);

        let clearing = open();
        assert_eq!(lock_for_producer(&clearing).ok(), Some(true));
        assert_eq!((holder_of_name(&header), producer(&header)), (me, dead));
        assert!(!is_producer_alive(&header));
        assert_eq!(lock_for_producer(&open()).ok(), Some(false));
        word.store(u64::from(me), Ordering::Relaxed);
        assert!(is_producer_alive(&header));
        drop(clearing);
        assert!(!is_producer_alive(&header));
    }

    #[test]
    fn who_takes_a_slot_of_the_dead_does_not_lend_them_his_life() {
        let dir = TestDir::new();
        let draft = dir.create("header", 32 << 10, Mode::Owner).expect("room");
        let survivor = draft.publish_new().expect("a free name");
        let open = || Arc::new(dir.open("header", Access::Write).expect("it was published"));
        let take = || {
            WriterSlot::take(&open())
                .expect("locks work")
                .expect("free slots")
        };

        let died = take().owner();
        assert!(is_dead(&survivor, Owner::PRODUCER, died));
        // Stopped where it has the slot, and the line is still the dead one's.
        let stopped = open();
        assert_eq!(stopped.try_lock(at::RESERVATION + 2).ok(), Some(true));
        assert!(is_dead(&survivor, Owner::PRODUCER, died));
        let other = take();
        assert_eq!((died.slot(), other.owner().slot()), (2, 3));
        drop(stopped);
        let next = take();
        assert_eq!(next.owner().slot(), 2);
        assert!(is_dead(&survivor, Owner::PRODUCER, died));
        assert!(!is_dead(&survivor, Owner::PRODUCER, next.owner()));
    }
}
