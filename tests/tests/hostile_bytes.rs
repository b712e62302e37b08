//! Damages every byte and word of a session: alone, together, and during reads. Requires no panic, no
//! fault, no endless work, and memory in proportion to the session's size.
// Tests may panic and print.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use memglass_tests::hostile::{Counting, Edit, Outcome, Peak, Recording, Trial, Watchdog, When};
use memglass_tests::objects::{Counters, Five, Pair, small_gallery};
use memglass_tests::{Random, sized};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

static ALONE: Mutex<()> = Mutex::new(());

/// How many times the bytes of a session an observer may take while it looks at all of it.
const MEMORY_PER_BYTE: u64 = 32;

/// Longer than any trial takes on a busy machine, and shorter than endless.
const LONGEST_TRIAL: Duration = Duration::from_secs(60);

/// The trials of a test, and their outcomes.
struct Trials {
    recording: Recording,
    watchdog: Watchdog,
    start: Instant,
    count: u64,
    attached: u64,
    refused: u64,
    values: u64,
    errors: u64,
    damaged: u64,
    most_memory: usize,
}

impl Trials {
    fn of(recording: Recording) -> Trials {
        assert!(memglass::survive_truncation());
        Trials {
            recording,
            watchdog: Watchdog::new(LONGEST_TRIAL),
            start: Instant::now(),
            count: 0,
            attached: 0,
            refused: 0,
            values: 0,
            errors: 0,
            damaged: 0,
            most_memory: 0,
        }
    }

    fn run(&mut self, edits: &[Edit]) {
        // Counts the memory of one trial.
        let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let (recording, peak) = (&self.recording, Peak::start());
        let trial = || catch_unwind(AssertUnwindSafe(|| Trial::run(recording, edits)));
        let outcome = self.watchdog.over(|| format!("{edits:?}"), trial);
        let outcome = outcome.unwrap_or_else(|_| panic!("it was {edits:?}"));
        let memory = peak.bytes();
        assert!(
            memory as u64 <= recording.bytes() * MEMORY_PER_BYTE,
            "{memory} bytes taken for {edits:?}"
        );
        self.count += 1;
        self.most_memory = self.most_memory.max(memory);
        match outcome {
            Outcome::Refused => self.refused += 1,
            Outcome::Attached(looks) => {
                self.attached += 1;
                self.values += looks.values;
                self.errors += looks.errors;
                self.damaged += u64::from(looks.damaged > 0);
            }
        }
    }

    /// Prints the counts, and checks that nothing is left of the damage.
    fn end(self, what: &str) {
        println!(
            "{what}: {} trials in {:.1?}, {} attached ({} with damage), {} refused, \
             {} values, {} errors, at most {} KiB for a session of {} KiB",
            self.count,
            self.start.elapsed(),
            self.attached,
            self.damaged,
            self.refused,
            self.values,
            self.errors,
            self.most_memory / 1024,
            self.recording.bytes() / 1024
        );
        assert!(self.refused > 0 && self.damaged > 0 && self.errors > 0);
        let whole = Trial::run(&self.recording, &[]);
        assert!(matches!(whole, Outcome::Attached(looks) if looks.damaged == 0));
    }
}

/// A session with every kind of type in few bytes.
fn recording() -> Recording {
    Recording::of(|session| {
        small_gallery(session).unwrap();
        session.object("five", Five::of(7)).unwrap().leak();
        let counters = session.object("counters", Counters::default()).unwrap();
        counters.leak();
        let pairs = session.array_with("pairs", 3, |left| Pair {
            left: left as u64,
            right: 9,
        });
        pairs.unwrap().leak();
    })
}

/// The bytes that mean something: all up to the last one used, without long runs of zeros.
fn places(recording: &Recording) -> Vec<(usize, u64)> {
    let segments = recording.segments().iter().enumerate();
    segments
        .flat_map(|(index, segment)| {
            let words = (0..segment.used).step_by(8);
            let words = words.filter(move |&at| sized(is_near_data(recording, index, at), true));
            // By default each third word.
            let words = words.step_by(sized(3, 1));
            words.map(move |at| (index, at))
        })
        .collect()
}

/// Whether this word or the one before it is not 0.
fn is_near_data(recording: &Recording, segment: usize, at: u64) -> bool {
    recording.word(segment, at) != 0
        || at
            .checked_sub(8)
            .is_some_and(|before| recording.word(segment, before) != 0)
}

#[test]
fn every_byte_may_be_wrong() {
    let mut trials = Trials::of(recording());
    for (segment, word) in places(&trials.recording) {
        for at in word..word + 8 {
            let old = trials.recording.segments()[segment].bytes[at as usize];
            let flips = (0..8).map(|bit| old ^ 1 << bit);
            let all = [0, 0xff, old.wrapping_add(1)].into_iter().chain(flips);
            // By default one of the eleven in turn, so that each kind comes everywhere near.
            let nth = at as usize % 11;
            let (first, count) = sized((nth, 1), (0, 11));
            for new in all.skip(first).take(count).filter(|&new| new != old) {
                trials.run(&[Edit::store(segment, at, 1, u64::from(new))]);
            }
        }
    }
    trials.end("bytes");
}

#[test]
fn every_word_may_be_hostile() {
    let mut trials = Trials::of(recording());
    for (segment, at) in places(&trials.recording) {
        let old = trials.recording.word(segment, at);
        let words = Edit::hostile_words(at, old);
        let nth = at as usize / 8 % 3;
        let (first, step) = sized((nth, 3), (0, 1));
        for new in words
            .into_iter()
            .skip(first)
            .step_by(step)
            .filter(|&new| new != old)
        {
            trials.run(&[Edit::store(segment, at, 8, new)]);
        }
    }
    trials.end("words");
}

/// Up to six changes at once, some of them cuts, some of them while an observer reads, refreshes or writes.
#[test]
fn much_may_be_wrong_and_change_meanwhile() {
    let mut trials = Trials::of(recording());
    for seed in 0..sized(300, 100_000) {
        let mut random = Random::new(seed);
        let count = 1 + random.below(6);
        let edits: Vec<Edit> = (0..count)
            .map(|_| any_edit(&trials.recording, &mut random))
            .collect();
        trials.run(&edits);
    }
    trials.end("changes");
}

fn any_edit(recording: &Recording, random: &mut Random) -> Edit {
    let index = random.below(recording.segments().len() as u64) as usize;
    let segment = &recording.segments()[index];
    // The header's first lines matter most.
    let used = if index == 0 { 512 } else { segment.used };
    let edit = match random.below(16) {
        0 => Edit::store(index, random.below(segment.bytes.len() as u64), 0, 0),
        _ => Edit::random(random, index, &segment.bytes, used),
    };
    let when = [
        When::Before,
        When::ThenRead,
        When::ThenRefresh,
        When::ThenWrite,
    ];
    let advance = index == 0 && random.below(4) == 0;
    // Moves the epoch often too: the observer looks only at entries that count as changed.
    let edit = if advance {
        Edit::store(0, EPOCH, 8, random.number())
    } else {
        edit
    };
    edit.at(when[random.below(4) as usize])
}

/// Where the epoch is in the header.
const EPOCH: u64 = 320;
