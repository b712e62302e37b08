//! Unsigned integers as the carriers of every scalar, and the atomic cells that hold them.

use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering};

/// The unsigned integers that carry scalars: `u8`, `u16`, `u32`, `u64` and `u128`.
pub trait Bits: sealed::Sealed + Copy + Eq + Send + Sync + 'static {
    /// The atomic of the same size and alignment; of `u128`, two of 8 bytes.
    #[doc(hidden)]
    type Cell: Send + Sync + 'static;

    /// Relaxed load; of `u128`, two loads.
    #[doc(hidden)]
    fn load(cell: &Self::Cell) -> Self;

    /// Relaxed store; of `u128`, two stores.
    #[doc(hidden)]
    fn store(self, cell: &Self::Cell);

    /// Writes the bits to `bytes`, which have exactly their size, in host byte order.
    #[doc(hidden)]
    fn write_to(self, bytes: &mut [u8]);

    /// Reads the bits from `bytes`, which have exactly their size.
    #[doc(hidden)]
    fn read_from(bytes: &[u8]) -> Self;
}

/// The unsigned integers that one atomic instruction can change: all but `u128`.
#[diagnostic::on_unimplemented(
    message = "a scalar of {Self} bits cannot be atomic",
    label = "no atomic access is that wide",
    note = "use `#[observe(seqlock)]` to read and write a 128-bit integer as a whole"
)]
#[doc(hidden)]
pub trait AtomicBits: Bits {
    fn load_acquire(cell: &Self::Cell) -> Self;
    fn store_release(self, cell: &Self::Cell);
    fn swap(self, cell: &Self::Cell) -> Self;
    fn compare_exchange(cell: &Self::Cell, current: Self, new: Self) -> Result<Self, Self>;
    fn compare_exchange_weak(cell: &Self::Cell, current: Self, new: Self) -> Result<Self, Self>;
    fn fetch_add(self, cell: &Self::Cell) -> Self;
    fn fetch_sub(self, cell: &Self::Cell) -> Self;
    fn fetch_and(self, cell: &Self::Cell) -> Self;
    fn fetch_or(self, cell: &Self::Cell) -> Self;
    fn fetch_xor(self, cell: &Self::Cell) -> Self;
}

/// Two words that hold the bytes of a `u128` in host order, aligned like one.
#[doc(hidden)]
#[repr(C, align(16))]
pub struct Wide([AtomicU64; 2]);

impl Bits for u128 {
    type Cell = Wide;

    #[inline]
    fn load(cell: &Wide) -> Self {
        let mut bytes = [0; 16];
        let (low, high) = bytes.split_at_mut(8);
        u64::load(&cell.0[0]).write_to(low);
        u64::load(&cell.0[1]).write_to(high);
        u128::from_ne_bytes(bytes)
    }

    #[inline]
    fn store(self, cell: &Wide) {
        let bytes = self.to_ne_bytes();
        let (low, high) = bytes.split_at(8);
        u64::read_from(low).store(&cell.0[0]);
        u64::read_from(high).store(&cell.0[1]);
    }

    #[inline]
    fn write_to(self, bytes: &mut [u8]) {
        bytes.copy_from_slice(&self.to_ne_bytes());
    }

    #[inline]
    fn read_from(bytes: &[u8]) -> Self {
        Self::from_ne_bytes(bytes.try_into().expect("16 bytes"))
    }
}

macro_rules! bits {
    ($($bits:ident in $cell:ident),*) => {$(
        impl Bits for $bits {
            type Cell = $cell;

            #[inline]
            fn load(cell: &$cell) -> Self {
                cell.load(Ordering::Relaxed)
            }

            #[inline]
            fn store(self, cell: &$cell) {
                cell.store(self, Ordering::Relaxed);
            }

            #[inline]
            fn write_to(self, bytes: &mut [u8]) {
                bytes.copy_from_slice(&self.to_ne_bytes());
            }

            #[inline]
            fn read_from(bytes: &[u8]) -> Self {
                Self::from_ne_bytes(bytes.try_into().expect("as many bytes as the integer has"))
            }
        }

        impl AtomicBits for $bits {
            #[inline]
            fn load_acquire(cell: &$cell) -> Self {
                cell.load(Ordering::Acquire)
            }

            #[inline]
            fn store_release(self, cell: &$cell) {
                cell.store(self, Ordering::Release);
            }

            #[inline]
            fn swap(self, cell: &$cell) -> Self {
                cell.swap(self, Ordering::AcqRel)
            }

            #[inline]
            fn compare_exchange(cell: &$cell, current: Self, new: Self) -> Result<Self, Self> {
                cell.compare_exchange(current, new, Ordering::AcqRel, Ordering::Acquire)
            }

            #[inline]
            fn compare_exchange_weak(cell: &$cell, current: Self, new: Self) -> Result<Self, Self> {
                cell.compare_exchange_weak(current, new, Ordering::AcqRel, Ordering::Acquire)
            }

            bits!(@fetch $cell fetch_add fetch_sub fetch_and fetch_or fetch_xor);
        }
    )*};
    (@fetch $cell:ident $($name:ident)*) => {$(
        #[inline]
        fn $name(self, cell: &$cell) -> Self {
            cell.$name(self, Ordering::AcqRel)
        }
    )*};
}

bits!(u8 in AtomicU8, u16 in AtomicU16, u32 in AtomicU32, u64 in AtomicU64);

mod sealed {
    pub trait Sealed {}
    impl Sealed for u8 {}
    impl Sealed for u16 {}
    impl Sealed for u32 {}
    impl Sealed for u64 {}
    impl Sealed for u128 {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wide_cell_holds_the_bytes_of_the_integer_in_host_order() {
        let value = 0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10_u128;
        let cell = Wide([AtomicU64::new(0), AtomicU64::new(0)]);
        value.store(&cell);
        assert_eq!(u128::load(&cell), value);
        let bytes: Vec<u8> = cell
            .0
            .iter()
            .flat_map(|word| word.load(Ordering::Relaxed).to_ne_bytes())
            .collect();
        assert_eq!(bytes, value.to_ne_bytes());
    }

    #[test]
    fn a_wide_cell_lies_like_the_integer() {
        assert_eq!(size_of::<Wide>(), size_of::<u128>());
        assert_eq!(align_of::<Wide>(), align_of::<u128>());
    }
}
