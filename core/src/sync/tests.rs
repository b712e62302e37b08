//! The protocol on the heap, one thread at a time; `tests/loom` runs it in every interleaving.

use super::atomic::{AtomicU64, Ordering, READ_ATTEMPTS};
use super::{Busy, Contended, Owner, TwoSlot, attempted};

const OBSERVER: Owner = Owner::new(2, 9);

/// The word and the copies of a value of three words.
#[derive(Default)]
struct Cells(AtomicU64, [[AtomicU64; 3]; 2]);

impl Cells {
    fn slots(&self) -> TwoSlot<'_> {
        TwoSlot::new(&self.0, [&self.1[0], &self.1[1]])
    }

    fn read(&self) -> (u64, [u64; 3]) {
        let mut words = [0; 3];
        let sequence = self.slots().try_read(&mut words).expect("nobody writes");
        (sequence, words)
    }
}

#[test]
fn each_published_value_replaces_the_one_before() {
    let cells = Cells::default();
    assert_eq!(cells.read(), (0, [0; 3]));
    let mut claim = cells.slots().try_claim(OBSERVER).expect("free");
    for n in 1..=3 {
        claim.publish(&[n, n + 1, n + 2]);
        assert_eq!(cells.read(), (n, [n, n + 1, n + 2]));
    }
    claim.publish_and_release(&[7, 8, 9]);
    assert_eq!(cells.read(), (4, [7, 8, 9]));
    assert!(cells.slots().try_claim(OBSERVER).is_some());
}

#[test]
fn a_dropped_claim_leaves_the_value_and_its_sequence() {
    let cells = Cells::default();
    let claim = cells.slots().try_claim(OBSERVER).expect("free");
    claim.publish_and_release(&[1, 2, 3]);
    let claim = cells.slots().try_claim(OBSERVER).expect("free again");
    assert!(cells.slots().try_claim(Owner::PRODUCER).is_none());
    drop(claim);
    assert_eq!(cells.read(), (1, [1, 2, 3]));
    assert!(cells.slots().try_claim(Owner::PRODUCER).is_some());
}

#[test]
fn a_part_is_read_alone() {
    let cells = Cells::default();
    let claim = cells.slots().try_claim(OBSERVER).expect("free");
    claim.publish_and_release(&[1, 2, 3]);
    let mut part = [0; 2];
    assert_eq!(cells.slots().try_read_part(1..3, &mut part), Some(1));
    assert_eq!(part, [2, 3]);
}

#[test]
fn bytes_are_read_from_anywhere() {
    let cells = Cells::default();
    let bytes: [u8; 24] = std::array::from_fn(|index| index as u8);
    let (words, _) = bytes.as_chunks();
    let words: Vec<u64> = words.iter().map(|word| u64::from_ne_bytes(*word)).collect();
    let claim = cells.slots().try_claim(OBSERVER).expect("free");
    claim.publish_and_release(&words);
    for start in 0..24 {
        for end in start..=24 {
            let mut part = vec![0; end - start];
            assert_eq!(cells.slots().read_bytes(start, &mut part), Ok(1));
            assert_eq!(part, bytes[start..end]);
        }
    }
}

#[test]
fn the_sequence_begins_anew_after_forty_bits() {
    let cells = Cells::default();
    let last = (1 << 40) - 1;
    cells.0.store(last << 24, Ordering::Relaxed);
    let mut claim = cells.slots().try_claim(OBSERVER).expect("free");
    claim.publish(&[1, 1, 1]);
    assert_eq!(cells.read(), (0, [1, 1, 1]));
    claim.publish_and_release(&[2, 2, 2]);
    assert_eq!(cells.read(), (1, [2, 2, 2]));
}

#[test]
fn whatever_is_in_a_word_a_writer_ends_with_a_claim_or_an_error() {
    for word in [0xff, u64::MAX, 0x00ff_ff00, 5 << 24 | 3] {
        let cells = Cells::default();
        cells.0.store(word, Ordering::Relaxed);
        let owner = Owner::of_word(word);
        let claimed = cells.slots().claim(OBSERVER, |_| false).map(drop);
        let expected = if owner.is_nobody() {
            Ok(())
        } else {
            Err(Busy { owner })
        };
        assert_eq!(claimed, expected, "{word:#x}");
        assert!(cells.slots().claim(OBSERVER, |_| true).is_ok(), "{word:#x}");
    }
}

#[test]
fn a_reader_gives_up_after_so_many_attempts() {
    let outcome = (0..).try_fold(0, |attempts, _: u32| attempted(attempts));
    assert_eq!(
        outcome,
        Err(Contended {
            attempts: READ_ATTEMPTS
        })
    );
}
