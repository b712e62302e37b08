//! Arrays of values and of cells, without gaps.

use super::unions::Padding;
use super::{InvalidValue, Observe, Shape, Storage};
use crate::schema::{Schema, SchemaError, TypeId};
use crate::sync::Contended;

impl<T: Observe, const N: usize> Observe for [T; N] {
    type Storage = [T::Storage; N];
    const SHAPE: Shape = T::SHAPE;
    const PADDING: Padding<Self> = T::PADDING.repeated();

    fn value_type(schema: &mut Schema) -> Result<TypeId, SchemaError> {
        let element = T::value_type(schema)?;
        schema.add_array(element, N as u64)
    }

    #[inline]
    fn encode(&self, bytes: &mut [u8]) {
        for (element, bytes) in self.iter().zip(bytes.chunks_exact_mut(size_of::<T>())) {
            element.encode(bytes);
        }
    }

    #[inline]
    fn decode(bytes: &[u8]) -> Result<Self, InvalidValue> {
        const { assert!(N > 0, "an array in shared memory has at least one element") };
        let (first, others) = bytes.split_at(size_of::<T>());
        let mut elements = [T::decode(first)?; N];
        for (element, bytes) in elements[1..]
            .iter_mut()
            .zip(others.chunks_exact(size_of::<T>()))
        {
            *element = T::decode(bytes)?;
        }
        Ok(elements)
    }

    #[inline]
    fn decode_lossy(bytes: &[u8]) -> Self {
        std::array::from_fn(|index| {
            T::decode_lossy(&bytes[index * size_of::<T>()..][..size_of::<T>()])
        })
    }
}

// SAFETY: S1: an array of cells adds nothing to them, and `add_array` describes elements without gaps.
#[allow(unsafe_code)]
unsafe impl<S: Storage, const N: usize> Storage for [S; N] {
    type Value = [S::Value; N];

    fn storage_type(schema: &mut Schema) -> Result<TypeId, SchemaError> {
        let element = S::storage_type(schema)?;
        schema.add_array(element, N as u64)
    }

    #[inline]
    fn init(&self, value: &Self::Value) {
        for (cell, element) in self.iter().zip(value) {
            cell.init(element);
        }
    }

    #[inline]
    fn load(&self) -> Result<Self::Value, Contended> {
        const { assert!(N > 0, "an array in shared memory has at least one element") };
        let mut elements = [self[0].load()?; N];
        for (element, cell) in elements[1..].iter_mut().zip(&self[1..]) {
            *element = cell.load()?;
        }
        Ok(elements)
    }
}
