//! Types of every kind, as a Rust producer has them.

use memglass::{Observe, Text};

#[derive(Observe, Clone, Copy)]
#[repr(C)]
#[observe(name = "trading::Quote")]
pub struct Quote {
    #[observe(unit = "ticks")]
    pub bid_price: i64,
    #[observe(unit = "ticks")]
    pub ask_price: i64,
}

#[derive(Observe, Clone, Copy)]
#[observe(name = "trading::Side")]
#[repr(i8)]
pub enum Side {
    #[observe(name = "buy")]
    Buy = 1,
    #[observe(name = "sell")]
    Sell = -1,
}

memglass::bitflags::bitflags! {
    #[derive(Observe, Clone, Copy)]
    #[observe(name = "trading::Options")]
    pub struct Options: u8 {
        const ioc = 1;
        const fok = 2;
    }
}

#[derive(Observe, Clone, Copy)]
#[repr(C)]
#[observe(name = "trading::Depth")]
pub struct Depth {
    pub price: i64,
    pub lots: u32,
}

#[derive(Observe, Clone, Copy)]
#[repr(C, align(8))]
#[observe(name = "trading::Extra")]
pub union Extra {
    pub number: i64,
    pub real: f64,
}

#[derive(Observe, Clone, Copy)]
#[repr(C)]
#[observe(name = "trading::Position")]
pub struct Position {
    #[observe(readonly)]
    pub symbol_id: u32,
    #[observe(atomic, step = 5, desc = "signed number \"of\" shares")]
    pub quantity: i64,
    #[observe(range(0, 10000000), format = "%'d")]
    pub avg_price: i64,
    #[observe(seqlock)]
    pub last_quote: Quote,
    #[observe(locked)]
    pub error_msg: Text<256>,
    pub side: Side,
    pub options: Options,
    pub levels: [[i64; 3]; 2],
    pub history: [Quote; 2],
    pub weights: [f32; 3],
    pub live: bool,
    #[observe(atomic)]
    pub counts: [u64; 4],
    #[observe(min = -0.5, max = 1)]
    pub ratio: f64,
    #[observe(regex = "[A-Z]{1,5}\\d?")]
    pub symbol: Text<16>,
    #[observe(enum(PENDING = 0, OPEN = 1, GONE = -1))]
    pub status: i8,
    #[observe(flags(IOC = 1, FOK = 2))]
    pub bits: u32,
    #[observe(seqlock)]
    pub depth: Depth,
    pub extra: Extra,
    pub total: i128,
}

#[derive(Observe, Clone, Copy)]
#[repr(C)]
#[observe(name = "Venue", locked)]
pub struct Venue {
    pub id: u64,
    pub open: bool,
}
