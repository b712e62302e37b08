//! A value in shared memory whose reader sleeps until the kernel wakes it.

use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use memmap2::MmapRaw;
use rustix::thread::futex;

use crate::part::{Part, ready};
use crate::quote::BYTES;

use super::{delays, keep_sending, place};

/// A count of values that the reader waits on, and the present value's time. One value is under
/// way at a time, so that nothing guards it.
#[repr(C)]
struct Shared {
    count: AtomicU32,
    timestamp_ns: AtomicU64,
    rest: [AtomicU64; BYTES / 8 - 1],
}

pub(super) fn receive(dir: &Path) -> Vec<f64> {
    let path = dir.join("futex");
    let file = File::create_new(&path).expect("a new name");
    file.set_len(size_of::<Shared>() as u64)
        .expect("there is room");
    let map = map(&path);
    let shared = shared(&map);
    let _sender = Part::start("sender", &["futex", place(&path)]);
    let mut seen = shared.count.load(Ordering::Acquire);
    delays(|| {
        while shared.count.load(Ordering::Acquire) == seen {
            // Woken, or changed before it could sleep: the loop looks again.
            let _ = futex::wait(&shared.count, futex::Flags::empty(), seen, None);
        }
        seen = shared.count.load(Ordering::Acquire);
        for word in &shared.rest {
            std::hint::black_box(word.load(Ordering::Relaxed));
        }
        shared.timestamp_ns.load(Ordering::Relaxed) as i64
    })
}

pub(super) fn send(path: &Path) {
    let map = map(path);
    let shared = shared(&map);
    ready("sending");
    keep_sending(|quote| {
        for word in &shared.rest {
            word.store(quote.bid_price as u64, Ordering::Relaxed);
        }
        shared
            .timestamp_ns
            .store(quote.timestamp_ns as u64, Ordering::Relaxed);
        shared.count.fetch_add(1, Ordering::Release);
        futex::wake(&shared.count, futex::Flags::empty(), 1).expect("the word is mapped");
    });
}

fn map(path: &Path) -> MmapRaw {
    let file = File::options()
        .read(true)
        .write(true)
        .open(path)
        .expect("it was made");
    MmapRaw::map_raw(&file).expect("it can be mapped")
}

fn shared(map: &MmapRaw) -> &Shared {
    assert!(map.len() >= size_of::<Shared>());
    // SAFETY: L1: the mapping is page-aligned, as long as the result's borrow of it, large enough by the
    // check above, and all that it holds are atomics, for which any bytes are a value.
    unsafe { &*map.as_mut_ptr().cast::<Shared>() }
}
