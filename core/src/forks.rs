//! Whether this process is a forked child of the one that made something.
//!
//! A child has copies of its parent's handles and must not act on them; asking the system for the
//! pid on each change would cost as much as the change.
#![allow(unsafe_code)]

use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};

static FORKS: AtomicU64 = AtomicU64::new(0);

/// How often the line of processes that leads to this one forked since it first asked. What was
/// made at one count belongs to another process once the count is another.
pub(crate) fn count() -> u64 {
    static COUNTING: Once = Once::new();
    COUNTING.call_once(start);
    FORKS.load(Ordering::Relaxed)
}

/// The count as of now, for something whose maker asked for [`count`] before.
#[inline]
pub(crate) fn count_again() -> u64 {
    FORKS.load(Ordering::Relaxed)
}

#[cfg(target_os = "linux")]
fn start() {
    // SAFETY: the handler is a plain function of static memory that takes no lock and makes no
    // call, so it may run in the child of a process with many threads.
    let failed = unsafe { libc::pthread_atfork(None, None, Some(in_child)) };
    // Without memory for the handler, a child is not told from its parent, as if this were not here.
    debug_assert_eq!(failed, 0, "there is memory for one handler");
}

#[cfg(target_os = "linux")]
unsafe extern "C" fn in_child() {
    FORKS.fetch_add(1, Ordering::Relaxed);
}

/// Elsewhere there is no fork, or no handler for it that std offers.
#[cfg(not(target_os = "linux"))]
fn start() {}
