//! A thread that the program need not know of: no signal that is meant for the process goes to it.
#![allow(unsafe_code)]

use std::io;
use std::thread::JoinHandle;

/// What a thread's own code causes. The system ends the process if such a signal is blocked when it comes, whatever
/// handler it has: SIGBUS tells that a segment was cut short, which an observer survives.
#[cfg(target_os = "linux")]
const FAULTS: [libc::c_int; 5] = [
    libc::SIGBUS,
    libc::SIGSEGV,
    libc::SIGILL,
    libc::SIGFPE,
    libc::SIGTRAP,
];

/// Starts a thread in which every signal is blocked that can be, but for faults of its own.
pub(crate) fn spawn(
    name: &str,
    work: impl FnOnce() + Send + 'static,
) -> io::Result<JoinHandle<()>> {
    let builder = std::thread::Builder::new().name(name.into());
    without_signals(|| builder.spawn(work))
}

/// What `start` starts inherits the mask of signals.
#[cfg(target_os = "linux")]
fn without_signals<R>(start: impl FnOnce() -> R) -> R {
    let mut all = std::mem::MaybeUninit::<libc::sigset_t>::uninit();
    let mut before = std::mem::MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: L1: it initialises the set it is given, and cannot fail for a valid pointer.
    unsafe { libc::sigfillset(all.as_mut_ptr()) };
    for fault in FAULTS {
        // SAFETY: L1: `all` was initialised, and the number is that of a signal.
        unsafe { libc::sigdelset(all.as_mut_ptr(), fault) };
    }
    // SAFETY: L1: `all` was initialised, and `before` is written only.
    let failed =
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr()) };
    let started = start();
    if failed == 0 {
        // SAFETY: L1: the call that did not fail has filled `before`.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), std::ptr::null_mut()) };
    }
    started
}

#[cfg(not(target_os = "linux"))]
fn without_signals<R>(start: impl FnOnce() -> R) -> R {
    start()
}
