//! Many scalars of one width, wherever they lie, in the order in which they are looked at.
#![allow(unsafe_code)]

use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering};

use super::{Keeper, View, Views};
use crate::prefetch::prefetch;

/// An atomic integer of one of the format's widths.
pub(crate) trait Cell: Sync + Sized + 'static {
    /// Its value.
    type Bits: Copy + Eq + Send;
    /// The bytes of its value, as they lie in memory.
    type Bytes: AsRef<[u8]>;

    /// The cell at the start of a view; `None` if it is misaligned or does not fit.
    fn at(view: View<'_>) -> Option<&Self>;

    /// Relaxed.
    fn load(&self) -> Self::Bits;

    fn bytes(bits: Self::Bits) -> Self::Bytes;
}

macro_rules! cells {
    ($($atomic:ident: $bits:ident by $at:ident;)*) => {$(
        impl Cell for $atomic {
            type Bits = $bits;
            type Bytes = [u8; size_of::<$bits>()];

            #[inline]
            fn at(view: View<'_>) -> Option<&Self> {
                view.$at(0)
            }

            #[inline(always)]
            fn load(&self) -> $bits {
                $atomic::load(self, Ordering::Relaxed)
            }

            #[inline(always)]
            fn bytes(bits: $bits) -> Self::Bytes {
                bits.to_ne_bytes()
            }
        }
    )*};
}

cells! {
    AtomicU8: u8 by byte;
    AtomicU16: u16 by half;
    AtomicU32: u32 by single;
    AtomicU64: u64 by word;
}

/// Cells of one width in the memory that one keeper keeps mapped.
pub(crate) struct Scattered<A, S> {
    keeper: Arc<S>,
    /// N1: each is an aligned `A` that `keeper` keeps mapped, and by W1 an `A` in every process.
    places: Vec<NonNull<A>>,
}

// SAFETY: N1 holds in every thread, and cells are atomics, which any thread may use.
unsafe impl<A: Cell, S> Send for Scattered<A, S> where Arc<S>: Keeper {}
// SAFETY: N1, as for `Send`.
unsafe impl<A: Cell, S> Sync for Scattered<A, S> where Arc<S>: Keeper {}

impl<A: Cell, S> Scattered<A, S>
where
    Arc<S>: Keeper,
{
    pub(crate) fn new(keeper: Arc<S>) -> Self {
        Scattered {
            keeper,
            places: Vec::new(),
        }
    }

    /// Adds the cell at the start of one of `views`.
    ///
    /// # Panics
    ///
    /// If they have another keeper, or if there is no such cell.
    pub(crate) fn push<const I: usize, const N: usize>(&mut self, views: &Views<Arc<S>, N>) {
        self.places.push(self.place::<I, N>(views));
    }

    /// Puts the cell at the start of one of `views` where another one was.
    ///
    /// # Panics
    ///
    /// As for [`Scattered::push`]; if there are not so many cells.
    pub(crate) fn replace<const I: usize, const N: usize>(
        &mut self,
        index: usize,
        views: &Views<Arc<S>, N>,
    ) {
        self.places[index] = self.place::<I, N>(views);
    }

    fn place<const I: usize, const N: usize>(&self, views: &Views<Arc<S>, N>) -> NonNull<A> {
        assert!(
            Arc::ptr_eq(&self.keeper, views.keeper()),
            "cells in a list have one keeper"
        );
        // N1: by K1 the keeper of the views, which is this one, keeps the view mapped; `at` checks that it
        // holds an aligned cell.
        NonNull::from(A::at(views.view::<I>()).expect("a cell of this width"))
    }

    /// Adds the cell that `look` finds in what the keeper keeps.
    pub(crate) fn push_found(&mut self, look: impl for<'k> FnOnce(&'k S) -> &'k A) {
        // N1: borrowed from the keeper, so by K3 it stays mapped as long as the keeper lives.
        self.places.push(NonNull::from(look(&self.keeper)));
    }

    /// The cells, in the order in which they were added.
    #[inline]
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &A> {
        // SAFETY: N1; the keeper lives as long as `self` is borrowed.
        self.places.iter().map(|place| unsafe { place.as_ref() })
    }

    /// Starts to load a cell into the cache, if there are so many.
    #[inline]
    pub(crate) fn fetch(&self, index: usize) {
        if let Some(place) = self.places.get(index) {
            // SAFETY: N1; the keeper lives as long as `self` is borrowed.
            prefetch(unsafe { place.as_ref() });
        }
    }

    /// One of the cells.
    #[inline]
    pub(crate) fn get(&self, index: usize) -> &A {
        // SAFETY: N1; the keeper lives as long as `self` is borrowed.
        unsafe { self.places[index].as_ref() }
    }

    /// Removes a cell; the last one takes its place.
    pub(crate) fn swap_remove(&mut self, index: usize) {
        self.places.swap_remove(index);
    }
}
