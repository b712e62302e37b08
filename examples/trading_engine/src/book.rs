//! The order books: levels around the price.

use crate::types::{BookStorage, DEPTH, Quote};

/// Distance of two levels, in ticks.
const LEVEL: i64 = 5;

/// Sets the levels of a book around a quote. Its fields are plain: an observer may see some levels of
/// this tick and some of the previous one, as in any program without a lock.
pub(crate) fn fill(book: &BookStorage, quote: Quote, tick: u64) {
    for level in 0..DEPTH {
        let away = LEVEL * level as i64;
        let size = 100 * (level as u32 + 1);
        let (bid, ask) = (&book.bids[level], &book.asks[level]);
        bid.price.set(quote.bid_price - away);
        bid.size.set(quote.bid_size + size);
        bid.orders.set(level as u32 + 1);
        ask.price.set(quote.ask_price + away);
        ask.size.set(quote.ask_size + size);
        ask.orders.set(level as u32 + 1);
    }
    book.volume[(tick % 10) as usize].set(quote.bid_size + quote.ask_size);
}
