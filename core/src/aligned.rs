//! Bytes that are handed to code which takes them for a value of its own type.

use std::ops::{Deref, DerefMut};

/// As aligned as any scalar, and what `malloc` promises.
const LEAST: usize = 16;

/// No type of ours asks for more.
const MOST: usize = 4096;

/// Zeroed bytes that begin at an address which a type asks for.
///
/// A `Vec<u8>` may begin anywhere: a function in C that casts it to a pointer to its struct would rely on luck.
pub(crate) struct AlignedBytes {
    /// Longer than needed by the alignment.
    room: Vec<u8>,
    start: usize,
    len: usize,
}

impl AlignedBytes {
    /// `len` zeros, aligned to `align` and at least to 16.
    pub(crate) fn zeros(len: usize, align: usize) -> AlignedBytes {
        let align = align.clamp(LEAST, MOST);
        let room = vec![0; len + align - 1];
        let start = room.as_ptr().align_offset(align);
        AlignedBytes { room, start, len }
    }

    /// `len` zeros for a value of any type of that size: its alignment divides its size.
    pub(crate) fn zeros_for_size(len: usize) -> AlignedBytes {
        let align = match len {
            0 => LEAST,
            len => 1 << len.trailing_zeros().min(MOST.trailing_zeros()),
        };
        AlignedBytes::zeros(len, align)
    }
}

impl Deref for AlignedBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.room[self.start..][..self.len]
    }
}

impl DerefMut for AlignedBytes {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.room[self.start..][..self.len]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_begin_where_a_type_of_their_size_may() {
        for (len, align) in [(1, 16), (24, 16), (96, 32), (256, 256), (3 * 8192, 4096)] {
            let many: Vec<_> = (0..50).map(|_| AlignedBytes::zeros_for_size(len)).collect();
            for bytes in &many {
                assert_eq!((bytes.as_ptr().addr() % align, bytes.len()), (0, len));
            }
        }
        assert!(AlignedBytes::zeros(0, 1).is_empty());
    }
}
