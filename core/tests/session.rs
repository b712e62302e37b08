//! A producer and an observer in one process, over real segments.
// A test that cannot go on should stop, at the line.
#![allow(clippy::unwrap_used)]

use memglass::{
    AttachError, AttachOptions, Observer, PathError, Presence, ProducerError, ReadError, Session,
    Text, Value, WriteError,
};

struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    fn new() -> Place {
        Place {
            dir: tempfile::tempdir().unwrap(),
        }
    }

    fn session(&self, name: &str) -> Session {
        Session::builder(name)
            .dir(self.dir.path())
            .create()
            .unwrap()
    }

    fn reader(&self, name: &str) -> Observer {
        AttachOptions::new()
            .dir(self.dir.path())
            .attach(name)
            .unwrap()
    }

    fn writer(&self, name: &str) -> Observer {
        AttachOptions::new()
            .dir(self.dir.path())
            .writable()
            .attach(name)
            .unwrap()
    }

    fn files(&self) -> usize {
        std::fs::read_dir(self.dir.path()).unwrap().count()
    }
}

#[test]
fn an_observer_sees_values_as_they_are_now() {
    let place = Place::new();
    let session = place.session("t");
    let answer = session.object("answer", 42_i64).unwrap();
    let observer = place.reader("t");
    let field = observer.field("answer").unwrap();
    assert_eq!(field.read(), Ok(Value::I64(42)));
    answer.set(-7);
    assert_eq!(field.read(), Ok(Value::I64(-7)));
    assert_eq!(field.read_as::<i64>(), Ok(-7));
    assert!(matches!(
        field.read_as::<u64>(),
        Err(ReadError::TypeMismatch { .. })
    ));
}

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

#[test]
fn a_writer_changes_the_producers_value_and_a_reader_cannot() {
    let place = Place::new();
    let session = place.session("t");
    let object = session.object("a", 1_i8).unwrap();
    let neighbour = session.object("b", -1_i8).unwrap();
    let field = place.writer("t").field("a").unwrap();
    field.write(&Value::I64(-128)).unwrap();
    assert_eq!(object.get(), -128);
    assert!(matches!(
        field.write(&Value::I64(300)),
        Err(WriteError::Refused { .. })
    ));
    assert_eq!((object.get(), neighbour.get()), (-128, -1));
    assert_eq!(field.add(&Value::I64(28)), Ok(Value::I128(-100)));
    assert_eq!(object.get(), -100);
    let reader = place.reader("t").field("a").unwrap();
    assert_eq!(
        reader.write(&Value::I64(0)),
        Err(WriteError::ReadOnlySession { path: "a".into() })
    );
}

#[test]
fn labels_may_be_anything_of_1_to_1024_bytes() {
    let place = Place::new();
    let session = place.session("t");
    let long = "x".repeat(1024);
    let labels = [
        "a",
        "a.b",
        "say \"hi\"",
        "line\nbreak",
        "日本語",
        "[0]",
        "new",
        long.as_str(),
    ];
    let objects: Vec<_> = labels
        .iter()
        .zip(0_u16..)
        .map(|(label, value)| session.object(label, value).unwrap())
        .collect();
    let observer = place.reader("t");
    assert_eq!(observer.object_count(), objects.len());
    for (label, value) in labels.iter().zip(0_u64..) {
        let quoted = format!("\"{}\"", label.replace('\\', "\\\\").replace('"', "\\\""));
        assert_eq!(
            observer.field(&quoted).unwrap().read(),
            Ok(Value::U64(value)),
            "{label}"
        );
        assert_eq!(&*observer.find(label).unwrap().label, *label);
    }
    assert_eq!(observer.field("a.b").unwrap().read(), Ok(Value::U64(1)));
    for (bad, reason) in [
        ("", "empty"),
        ("y".repeat(1025).as_str(), "too long"),
        ("a.b", "taken"),
    ] {
        let error = session.object(bad, 0_u8).unwrap_err();
        assert!(
            matches!(&error, ProducerError::Label { .. }) && error.to_string().contains(reason),
            "{error}"
        );
    }
}

#[test]
fn a_missing_object_is_an_error_with_a_suggestion() {
    let place = Place::new();
    let session = place.session("t");
    let _object = session.object("AAPL_position", 0_i64).unwrap();
    let observer = place.reader("t");
    let error = observer.field("AAPL_positon").unwrap_err();
    assert_eq!(
        error.to_string(),
        "no object \"AAPL_positon\"; did you mean \"AAPL_position\"?"
    );
    assert!(matches!(
        observer.field("AAPL_position.x"),
        Err(PathError::NotAStruct { .. })
    ));
    assert!(matches!(
        observer.field("AAPL_position[0]"),
        Err(PathError::NotAnArray { .. })
    ));
    assert!(matches!(
        observer.field("AAPL_position["),
        Err(PathError::Malformed { .. })
    ));
}

#[test]
fn arrays_of_objects_and_text() {
    let place = Place::new();
    let session = place.session("t");
    let numbers = session
        .array_with("numbers", 3, |index| index as f64 / 2.0)
        .unwrap();
    let text = session
        .object("text", Text::<8>::new("hello").unwrap())
        .unwrap();
    let observer = place.writer("t");
    assert_eq!(observer.find("numbers").unwrap().count, Some(3));
    let all = observer.field("numbers").unwrap();
    assert_eq!(
        all.read(),
        Ok(Value::List(vec![0.0.into(), 0.5.into(), 1.0.into()]))
    );
    all.element(2).unwrap().write(&Value::I64(7)).unwrap();
    assert_eq!(numbers[2].get(), 7.0);
    assert_eq!(
        all.element(3).unwrap_err().to_string(),
        "index 3 out of 0..3 in numbers"
    );
    let field = observer.field("text").unwrap();
    field.write(&"bye".into()).unwrap();
    assert_eq!(field.read(), Ok("bye".into()));
    assert!(
        field
            .write(&"far too long".into())
            .unwrap_err()
            .to_string()
            .contains("room for 8")
    );
    assert_eq!(text.get(), Text::new("bye").unwrap());
}

#[test]
fn a_name_has_one_living_producer_and_vanishes_with_it() {
    let place = Place::new();
    let session = place.session("t");
    let again = Session::builder("t").dir(place.dir.path()).create();
    assert!(
        matches!(again, Err(ProducerError::SessionExists { pid, .. }) if pid == std::process::id())
    );
    let observer = place.reader("t");
    assert_eq!(observer.producer(), Presence::Alive);
    drop(session);
    assert_eq!(place.files(), 0);
    assert_eq!(observer.producer(), Presence::Exited);
    let _next = place.session("t");
    assert_eq!(observer.producer(), Presence::Restarted);
    assert_eq!(observer.reattach().unwrap().producer(), Presence::Alive);
}

#[test]
fn names_that_are_no_session_names_are_refused_on_both_sides() {
    let place = Place::new();
    for name in ["", "a/b", "../x", "with space", &"n".repeat(65)] {
        let session = Session::builder(name).dir(place.dir.path()).create();
        assert!(
            matches!(session, Err(ProducerError::BadName { .. })),
            "{name}"
        );
        let observer = AttachOptions::new().dir(place.dir.path()).attach(name);
        assert!(
            matches!(observer, Err(AttachError::BadName { .. })),
            "{name}"
        );
    }
    let missing = AttachOptions::new()
        .dir(place.dir.path())
        .attach("nobody")
        .unwrap_err();
    assert!(missing.to_string().contains("there is none"), "{missing}");
}

#[test]
fn shutdown_waits_for_observers_up_to_a_limit() {
    use std::time::Duration;
    let place = Place::new();
    let session = place.session("t");
    let observer = place.reader("t");
    assert!(session.is_observed().unwrap());
    let error = session
        .clone()
        .shutdown(Duration::from_millis(20))
        .unwrap_err();
    assert!(matches!(error, ProducerError::StillObserved { .. }));
    assert_eq!((place.files(), observer.producer()), (0, Presence::Exited));
    let session = place.session("u");
    let observer = place.reader("u");
    let waiting = std::thread::spawn(move || session.shutdown(Duration::from_secs(60)));
    while observer.producer() == Presence::Alive {
        std::thread::yield_now();
    }
    drop(observer);
    waiting.join().unwrap().unwrap();
}

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
#[cfg(all(target_os = "linux", not(feature = "portable-shm")))]
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

#[test]
fn a_session_that_was_shut_down_leaves_the_next_one_of_its_name_alone() {
    let place = Place::new();
    let small = |name| {
        Session::builder(name)
            .dir(place.dir.path())
            .first_region(4096)
            .max_region(4096)
            .create()
            .unwrap()
    };
    let first = small("t");
    first.clone().shutdown(std::time::Duration::ZERO).unwrap();
    let second = small("t");
    let _objects: Vec<_> = (0..100_i64)
        .map(|n| second.object(&format!("second{n}"), [n; 64]).unwrap())
        .collect();
    let before = place.files();
    // The first one still works, unseen.
    let unseen: Vec<_> = (0..100_i64)
        .map(|n| first.object(&format!("first{n}"), [n; 64]).unwrap())
        .collect();
    assert_eq!(unseen[99][63].get(), 99);
    assert_eq!(place.files(), before);
    let observer = place.reader("t");
    for n in 0..100 {
        let field = observer.field(&format!("second{n}[63]")).unwrap();
        assert_eq!(field.read(), Ok(Value::I64(n)));
    }
}

// It reaches into the segments' files.
#[cfg(not(feature = "portable-shm"))]
#[test]
fn what_a_failed_refresh_missed_is_seen_by_the_next_one() {
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
    assert!(observer.refresh().is_err());
    assert!(observer.refresh().is_err(), "it is still not there");
    std::fs::rename(&aside, &region).unwrap();
    assert_eq!(observer.refresh(), Ok(true));
    assert_eq!(observer.object_count(), 1000);
    assert_eq!(observer.objects().count(), 1000);
}

#[test]
fn labels_of_objects_that_come_and_go_are_never_mixed() {
    let place = Place::new();
    let session = Session::builder("t")
        .dir(place.dir.path())
        .grace(std::time::Duration::ZERO)
        .retired_budget(0)
        .create()
        .unwrap();
    let mut observer = place.reader("t");
    let start = std::time::Instant::now();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for n in 0.. {
                // Of one size class, and no UTF-8 when halves of two are put together.
                let label = ["a", "bb"][n % 2].to_owned() + &"é".repeat(500);
                let _object = session.object(&label, n as u64).unwrap();
                if start.elapsed() > std::time::Duration::from_millis(300) {
                    break;
                }
            }
        });
        while start.elapsed() < std::time::Duration::from_millis(300) {
            observer.refresh().unwrap();
        }
    });
    observer.refresh().unwrap();
    assert_eq!(observer.object_count(), 0);
}

// It reaches into the segments' files.
#[cfg(not(feature = "portable-shm"))]
#[test]
fn regions_without_a_header_are_removed() {
    let place = Place::new();
    let session = place.session("t");
    std::fs::remove_file(place.dir.path().join("memglass_t_header")).unwrap();
    drop(session);
    assert_eq!(place.files(), 1);
    let removed = memglass::clean(Some(place.dir.path()), None).unwrap();
    assert!(removed.is_empty(), "a session of its own it is not");
    assert_eq!(place.files(), 0);
}

// It reaches into the segments' files.
#[cfg(not(feature = "portable-shm"))]
#[test]
fn a_huge_text_is_refused_and_not_allocated() {
    use memglass::schema::{Kind, Type};

    let place = Place::new();
    let session = place.session("t");
    let huge = Type {
        name: "huge".into(),
        size: 1 << 38,
        align: 1,
        kind: Kind::Text,
    };
    let small = Type {
        size: 8,
        ..huge.clone()
    };
    let small = session.add_type(small).unwrap();
    let id = session.add_type(huge).unwrap();
    let block = session.allocate(8, 8).unwrap();
    let _object = session.register("a", small, None, block).unwrap();
    // As a hostile producer does it: a file without memory behind it, and an entry that says so.
    let path = place.dir.path().join("memglass_t_region_0001");
    let file = std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(path)
        .unwrap();
    file.set_len(1 << 39).unwrap();
    let mut bytes = vec![0; 1 << 20];
    std::os::unix::fs::FileExt::read_exact_at(&file, &mut bytes, 0).unwrap();
    let word = |at: usize| u64::from_ne_bytes(bytes[at..at + 8].try_into().unwrap());
    let entry = (0..bytes.len() - 64)
        .step_by(64)
        .find(|&at| word(at) == 1 << 8 | 1 && word(at + 8) == u64::from(small.0))
        .unwrap();
    let hostile = u64::from(id.0).to_ne_bytes();
    std::os::unix::fs::FileExt::write_all_at(&file, &hostile, entry as u64 + 8).unwrap();
    let field = place.reader("t").field("a").unwrap();
    assert!(matches!(field.read(), Err(ReadError::TooLarge { .. })));
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

#[test]
fn bytes_are_those_of_the_value() {
    let place = Place::new();
    let session = place.session("t");
    let number = session.object("number", 0x0102_0304_u32).unwrap();
    let list: memglass::Array<u16> = session.array("list", 3).unwrap();
    list[1].set(7);
    let observer = place.reader("t");
    let bytes = |path: &str| observer.field(path).unwrap().read_bytes();
    assert_eq!(bytes("number"), Ok(0x0102_0304_u32.to_ne_bytes().to_vec()));
    assert_eq!(bytes("list[1]"), Ok(7_u16.to_ne_bytes().to_vec()));
    assert_eq!(
        bytes("list"),
        Ok([0_u16, 7, 0].map(u16::to_ne_bytes).concat())
    );
    let field = observer.field("number").unwrap();
    drop(number);
    assert!(matches!(field.read_bytes(), Err(ReadError::Gone { .. })));
}
