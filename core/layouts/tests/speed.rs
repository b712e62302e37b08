//! What reading costs, printed: `cargo test --release -p memglass-layouts --test speed -- --nocapture`.
#![allow(clippy::unwrap_used)] // A test says by its panic what is wrong.
#![allow(clippy::print_stdout)] // What this file is for.

use memglass_layouts::{Layout, Limits, Record};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// The shortest of several runs, for one of `times` calls.
fn cost(times: u32, mut call: impl FnMut()) -> Duration {
    // Without optimisation there is nothing to measure.
    let times = if cfg!(debug_assertions) {
        times.div_ceil(100)
    } else {
        times
    };
    let runs = (0..7).map(|_| {
        let start = Instant::now();
        (0..times).for_each(|_| call());
        start.elapsed() / times
    });
    runs.min().unwrap_or_default()
}

fn records(count: u16) -> Vec<u8> {
    let mut bytes = count.to_le_bytes().to_vec();
    for i in 0..count {
        let len = (i % 7) as u8;
        bytes.push(len);
        bytes.extend(std::iter::repeat_n(b'x', len.into()));
    }
    bytes
}

#[test]
fn elements_are_indexed_once_and_found_without_a_walk() {
    let layout = Layout::parse(
        "struct list { u16 n; item items[n]; }; struct item { u8 len; char text[len]; };",
    )
    .unwrap();
    let root = layout.root("list").unwrap();
    let bytes = records(10_000);
    let once = cost(20, || {
        drop(black_box(Record::new(
            &layout,
            root,
            &bytes,
            Limits::default(),
        )))
    });
    let record = Record::new(&layout, root, &bytes, Limits::default());
    let find = |path: &'static str| {
        cost(20_000, || {
            let place = record.find(black_box(path)).unwrap();
            black_box(record.integer(place));
        })
    };
    let (near, far) = (find("items[2].len"), find("items[9999].len"));
    println!("10,000 elements indexed in {once:?}; items[2].len {near:?}, items[9999].len {far:?}");
    // Not a measure of speed: a walk over the elements before would make it a thousand times slower.
    assert!(
        far < near * 20 + Duration::from_micros(2),
        "{near:?} {far:?}"
    );
}

#[test]
fn a_path_to_a_known_place_needs_no_record() {
    let layout = Layout::parse(
        "struct m { u8 kind; h head; u8 n; u8 d[n]; u8 end; }; struct h { be u16 a; u32 b; };",
    )
    .unwrap();
    let root = layout.root("m").unwrap();
    let (place, least) = layout.constant_place(root, "head.b").unwrap();
    assert_eq!((place.offset(), least), (3, 7));
    assert!(layout.constant_place(root, "end").is_none());
    let bytes = [0, 0, 1, 9, 0, 0, 0, 0, 5];
    assert_eq!(layout.integer(place, &bytes), Some(9));
    let read = cost(100_000, || {
        black_box(layout.integer(black_box(place), black_box(&bytes)));
    });
    println!("a constant place read in {read:?}");
}
