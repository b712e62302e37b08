//! A session of many objects for somebody to look at, of which the first ones change all the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use memglass::{Observe, Session};

use crate::part;

/// Changing objects get another value so often: more often than any view looks.
const PERIOD: Duration = Duration::from_millis(2);

#[derive(Observe, Clone, Copy, Default)]
struct Quote {
    #[observe(atomic)]
    bid: i64,
    #[observe(atomic)]
    ask: i64,
    size: u32,
}

/// Makes `objects` of them in the session `market`, and changes the first `moving` until the parent ends.
pub(crate) fn be_looked_at(dir: &str, objects: &str, moving: &str) {
    let count = |text: &str| -> usize { text.parse().expect("a number") };
    let session = Session::builder("market")
        .dir(dir)
        .create()
        .expect("a session");
    let quote = |index| {
        let label = format!("quote_{index:07}");
        session.object(&label, Quote::default()).expect("room")
    };
    let quotes: Vec<_> = (0..count(objects)).map(quote).collect();
    let moving = &quotes[..count(moving).min(quotes.len())];
    part::ready("live");
    let is_over = Arc::new(AtomicBool::new(false));
    let over = Arc::clone(&is_over);
    thread::spawn(move || {
        part::until_parent_ends();
        over.store(true, Ordering::Relaxed);
    });
    for value in 0.. {
        if is_over.load(Ordering::Relaxed) {
            return;
        }
        for quote in moving {
            quote.bid.store(14_000 + value % 1_000);
        }
        thread::sleep(PERIOD);
    }
}
