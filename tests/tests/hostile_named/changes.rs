//! Damage that comes and goes while an observer is attached.

use memglass::{Observer, Part, ReadError, Value};
use memglass_tests::hostile::{Edit, Recording};

#[test]
fn damage_while_attached_is_reported_and_mended_damage_forgotten() {
    let recording = Recording::of(|session| {
        session.object("first", 1_u64).unwrap().leak();
        session.object("second", 2_u64).unwrap().leak();
    });
    let options = Observer::builder().dir(recording.dir());
    let mut observer = options.attach(recording.name()).unwrap();
    let second = observer.field("second").unwrap();
    let entry = recording.word(0, 352) % (1 << 48) + 64 + 64;
    let change = |edits: &[Edit]| edits.iter().for_each(|edit| recording.apply(edit));
    let kind = recording.word(1, entry + 8);
    // Another generation of the second object, with a label of no length.
    // The counters of the chunk and of its group.
    let [counter, group] = [8, 32].map(|at| entry - 128 + at);
    change(&[
        Edit::store(1, entry, 8, recording.word(1, entry) + 256),
        Edit::store(1, entry + 8, 8, kind % (1 << 32)),
        Edit::store(1, counter, 8, recording.word(1, counter) + 1),
        Edit::store(1, group, 8, recording.word(1, group) + 1),
        Edit::store(0, 320, 8, 1000),
    ]);
    assert_eq!(observer.refresh(), Ok(true));
    assert!(matches!(second.read(), Err(ReadError::Gone { .. })));
    assert_eq!(observer.object_count(), 1);
    assert!(matches!(&observer.damage()[..], [only] if only.part == Part::Object(1)));
    change(&[
        Edit::store(1, entry + 8, 8, kind),
        Edit::store(0, 320, 8, 1001),
    ]);
    assert_eq!(observer.refresh(), Ok(true));
    assert_eq!(observer.damage(), []);
    assert_eq!(observer.field("second").unwrap().read(), Ok(Value::U64(2)));
}

#[test]
fn an_object_that_is_sound_again_is_told_once() {
    let recording = Recording::of(|session| {
        session.object("first", 1_u64).unwrap().leak();
        session.object("second", 2_u64).unwrap().leak();
    });
    let mut observer = (Observer::builder().dir(recording.dir()))
        .attach(recording.name())
        .unwrap();
    let entry = recording.word(0, 352) % (1 << 48) + 64 + 64;
    // The counters of the chunk and of its group.
    let [counter, group] = [8, 32].map(|at| entry - 128 + at);
    let state = recording.word(1, entry);
    let (kind, changes) = (recording.word(1, entry + 8), recording.word(1, counter));
    // Another generation of the second object, with this type and length of its label.
    let replace = |generation: u64, kind: u64| {
        let edits = [
            Edit::store(1, entry, 8, state + 256 * generation),
            Edit::store(1, entry + 8, 8, kind),
            Edit::store(1, counter, 8, changes + generation),
            Edit::store(1, group, 8, changes + generation),
            Edit::store(0, 320, 8, 1000 + generation),
        ];
        edits.iter().for_each(|edit| recording.apply(edit));
    };
    let noted = |observer: &mut Observer| {
        let mut slots = Vec::new();
        observer.refresh_noting(|slot| slots.push(slot)).unwrap();
        slots
    };
    replace(1, kind % (1 << 32));
    assert_eq!(noted(&mut observer), [1]);
    assert_eq!(observer.object_count(), 1);
    // It was left out, and has changed.
    replace(2, kind);
    noted(&mut observer);
    assert_eq!((observer.object_count(), observer.damage()), (2, vec![]));
    recording.apply(&Edit::store(0, 320, 8, 2000));
    assert_eq!(noted(&mut observer), [0; 0], "nothing came or went");
}
