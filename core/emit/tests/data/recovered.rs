// Made by memglass from the types of a program.
use memglass::Observe;

#[derive(Observe, Clone, Copy)]
#[repr(C)]
#[observe(name = "trading::Quote")]
#[allow(non_camel_case_types)]
pub struct Quote {
    #[observe(unit = "ticks")]
    pub bid_price: i64,
    #[observe(unit = "ticks")]
    pub ask_price: i64,
}

#[derive(Observe, Clone, Copy)]
#[observe(name = "trading::Side")]
#[repr(i8)]
#[allow(non_camel_case_types)]
pub enum Side {
    buy = 1,
    sell = -1,
}

memglass::bitflags::bitflags! {
    #[derive(Observe, Clone, Copy)]
    #[observe(name = "trading::Options")]
    #[allow(non_camel_case_types)]
    pub struct Options: u8 {
        const ioc = 1;
        const fok = 2;
    }
}

#[derive(Observe, Clone, Copy)]
#[repr(C)]
#[observe(name = "trading::Depth")]
#[allow(non_camel_case_types)]
pub struct Depth {
    pub price: i64,
    pub lots: u32,
}

#[derive(Observe, Clone, Copy)]
#[repr(C, align(8))]
#[observe(name = "trading::Extra")]
#[allow(non_camel_case_types)]
pub union Extra {
    pub number: i64,
    pub real: f64,
}

#[derive(Observe, Clone, Copy)]
#[repr(C)]
#[observe(name = "trading::Position")]
#[allow(non_camel_case_types)]
pub struct Position {
    #[observe(readonly)]
    pub symbol_id: u32,
    #[observe(atomic, step = 5, desc = "signed number \"of\" shares")]
    pub quantity: i64,
    #[observe(range(0, 10000000), format = "%'d")]
    pub avg_price: i64,
    #[observe(seqlock)]
    pub last_quote: Quote,
    #[observe(locked)]
    pub error_msg: memglass::Text<256>,
    pub side: Side,
    pub options: Options,
    pub levels: [[i64; 3]; 2],
    pub history: [Quote; 2],
    pub weights: [f32; 3],
    pub live: bool,
    #[observe(atomic)]
    pub counts: [u64; 4],
    #[observe(range(-0.5, 1.0))]
    pub ratio: f64,
    #[observe(regex = "[A-Z]{1,5}\\d?")]
    pub symbol: memglass::Text<16>,
    #[observe(enum(PENDING = 0, OPEN = 1, GONE = -1))]
    pub status: i8,
    #[observe(flags(IOC = 1, FOK = 2))]
    pub bits: u32,
    #[observe(seqlock)]
    pub depth: Depth,
    pub extra: Extra,
    pub total: i128,
}

#[derive(Observe, Clone, Copy)]
#[repr(C)]
#[observe(name = "Venue", locked)]
#[allow(non_camel_case_types)]
pub struct Venue {
    pub id: u64,
    pub open: bool,
}

#[derive(Observe, Clone, Copy)]
#[repr(C)]
#[observe(name = "ns::Box<int>")]
#[allow(non_camel_case_types)]
pub struct Box_int_ {
    pub class: u8,
    // Bitfields at byte 4: dirty (bits 0..=0) level (bits 3..=6)
    pub bits_at_4: u32,
    pub best: *const Quote,
    // at byte 64 in the program
    #[observe(name = "fn")]
    pub fn_: u8,
}
