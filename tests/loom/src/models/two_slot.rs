//! The sequence lock: no torn value, one writer at a time, and a dead writer blocks nobody.
//!
//! Each value is two words, the second being the first plus [`TAG`]: a mix of two values shows.

use crate::sync::atomic::{AtomicU64, Ordering, fence};
use crate::sync::owner::Owner;
use crate::sync::two_slot::{Busy, Claim, TwoSlot};
use crate::tool::{Arc, large_model, model, thread};

const TAG: u64 = 100;
const OBSERVER: Owner = Owner::new(2, 7);
const OTHER: Owner = Owner::new(3, 0);

/// A guarded value of two words.
struct Cells {
    word: AtomicU64,
    copies: [[AtomicU64; 2]; 2],
}

impl Cells {
    /// The value 0.
    fn new() -> Arc<Self> {
        let copy = || [AtomicU64::new(0), AtomicU64::new(TAG)];
        Arc::new(Self {
            word: AtomicU64::new(0),
            copies: [copy(), copy()],
        })
    }

    fn slots(&self) -> TwoSlot<'_> {
        TwoSlot::new(&self.word, [&self.copies[0], &self.copies[1]])
    }

    fn claim(&self, me: Owner) -> Result<Claim<'_>, Busy> {
        self.slots().claim(me, |_| false)
    }

    /// One attempt to read: the sequence and the value, which is whole.
    fn read(&self) -> Option<(u64, u64)> {
        let mut words = [0; 2];
        let sequence = self.slots().try_read_part(0..2, &mut words)?;
        Some((sequence, whole(words)))
    }
}

fn words(value: u64) -> [u64; 2] {
    [value, value + TAG]
}

/// The value of these words, if they all belong to one value.
fn whole(words: [u64; 2]) -> u64 {
    assert_eq!(words[1], words[0] + TAG, "torn: {words:?}");
    words[0]
}

fn current(claim: &Claim<'_>) -> u64 {
    let mut words = [0; 2];
    claim.read_current(&mut words);
    whole(words)
}

/// Adds 1 under a claim; `false` if another writer held the value for too long.
fn increment(cells: &Cells, me: Owner) -> bool {
    let Ok(claim) = cells.claim(me) else {
        return false;
    };
    let next = current(&claim) + 1;
    claim.publish_and_release(&words(next));
    true
}

#[test]
fn a_read_beside_a_held_writer_is_whole_and_has_its_sequence() {
    model(|| {
        let cells = Cells::new();
        let writer = thread::spawn({
            let cells = Arc::clone(&cells);
            move || {
                let mut claim = cells.claim(Owner::PRODUCER).expect("nobody else writes");
                (1..=2).for_each(|value| claim.publish(&words(value)));
            }
        });
        if let Some((sequence, value)) = cells.read() {
            assert_eq!(sequence, value);
        }
        writer.join().expect("the writer does not panic");
        assert_eq!(cells.read(), Some((2, 2)));
    });
}

/// Unlike a writer that has just loaded the word, this one gives loom no reason to believe that the
/// reader is ordered after it: only here does it find that a reader lacks its first fence.
#[test]
fn a_read_beside_a_writer_that_claimed_long_ago_is_whole_and_has_its_sequence() {
    model(|| {
        let cells = Cells::new();
        let mut claim = cells.claim(Owner::PRODUCER).expect("nobody else writes");
        let reader = thread::spawn({
            let cells = Arc::clone(&cells);
            move || {
                if let Some((sequence, value)) = cells.read() {
                    assert_eq!(sequence, value);
                }
            }
        });
        (1..=2).for_each(|value| claim.publish(&words(value)));
        reader.join().expect("the reader finds nothing wrong");
    });
}

#[test]
fn a_read_beside_writes_that_claim_each_time_is_whole_and_has_its_sequence() {
    model(|| {
        let cells = Cells::new();
        let writer = thread::spawn({
            let cells = Arc::clone(&cells);
            move || (0..2).for_each(|_| assert!(increment(&cells, Owner::PRODUCER)))
        });
        if let Some((sequence, value)) = cells.read() {
            assert_eq!(sequence, value);
        }
        writer.join().expect("the writer does not panic");
        assert_eq!(cells.read(), Some((2, 2)));
    });
}

#[test]
fn two_writers_take_turns_and_a_reader_sees_whole_values() {
    large_model(|| {
        let cells = Cells::new();
        let writers = [OBSERVER, OTHER].map(|me| {
            let cells = Arc::clone(&cells);
            thread::spawn(move || u64::from(increment(&cells, me)))
        });
        if let Some((sequence, value)) = cells.read() {
            assert_eq!(sequence, value);
        }
        let written: u64 = writers
            .map(|writer| writer.join().expect("no writer panics"))
            .iter()
            .sum();
        assert!(written >= 1, "they cannot both be in each other's way");
        assert_eq!(
            cells.read(),
            Some((written, written)),
            "no increment is lost"
        );
    });
}

#[test]
fn writers_of_one_process_exclude_each_other_too() {
    model(|| {
        let cells = Cells::new();
        let other = thread::spawn({
            let cells = Arc::clone(&cells);
            move || u64::from(increment(&cells, Owner::PRODUCER))
        });
        let written = u64::from(increment(&cells, Owner::PRODUCER));
        let written = written + other.join().expect("the writer does not panic");
        assert_eq!(cells.read(), Some((written, written)));
    });
}

#[test]
fn a_held_value_is_not_claimed_and_what_its_holder_published_is_seen_by_the_next() {
    model(|| {
        let cells = Cells::new();
        let holder = thread::spawn({
            let cells = Arc::clone(&cells);
            move || {
                let Ok(mut claim) = cells.claim(Owner::PRODUCER) else {
                    return 0;
                };
                let next = current(&claim) + 1;
                claim.publish(&words(next));
                claim.publish(&words(next + 1));
                2
            }
        });
        let written = u64::from(increment(&cells, OBSERVER));
        let written = written + holder.join().expect("the holder does not panic");
        assert_eq!(cells.read(), Some((written, written)));
    });
}

#[test]
fn a_reader_that_sees_only_the_release_of_a_claim_has_the_value_published_before() {
    model(|| {
        let cells = Cells::new();
        let mut claim = cells.claim(Owner::PRODUCER).expect("nobody else writes");
        let reader = thread::spawn({
            let cells = Arc::clone(&cells);
            move || {
                if let Some((sequence, value)) = cells.read() {
                    assert_eq!(sequence, value);
                }
            }
        });
        claim.publish(&words(1));
        drop(claim);
        reader.join().expect("the reader finds nothing wrong");
        assert_eq!(cells.read(), Some((1, 1)));
    });
}

/// The cells after a writer was killed in the middle of its second value.
fn abandoned() -> Arc<Cells> {
    let cells = Cells::new();
    let dead = thread::spawn({
        let cells = Arc::clone(&cells);
        move || {
            let mut claim = cells.claim(OBSERVER).expect("nobody else writes");
            claim.publish(&words(1));
            fence(Ordering::Release);
            cells.copies[0][0].store(13, Ordering::Relaxed);
            std::mem::forget(claim);
        }
    });
    // Its last stores happen before its death can be seen, as with the kernel's lock.
    dead.join().expect("it is killed, it does not panic");
    cells
}

fn take_over(cells: &Cells, me: Owner) -> u64 {
    let Ok(claim) = cells.slots().claim(me, |owner| owner == OBSERVER) else {
        return 0;
    };
    let next = current(&claim) + 1;
    claim.publish_and_release(&words(next));
    1
}

#[test]
fn one_of_two_takes_over_from_the_dead_and_the_other_comes_after() {
    model(|| {
        let cells = abandoned();
        let other = thread::spawn({
            let cells = Arc::clone(&cells);
            move || take_over(&cells, OTHER)
        });
        let written = 1 + take_over(&cells, Owner::PRODUCER);
        let written = written + other.join().expect("the writer does not panic");
        assert!(written >= 2, "the dead one is in nobody's way");
        assert_eq!(cells.read(), Some((written, written)));
    });
}

#[test]
fn a_reader_beside_a_takeover_never_sees_what_was_left_half_written() {
    model(|| {
        let cells = abandoned();
        let successor = thread::spawn({
            let cells = Arc::clone(&cells);
            move || {
                take_over(&cells, OTHER);
                take_over(&cells, OTHER);
            }
        });
        if let Some((sequence, value)) = cells.read() {
            assert_eq!(sequence, value);
        }
        successor.join().expect("the writer does not panic");
        assert_eq!(cells.read(), Some((3, 3)));
    });
}

#[test]
fn a_claim_of_the_living_is_busy_and_names_its_owner() {
    model(|| {
        let cells = Cells::new();
        let _claim = cells.claim(OBSERVER).expect("free");
        let refused = cells.claim(OTHER).expect_err("it is held");
        assert_eq!(refused, Busy { owner: OBSERVER });
        // Another thread of our own process is alive, whatever the kernel says.
        let refused = cells
            .slots()
            .claim(OBSERVER, |_| true)
            .expect_err("it is held");
        assert_eq!(refused, Busy { owner: OBSERVER });
    });
}
