//! Asking the system for large pages.
#![allow(unsafe_code)]

/// From here on a large page saves more than it costs.
const WORTH_IT: usize = 4 << 20;
/// Bytes of a large page on most machines; whole pages of any smaller size.
const LARGE: usize = 2 << 20;

/// Memory for `len` words that were not touched yet, with large pages if the system has them and there
/// are many words.
///
/// Words that are used in no order then cost one miss each: with small pages, looking up where each page
/// lies is a second one.
pub(crate) fn many_words(len: usize) -> Vec<u64> {
    let words = Vec::with_capacity(len);
    if len * size_of::<u64>() >= WORTH_IT {
        ask_for_large_pages(&words);
    }
    words
}

#[cfg(target_os = "linux")]
fn ask_for_large_pages(words: &Vec<u64>) {
    use rustix::mm::{Advice, madvise};
    let first = words.as_ptr().addr().next_multiple_of(LARGE);
    let end = words.as_ptr().addr() + words.capacity() * size_of::<u64>();
    let start = words.as_ptr().with_addr(first).cast_mut().cast();
    let len = end.saturating_sub(first) / LARGE * LARGE;
    // SAFETY: L1: these are whole pages of memory that the vector owns; the advice leaves what is in
    // them as it is.
    let asked = unsafe { madvise(start, len, Advice::LinuxHugepage) };
    // A system without them has small pages, which are as good.
    let _ = asked;
}

#[cfg(not(target_os = "linux"))]
fn ask_for_large_pages(_words: &Vec<u64>) {}
