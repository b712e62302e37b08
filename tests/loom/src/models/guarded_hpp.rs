//! The sequence lock of the C++ headers, beside itself and beside that of the Rust core.
//!
//! The code is that of `core/include/memglass/guarded.hpp`. Only `access.hpp`, which has all of its atomic
//! operations, is another one (`cpp/memglass/`): it calls the functions below, which do what they are asked on
//! the tool's atomics.
#![allow(unsafe_code)]

use crate::sync::atomic::{AtomicU64, Ordering, fence, pause};
use crate::sync::owner::Owner;
use crate::sync::two_slot::TwoSlot;
use crate::tool::{Arc, large_model, model, thread};

const TAG: u64 = 100;
const OBSERVER: Owner = Owner::new(2, 7);
/// What C calls the outcome of a wait that was too long.
const BUSY: u32 = 30;

/// A guarded value of two words, and the addresses by which C++ names them. Nothing is at those.
#[repr(C, align(64))]
struct Cells {
    places: [u64; 5],
    words: [AtomicU64; 5],
}

unsafe extern "C" {
    safe fn cpp_try_read(cell: &u64, words: &mut [u64; 2]) -> bool;
    safe fn cpp_sequence(cell: &u64) -> u64;
    safe fn cpp_write(cell: &u64, first: u64, last: u64) -> bool;
    safe fn cpp_write_held(cell: &u64, first: u64, last: u64) -> bool;
    safe fn cpp_try_write(cell: &u64, value: u64) -> bool;
    safe fn cpp_increment(cell: &u64) -> bool;
}

impl Cells {
    /// The value 0.
    fn new() -> Arc<Cells> {
        Arc::new(Cells {
            places: [0; 5],
            words: [0, 0, TAG, 0, TAG].map(AtomicU64::new),
        })
    }

    fn cpp(&self) -> &u64 {
        &self.places[0]
    }

    fn rust(&self) -> TwoSlot<'_> {
        let [word, copies @ ..] = &self.words;
        let (even, odd) = copies.split_at(2);
        TwoSlot::new(word, [even, odd])
    }

    /// Reads as C++ does: what was published, no older than what was seen before, no newer than what is after.
    fn cpp_reads(&self) -> Option<u64> {
        let before = cpp_sequence(self.cpp());
        let mut words = [0; 2];
        if !cpp_try_read(self.cpp(), &mut words) {
            return None;
        }
        let value = whole(words);
        assert!(
            (before..=cpp_sequence(self.cpp())).contains(&value),
            "{value} is of another time"
        );
        Some(value)
    }

    /// Reads as Rust does, which also knows the sequence.
    fn rust_reads(&self) -> Option<u64> {
        let mut words = [0; 2];
        let sequence = self.rust().try_read_part(0..2, &mut words)?;
        assert_eq!(whole(words), sequence);
        Some(sequence)
    }

    /// Adds 1 as Rust does; false if another writer held the value for too long.
    fn rust_increments(&self) -> bool {
        let Ok(claim) = self.rust().claim(OBSERVER, |_| false) else {
            return false;
        };
        let mut words = [0; 2];
        claim.read_current(&mut words);
        let next = whole(words) + 1;
        claim.publish_and_release(&[next, next + TAG]);
        true
    }
}

/// The value of these words, if they all belong to one value.
fn whole(words: [u64; 2]) -> u64 {
    assert_eq!(words[1], words[0] + TAG, "torn: {words:?}");
    words[0]
}

/// The word that C++ means.
fn word<'a>(place: *const u64) -> &'a AtomicU64 {
    let index = place.addr() % align_of::<Cells>() / 8;
    let cells = place.wrapping_sub(index).cast::<Cells>();
    // SAFETY: L1: C++ got the first of the places of `Cells`, which are at its start and shorter than its alignment;
    // the model keeps it while C++ runs.
    unsafe { &(*cells).words[index] }
}

/// The order with this number in C++.
fn order(number: i32) -> Ordering {
    match number {
        0 => Ordering::Relaxed,
        1 | 2 => Ordering::Acquire,
        3 => Ordering::Release,
        4 => Ordering::AcqRel,
        _ => Ordering::SeqCst,
    }
}

#[unsafe(no_mangle)]
extern "C-unwind" fn model_load(place: *const u64, order_number: i32) -> u64 {
    word(place).load(order(order_number))
}

#[unsafe(no_mangle)]
extern "C-unwind" fn model_store(place: *mut u64, bits: u64, order_number: i32) {
    word(place).store(bits, order(order_number));
}

#[unsafe(no_mangle)]
extern "C-unwind" fn model_exchange_if(
    place: *mut u64,
    seen: u64,
    wanted: u64,
    order_number: i32,
) -> bool {
    let exchanged =
        word(place).compare_exchange(seen, wanted, order(order_number), Ordering::Relaxed);
    exchanged.is_ok()
}

#[unsafe(no_mangle)]
extern "C-unwind" fn model_fence(order_number: i32) {
    // A fence that orders nothing is none.
    if order_number != 0 {
        fence(order(order_number));
    }
}

#[unsafe(no_mangle)]
extern "C-unwind" fn model_pause() {
    pause();
}

/// The wait for another writer, which C++ leaves to the core.
#[unsafe(no_mangle)]
extern "C-unwind" fn memglass_guarded_hold(place: *mut u64, held: &mut u64) -> u32 {
    let slots = TwoSlot::new(word(place), [&[], &[]]);
    match slots.claim(Owner::PRODUCER, |_| false) {
        Ok(claim) => {
            *held = claim.sequence();
            std::mem::forget(claim);
            0
        }
        Err(_) => BUSY,
    }
}

/// A text by pointer and length: none.
#[repr(C)]
struct Text(*const u8, usize);

#[unsafe(no_mangle)]
extern "C" fn memglass_error_message() -> Text {
    Text(std::ptr::null(), 0)
}

/// A thread that does something with the cells.
fn beside(cells: &Arc<Cells>, run: impl FnOnce(&Cells) + Send + 'static) -> thread::JoinHandle<()> {
    let cells = Arc::clone(cells);
    thread::spawn(move || run(&cells))
}

#[test]
fn a_cpp_read_beside_a_held_cpp_writer_is_whole_and_of_its_time() {
    model(|| {
        let cells = Cells::new();
        let writer = beside(&cells, |cells| assert!(cpp_write_held(cells.cpp(), 1, 2)));
        cells.cpp_reads();
        writer.join().expect("the writer does not panic");
        assert_eq!(cells.cpp_reads(), Some(2));
    });
}

#[test]
fn a_cpp_read_beside_a_rust_writer_that_claimed_long_ago_is_whole_and_of_its_time() {
    model(|| {
        let cells = Cells::new();
        let mut claim = cells
            .rust()
            .try_claim(OBSERVER)
            .expect("nobody else writes");
        let reader = beside(&cells, |cells| {
            cells.cpp_reads();
        });
        (1..=2).for_each(|value| claim.publish(&[value, value + TAG]));
        reader.join().expect("the reader finds nothing wrong");
    });
}

#[test]
fn a_rust_read_beside_cpp_writes_is_whole_and_has_its_sequence() {
    model(|| {
        let cells = Cells::new();
        let reader = beside(&cells, |cells| {
            cells.rust_reads();
        });
        assert!(cpp_write(cells.cpp(), 1, 2));
        reader.join().expect("the reader finds nothing wrong");
        assert_eq!(cells.rust_reads(), Some(2));
    });
}

#[test]
fn a_rust_read_beside_a_held_cpp_writer_is_whole_and_has_its_sequence() {
    model(|| {
        let cells = Cells::new();
        let reader = beside(&cells, |cells| {
            cells.rust_reads();
        });
        assert!(cpp_write_held(cells.cpp(), 1, 2));
        reader.join().expect("the reader finds nothing wrong");
        assert_eq!(cells.rust_reads(), Some(2));
    });
}

#[test]
fn writers_in_cpp_and_rust_lose_no_addition() {
    large_model(|| {
        let cells = Cells::new();
        let rust = {
            let cells = Arc::clone(&cells);
            thread::spawn(move || u64::from(cells.rust_increments()))
        };
        let written = u64::from(cpp_increment(cells.cpp()));
        let written = written + rust.join().expect("no writer panics");
        assert!(written >= 1, "they cannot both be in each other's way");
        assert_eq!(cells.rust_reads(), Some(written));
    });
}

#[test]
fn a_cpp_write_that_waits_for_nobody_never_hits_another_writer() {
    model(|| {
        let cells = Cells::new();
        let other = {
            let cells = Arc::clone(&cells);
            thread::spawn(move || {
                cells
                    .rust()
                    .try_claim(OBSERVER)
                    .map(|mut claim| claim.publish(&[1, 1 + TAG]))
            })
        };
        let written = cpp_try_write(cells.cpp(), 1);
        let others = other.join().expect("no writer panics");
        let sequence = cpp_sequence(cells.cpp());
        assert_eq!(sequence, u64::from(written) + u64::from(others.is_some()));
        assert_eq!(cells.rust().owner(), Owner::NOBODY);
    });
}
