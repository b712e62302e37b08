//! Prefetching memory that will be needed soon.
#![allow(unsafe_code)]

/// Bytes that a cache loads at once.
pub(crate) const LINE: usize = 64;

/// Starts to load all lines of `item` into the cache, without waiting.
#[inline]
pub(crate) fn prefetch_all<T>(item: &T) {
    prefetch_bytes(std::ptr::from_ref(item).cast(), size_of::<T>());
}

/// Starts to load the lines that `len` bytes at `start` lie in, without waiting. They may be anything, even no memory.
#[inline]
pub(crate) fn prefetch_bytes(start: *const u8, len: usize) {
    for offset in (0..len).step_by(LINE) {
        prefetch_at(start.wrapping_add(offset));
    }
    // Bytes that begin inside of a line end in one more.
    prefetch_at(start.wrapping_add(len.saturating_sub(1)));
}

/// Starts to load the line of `item` into the cache, without waiting.
#[inline(always)]
pub(crate) fn prefetch<T>(item: &T) {
    prefetch_at(std::ptr::from_ref(item).cast());
}

#[inline(always)]
fn prefetch_at(place: *const u8) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: L1: a hint changes nothing and never faults at any address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(place.cast()) };
    }
    // std offers no prefetch for other processors.
    #[cfg(not(target_arch = "x86_64"))]
    let _ = place;
}
