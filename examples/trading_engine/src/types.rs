//! The types that the engine keeps in shared memory.

use memglass::{Observe, Text};

/// The position of one account in one symbol.
#[derive(Observe, Clone, Copy, Debug, Default)]
pub struct Position {
    /// Number of the symbol
    #[observe(readonly)]
    pub symbol_id: u32,
    /// Signed number of shares
    #[observe(atomic)]
    pub quantity: i64,
    /// Average price paid
    #[observe(range(0, 10_000_000), unit = "ticks")]
    pub avg_price: i64,
    /// Profit of trades that are closed
    #[observe(unit = "ticks")]
    pub realized_pnl: i64,
    /// Quantity times what the price has moved; follows quantity at each tick
    #[observe(atomic, unit = "ticks")]
    pub unrealized_pnl: i64,
    /// The market as this position last saw it
    #[observe(seqlock)]
    pub last_quote: Quote,
    /// What went wrong last
    #[observe(locked)]
    pub error_msg: Text<256>,
}

/// The best prices of a market. All fields of a quote are from the same moment.
#[derive(Observe, Clone, Copy, Debug, Default)]
#[observe(seqlock)]
pub struct Quote {
    /// What buyers pay
    #[observe(unit = "ticks")]
    pub bid_price: i64,
    /// What sellers ask
    #[observe(unit = "ticks")]
    pub ask_price: i64,
    /// How many are bought at that price
    pub bid_size: u32,
    /// How many are sold at that price
    pub ask_size: u32,
    /// Nanoseconds since the engine started
    #[observe(unit = "ns")]
    pub timestamp_ns: u64,
}

/// An order.
#[derive(Observe, Clone, Copy, Debug, Default)]
pub struct Order {
    /// Its number
    #[observe(readonly)]
    pub order_id: u64,
    /// What is traded: one to eight capital letters
    #[observe(regex = "[A-Z]{1,8}")]
    pub symbol: Text<8>,
    /// Which way
    pub side: Side,
    /// Where it is in its life
    pub status: Status,
    /// How urgent it is: -5 waits, 5 goes first
    #[observe(range(-5, 5))]
    pub priority: i8,
    /// How often it was sent again
    pub retries: u8,
    /// With what conditions
    pub flags: Conditions,
    /// The limit
    #[observe(min = 0.01, format = "%.2f", unit = "USD")]
    pub price: f64,
    /// How many shares
    #[observe(range(1, 1_000_000), step = 1, unit = "shares")]
    pub quantity: u32,
    /// How many of them are done
    #[observe(readonly, unit = "shares")]
    pub filled_qty: u32,
    /// On which exchange
    #[observe(enum(NYSE = 1, NASDAQ = 2, ARCA = 3))]
    pub venue: u8,
}

/// Buy or sell.
#[derive(Observe, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(i8)]
pub enum Side {
    /// To have more.
    #[default]
    #[observe(name = "BUY")]
    Buy = 1,
    /// To have less.
    #[observe(name = "SELL")]
    Sell = -1,
}

/// Where an order is in its life.
#[derive(Observe, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Status {
    /// Not at the exchange yet.
    #[default]
    #[observe(name = "PENDING")]
    Pending,
    /// At the exchange.
    #[observe(name = "OPEN")]
    Open,
    /// Some of it is done.
    #[observe(name = "PARTIAL")]
    Partial,
    /// All of it is done.
    #[observe(name = "FILLED")]
    Filled,
    /// Taken back.
    #[observe(name = "CANCELLED")]
    Cancelled,
}

memglass::bitflags::bitflags! {
    /// Conditions of an order.
    #[derive(Observe, Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct Conditions: u16 {
        /// Now, or not at all.
        const IMMEDIATE = 1;
        /// Never takes liquidity.
        const POST_ONLY = 2;
        /// Not shown to others.
        const HIDDEN = 4;
        /// Only makes a position smaller.
        const REDUCE_ONLY = 8;
    }
}

/// Levels on each side of a book.
pub const DEPTH: usize = 5;

/// A price of the book and what stands there.
#[derive(Observe, Clone, Copy, Debug, Default)]
pub struct Level {
    /// The price
    #[observe(unit = "ticks")]
    pub price: i64,
    /// How many shares
    pub size: u32,
    /// In how many orders
    pub orders: u32,
}

/// The order book of one symbol.
#[derive(Observe, Clone, Copy, Debug, Default)]
pub struct Book {
    /// Of which symbol
    #[observe(readonly)]
    pub symbol_id: u32,
    /// Buyers, the best first
    pub bids: [Level; DEPTH],
    /// Sellers, the best first
    pub asks: [Level; DEPTH],
    /// Shares at each of the last ten prices
    pub volume: [u32; 10],
}

/// The engine's figures about itself, and its settings.
#[derive(Observe, Clone, Copy, Debug, Default)]
pub struct Stats {
    /// Turns of the engine's loop
    #[observe(atomic, readonly)]
    pub ticks: u64,
    /// Orders that came
    #[observe(atomic, readonly)]
    pub orders_created: u64,
    /// Orders that are done
    #[observe(atomic, readonly)]
    pub orders_filled: u64,
    /// While false, prices stand still
    pub market_open: bool,
    /// How wildly prices move; 0 is not at all
    #[observe(range(0.0, 10.0), step = 0.5)]
    pub volatility: f64,
    /// The least time between two ticks
    #[observe(range(1, 1000), unit = "ms")]
    pub tick_ms: u32,
}
