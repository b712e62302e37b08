//! The two-slot sequence lock: readers never wait, and a writer's death blocks nobody.
//!
//! A guarded value is one word and two copies of the value. The word is
//!
//! ```text
//! bit 63                                24 23           0
//!    | sequence: values published so far  | owner        |
//! ```
//!
//! and has these states, of which a reader sees only the sequence:
//!
//! | sequence | owner | even copy | odd copy | who may do what |
//! |---|---|---|---|---|
//! | even | nobody | the value | anything | any writer may claim |
//! | odd  | nobody | anything | the value | any writer may claim |
//! | even | `o` | the value | being written by `o` | others wait, or claim if `o` is dead |
//! | odd  | `o` | being written by `o` | the value | others wait, or claim if `o` is dead |
//!
//! | from | to | by |
//! |---|---|---|
//! | (s, nobody) | (s, me) | claim: one compare-and-swap |
//! | (s, dead)   | (s, me) | takeover: the same on the whole word, so that only one succeeds |
//! | (s, me)     | (s+1, me) | publish and keep the claim: one store |
//! | (s, me)     | (s+1, nobody) | publish and release: one store |
//! | (s, me)     | (s, nobody) | release without a new value: one store |
//!
//! No writer touches the copy that the sequence names. What a dead writer left half-written is in
//! the other copy, and its successor overwrites that copy from its first word to its last.
//!
//! The sequence has 40 bits. A reader is fooled only if it is stopped during a copy while exactly a
//! multiple of 2^40 values is published, which takes the fastest writer half an hour.

use std::mem::ManuallyDrop;
use std::ops::Range;

use super::atomic::{
    AtomicU64, CLAIM_ATTEMPTS, Ordering, Patience, READ_ATTEMPTS, Waited, fence, pause,
};
use super::owner::{OWNER_BITS, Owner};

/// A new value was published during each of the reader's attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a new value was published during each of {attempts} attempts to read")]
pub struct Contended {
    /// How often it was tried.
    pub attempts: u32,
}

/// Another writer held the value for longer than a writer waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the value is being written by {owner}; try again")]
pub struct Busy {
    /// The holder when the time was over; [`Owner::NOBODY`] if several writers took turns so fast
    /// that none was seen holding it.
    pub owner: Owner,
}

/// A guarded value: its word and its two copies; copying this is free.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TwoSlot<'a> {
    word: &'a AtomicU64,
    even: &'a [AtomicU64],
    odd: &'a [AtomicU64],
}

/// The right to write a guarded value. Dropping it gives the right back and leaves the value.
#[derive(Debug)]
pub(crate) struct Claim<'a> {
    slots: TwoSlot<'a>,
    me: Owner,
    /// The sequence last published. No other writer changes it while this claim lives, so it is
    /// never loaded again.
    sequence: u64,
}

impl<'a> TwoSlot<'a> {
    /// A guarded value made of these words.
    ///
    /// # Panics
    ///
    /// If the copies are not equally long.
    #[inline]
    pub(crate) fn new(word: &'a AtomicU64, [even, odd]: [&'a [AtomicU64]; 2]) -> Self {
        assert_eq!(even.len(), odd.len(), "both copies are of one type");
        Self { word, even, odd }
    }

    /// How many words the value has.
    #[inline]
    pub(crate) fn len_words(&self) -> usize {
        self.even.len()
    }

    /// How many values were published so far, modulo 2^40.
    #[inline]
    pub(crate) fn sequence(&self) -> u64 {
        sequence_of(self.word.load(Ordering::Relaxed))
    }

    /// The owner that has the right to write now, or had it when it died.
    #[inline]
    pub(crate) fn owner(&self) -> Owner {
        Owner::of_word(self.word.load(Ordering::Relaxed))
    }

    /// Copies the bytes of the last published value from byte `start` on to `out`, and returns its
    /// sequence.
    ///
    /// # Errors
    ///
    /// [`Contended`] if a new value was published during each of [`READ_ATTEMPTS`] tries.
    ///
    /// # Panics
    ///
    /// If the value has fewer bytes.
    #[inline]
    pub(crate) fn read_bytes(&self, start: usize, out: &mut [u8]) -> Result<u64, Contended> {
        let mut attempts = 0;
        loop {
            if let Some(sequence) = self.try_read_bytes(start, out) {
                return Ok(sequence);
            }
            attempts = attempted(attempts)?;
        }
    }

    /// One attempt to [`read_bytes`](Self::read_bytes); `None` if a new value was published meanwhile.
    #[inline]
    pub(crate) fn try_read_bytes(&self, start: usize, out: &mut [u8]) -> Option<u64> {
        self.attempt(|copy| load_bytes(copy, start, out))
    }

    /// The same for a copy of all words.
    #[inline]
    pub(crate) fn try_read(&self, out: &mut [u64]) -> Option<u64> {
        self.try_read_part(0..self.len_words(), out)
    }

    /// The same for a copy of some words.
    #[inline]
    pub(crate) fn try_read_part(&self, words: Range<usize>, out: &mut [u64]) -> Option<u64> {
        self.attempt(|copy| load_words(&copy[words], out))
    }

    /// What `load` copies is a part of the value that was published with the returned sequence.
    #[inline]
    fn attempt(&self, load: impl FnOnce(&[AtomicU64])) -> Option<u64> {
        let sequence = self.sequence();
        // Partner: the release stores of `publish`, `publish_and_release` and `drop`. A reader that
        // sees a sequence sees the words that were written before it.
        fence(Ordering::Acquire);
        load(self.copy(sequence));
        // Partner: the release fence of `fill`. If a word above came from a writer that is already
        // refilling this copy, the load below sees that the sequence has moved.
        fence(Ordering::Acquire);
        // The owner is ignored: a claim alone changes no value.
        (self.sequence() == sequence).then_some(sequence)
    }

    /// Takes the right to write, for `me`.
    ///
    /// Waits a bounded time for other writers (W3): long enough that writers which hold the value
    /// for a short time, again and again, do not keep this one out. Calls `is_dead`, repeatedly,
    /// about an owner that does not let go within a few microseconds, but never about `me`, which is
    /// another thread of this process.
    ///
    /// # Errors
    ///
    /// [`Busy`] names the owner that held the value until the time was over.
    #[inline]
    pub(crate) fn claim(
        self,
        me: Owner,
        is_dead: impl Fn(Owner) -> bool,
    ) -> Result<Claim<'a>, Busy> {
        match self.try_claim(me) {
            Some(claim) => Ok(claim),
            None => self.claim_later(me, &is_dead),
        }
    }

    /// Takes the right to write, for `me`, if nobody has it.
    #[inline]
    pub(crate) fn try_claim(self, me: Owner) -> Option<Claim<'a>> {
        let seen = self.word.load(Ordering::Relaxed);
        if !Owner::of_word(seen).is_nobody() {
            return None;
        }
        self.replace_owner(seen, me).ok()
    }

    /// The right to write that `me` took earlier, when `sequence` was published last, and still has.
    pub(crate) fn held_claim(self, me: Owner, sequence: u64) -> Claim<'a> {
        Claim {
            slots: self,
            me,
            sequence: sequence_of(word_of(sequence, Owner::NOBODY)),
        }
    }

    /// The address of its word.
    pub(crate) fn address(&self) -> usize {
        std::ptr::from_ref(self.word).addr()
    }

    /// Waits for the right to write as [`TwoSlot::claim`] does, without taking it.
    ///
    /// # Errors
    ///
    /// [`Busy`] names the owner that held the value until the time was over.
    pub(crate) fn await_vacancy(self, is_dead: impl Fn(Owner) -> bool) -> Result<(), Busy> {
        let mut patience = Patience::new(self.word);
        loop {
            let seen = self.word.load(Ordering::Relaxed);
            let owner = Owner::of_word(seen);
            if owner.is_nobody() || is_dead(owner) {
                return Ok(());
            }
            if matches!(patience.wait(seen), Waited::Enough) {
                return Err(Busy { owner });
            }
        }
    }

    #[cold]
    fn claim_later(self, me: Owner, is_dead: &dyn Fn(Owner) -> bool) -> Result<Claim<'a>, Busy> {
        let mut patience = Patience::new(self.word);
        let mut busy = Busy {
            owner: Owner::NOBODY,
        };
        let mut seen = self.word.load(Ordering::Relaxed);
        loop {
            let waited = patience.wait(seen);
            seen = self.word.load(Ordering::Relaxed);
            for _ in 0..CLAIM_ATTEMPTS {
                let owner = Owner::of_word(seen);
                let vacant = owner.is_nobody()
                    || (owner != me && !matches!(waited, Waited::Spun) && is_dead(owner));
                if !vacant {
                    busy.owner = owner;
                    break;
                }
                match self.replace_owner(seen, me) {
                    Ok(claim) => return Ok(claim),
                    Err(now) => seen = now,
                }
            }
            if matches!(waited, Waited::Enough) {
                return Err(busy);
            }
        }
    }

    /// Claims the word if it is still `seen`. The exchange covers the whole word, so that of several
    /// writers that found the owner dead, or none, only one succeeds.
    #[inline]
    fn replace_owner(self, seen: u64, me: Owner) -> Result<Claim<'a>, u64> {
        let sequence = sequence_of(seen);
        // Acquire; partner: the release store of the previous writer. Its words must precede this
        // writer's in every order, and `read_current` copies them. (A dead writer's last stores
        // precede its death.) A failure needs no ordering: no read depends on it.
        self.word.compare_exchange(
            seen,
            word_of(sequence, me),
            Ordering::Acquire,
            Ordering::Relaxed,
        )?;
        Ok(Claim {
            slots: self,
            me,
            sequence,
        })
    }

    /// The copy that holds the value of this sequence.
    #[inline]
    fn copy(&self, sequence: u64) -> &'a [AtomicU64] {
        if sequence.is_multiple_of(2) {
            self.even
        } else {
            self.odd
        }
    }
}

impl Claim<'_> {
    /// The sequence last published.
    pub(crate) fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Publishes a new value and keeps the claim: stores only.
    ///
    /// # Panics
    ///
    /// If `words` is not as long as the value.
    #[inline]
    pub(crate) fn publish(&mut self, words: &[u64]) {
        self.sequence = self.fill(words);
        // Partner: the reader's first fence.
        self.slots
            .word
            .store(word_of(self.sequence, self.me), Ordering::Release);
    }

    /// Publishes a new value and gives the claim back, with one store.
    ///
    /// # Panics
    ///
    /// If `words` is not as long as the value.
    #[inline]
    pub(crate) fn publish_and_release(self, words: &[u64]) {
        let sequence = self.fill(words);
        let claim = ManuallyDrop::new(self);
        // Partners: the reader's first fence, and the next writer's claim.
        claim
            .slots
            .word
            .store(word_of(sequence, Owner::NOBODY), Ordering::Release);
    }

    /// Copies the present value to `out`. No other writer can change it while this claim lives.
    ///
    /// # Panics
    ///
    /// If `out` is not as long as the value.
    #[inline]
    pub(crate) fn read_current(&self, out: &mut [u64]) {
        load_words(self.slots.copy(self.sequence), out);
    }

    /// Writes the copy that is not current and returns the sequence that will name it.
    #[inline]
    fn fill(&self, words: &[u64]) -> u64 {
        let next = next_sequence(self.sequence);
        // Partner: the reader's second fence. A reader may still be copying the value that this copy
        // held two values ago. If it gets one of the words below, it must then see that the sequence
        // has moved: the store that moved it, by this writer or an earlier one, precedes the fence.
        fence(Ordering::Release);
        store_words(self.slots.copy(next), words);
        next
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        // Partners as in `publish_and_release`. Later readers and writers see this store instead of
        // the one that published the value, so it has to pass on the words.
        self.slots
            .word
            .store(word_of(self.sequence, Owner::NOBODY), Ordering::Release);
    }
}

/// Pauses between two attempts of a reader, and counts the attempt or gives up.
///
/// Takes nothing by reference, so that the words read can stay in registers.
#[cold]
#[inline(never)]
pub(crate) fn attempted(attempts: u32) -> Result<u32, Contended> {
    let attempts = attempts + 1;
    if attempts == READ_ATTEMPTS {
        return Err(Contended { attempts });
    }
    pause();
    Ok(attempts)
}

const fn sequence_of(word: u64) -> u64 {
    word >> OWNER_BITS
}

/// How many values were published in the guarded value with this word, modulo 2^40.
#[inline(always)]
pub(crate) fn published_values(word: &AtomicU64) -> u64 {
    // Relaxed: for comparison only; whoever copies the value begins with the word again.
    sequence_of(word.load(Ordering::Relaxed))
}

/// How many values were published between two sequences of one value.
pub(crate) const fn values_between(earlier: u64, later: u64) -> u64 {
    sequence_of(word_of(later.wrapping_sub(earlier), Owner::NOBODY))
}

/// The word for the low 40 bits of this sequence.
const fn word_of(sequence: u64, owner: Owner) -> u64 {
    sequence << OWNER_BITS | owner.bits()
}

const fn next_sequence(sequence: u64) -> u64 {
    sequence_of(word_of(sequence + 1, Owner::NOBODY))
}

#[inline]
fn load_words(from: &[AtomicU64], to: &mut [u64]) {
    assert_eq!(from.len(), to.len(), "the buffer is as long as the value");
    for (to, from) in to.iter_mut().zip(from) {
        *to = from.load(Ordering::Relaxed);
    }
}

/// Copies the bytes that `from` holds from byte `start` on.
#[inline]
pub(crate) fn load_bytes(from: &[AtomicU64], start: usize, mut out: &mut [u8]) {
    assert!(start + out.len() <= from.len() * 8, "a part of the value");
    let mut words = from[start / 8..]
        .iter()
        .map(|word| word.load(Ordering::Relaxed).to_ne_bytes());
    let mut next = || words.next().expect("a part of the value");
    let skipped = start % 8;
    if skipped > 0 {
        let (head, rest) = out.split_at_mut(out.len().min(8 - skipped));
        head.copy_from_slice(&next()[skipped..][..head.len()]);
        out = rest;
    }
    let (whole, last) = out.as_chunks_mut::<8>();
    whole.iter_mut().for_each(|chunk| *chunk = next());
    if !last.is_empty() {
        last.copy_from_slice(&next()[..last.len()]);
    }
}

#[inline]
fn store_words(to: &[AtomicU64], from: &[u64]) {
    assert_eq!(
        from.len(),
        to.len(),
        "the new value is as long as the old one"
    );
    for (to, from) in to.iter().zip(from) {
        to.store(*from, Ordering::Relaxed);
    }
}
