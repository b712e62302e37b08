//! The memory that a thread takes, counted per thread by the allocator, because tests run in parallel.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system's allocator, which counts; for `#[global_allocator]`.
pub struct Counting;

thread_local! {
    /// Bytes taken minus bytes given back by this thread; it may give back what others took.
    static NOW: Cell<isize> = const { Cell::new(0) };
    static MOST: Cell<isize> = const { Cell::new(0) };
}

fn taken(bytes: usize) {
    let now = NOW.get() + bytes as isize;
    NOW.set(now);
    MOST.set(MOST.get().max(now));
}

fn given_back(bytes: usize) {
    NOW.set(NOW.get() - bytes as isize);
}

// SAFETY: L1: every call goes to the system's allocator as it came; counting takes no memory.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        taken(layout.size());
        // SAFETY: L1: the caller's duties are those of the system's allocator.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        taken(layout.size());
        // SAFETY: L1, as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        given_back(layout.size());
        // SAFETY: L1, as above.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Both may exist for a moment.
        taken(size);
        given_back(layout.size());
        // SAFETY: L1, as above.
        unsafe { System.realloc(place, layout, size) }
    }
}

/// The peak memory of this thread since some moment.
#[derive(Clone, Copy, Debug)]
pub struct Peak {
    before: isize,
}

impl Peak {
    /// From now on.
    pub fn start() -> Peak {
        let before = NOW.get();
        MOST.set(before);
        Peak { before }
    }

    /// Bytes above what was taken then; 0 if [`Counting`] is not the program's allocator.
    pub fn bytes(self) -> usize {
        (MOST.get() - self.before).max(0) as usize
    }
}
