//! Orders that come, are filled and go.

use std::collections::VecDeque;

use memglass::{Object, ProducerError, Session, Text};

use crate::market::Dice;
use crate::messages::{Fill, Messages};
use crate::types::{Conditions, Order, Side, Status};

/// Number of the order that stays for as long as the engine runs.
const FIRST_ID: u64 = 12_345;

/// The number of orders that exist at one time.
const MOST: usize = 8;

/// The orders of the engine, the oldest first.
pub(crate) struct Orders {
    /// Never goes: something to try things on.
    _kept: Object<Order>,
    passing: VecDeque<Object<Order>>,
    next_id: u64,
    messages: Messages,
}

impl Orders {
    pub(crate) fn new(session: &Session) -> Result<Self, ProducerError> {
        let order = Order {
            order_id: FIRST_ID,
            symbol: text("AAPL"),
            status: Status::Open,
            priority: 1,
            flags: Conditions::POST_ONLY,
            price: 150.25,
            quantity: 1_000,
            filled_qty: 250,
            venue: 2,
            ..Order::default()
        };
        let kept = session.object(&label(FIRST_ID), order)?;
        Ok(Orders {
            _kept: kept,
            passing: VecDeque::new(),
            next_id: FIRST_ID + 1,
            messages: Messages::new(session)?,
        })
    }

    /// Sends a new order. The oldest goes when there are too many.
    pub(crate) fn send(
        &mut self,
        session: &Session,
        symbol: &str,
        ticks: i64,
        dice: &mut Dice,
    ) -> Result<(), ProducerError> {
        let order = Order {
            order_id: self.next_id,
            symbol: text(symbol),
            side: if dice.roll(2) == 0 {
                Side::Buy
            } else {
                Side::Sell
            },
            flags: Conditions::from_bits_truncate(dice.roll(16) as u16),
            price: ticks as f64 / 100.0,
            quantity: (dice.roll(50) as u32 + 1) * 10,
            venue: dice.roll(3) as u8 + 1,
            ..Order::default()
        };
        self.messages
            .order(order.order_id, symbol, ticks, order.quantity);
        self.passing
            .push_back(session.object(&label(self.next_id), order)?);
        self.next_id += 1;
        if self.passing.len() > MOST {
            self.passing.pop_front();
        }
        Ok(())
    }

    /// Fills each open order a little, and returns the number of orders that are now filled.
    pub(crate) fn fill(&mut self, dice: &mut Dice) -> u64 {
        let fills: Vec<Fill> = self
            .passing
            .iter()
            .filter_map(|order| fill(order, dice))
            .collect();
        self.messages.fills(&fills);
        fills.iter().filter(|fill| fill.is_done).count() as u64
    }

    /// Orders sent so far, including the one that stays.
    pub(crate) fn sent(&self) -> u64 {
        self.next_id - FIRST_ID
    }
}

/// Fills an order a little, if it is open. An observer may have changed its quantity in between.
fn fill(order: &Object<Order>, dice: &mut Dice) -> Option<Fill> {
    let (filled, quantity) = (order.filled_qty.get(), order.quantity.get());
    match order.status.get() {
        Status::Filled | Status::Cancelled => return None,
        Status::Pending => {
            order.status.set(Status::Open);
            return None;
        }
        Status::Open | Status::Partial => {}
    }
    let filled = filled.saturating_add(dice.roll(60) as u32).min(quantity);
    order.filled_qty.set(filled);
    let is_done = filled == quantity;
    order.status.set(if is_done {
        Status::Filled
    } else {
        Status::Partial
    });
    Some(Fill {
        order_id: order.order_id.get(),
        filled_qty: filled,
        is_done,
    })
}

fn label(id: u64) -> String {
    format!("order_{id}")
}

/// Symbols are far shorter than the place for them.
fn text(symbol: &str) -> Text<8> {
    Text::new(symbol).expect("a symbol has at most eight letters")
}
