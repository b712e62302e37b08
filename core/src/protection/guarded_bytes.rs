//! Guarded values without a Rust type, by the address of their words: for programs in other languages.

use std::mem;
use std::slice;
use std::sync::atomic::AtomicU64;

use crate::aligned::AlignedBytes;
use crate::sync::{self, Busy, Claim, Contended, Owner, TwoSlot};

/// A guarded value of a producer, known by its address and the size of its values.
///
/// It has the promises of [`Guarded`](super::Guarded): a read returns exactly one write, and readers never
/// wait for a writer.
#[derive(Clone, Copy, Debug)]
pub struct GuardedBytes<'a> {
    slots: TwoSlot<'a>,
    len: usize,
}

/// The right to write a guarded value, as a number that code in another language keeps.
///
/// It is the sequence of the value that was published last. As long as the right is held, no other writer
/// changes it.
pub type HeldSequence = u64;

impl<'a> GuardedBytes<'a> {
    /// The guarded value at `start`, whose values have `len` bytes.
    ///
    /// # Safety
    ///
    /// - at `start` are 8 + 16 × ⌈`len` / 8⌉ bytes that stay valid and are aligned to 8 for `'a`
    /// - they are initialised, and for `'a` everybody accesses them as atomic words of 8 bytes
    #[inline]
    pub unsafe fn at(start: *const AtomicU64, len: usize) -> GuardedBytes<'a> {
        let words = len.div_ceil(8);
        // SAFETY: L1: the caller says that the words are there, and accessed as atomics.
        let all = unsafe { slice::from_raw_parts(start, 1 + 2 * words) };
        let (word, copies) = all.split_first().expect("one word and the copies");
        let (even, odd) = copies.split_at(words);
        GuardedBytes {
            slots: TwoSlot::new(word, [even, odd]),
            len,
        }
    }

    /// Copies the present value to `out`, and returns its sequence.
    ///
    /// # Errors
    ///
    /// [`Contended`] if new values were published faster than one could be copied.
    ///
    /// # Panics
    ///
    /// If `out` is not as long as the value.
    pub fn read(self, out: &mut [u8]) -> Result<u64, Contended> {
        assert_eq!(out.len(), self.len, "the buffer is as long as the value");
        self.slots.read_bytes(0, out)
    }

    /// How many values were written so far, modulo 2^40.
    pub fn sequence(self) -> u64 {
        self.slots.sequence()
    }

    /// Writes a value.
    ///
    /// # Errors
    ///
    /// [`Busy`] if another live writer held the value for the whole wait.
    ///
    /// # Panics
    ///
    /// If `value` is not as long as the value.
    pub fn write(self, value: &[u8]) -> Result<(), Busy> {
        let words = self.words_of(value);
        self.claim()?.publish_and_release(&words);
        Ok(())
    }

    /// Changes the value in one step that no other writer can come between, and tells whether it did: if
    /// `change` returns false or panics, nothing is written.
    ///
    /// The bytes that `change` gets are aligned as a type of their size may ask, and at least to 16.
    ///
    /// # Errors
    ///
    /// [`Busy`] if another live writer held the value for the whole wait; `change` was not called.
    pub fn update(self, change: impl FnOnce(&mut [u8]) -> bool) -> Result<bool, Busy> {
        let claim = self.claim()?;
        let mut words = vec![0; self.slots.len_words()];
        claim.read_current(&mut words);
        let mut bytes = AlignedBytes::zeros_for_size(self.len);
        for (chunk, word) in bytes.chunks_mut(8).zip(&words) {
            chunk.copy_from_slice(&word.to_ne_bytes()[..chunk.len()]);
        }
        let is_changed = change(&mut bytes);
        if is_changed {
            claim.publish_and_release(&self.words_of(&bytes));
        }
        Ok(is_changed)
    }

    /// Takes the right to write until [`GuardedBytes::release`]; other writers get [`Busy`].
    ///
    /// # Errors
    ///
    /// [`Busy`] if another live writer held the value for the whole wait.
    pub fn hold(self) -> Result<HeldSequence, Busy> {
        let claim = self.claim()?;
        let sequence = claim.sequence();
        mem::forget(claim);
        Ok(sequence)
    }

    /// Publishes a value under a right that is held, with stores only; returns the sequence to go on with.
    ///
    /// # Panics
    ///
    /// If `value` is not as long as the value.
    pub fn publish(self, held: HeldSequence, value: &[u8]) -> HeldSequence {
        let words = self.words_of(value);
        let mut claim = self.slots.held_claim(Owner::PRODUCER, held);
        claim.publish(&words);
        let sequence = claim.sequence();
        mem::forget(claim);
        sequence
    }

    /// Gives back a right that is held.
    pub fn release(self, held: HeldSequence) {
        drop(self.slots.held_claim(Owner::PRODUCER, held));
    }

    fn claim(self) -> Result<Claim<'a>, Busy> {
        claim(self.slots)
    }

    /// A value as whole words, filled up with zeros.
    fn words_of(self, value: &[u8]) -> Vec<u64> {
        assert_eq!(value.len(), self.len, "the value has its size");
        let word = |chunk: &[u8]| {
            let mut bytes = [0; 8];
            bytes[..chunk.len()].copy_from_slice(chunk);
            u64::from_ne_bytes(bytes)
        };
        value.chunks(8).map(word).collect()
    }
}

/// Takes the right to write the guarded value with this word, for code that copies its values by itself. The
/// right ends with a release store of the word without its owner, its low 24 bits.
///
/// # Errors
///
/// [`Busy`] if another live writer held the value for the whole wait.
pub fn hold_word(word: &AtomicU64) -> Result<HeldSequence, Busy> {
    let claim = claim(TwoSlot::new(word, [&[], &[]]))?;
    let sequence = claim.sequence();
    mem::forget(claim);
    Ok(sequence)
}

fn claim(slots: TwoSlot<'_>) -> Result<Claim<'_>, Busy> {
    let address = slots.address();
    slots.claim(Owner::PRODUCER, |owner| sync::is_dead(address, owner))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protection::{Guarded, Heap};

    type Bytes = [u8; 11];

    fn bytes_of(cell: &Heap<Guarded<Bytes>>) -> GuardedBytes<'_> {
        let start = (&raw const **cell).cast::<AtomicU64>();
        // SAFETY: L1: a word and two copies of 11 bytes, which the heap cell keeps for the borrow.
        unsafe { GuardedBytes::at(start, size_of::<Bytes>()) }
    }

    #[test]
    fn both_ways_to_a_guarded_value_see_each_others_writes() {
        let cell = Heap::<Guarded<Bytes>>::new(&[1; 11]);
        let bytes = bytes_of(&cell);
        let mut read = [0; 11];
        assert_eq!((bytes.read(&mut read), read), (Ok(0), [1; 11]));
        assert_eq!(bytes.write(&[2; 11]), Ok(()));
        assert_eq!(cell.read(), Ok([2; 11]));
        assert_eq!(cell.write([3; 11]), Ok(()));
        let last_to = |last: u8, keeps: bool| {
            bytes.update(move |bytes| {
                bytes[10] = last;
                keeps
            })
        };
        assert_eq!(last_to(4, true), Ok(true));
        assert_eq!(last_to(5, false), Ok(false), "called off");
        assert_eq!(cell.read(), Ok([3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4]));
        assert_eq!(bytes.sequence(), 3);
    }

    #[test]
    fn a_held_right_keeps_others_off_and_publishes_each_value() {
        let cell = Heap::<Guarded<Bytes>>::new(&[0; 11]);
        let bytes = bytes_of(&cell);
        let held = bytes.hold().expect("free");
        assert!(cell.write([9; 11]).is_err());
        let held = bytes.publish(held, &[1; 11]);
        let held = bytes.publish(held, &[2; 11]);
        assert_eq!(cell.read(), Ok([2; 11]));
        bytes.release(held);
        assert_eq!(cell.write([3; 11]), Ok(()));
        assert_eq!(bytes.sequence(), 3);
    }
}
