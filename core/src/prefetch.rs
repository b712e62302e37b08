//! Prefetching memory that will be needed soon.
#![allow(unsafe_code)]

/// Starts to load the line of `item` into the cache, without waiting.
#[inline(always)]
pub(crate) fn prefetch<T>(item: &T) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: L1: a hint changes nothing and never faults at any address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(item).cast()) };
    }
    // std offers no prefetch for other processors.
    #[cfg(not(target_arch = "x86_64"))]
    let _ = item;
}
