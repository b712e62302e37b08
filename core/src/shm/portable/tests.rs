use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::shm::testing::TestDir;

/// The place of one test.
struct Place {
    dir: TestDir,
}

impl Place {
    fn new() -> Place {
        let dir = TestDir::new();
        Place { dir }
    }

    /// A draft with `value` in its first word.
    fn draft(&self, name: &str, value: u64) -> Draft {
        let draft = self.dir.create(name, 4096, Mode::Owner).unwrap();
        draft
            .segment()
            .view()
            .word(0)
            .unwrap()
            .store(value, Ordering::Relaxed);
        draft
    }

    fn value(&self, name: &str) -> u64 {
        first_word(&self.dir.open(name, Access::Read).unwrap())
    }

    fn file_count(&self) -> usize {
        std::fs::read_dir(self.dir.path()).unwrap().count()
    }
}

fn first_word(segment: &Segment) -> u64 {
    segment.view().word(0).unwrap().load(Ordering::Relaxed)
}

fn is_gone(id: Id) -> bool {
    matches!(Mapped::open(id, 1), Err(error) if error.kind() == io::ErrorKind::NotFound)
}

#[test]
fn what_is_stored_is_seen_by_whoever_opens_the_name() {
    let place = Place::new();
    let segment = place.draft("a", 7).publish_new().unwrap();
    let other = place.dir.open("a", Access::Write).unwrap();
    assert_eq!(
        (first_word(&other), other.view().len(), other.name()),
        (7, 4096, "a")
    );
    other.view().word(4088).unwrap().store(8, Ordering::Relaxed);
    assert_eq!(
        segment.view().word(4088).unwrap().load(Ordering::Relaxed),
        8
    );
    assert!(segment.view().word(4096).is_none());
    assert!(other.is_writable() && !place.dir.open("a", Access::Read).unwrap().is_writable());
    assert_eq!(place.dir.size_of("a"), Some(4096));
    place.dir.unlink("a").unwrap();
}

#[test]
fn of_many_that_publish_a_new_name_at_once_one_succeeds() {
    let place = Place::new();
    for round in 0..20 {
        let drafts: Vec<Draft> = (1..5).map(|value| place.draft("a", value)).collect();
        let winners: Vec<u64> = std::thread::scope(|scope| {
            let publish = |draft: Draft| match draft.publish_new() {
                Ok(segment) => Some(first_word(&segment)),
                Err(ShmError::Exists { .. }) => None,
                Err(error) => panic!("{error}"),
            };
            let threads: Vec<_> = drafts
                .into_iter()
                .map(|draft| scope.spawn(move || publish(draft)))
                .collect();
            threads
                .into_iter()
                .filter_map(|thread| thread.join().unwrap())
                .collect()
        });
        assert_eq!(winners, [place.value("a")], "round {round}");
        // The losers left nothing.
        assert_eq!(place.file_count(), 1);
        place.dir.unlink("a").unwrap();
    }
}

#[test]
fn publishing_over_a_name_replaces_it_and_ends_what_was_there() {
    let place = Place::new();
    let old = place.draft("a", 1).publish_new().unwrap();
    let id = place.dir.entry("a").unwrap().id;
    assert!(old.try_lock(1).unwrap() && old.is_named_in(&place.dir));
    let new = place.draft("a", 2).publish_over().unwrap();
    assert_eq!((place.value("a"), first_word(&old)), (2, 1));
    assert!(!old.is_named_in(&place.dir) && new.is_named_in(&place.dir));
    assert!(is_gone(id));
    // Locks do not pass from one to the other.
    assert!(new.try_lock(1).unwrap());
    drop((old, new));
    place.dir.unlink("a").unwrap();
    assert_eq!(place.file_count(), 0);
}

#[test]
fn publishing_over_a_free_name_or_garbage_gives_it_the_name() {
    let place = Place::new();
    place.draft("a", 1).publish_over().unwrap();
    std::fs::write(place.dir.path().join("b"), "garbage").unwrap();
    assert!(matches!(
        place.dir.open("b", Access::Read),
        Err(ShmError::NotASegment { .. })
    ));
    place.draft("b", 2).publish_over().unwrap();
    assert_eq!((place.value("a"), place.value("b")), (1, 2));
    place.dir.unlink("a").unwrap();
    place.dir.unlink("b").unwrap();
}

#[test]
fn names_are_those_published_and_end_when_unlinked() {
    let place = Place::new();
    let _draft = place.draft("x_draft", 0);
    for name in ["x_b", "x_a", "y"] {
        place.draft(name, 0).publish_new().unwrap();
    }
    assert_eq!(place.dir.names("x_").unwrap(), ["x_a", "x_b"]);
    for name in ["x_a", "x_b", "y", "never"] {
        place.dir.unlink(name).unwrap();
    }
    assert!(place.dir.names("x_").unwrap().is_empty());
    assert!(place.dir.size_of("x_a").is_none());
    assert!(matches!(
        place.dir.open("x_a", Access::Read),
        Err(ShmError::NotFound { .. })
    ));
}

#[test]
fn sessions_in_different_directories_do_not_meet() {
    let (here, there) = (Place::new(), Place::new());
    here.draft("a", 1).publish_new().unwrap();
    there.draft("a", 2).publish_new().unwrap();
    assert_eq!((here.value("a"), there.value("a")), (1, 2));
    here.dir.unlink("a").unwrap();
    assert_eq!(there.value("a"), 2);
    there.dir.unlink("a").unwrap();
}

#[test]
fn a_lock_excludes_other_handles_until_its_segment_is_dropped() {
    let place = Place::new();
    let first = place.draft("a", 0).publish_new().unwrap();
    let second = place.dir.open("a", Access::Write).unwrap();
    assert!(!second.is_locked(3).unwrap());
    assert!(first.try_lock(3).unwrap() && first.try_lock(3).unwrap());
    assert!(second.is_locked(3).unwrap() && !first.is_locked(3).unwrap());
    assert!(!second.try_lock(3).unwrap() && !second.try_share(3).unwrap());
    assert!(second.try_lock(4).unwrap(), "slots are independent");
    drop(first);
    assert!(!second.is_locked(3).unwrap());
    assert!(second.try_lock(3).unwrap());
    place.dir.unlink("a").unwrap();
}

#[test]
fn a_share_admits_shares_and_nothing_else() {
    let place = Place::new();
    let first = place.draft("a", 0).publish_new().unwrap();
    let second = place.dir.open("a", Access::Read).unwrap();
    assert!(first.try_share(0).unwrap());
    assert!(!first.is_locked(0).unwrap(), "its own share does not count");
    assert!(second.is_locked(0).unwrap() && !second.try_lock(0).unwrap());
    assert!(second.try_share(0).unwrap());
    // Asking does not lose the share.
    assert!(first.is_locked(0).unwrap() && second.is_locked(0).unwrap());
    drop(first);
    assert!(!second.is_locked(0).unwrap());
    assert!(second.try_lock(0).unwrap(), "the only share becomes a lock");
    place.dir.unlink("a").unwrap();
}

#[test]
fn a_question_is_never_taken_for_a_holder() {
    let place = Place::new();
    let asked = place.draft("a", 0).publish_new().unwrap();
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                asked.is_locked(1).unwrap();
            }
        });
        for _ in 0..300 {
            let taker = place.dir.open("a", Access::Write).unwrap();
            let is_taken = taker.try_lock(1);
            is_over.store(!matches!(is_taken, Ok(true)), Ordering::Relaxed);
            assert!(is_taken.unwrap());
        }
        is_over.store(true, Ordering::Relaxed);
    });
    place.dir.unlink("a").unwrap();
}

#[test]
fn a_lock_taken_after_the_name_went_leaves_no_file() {
    let place = Place::new();
    let segment = place.draft("a", 0).publish_new().unwrap();
    place.dir.unlink("a").unwrap();
    assert!(segment.try_lock(1).unwrap() && !segment.is_named_in(&place.dir));
    drop(segment);
    assert_eq!(place.file_count(), 0);
}

#[test]
fn a_name_that_leads_nowhere_is_removed_when_it_is_opened() {
    let place = Place::new();
    place.draft("a", 1).publish_new().unwrap();
    // As after a restart of the machine.
    memory::remove(place.dir.entry("a").unwrap().id).unwrap();
    assert!(matches!(
        place.dir.open("a", Access::Write),
        Err(ShmError::NotFound { .. })
    ));
    assert_eq!(place.file_count(), 0);
    place.draft("a", 2).publish_new().unwrap();
    assert_eq!(place.value("a"), 2);
    place.dir.unlink("a").unwrap();
}

#[test]
fn a_name_whose_memory_is_out_of_reach_but_in_use_stays() {
    let place = Place::new();
    let holder = place.draft("a", 1).publish_new().unwrap();
    assert!(holder.try_lock(1).unwrap());
    memory::remove(place.dir.entry("a").unwrap().id).unwrap();
    let error = place.dir.open("a", Access::Write).unwrap_err();
    assert!(error.to_string().contains("cannot be reached"), "{error}");
    drop(holder);
    assert!(matches!(
        place.dir.open("a", Access::Write),
        Err(ShmError::NotFound { .. })
    ));
}

#[test]
fn a_segment_shorter_than_its_entry_says_is_refused() {
    let place = Place::new();
    place.draft("a", 1).publish_new().unwrap();
    let path = place.dir.path().join("a");
    let entry = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, entry.replace(" 4096\n", " 1048576\n")).unwrap();
    let error = place.dir.open("a", Access::Read).unwrap_err();
    assert!(error.to_string().contains("shorter"), "{error}");
    place.dir.unlink("a").unwrap();
}

#[test]
fn a_stopped_process_in_its_turn_is_an_error_in_the_end() {
    let place = Place::new();
    let segment = place.draft("a", 1).publish_new().unwrap();
    let locks = place.dir.locks(place.dir.entry("a").unwrap().id);
    let turn = locks.turn().unwrap();
    let error = segment.try_lock(1).unwrap_err();
    assert!(
        matches!(&error, ShmError::System { source, .. } if source.kind() == io::ErrorKind::TimedOut),
        "{error}"
    );
    assert!(place.dir.unlink("a").is_err());
    drop(turn);
    place.dir.unlink("a").unwrap();
}

#[test]
fn a_mode_that_cannot_be_had_is_refused() {
    let place = Place::new();
    let error = place.dir.create("a", 4096, Mode::GroupRead).err().unwrap();
    assert!(
        matches!(&error, ShmError::System { source, .. } if source.kind() == io::ErrorKind::Unsupported),
        "{error}"
    );
    assert_eq!(place.file_count(), 0);
}
