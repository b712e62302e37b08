//! Sessions that begin, end and are followed by others of their name.

use memglass::{AttachError, Growth, Observer, Presence, ProducerError, Session, Value};

use crate::place::Place;

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
        let observer = Observer::builder().dir(place.dir.path()).attach(name);
        assert!(
            matches!(observer, Err(AttachError::BadName { .. })),
            "{name}"
        );
    }
    let missing = Observer::builder()
        .dir(place.dir.path())
        .attach("nobody")
        .unwrap_err();
    assert!(
        missing.to_string().contains("no session exists"),
        "{missing}"
    );
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
fn a_session_that_was_shut_down_leaves_the_next_one_of_its_name_alone() {
    let place = Place::new();
    let small = |growth| {
        Session::builder("t")
            .growth(growth)
            .dir(place.dir.path())
            .first_region(4096)
            .max_region(4096)
            .create()
            .unwrap()
    };
    let first = small(Growth::Ahead);
    first.clone().shutdown(std::time::Duration::ZERO).unwrap();
    // No file of its own comes late.
    let second = small(Growth::OnDemand);
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
#[cfg(not(memglass_portable_shm))]
#[test]
fn regions_without_a_header_are_removed() {
    let place = Place::new();
    let session = place.session("t");
    std::fs::remove_file(place.dir.path().join("memglass_t_header")).unwrap();
    drop(session);
    assert_eq!(place.files(), 1);
    let cleaned = memglass::clean(Some(place.dir.path()), None).unwrap();
    assert!(cleaned.removed.is_empty(), "a session of its own it is not");
    assert_eq!(place.files(), 0);
}

#[cfg(not(memglass_portable_shm))]
#[test]
fn a_header_of_no_bytes_keeps_its_name_from_nobody() {
    let place = Place::new();
    let empty = || std::fs::write(place.dir.path().join("memglass_t_header"), "").unwrap();
    empty();
    let listed = memglass::sessions(Some(place.dir.path()));
    assert!(
        matches!(&listed[..], [Err(AttachError::Layout(_))]),
        "{listed:?}"
    );
    let cleaned = memglass::clean(Some(place.dir.path()), None).unwrap();
    assert_eq!((cleaned.removed, place.files()), (vec!["t".into()], 0));
    empty();
    let _session = place.session("t");
    assert_eq!(place.reader("t").producer(), Presence::Alive);
}

#[cfg(not(memglass_portable_shm))]
#[test]
fn a_copy_of_a_header_is_no_session() {
    let place = Place::new();
    let session = place.session("t");
    let path = |name: &str| place.dir.path().join(format!("memglass_{name}_header"));
    std::fs::copy(path("t"), path("copy")).unwrap();
    let attached = Observer::builder().dir(place.dir.path()).attach("copy");
    let error = attached.unwrap_err().to_string();
    assert!(
        error.contains("memglass_copy_header holds the header of session \"t\""),
        "{error}"
    );
    let listed = memglass::sessions(Some(place.dir.path())).into_iter();
    let names: Vec<_> = listed.flatten().map(|session| session.name).collect();
    assert_eq!(names, ["t"]);
    let cleaned = memglass::clean(Some(place.dir.path()), None).unwrap();
    assert_eq!(cleaned.removed, ["copy"]);
    drop(session);
}

#[cfg(not(memglass_portable_shm))]
#[test]
fn a_directory_that_is_missing_is_said_to_be() {
    let place = Place::new();
    let missing = place.dir.path().join("missing");
    let says_so = |error: String| assert!(error.contains("there is no directory"), "{error}");
    says_so(
        Observer::builder()
            .dir(&missing)
            .attach("t")
            .unwrap_err()
            .to_string(),
    );
    says_so(
        Session::builder("t")
            .dir(&missing)
            .create()
            .unwrap_err()
            .to_string(),
    );
    says_so(
        memglass::clean(Some(&missing), None)
            .unwrap_err()
            .to_string(),
    );
    says_so(
        memglass::clean(Some(&missing), Some("t"))
            .unwrap_err()
            .to_string(),
    );
    let listed = memglass::sessions(Some(&missing))
        .pop()
        .expect("the reason");
    says_so(listed.unwrap_err().to_string());
}
