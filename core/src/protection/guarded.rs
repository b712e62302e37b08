//! A value that is always read whole.

use std::cell::UnsafeCell;
use std::fmt;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::slice;
use std::sync::atomic::{AtomicU64, Ordering};

use super::words::{self, Padded};
use crate::observe::derive_support::value_type_of;
use crate::observe::{Observe, Storage};
use crate::schema::{Protection, Schema, SchemaError, TypeId, guarded_size};
use crate::sync::{self, Busy, Claim, Contended, Owner, TwoSlot};

/// A value in shared memory that is always read whole: every read returns exactly one write.
///
/// Readers never wait for a writer, not even for one that was stopped or killed in the middle of a
/// write; they get the last complete value. Writers exclude each other, in this process and in
/// others, and take turns: a writer is refused only by one that keeps the value for half a second
/// without writing it, or if its turn has not come within five seconds.
#[repr(C)]
pub struct Guarded<T: Observe> {
    /// Aligns the cell like a `T` that asks for more than a word.
    align: [MaybeUninit<T>; 0],
    word: AtomicU64,
    /// G1: each copy is [`Padded::WORDS`] aligned words, initialised as part of a [`Storage`] that
    /// began as zeros and never moves, and accessed as `AtomicU64`s only, through [`Self::copy`].
    copies: [UnsafeCell<Padded<T>>; 2],
}

// SAFETY: by G1 the copies are accessed as atomics. It does not matter whether `T` itself is `Send` or
// `Sync`: there is no `T` in it, only bytes, from which any thread may decode a `T`.
unsafe impl<T: Observe> Sync for Guarded<T> {}

// SAFETY: G1, as for `Sync`.
unsafe impl<T: Observe> Send for Guarded<T> {}

impl<T: Observe> Guarded<T> {
    const LAYOUT: () = {
        let align = align_of::<Self>() as u64;
        assert!(
            align == 8 || align == align_of::<T>() as u64,
            "aligned like a word and like the value"
        );
        assert!(
            size_of::<Self>() as u64 == guarded_size(size_of::<T>() as u64, align),
            "a word and two copies"
        );
    };

    /// Reads the value.
    ///
    /// A number that an enum does not name reads as its default variant.
    ///
    /// # Errors
    ///
    /// [`Contended`] if new values were published faster than one could be copied.
    #[inline]
    pub fn read(&self) -> Result<T, Contended> {
        let mut attempts = 0;
        loop {
            if let Some(value) = self.try_read() {
                return Ok(value);
            }
            attempts = sync::attempted(attempts)?;
        }
    }

    /// One attempt to read. The buffer is only passed to inlined functions, so that the compiler
    /// removes it: the words go from the cells straight to registers.
    #[inline]
    fn try_read(&self) -> Option<T> {
        let mut place = MaybeUninit::uninit();
        let words = words::zeroed::<T>(&mut place);
        self.slots().try_read(words)?;
        Some(words::decode_lossy(words))
    }

    /// Writes a value. To write many, hold a [`writer`](Self::writer).
    ///
    /// # Errors
    ///
    /// [`Busy`] if another live writer held the value for the whole wait.
    #[inline]
    pub fn write(&self, value: T) -> Result<(), Busy> {
        let mut place = MaybeUninit::uninit();
        let words = words::encode(&value, &mut place);
        match self.try_claim() {
            Some(claim) => claim.publish_and_release(words),
            None => return self.write_later(value),
        }
        Ok(())
    }

    /// Out of line, so that a claim which succeeds at once stays in registers.
    #[cold]
    #[inline(never)]
    fn write_later(&self, value: T) -> Result<(), Busy> {
        let mut place = MaybeUninit::uninit();
        let words = words::encode(&value, &mut place);
        self.claim()?.publish_and_release(words);
        Ok(())
    }

    /// Takes the right to write until the [`Writer`] is dropped; other writers get [`Busy`].
    ///
    /// # Errors
    ///
    /// [`Busy`] if another live writer held the value for the whole wait.
    #[inline]
    pub fn writer(&self) -> Result<Writer<'_, T>, Busy> {
        Ok(Writer {
            claim: self.claim()?,
            value: PhantomData,
        })
    }

    /// How many values were written so far, modulo 2^40.
    #[inline]
    pub fn sequence(&self) -> u64 {
        self.slots().sequence()
    }

    /// Claims the value if no other writer holds it.
    #[inline]
    pub(super) fn try_claim(&self) -> Option<Claim<'_>> {
        self.slots().try_claim(Owner::PRODUCER)
    }

    #[inline]
    pub(super) fn claim(&self) -> Result<Claim<'_>, Busy> {
        let address = (&raw const self.word).addr();
        self.slots()
            .claim(Owner::PRODUCER, |owner| sync::is_dead(address, owner))
    }

    #[inline]
    fn slots(&self) -> TwoSlot<'_> {
        TwoSlot::new(&self.word, [self.copy(0), self.copy(1)])
    }

    #[inline]
    fn copy(&self, index: usize) -> &[AtomicU64] {
        const { Self::LAYOUT };
        let start = self.copies[index].get().cast::<AtomicU64>();
        // SAFETY: G1: `WORDS` aligned, initialised words, accessed as atomics only.
        unsafe { slice::from_raw_parts(start, Padded::<T>::WORDS) }
    }
}

// SAFETY: S1: a word and two copies that are accessed as words (G1). All zeros is valid: sequence 0, no
// owner, a value of zeros. `LAYOUT` checks that they lie as `add_protected` says.
unsafe impl<T: Observe> Storage for Guarded<T> {
    type Value = T;

    fn storage_type(schema: &mut Schema) -> Result<TypeId, SchemaError> {
        let value = value_type_of::<T>(schema)?;
        schema.add_protected(Protection::Seqlock, value)
    }

    #[inline]
    fn init(&self, value: &T) {
        let mut place = MaybeUninit::uninit();
        let words = words::encode(value, &mut place);
        for (cell, word) in self.copy(0).iter().zip(words) {
            cell.store(*word, Ordering::Relaxed);
        }
        self.word.store(0, Ordering::Relaxed);
    }

    #[inline]
    fn load(&self) -> Result<T, Contended> {
        self.read()
    }
}

impl<T: Observe + fmt::Debug> fmt::Debug for Guarded<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.read() {
            Ok(value) => out.debug_tuple("Guarded").field(&value).finish(),
            Err(error) => write!(out, "Guarded({error})"),
        }
    }
}

/// The right to write a guarded value: each write is stores only.
pub struct Writer<'a, T: Observe> {
    claim: Claim<'a>,
    value: PhantomData<fn(T)>,
}

impl<T: Observe> Writer<'_, T> {
    /// Writes a value. Readers get either this value or the previous one, whole.
    #[inline]
    pub fn write(&mut self, value: T) {
        let mut place = MaybeUninit::uninit();
        self.claim.publish(words::encode(&value, &mut place));
    }

    /// Reads the value that was written last, by this writer or an earlier one.
    #[inline]
    pub fn read(&self) -> T {
        let mut place = MaybeUninit::uninit();
        let words = words::zeroed::<T>(&mut place);
        self.claim.read_current(words);
        words::decode_lossy(words)
    }
}

impl<T: Observe> fmt::Debug for Writer<'_, T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Writer")
            .field("claim", &self.claim)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protection::Heap;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicU32};
    use std::thread;
    use std::time::{Duration, Instant};

    /// Values of five words; the parts of one value are all equal.
    type Five = [i64; 5];

    /// Writes with `write` until two threads have made `reads` reads each. Checks that no read is torn or
    /// goes back in time. Nearly none may give up: a writer that never pauses can publish during each try.
    fn check_reads(reads: u32, write: impl Fn(&Guarded<Five>, &AtomicBool) + Sync) {
        let cell = Heap::<Guarded<Five>>::new(&[0; 5]);
        let done = AtomicBool::new(false);
        // Counts instead of panicking, because the writer must be stopped in any case.
        let contended = AtomicU32::new(0);
        let read = || {
            let mut newest = 0;
            let wrong = (0..reads)
                .filter(|_| {
                    let Ok(value) = cell.read() else {
                        contended.fetch_add(1, Ordering::Relaxed);
                        return false;
                    };
                    let older = value[0] < newest;
                    newest = value[0];
                    older || value.iter().any(|part| *part != value[0])
                })
                .count();
            done.store(true, Ordering::Relaxed);
            wrong
        };
        let wrong = thread::scope(|scope| {
            scope.spawn(|| write(&cell, &done));
            let other = scope.spawn(read);
            read() + other.join().expect("a reader only counts")
        });
        assert_eq!(wrong, 0, "of {} reads", 2 * reads);
        let contended = contended.into_inner();
        assert!(
            contended <= reads / 10_000,
            "{contended} of {} reads",
            2 * reads
        );
    }

    #[test]
    fn no_read_is_torn_while_a_claim_is_held() {
        check_reads(2_000_000, |cell, done| {
            let mut writer = cell.writer().expect("nobody else writes");
            (1..)
                .take_while(|_| !done.load(Ordering::Relaxed))
                .for_each(|n| writer.write([n; 5]));
        });
    }

    #[test]
    fn no_read_is_torn_while_each_write_claims() {
        check_reads(2_000_000, |cell, done| {
            (1..)
                .take_while(|_| !done.load(Ordering::Relaxed))
                .for_each(|n| cell.write([n; 5]).expect("nobody else writes"));
        });
    }

    #[test]
    fn writers_of_two_threads_never_mix() {
        let cell = Heap::<Guarded<Five>>::new(&[0; 5]);
        let writes = 100_000;
        let write = |sign: i64| {
            for n in 1..=writes {
                cell.write([n * sign; 5])
                    .expect("the other one takes turns");
            }
        };
        thread::scope(|scope| {
            scope.spawn(|| write(1));
            scope.spawn(|| write(-1));
            while cell.sequence() < 2 * writes as u64 {
                let value = cell.read().expect("two writers leave pauses");
                assert!(
                    value.iter().all(|part| *part == value[0]),
                    "torn: {value:?}"
                );
            }
        });
        assert_eq!(cell.sequence(), 2 * writes as u64);
    }

    #[test]
    fn writers_that_never_pause_all_get_their_turn() {
        for writers in [2, 4, 8] {
            let cell = Heap::<Guarded<Five>>::new(&[0; 5]);
            let refused: usize = thread::scope(|scope| {
                let write = || (0..5_000).filter(|&n| cell.write([n; 5]).is_err()).count();
                let threads: Vec<_> = (0..writers).map(|_| scope.spawn(write)).collect();
                let counts = threads.into_iter().map(|thread| thread.join());
                counts.map(|count| count.expect("it only counts")).sum()
            });
            assert_eq!(refused, 0, "of {writers} writers");
        }
    }

    #[test]
    fn a_held_value_is_busy_for_a_bounded_time_and_stays_readable() {
        let cell = Heap::<Guarded<u32>>::new(&1);
        let mut writer = cell.writer().expect("free");
        writer.write(2);
        let started = Instant::now();
        assert_eq!(
            cell.write(3),
            Err(Busy {
                owner: Owner::PRODUCER
            })
        );
        assert!(started.elapsed() < Duration::from_secs(2));
        assert_eq!(cell.read(), Ok(2));
        assert_eq!(writer.read(), 2);
        drop(writer);
        assert_eq!(cell.write(3), Ok(()));
        assert_eq!(cell.read(), Ok(3));
    }

    #[test]
    fn a_claim_of_the_dead_is_taken_over_where_a_witness_says_so() {
        let cell = Heap::<Guarded<u32>>::new(&1);
        let observer = Owner::new(9, 3);
        cell.word.store(observer.bits(), Ordering::Relaxed);
        assert_eq!(
            cell.write(2),
            Err(Busy { owner: observer }),
            "outside of all ranges nobody is dead"
        );

        let range = || ((&raw const *cell).addr(), size_of::<Guarded<u32>>());
        let (start, len) = range();
        let alive = sync::register_range(start, len, Arc::new(|_| false));
        assert_eq!(cell.write(2), Err(Busy { owner: observer }));
        drop(alive);
        let _dead = sync::register_range(start, len, Arc::new(move |owner| owner == observer));
        assert_eq!(cell.write(2), Ok(()));
        assert_eq!(cell.read(), Ok(2));
        assert!(cell.claim().is_ok(), "released again");
    }

    #[test]
    fn the_sequence_counts_writes() {
        let cell = Heap::<Guarded<u8>>::new(&0);
        cell.write(1).expect("free");
        cell.writer().expect("free").write(2);
        drop(cell.writer());
        assert_eq!(cell.sequence(), 2);
    }

    #[test]
    fn values_of_every_size_lie_in_whole_words() {
        fn check<T: Observe + PartialEq + fmt::Debug>(first: T, second: T) {
            assert_eq!(
                size_of::<Guarded<T>>() as u64,
                guarded_size(size_of::<T>() as u64, align_of::<T>().max(8) as u64)
            );
            let cell = Heap::<Guarded<T>>::new(&first);
            assert_eq!(cell.read(), Ok(first));
            cell.write(second).expect("free");
            assert_eq!(cell.read(), Ok(second));
        }
        check(true, false);
        check([1_u8; 9], [2; 9]);
        check(u128::MAX, 1 << 100);
        check([[1.5_f32; 3]; 5], [[-2.5; 3]; 5]);
        check([7_u16; 1000], [9; 1000]);
    }

    #[test]
    fn cells_that_were_used_before_start_anew() {
        let cell = Heap::<Guarded<u64>>::new(&1);
        cell.write(2).expect("free");
        std::mem::forget(cell.writer());
        cell.init(&7);
        assert_eq!((cell.read(), cell.sequence()), (Ok(7), 0));
        assert_eq!(cell.write(8), Ok(()));
    }
}
