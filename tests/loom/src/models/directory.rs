//! An observer's refresh against creation and destruction, with the words of all the protocols: after
//! a refresh that sees an epoch, everything published before that epoch is known.

use super::Word;
use crate::sync::atomic::AtomicU64;
use crate::sync::occupancy::{Alive, EntryWord, Occupancy, before_reuse};
use crate::sync::publish::{is_still, publish, publish_next, published, published_since};
use crate::tool::{Arc, model, thread};

/// A header, a type log of one record, and a chunk of one entry, in a group whose first chunk was there before.
struct Session {
    epoch: AtomicU64,
    types: AtomicU64,
    description: Word,
    chunks: AtomicU64,
    chunk_position: Word,
    group_changes: AtomicU64,
    changes: AtomicU64,
    used: Word,
    state: AtomicU64,
    type_id: Word,
    /// A word of the object's own: its generation.
    data: Word,
}

const DESCRIBED: u64 = 77;
const POSITION: u64 = 88;

impl Session {
    fn new() -> Arc<Session> {
        let word = || AtomicU64::new(0);
        Arc::new(Session {
            epoch: word(),
            types: word(),
            description: Word::new(0),
            chunks: word(),
            chunk_position: Word::new(0),
            group_changes: word(),
            changes: word(),
            used: Word::new(0),
            state: word(),
            type_id: Word::new(9),
            data: Word::new(0),
        })
    }

    fn entry(&self) -> Occupancy<'_> {
        Occupancy(&self.state)
    }

    /// The producer's steps for the first object of a type, in the first chunk.
    fn create(&self) {
        self.description.store(DESCRIBED);
        publish(&self.types, 1);
        self.chunk_position.store(POSITION);
        publish(&self.chunks, 1);
        self.settle(1);
    }

    fn settle(&self, generation: u64) {
        self.type_id.store(0);
        self.data.store(generation);
        self.entry().settle(generation);
        self.changed();
    }

    fn destroy(&self, generation: u64) {
        self.entry().end(generation);
        self.changed();
    }

    fn create_again(&self, generation: u64) {
        self.entry().vacate(generation);
        before_reuse();
        self.settle(generation);
    }

    /// An object comes in the group's first chunk.
    fn change_before(&self) {
        publish_next(&self.group_changes);
        publish_next(&self.epoch);
    }

    fn changed(&self) {
        self.used.store(1);
        publish_next(&self.changes);
        publish_next(&self.group_changes);
        publish_next(&self.epoch);
    }
}

/// What an observer knows.
#[derive(Default)]
struct Known {
    epoch: u64,
    chunks: u64,
    group_changes: u64,
    changes: u64,
    types: u64,
    state: Option<EntryWord>,
    object: Option<Alive>,
}

impl Known {
    /// What `Observer::refresh` does.
    fn refresh(&mut self, session: &Session) {
        let Some(epoch) = published_since(&session.epoch, self.epoch) else {
            return;
        };
        self.read_types(session);
        let chunks = published(&session.chunks);
        if self.chunks < chunks {
            assert_eq!(session.chunk_position.load(), POSITION, "not yet filled");
            // The group's counter may have moved for the chunk before it was known.
            (self.chunks, self.group_changes) = (chunks, 0);
        }
        self.read_group(session);
        self.epoch = epoch;
        self.read_types(session);
        if self.object.is_some() {
            assert_eq!(self.types, 1, "a type is there before its objects");
        }
    }

    fn read_types(&mut self, session: &Session) {
        if let Some(types) = published_since(&session.types, self.types) {
            assert_eq!(session.description.load(), DESCRIBED, "half-filled");
            self.types = types;
        }
    }

    fn read_group(&mut self, session: &Session) {
        let Some(changes) = published_since(&session.group_changes, self.group_changes) else {
            return;
        };
        self.group_changes = changes;
        if self.chunks > 0 {
            self.read_changes(session);
        }
    }

    fn read_changes(&mut self, session: &Session) {
        let Some(changes) = published_since(&session.changes, self.changes) else {
            return;
        };
        self.changes = changes;
        assert_eq!(session.used.load(), 1, "the counter covers it");
        self.state = Some(session.entry().peek());
        self.object = self.copy(session);
    }

    /// The entry, if it is alive in the state that was seen.
    fn copy(&self, session: &Session) -> Option<Alive> {
        let word = session.entry().look();
        let type_id = session.type_id.load();
        let alive = (word.is_alive() && Some(word) == self.state).then_some(Alive(word))?;
        if !alive.still_holds(session.entry()) {
            return None;
        }
        assert_eq!(type_id, 0, "an entry is filled before it is alive");
        Some(alive)
    }

    fn generation(&self) -> Option<u64> {
        self.object.map(Alive::generation)
    }
}

#[test]
fn a_refresh_that_sees_the_epoch_of_a_creation_finds_the_object() {
    model(|| {
        let session = Session::new();
        let producer = thread::spawn({
            let session = Arc::clone(&session);
            move || session.create()
        });
        let mut known = Known::default();
        known.refresh(&session);
        assert_eq!(known.generation(), (known.epoch == 1).then_some(1));
        producer.join().expect("the producer does not panic");
        known.refresh(&session);
        assert_eq!((known.epoch, known.generation()), (1, Some(1)));
    });
}

#[test]
fn a_creation_in_another_chunk_of_a_group_that_is_being_read_is_not_passed_over() {
    model(|| {
        let session = Session::new();
        session.change_before();
        let producer = thread::spawn({
            let session = Arc::clone(&session);
            move || session.create()
        });
        let mut known = Known::default();
        known.refresh(&session);
        producer.join().expect("the producer does not panic");
        known.refresh(&session);
        assert_eq!((known.epoch, known.generation()), (2, Some(1)));
    });
}

#[test]
fn refreshes_beside_destruction_and_creation_lose_nothing() {
    model(|| {
        let session = Session::new();
        session.create();
        let mut known = Known::default();
        known.refresh(&session);
        assert_eq!(known.generation(), Some(1));
        let producer = thread::spawn({
            let session = Arc::clone(&session);
            move || {
                session.destroy(1);
                session.create_again(2);
            }
        });
        known.refresh(&session);
        match known.epoch {
            1 => assert_eq!(known.generation(), Some(1), "nothing was told"),
            2 => assert_ne!(known.generation(), Some(1), "its end was told"),
            _ => assert_eq!(known.generation(), Some(2), "the next one was told"),
        }
        producer.join().expect("the producer does not panic");
        known.refresh(&session);
        assert_eq!((known.epoch, known.generation()), (3, Some(2)));
    });
}

/// What a scan knows of the objects of a chunk: all were alive when the counter had this value.
struct Scanned {
    alive: Alive,
    known: Option<u64>,
    is_dead: bool,
}

impl Scanned {
    /// What a scan does when it looks at the object's word: it returns that word, if it is the object's.
    fn look(&mut self, session: &Session) -> Option<u64> {
        let data = session.data.load();
        let stands = |known| is_still(&session.changes, known);
        if !self.known.is_some_and(stands) {
            self.known = Some(published(&session.changes));
            self.is_dead |= !self.alive.still_holds(session.entry());
        }
        (!self.is_dead).then_some(data)
    }
}

#[test]
fn a_scan_beside_destruction_and_creation_takes_no_other_object_for_its_own() {
    model(|| {
        let session = Session::new();
        session.create();
        let mut known = Known::default();
        known.refresh(&session);
        let alive = known.object.expect("created before");
        let mut scanned = Scanned {
            alive,
            known: None,
            is_dead: false,
        };
        let producer = thread::spawn({
            let session = Arc::clone(&session);
            move || {
                session.destroy(1);
                session.create_again(2);
            }
        });
        for _ in 0..2 {
            if let Some(data) = scanned.look(&session) {
                assert_eq!(data, 1, "another object's");
            }
        }
        producer.join().expect("the producer does not panic");
        assert_eq!(scanned.look(&session), None, "its end is noticed");
    });
}
