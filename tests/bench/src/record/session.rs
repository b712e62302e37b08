//! The sessions that are recorded.

use std::path::Path;
use std::time::{Duration, Instant};

use memglass::{Object, Observe, Session};

use crate::part;
use crate::quote::Quote;

pub(crate) const NAME: &str = "recorded";

#[derive(Observe, Clone, Copy, Default)]
pub(super) struct Row {
    quantity: i64,
    price: i64,
    bid: i64,
    ask: i64,
    volume: u32,
    state: u32,
}

/// What a producer writes while it is recorded.
#[derive(Observe, Clone, Copy, Default)]
pub(super) struct Board {
    #[observe(seqlock)]
    pub(super) quote: Quote,
}

/// A session, how much of it changes, and how often.
pub(super) struct Shape {
    pub(super) objects: usize,
    /// How many change each time.
    pub(super) changing: usize,
    /// How often a second they change, and are looked at.
    pub(super) rate: u32,
}

pub(super) const A: Shape = Shape {
    objects: 10,
    changing: 10,
    rate: 1_000,
};

pub(super) const B: Shape = Shape {
    objects: 100_000,
    changing: 1_000,
    rate: 10,
};

/// A session of such a shape, and what tells which objects change next.
pub(super) struct Changing {
    shape: &'static Shape,
    rows: Vec<Object<Row>>,
    next: usize,
    number: i64,
    _session: Session,
}

impl Changing {
    pub(super) fn new(shape: &'static Shape, dir: &Path) -> Changing {
        let session = Session::builder(NAME).dir(dir).create();
        let session = session.expect("a session");
        let row = |index| session.object(&format!("row_{index:05}"), Row::default());
        let rows = (0..shape.objects).map(|index| row(index).expect("there is room"));
        Changing {
            shape,
            rows: rows.collect(),
            next: 0,
            number: 0,
            _session: session,
        }
    }

    /// Changes as many objects as change each time, others than last time, all fields of each.
    pub(super) fn change(&mut self) {
        for _ in 0..self.shape.changing {
            // No two that lie beside each other, as in a real session.
            self.next = (self.next + 7_919) % self.rows.len();
            self.number += 1;
            let (row, number) = (&self.rows[self.next], self.number);
            row.quantity.set(number.wrapping_mul(31) % 10_000);
            row.price.set(15_000 + number % 97);
            row.bid.set(15_000 + number % 89);
            row.ask.set(15_001 + number % 89);
            row.volume.set(number as u32);
            row.state.set(number as u32 % 5);
        }
    }
}

/// Changes a session of this name's shape until the parent ends.
pub(crate) fn change(dir: &str, name: &str) {
    let shape = match name {
        "A" => &A,
        _ => &B,
    };
    let mut session = Changing::new(shape, Path::new(dir));
    part::ready("live");
    std::thread::spawn(move || {
        let mut next = Instant::now();
        loop {
            session.change();
            next += Duration::from_secs(1) / shape.rate;
            std::thread::sleep(next.saturating_duration_since(Instant::now()));
        }
    });
    part::until_parent_ends();
}
