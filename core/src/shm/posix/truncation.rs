//! Surviving that a mapped segment is cut short.
//!
//! A load from a page that its file no longer has is a SIGBUS. In a program that called
//! [`survive_truncation`], a SIGBUS in an observer's segment is handled like this: the segment is
//! marked as cut, and private pages of zeros replace it from the faulting page on, so that the load
//! can be repeated. Code that copied something checks the mark afterwards and never takes the zeros
//! for a value. Until the first cut, that check is one load of a number that nothing stores to
//! ([`cuts`]).
//!
//! The handler takes no lock and allocates nothing; it loads atomics and makes one system call. A
//! SIGBUS anywhere else goes to the previous handler.
#![allow(unsafe_code)]

use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering, compiler_fence, fence};
use std::sync::{Mutex, OnceLock, PoisonError};

use libc::{c_int, c_void, siginfo_t};

/// One mapping as the handler knows it. Entries are never freed, only used again.
///
/// T1: while `start` is neither [`FREE`] nor [`TAKEN`], `start .. end` is a mapping that stays at least as
/// long as `start`. The order of stores keeps this: `end` before `start` when a mapping is entered,
/// [`FREE`] into `start` before it is unmapped. A reader that finds the same `start` before and after
/// its load of `end` has a pair that belongs together.
struct Tracked {
    start: AtomicUsize,
    end: AtomicUsize,
    is_writable: AtomicBool,
    is_cut: AtomicBool,
}

/// Entries that were made together, and a link to the next block.
struct TrackedBlock {
    entries: [Tracked; 64],
    /// T2: null or a leaked block, which is never freed.
    next: AtomicPtr<TrackedBlock>,
}

/// The `start` of an entry that has no mapping.
const FREE: usize = 0;

/// The block that was made last; as in T2, null or leaked.
static BLOCKS: AtomicPtr<TrackedBlock> = AtomicPtr::new(ptr::null_mut());

/// Entries that may be used again. The handler does not look here.
static UNUSED: Mutex<Vec<&'static Tracked>> = Mutex::new(Vec::new());

/// How many mappings are cut.
static CUTS: AtomicUsize = AtomicUsize::new(0);

/// Bytes of a page; set before the handler is.
static PAGE: AtomicUsize = AtomicUsize::new(4096);

/// The previous handler of SIGBUS; stored before ours is installed.
static PREVIOUS: OnceLock<libc::sigaction> = OnceLock::new();

/// Set when the handler is.
static INSTALLED: OnceLock<()> = OnceLock::new();

/// Lets this process survive a session's memory being cut short while it is read. Such a read returns
/// an error that names the segment, instead of a SIGBUS that ends the process. As a side effect, a
/// refresh that finds nothing new costs no system call.
///
/// This applies to all observers, including those attached before, and cannot be undone. It sets a handler
/// for SIGBUS. A fault outside an observer's memory goes to the previous handler, or ends the process as
/// it would have. A handler that is set afterwards must do the same.
///
/// Returns whether the system offers this; the portable back end does not.
pub fn survive_truncation() -> bool {
    INSTALLED.get_or_init(|| {
        PAGE.store(page_size(), Ordering::Relaxed);
        // Known before the handler can be called.
        PREVIOUS.get_or_init(|| set_action(None));
        let mut action = no_action();
        action.sa_sigaction = handle as *const () as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
        set_action(Some(&action));
    });
    true
}

/// Whether this process survives a load from a segment that was cut short.
#[inline]
pub(crate) fn is_survived() -> bool {
    INSTALLED.get().is_some()
}

/// The number of mapped segments known to be cut. Ask after a read and before using its result.
#[inline]
pub(crate) fn cuts() -> usize {
    // The handler runs in the thread that read, or marks the segment before that thread can read zeros.
    // So the reads come before this load. The writes come before it in program order, which is all that
    // a handler in this thread needs.
    compiler_fence(Ordering::SeqCst);
    fence(Ordering::Acquire);
    CUTS.load(Ordering::Relaxed)
}

/// One mapping's entry in the handler's table, until it is dropped.
pub(super) struct Watched {
    entry: &'static Tracked,
}

impl Watched {
    /// Enters a mapping, which must be unmapped only after the result was dropped.
    pub(super) fn over(start: NonNull<u8>, len: usize, is_writable: bool) -> Watched {
        let entry = take_entry();
        entry.is_cut.store(false, Ordering::Relaxed);
        entry.is_writable.store(is_writable, Ordering::Relaxed);
        let start = start.as_ptr().addr();
        // T1: `end` first.
        entry.end.store(start + len, Ordering::Release);
        entry.start.store(start, Ordering::Release);
        Watched { entry }
    }

    /// Whether zeros were put in the place of a part of it.
    pub(super) fn is_cut(&self) -> bool {
        self.entry.is_cut.load(Ordering::Relaxed)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        // T1: before the mapping goes.
        self.entry.start.store(FREE, Ordering::SeqCst);
        if self.is_cut() {
            CUTS.fetch_sub(1, Ordering::SeqCst);
        }
        unused().push(self.entry);
    }
}

impl Tracked {
    const fn new() -> Tracked {
        Tracked {
            start: AtomicUsize::new(FREE),
            end: AtomicUsize::new(0),
            is_writable: AtomicBool::new(false),
            is_cut: AtomicBool::new(false),
        }
    }

    /// The end of the mapping, if `address` lies in it.
    fn end_around(&self, address: usize) -> Option<usize> {
        let start = self.start.load(Ordering::Acquire);
        let end = self.end.load(Ordering::Acquire);
        let is_one = self.start.load(Ordering::Acquire) == start;
        (is_one && start != FREE && (start..end).contains(&address)).then_some(end)
    }

    /// Marks the mapping as cut; [`cuts`] counts it when this returns.
    fn mark(&self) {
        // Counted before it is marked. If two threads fault at once, the second finds the mark, and must
        // not read zeros before the first has counted.
        CUTS.fetch_add(1, Ordering::SeqCst);
        if self.is_cut.swap(true, Ordering::SeqCst) {
            CUTS.fetch_sub(1, Ordering::SeqCst);
        }
    }

    /// Marks the mapping as cut, and replaces its pages from `address` on by zeros.
    fn replace_from(&self, address: usize, end: usize) -> bool {
        // Before the zeros are there for other threads.
        self.mark();
        let protection = match self.is_writable.load(Ordering::Relaxed) {
            true => libc::PROT_READ | libc::PROT_WRITE,
            false => libc::PROT_READ,
        };
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED | libc::MAP_NORESERVE;
        let start = address - address % PAGE.load(Ordering::Relaxed);
        let place = ptr::without_provenance_mut(start);
        // SAFETY: by T1 the range is part of a mapping that stays: this thread is inside an access to
        // it, so its segment is not being dropped. It was readable before and stays readable.
        let mapped = unsafe { libc::mmap(place, end - start, protection, flags, -1, 0) };
        mapped != libc::MAP_FAILED
    }
}

impl TrackedBlock {
    const fn new() -> TrackedBlock {
        TrackedBlock {
            entries: [const { Tracked::new() }; 64],
            next: AtomicPtr::new(ptr::null_mut()),
        }
    }

    fn at(place: &AtomicPtr<TrackedBlock>) -> Option<&'static TrackedBlock> {
        let block = place.load(Ordering::Acquire);
        // SAFETY: T2: the block was leaked, and is only changed through atomics.
        unsafe { block.as_ref() }
    }
}

fn blocks() -> impl Iterator<Item = &'static TrackedBlock> {
    std::iter::successors(TrackedBlock::at(&BLOCKS), |block| {
        TrackedBlock::at(&block.next)
    })
}

fn unused() -> std::sync::MutexGuard<'static, Vec<&'static Tracked>> {
    UNUSED.lock().unwrap_or_else(PoisonError::into_inner)
}

fn take_entry() -> &'static Tracked {
    let mut unused = unused();
    if unused.is_empty() {
        unused.extend(&add_block().entries);
    }
    unused.pop().expect("a block has entries")
}

/// Adds a block in front of the others; under the lock of [`UNUSED`].
fn add_block() -> &'static TrackedBlock {
    let block: &'static TrackedBlock = Box::leak(Box::new(TrackedBlock::new()));
    let newest = BLOCKS.load(Ordering::Relaxed);
    block.next.store(newest, Ordering::Relaxed);
    let block_place = ptr::from_ref(block).cast_mut();
    BLOCKS.store(block_place, Ordering::Release);
    block
}

/// Handles SIGBUS.
extern "C" fn handle(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    // SAFETY: L1: the kernel passes a valid record to a handler that was set with SA_SIGINFO.
    let fault = unsafe { &*info };
    // SAFETY: L1: a signal that is not a fault has another number there, which is used only after the
    // check of the code.
    let address = unsafe { fault.si_addr() }.addr();
    if fault.si_code != libc::BUS_ADRERR || !survive(address) {
        pass_on(signal, info, context);
    }
}

/// Whether a load from `address` can be made again.
fn survive(address: usize) -> bool {
    // SAFETY: L1: the address of this thread's errno is always valid.
    let errno = unsafe { libc::__errno_location() };
    // SAFETY: L1: a valid address, as above, which only this thread uses.
    let kept = unsafe { errno.read() };
    let mut entries = blocks().flat_map(|block| &block.entries);
    let survived = entries.any(|entry| {
        let end = entry.end_around(address);
        end.is_some_and(|end| entry.replace_from(address, end))
    });
    // SAFETY: L1, as above. The interrupted code may be about to look at errno.
    unsafe { errno.write(kept) };
    survived
}

/// Passes a SIGBUS to the previous handler.
fn pass_on(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    let previous = PREVIOUS.get().copied().unwrap_or_else(no_action);
    // SAFETY: L1: the kernel passes a valid record to a handler that was set with SA_SIGINFO.
    let is_sent = unsafe { &*info }.si_code <= 0;
    match previous.sa_sigaction {
        // A fault cannot be ignored, but what another process sent can.
        libc::SIG_IGN if is_sent => {}
        libc::SIG_DFL | libc::SIG_IGN => {
            set_action(Some(&no_action()));
            // It is blocked in here, and ends the process when this returns.
            // SAFETY: L1: raising a signal is always allowed.
            unsafe { libc::raise(signal) };
        }
        handler if previous.sa_flags & libc::SA_SIGINFO != 0 => {
            type Handler = extern "C" fn(c_int, *mut siginfo_t, *mut c_void);
            // SAFETY: L1: with SA_SIGINFO the field is a function of this type.
            let handler = unsafe { std::mem::transmute::<usize, Handler>(handler) };
            handler(signal, info, context);
        }
        handler => {
            // SAFETY: L1: without SA_SIGINFO the field is a function of this type.
            let handler = unsafe { std::mem::transmute::<usize, extern "C" fn(c_int)>(handler) };
            handler(signal);
        }
    }
}

fn page_size() -> usize {
    // SAFETY: L1: asking for a number is always allowed.
    let bytes = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(bytes).unwrap_or(4096)
}

/// The default action.
fn no_action() -> libc::sigaction {
    // SAFETY: L1: a record of zeros is the default action without flags and mask.
    unsafe { std::mem::zeroed() }
}

/// Sets the action for SIGBUS, or only queries it; returns the previous action.
fn set_action(action: Option<&libc::sigaction>) -> libc::sigaction {
    let mut previous = no_action();
    let action = action.map_or(ptr::null(), ptr::from_ref);
    // SAFETY: L1: both pointers lead to a record of ours, or nowhere. With a valid signal it cannot fail.
    unsafe { libc::sigaction(libc::SIGBUS, action, &mut previous) };
    previous
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end_around(address: usize) -> Option<usize> {
        let mut entries = blocks().flat_map(|block| &block.entries);
        entries.find_map(|entry| entry.end_around(address))
    }

    fn watch(start: usize, len: usize) -> Watched {
        let start = NonNull::new(ptr::without_provenance_mut(start)).expect("not 0");
        Watched::over(start, len, false)
    }

    // Addresses that no mapping of a process has.
    const FAR: usize = 1 << 60;

    #[test]
    fn a_mapping_is_known_from_its_first_to_its_last_byte_until_it_is_dropped() {
        let watched = watch(FAR, 8192);
        for (address, end) in [
            (FAR - 1, None),
            (FAR, Some(FAR + 8192)),
            (FAR + 8191, Some(FAR + 8192)),
            (FAR + 8192, None),
        ] {
            assert_eq!(end_around(address), end, "{address:#x}");
        }
        drop(watched);
        assert_eq!(end_around(FAR), None);
    }

    #[test]
    fn of_threads_that_fault_at_once_none_goes_on_before_the_cut_is_counted() {
        const ROUNDS: usize = 50_000;
        let entries: Vec<_> = (0..ROUNDS).map(|_| Tracked::new()).collect();
        let (arrived, left) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let wait_for = |count: &AtomicUsize, both: usize| {
            count.fetch_add(1, Ordering::SeqCst);
            for attempt in 0_u64.. {
                if count.load(Ordering::SeqCst) >= both {
                    return;
                }
                // The other one may need this processor.
                match attempt % 256 {
                    255 => std::thread::yield_now(),
                    _ => std::hint::spin_loop(),
                }
            }
        };
        let misses = |is_first: bool| {
            let rounds = (1..=ROUNDS).zip(&entries).filter(|(round, entry)| {
                wait_for(&arrived, 2 * round);
                entry.mark();
                let is_missed = cuts() == 0;
                wait_for(&left, 2 * round);
                if is_first {
                    CUTS.fetch_sub(1, Ordering::SeqCst);
                }
                is_missed
            });
            rounds.count()
        };
        let missed = std::thread::scope(|scope| {
            let second = scope.spawn(|| misses(false));
            (misses(true), second.join().ok())
        });
        assert_eq!(missed, (0, Some(0)));
    }

    #[test]
    fn more_mappings_than_fit_into_a_block_are_known_and_entries_used_again() {
        const FIRST: usize = FAR + (1 << 40);
        let place = |index: usize| FIRST + index * 4096;
        for _ in 0..3 {
            let all: Vec<_> = (0..200).map(|index| watch(place(index), 4096)).collect();
            assert!((0..200).all(|index| end_around(place(index)) == Some(place(index + 1))));
            drop(all);
        }
        assert!(blocks().count() < 10);
        assert!((0..200).all(|index| end_around(place(index)).is_none()));
    }
}
