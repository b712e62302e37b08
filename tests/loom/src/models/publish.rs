//! Words that stand for everything stored before them: readers never use a half-filled record.

use super::Word;
use crate::sync::atomic::AtomicU64;
use crate::sync::publish::{publish, publish_next, published, published_since};
use crate::tool::{Arc, model, thread};

/// A log of two records: the type log, or the chunks of a table.
struct Log {
    count: AtomicU64,
    records: [[Word; 2]; 2],
}

impl Log {
    fn new() -> Arc<Log> {
        let record = || [Word::new(0), Word::new(0)];
        Arc::new(Log {
            count: AtomicU64::new(0),
            records: [record(), record()],
        })
    }

    fn append(&self, index: usize) {
        let record = &self.records[index];
        record.iter().for_each(|word| word.store(10 + index as u64));
        publish(&self.count, index as u64 + 1);
    }

    /// Checks the records, and returns their number.
    fn check(&self, count: u64) -> u64 {
        for (index, record) in self.records[..count as usize].iter().enumerate() {
            let found = record.each_ref().map(Word::load);
            assert_eq!(found, [10 + index as u64; 2], "half-filled: {index}");
        }
        count
    }
}

#[test]
fn a_log_that_is_appended_to_has_as_many_whole_records_as_it_says() {
    model(|| {
        let log = Log::new();
        let writer = thread::spawn({
            let log = Arc::clone(&log);
            move || (0..2).for_each(|index| log.append(index))
        });
        let first = log.check(published(&log.count));
        let second = log.check(published(&log.count));
        assert!(first <= second, "it only grows");
        writer.join().expect("the writer does not panic");
        assert_eq!(log.check(published(&log.count)), 2);
    });
}

#[test]
fn a_reader_that_comes_back_finds_the_records_added_since_and_only_then() {
    model(|| {
        let log = Log::new();
        let writer = thread::spawn({
            let log = Arc::clone(&log);
            move || (0..2).for_each(|index| log.append(index))
        });
        let mut known = 0;
        for _ in 0..2 {
            if let Some(count) = published_since(&log.count, known) {
                assert!(count > known);
                known = log.check(count);
            }
        }
        writer.join().expect("the writer does not panic");
        let last = published_since(&log.count, known);
        assert_eq!(last, (known < 2).then_some(2));
        assert_eq!(published_since(&log.count, 2), None);
    });
}

const MAGIC: u64 = 0x53_53_41_4c;
const LIVE: u64 = 1;

/// A header and the head of the first region.
struct Session {
    magic: AtomicU64,
    identity: [Word; 2],
    state: AtomicU64,
    region_magic: AtomicU64,
    region_id: Word,
}

#[test]
fn who_sees_the_magic_number_sees_the_header_and_who_sees_it_live_its_region() {
    model(|| {
        let session = Arc::new(Session {
            magic: AtomicU64::new(0),
            identity: [Word::new(0), Word::new(0)],
            state: AtomicU64::new(0),
            region_magic: AtomicU64::new(0),
            region_id: Word::new(0),
        });
        let producer = thread::spawn({
            let session = Arc::clone(&session);
            move || {
                session.identity.iter().for_each(|word| word.store(7));
                publish(&session.magic, MAGIC);
                session.region_id.store(1);
                publish(&session.region_magic, MAGIC);
                publish(&session.state, LIVE);
            }
        });
        if published(&session.magic) == MAGIC {
            assert_eq!(session.identity.each_ref().map(Word::load), [7, 7]);
            if published(&session.state) == LIVE {
                assert_eq!(published(&session.region_magic), MAGIC);
                assert_eq!(session.region_id.load(), 1);
            }
        }
        producer.join().expect("the producer does not panic");
    });
}

#[test]
fn each_change_moves_the_counter_and_can_be_seen_after_it() {
    model(|| {
        let changed = Arc::new((AtomicU64::new(u64::MAX), Word::new(0)));
        let writer = thread::spawn({
            let changed = Arc::clone(&changed);
            move || {
                for value in 1..=2 {
                    changed.1.store(value);
                    publish_next(&changed.0);
                }
            }
        });
        let (counter, word) = &*changed;
        if let Some(count) = published_since(counter, u64::MAX) {
            assert!(word.load() > count, "it begins anew at 0");
        }
        writer.join().expect("the writer does not panic");
        assert_eq!(published(counter), 1);
    });
}
