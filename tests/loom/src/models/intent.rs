//! Writers against the reclaimer: however long a writer is stopped, its store lands in no other object.

use std::mem;

use super::Word;
use crate::sync::atomic::AtomicU64;
use crate::sync::intent::{self, Intent};
use crate::sync::occupancy::{ALIVE, Alive, EntryWord, Occupancy, before_reuse};
use crate::tool::{Arc, large_model, model, thread};

const OLD: u64 = 1;
const WRITTEN: u64 = 2;
const NEXT: u64 = 3;
/// The intent of a writer of the object.
const INTENT: u64 = 1 << 32 | 1;

/// An object of one word, and the intent words of two processes, in slots 2 and 3.
struct World {
    state: AtomicU64,
    data: Word,
    highest: AtomicU64,
    intents: [AtomicU64; 2],
}

impl World {
    fn new() -> Arc<World> {
        let world = World {
            state: AtomicU64::new(0),
            data: Word::new(OLD),
            highest: AtomicU64::new(1),
            intents: [AtomicU64::new(0), AtomicU64::new(0)],
        };
        world.entry().settle(1);
        Arc::new(world)
    }

    /// With both processes known from before.
    fn with_writers() -> Arc<World> {
        let world = World::new();
        intent::reach(&world.highest, 3);
        world
    }

    fn entry(&self) -> Occupancy<'_> {
        Occupancy(&self.state)
    }

    /// An observer's steps to write; `None` if another of its threads is writing.
    fn announce(&self, process: usize) -> Option<Intent<'_>> {
        let intent = Intent::announce(&self.intents[process], INTENT)?;
        if intent.protects(object(), self.entry()) {
            self.data.store(WRITTEN);
        }
        Some(intent)
    }

    fn write(&self, process: usize) {
        drop(self.announce(process));
    }

    /// The producer's steps: destroys the object, and gives its bytes to the next one unless a writer has
    /// announced it. Returns whether it did.
    fn destroy_and_reuse(&self) -> bool {
        self.entry().end(1);
        let highest = intent::before_look(&self.highest);
        let known = self.intents.iter().zip(2..=highest);
        let announced = known.filter(|(word, _)| intent::look(word) != 0).count();
        if announced > 0 {
            return false;
        }
        self.entry().vacate(2);
        before_reuse();
        self.data.store(NEXT);
        self.entry().settle(2);
        true
    }

    /// Checks the object after all threads have ended.
    fn check(&self, reused: bool) {
        let data = self.data.load();
        let own = if reused {
            data == NEXT
        } else {
            data == OLD || data == WRITTEN
        };
        assert!(own, "a write to the last object landed in the next: {data}");
    }
}

fn object() -> Alive {
    Alive(EntryWord::new(1, ALIVE))
}

#[test]
fn a_writer_stopped_between_its_check_and_its_store_never_hits_the_next_object() {
    model(|| {
        let world = World::with_writers();
        let writer = thread::spawn({
            let world = Arc::clone(&world);
            move || world.write(0)
        });
        let reused = world.destroy_and_reuse();
        writer.join().expect("the writer does not panic");
        world.check(reused);
    });
}

#[test]
fn the_first_write_of_a_process_that_has_just_come_is_looked_for() {
    model(|| {
        let world = World::new();
        let writer = thread::spawn({
            let world = Arc::clone(&world);
            move || {
                intent::reach(&world.highest, 2);
                world.write(0);
            }
        });
        let reused = world.destroy_and_reuse();
        writer.join().expect("the writer does not panic");
        world.check(reused);
    });
}

#[test]
fn two_writing_processes_both_count() {
    large_model(|| {
        let world = World::with_writers();
        let writers = [0, 1].map(|process| {
            let world = Arc::clone(&world);
            thread::spawn(move || world.write(process))
        });
        let reused = world.destroy_and_reuse();
        writers
            .into_iter()
            .for_each(|writer| writer.join().expect("the writer does not panic"));
        world.check(reused);
    });
}

#[test]
fn two_threads_of_one_process_share_its_intent_and_both_count() {
    large_model(|| {
        let world = World::with_writers();
        let writers = [(); 2].map(|()| {
            let world = Arc::clone(&world);
            thread::spawn(move || world.write(0))
        });
        let reused = world.destroy_and_reuse();
        writers
            .into_iter()
            .for_each(|writer| writer.join().expect("the writer does not panic"));
        world.check(reused);
    });
}

#[test]
fn an_intent_that_is_announced_stays_until_it_is_cleared() {
    model(|| {
        let world = World::with_writers();
        let intent = world.announce(0).expect("nobody else writes");
        assert!(world.announce(0).is_none(), "one at a time in each process");
        assert!(!world.destroy_and_reuse(), "it is announced");
        drop(intent);
        assert!(world.destroy_and_reuse(), "it is not any more");
        world.check(true);
    });
}

/// A process is killed in the middle of a write and another one gets its slot. Its last stores are
/// before its death can be seen, as with the kernel's lock.
#[test]
fn what_a_dead_process_stored_comes_before_its_successor_clears_its_intent() {
    large_model(|| {
        let world = World::with_writers();
        let dead = thread::spawn({
            let world = Arc::clone(&world);
            move || mem::forget(world.announce(0))
        });
        let successor = thread::spawn({
            let world = Arc::clone(&world);
            move || {
                dead.join().expect("it is killed, it does not panic");
                intent::clear(&world.intents[0]);
            }
        });
        let reused = world.destroy_and_reuse();
        successor.join().expect("the successor does not panic");
        world.check(reused);
    });
}

#[test]
fn a_reader_beside_a_writer_and_the_reclaimer_never_gets_the_next_objects_value() {
    large_model(|| {
        let world = World::with_writers();
        let writer = thread::spawn({
            let world = Arc::clone(&world);
            move || world.write(0)
        });
        let reader = thread::spawn({
            let world = Arc::clone(&world);
            move || {
                let data = world.data.load();
                if object().still_holds(world.entry()) {
                    assert_ne!(data, NEXT);
                }
            }
        });
        let reused = world.destroy_and_reuse();
        writer.join().expect("the writer does not panic");
        reader.join().expect("the reader finds nothing wrong");
        world.check(reused);
    });
}
