//! Liveness as a kernel lock.
//!
//! A process that may write holds an open-file-description lock (`fcntl(2)`, `F_OFD_SETLK`) on one
//! byte of the header segment, far beyond its contents. The kernel frees it on any death, and it
//! does not depend on pids. All observers share byte 0 of the range, so that a producer can see
//! whether anybody observes it.
#![allow(unsafe_code)]

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;

/// Where the locks lie: byte 2^40 + slot.
const BASE: i64 = 1 << 40;

/// Takes the lock of `slot` for this process; `false` if another one has it.
pub(super) fn try_lock(file: &File, slot: u32) -> io::Result<bool> {
    set(file, slot, libc::F_WRLCK)
}

/// Takes the lock of `slot` as shared; `false` if another process holds it exclusively.
pub(super) fn try_share(file: &File, slot: u32) -> io::Result<bool> {
    set(file, slot, libc::F_RDLCK)
}

/// Releases the lock of `slot`.
pub(super) fn unlock(file: &File, slot: u32) -> io::Result<()> {
    set(file, slot, libc::F_UNLCK).map(|_| ())
}

/// Whether another process holds the lock of `slot`: as shared for slot 0, exclusively for the others.
/// A process that may only read can take any lock as shared, and must not look like one that writes.
pub(super) fn is_locked(file: &File, slot: u32) -> io::Result<bool> {
    let wanted = match slot {
        0 => libc::F_WRLCK,
        _ => libc::F_RDLCK,
    };
    Ok(obstacle(file, slot, wanted)? != libc::F_UNLCK)
}

/// Whether another process holds the lock of `slot` as shared, so that none holds it exclusively.
pub(super) fn is_shared(file: &File, slot: u32) -> io::Result<bool> {
    Ok(obstacle(file, slot, libc::F_WRLCK)? == libc::F_RDLCK)
}

/// The kind of lock that keeps this process from taking one of the kind `wanted`.
fn obstacle(file: &File, slot: u32, wanted: libc::c_int) -> io::Result<libc::c_int> {
    let mut lock = request(slot, wanted);
    // SAFETY: L1: the descriptor is open as long as `file`, and `lock` is a valid `flock` to fill.
    let result = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_OFD_GETLK, &mut lock) };
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(libc::c_int::from(lock.l_type))
    }
}

fn set(file: &File, slot: u32, kind: libc::c_int) -> io::Result<bool> {
    let lock = request(slot, kind);
    loop {
        // SAFETY: L1: the descriptor is open as long as `file`, and `lock` is a valid `flock`.
        let result = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_OFD_SETLK, &lock) };
        if result == 0 {
            return Ok(true);
        }
        let error = io::Error::last_os_error();
        match error.raw_os_error() {
            Some(libc::EAGAIN | libc::EACCES) => return Ok(false),
            Some(libc::EINTR) => {}
            _ => return Err(error),
        }
    }
}

fn request(slot: u32, kind: libc::c_int) -> libc::flock {
    libc::flock {
        l_type: kind as i16,
        l_whence: libc::SEEK_SET as i16,
        l_start: BASE + i64::from(slot),
        l_len: 1,
        // Must be 0 for open-file-description locks.
        l_pid: 0,
    }
}
