//! Values as whole words, the way the copies of a guarded value hold them.

use std::mem::MaybeUninit;
use std::slice;

use crate::observe::Observe;

/// Room for a `T`, rounded up to whole words and aligned to a word, whatever `T`'s own alignment.
///
/// Never moved once it holds bytes, because a move need not keep the padding of `T`.
#[repr(C, packed(8))]
pub(super) struct Padded<T> {
    align: [u64; 0],
    value: MaybeUninit<T>,
}

impl<T> Padded<T> {
    /// How many words it has.
    pub(super) const WORDS: usize = {
        let words = size_of::<T>().div_ceil(size_of::<u64>());
        assert!(
            size_of::<Self>() == words * size_of::<u64>()
                && align_of::<Self>() == align_of::<u64>()
        );
        words
    };
}

/// The words of `value`, written into `place`.
#[inline]
pub(super) fn encode<'p, T: Observe>(
    value: &T,
    place: &'p mut MaybeUninit<Padded<T>>,
) -> &'p mut [u64] {
    let words = zeroed(place);
    value.encode(&mut bytes_mut(words)[..size_of::<T>()]);
    words
}

/// The value in these words.
#[inline]
pub(super) fn decode_lossy<T: Observe>(words: &[u64]) -> T {
    T::decode_lossy(&bytes(words)[..size_of::<T>()])
}

/// All words of `place`, as zeros.
#[inline]
pub(super) fn zeroed<T>(place: &mut MaybeUninit<Padded<T>>) -> &mut [u64] {
    *place = MaybeUninit::uninit();
    let start = place.as_mut_ptr().cast::<u64>();
    // SAFETY: L1: by the assertion in `WORDS`, `place` is exactly these words, aligned.
    unsafe { start.write_bytes(0, Padded::<T>::WORDS) };
    // SAFETY: L1: the same words, which are now initialised. The borrow of `place` goes on.
    unsafe { slice::from_raw_parts_mut(start, Padded::<T>::WORDS) }
}

#[inline]
fn bytes(words: &[u64]) -> &[u8] {
    // SAFETY: L1: the bytes of initialised words with the same borrow. Bytes have no alignment.
    unsafe { slice::from_raw_parts(words.as_ptr().cast(), size_of_val(words)) }
}

#[inline]
fn bytes_mut(words: &mut [u64]) -> &mut [u8] {
    // SAFETY: L1: as in `bytes`. A word may hold any bytes.
    unsafe { slice::from_raw_parts_mut(words.as_mut_ptr().cast(), size_of_val(words)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_is_zero_and_values_come_back() {
        let mut place = MaybeUninit::uninit();
        let words = encode(&[1_u8, 2, 3], &mut place);
        assert_eq!(bytes(words), [1, 2, 3, 0, 0, 0, 0, 0]);
        assert_eq!(decode_lossy::<[u8; 3]>(words), [1, 2, 3]);
    }

    #[test]
    fn a_place_has_whole_words_whatever_the_alignment() {
        assert_eq!(Padded::<u8>::WORDS, 1);
        assert_eq!(Padded::<[u8; 9]>::WORDS, 2);
        assert_eq!(Padded::<u128>::WORDS, 2);
        assert_eq!(Padded::<[i64; 5]>::WORDS, 5);
    }
}
