//! What an observer keeps in its own memory, measured in a process that does nothing else.
//!
//! In the process that measures, what the allocator has left over from earlier would be used again, and
//! nothing would seem to be kept.

use std::hint::black_box;
use std::path::Path;

use memglass::Observer;

use crate::part::{Part, ready, until_parent_ends};
use crate::report::Report;

/// Reports the memory of an observer of `size` objects: once attached, and once it knows their labels.
pub(crate) fn measure(report: &Report, dir: &Path, size: usize) {
    let dir = dir.to_str().expect("a plain name");
    let keeper = Part::start("keeper", &[dir]);
    let kept = keeper.said.split(' ').map(|bytes| bytes.parse::<u64>());
    let kept: Vec<u64> = kept.collect::<Result<_, _>>().expect("numbers");
    let [attached, indexed] = kept[..] else {
        panic!("the keeper says two numbers, not {kept:?}");
    };
    assert!(
        indexed > 0,
        "nothing can be known of objects without memory"
    );
    for (what, bytes) in [
        ("memory of an observer for each object, attached", attached),
        (
            "memory of an observer for each object, labels known",
            indexed,
        ),
    ] {
        let each = bytes as f64 / size as f64;
        report.line(&format!("{what:<58} {each:>8.1} bytes"));
    }
}

/// The part of the observer's process.
pub(crate) fn keep(dir: &str) {
    let before = own_bytes();
    let observer = Observer::builder().dir(dir).attach("bench");
    let observer = observer.expect("attached");
    let attached = own_bytes() - before;
    black_box(observer.object_count());
    let indexed = own_bytes() - before;
    ready(&format!("{attached} {indexed}"));
    until_parent_ends();
}

/// Memory of this process that no other one shares, in whole pages.
fn own_bytes() -> u64 {
    let sizes = std::fs::read_to_string("/proc/self/smaps_rollup").expect("/proc is mounted");
    let line = sizes
        .lines()
        .find_map(|line| line.strip_prefix("Anonymous:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    let kib: u64 = kib.and_then(|kib| kib.parse().ok()).expect("a size");
    kib * 1024
}
