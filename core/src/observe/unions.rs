//! Unions: which of them can be read byte by byte, and how.
#![allow(unsafe_code)]

use super::Observe;

/// Whether a value of some type may have bytes that are not initialised.
///
/// It matters only for unions: they are read without knowing which member was written last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Padding {
    /// U1: false only if each byte of each value is initialised.
    possible: bool,
}

impl Padding {
    /// There may be padding; the answer that is never wrong.
    pub const fn possible() -> Self {
        Self { possible: true }
    }

    /// There is none.
    ///
    /// # Safety
    ///
    /// Every byte of every value of the type is initialised.
    pub const unsafe fn none() -> Self {
        Self { possible: false }
    }

    /// That of a struct of `size` bytes, given sizes and paddings of all its fields.
    ///
    /// # Safety
    ///
    /// They are the sizes and paddings of all its fields.
    pub const unsafe fn of_struct(size: usize, fields: &[(usize, Padding)]) -> Self {
        let (mut sum, mut possible, mut index) = (0, false, 0);
        while index < fields.len() {
            sum += fields[index].0;
            possible |= fields[index].1.possible;
            index += 1;
        }
        // Fields do not overlap, so that nothing is left between them when they add up to the size.
        Self {
            possible: possible || sum != size,
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
/// If `bytes` are not as many as it has.
#[inline]
pub unsafe fn decode_union<T: Observe>(bytes: &[u8]) -> T {
    assert_eq!(bytes.len(), size_of::<T>(), "the bytes of a union");
    // SAFETY: L1: as many bytes as it has, and a union may have any. Read unaligned, because bytes have
    // no alignment.
    unsafe { bytes.as_ptr().cast::<T>().read_unaligned() }
}
