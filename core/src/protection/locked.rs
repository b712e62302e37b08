//! A guarded value with read-modify-write of the whole.

use std::fmt;
use std::mem::MaybeUninit;

use super::words;
use super::{Guarded, Writer};
use crate::observe::derive_support::value_type_of;
use crate::observe::{Observe, Storage};
use crate::schema::{Protection, Schema, SchemaError, TypeId};
use crate::sync::{Busy, Claim, Contended};

/// A [`Guarded`] value that also has [`update`](Self::update): all or nothing.
#[repr(transparent)]
pub struct Locked<T: Observe> {
    guarded: Guarded<T>,
}

impl<T: Observe> Locked<T> {
    /// Changes the value with `f` and returns the result of `f`. No other write comes in between.
    ///
    /// Readers see the old value until `f` is done, then the new one. If `f` panics or the process is
    /// killed, nothing changes. `f` sees a number that an enum does not name as the enum's default
    /// variant. Another write of the same value inside `f` returns [`Busy`].
    ///
    /// # Errors
    ///
    /// [`Busy`] if another live writer held the value for the whole wait; `f` was not called.
    #[inline]
    pub fn update<R>(&self, f: impl FnOnce(&mut T) -> R) -> Result<R, Busy> {
        match self.guarded.try_claim() {
            Some(claim) => Ok(change(claim, f)),
            None => self.update_later(f),
        }
    }

    /// Out of line, so that a claim which succeeds at once stays in registers.
    #[cold]
    #[inline(never)]
    fn update_later<R>(&self, f: impl FnOnce(&mut T) -> R) -> Result<R, Busy> {
        Ok(change(self.guarded.claim()?, f))
    }

    /// Reads the value; see [`Guarded::read`].
    ///
    /// # Errors
    ///
    /// [`Contended`] if new values were published faster than one could be copied.
    #[inline]
    pub fn read(&self) -> Result<T, Contended> {
        self.guarded.read()
    }

    /// Writes a value; see [`Guarded::write`].
    ///
    /// # Errors
    ///
    /// [`Busy`] if another live writer held the value for the whole wait.
    #[inline]
    pub fn write(&self, value: T) -> Result<(), Busy> {
        self.guarded.write(value)
    }

    /// Takes the right to write until the [`Writer`] is dropped; see [`Guarded::writer`].
    ///
    /// # Errors
    ///
    /// [`Busy`] if another live writer held the value for the whole wait.
    #[inline]
    pub fn writer(&self) -> Result<Writer<'_, T>, Busy> {
        self.guarded.writer()
    }

    /// How many values were written so far, modulo 2^40.
    #[inline]
    pub fn sequence(&self) -> u64 {
        self.guarded.sequence()
    }
}

/// Publishes the present value as changed by `f`. If `f` panics, dropping the claim releases it.
#[inline]
fn change<T: Observe, R>(claim: Claim<'_>, f: impl FnOnce(&mut T) -> R) -> R {
    let mut place = MaybeUninit::uninit();
    let words = words::zeroed::<T>(&mut place);
    claim.read_current(words);
    let mut value = words::decode_lossy(words);
    let result = f(&mut value);
    let mut place = MaybeUninit::uninit();
    claim.publish_and_release(words::encode(&value, &mut place));
    result
}

// SAFETY: S1: the only field is a `Guarded`, and both protections describe it alike.
unsafe impl<T: Observe> Storage for Locked<T> {
    type Value = T;

    fn storage_type(schema: &mut Schema) -> Result<TypeId, SchemaError> {
        let value = value_type_of::<T>(schema)?;
        schema.add_protected(Protection::Locked, value)
    }

    #[inline]
    fn init(&self, value: &T) {
        self.guarded.init(value);
    }

    #[inline]
    fn load(&self) -> Result<T, Contended> {
        self.read()
    }
}

impl<T: Observe + fmt::Debug> fmt::Debug for Locked<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.guarded.fmt(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protection::{Heap, Text};
    use crate::sync::Owner;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    #[test]
    fn an_update_that_panics_changes_nothing() {
        let cell = Heap::<Locked<[u64; 3]>>::new(&[1, 2, 3]);
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            cell.update(|value| {
                value[0] = 100;
                assert_ne!(value[1], 2, "expected by this test");
            })
        }));
        assert!(panicked.is_err());
        assert_eq!((cell.read(), cell.sequence()), (Ok([1, 2, 3]), 0));
        assert_eq!(
            cell.update(|value| value[2]),
            Ok(3),
            "and the claim is free again"
        );
    }

    #[test]
    fn no_update_of_two_threads_gets_lost() {
        let cell = Heap::<Locked<[u64; 4]>>::new(&[0; 4]);
        let updates = 50_000;
        let count = || {
            for _ in 0..updates {
                cell.update(|value| value.iter_mut().for_each(|part| *part += 1))
                    .expect("the other one takes turns");
            }
        };
        std::thread::scope(|scope| {
            scope.spawn(count);
            scope.spawn(count);
        });
        assert_eq!(cell.read(), Ok([2 * updates; 4]));
    }

    #[test]
    fn an_update_inside_an_update_is_busy() {
        let cell = Heap::<Locked<i32>>::new(&1);
        let inner = cell.update(|value| {
            *value = 2;
            cell.update(|value| *value = 3)
        });
        assert_eq!(
            inner,
            Ok(Err(Busy {
                owner: Owner::PRODUCER
            }))
        );
        assert_eq!(cell.read(), Ok(2));
    }

    #[test]
    fn text_grows_by_update() {
        let cell = Heap::<Locked<Text<8>>>::new(&Text::new("late").expect("fits"));
        assert_eq!(cell.update(|text| text.push_str(" x")), Ok(Ok(())));
        assert!(
            cell.update(|text| text.push_str("too long"))
                .expect("free")
                .is_err()
        );
        assert_eq!(cell.read().expect("nobody writes"), "late x");
    }
}
