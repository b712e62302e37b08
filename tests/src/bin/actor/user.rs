//! What another user may do, and what no user may.
#![allow(unsafe_code)]

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::path::PathBuf;

use crate::Answer;

/// Where the locks lie in a header (docs/wire-format.md).
const LOCKS: i64 = 1 << 40;

/// Becomes another user, for good.
pub(crate) fn become_user(uid: u32, gid: u32) -> Answer {
    // SAFETY: L1: plain system calls; no group is given, so no pointer is followed.
    let done = unsafe { libc::setgroups(0, std::ptr::null()) } == 0;
    // SAFETY: L1, as above.
    let done = done && unsafe { libc::setgid(gid) } == 0;
    // SAFETY: L1, as above.
    let done = done && unsafe { libc::setuid(uid) } == 0;
    match done {
        true => Ok(String::new()),
        false => Err(io::Error::last_os_error().into()),
    }
}

/// Takes a share of every lock of a header that it may only read, and keeps it.
pub(crate) fn share_locks(name: &str) -> Answer {
    let header = File::open(segment(name, "header")?)?;
    let lock = libc::flock {
        l_type: libc::F_RDLCK as i16,
        l_whence: libc::SEEK_SET as i16,
        l_start: LOCKS,
        l_len: 300,
        l_pid: 0,
    };
    let fd = header.as_raw_fd();
    // The producer's lock is taken once it is free.
    loop {
        // SAFETY: L1: an open descriptor and a valid `flock`.
        if unsafe { libc::fcntl(fd, libc::F_OFD_SETLK, &lock) } == 0 {
            std::mem::forget(header);
            return Ok(String::new());
        }
        let error = io::Error::last_os_error();
        match error.raw_os_error() {
            Some(libc::EAGAIN | libc::EACCES) => std::thread::yield_now(),
            _ => return Err(error.into()),
        }
    }
}

/// Stores to the memory of a session that was attached read-only, which must end this process. Before
/// that, tries to make it writable, which must be refused.
pub(crate) fn poke(name: &str, part: &str) -> Answer {
    let path = segment(name, part)?;
    let maps = std::fs::read_to_string("/proc/self/maps")?;
    let line = maps
        .lines()
        .find(|line| line.ends_with(&*path.to_string_lossy()))
        .ok_or("it is not mapped")?;
    let start = line.split('-').next().ok_or("a range of addresses")?;
    let address = usize::from_str_radix(start, 16)? as *mut u8;
    // SAFETY: L1: the first page of a mapping. The call asks whether it can be made writable.
    let allowed =
        unsafe { libc::mprotect(address.cast(), 4096, libc::PROT_READ | libc::PROT_WRITE) };
    let error = io::Error::last_os_error();
    if allowed == 0 || error.raw_os_error() != Some(libc::EACCES) {
        return Err(format!("mprotect: {allowed}, {error}").into());
    }
    // SAFETY: L1: the address is mapped; the fault that follows is wanted.
    unsafe { address.write_volatile(0) };
    Err("the store succeeded".into())
}

fn segment(name: &str, part: &str) -> Result<PathBuf, Box<dyn std::error::Error>> {
    let dir = std::env::var_os("MEMGLASS_DIR").ok_or("MEMGLASS_DIR is not set")?;
    Ok(PathBuf::from(dir).join(format!("memglass_{name}_{part}")))
}
