//! Ending sessions in an orderly way when the program calls `exit(0)`, or returns from `main`, while
//! handles of theirs live on in statics or other threads: nothing drops those.
//!
//! What the session holds stays where it is, as after a crash, but says that its producer exited. A
//! program that exits with another status has failed, and that is what a crash is. A copy of something else is removed at
//! any exit: nothing is lost with it.

use std::sync::{Mutex, Once, PoisonError, Weak};

use super::session::Shared;

static SESSIONS: Mutex<Vec<Weak<Shared>>> = Mutex::new(Vec::new());

/// From now on an orderly exit of this process ends the session.
pub(super) fn watch(session: Weak<Shared>) {
    static WATCHING: Once = Once::new();
    WATCHING.call_once(start);
    let mut sessions = SESSIONS.lock().unwrap_or_else(PoisonError::into_inner);
    sessions.retain(|known| known.strong_count() > 0);
    sessions.push(session);
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[allow(unsafe_code)]
fn start() {
    use std::ffi::{c_int, c_void};

    // on_exit(3), which the crate `libc` does not have.
    unsafe extern "C" {
        fn on_exit(handler: extern "C" fn(c_int, *mut c_void), argument: *mut c_void) -> c_int;
    }

    extern "C" fn at_exit(status: c_int, _: *mut c_void) {
        end_all(status);
    }

    // SAFETY: L1: the handler is a function of this program, which uses no argument and does not
    // unwind.
    let failed = unsafe { on_exit(at_exit, std::ptr::null_mut()) };
    // Without memory for the handler, an exit looks like a crash.
    debug_assert_eq!(failed, 0, "there is memory for one handler");
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn start() {}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn end_all(status: i32) {
    // Whoever holds the lock is another thread, which goes on, or this one, which never will.
    let Ok(mut sessions) = SESSIONS.try_lock() else {
        return;
    };
    for session in sessions.drain(..).filter_map(|session| session.upgrade()) {
        session.exit(status);
        // Other threads may still use what would be dropped with the last handle.
        std::mem::forget(session);
    }
}
