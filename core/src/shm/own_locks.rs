//! Files whose locks no forked child shares.
//!
//! An open-file-description lock lasts until the last copy of the descriptor is closed, and a forked
//! child has a copy of each. A crashed producer would look alive as long as a child of it lives. So a
//! child gives up its copies before `fork` returns in it. In their place it gets descriptors of its
//! own: they lead to the same files and hold no lock, so that the child still sees who holds one.
//!
//! The handlers run before the child does anything else, and the parent may have many threads of which
//! the child has only one. So the handler in the child allocates nothing and waits for no lock:
//! `open`, `dup2` and `close` are async-signal-safe (signal-safety(7)), and the list of files is
//! whole, because the thread that forks holds it across the call.
//!
//! Children made without the handlers (a raw `clone`, `vfork`) share the locks until they `exec`: all
//! files are opened close-on-exec.
#![allow(unsafe_code)]

use std::cell::UnsafeCell;
use std::fs::File;
use std::io::{self, Write};
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::os::fd::{AsRawFd, RawFd};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

/// An open file that no forked child shares.
#[derive(Debug)]
pub(super) struct OwnFile {
    /// O1: listed in [`OPEN`] from before any fork until it is closed.
    file: ManuallyDrop<File>,
}

/// The files that a child gives up.
static OPEN: Listed = Listed {
    busy: AtomicBool::new(false),
    files: UnsafeCell::new(Vec::new()),
};

/// The descriptor that a child puts in place of a file that it cannot open again. It is an `O_PATH`
/// descriptor, for which every question about locks is an error. -1 until it is opened.
static PLACEHOLDER: std::sync::atomic::AtomicI32 = std::sync::atomic::AtomicI32::new(-1);

/// A list behind a lock that can be held across `fork`; std's locks are released by a guard.
struct Listed {
    busy: AtomicBool,
    /// O2: touched only by who set `busy`.
    files: UnsafeCell<Vec<RawFd>>,
}

// SAFETY: O2: one thread at a time touches the list.
unsafe impl Sync for Listed {}

impl OwnFile {
    /// Opens a file. No fork comes between opening and listing it.
    pub(super) fn open(open: impl FnOnce() -> io::Result<File>) -> io::Result<OwnFile> {
        static HANDLED: Once = Once::new();
        HANDLED.call_once(handle_forks);
        OPEN.with(|files| {
            // Reserved first, because it may panic for lack of memory: then no file is open yet.
            files.reserve(1);
            let file = open()?;
            files.push(file.as_raw_fd());
            Ok(OwnFile {
                file: ManuallyDrop::new(file),
            })
        })
    }
}

impl Deref for OwnFile {
    type Target = File;

    fn deref(&self) -> &File {
        &self.file
    }
}

impl Drop for OwnFile {
    fn drop(&mut self) {
        OPEN.with(|files| {
            let mine = self.file.as_raw_fd();
            if let Some(index) = files.iter().position(|&fd| fd == mine) {
                files.swap_remove(index);
            }
            // Closed before a fork can come: a child would keep a file that is no longer listed.
            // SAFETY: L1: it is dropped here only, and not used afterwards.
            unsafe { ManuallyDrop::drop(&mut self.file) };
        });
    }
}

impl Listed {
    fn with<R>(&self, change: impl FnOnce(&mut Vec<RawFd>) -> R) -> R {
        let _taken = self.take();
        // SAFETY: O2: taken by this thread, until `_taken` is dropped.
        change(unsafe { &mut *self.files.get() })
    }

    fn take(&self) -> Taken<'_> {
        // Held for a few system calls. If it takes longer, its holder is not scheduled: let it run.
        while self.busy.swap(true, Ordering::Acquire) {
            std::thread::yield_now();
        }
        Taken(self)
    }
}

/// The right to the list, given back when dropped.
struct Taken<'a>(&'a Listed);

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.0.busy.store(false, Ordering::Release);
    }
}

fn handle_forks() {
    // SAFETY: L1: a constant path that ends with a zero byte.
    let placeholder = unsafe { libc::open(c"/".as_ptr(), libc::O_PATH | libc::O_CLOEXEC) };
    PLACEHOLDER.store(placeholder, Ordering::Relaxed);
    // SAFETY: L1: the three are plain functions that use static memory only. The one for the child does
    // only what is allowed there (see the head of this file).
    let failed = unsafe { libc::pthread_atfork(Some(before), Some(in_parent), Some(in_child)) };
    // Without memory for the handlers, children share the locks, as they would without this module.
    debug_assert_eq!(failed, 0, "there is memory for three handlers");
}

unsafe extern "C" fn before() {
    std::mem::forget(OPEN.take());
}

unsafe extern "C" fn in_parent() {
    drop(Taken(&OPEN));
}

unsafe extern "C" fn in_child() {
    let _taken = Taken(&OPEN);
    // SAFETY: O2: taken by `before`, in the thread whose copy this is.
    let files = unsafe { &*OPEN.files.get() };
    files.iter().for_each(|&fd| give_up(fd));
}

/// Drops the open file description that `fd` shares with the parent. The number stays in use: an
/// owner in this process still has it and will close it.
fn give_up(fd: RawFd) {
    let own = open_anew(fd);
    let other = own.unwrap_or_else(|| PLACEHOLDER.load(Ordering::Relaxed));
    // SAFETY: O1: `fd` is listed, so it is open and has one owner. `other` is open or -1, which is an
    // error that leaves `fd` as it was.
    unsafe { libc::dup3(other, fd, libc::O_CLOEXEC) };
    if let Some(own) = own {
        // SAFETY: L1: opened here, and no longer used.
        unsafe { libc::close(own) };
    }
}

/// Opens the file of `fd` again as another description, even if the file has no name.
fn open_anew(fd: RawFd) -> Option<RawFd> {
    let mut path = [0_u8; 32];
    // The last byte stays zero. Formatting into a buffer allocates nothing.
    write!(&mut path[..31], "/proc/self/fd/{fd}").ok()?;
    for mode in [libc::O_RDWR, libc::O_RDONLY] {
        // SAFETY: L1: the path ends with a zero byte.
        let own = unsafe { libc::open(path.as_ptr().cast(), mode | libc::O_CLOEXEC) };
        if own >= 0 {
            return Some(own);
        }
    }
    None
}
