//! The types that producers and observers of the tests agree on.

use memglass::{Observe, ProducerError, Session, Text};

/// Five words that agree, guarded as a whole.
#[derive(Observe, Clone, Copy, Debug, Default, PartialEq)]
#[observe(seqlock)]
pub struct Five {
    /// The same number five times.
    pub words: [u64; 5],
}

impl Five {
    /// One made of `number`.
    pub const fn of(number: u64) -> Five {
        Five { words: [number; 5] }
    }
}

/// A plain object whose members follow from its label.
#[derive(Observe, Clone, Copy, Debug, Default, PartialEq)]
pub struct Order {
    /// The number in the label.
    pub number: u64,
    /// Its complement.
    pub complement: u64,
    /// No process writes here.
    pub marker: u64,
}

/// Like [`Order`], but observers write to the marker.
#[derive(Observe, Clone, Copy, Debug, Default, PartialEq)]
pub struct Target {
    /// The number in the label.
    pub number: u64,
    /// Its complement.
    pub complement: u64,
    /// 0 or [`MARKER`].
    pub marker: u64,
}

/// What observers write into a [`Target`].
pub const MARKER: u64 = 0x6d61_726b_6572_2121;

/// Numbers that several processes count up.
#[derive(Observe, Clone, Copy, Debug, Default, PartialEq)]
pub struct Counters {
    /// By read-modify-write of the processor.
    #[observe(atomic)]
    pub hits: u64,
    /// Under a lock.
    #[observe(locked)]
    pub total: u64,
    /// As a part of a guarded value.
    #[observe(seqlock)]
    pub pair: Pair,
}

/// Two numbers that agree.
#[derive(Observe, Clone, Copy, Debug, Default, PartialEq)]
pub struct Pair {
    /// The one.
    pub left: u64,
    /// The other.
    pub right: u64,
}

/// All scalars there are.
#[derive(Observe, Clone, Copy, Debug, PartialEq)]
pub struct Scalars {
    /// Yes or no.
    pub truth: bool,
    /// 8 bits.
    pub i8: i8,
    /// 16 bits.
    pub i16: i16,
    /// 32 bits.
    pub i32: i32,
    /// 64 bits.
    pub i64: i64,
    /// 128 bits.
    pub i128: i128,
    /// 8 bits.
    pub u8: u8,
    /// 16 bits.
    pub u16: u16,
    /// 32 bits.
    pub u32: u32,
    /// 64 bits.
    pub u64: u64,
    /// 128 bits.
    pub u128: u128,
    /// A small float.
    pub f32: f32,
    /// A float.
    pub f64: f64,
    /// NaN.
    pub nan: f64,
    /// An infinite float.
    pub infinity: f32,
    /// An address.
    pub address: *const u8,
    /// 64 bits, ordered.
    #[observe(atomic)]
    pub atomic: i64,
    /// 8 bits, ordered.
    #[observe(atomic)]
    pub flag: bool,
}

/// Buy or sell.
#[derive(Observe, Clone, Copy, Debug, PartialEq)]
#[repr(i8)]
pub enum Side {
    /// Sell.
    Sell = -1,
    /// Buy.
    Buy = 1,
}

memglass::bitflags::bitflags! {
    /// Conditions of an order.
    #[derive(Observe, Clone, Copy, Debug, PartialEq)]
    pub struct Conditions: u32 {
        /// Not shown.
        const HIDDEN = 1;
        /// Never takes.
        const POST_ONLY = 2;
        /// Now or never.
        const IOC = 1 << 31;
        /// Two of them.
        const BOTH = 3;
    }
}

/// One of two things.
#[derive(Observe, Clone, Copy)]
#[repr(C, align(8))]
pub union Payload {
    /// As bits.
    pub raw: u64,
    /// As a float.
    pub price: f64,
}

impl std::fmt::Debug for Payload {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Payload")
    }
}

/// Every kind of value but numbers.
#[derive(Observe, Clone, Copy, Debug)]
pub struct Mixed {
    /// Which way.
    pub side: Side,
    /// With what conditions.
    pub conditions: Conditions,
    /// A number with names.
    #[observe(enum(NYSE = 1, NASDAQ = 2, NOWHERE = -1))]
    pub venue: i16,
    /// A number without the name it would need.
    #[observe(enum(NYSE = 1))]
    pub unnamed: u8,
    /// A number with flags.
    #[observe(flags(READ = 1, WRITE = 2, ALL = 3))]
    pub rights: u8,
    /// Text.
    pub text: Text<20>,
    /// Text under lock.
    #[observe(locked)]
    pub message: Text<33>,
    /// One of two things.
    pub payload: Payload,
    /// Rows of columns.
    pub grid: [[i32; 3]; 2],
    /// Two numbers that agree.
    #[observe(seqlock)]
    pub pair: Pair,
    /// Each guarded alone.
    pub nested: [Nested; 2],
    /// Sides, one after the other.
    pub sides: [Side; 3],
}

/// A struct in a struct, with protected members of its own.
#[derive(Observe, Clone, Copy, Debug, PartialEq)]
pub struct Nested {
    /// A number.
    pub small: u16,
    /// A guarded one.
    #[observe(seqlock)]
    pub odd: [u8; 11],
    /// A pair in between.
    pub pair: Pair,
    /// A locked number.
    #[observe(locked)]
    pub locked: i128,
}

/// A value with padding and an odd size, guarded as a whole.
#[derive(Observe, Clone, Copy, Debug, PartialEq)]
#[observe(seqlock)]
pub struct Wide {
    /// 128 bits.
    pub big: u128,
    /// Which way.
    pub side: Side,
    /// With what conditions.
    pub conditions: Conditions,
    /// Text.
    pub text: Text<5>,
}

/// Labels that are not identifiers.
pub const AWKWARD_LABELS: [&str; 6] = [
    "日本語 ラベル",
    "say \"hi\"",
    "two\nlines\tand a tab",
    "a.b[0]",
    "back\\slash",
    "🦀",
];

/// Creates one object of every kind, which stay until the session ends.
///
/// # Errors
///
/// If the session cannot hold them.
pub fn gallery(session: &Session) -> Result<(), ProducerError> {
    session.object("scalars", scalars())?.leak();
    let object = session.object("mixed", mixed())?;
    object
        .pair
        .write(Pair { left: 7, right: 8 })
        .expect("nobody else writes");
    object.nested[1]
        .locked
        .update(|number| *number -= 1)
        .expect("nobody else writes");
    object.leak();
    let object = session.object("wide", wide(0))?;
    // An odd number of writes: the value is in the odd copy.
    (1..=3)
        .try_for_each(|number| object.write(wide(number)))
        .expect("nobody else writes");
    object.leak();
    session
        .array_with("fives", 4, |index| Five::of(index as u64 * 1_000_000_007))?
        .leak();
    session
        .array_with("nested", 3, |index| nested(index as u8))?
        .leak();
    session
        .array_with("numbers", 5, |index| index as f64 / 4.0)?
        .leak();
    session.object("lone", -5_i16)?.leak();
    session
        .object("text", Text::<8>::new("größer").expect("eight bytes"))?
        .leak();
    session.define("struct message { u8 n; be u16 data[n]; };")?;
    let packet = session.buffer("packet", "message", 64)?;
    packet.write(&[2, 0, 5, 0, 7]).expect("it is a message");
    packet.leak();
    session.buffer("empty packet", "message", 1)?.leak();
    for (label, number) in AWKWARD_LABELS.into_iter().zip(0_u32..) {
        session.object(label, number)?.leak();
    }
    session.object(&"x".repeat(1024), 1024_u16)?.leak();
    // Gone again: no observer may see it.
    drop(session.object("gone", 1_u8)?);
    Ok(())
}

fn scalars() -> Scalars {
    Scalars {
        truth: true,
        i8: i8::MIN,
        i16: -2,
        i32: i32::MIN,
        i64: i64::MIN,
        i128: i128::MIN + 1,
        u8: u8::MAX,
        u16: 65_000,
        u32: u32::MAX,
        u64: u64::MAX,
        u128: u128::MAX - 1,
        f32: 0.1,
        f64: -1e-300,
        nan: f64::NAN,
        infinity: f32::NEG_INFINITY,
        address: std::ptr::without_provenance(0x7fff_1234_5678),
        atomic: -77,
        flag: true,
    }
}

fn mixed() -> Mixed {
    Mixed {
        side: Side::Sell,
        conditions: Conditions::BOTH | Conditions::IOC,
        venue: -1,
        unnamed: 9,
        rights: 7,
        text: Text::new("naïve \"text\"\n").expect("it fits"),
        message: Text::new("exactly as long as there is room.").expect("it fits"),
        payload: Payload { price: 1.5 },
        grid: [[1, 2, 3], [-4, -5, -6]],
        pair: Pair { left: 1, right: 2 },
        nested: [nested(1), nested(2)],
        sides: [Side::Buy, Side::Sell, Side::Buy],
    }
}

fn nested(number: u8) -> Nested {
    Nested {
        small: u16::from(number) * 1000,
        odd: std::array::from_fn(|index| number + index as u8),
        pair: Pair {
            left: u64::from(number),
            right: !0,
        },
        locked: i128::from(number) - (1 << 100),
    }
}

fn wide(number: u8) -> Wide {
    Wide {
        big: u128::MAX - u128::from(number),
        side: Side::Buy,
        conditions: Conditions::HIDDEN,
        text: Text::new("wide!").expect("it fits"),
    }
}

/// Creates a few objects that together have every kind of type, which stay until the session ends.
///
/// # Errors
///
/// If the session cannot hold them.
pub fn small_gallery(session: &Session) -> Result<(), ProducerError> {
    session.object("mixed", mixed())?.leak();
    session.object("wide", wide(1))?.leak();
    session
        .object("text", Text::<8>::new("größer").expect("eight bytes"))?
        .leak();
    session.object("a.b[0]", -5_i16)?.leak();
    session.object("address", scalars().address)?.leak();
    // Gone again: no observer may see it.
    drop(session.object("gone", 1_u8)?);
    Ok(())
}
