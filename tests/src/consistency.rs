//! Checks that a session is complete after its producer has died or stopped.

use std::collections::BTreeSet;

use memglass::schema::TypeId;
use memglass::{Observer, Presence};

use crate::raw::{ALIVE, Raw};
use crate::victim::{CREATED, DESTROYED};
use crate::{Progress, Stage, is_draft, numbered};

/// Checks the directory of an idle session of numbered objects, through `observer` and in the files:
/// labels are unique and found, types are known, values belong to their objects, no byte has two owners,
/// no object is lost, and no object exists that was not created or was destroyed.
///
/// # Panics
///
/// With what is wrong.
pub fn check(stage: &Stage, observer: &Observer, progress: &Progress) {
    let numbers = numbers(observer);
    check_numbers(&numbers, progress);
    let name = &observer.session().name;
    let raw = Raw::copy(stage.dir(), name).expect("the session is there");
    let schema = observer.schema();
    raw.check_runs(|id| schema[TypeId(id as u32)].size);
    let alive = raw
        .entries()
        .into_iter()
        .filter(|entry| entry.state == ALIVE);
    let labels: Vec<String> = alive.map(|entry| raw.label(&entry)).collect();
    let unique: BTreeSet<&String> = labels.iter().collect();
    assert_eq!(unique.len(), labels.len(), "labels are unique: {labels:?}");
    // One that became alive in the last moment may not be counted yet.
    assert!(labels.len() >= numbers.len(), "{labels:?}");
    let found = numbers.iter().map(|&number| numbered::label(number));
    found.for_each(|label| assert!(unique.contains(&label), "{label} is not in the files"));
}

/// The numbers of all objects that the observer sees.
///
/// # Panics
///
/// If one of them is not whole, not of a known type, or not to be found by its label.
pub fn numbers(observer: &Observer) -> BTreeSet<u64> {
    let mut numbers = BTreeSet::new();
    for object in observer.objects() {
        assert!(
            observer.schema().get(object.type_id).is_some(),
            "{object:?}"
        );
        assert_eq!(observer.find(&object.label).as_ref(), Some(&object));
        let number = numbered::number_of(observer, &object);
        let number = number.unwrap_or_else(|error| panic!("{error}"));
        let number = number.expect("nobody destroys it now");
        assert!(numbers.insert(number), "two objects are called {number}");
    }
    numbers
}

/// Checks that exactly the objects that were created and not destroyed exist, except for the one that was
/// being created or destroyed.
///
/// # Panics
///
/// With what is missing or too much.
pub fn check_numbers(numbers: &BTreeSet<u64>, progress: &Progress) {
    let (created, destroyed) = (progress.get(CREATED), progress.get(DESTROYED));
    let step = progress.step();
    let Some((&first, &last)) = numbers.first().zip(numbers.last()) else {
        assert!(
            created <= destroyed + 1,
            "all {created} - {destroyed} objects are lost"
        );
        return;
    };
    let context =
        || format!("{first}..={last}, created {created}, destroyed {destroyed}, {step:?}");
    assert_eq!(
        numbers.len() as u64,
        last + 1 - first,
        "one is lost: {}",
        context()
    );
    assert!(
        first == destroyed || first == destroyed + 1,
        "{}",
        context()
    );
    assert!(last + 1 == created || last == created, "{}", context());
}

/// Checks that nothing is left when the session of a dead producer is taken over, ended, and
/// `clean` has run.
///
/// # Panics
///
/// With what is left.
pub fn check_nothing_stays(stage: &Stage, name: &str) {
    let session = stage.session(name);
    let answer = session.object("answer", 42_u64);
    let observer = stage.observe(name);
    assert_eq!(observer.producer(), Presence::Alive);
    assert_eq!(observer.object_count(), 1);
    assert_eq!(
        observer.field("answer").map(|field| field.read().ok()),
        Ok(Some(42_u64.into()))
    );
    drop((answer, observer, session));
    // Only what was being made is left to a clean-up.
    let mut files = stage.files();
    files.retain(|file| !is_draft(file));
    assert_eq!(files, [""; 0], "a session that ended left files");
    let cleaned = memglass::clean(Some(stage.dir()), None);
    let removed = cleaned.expect("the directory can be read").removed;
    assert_eq!(removed, [""; 0]);
    assert_eq!(stage.files(), [""; 0], "files are left");
    assert_eq!(
        crate::leftovers::open_in(stage.dir()),
        [""; 0],
        "descriptors or mappings are left"
    );
}
