//! Unions: which of them can be read byte by byte, and how.
#![allow(unsafe_code)]

use std::marker::PhantomData;

use super::Observe;

/// Whether values of `T` may have bytes that are not initialised.
///
/// Only a union needs to know: it is read without knowing which member was written last. The type
/// parameter keeps an answer with the type that it is about, as [`Observe`] is a safe trait.
#[derive(Clone, Copy, Debug)]
pub struct Padding<T> {
    /// U1: false only if each byte of each `T` is initialised.
    possible: bool,
    of: PhantomData<fn(T)>,
}

impl<T> Padding<T> {
    /// There may be padding. This is always a safe answer.
    pub const fn possible() -> Self {
        Self {
            possible: true,
            of: PhantomData,
        }
    }

    /// There is none.
    ///
    /// # Safety
    ///
    /// - every byte of every `T` is initialised
    pub const unsafe fn none() -> Self {
        Self {
            possible: false,
            of: PhantomData,
        }
    }

    /// The padding of a type made of `fields`, with the size and padding of each field.
    ///
    /// # Safety
    ///
    /// - `fields` are all that `T` is made of, and they do not overlap: the fields of a struct, or
    ///   the integer of an enum
    /// - each size is that of the field's type, and each answer that of its [`Padding::is_possible`]
    pub const unsafe fn of_fields(fields: &[(usize, bool)]) -> Self {
        let (mut sum, mut possible, mut index) = (0, false, 0);
        while index < fields.len() {
            sum += fields[index].0;
            possible |= fields[index].1;
            index += 1;
        }
        // They do not overlap, so nothing is left between them when they add up to the size.
        Self {
            possible: possible || sum != size_of::<T>(),
            of: PhantomData,
        }
    }

    /// That of an array of `N` values.
    pub(super) const fn repeated<const N: usize>(self) -> Padding<[T; N]> {
        Padding {
            possible: self.possible,
            of: PhantomData,
        }
    }

    /// Whether there may be padding.
    pub const fn is_possible(self) -> bool {
        self.possible
    }
}

/// Writes the bytes of a union.
///
/// # Safety
///
/// Each member is as large as the union and has no [`Padding`].
#[inline]
pub unsafe fn encode_union<T: Observe>(value: &T, bytes: &mut [u8]) {
    let start = std::ptr::from_ref(value).cast::<u8>();
    // SAFETY: the bytes of one value. By U1 they are initialised whichever member was written, as the
    // caller promises.
    let value = unsafe { std::slice::from_raw_parts(start, size_of::<T>()) };
    bytes.copy_from_slice(value);
}

/// Makes a union of bytes.
///
/// # Safety
///
/// `T` is a union.
///
/// # Panics
///
/// If `bytes` does not have the size of `T`.
#[inline]
pub unsafe fn decode_union<T: Observe>(bytes: &[u8]) -> T {
    assert_eq!(bytes.len(), size_of::<T>(), "the bytes of a union");
    // SAFETY: L1: as many bytes as it has, and a union may have any. Read unaligned, because bytes have
    // no alignment.
    unsafe { bytes.as_ptr().cast::<T>().read_unaligned() }
}
