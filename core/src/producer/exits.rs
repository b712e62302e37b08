//! Ending sessions in an orderly way when the program calls `exit(0)`, or returns from `main`, while
//! handles of theirs live on in statics or other threads: nothing drops those.
//!
//! What the session holds stays where it is, as after a crash, but says that its producer exited. A
//! program that exits with another status has failed, and that is what a crash is. A copy of something else is removed at
//! any exit: nothing is lost with it.
//!
//! A session is known here before its first file is: an exit meanwhile waits until the session is whole.

use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError, TryLockError, Weak};
use std::time::Duration;

use super::session::Shared;
use crate::forks;

static SESSIONS: Mutex<Vec<Arc<Watched>>> = Mutex::new(Vec::new());

/// How long an exit waits for another thread that makes a session, or changes it.
const PATIENCE_MS: u32 = 100;

/// A session that an exit ends.
struct Watched {
    /// Locked while the session is made; nothing if that failed.
    session: Mutex<Weak<Shared>>,
    /// A forked child must not wait for a thread of its parent's.
    forks: u64,
}

impl Watched {
    fn is_over(&self) -> bool {
        try_lock(&self.session).is_some_and(|session| session.strong_count() == 0)
    }
}

/// Makes a session. From its first file on, an orderly exit of this process ends it.
pub(super) fn watch<E>(make: impl FnOnce() -> Result<Arc<Shared>, E>) -> Result<Arc<Shared>, E> {
    static WATCHING: Once = Once::new();
    WATCHING.call_once(start);
    let watched = Arc::new(Watched {
        session: Mutex::default(),
        forks: forks::count(),
    });
    let mut session = watched
        .session
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    {
        let mut sessions = SESSIONS.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.retain(|known| !known.is_over());
        sessions.push(Arc::clone(&watched));
    }
    let made = make()?;
    *session = Arc::downgrade(&made);
    Ok(made)
}

/// What an exit does instead of waiting for ever: whoever has the lock gives it back soon, or is the thread that exits
/// and never will.
pub(super) fn lock_for_exit<T>(lock: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    (0..PATIENCE_MS).find_map(|_| {
        let locked = try_lock(lock);
        if locked.is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        locked
    })
}

/// The lock, unless somebody has it.
fn try_lock<T>(lock: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    match lock.try_lock() {
        Ok(locked) => Some(locked),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
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
    let Some(sessions) = lock_for_exit(&SESSIONS).map(|mut known| std::mem::take(&mut *known))
    else {
        return;
    };
    for watched in sessions {
        if watched.forks != forks::count_again() {
            continue;
        }
        let session = lock_for_exit(&watched.session).and_then(|session| session.upgrade());
        if let Some(session) = session {
            session.exit(status);
            // Other threads may still use what would be dropped with the last handle.
            std::mem::forget(session);
        }
    }
}
