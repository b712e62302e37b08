//! Two writers and two readers in four processes, at the same values, each as fast as it can.
// Tests may panic and print.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::time::{Duration, Instant};

use memglass_tests::rows::{self, LOCKED};
use memglass_tests::{Stage, sized};

/// How often a reader tries before it gives up.
const READ_ATTEMPTS: u64 = 256;
/// Longest running time of one read. Its attempts bound it, and they take microseconds. This limit also
/// allows for time that a hypervisor takes away, which the system counts as running.
const BOUND: Duration = Duration::from_secs(1);

/// A writer's final counts.
struct Writer {
    written: u64,
    busy: u64,
    updates: Vec<u64>,
}

/// A reader's final counts.
#[derive(Debug)]
struct Reader {
    reads: u64,
    retries: u64,
    most_attempts: u64,
    new_values: u64,
    running: Duration,
    clock: Duration,
}

fn numbers(answer: &str) -> Vec<u64> {
    let numbers = answer.split(' ').map(str::parse);
    numbers.collect::<Result<_, _>>().unwrap()
}

impl Writer {
    fn of(answer: &str) -> Writer {
        let numbers = numbers(answer);
        Writer {
            written: numbers[0],
            busy: numbers[1],
            updates: numbers[2..].into(),
        }
    }
}

impl Reader {
    fn of(answer: &str) -> Reader {
        let numbers = numbers(answer);
        Reader {
            reads: numbers[0],
            retries: numbers[1],
            most_attempts: numbers[2],
            new_values: numbers[3],
            running: Duration::from_nanos(numbers[4]),
            clock: Duration::from_nanos(numbers[5]),
        }
    }
}

fn report(writers: &[Writer; 2], readers: &[Reader; 2]) {
    let sum = |part: fn(&Writer) -> u64| -> u64 { writers.iter().map(part).sum() };
    let (written, busy) = (sum(|writer| writer.written), sum(|writer| writer.busy));
    let updates = sum(|writer| writer.updates.iter().sum());
    println!("{written} values written, {updates} updates, none lost, {busy} attempts refused");
    for reader in readers {
        let Reader {
            reads,
            retries,
            new_values,
            most_attempts,
            running,
            clock,
        } = reader;
        println!(
            "{reads} reads of {new_values} values, none torn, {retries} retries, at most {most_attempts} attempts, longest {clock:?}, of which running {running:?}"
        );
    }
}

#[test]
fn two_writers_and_two_readers_tear_nothing_lose_nothing_and_do_not_wait() {
    let stage = Stage::new(env!("CARGO_BIN_EXE_memglass-actor"));
    let roles = ["produce", "write", "read", "read"];
    let mut actors = roles.map(|role| (role, stage.actor()));
    for (role, actor) in &mut actors {
        actor.ask(&format!("race {role} engine"));
    }
    let observer = stage.observe("engine");
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(sized(4, 60)) {
        // The duration of the race, not an order of events.
        std::thread::sleep(Duration::from_millis(20));
    }
    // A reader that met a torn value, or an older one after a newer, answers with an error.
    let [mut producer, mut writer, mut one, mut other] = actors.map(|(_, actor)| actor);
    let readers = [
        Reader::of(&one.ask("enough")),
        Reader::of(&other.ask("enough")),
    ];
    let second = Writer::of(&writer.ask("enough"));
    let writers = [Writer::of(&producer.ask("enough")), second];
    report(&writers, &readers);
    for (index, path) in LOCKED.iter().enumerate() {
        let updates: u64 = writers.iter().map(|writer| writer.updates[index]).sum();
        let found = rows::read_number(&observer.field(path).unwrap());
        assert_eq!(found, Ok(updates), "{path}: updates are lost");
    }
    producer.ask("that is all");
    for reader in &readers {
        assert!(
            reader.reads > 1000 && reader.new_values > 1000,
            "{reader:?}"
        );
        assert!(reader.most_attempts < READ_ATTEMPTS, "{reader:?}");
        assert!(reader.running < BOUND, "{reader:?}");
    }
    assert!(writers.iter().all(|writer| writer.written > 1000));
}
