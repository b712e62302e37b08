//! An example producer: a small trading engine whose objects can be inspected while it runs.
//!
//! For each of five symbols there is a `<S>_position` and a `<S>_quote`. Orders come, are filled and go,
//! but `order_12345` stays. `message_log` is one packed record: the last messages about orders, as they went
//! over the wire. `book` is an array of order books. `engine_stats` has the engine's figures, and settings that
//! an observer may change.
//!
//! The engine computes with what is in shared memory. So an observer that writes
//! `AAPL_position.quantity` sees `unrealized_pnl` follow, one that writes `engine_stats.volatility`
//! calms the market, and a write to `AAPL_quote` is refused: the engine holds its writer.
//!
//! ```
//! use std::sync::atomic::AtomicBool;
//!
//! # let dir = memglass::doc::directory();
//! let engine = memglass_trading_engine::Engine::start("trading_engine", Some(&dir))?;
//! let stop = AtomicBool::new(true);
//! engine.run(&stop)?;
//! # Ok::<(), memglass_trading_engine::EngineError>(())
//! ```

mod book;
mod market;
mod messages;
mod orders;
pub mod types;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use memglass::{Array, Busy, Object, ProducerError, Session, Text};

use market::{Dice, Price};
use orders::Orders;
use types::{Book, Position, Quote, Stats};

/// Symbols and their first prices in ticks.
const SYMBOLS: [(&str, i64); 5] = [
    ("AAPL", 15_000),
    ("MSFT", 31_000),
    ("GOOG", 14_000),
    ("AMZN", 13_500),
    ("META", 33_000),
];

/// Half the distance between buyers and sellers, in ticks.
const HALF_SPREAD: i64 = 5;

/// Ticks between two orders.
const TICKS_PER_ORDER: u64 = 40;

/// The slowest an observer can make the engine, so that it can always be stopped soon.
const SLOWEST_TICK_MS: u32 = 1_000;

/// Why the engine does not run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The session refused something.
    #[error(transparent)]
    Session(#[from] ProducerError),
    /// Another process writes a value that only the engine should write.
    #[error(transparent)]
    Busy(#[from] Busy),
}

/// The engine and all that it keeps in shared memory.
pub struct Engine {
    markets: Vec<Market>,
    book: Array<Book>,
    stats: Object<Stats>,
    orders: Orders,
    session: Session,
    started: Instant,
}

/// One symbol.
struct Market {
    position: Object<Position>,
    quote: Object<Quote>,
    first_price: i64,
}

/// Creates the session and runs until `stop` is set.
///
/// # Errors
///
/// If the session cannot be created, or not grow.
pub fn run(session_name: &str, dir: Option<&Path>, stop: &AtomicBool) -> Result<(), EngineError> {
    Engine::start(session_name, dir)?.run(stop)
}

impl Engine {
    /// Creates the session with its first objects: it is live when this returns.
    ///
    /// # Errors
    ///
    /// If another producer has the name, or there is no room.
    pub fn start(session_name: &str, dir: Option<&Path>) -> Result<Self, EngineError> {
        let builder = Session::builder(session_name);
        let session = dir
            .into_iter()
            .fold(builder, |builder, dir| builder.dir(dir))
            .create()?;
        let stats = Stats {
            market_open: true,
            volatility: 1.0,
            tick_ms: 5,
            ..Stats::default()
        };
        let stats = session.object("engine_stats", stats)?;
        let markets: Result<Vec<Market>, ProducerError> = SYMBOLS
            .iter()
            .zip(0..)
            .map(|((symbol, price), id)| Market::open(&session, symbol, *price, id))
            .collect();
        let book = session.array_with("book", SYMBOLS.len(), |index| Book {
            symbol_id: index as u32,
            ..Book::default()
        })?;
        let orders = Orders::new(&session)?;
        Ok(Engine {
            markets: markets?,
            book,
            stats,
            orders,
            session,
            started: Instant::now(),
        })
    }

    /// Trades until `stop` is set; the session ends with it.
    ///
    /// # Errors
    ///
    /// If there is no room for another order.
    pub fn run(mut self, stop: &AtomicBool) -> Result<(), EngineError> {
        let started = self.started;
        let seed = started.elapsed().as_nanos() as u64 ^ u64::from(std::process::id()) << 20;
        self.trade(seed, |stats| {
            let tick_ms = stats.tick_ms.get().clamp(1, SLOWEST_TICK_MS);
            thread::sleep(Duration::from_millis(tick_ms.into()));
            let is_on = !stop.load(Ordering::Relaxed);
            is_on.then(|| started.elapsed().as_nanos() as u64)
        })
    }

    /// Trades for so many ticks, as fast as it goes; then the values stand still. Every rehearsal is the same.
    ///
    /// # Errors
    ///
    /// If there is no room for another order.
    pub fn rehearse(&mut self, ticks: u64) -> Result<(), EngineError> {
        let mut times_ns = (1..=ticks).map(|tick| tick * 5_000_000);
        self.trade(1, |_| times_ns.next())
    }

    /// Makes a tick at each of the times that `next_ns` gives, in nanoseconds since the start.
    fn trade(
        &mut self,
        seed: u64,
        mut next_ns: impl FnMut(&Object<Stats>) -> Option<u64>,
    ) -> Result<(), EngineError> {
        let mut dice = Dice::new(seed);
        let mut prices: Vec<Price> = self
            .markets
            .iter()
            .map(|market| Price::new(market.first_price))
            .collect();
        // Held for as long as the engine trades: each quote is written without a single locked instruction.
        let mut quotes = self
            .markets
            .iter()
            .map(|market| market.quote.writer())
            .collect::<Result<Vec<_>, _>>()?;
        while let Some(now_ns) = next_ns(&self.stats) {
            let tick = self.stats.ticks.fetch_add(1);
            let volatility = if self.stats.market_open.get() {
                self.stats.volatility.get()
            } else {
                0.0
            };
            for (index, price) in prices.iter_mut().enumerate() {
                price.walk(volatility, &mut dice);
                let quote = quote_at(price.now(), now_ns, &mut dice);
                quotes[index].write(quote);
                self.markets[index].mark(quote);
                book::fill(&self.book[index], quote, tick);
            }
            if tick.is_multiple_of(TICKS_PER_ORDER) {
                send_and_fill(
                    &mut self.orders,
                    &self.session,
                    &self.stats,
                    (tick / TICKS_PER_ORDER) as usize,
                    &prices,
                    &mut dice,
                )?;
            }
        }
        Ok(())
    }
}

impl Market {
    fn open(
        session: &Session,
        symbol: &str,
        first_price: i64,
        id: u32,
    ) -> Result<Self, ProducerError> {
        let quote = Quote {
            bid_price: first_price - HALF_SPREAD,
            ask_price: first_price + HALF_SPREAD,
            ..Quote::default()
        };
        let position = Position {
            symbol_id: id,
            quantity: 100 * (i64::from(id) + 1),
            avg_price: first_price,
            last_quote: quote,
            error_msg: Text::new("").expect("no text fits any place"),
            ..Position::default()
        };
        Ok(Market {
            position: session.object(&format!("{symbol}_position"), position)?,
            quote: session.object(&format!("{symbol}_quote"), quote)?,
            first_price,
        })
    }

    /// Values the position at this quote, whoever wrote its quantity.
    fn mark(&self, quote: Quote) {
        let position = &*self.position;
        let middle = (quote.bid_price + quote.ask_price) / 2;
        let moved = middle.saturating_sub(position.avg_price.get());
        position
            .unrealized_pnl
            .store(position.quantity.load().saturating_mul(moved));
        if position.last_quote.write(quote).is_err() {
            // An observer writes it at this moment; the next tick is soon.
            let _ = position.error_msg.update(|text| {
                text.clear();
                text.push_str("last_quote was busy")
            });
        }
    }
}

/// One order comes, the others are filled a little.
fn send_and_fill(
    orders: &mut Orders,
    session: &Session,
    stats: &Object<Stats>,
    round: usize,
    prices: &[Price],
    dice: &mut Dice,
) -> Result<(), ProducerError> {
    let market = round % SYMBOLS.len();
    orders.send(session, SYMBOLS[market].0, prices[market].now(), dice)?;
    stats.orders_created.store(orders.sent());
    stats.orders_filled.fetch_add(orders.fill(dice));
    Ok(())
}

fn quote_at(price: i64, now_ns: u64, dice: &mut Dice) -> Quote {
    Quote {
        bid_price: price - HALF_SPREAD,
        ask_price: price + HALF_SPREAD,
        bid_size: dice.roll(500) as u32 + 1,
        ask_size: dice.roll(500) as u32 + 1,
        timestamp_ns: now_ns,
    }
}
