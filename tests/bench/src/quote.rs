//! The value that everything here passes around: 40 bytes that belong together.

#[cfg(feature = "peers")]
use iceoryx2::prelude::ZeroCopySend;
use memglass::Observe;

/// The prices and sizes of a market at one moment.
#[derive(Observe, Clone, Copy, Default, Debug)]
#[cfg_attr(feature = "peers", derive(ZeroCopySend))]
#[repr(C)]
pub(crate) struct Quote {
    pub(crate) bid_price: i64,
    pub(crate) ask_price: i64,
    pub(crate) bid_size: i64,
    pub(crate) ask_size: i64,
    pub(crate) timestamp_ns: i64,
}

/// Size of a [`Quote`] in bytes.
pub(crate) const BYTES: usize = size_of::<Quote>();

impl Quote {
    /// One whose members follow from `number`.
    pub(crate) fn of(number: i64) -> Quote {
        Quote {
            bid_price: number,
            ask_price: number + 5,
            bid_size: 100,
            ask_size: 200,
            timestamp_ns: number,
        }
    }

    /// Its members one after the other, in the machine's byte order.
    pub(crate) fn to_bytes(self) -> [u8; BYTES] {
        let members = [
            self.bid_price,
            self.ask_price,
            self.bid_size,
            self.ask_size,
            self.timestamp_ns,
        ];
        let mut bytes = [0; BYTES];
        for (slot, member) in bytes.chunks_exact_mut(8).zip(members) {
            slot.copy_from_slice(&member.to_ne_bytes());
        }
        bytes
    }

    /// The member that says when it was made.
    pub(crate) fn timestamp_in(bytes: &[u8; BYTES]) -> i64 {
        let [.., a, b, c, d, e, f, g, h] = *bytes;
        i64::from_ne_bytes([a, b, c, d, e, f, g, h])
    }
}
