//! A program that records itself forks, as one does that becomes a daemon or starts helpers.
// A test that cannot go on should stop, at the line.
#![allow(clippy::unwrap_used)]
#![allow(unsafe_code)]
#![cfg(unix)]

use std::path::Path;
use std::time::Duration;

use memglass::{Observer, Session};
use memglass_stream::{Compression, Plan, Player, RecordError, Recorder, Recording, Start, Tape};

/// Seconds in which a child that does not hang ends by far.
const SOON: u32 = 10;

fn tape(dir: &Path, file: &Path) -> Tape {
    let observer = Observer::builder().dir(dir).attach("engine").unwrap();
    Tape::start(observer, file, Plan::default()).unwrap()
}

/// The exit code of a forked child, or the signal that ended it, below zero.
fn in_child(work: impl FnOnce() -> bool) -> i32 {
    // SAFETY: L1: the child takes no lock but that of the allocator, which the C library hands to it, and those of a
    // recording, which are what is tried.
    let child = unsafe { libc::fork() };
    if child == 0 {
        // SAFETY: L1: a plain system call.
        unsafe { libc::alarm(SOON) };
        let code = i32::from(!work());
        // SAFETY: L1: ends the child at once.
        unsafe { libc::_exit(code) };
    }
    let mut status = 0;
    // SAFETY: L1: our own child, and a status of ours.
    unsafe { libc::waitpid(child, &raw mut status, 0) };
    match libc::WIFEXITED(status) {
        true => libc::WEXITSTATUS(status),
        false => -libc::WTERMSIG(status),
    }
}

/// What a child has of its parent's value. The child ends before it uses the original again.
fn copied<T>(value: &T) -> T {
    // SAFETY: L1: only one of the two is used in that process.
    unsafe { std::ptr::read(value) }
}

#[test]
fn a_child_lets_go_of_its_parents_recording_which_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let session = Session::builder("engine").dir(dir.path()).create().unwrap();
    let count = session.object("count", 0_i64).unwrap();
    let file = dir.path().join("run.mcap");
    let tape = tape(dir.path(), &file);
    let dropped = in_child(|| {
        drop(copied(&tape));
        true
    });
    let finished = in_child(|| matches!(copied(&tape).finish(), Err(RecordError::Forked)));
    let saved = in_child(|| {
        let saved = tape.save(&file, Duration::ZERO);
        matches!(saved, Err(RecordError::Forked))
    });
    assert_eq!([dropped, finished, saved], [0, 0, 0]);
    count.set(7);
    let progress = tape.finish().unwrap();
    assert!(progress.totals.values >= 1);
    let recording = Recording::open(&file).unwrap();
    assert!(!recording.was_unfinished());
}

#[test]
fn a_child_writes_nothing_into_its_parents_recording() {
    let dir = tempfile::tempdir().unwrap();
    let _session = Session::builder("engine").dir(dir.path()).create().unwrap();
    let observer = Observer::builder()
        .dir(dir.path())
        .attach("engine")
        .unwrap();
    let file = dir.path().join("run.mcap");
    let mut recorder = Recorder::create(&file, observer.session(), Compression::Zstd).unwrap();
    recorder.flush().unwrap();
    let before = std::fs::read(&file).unwrap();
    let dropped = in_child(|| {
        drop(copied(&recorder));
        true
    });
    let is_refused = |result| matches!(result, Err(RecordError::Forked));
    let flushed = in_child(|| is_refused(copied(&recorder).flush()));
    let finished = in_child(|| is_refused(copied(&recorder).finish().map(drop)));
    assert_eq!([dropped, flushed, finished], [0, 0, 0]);
    let after = std::fs::read(&file).unwrap();
    assert!(after == before, "it wrote into the file");
    recorder.finish().unwrap();
    assert!(!Recording::open(&file).unwrap().was_unfinished());
}

#[test]
fn a_child_does_not_wait_for_its_parents_replay() {
    let dir = tempfile::tempdir().unwrap();
    let session = Session::builder("engine").dir(dir.path()).create().unwrap();
    let _count = session.object("count", 0_i64).unwrap();
    let file = dir.path().join("run.mcap");
    tape(dir.path(), &file).finish().unwrap();
    let recording = Recording::open(&file).unwrap();
    let start = recording.start();
    let player = Player::start(recording, "replay", Some(dir.path()), Start::AtEnd).unwrap();
    player.marks();
    let dropped = in_child(|| {
        drop(copied(&player));
        true
    });
    assert_eq!(dropped, 0);
    player.seek(start).unwrap();
}
