//! Using up the mappings that the system allows a process (`vm.max_map_count`).

use std::io;

use crate::Answer;

const PAGE: usize = 4096;

/// More mappings than any system allows by default.
const MOST: usize = 4 << 20;

/// Makes mappings until the system refuses another one, and then gives `left` of them back. The answer is
/// how many are kept.
pub(crate) fn crowd(left: usize) -> Answer {
    // Pages of two kinds in turn, as neighbours of one kind would be one mapping.
    let kinds = [libc::PROT_NONE, libc::PROT_READ];
    let mut pages = Vec::new();
    let refusal = loop {
        match map(kinds[pages.len() % 2]) {
            Ok(page) => pages.push(page),
            Err(error) => break error,
        }
        if pages.len() == MOST {
            return Err("the system allows any number of mappings".into());
        }
    };
    if refusal.kind() != io::ErrorKind::OutOfMemory {
        return Err(refusal.into());
    }
    for page in pages.drain(pages.len().saturating_sub(left)..) {
        unmap(page);
    }
    // Freed, the list's own memory would be one mapping less.
    Ok(pages.leak().len().to_string())
}

#[allow(unsafe_code)]
fn map(protection: i32) -> io::Result<*mut libc::c_void> {
    let (flags, any) = (
        libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
        std::ptr::null_mut(),
    );
    // SAFETY: L1: new memory at a place that the system chooses.
    let page = unsafe { libc::mmap(any, PAGE, protection, flags, -1, 0) };
    match page {
        libc::MAP_FAILED => Err(io::Error::last_os_error()),
        page => Ok(page),
    }
}

#[allow(unsafe_code)]
fn unmap(page: *mut libc::c_void) {
    // SAFETY: L1: a page that was mapped above, of which no reference was made.
    unsafe { libc::munmap(page, PAGE) };
}
