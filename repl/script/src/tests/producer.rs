//! A producer with two positions, for scripts to look at.

use memglass::{Object, Observe, Session, Text};

#[derive(Observe, Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Quote {
    pub bid_price: i64,
    pub ask_price: i64,
    pub ask_size: u32,
}

#[derive(Observe, Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Fill {
    pub price: i64,
    pub size: u32,
}

#[allow(clippy::upper_case_acronyms)] // The names that scripts see.
#[derive(Observe, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(i8)]
pub(crate) enum Status {
    #[default]
    PENDING,
    OPEN,
    FILLED,
}

memglass::bitflags::bitflags! {
    #[derive(Observe, Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub(crate) struct Options: u32 {
        const HIDDEN = 1;
        const IOC = 2;
        const DARK = 4;
    }
}

#[derive(Observe, Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Position {
    pub symbol: Text<16>,
    #[observe(atomic, desc = "signed number of shares")]
    pub quantity: i64,
    #[observe(range(0, 10_000_000), unit = "ticks", format = "%'d")]
    pub avg_price: i64,
    #[observe(seqlock)]
    pub last_quote: Quote,
    pub bid_levels: [i64; 5],
    #[observe(seqlock)]
    pub guarded_levels: [i64; 3],
    pub fills: [Fill; 2],
    pub status: Status,
    pub options: Options,
    #[observe(readonly)]
    pub limit: u32,
    pub small: u8,
    pub big: u64,
    pub huge: i128,
    pub vast: u128,
    pub ratio: f32,
    pub score: f64,
    pub live: bool,
    pub tag: i64,
    pub default: i64,
    #[observe(enum(UNKNOWN = -1, NYSE = 1, NASDAQ = 2))]
    pub venue: i16,
    #[observe(min = 10, max = 100, step = 5)]
    pub stepped: i32,
    #[observe(text, regex = "[A-Z]{1,4}")]
    pub code: [u8; 8],
}

/// A type that only `World::late` makes objects of.
#[derive(Observe, Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Late {
    pub arrival: i64,
    pub tag: i64,
}

pub(crate) struct Producer {
    pub dir: tempfile::TempDir,
    pub session: Session,
    pub position: Object<Position>,
    pub other: Object<Position>,
}

/// What `Producer::position` holds at first.
pub(crate) fn position() -> Position {
    Position {
        symbol: Text::new("AAPL").unwrap(),
        quantity: 100,
        avg_price: 15_025,
        last_quote: Quote {
            bid_price: 15_020,
            ask_price: 15_025,
            ask_size: 7,
        },
        bid_levels: [5, 4, 3, 2, 1],
        guarded_levels: [30, 20, 10],
        fills: [Fill { price: 10, size: 1 }, Fill { price: 20, size: 2 }],
        status: Status::OPEN,
        options: Options::HIDDEN | Options::DARK,
        limit: 9,
        small: 200,
        big: u64::MAX,
        huge: i128::MIN,
        vast: u128::MAX,
        ratio: 0.1,
        score: 0.25,
        live: true,
        tag: 77,
        default: 88,
        venue: 1,
        stepped: 15,
        code: *b"ABC\0\0\0\0\0",
    }
}

impl Producer {
    pub(crate) fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let session = Session::builder("market").dir(dir.path()).create().unwrap();
        let first = session.object("AAPL_position", position()).unwrap();
        let second = Position {
            quantity: 900,
            symbol: Text::new("MSFT").unwrap(),
            status: Status::FILLED,
            ..position()
        };
        let other = session.object("MSFT_position", second).unwrap();
        Self {
            dir,
            session,
            position: first,
            other,
        }
    }
}
