//! What observers learn of objects that come and go.

#[cfg(not(memglass_portable_shm))]
use std::os::unix::fs::FileExt as _;

use memglass::{Observer, PathError, ReadError, Session, Value, WriteError};

use crate::place::{Count, Place};

#[test]
fn objects_created_later_are_seen_after_a_refresh() {
    let place = Place::new();
    let session = place.session("t");
    let mut observer = place.reader("t");
    assert_eq!(observer.refresh(), Ok(false));
    let first = session.object("first", 1_u8).unwrap();
    assert!(observer.find("first").is_none());
    assert_eq!(observer.refresh(), Ok(true));
    assert_eq!(observer.find("first").unwrap().size, 1);
    drop(first);
    let _second = session.object("second", 2_u8).unwrap();
    assert_eq!(observer.refresh(), Ok(true));
    let labels: Vec<_> = observer
        .objects()
        .map(|object| object.label.to_string())
        .collect();
    assert_eq!(labels, ["second"]);
    assert_eq!(observer.refresh(), Ok(false));
}

#[test]
fn read_after_destroy_is_gone() {
    let place = Place::new();
    let session = place.session("t");
    let object = session.object("a", 1_u32).unwrap();
    let observer = place.writer("t");
    let field = observer.field("a").unwrap();
    drop(object);
    assert_eq!(field.read(), Err(ReadError::Gone { path: "a".into() }));
    assert_eq!(
        field.write(&Value::U64(9)),
        Err(WriteError::Gone { path: "a".into() })
    );
    assert_eq!(field.read_unchecked(), Ok(Value::U64(1)));
}

// It reaches into the segments' files.
#[cfg(not(memglass_portable_shm))]
#[test]
fn what_a_refresh_cannot_reach_is_seen_by_a_later_one() {
    let place = Place::new();
    let session = Session::builder("t")
        .dir(place.dir.path())
        .max_region(4096)
        .create()
        .unwrap();
    let mut observer = place.reader("t");
    let _objects: Vec<_> = (0..1000)
        .map(|n| session.object(&format!("{n:01000}"), 1_u8).unwrap())
        .collect();
    // One that holds nothing but labels and values.
    let region = format!("memglass_t_region_{:04}", session.region_count() - 1);
    let region = place.dir.path().join(region);
    let aside = place.dir.path().join("aside");
    std::fs::rename(&region, &aside).unwrap();
    assert_eq!(observer.refresh(), Ok(true));
    let missed = 1000 - observer.object_count();
    assert!(missed > 0);
    assert_eq!(observer.damage().len(), missed);
    assert_eq!(observer.refresh(), Ok(false), "it is still not there");
    std::fs::rename(&aside, &region).unwrap();
    assert_eq!(observer.refresh(), Ok(true));
    assert_eq!(observer.damage(), []);
    assert_eq!(observer.object_count(), 1000);
    assert_eq!(observer.objects().count(), 1000);
}

/// A word of a file of the session "t".
#[cfg(not(memglass_portable_shm))]
struct Word {
    file: std::fs::File,
    at: u64,
}

#[cfg(not(memglass_portable_shm))]
impl Word {
    fn of_header(place: &Place, at: u64) -> Word {
        Word::of("header", place, at)
    }

    /// A word of the head of the first chunk of the directory.
    fn of_first_chunk(place: &Place, at: u64) -> Word {
        let chunk = Word::of_header(place, 352).load();
        let region = format!("region_{:04}", chunk >> 48);
        Word::of(&region, place, (chunk & 0xffff_ffff_ffff) + at)
    }

    fn of(segment: &str, place: &Place, at: u64) -> Word {
        let path = place.dir.path().join(format!("memglass_t_{segment}"));
        let file = std::fs::OpenOptions::new()
            .read(true)
            .write(true)
            .open(path);
        Word {
            file: file.unwrap(),
            at,
        }
    }

    fn load(&self) -> u64 {
        let mut word = [0; 8];
        self.file.read_exact_at(&mut word, self.at).unwrap();
        u64::from_ne_bytes(word)
    }

    fn store(&self, value: u64) {
        let word = value.to_ne_bytes();
        self.file.write_all_at(&word, self.at).unwrap();
    }
}

// They reach into the segments' files.
#[cfg(not(memglass_portable_shm))]
#[test]
fn a_chunk_that_comes_after_its_change_was_counted_is_looked_at() {
    let place = Place::new();
    let session = place.session("t");
    let _objects: Vec<_> = (0..1100)
        .map(|n| session.object(&format!("o{n}"), n).unwrap())
        .collect();
    let (epoch, chunks) = (Word::of_header(&place, 320), Word::of_header(&place, 344));
    assert_eq!(chunks.load(), 2);
    chunks.store(1);
    let mut observer = place.reader("t");
    assert_eq!(observer.object_count(), 1024);
    chunks.store(2);
    epoch.store(epoch.load() + 1);
    assert_eq!(observer.refresh(), Ok(true));
    assert_eq!(observer.object_count(), 1100);
    assert!(observer.find("o1099").is_some());
}

#[cfg(not(memglass_portable_shm))]
#[test]
fn a_producer_that_counts_no_groups_is_read_chunk_by_chunk() {
    let place = Place::new();
    let session = place.session("t");
    let _first = session.object("first", 1).unwrap();
    let group = Word::of_first_chunk(&place, 32);
    assert_eq!(group.load(), 1);
    let version = Word::of_header(&place, 8);
    version.store(1 << 32 | 6);
    group.store(0);
    let mut observer = place.reader("t");
    assert!(observer.find("first").is_some());
    let _second = session.object("second", 2).unwrap();
    group.store(0);
    assert_eq!(observer.refresh(), Ok(true));
    assert!(observer.find("second").is_some());
}

#[test]
fn an_object_of_a_type_that_came_after_the_refresh_is_not_found_and_not_damaged() {
    let place = Place::new();
    let builder = Session::builder("t").dir(place.dir.path());
    let session = builder.grace(std::time::Duration::ZERO).create().unwrap();
    let old = session.object("a", 1_u64).unwrap();
    let mut observer = place.reader("t");
    let slot = observer.find("a").unwrap().slot;
    drop(old);
    // In the same slot, under the same label.
    let _new = session.object("a", Count { count: 2 }).unwrap();
    let found = observer.field("a");
    assert!(
        matches!(found, Err(PathError::NoSuchObject { .. })),
        "{:?}",
        found.err()
    );
    observer.refresh().unwrap();
    assert!(observer.field("a.count").is_ok());
    assert_eq!(observer.find("a").unwrap().slot, slot);
}

#[test]
fn an_observer_beside_another_is_told_what_came_and_went() {
    let place = Place::new();
    let session = place.session("t");
    let _kept = session.object("kept", 1_u32).unwrap();
    let first = place.reader("t");
    let mut beside = first.beside();
    assert_eq!(beside.object_count(), 0);
    let labels = |beside: &mut Observer| {
        let mut slots = Vec::new();
        beside.refresh_noting(|slot| slots.push(slot)).unwrap();
        let labels = slots.iter().map(|slot| {
            let object = beside.object_in(*slot);
            object.map_or("(none)".to_owned(), |object| object.label.to_string())
        });
        labels.collect::<Vec<_>>()
    };
    assert_eq!(labels(&mut beside), ["kept"]);
    assert_eq!(labels(&mut beside), [""; 0], "nothing changed");
    let passing = session.object("passing", 2_u32).unwrap();
    assert_eq!(labels(&mut beside), ["passing"]);
    drop(passing);
    assert_eq!(labels(&mut beside), ["(none)"]);
    drop(first);
    assert_eq!(
        beside.field("kept").unwrap().read(),
        Ok(Value::U64(1)),
        "it outlives the first"
    );
}

/// Labels are read at the first lookup, but what there is was seen by the refresh.
#[test]
fn what_is_destroyed_before_the_first_lookup_counts_until_the_next_refresh() {
    let place = Place::new();
    let session = place.session("t");
    let first = session.object("first", 1_i64).unwrap();
    let _second = session.object("second", 2_i64).unwrap();
    let mut observer = place.reader("t");
    drop(first);
    let _third = session.object("third", 3_i64).unwrap();
    assert_eq!(observer.object_count(), 2);
    assert_eq!(observer.find("first"), None);
    assert_eq!(observer.find("third"), None);
    assert!(observer.find("second").is_some());
    assert!(observer.refresh().unwrap());
    assert_eq!(observer.object_count(), 2);
    assert!(observer.find("third").is_some());
}
