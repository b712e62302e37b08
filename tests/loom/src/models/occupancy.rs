//! A reader of a field against destruction and reuse: the old value or `Gone`, never another object's.

use super::Word;
use crate::sync::atomic::AtomicU64;
use crate::sync::occupancy::{ALIVE, Alive, EntryWord, Occupancy, before_reuse};
use crate::tool::{Arc, Mutex, large_model, model, thread};

/// The words of the object that is alive in a generation.
fn told(generation: u64) -> u64 {
    100 * generation
}

/// An entry of two words, and a word of the object's own.
struct Entry {
    state: AtomicU64,
    words: [Word; 2],
    data: Word,
}

impl Entry {
    /// Never used.
    fn new() -> Entry {
        Entry {
            state: AtomicU64::new(0),
            words: [Word::new(0), Word::new(0)],
            data: Word::new(0),
        }
    }

    /// With an object of generation 1 in it that everybody knows.
    fn settled() -> Arc<Entry> {
        let entry = Entry::new();
        entry.fill(1);
        Arc::new(entry)
    }

    fn occupancy(&self) -> Occupancy<'_> {
        Occupancy(&self.state)
    }

    /// The producer's steps for a new object.
    fn fill(&self, generation: u64) {
        self.data.store(told(generation));
        self.words
            .iter()
            .for_each(|word| word.store(told(generation)));
        self.occupancy().settle(generation);
    }

    /// The producer's steps for the next object.
    fn replace(&self, generation: u64) {
        self.occupancy().end(generation);
        self.occupancy().vacate(generation + 1);
        before_reuse();
        self.fill(generation + 1);
    }

    /// The entry as an observer copies it: the object and what its words say.
    fn copy(&self) -> Option<(Alive, [u64; 2])> {
        let word = self.occupancy().look();
        let words = self.words.each_ref().map(Word::load);
        let alive = word.is_alive().then_some(Alive(word))?;
        alive
            .still_holds(self.occupancy())
            .then_some((alive, words))
    }

    /// The object's word, as a field reads it.
    fn read(&self, alive: Alive) -> Option<u64> {
        let data = self.data.load();
        alive.still_holds(self.occupancy()).then_some(data)
    }
}

fn first() -> Alive {
    Alive(EntryWord::new(1, ALIVE))
}

#[test]
fn a_read_beside_destruction_and_reuse_is_the_old_value_or_gone() {
    model(|| {
        let entry = Entry::settled();
        let producer = thread::spawn({
            let entry = Arc::clone(&entry);
            move || entry.replace(1)
        });
        if let Some(data) = entry.read(first()) {
            assert_eq!(data, told(1), "another object's bytes");
        }
        producer.join().expect("the producer does not panic");
        assert_eq!(entry.read(first()), None, "it is gone");
    });
}

/// The fence has to be in the thread that stores: here another one than vacated the entry.
#[test]
fn bytes_that_one_thread_freed_and_another_gave_away_are_never_taken_for_the_old_ones() {
    large_model(|| {
        let entry = Entry::settled();
        let registry = Arc::new(Mutex::new(false));
        let destroyer = thread::spawn({
            let (entry, registry) = (Arc::clone(&entry), Arc::clone(&registry));
            move || {
                let mut free = registry.lock().expect("nobody panics with it");
                entry.occupancy().end(1);
                entry.occupancy().vacate(2);
                *free = true;
            }
        });
        let reader = thread::spawn({
            let entry = Arc::clone(&entry);
            move || {
                if let Some(data) = entry.read(first()) {
                    assert_eq!(data, told(1), "another object's bytes");
                }
            }
        });
        if *registry.lock().expect("nobody panics with it") {
            before_reuse();
            entry.data.store(told(2));
        }
        destroyer.join().expect("the destroyer does not panic");
        reader.join().expect("the reader finds nothing wrong");
    });
}

#[test]
fn an_entry_that_is_seen_alive_is_complete() {
    model(|| {
        let entry = Arc::new(Entry::new());
        let producer = thread::spawn({
            let entry = Arc::clone(&entry);
            move || entry.fill(1)
        });
        if let Some((alive, words)) = entry.copy() {
            assert_eq!(words, [told(1); 2]);
            assert_eq!(entry.read(alive), Some(told(1)), "its first value");
        }
        producer.join().expect("the producer does not panic");
        assert_eq!(entry.copy(), Some((first(), [told(1); 2])));
    });
}

#[test]
fn an_entry_copied_while_its_occupant_changes_is_of_one_object() {
    model(|| {
        let entry = Entry::settled();
        let producer = thread::spawn({
            let entry = Arc::clone(&entry);
            move || entry.replace(1)
        });
        if let Some((alive, words)) = entry.copy() {
            assert_eq!(words, [told(alive.generation()); 2], "a mix of two");
            if let Some(data) = entry.read(alive) {
                assert_eq!(data, told(alive.generation()));
            }
        }
        producer.join().expect("the producer does not panic");
        let (alive, words) = entry.copy().expect("nothing moves any more");
        assert_eq!((alive.generation(), words), (2, [told(2); 2]));
    });
}

#[test]
fn an_entry_that_only_its_maker_touches_ends_as_it_should() {
    model(|| {
        let entry = Entry::settled();
        assert!(first().holds(entry.occupancy()));
        entry.occupancy().end(1);
        assert!(!first().holds(entry.occupancy()), "it is destroyed");
        assert_eq!(entry.copy(), None);
        entry.occupancy().vacate(2);
        assert_eq!(entry.copy(), None);
        entry.fill(2);
        assert_eq!(entry.read(first()), None, "of another generation");
    });
}
