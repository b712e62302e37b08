//! The producer of the transcripts: what `Producer` has, orders that come and go, and an order book.

use memglass::{Array, Object, Observe, Text};

use super::producer::{Fill, Producer, Status};

#[derive(Observe, Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Order {
    pub symbol: Text<8>,
    pub status: Status,
    #[observe(min = 0.01, unit = "USD", format = "%.2f")]
    pub price: f64,
    #[observe(range(1, 100_000))]
    pub quantity: i64,
    pub filled: i64,
    pub owner: i64,
}

#[derive(Observe, Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Level {
    pub price: i64,
    pub size: u32,
}

/// A type of a single object whose values are hard to print.
#[derive(Observe, Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Odd {
    pub nan: f64,
    pub infinite: f32,
    pub tiny: f64,
    pub text: Text<64>,
    pub samples: [u8; 32],
    pub grid: [[i16; 3]; 2],
    pub r#match: i64,
    pub levels: [Fill; 3],
}

pub(crate) struct Market {
    pub producer: Producer,
    pub orders: Vec<(String, Object<Order>)>,
    pub _book: Array<Level>,
    pub _odd: Object<Odd>,
}

impl Market {
    /// The market on an ordinary morning.
    pub(crate) fn open() -> Self {
        let producer = Producer::start();
        let book = producer.session.array_with("book", 3, level).unwrap();
        let odd = producer.session.object("odd", odd()).unwrap();
        let mut market = Self {
            producer,
            orders: Vec::new(),
            _book: book,
            _odd: odd,
        };
        for number in 1..=3 {
            market.create(&format!("order_{number}"), number);
        }
        market
    }

    pub(crate) fn create(&mut self, label: &str, number: i64) {
        let order = Order {
            symbol: Text::new("AAPL").unwrap(),
            status: [Status::PENDING, Status::OPEN, Status::FILLED][number as usize % 3],
            price: 150.0 + number as f64 / 4.0,
            quantity: 100 * number,
            filled: 0,
            owner: 1_000_000 + number,
        };
        let order = self.producer.session.object(label, order).unwrap();
        self.orders.push((label.to_owned(), order));
    }

    pub(crate) fn destroy(&mut self, label: &str) {
        self.orders.retain(|(known, _)| known != label);
    }
}

fn level(index: usize) -> Level {
    Level {
        price: 15_000 + index as i64,
        size: 10 * (index as u32 + 1),
    }
}

fn odd() -> Odd {
    Odd {
        nan: f64::NAN,
        infinite: f32::NEG_INFINITY,
        tiny: 1.25e-9,
        text: Text::new("say \"hi\"\t\u{1b}[31m ä 価").unwrap(),
        samples: std::array::from_fn(|index| index as u8),
        grid: [[1, 2, 3], [4, 5, 6]],
        r#match: 5,
        levels: [Fill { price: 7, size: 1 }; 3],
    }
}
