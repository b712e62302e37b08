//! Types as users write them, under the lints that strict users have.
#![deny(
    warnings,
    missing_docs,
    missing_debug_implementations,
    unused_qualifications,
    clippy::all,
    clippy::pedantic
)]

use memglass::{Observe, Text};

/// The most that can be ordered at once.
pub const MAX_QTY: u32 = 1_000_000;

/// The position of one account in one symbol.
#[derive(Observe, Clone, Copy, Debug, Default, PartialEq)]
pub struct Position {
    /// Which symbol.
    pub symbol_id: u32,
    /// How many.
    #[observe(atomic, desc = "signed number of shares")]
    pub quantity: i64,
    /// What they cost.
    #[observe(range(0, 10_000_000), unit = "ticks")]
    pub avg_price: i64,
    /// The market.
    #[observe(seqlock)]
    pub last_quote: Quote,
    /// What went wrong.
    #[observe(locked)]
    pub error_msg: Text<256>,
}

/// The best prices.
#[derive(Observe, Clone, Copy, Debug, Default, PartialEq)]
pub struct Quote {
    /// What buyers pay.
    pub bid_price: i64,
    /// What sellers ask.
    pub ask_price: i64,
    /// How many they buy.
    pub bid_size: u32,
    /// How many they sell.
    pub ask_size: u32,
    /// When.
    pub timestamp_ns: u64,
}

/// An order.
#[derive(Observe, Clone, Copy, Debug, PartialEq)]
pub struct Order {
    /// Its number.
    #[observe(readonly)]
    pub order_id: u64,
    /// What is traded.
    #[observe(text, regex = "[A-Z]{1,8}")]
    pub symbol: [u8; 8],
    /// Which way.
    pub side: Side,
    /// How.
    pub order_type: OrderType,
    /// Not this, but the annotation describes it.
    #[observe(desc = "where it is in its life")]
    pub status: Status,
    /// With what conditions.
    pub flags: OrderFlags,
    /// The limit.
    #[observe(min = 0.01, format = "$%.2f", unit = "USD")]
    pub price: f64,
    /// How many.
    #[observe(range(0, MAX_QTY), step = 100)]
    pub quantity: u32,
    /// Shares done so far,
    /// over all fills.
    ///
    /// Only the matching engine changes it.
    #[observe(readonly)]
    pub filled_qty: u32,
    /// Where.
    #[observe(enum(UNKNOWN = -1, NYSE = 1, NASDAQ = 1 + 1))]
    pub venue: i16,
    /// Who may do what.
    #[observe(flags(READ = 1, WRITE = 1 << 1, CANCEL = 0b100), format = "0x%02x")]
    pub rights: u8,
}

/// Buy or sell.
#[derive(Observe, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i8)]
pub enum Side {
    /// Buy.
    Buy = 1,
    /// Sell.
    Sell = -1,
}

/// What makes it trade.
#[derive(Observe, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u16)]
pub enum OrderType {
    /// At any price.
    Market,
    /// At this price.
    #[default]
    Limit,
    /// From this price on.
    Stop = 300,
}

/// Where an order is in its life.
#[derive(Observe, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Status {
    /// Not sent.
    New,
    /// Some are done.
    #[observe(name = "PARTIALLY_FILLED")]
    PartiallyFilled,
    /// All are done.
    Filled,
}

memglass::bitflags::bitflags! {
    /// Conditions of an order.
    #[derive(Observe, Clone, Copy, Debug, PartialEq, Eq)]
    pub struct OrderFlags: u32 {
        /// Not shown.
        const HIDDEN = 1;
        /// Never takes.
        const POST_ONLY = 2;
        /// Now or never.
        const IOC = 1 << 31;
        /// All of them.
        const ALL = Self::HIDDEN.bits() | Self::POST_ONLY.bits() | Self::IOC.bits();
        const _ = !0;
    }
}

/// The sides of a market.
#[derive(Observe, Clone, Copy, Debug, PartialEq)]
pub struct Book {
    /// Prices, best first.
    #[observe(atomic, min = 0)]
    pub bid_levels: [i64; 5],
    /// Rows of columns.
    pub grid: [[i32; 3]; 2],
    /// Trades.
    pub fills: [Fill; 2],
    /// One of each other kind.
    pub scalars: Scalars,
}

/// A book with a different number everywhere.
#[must_use]
pub const fn book() -> Book {
    Book {
        bid_levels: [9, 8, 7, 6, 5],
        grid: [[1, 2, 3], [-4, -5, -6]],
        fills: [
            Fill {
                price: 1,
                best: Price(2),
            },
            Fill {
                price: 3,
                best: Price(4),
            },
        ],
        scalars: Scalars {
            a: -1,
            b: -2,
            c: 3,
            d: -1e30,
            e: i128::MIN + 1,
            f: true,
            g: u64::MAX,
        },
    }
}

/// A trade.
#[derive(Observe, Clone, Copy, Debug, PartialEq)]
pub struct Fill {
    /// At what price.
    pub price: i64,
    /// At what it could have been.
    pub best: Price,
}

/// A price in cents.
#[derive(Observe, Clone, Copy, Debug, PartialEq)]
pub struct Price(pub i64);

/// Scalars of every kind not used elsewhere.
#[derive(Observe, Clone, Copy, Debug, PartialEq)]
pub struct Scalars {
    /// 8 bits.
    pub a: i8,
    /// 16 bits.
    pub b: i16,
    /// 16 bits.
    #[observe(format = "%5u")]
    pub c: u16,
    /// A small float.
    #[observe(format = "%e")]
    pub d: f32,
    /// 128 bits.
    pub e: i128,
    /// Yes or no.
    #[observe(atomic)]
    pub f: bool,
    /// 64 bits.
    pub g: u64,
}

/// Names, texts and bounds of unusual kinds.
#[derive(Observe, Clone, Copy, Debug, PartialEq)]
#[observe(name = "OptionLegs")]
pub struct Legs {
    /// A keyword.
    pub r#type: u8,
    /// Under another name.
    #[observe(name = "gamma_x100")]
    pub gamma: i32,
    /// Between bounds that are floats.
    #[observe(range(-1, 1.0), step = 0.5)]
    pub delta: f64,
    /// A bound of full width.
    #[observe(max = i128::MAX)]
    pub wide: u128,
    /// The least bound there is.
    #[observe(min = -9_223_372_036_854_775_808)]
    pub far: i64,
    /// Text that is always whole.
    #[observe(seqlock, text)]
    pub note: [u8; 11],
    /// Bytes that are numbers.
    pub numbers: [u8; 3],
    /// An address.
    #[observe(format = "%p")]
    pub next: *const Order,
}

impl Legs {
    /// One with a different number everywhere.
    #[must_use]
    pub fn example() -> Self {
        Legs {
            r#type: 1,
            gamma: -2,
            delta: 0.5,
            wide: 1 << 120,
            far: i64::MIN,
            note: *b"hello\0\0\0\0\0\0",
            numbers: [7, 8, 9],
            next: std::ptr::without_provenance(0x1000),
        }
    }
}

/// One of several things.
#[derive(Observe, Clone, Copy)]
#[repr(C, align(8))]
pub union Payload {
    /// As bits.
    #[observe(format = "0x%016x")]
    pub raw: u64,
    /// As a price.
    pub price: f64,
    /// As a code.
    pub pair: Pair,
}

impl std::fmt::Debug for Payload {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Payload")
    }
}

/// A code, filled up.
#[derive(Observe, Clone, Copy, Debug)]
#[repr(C)]
pub struct Pair {
    /// The code.
    pub code: u32,
    /// Nothing.
    pub pad: [u8; 4],
}

/// A value with padding, protected as a whole.
#[derive(Observe, Clone, Copy, Debug, PartialEq)]
#[observe(seqlock, name = "WideValue")]
pub struct Wide {
    /// 128 bits.
    pub big: u128,
    /// 16 bits.
    pub small: u16,
    /// 1 bit.
    pub on: bool,
}

/// A type that is not the library's, named as one of its own is.
pub mod shadowed {
    use memglass::Observe;

    #[allow(dead_code)]
    struct String;
    #[allow(dead_code, non_camel_case_types)]
    struct i128;
    #[allow(dead_code)]
    enum Option {}
    #[allow(dead_code)]
    enum Result {}

    /// Derived where such names mean something else.
    #[derive(Observe, Clone, Copy, Debug)]
    pub struct Inner {
        /// A bound between odd names.
        #[observe(range(0, 5), enum(A = 1))]
        pub value: u8,
    }

    /// As is this one.
    #[derive(Observe, Clone, Copy, Debug)]
    #[repr(u8)]
    pub enum Outer {
        /// One.
        Ok,
        /// Two.
        Err,
    }
}
