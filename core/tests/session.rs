//! A producer and an observer in one process, over real segments.
// A test that cannot go on should stop, at the line.
#![allow(clippy::unwrap_used)]

use memglass::{
    AttachError, AttachOptions, Observe, Observer, PathError, Presence, ProducerError, ReadError,
    Session, Text, Value, WriteError,
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
fn a_typed_field_finds_members_by_name() {
    #[derive(Observe, Clone, Copy, Default, Debug, PartialEq)]
    struct Theirs {
        side: u8,
        #[observe(seqlock)]
        levels: [u32; 3],
        price: i64,
        count: u16,
    }
    #[derive(Observe, Clone, Copy, Default, Debug, PartialEq)]
    struct Ours {
        count: u16,
        price: i64,
        levels: [u32; 3],
    }
    let place = Place::new();
    let session = place.session("t");
    let theirs = Theirs {
        side: 1,
        levels: [1, 2, 3],
        price: -5,
        count: 9,
    };
    let object = session.object("order", theirs).unwrap();
    let field = place.reader("t").field("order").unwrap();
    assert_eq!(field.typed::<Theirs>().unwrap().read(), Ok(theirs));
    let typed = field.typed::<Ours>().unwrap();
    let ours = Ours {
        count: 9,
        price: -5,
        levels: [1, 2, 3],
    };
    assert_eq!(typed.read(), Ok(ours));
    let levels = field.member("levels").unwrap();
    assert_eq!(levels.read_as::<[u32; 3]>(), Ok([1, 2, 3]));
    assert!(matches!(
        field.typed::<[u32; 3]>(),
        Err(ReadError::TypeMismatch { .. })
    ));
    drop(object);
    assert_eq!(
        typed.read(),
        Err(ReadError::Gone {
            path: "order".into()
        })
    );
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
    // Up to 24 bytes a label lies in its entry.
    let (short, longer) = ("x".repeat(24), "x".repeat(25));
    let long = "x".repeat(1024);
    let labels = [
        "a",
        "a.b",
        "say \"hi\"",
        "line\nbreak",
        "日本語",
        "[0]",
        "new",
        short.as_str(),
        longer.as_str(),
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
        (short.as_str(), "taken"),
        (longer.as_str(), "taken"),
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
fn a_field_tells_the_region_that_it_lies_in() {
    let place = Place::new();
    let session = place.session("t");
    let _large = session.array::<u64>("large", 1 << 18).unwrap();
    let _small = session.object("small", 5_u32).unwrap();
    let observer = place.reader("t");
    let region_of = |path: &str| observer.field(path).unwrap().region().unwrap();
    assert_ne!(
        region_of("large"),
        region_of("small"),
        "it has one of its own"
    );
    assert_eq!(region_of("large"), region_of("large[262143]"));
    let regions = observer.regions().unwrap();
    for (label, bytes) in [("large", 8 << 18), ("small", 4)] {
        let region = regions.iter().find(|region| region.id == region_of(label));
        assert!(region.unwrap().used >= bytes, "{label}: {region:?}");
    }
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
        "numbers: index 3 is out of range; allowed is 0..=2"
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
                let rest = [10, 500][n / 2 % 2];
                let label = ["a", "bb"][n % 2].to_owned() + &"é".repeat(rest);
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

#[test]
fn more_values_than_one_read_makes_are_refused() {
    let place = Place::new();
    let session = place.session("t");
    let bytes = session.array_with("a", (1 << 24) + 1, |_| 0_u8).unwrap();
    let field = place.reader("t").field("a").unwrap();
    assert!(matches!(field.read(), Err(ReadError::TooLarge { .. })));
    assert_eq!(field.element(1 << 24).unwrap().read(), Ok(Value::U64(0)));
    drop(bytes);
}

#[derive(memglass::Observe, Clone, Copy)]
struct Bounded {
    #[observe(range(0, 10))]
    level: i32,
    other: u32,
}

#[test]
fn what_was_read_can_be_written_back_even_if_a_member_is_out_of_range() {
    let place = Place::new();
    let session = place.session("t");
    let bounded = Bounded { level: 5, other: 1 };
    let object = session.object("bounded", bounded).unwrap();
    object.level.set(500);
    let field = place.writer("t").field("bounded").unwrap();
    let mut value = field.read().unwrap();
    let Value::Record(members) = &mut value else {
        panic!("{value}")
    };
    members[1].1 = Value::U64(2);
    field.check(&value).unwrap();
    field.write(&value).unwrap();
    assert_eq!((object.level.get(), object.other.get()), (500, 2));
    // Alone, or with another value, it is checked.
    let level = field.member("level").unwrap();
    assert!(level.write(&Value::I64(500)).is_err());
    object.level.set(400);
    assert!(field.write(&value).is_err());
}

#[derive(memglass::Observe, Clone, Copy)]
#[observe(seqlock)]
struct Count {
    count: u64,
}

#[test]
fn an_array_of_guarded_objects_is_not_taken_for_its_first_element() {
    let place = Place::new();
    let session = place.session("t");
    let array = session
        .array_with("counts", 3, |_| Count { count: 7 })
        .unwrap();
    let field = place.writer("t").field("counts").unwrap();
    let replaced = field.update(|value| {
        *value = Value::Record(vec![("count".into(), Value::U64(8))]);
    });
    assert!(
        matches!(replaced, Err(WriteError::Refused { .. })),
        "{replaced:?}"
    );
    assert_eq!(array[0].read().unwrap().count, 7);
    assert_eq!(field.sequence(), None);
    assert!(field.element(0).unwrap().sequence().is_some());
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

#[test]
fn a_readonly_member_that_keeps_its_number_is_no_hindrance() {
    #[derive(Observe, Clone, Copy, Default)]
    struct Order {
        #[observe(readonly)]
        id: u8,
        quantity: i64,
    }
    let place = Place::new();
    let session = place.session("t");
    let order = session
        .object("order", Order { id: 7, quantity: 1 })
        .unwrap();
    let field = place.writer("t").field("order").unwrap();
    let record =
        |id: Value| Value::Record(vec![("id".into(), id), ("quantity".into(), Value::I64(2))]);
    // Scripts have one kind of integer; the member is of another.
    field.write(&record(Value::I64(7))).unwrap();
    assert_eq!(order.quantity.get(), 2);
    let refused = field.write(&record(Value::I64(8)));
    assert!(
        matches!(refused, Err(WriteError::Refused { .. })),
        "{refused:?}"
    );
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
        let value = Value::Record(
            members
                .map(|(name, of)| (name.into(), Value::U64(of)))
                .into(),
        );
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
