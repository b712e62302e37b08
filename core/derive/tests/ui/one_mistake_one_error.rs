// A mistake in a type is told once, and not again where the type is used.
use memglass::{Observe, Session};

#[derive(Observe, Clone, Copy, Default)]
struct Position {
    #[observe(atomic, reedonly)]
    quantity: i64,
    #[observe(seqlock, unit = 5)]
    quote: Quote,
    name: Name,
}

#[derive(Observe, Clone, Copy, Default)]
struct Quote {
    #[observe(rnage(0, 10), descr = "what they give")]
    bid: i64,
}

#[derive(Observe, Clone, Copy, Default)]
struct Name(u8, u8);

#[derive(Observe, Clone, Copy, Default, PartialEq)]
enum Side {
    #[default]
    Buy,
}

#[derive(Observe, Clone, Copy, Default)]
struct Order {
    side: Side,
    note: &'static str,
}

fn main() {
    let session = Session::create("s").unwrap();
    let position = session.object("p", Position::default()).unwrap();
    position.quantity.store(5);
    let quote: Quote = position.quote.read().unwrap();
    position.quote.write(quote).unwrap();
    let order = session.object("o", Order::default()).unwrap();
    let bought = order.side.get() == Side::Buy;
    let storage: &PositionStorage = &position;
    drop((storage, bought));
}
