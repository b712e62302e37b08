//! Tells whether a handle was made by this process or by a parent that forked it.
//!
//! A child has copies of its parent's handles and must not act on them. Asking the system for the
//! pid on each change would cost as much as the change.
#![allow(unsafe_code)]

use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};

static FORKS: AtomicU64 = AtomicU64::new(0);

/// The number of forks between the process that first called this and the present one. A handle made
/// at one count belongs to another process when the count differs.
pub(crate) fn count() -> u64 {
    static COUNTING: Once = Once::new();
    COUNTING.call_once(start);
    FORKS.load(Ordering::Relaxed)
}

/// The present count, for a handle whose maker called [`count`] before.
#[inline]
pub(crate) fn count_again() -> u64 {
    FORKS.load(Ordering::Relaxed)
}

#[cfg(target_os = "linux")]
fn start() {
    // SAFETY: L1: the handler is a plain function that uses static memory only, takes no lock and makes
    // no call, so it may run in the child of a process with many threads.
    let failed = unsafe { libc::pthread_atfork(None, None, Some(in_child)) };
    // Without memory for the handler, a child cannot be told from its parent.
    debug_assert_eq!(failed, 0, "there is memory for one handler");
}

#[cfg(target_os = "linux")]
unsafe extern "C" fn in_child() {
    FORKS.fetch_add(1, Ordering::Relaxed);
}

/// Other systems have no fork, or std offers no handler for it.
#[cfg(not(target_os = "linux"))]
fn start() {}
