//! Bytes of a place, accessed at the width that its type gives them (W1).

use std::sync::atomic::{AtomicU64, Ordering};

use crate::shm::View;
use crate::sync::TwoSlot;

/// Bytes before the first copy of a guarded value: its word.
pub(crate) const FIRST_COPY: usize = 8;

const ALIGNED: &str = "a checked schema and an aligned object give aligned scalars";
const FITS: &str = "a checked schema gives guarded places aligned words and two copies";

/// The guarded value of so many words whose cells are `view`.
#[inline]
pub(crate) fn guarded(view: View<'_>, words: usize) -> TwoSlot<'_> {
    let copy = |index: usize| {
        view.words(FIRST_COPY + index * words * 8, words)
            .expect(FITS)
    };
    let word: &AtomicU64 = view.word(0).expect(FITS);
    TwoSlot::new(word, [copy(0), copy(1)])
}

/// A scalar of 1, 2, 4 or 8 bytes as the low bits of a word; relaxed.
#[inline(always)]
pub(crate) fn load(view: View<'_>, size: usize) -> u64 {
    match size {
        1 => u64::from(view.byte(0).expect(ALIGNED).load(Ordering::Relaxed)),
        2 => u64::from(view.half(0).expect(ALIGNED).load(Ordering::Relaxed)),
        4 => u64::from(view.single(0).expect(ALIGNED).load(Ordering::Relaxed)),
        _ => view.word(0).expect(ALIGNED).load(Ordering::Relaxed),
    }
}

/// Stores a scalar of 1, 2, 4 or 8 bytes; release, so that it serves for atomic fields too.
pub(crate) fn store(view: View<'_>, size: usize, bits: u64) {
    match size {
        1 => view
            .byte(0)
            .expect(ALIGNED)
            .store(bits as u8, Ordering::Release),
        2 => view
            .half(0)
            .expect(ALIGNED)
            .store(bits as u16, Ordering::Release),
        4 => view
            .single(0)
            .expect(ALIGNED)
            .store(bits as u32, Ordering::Release),
        _ => view.word(0).expect(ALIGNED).store(bits, Ordering::Release),
    }
}

/// Stores those bits of a scalar of 1, 2, 4 or 8 bytes that `mask` has, and leaves the others as they are, also if somebody
/// changes them meanwhile.
pub(crate) fn store_bits(view: View<'_>, size: usize, mask: u64, bits: u64) {
    let whole = u64::MAX >> (64 - size * 8);
    match mask & whole {
        0 => {}
        mask if mask == whole => store(view, size, bits),
        mask => {
            let mut seen = load(view, size);
            while !exchange(view, size, seen, seen & !mask | bits & mask) {
                seen = load(view, size);
            }
        }
    }
}

/// Stores a scalar of 1, 2, 4 or 8 bytes, and gives the bits that it replaces.
pub(crate) fn swap(view: View<'_>, size: usize, bits: u64) -> u64 {
    // Release, as for `store`. Acquire: what the replaced value stands for was written before it, and the
    // caller reports that value.
    let order = Ordering::AcqRel;
    match size {
        1 => u64::from(view.byte(0).expect(ALIGNED).swap(bits as u8, order)),
        2 => u64::from(view.half(0).expect(ALIGNED).swap(bits as u16, order)),
        4 => u64::from(view.single(0).expect(ALIGNED).swap(bits as u32, order)),
        _ => view.word(0).expect(ALIGNED).swap(bits, order),
    }
}

/// Replaces a scalar of 1, 2, 4 or 8 bytes if it is still `old`.
pub(crate) fn exchange(view: View<'_>, size: usize, old: u64, new: u64) -> bool {
    // As for `swap`; a value that is not replaced is only loaded again.
    let (success, failure) = (Ordering::AcqRel, Ordering::Relaxed);
    match size {
        1 => view
            .byte(0)
            .expect(ALIGNED)
            .compare_exchange(old as u8, new as u8, success, failure)
            .is_ok(),
        2 => view
            .half(0)
            .expect(ALIGNED)
            .compare_exchange(old as u16, new as u16, success, failure)
            .is_ok(),
        4 => view
            .single(0)
            .expect(ALIGNED)
            .compare_exchange(old as u32, new as u32, success, failure)
            .is_ok(),
        _ => view
            .word(0)
            .expect(ALIGNED)
            .compare_exchange(old, new, success, failure)
            .is_ok(),
    }
}

/// The bytes of a scalar whose bits are the low ones of `bits`.
#[inline]
pub(crate) fn put_scalar(bits: u64, bytes: &mut [u8]) {
    match bytes.len() {
        1 => bytes.copy_from_slice(&(bits as u8).to_ne_bytes()),
        2 => bytes.copy_from_slice(&(bits as u16).to_ne_bytes()),
        4 => bytes.copy_from_slice(&(bits as u32).to_ne_bytes()),
        _ => bytes.copy_from_slice(&bits.to_ne_bytes()),
    }
}

/// The bits of a scalar of 1, 2, 4 or 8 bytes.
pub(crate) fn get_scalar(bytes: &[u8]) -> u64 {
    match *bytes {
        [a] => u64::from(a),
        [a, b] => u64::from(u16::from_ne_bytes([a, b])),
        [a, b, c, d] => u64::from(u32::from_ne_bytes([a, b, c, d])),
        _ => u64::from_ne_bytes(bytes.try_into().expect("scalars have 1, 2, 4 or 8 bytes")),
    }
}
