//! A scalar that orders the writes around it and that several writers can count in.

use std::fmt;
use std::marker::PhantomData;

use crate::observe::derive_support::scalar_type_of;
use crate::observe::{
    AtomicBits, AtomicInteger, AtomicScalar, Bits, Bitwise, InvalidValue, Scalar, Storage,
};
use crate::schema::{Protection, Schema, SchemaError, TypeId};
use crate::sync::Contended;

/// A scalar of at most 8 bytes in shared memory, with acquire loads and release stores.
///
/// A reader that sees a value stored here also sees everything that its writer wrote before it. Each
/// `fetch_` operation is one read-modify-write by the processor: no update of another process gets
/// lost.
#[repr(transparent)]
pub struct Atomic<T: AtomicScalar> {
    cell: Cell<T>,
    value: PhantomData<fn() -> T>,
}

type Cell<T> = <<T as Scalar>::Bits as Bits>::Cell;

impl<T: AtomicScalar> Atomic<T> {
    const LAYOUT: () = {
        assert!(
            size_of::<Self>() == size_of::<T>(),
            "the bits of a scalar are as wide as it"
        );
        assert!(
            align_of::<Self>() == align_of::<T>(),
            "the bits of a scalar are aligned like it"
        );
    };

    /// Loads the value (acquire). A number that an enum does not name reads as its default variant.
    #[inline]
    pub fn load(&self) -> T {
        T::from_bits_lossy(T::Bits::load_acquire(&self.cell))
    }

    /// Loads the value (acquire), refusing a number that an enum does not name.
    ///
    /// # Errors
    ///
    /// [`InvalidValue`] has the number.
    #[inline]
    pub fn try_load(&self) -> Result<T, InvalidValue> {
        T::from_bits(T::Bits::load_acquire(&self.cell))
    }

    /// Stores a value (release).
    #[inline]
    pub fn store(&self, value: T) {
        value.into_bits().store_release(&self.cell);
    }

    /// Stores a value and returns the previous one.
    #[inline]
    pub fn swap(&self, value: T) -> T {
        T::from_bits_lossy(value.into_bits().swap(&self.cell))
    }

    /// Stores `new` if the value is `current`, bit for bit.
    ///
    /// # Errors
    ///
    /// The present value, if it is not `current`.
    #[inline]
    pub fn compare_exchange(&self, current: T, new: T) -> Result<T, T> {
        T::Bits::compare_exchange(&self.cell, current.into_bits(), new.into_bits())
            .map(T::from_bits_lossy)
            .map_err(T::from_bits_lossy)
    }

    /// Replaces the value by the result of `f` and returns the previous one.
    ///
    /// `f` is called again whenever another writer comes in between, so it should only compute.
    ///
    /// # Errors
    ///
    /// The present value, if `f` returns `None`.
    #[inline]
    pub fn fetch_update(&self, mut f: impl FnMut(T) -> Option<T>) -> Result<T, T> {
        let mut bits = T::Bits::load_acquire(&self.cell);
        loop {
            let value = T::from_bits_lossy(bits);
            let Some(new) = f(value) else {
                return Err(value);
            };
            match T::Bits::compare_exchange_weak(&self.cell, bits, new.into_bits()) {
                Ok(_) => return Ok(value),
                Err(found) => bits = found,
            }
        }
    }
}

impl<T: AtomicInteger> Atomic<T> {
    /// Adds, wrapping around at the limits, and returns the previous value.
    #[inline]
    pub fn fetch_add(&self, value: T) -> T {
        // Two's complement: the sum of the bits is the sum of the numbers, signed or not.
        T::from_bits_lossy(value.into_bits().fetch_add(&self.cell))
    }

    /// Subtracts, wrapping around at the limits, and returns the previous value.
    #[inline]
    pub fn fetch_sub(&self, value: T) -> T {
        T::from_bits_lossy(value.into_bits().fetch_sub(&self.cell))
    }

    /// Raises the value to at least `value` and returns the previous one.
    #[inline]
    pub fn fetch_max(&self, value: T) -> T {
        self.fetch_update(|present| (present < value).then_some(value))
            .unwrap_or_else(|present| present)
    }

    /// Lowers the value to at most `value` and returns the previous one.
    #[inline]
    pub fn fetch_min(&self, value: T) -> T {
        self.fetch_update(|present| (present > value).then_some(value))
            .unwrap_or_else(|present| present)
    }
}

impl<T: Bitwise> Atomic<T> {
    /// Clears the bits that are not set in `value` and returns the previous value.
    #[inline]
    pub fn fetch_and(&self, value: T) -> T {
        T::from_bits_lossy(value.into_bits().fetch_and(&self.cell))
    }

    /// Sets the bits that are set in `value` and returns the previous value.
    #[inline]
    pub fn fetch_or(&self, value: T) -> T {
        T::from_bits_lossy(value.into_bits().fetch_or(&self.cell))
    }

    /// Flips the bits that are set in `value` and returns the previous value.
    #[inline]
    pub fn fetch_xor(&self, value: T) -> T {
        T::from_bits_lossy(value.into_bits().fetch_xor(&self.cell))
    }
}

// SAFETY: S1: the only field with a size is one atomic, valid when zero. `LAYOUT` checks that it lies
// as `value_type` says, and the protection changes neither size nor alignment.
unsafe impl<T: AtomicScalar> Storage for Atomic<T> {
    type Value = T;

    fn storage_type(schema: &mut Schema) -> Result<TypeId, SchemaError> {
        const { Self::LAYOUT };
        let value = scalar_type_of::<T>(schema)?;
        schema.add_protected(Protection::Atomic, value)
    }

    #[inline]
    fn init(&self, value: &T) {
        self.store(*value);
    }

    #[inline]
    fn load(&self) -> Result<T, Contended> {
        Ok(Atomic::load(self))
    }
}

impl<T: AtomicScalar + fmt::Debug> fmt::Debug for Atomic<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Atomic").field(&self.load()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protection::Heap;

    #[test]
    fn signed_numbers_add_and_compare_as_such() {
        let cell = Heap::<Atomic<i16>>::new(&-5);
        assert_eq!(cell.fetch_add(3), -5);
        assert_eq!(cell.fetch_sub(-1), -2);
        assert_eq!(cell.fetch_max(-7), -1);
        assert_eq!(cell.fetch_min(-7), -1);
        assert_eq!(cell.load(), -7);
        cell.store(i16::MAX);
        cell.fetch_add(1);
        assert_eq!(cell.load(), i16::MIN);
    }

    #[test]
    fn bits_change_one_by_one() {
        let cell = Heap::<Atomic<u8>>::new(&0b1100);
        assert_eq!(cell.fetch_or(0b0011), 0b1100);
        assert_eq!(cell.fetch_and(0b0110), 0b1111);
        assert_eq!(cell.fetch_xor(0b0100), 0b0110);
        assert_eq!(cell.load(), 0b0010);
        let flag = Heap::<Atomic<bool>>::new(&false);
        assert!(!flag.fetch_or(true) && flag.swap(false) && !flag.load());
    }

    #[test]
    fn compare_exchange_tells_what_it_found() {
        let cell = Heap::<Atomic<f64>>::new(&1.5);
        assert_eq!(cell.compare_exchange(1.0, 2.0), Err(1.5));
        assert_eq!(cell.compare_exchange(1.5, 2.0), Ok(1.5));
        assert_eq!(
            cell.fetch_update(|value| (value > 3.0).then_some(0.0)),
            Err(2.0)
        );
        assert_eq!(cell.load(), 2.0);
    }

    #[test]
    fn no_addition_of_two_threads_gets_lost() {
        let cell = Heap::<Atomic<i32>>::new(&0);
        let add = || (0..20_000).fold(0, |_, _| cell.fetch_add(1));
        let raise = || (0..20_000).try_fold(0, |_, _| cell.fetch_update(|value| Some(value + 1)));
        std::thread::scope(|scope| {
            scope.spawn(add);
            scope.spawn(raise);
        });
        assert_eq!(cell.load(), 40_000);
    }
}
