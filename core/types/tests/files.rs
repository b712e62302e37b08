//! Files of types, whole and damaged.
// A test that cannot go on should stop, at the line.
#![allow(clippy::unwrap_used, clippy::panic)]

mod harness;

use std::time::{Duration, Instant};

use harness::{Workshop, found, layout, of_c};
use memglass_types::{FileError, Types};

const SOURCE: &str = r"
    #include <stdint.h>
    enum side { BUY = 1, SELL = -1, WIDE = 2000000 };
    struct quote { int64_t bid, ask; unsigned live : 1, stale : 3; char venue[2][4]; };
    typedef struct { struct quote quotes[8]; const char *name; int (*on_tick)(struct quote *, ...); enum side side; } book;
    static inline int helper(const book *b) { return b->side; }
    book the_book; int main(void) { return helper(&the_book); }
";

#[test]
fn a_file_gives_back_what_was_written() {
    let shop = Workshop::new();
    for words in ["gcc -g SRC -o OUT", "clang -g SRC -o OUT"] {
        let types = shop.types("book.c", SOURCE, words);
        let bytes = types.to_bytes();
        assert_eq!(Types::from_bytes(&bytes).unwrap(), types);
        std::fs::write(shop.path("book.mgt"), &bytes).unwrap();
        let read = Types::open(shop.path("book.mgt")).unwrap();
        let book = read.bare(found(&read, "book"));
        assert_eq!(
            layout(&read, book),
            "quotes 0 256, name 256 8, on_tick 264 8, side 272 4"
        );
        assert_eq!(
            read.hash_of(book),
            types.hash_of(types.bare(found(&types, "book")))
        );
        assert_eq!(read.to_bytes(), bytes);
    }
}

#[test]
fn the_types_of_a_rust_program_survive_a_file_and_a_merge() {
    let source = r#"
        use std::collections::{BTreeMap, HashMap};
        fn main() {
            let mut words: HashMap<String, Vec<u32>> = HashMap::new();
            words.entry("x".into()).or_default().push(1);
            let sorted: BTreeMap<_, _> = words.iter().collect();
            println!("{sorted:?}");
            std::thread::spawn(|| ()).join().unwrap();
        }
    "#;
    let types = Workshop::new().types("words.rs", source, "rustc -g SRC -o OUT");
    assert!(types.len() > 500, "{}", types.len());
    assert_eq!(Types::from_bytes(&types.to_bytes()).unwrap(), types);
    let twice = Types::merged([types.clone(), types.clone()]);
    assert_eq!(twice.len(), types.len());
    assert_eq!(twice.symbols().len(), types.symbols().len());
}

#[test]
fn every_damaged_byte_and_every_cut_is_an_error() {
    let bytes = of_c(SOURCE).to_bytes();
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x10;
        assert!(Types::from_bytes(&damaged).is_err(), "byte {at}");
        assert!(Types::from_bytes(&bytes[..at]).is_err(), "cut at {at}");
    }
}

#[test]
fn errors_say_what_is_wrong() {
    let bytes = of_c(SOURCE).to_bytes();
    let with = |at: usize, byte: u8| {
        let mut changed = bytes.clone();
        changed[at] = byte;
        Types::from_bytes(&changed).unwrap_err()
    };
    assert_eq!(with(0, b'x'), FileError::NotTypes);
    assert_eq!(
        with(8, 9),
        FileError::Version {
            found: 9,
            supported: 1
        }
    );
    assert_eq!(with(bytes.len() - 1, 0xff), FileError::Checksum);
    assert_eq!(
        Types::from_bytes(&bytes[..9]).unwrap_err(),
        FileError::TooShort { len: 9 }
    );
}

#[test]
fn a_program_with_damaged_debug_information_is_read_or_refused_in_time() {
    let shop = Workshop::new();
    let object = std::fs::read(shop.compile("book.c", SOURCE, "gcc -g -c SRC -o OUT")).unwrap();
    let damaged = shop.path("damaged");
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    let start = Instant::now();
    let mut read = 0;
    for _ in 0..3000 {
        let mut bytes = object.clone();
        for _ in 0..=random(6) {
            let at = random(bytes.len());
            bytes[at] = random(256) as u8;
        }
        std::fs::write(&damaged, &bytes).unwrap();
        if let Ok(types) = Types::open(&damaged) {
            read += 1;
            // Whatever was read can be asked everything.
            for (id, _) in types.iter() {
                types.declaration(id, Default::default());
                types.holes(id);
                types.hash_of(id);
            }
            Types::from_bytes(&types.to_bytes()).unwrap();
        }
    }
    assert!(read > 100, "{read}");
    assert!(
        start.elapsed() < Duration::from_secs(120),
        "{:?}",
        start.elapsed()
    );
}
