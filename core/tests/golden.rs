//! The bytes of wire format 1, as they were when it was fixed. A change here is a new version of the
//! format: readers in other programs depend on each of these words.
// A test that cannot go on should stop, at the line.
#![allow(clippy::unwrap_used)]
#![cfg(all(
    target_os = "linux",
    target_endian = "little",
    not(memglass_portable_shm)
))]

use std::fmt::Write;
use std::path::Path;

use memglass::{Observe, Session, Text};

#[derive(Observe, Clone, Copy, Default)]
struct Quote {
    bid: i64,
    ask: i64,
}

#[derive(Observe, Clone, Copy, Default)]
#[repr(C)]
struct Position {
    symbol: u32,
    #[observe(atomic, range(-100, 100), unit = "shares")]
    quantity: i64,
    #[observe(seqlock)]
    quote: Quote,
    #[observe(locked)]
    note: Text<8>,
}

/// Words of the header that differ from run to run: session id, pid, times, boot, program.
const VOLATILE: [std::ops::Range<usize>; 4] = [0x20..0x30, 0x60..0x78, 0xc8..0x100, 0x248..0x260];

#[test]
fn the_bytes_of_a_session_are_those_of_version_1() {
    let dir = tempfile::tempdir().unwrap();
    let session = Session::builder("golden")
        .dir(dir.path())
        .first_region(4096)
        .max_region(4096)
        .create()
        .unwrap();
    let position = session.object("AAPL", Position::default()).unwrap();
    position.symbol.set(7);
    position.quantity.store(-50);
    position.quote.write(Quote { bid: 1, ask: 2 }).unwrap();
    position.note.write(Text::new("hi").unwrap()).unwrap();
    let _array = session.array_with("numbers", 3, |n| n as u16).unwrap();
    drop(session.object("gone", 1_u8).unwrap());
    let _apart = session
        .object("a_label_longer_than_24_bytes", 2_u8)
        .unwrap();
    let mut dump = String::new();
    for file in ["header", "region_0001", "region_0002", "region_0003"] {
        dump_words(&mut dump, dir.path(), file);
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/wire_1.txt");
    if std::env::var_os("MEMGLASS_GOLDEN_WRITE").is_some() {
        std::fs::write(path, &dump).unwrap();
    }
    let golden = std::fs::read_to_string(path).unwrap();
    for (number, (found, expected)) in dump.lines().zip(golden.lines()).enumerate() {
        assert_eq!(found, expected, "line {} of {path}", number + 1);
    }
    assert_eq!(dump.lines().count(), golden.lines().count());
}

/// The words of a segment that are not 0, one a line.
fn dump_words(dump: &mut String, dir: &Path, file: &str) {
    let bytes = std::fs::read(dir.join(format!("memglass_golden_{file}"))).unwrap();
    writeln!(dump, "{file}: {} bytes", bytes.len()).unwrap();
    for (index, word) in bytes.as_chunks::<8>().0.iter().enumerate() {
        let offset = index * 8;
        let value = u64::from_le_bytes(*word);
        let is_volatile = match file {
            "header" => VOLATILE.iter().any(|range| range.contains(&offset)),
            // The session's id in a region's head, and what may be a time of the years 2024 to 2080.
            _ => (8..24).contains(&offset) || (0x18..0x31).contains(&(value >> 56)),
        };
        match value {
            0 => {}
            _ if is_volatile => writeln!(dump, "{offset:05x} ________________").unwrap(),
            _ => writeln!(dump, "{offset:05x} {value:016x}").unwrap(),
        }
    }
}
