//! Bounds- and alignment-checked atomics at an offset of a mapping.
#![allow(unsafe_code)]

use std::marker::PhantomData;
use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering};

use super::Segment;
use crate::observe::Storage;
use crate::prefetch::{LINE, prefetch_bytes};

/// A byte range of one mapping; copying it is free.
#[derive(Clone, Copy)]
pub(crate) struct View<'m> {
    /// V1: `start .. start + len` stays mapped for `'m`, and at least readable.
    start: NonNull<u8>,
    len: usize,
    mapping: PhantomData<&'m AtomicU8>,
}

// SAFETY: a view gives access to atomics only, which any thread may use, and V1 holds in each.
unsafe impl Send for View<'_> {}
// SAFETY: V1, as for `Send`.
unsafe impl Sync for View<'_> {}

macro_rules! atomics_at {
    ($($(#[$doc:meta])* $name:ident -> $atomic:ident;)*) => {$(
        $(#[$doc])*
        #[inline]
        pub(crate) fn $name(self, offset: usize, count: usize) -> Option<&'m [$atomic]> {
            let len = count.checked_mul(size_of::<$atomic>())?;
            let place = self.place(offset, len, align_of::<$atomic>())?;
            // SAFETY: `count` atomics in bounds and aligned by `place`, mapped for `'m` by V1; rule W1
            // of the wire format gives these bytes one access width in every process.
            Some(unsafe { std::slice::from_raw_parts(place.cast().as_ptr(), count) })
        }
    )*};
}

macro_rules! atomic_at {
    ($($(#[$doc:meta])* $name:ident -> $atomic:ident;)*) => {$(
        $(#[$doc])*
        #[inline]
        pub(crate) fn $name(self, offset: usize) -> Option<&'m $atomic> {
            let place = self.place(offset, size_of::<$atomic>(), align_of::<$atomic>())?;
            // SAFETY: in bounds and aligned by `place`, mapped for `'m` by V1. W1 gives these bytes one
            // access width in every process.
            Some(unsafe { $atomic::from_ptr(place.cast().as_ptr()) })
        }
    )*};
}

impl<'m> View<'m> {
    /// A view of memory that the caller keeps mapped.
    ///
    /// # Safety
    ///
    /// `start .. start + len` must be mapped and readable for `'m`, and accessed only by atomics for
    /// that time.
    pub(super) unsafe fn new(start: NonNull<u8>, len: usize) -> Self {
        View {
            start,
            len,
            mapping: PhantomData,
        }
    }

    /// The same view without the lifetime that says how long it is mapped; only for [`Views`], which
    /// keeps that promise by K1.
    fn detached(self) -> View<'static> {
        View {
            start: self.start,
            len: self.len,
            mapping: PhantomData,
        }
    }

    /// Size in bytes.
    #[inline]
    pub(crate) fn len(self) -> usize {
        self.len
    }

    /// The first byte.
    pub(crate) fn start(self) -> NonNull<u8> {
        self.start
    }

    /// The address of the first byte.
    pub(crate) fn address(self) -> usize {
        self.start.as_ptr().addr()
    }

    atomic_at! {
        /// The byte at `offset`; `None` if it leaves the view.
        byte -> AtomicU8;
        /// The 16-bit integer at `offset`; `None` if it is misaligned or leaves the view.
        half -> AtomicU16;
        /// The 32-bit integer at `offset`; `None` if it is misaligned or leaves the view.
        single -> AtomicU32;
        /// The 64-bit word at `offset`; `None` if it is misaligned or leaves the view.
        word -> AtomicU64;
    }

    atomics_at! {
        /// `count` bytes at `offset`; `None` if they leave the view.
        bytes -> AtomicU8;
        /// `count` integers of 16 bits at `offset`; `None` if they are misaligned or leave the view.
        halves -> AtomicU16;
        /// `count` integers of 32 bits at `offset`; `None` if they are misaligned or leave the view.
        singles -> AtomicU32;
        /// `count` words of 64 bits at `offset`; `None` if they are misaligned or leave the view.
        words -> AtomicU64;
    }

    /// Starts to load its first lines into the cache.
    #[inline]
    pub(crate) fn fetch(self) {
        prefetch_bytes(self.start.as_ptr(), self.len.min(4 * LINE));
    }

    /// The part of `len` bytes at `offset`.
    #[inline]
    pub(crate) fn part(self, offset: usize, len: usize) -> Option<View<'m>> {
        let start = self.place(offset, len, 1)?;
        Some(View {
            start,
            len,
            mapping: PhantomData,
        })
    }

    /// Copies `len` bytes that are stored as whole words, the last one padded.
    pub(crate) fn bytes_in_words(self, offset: usize, len: usize) -> Option<Vec<u8>> {
        let mut bytes = Vec::with_capacity(len.next_multiple_of(8));
        self.part(offset, len.next_multiple_of(8))?
            .append_bytes_in_words(len, &mut bytes)?;
        Some(bytes)
    }

    /// Appends the first `len` bytes, which are stored as whole words, to `bytes`.
    pub(crate) fn append_bytes_in_words(self, len: usize, bytes: &mut Vec<u8>) -> Option<()> {
        let end = bytes.len() + len;
        for word in self.words(0, len.div_ceil(8))? {
            bytes.extend_from_slice(&word.load(Ordering::Relaxed).to_ne_bytes());
        }
        bytes.truncate(end);
        Some(())
    }

    /// Whether the words from the start hold exactly these bytes, the last word padded with zeros.
    #[inline]
    pub(crate) fn is_text_in_words(self, text: &[u8]) -> bool {
        let Some(words) = self.words(0, text.len().div_ceil(8)) else {
            return false;
        };
        let (chunks, rest) = text.as_chunks::<8>();
        let (whole, last) = words.split_at(chunks.len());
        let mut padded = [0; 8];
        padded[..rest.len()].copy_from_slice(rest);
        whole
            .iter()
            .zip(chunks)
            .all(|(word, chunk)| word.load(Ordering::Relaxed) == u64::from_ne_bytes(*chunk))
            && last
                .iter()
                .all(|word| word.load(Ordering::Relaxed) == u64::from_ne_bytes(padded))
    }

    /// Stores bytes as whole words, the last one padded with zeros; the counterpart of `bytes_in_words`.
    pub(crate) fn store_bytes_in_words(self, offset: usize, bytes: &[u8]) -> Option<()> {
        let words = self.words(offset, bytes.len().div_ceil(8))?;
        for (word, chunk) in words.iter().zip(bytes.chunks(8)) {
            let mut padded = [0; 8];
            padded[..chunk.len()].copy_from_slice(chunk);
            word.store(u64::from_ne_bytes(padded), Ordering::Relaxed);
        }
        Some(())
    }

    #[inline]
    fn place(self, offset: usize, len: usize, align: usize) -> Option<NonNull<u8>> {
        if offset > self.len || len > self.len - offset {
            return None;
        }
        // SAFETY: `offset <= len` by the check above, and the range lies in one mapping by V1.
        let place = unsafe { self.start.add(offset) };
        place.as_ptr().addr().is_multiple_of(align).then_some(place)
    }
}

/// A view that keeps its segment mapped.
#[derive(Clone)]
pub(crate) struct Anchor {
    segment: Arc<Segment>,
    /// A1: `start .. start + len` lies within the mapping of `segment`.
    start: NonNull<u8>,
    len: usize,
}

// SAFETY: A1 holds in each thread. Like `View`, it gives access to atomics only, and `Segment` is
// `Send` and `Sync`.
unsafe impl Send for Anchor {}
// SAFETY: A1, as for `Send`.
unsafe impl Sync for Anchor {}

impl Anchor {
    /// The part of `len` bytes at `offset` of a segment; `None` if it leaves the segment.
    pub(crate) fn new(segment: &Arc<Segment>, offset: usize, len: usize) -> Option<Anchor> {
        let part = segment.view().part(offset, len)?;
        Some(Anchor {
            segment: Arc::clone(segment),
            start: part.start,
            len,
        })
    }

    /// The bytes.
    #[inline]
    pub(crate) fn view(&self) -> View<'_> {
        // SAFETY: A1, and `segment` keeps the mapping for as long as `self` is borrowed.
        unsafe { View::new(self.start, self.len) }
    }

    /// The same bytes, narrowed to a part.
    pub(crate) fn part(&self, offset: usize, len: usize) -> Option<Anchor> {
        let part = self.view().part(offset, len)?;
        Some(Anchor {
            segment: Arc::clone(&self.segment),
            start: part.start,
            len,
        })
    }
}

/// Something that keeps memory mapped by living.
///
/// # Safety
///
/// K3: every view that can be borrowed from a keeper must stay mapped as long as that keeper or any
/// clone of it lives, wherever they are moved.
pub(crate) unsafe trait Keeper: Clone + Send + Sync {}

/// `N` views of memory that one keeper keeps mapped.
pub(crate) struct Views<K, const N: usize> {
    keeper: K,
    /// K1: each was borrowed from `keeper`, so it stays mapped as long as `keeper` lives.
    /// K2: the first one starts with an aligned word.
    views: [View<'static>; N],
}

impl<K: Keeper, const N: usize> Views<K, N> {
    /// The views that `look` finds in what `keeper` keeps.
    ///
    /// # Panics
    ///
    /// If the first one does not start with an aligned word.
    #[inline]
    pub(crate) fn new<E>(
        keeper: K,
        look: impl for<'k> FnOnce(&'k K) -> Result<[View<'k>; N], E>,
    ) -> Result<Self, E> {
        let views = look(&keeper)?.map(View::detached);
        assert!(
            views[0].word(0).is_some(),
            "the first view starts with an aligned word"
        );
        Ok(Views { keeper, views })
    }

    /// The word that the first view starts with.
    #[inline]
    pub(crate) fn first_word(&self) -> &AtomicU64 {
        // SAFETY: aligned and in bounds by K2, mapped by K1 while `self` is borrowed; by W1 a word.
        unsafe { AtomicU64::from_ptr(self.views[0].start.cast().as_ptr()) }
    }

    /// What keeps the memory mapped.
    #[inline]
    pub(crate) fn keeper(&self) -> &K {
        &self.keeper
    }

    /// One of the views.
    #[inline]
    pub(crate) fn view<const I: usize>(&self) -> View<'_> {
        const { assert!(I < N) };
        // K1: the lifetime is shortened to that of the borrow.
        self.views[I]
    }

    /// The first one and another.
    pub(crate) fn first_and<const I: usize>(&self) -> Views<K, 2> {
        const { assert!(I < N) };
        Views {
            keeper: self.keeper.clone(),
            // The first view keeps K2.
            views: [self.views[0], self.views[I]],
        }
    }

    /// The same with view `TO` replaced by the part of view `FROM` that `narrow` finds.
    pub(crate) fn replaced<const TO: usize, const FROM: usize>(
        mut self,
        narrow: impl for<'v> FnOnce(View<'v>) -> View<'v>,
    ) -> Self {
        // The first view keeps K2.
        const { assert!(0 < TO && TO < N && FROM < N) };
        self.views[TO] = narrow(self.views[FROM]);
        self
    }
}

impl<K: Keeper, const N: usize> Clone for Views<K, N> {
    fn clone(&self) -> Self {
        Views {
            keeper: self.keeper.clone(),
            views: self.views,
        }
    }
}

/// Storage cells that a keeper keeps mapped.
pub(crate) struct Pinned<S, K> {
    /// P1: points to `count` consecutive, aligned `S`, at least one, in writable memory that `keeper`
    /// keeps mapped.
    cells: NonNull<S>,
    count: usize,
    keeper: K,
}

// SAFETY: `S: Storage` is `Send` and `Sync`, and P1 holds in every thread.
unsafe impl<S: Storage, K: Keeper> Send for Pinned<S, K> {}
// SAFETY: P1, as for `Send`.
unsafe impl<S: Storage, K: Keeper> Sync for Pinned<S, K> {}

impl<S: Storage, K: Keeper> Pinned<S, K> {
    /// `count` cells at the start of the view that `look` borrows from `keeper`; `None` if they are
    /// misaligned or leave the view, or if the memory is read-only.
    #[inline]
    pub(crate) fn new(
        keeper: K,
        count: usize,
        look: impl for<'k> FnOnce(&'k K) -> Option<Writable<'k>>,
    ) -> Option<Self> {
        let len = size_of::<S>().checked_mul(count).filter(|&len| len > 0)?;
        let cells = look(&keeper)?.0.place(0, len, align_of::<S>())?.cast();
        Some(Pinned {
            cells,
            count,
            keeper,
        })
    }

    /// What keeps the cells mapped.
    #[inline]
    pub(crate) fn keeper(&self) -> &K {
        &self.keeper
    }

    /// The first cell; there is always one.
    #[inline]
    pub(crate) fn first(&self) -> &S {
        // SAFETY: P1. By S1, `S` is made of atomics for which any bytes are valid, so a shared
        // reference may exist while others store.
        unsafe { self.cells.as_ref() }
    }
}

impl<S: Storage, K: Keeper> Deref for Pinned<S, K> {
    type Target = [S];

    #[inline]
    fn deref(&self) -> &[S] {
        // SAFETY: P1, and `S` is made of atomics by S1, as in `first`.
        unsafe { std::slice::from_raw_parts(self.cells.as_ptr(), self.count) }
    }
}

/// A view of memory that may be stored to.
#[derive(Clone, Copy)]
pub(crate) struct Writable<'m>(View<'m>);

impl<'m> Writable<'m> {
    /// `len` bytes at `offset` of a segment; `None` if the segment is read-only or shorter.
    #[inline]
    pub(crate) fn of(segment: &'m Segment, offset: usize, len: usize) -> Option<Writable<'m>> {
        if segment.is_writable() {
            segment.view().part(offset, len).map(Writable)
        } else {
            None
        }
    }

    /// `count` cells at its start; `None` if they are misaligned or do not fit.
    #[inline]
    pub(crate) fn cells<S: Storage>(self, count: usize) -> Option<&'m [S]> {
        let place = self
            .0
            .place(0, size_of::<S>().checked_mul(count)?, align_of::<S>())?;
        // SAFETY: in bounds and aligned by `place`, mapped for `'m` by V1. By S1, `S` is made of
        // atomics for which any bytes are valid.
        Some(unsafe { std::slice::from_raw_parts(place.cast().as_ptr(), count) })
    }
}
