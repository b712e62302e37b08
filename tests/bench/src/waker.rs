//! A program that wakes again and again and touches some memory: the floor of whoever looks at something now and then.

use std::hint::black_box;
use std::thread;
use std::time::Duration;

use crate::part;

/// Bytes that come into the cache together.
const LINE: usize = 64;

/// Wakes so often a second, and touches so many bytes each time, until the parent ends.
pub(crate) fn wake(hertz: &str, bytes: &str) {
    let period = Duration::from_secs(1) / hertz.parse().expect("a number");
    let touched = vec![1_u8; bytes.parse().expect("a number")];
    let waking = move || {
        loop {
            thread::sleep(period);
            // One byte of each line, each far from the last one.
            let lines = touched.len() / LINE;
            let sum: usize = (0..lines)
                .map(|line| usize::from(touched[line * 7919 % lines * LINE]))
                .sum();
            black_box(sum);
        }
    };
    thread::spawn(waking);
    part::until_parent_ends();
}
