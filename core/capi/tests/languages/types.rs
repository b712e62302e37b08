//! The types of types.hpp, as the derive describes them.

use std::ffi::c_void;

use memglass::{Observe, Text};

#[derive(Observe, Clone, Copy, Default, Debug, PartialEq)]
#[repr(C)]
pub(crate) struct Quote {
    pub(crate) bid_price: i64,
    pub(crate) ask_price: i64,
    pub(crate) bid_size: u32,
    pub(crate) ask_size: u32,
    pub(crate) timestamp_ns: u64,
}

#[derive(Observe, Clone, Copy, Default, Debug, PartialEq, Eq)]
#[repr(i8)]
pub(crate) enum Side {
    #[default]
    #[observe(name = "buy")]
    Buy = 1,
    #[observe(name = "sell")]
    Sell = -1,
}

#[derive(Observe, Clone, Copy, Default, Debug, PartialEq)]
#[repr(C)]
pub(crate) struct Position {
    #[observe(readonly)]
    pub(crate) symbol_id: u32,
    #[observe(atomic, desc = "signed number of shares")]
    pub(crate) quantity: i64,
    #[observe(range(0, 10_000_000), unit = "ticks")]
    pub(crate) avg_price: i64,
    #[observe(seqlock)]
    pub(crate) last_quote: Quote,
    #[observe(locked)]
    pub(crate) error_msg: Text<256>,
    pub(crate) side: Side,
    pub(crate) levels: [[i64; 3]; 2],
    pub(crate) live: bool,
    pub(crate) best: Quote,
    #[observe(regex = "[A-Z]{1,5}")]
    pub(crate) symbol: Text<16>,
    #[observe(min = -1.5, step = 0.5, format = "%.2f")]
    pub(crate) ratio: f64,
    #[observe(enum(NYSE = 1, NASDAQ = 2))]
    pub(crate) venue: u8,
    #[observe(seqlock)]
    pub(crate) total: i128,
}

#[derive(Observe, Clone, Copy)]
#[repr(C)]
pub(crate) union Word {
    number: i64,
    real: f64,
}

#[derive(Observe, Clone, Copy)]
#[repr(C)]
pub(crate) struct Links {
    word: Word,
    words: [Word; 2],
    quote: *const Quote,
    numbers: [*mut f64; 3],
    next: *const Links,
    #[observe(desc = "who knows")]
    anything: *mut c_void,
}

/// All parts of one have the same number, so that a torn one shows.
#[derive(Observe, Clone, Copy, Default, Debug, PartialEq)]
#[observe(seqlock)]
#[repr(C)]
pub(crate) struct Even {
    pub(crate) parts: [u64; 7],
}

impl Even {
    pub(crate) fn of(number: u64) -> Even {
        Even { parts: [number; 7] }
    }

    pub(crate) fn is_even(&self) -> bool {
        self.parts.iter().all(|part| *part == self.parts[0])
    }
}
