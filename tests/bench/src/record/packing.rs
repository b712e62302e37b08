//! What it would cost to keep a large object compressed while it lives.

use crate::quote::{BYTES, Quote};
use crate::report::Report;
use crate::timing::per_operation;

/// Quotes of the object: about 1 MB.
const QUOTES: usize = 26_000;

/// An object of many quotes: compressing it, reading it back, and copying it as it is.
pub(super) fn measure(report: &Report) {
    let quotes: Vec<u8> = (0..QUOTES as i64)
        .flat_map(|number| quote(number).to_bytes())
        .collect();
    let packed = zstd::bulk::compress(&quotes, LEVEL).expect("memory takes everything");
    report.heading(&format!(
        "an object of {:.1} MB, which zstd makes {:.1} times smaller",
        quotes.len() as f64 / 1e6,
        quotes.len() as f64 / packed.len() as f64
    ));
    let mut target = vec![0; quotes.len()];
    let copy = per_operation(1, || target.copy_from_slice(&quotes));
    report.figure("a copy of it", copy, None, None);
    let pack = per_operation(1, || {
        std::hint::black_box(zstd::bulk::compress(&quotes, LEVEL)).expect("as before");
    });
    report.figure("compressing it after one store", pack, Some(copy), None);
    let unpack = per_operation(1, || {
        zstd::bulk::decompress_to_buffer(&packed, &mut target).expect("it was packed");
    });
    report.figure("reading one field of it", unpack, Some(copy), None);
    assert_eq!(target.len(), QUOTES * BYTES);
}

/// As recordings have it.
const LEVEL: i32 = 1;

/// Prices that move a bit from one to the next.
fn quote(number: i64) -> Quote {
    let moved = number.wrapping_mul(0x9e37_79b9) >> 7;
    Quote {
        bid_price: 15_000 + moved % 50,
        ask_price: 15_005 + moved % 50,
        bid_size: 100 * (moved % 9 + 1),
        ask_size: 100 * (moved % 7 + 1),
        timestamp_ns: 1_700_000_000_000_000_000 + number * 1_000 + moved % 1_000,
    }
}
