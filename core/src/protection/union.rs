//! A union: whole words, because nothing tells which member is the present one.

use std::fmt;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicU64, Ordering};

use super::words;
use crate::observe::derive_support::union_type_of;
use crate::observe::{Observe, Storage};
use crate::schema::{Schema, SchemaError, TypeId};
use crate::sync::Contended;

/// A union in shared memory, by relaxed accesses to each of its `WORDS` words of 8 bytes.
///
/// A union larger than one word may mix two writes; use `#[observe(seqlock)]` against that.
#[repr(C)]
pub struct PlainUnion<T: Observe, const WORDS: usize> {
    words: [AtomicU64; WORDS],
    value: PhantomData<fn() -> T>,
}

impl<T: Observe, const WORDS: usize> PlainUnion<T, WORDS> {
    const LAYOUT: () = assert!(
        size_of::<Self>() == size_of::<T>() && align_of::<T>() == 8,
        "a union in shared memory is whole words, aligned like them"
    );

    /// Loads the whole union.
    #[inline]
    pub fn get(&self) -> T {
        let words: [u64; WORDS] =
            std::array::from_fn(|index| self.words[index].load(Ordering::Relaxed));
        words::decode_lossy(&words)
    }

    /// Stores the whole union.
    #[inline]
    pub fn set(&self, value: T) {
        let mut place = MaybeUninit::uninit();
        let words = words::encode(&value, &mut place);
        for (cell, word) in self.words.iter().zip(words) {
            cell.store(*word, Ordering::Relaxed);
        }
    }
}

// SAFETY: S1: an array of atomic words, valid when zero. `LAYOUT` checks that they lie as the union.
unsafe impl<T: Observe, const WORDS: usize> Storage for PlainUnion<T, WORDS> {
    type Value = T;

    fn storage_type(schema: &mut Schema) -> Result<TypeId, SchemaError> {
        const { Self::LAYOUT };
        union_type_of::<T>(schema)
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

impl<T: Observe + fmt::Debug, const WORDS: usize> fmt::Debug for PlainUnion<T, WORDS> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("PlainUnion").field(&self.get()).finish()
    }
}
