//! A scalar that costs nothing to share.

use std::fmt;
use std::marker::PhantomData;

use crate::observe::derive_support::scalar_type_of;
use crate::observe::{Bits, InvalidValue, Scalar, Storage};
use crate::schema::{Schema, SchemaError, TypeId};
use crate::sync::Contended;

/// A scalar in shared memory, accessed by relaxed loads and stores of its own width.
///
/// An access is as cheap as that of an ordinary variable and never torn: a read returns a value that
/// someone wrote. A 128-bit integer is two words and may mix two writes. There is no promise about
/// the order in which others see this field and other fields.
#[repr(transparent)]
pub struct Plain<T: Scalar> {
    cell: <T::Bits as Bits>::Cell,
    value: PhantomData<fn() -> T>,
}

impl<T: Scalar> Plain<T> {
    /// Size and alignment are those of the value.
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

    /// Loads the value. A number that an enum does not name reads as its default variant.
    #[inline]
    pub fn get(&self) -> T {
        T::from_bits_lossy(self.bits())
    }

    /// Loads the value, refusing a number that an enum does not name.
    ///
    /// # Errors
    ///
    /// [`InvalidValue`] has the number.
    #[inline]
    pub fn try_get(&self) -> Result<T, InvalidValue> {
        T::from_bits(self.bits())
    }

    /// Stores a value.
    #[inline]
    pub fn set(&self, value: T) {
        value.into_bits().store(&self.cell);
    }

    #[inline]
    fn bits(&self) -> T::Bits {
        T::Bits::load(&self.cell)
    }
}

// SAFETY: S1: the only field with a size is a cell of atomics, valid when zero. `LAYOUT` checks that
// it lies as `value_type` says.
unsafe impl<T: Scalar> Storage for Plain<T> {
    type Value = T;

    fn storage_type(schema: &mut Schema) -> Result<TypeId, SchemaError> {
        const { Self::LAYOUT };
        scalar_type_of::<T>(schema)
    }

    #[inline]
    fn init(&self, value: &T) {
        self.set(*value);
    }

    #[inline]
    fn load(&self) -> Result<T, Contended> {
        Ok(self.get())
    }
}

impl<T: Scalar + fmt::Debug> fmt::Debug for Plain<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Plain").field(&self.get()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::Observe;
    use crate::protection::Heap;

    fn round_trip<T: Scalar + PartialEq + fmt::Debug>(values: &[T]) {
        let cell = Heap::<Plain<T>>::new(&values[0]);
        for &value in values {
            cell.set(value);
            assert_eq!(cell.get(), value);
            assert_eq!(cell.try_get(), Ok(value));
            let mut bytes = vec![0; size_of::<T>()];
            value.encode(&mut bytes);
            assert_eq!(T::decode(&bytes), Ok(value));
            assert_eq!(T::decode_lossy(&bytes), value);
        }
    }

    #[test]
    fn every_scalar_keeps_its_extremes() {
        round_trip(&[false, true]);
        round_trip(&[i8::MIN, -1, i8::MAX]);
        round_trip(&[i16::MIN, -1, i16::MAX]);
        round_trip(&[i32::MIN, -1, i32::MAX]);
        round_trip(&[i64::MIN, -1, i64::MAX]);
        round_trip(&[i128::MIN, -1, i128::MAX, 1 << 64]);
        round_trip(&[u8::MAX, 1]);
        round_trip(&[u16::MAX, 1]);
        round_trip(&[u32::MAX, 1]);
        round_trip(&[u64::MAX, 1]);
        round_trip(&[u128::MAX, 1, 1 << 64]);
        round_trip(&[f32::MIN, -0.0, f32::INFINITY]);
        round_trip(&[f64::MAX, 1e-320, f64::NEG_INFINITY]);
    }

    #[test]
    fn a_not_a_number_keeps_its_payload() {
        let payload = f64::from_bits(0x7ff8_dead_beef_0001);
        let cell = Heap::<Plain<f64>>::new(&payload);
        assert_eq!(cell.get().to_bits(), payload.to_bits());
    }

    #[test]
    fn a_pointer_comes_back_and_can_be_followed() {
        let target = 7_u32;
        let cell = Heap::<Plain<*const u32>>::new(&&raw const target);
        // SAFETY: L1: the address of `target`, which lives.
        assert_eq!(unsafe { *cell.get() }, 7);
    }

    #[test]
    fn elements_of_an_array_are_cells_of_their_own() {
        let cells = Heap::<<[[u16; 3]; 2] as Observe>::Storage>::new(&[[1, 2, 3], [4, 5, 6]]);
        cells[1][0].set(40);
        assert_eq!(cells.load(), Ok([[1, 2, 3], [40, 5, 6]]));
    }
}
