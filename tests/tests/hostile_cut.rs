//! A segment is cut short while processes read and write it. Those that called `survive_truncation` get
//! an error that names the segment, never zeros; faults elsewhere stay faults.
// Tests may panic.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::os::unix::process::ExitStatusExt;

use memglass_tests::hostile::{Edit, Recording};
use memglass_tests::{Actor, Random, Stage, sized};

const SIGBUS: i32 = 7;
/// A few hundred pages.
const COUNT: usize = 100_000;

fn stage() -> Stage {
    Stage::new(env!("CARGO_BIN_EXE_memglass-actor"))
}

/// A list of sevens in a region of its own.
fn sevens() -> Recording {
    Recording::of(|session| {
        let sevens = session.array_with("sevens", COUNT, |_| 7_u64);
        sevens.unwrap().leak();
        session.object("one", 1_u64).unwrap().leak();
    })
}

/// The segment that has the sevens, and one that has the directory.
const HEADER: usize = 0;
const DIRECTORY: usize = 1;
const SEVENS: usize = 2;

fn cut(recording: &Recording, segment: usize, len: u64) {
    recording.apply(&Edit::store(segment, len, 0, 0));
}

fn survivor(stage: &Stage, recording: &Recording, how: &str) -> Actor {
    let mut actor = stage.actor_in(recording.dir());
    actor.ask("survive");
    actor.ask(&format!("attach {}{how}", recording.name()));
    actor
}

#[test]
fn a_reader_of_memory_that_is_cut_short_gets_an_error_and_never_zeros() {
    let stage = stage();
    for trial in 0..sized(12, 1000) {
        let recording = sevens();
        let mut random = Random::new(trial);
        let mut reader = survivor(&stage, &recording, "");
        reader.ask("devour sevens 7");
        let segment = [SEVENS, DIRECTORY, HEADER, SEVENS][trial as usize % 4];
        // Any page of the values; the directory's and the header's pages that are read.
        let page = if segment == SEVENS {
            random.below(190)
        } else {
            0
        };
        cut(&recording, segment, page * 4096);
        let error = reader.answer().unwrap_err();
        let name = &recording.segments()[segment].name;
        assert!(error.contains(&format!("{name} was cut short")), "{error}");
        // It goes on, and everything says the same.
        let again = reader.tell("read sevens[0]").unwrap_err();
        assert!(again.contains("was cut short"), "{again}");
    }
}

#[test]
fn a_writer_to_memory_that_is_cut_short_gets_an_error() {
    let stage = stage();
    for segment in [SEVENS, DIRECTORY, HEADER] {
        let recording = sevens();
        let mut writer = survivor(&stage, &recording, " write");
        writer.ask("fill sevens 8");
        cut(&recording, segment, 0);
        let error = writer.answer().unwrap_err();
        let name = &recording.segments()[segment].name;
        assert!(error.contains(&format!("{name} was cut short")), "{error}");
    }
}

/// The rest of a session is as good as before, and another session too.
#[test]
fn what_is_not_cut_is_read_as_before() {
    let stage = stage();
    let (recording, other) = (sevens(), sevens());
    let mut reader = survivor(&stage, &recording, "");
    reader.ask("devour sevens 7");
    reader.ask("enough");
    let one = reader.ask("read one");
    reader.ask("devour sevens 7");
    cut(&recording, SEVENS, 4096);
    assert!(reader.answer().unwrap_err().contains("was cut short"));
    assert_eq!(reader.ask("read one"), one);
    let mut elsewhere = survivor(&stage, &other, "");
    elsewhere.ask("devour sevens 7");
    recording.restore();
    reader.ask(&format!("attach {}", recording.name()));
    reader.ask("devour sevens 7");
    for mut actor in [reader, elsewhere] {
        let rounds: u64 = actor.ask("enough").parse().unwrap();
        println!("{rounds} rounds");
    }
}

#[test]
fn who_did_not_ask_to_survive_does_not() {
    let stage = stage();
    let recording = sevens();
    let mut reader = stage.actor_in(recording.dir());
    reader.ask(&format!("attach {}", recording.name()));
    reader.ask("devour sevens 7");
    cut(&recording, SEVENS, 4096);
    assert_eq!(reader.ended().signal(), Some(SIGBUS));
}

#[test]
fn a_fault_in_other_memory_ends_the_process_as_before() {
    let stage = stage();
    let mut actor = stage.actor();
    actor.ask("survive");
    actor.send("fault");
    assert_eq!(actor.ended().signal(), Some(SIGBUS));
}

#[test]
fn who_ignored_the_signal_ignores_what_others_send_and_no_fault() {
    let stage = stage();
    let mut actor = stage.actor();
    actor.ask("ignore-faults");
    actor.ask("survive");
    actor.signal(rustix::process::Signal::BUS);
    actor.ask("survive");
    actor.send("fault");
    assert_eq!(actor.ended().signal(), Some(SIGBUS));
}

#[test]
fn a_fault_in_other_memory_goes_to_the_handler_that_was_there() {
    let stage = stage();
    let mut actor = stage.actor();
    actor.ask("expect-faults");
    actor.ask("survive");
    actor.send("fault");
    assert_eq!(actor.ended().code(), Some(42));
}
