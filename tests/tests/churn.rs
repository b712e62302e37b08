//! Objects that come and go at full speed while observers read and write them.
// Tests may panic and print.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use memglass::Observer;
use memglass_tests::{Actor, Stage, sized, until};

fn numbers(answer: &str) -> Vec<u64> {
    answer
        .split(' ')
        .map(|number| number.parse().unwrap())
        .collect()
}

/// Waits until many objects were created and destroyed, or the producer is done.
fn await_changes(producer: &mut Actor, observer: &mut Observer, count: u64) {
    let start = observer.epoch();
    until("the producer creates and destroys", || {
        observer.refresh().unwrap();
        producer.has_answered() || observer.epoch() > start + count
    });
}

#[test]
fn memory_stays_bounded_and_nobody_sees_or_hits_a_foreign_object() {
    let stage = Stage::new(env!("CARGO_BIN_EXE_memglass-actor"));
    let mut producer = stage.producer("churn");
    let mut reader = stage.actor();
    reader.ask("attach churn");
    let mut writer = stage.writer("churn");
    reader.send("check");
    writer.send("sign");
    producer.send(&format!("churn {} 100", sized(500_000, 10_000_000)));
    let mut observer = stage.observe("churn");
    while !producer.has_answered() {
        // Wherever they are, the objects that they look at are gone and replaced when they go on.
        for actor in [&reader, &writer] {
            actor.stop();
            await_changes(&mut producer, &mut observer, 4000);
            actor.go_on();
            await_changes(&mut producer, &mut observer, 300);
        }
    }
    let produced = producer.answer();
    let end = |actor: &mut Actor| actor.tell("enough").map(|answer| numbers(&answer));
    let (read, written) = (end(&mut reader), end(&mut writer));
    println!(
        "regions, marked, bytes: {produced:?}; read, gone: {read:?}; written, gone: {written:?}"
    );
    let (produced, read, written) = (numbers(&produced.unwrap()), read.unwrap(), written.unwrap());
    assert!(produced[0] <= 2, "{} regions", produced[0]);
    // They really met: of the fifty and more times that the reader was stopped, some were in the middle of
    // an object. How many more it finds gone is a matter of how the processors are shared.
    assert!(read[0] > 1000 && read[1] > 10, "{read:?}");
    assert!(
        written[0] > 100 && produced[1] > 10,
        "{written:?} {produced:?}"
    );
}
