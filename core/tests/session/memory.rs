//! Memory that is used again, and not too early.

use memglass::{Growth, Observe, Observer, ProducerError, Session, Value, WriteError};

use crate::place::Place;

#[test]
fn memory_of_destroyed_objects_is_used_again() {
    let place = Place::new();
    let session = place.session("t");
    let mut alive = std::collections::VecDeque::new();
    for number in 0..200_000_u64 {
        alive.push_back(session.object(&format!("order_{number}"), number).unwrap());
        if alive.len() > 100 {
            alive.pop_front();
        }
    }
    assert_eq!(session.object_count(), 100);
    assert!(
        session.region_count() <= 2,
        "{} regions",
        session.region_count()
    );
}

#[test]
fn what_an_observer_is_writing_to_is_not_given_to_another_object() {
    let place = Place::new();
    let session = Session::builder("t")
        .dir(place.dir.path())
        .retired_budget(0)
        .create()
        .unwrap();
    // Larger than any label here, so that labels do not share its free list.
    let object = session.object("held", [1_u64; 5]).unwrap();
    let mut observer = place.writer("t");
    let field = observer.field("held[0]").unwrap();
    let address = |session: &Session, label: &str| {
        let object = session.object(label, [0_u64; 5]).unwrap();
        let address = std::ptr::from_ref(&*object).addr();
        (object, address)
    };
    let held = std::ptr::from_ref(&*object).addr();
    // The write is stopped between its check and its store: the value's conversion runs there.
    let object = std::cell::Cell::new(Some(object));
    field
        .update(|value| {
            drop(object.take());
            for round in 0..1000 {
                let (_object, other) = address(&session, &format!("other_{round}"));
                assert_ne!(other, held);
            }
            *value = Value::U64(5);
        })
        .unwrap();
    // Now that the write is over, the bytes come back.
    let later: Vec<_> = (0..10)
        .map(|round| address(&session, &format!("later_{round}")))
        .collect();
    assert!(later.iter().any(|(_, address)| *address == held));
    observer.refresh().unwrap();
}

// The portable back end takes no room up front: there, memory that cannot be had is a fault when it is
// touched.
#[cfg(all(target_os = "linux", not(memglass_portable_shm)))]
#[test]
fn a_full_directory_is_an_error_with_what_is_needed() {
    let place = Place::new();
    let session = place.session("t");
    let error = session.array::<u8>("huge", 1 << 39).unwrap_err();
    assert!(
        error.to_string().contains("no room") && error.to_string().contains("bytes free"),
        "{error}"
    );
    session.object("small", 1_u8).unwrap();
}

/// What is judged is the object's own: never the next one's, which may have another number.
#[test]
fn a_check_beside_reuse_is_of_the_object_or_says_that_it_is_gone() {
    #[derive(Observe, Clone, Copy, Default)]
    struct Numbered {
        #[observe(readonly)]
        number: u64,
        count: u64,
    }
    let place = Place::new();
    let builder = Session::builder("t").dir(place.dir.path());
    let session = builder.grace(std::time::Duration::ZERO).create().unwrap();
    let create = |number| session.object("a", Numbered { number, count: 0 }).unwrap();
    let mut object = Some(create(0));
    let mut observer = place.reader("t");
    for number in 0..3000 {
        observer.refresh().unwrap();
        let field = observer.field("a").unwrap();
        let members = [("number", number), ("count", 1)];
        let value = Value::Record(members.map(|(name, of)| (name, Value::U64(of))).into());
        assert_eq!(field.check(&value), Ok(()));
        let error = std::thread::scope(|scope| {
            let (field, value) = (&field, &value);
            let checks = scope.spawn(move || {
                loop {
                    if let Err(error) = field.check(value) {
                        return error;
                    }
                }
            });
            drop(object.take());
            // In the same slot and bytes.
            object = Some(create(number + 1));
            checks.join().unwrap()
        });
        assert!(matches!(error, WriteError::Gone { .. }), "{error}");
    }
}

#[test]
fn memory_of_one_size_serves_for_another() {
    let dir = tempfile::tempdir().unwrap();
    let session = Session::builder("engine")
        .dir(dir.path())
        .grace(std::time::Duration::ZERO)
        .create()
        .unwrap();
    const EACH: usize = 4 << 20;
    let sizes = [
        64,
        128,
        192,
        320,
        512,
        704,
        1024,
        1500,
        3000,
        7000,
        20_000,
        50_000,
        70_000,
        200_000,
        1 << 20,
    ];
    let mut first = 0;
    for (round, size) in sizes.into_iter().chain(sizes).enumerate() {
        let arrays: Vec<_> = (0..EACH / size)
            .map(|number| {
                session
                    .array::<u8>(&format!("{round}_{number}"), size)
                    .unwrap()
            })
            .collect();
        drop(arrays);
        if round == 0 {
            first = session.memory_bytes();
        }
    }
    let last = session.memory_bytes();
    assert!(
        last < 3 * first,
        "{first} bytes after one size, {last} after all"
    );
}

#[test]
fn nothing_cannot_be_allocated() {
    let dir = tempfile::tempdir().unwrap();
    let session = Session::builder("engine").dir(dir.path()).create().unwrap();
    for align in [1, 8, 64, 4096] {
        let refused = session.allocate(0, align);
        assert!(
            matches!(refused, Err(ProducerError::Size { bytes: 0 })),
            "{refused:?}"
        );
    }
}

#[test]
fn what_was_reserved_is_had_without_growing() {
    let dir = tempfile::tempdir().unwrap();
    let session = Session::builder("engine")
        .dir(dir.path())
        .growth(Growth::OnDemand)
        .reserve::<[u64; 12]>(50_000)
        .reserve::<u8>(1000)
        .create()
        .unwrap();
    let before = (session.memory_bytes(), session.region_count());
    let large: Vec<_> = (0..50_000_u64)
        .map(|number| {
            session
                .object(&format!("large_{number}"), [number; 12])
                .unwrap()
        })
        .collect();
    let small: Vec<_> = (0..1000_u64)
        .map(|number| {
            session
                .object(&format!("small_{number}"), number as u8)
                .unwrap()
        })
        .collect();
    assert_eq!((session.memory_bytes(), session.region_count()), before);
    assert_eq!((large[49_999][11].get(), small[999].get()), (49_999, 231));
}

#[test]
fn a_chunk_of_the_directory_in_used_memory_has_no_entries_yet() {
    let place = Place::new();
    let session = Session::builder("t")
        .dir(place.dir.path())
        .retired_budget(0)
        .create()
        .unwrap();
    // Memory of a chunk's size is given back, in which each word would say that an entry is alive,
    // or how many entries were used.
    const ALIVE: u64 = 0x301;
    let used: Vec<_> = (0..40)
        .map(|number| {
            let label = format!("used_{number}");
            let array = session.array::<u64>(&label, (64 + 1024 * 64) / 8).unwrap();
            array.iter().for_each(|word| word.set(ALIVE));
            array
        })
        .collect();
    drop(used);
    let objects: Vec<_> = (0..20_000_i64)
        .map(|number| session.object(&format!("n{number}"), number).unwrap())
        .collect();
    let builder = Observer::builder().dir(place.dir.path());
    let observer = builder.attach("t").unwrap();
    assert_eq!(observer.damage(), []);
    assert_eq!(observer.objects().count(), objects.len());
}
