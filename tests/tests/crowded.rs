//! A process that may make no more mappings is told so, and goes on with what it has.
// Tests may panic and print.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use memglass_tests::Stage;

/// What an error has to name: the setting that helps.
const SETTING: &str = "vm.max_map_count";

/// Elements of an array of 800 kB.
const ELEMENTS: usize = 100_000;

fn stage() -> Stage {
    Stage::new(env!("CARGO_BIN_EXE_memglass-actor"))
}

#[test]
fn a_producer_without_mappings_uses_again_what_it_has() {
    let stage = stage();
    let mut producer = stage.producer("engine");
    producer.ask("make first 1");
    println!("{} mappings kept", producer.ask("crowd 4"));
    let array = |at: usize| format!("array big_{at} {ELEMENTS}");
    let made = (0..).find_map(|at| Some((at, producer.tell(&array(at)).err()?)));
    let (made, refusal) = made.unwrap();
    assert!(refusal.contains(SETTING), "{refusal}");
    assert!(made > 3, "{made} arrays");
    let observer = stage.observe("engine");
    assert_eq!(observer.object_count(), made + 1);

    for at in 0..made {
        producer.ask(&format!("drop big_{at}"));
    }
    // Of other sizes than those that were dropped.
    producer.ask(&format!("array larger {}", ELEMENTS * 2));
    for at in 0..made / 2 {
        producer.ask(&format!("array smaller_{at} {}", ELEMENTS / 3));
    }
    producer.ask("make last 2");
    producer.ask("end");
    assert_eq!(stage.files(), [""; 0]);
}

#[test]
fn an_observer_without_mappings_reads_what_it_has_mapped() {
    let stage = stage();
    let mut producer = stage.producer("engine");
    producer.ask("make first 1");
    let mut observer = {
        let mut actor = stage.actor();
        actor.ask("attach engine");
        actor
    };
    assert_eq!(observer.ask("read first"), "1");
    observer.ask("crowd 0");
    producer.ask(&format!("array big {}", ELEMENTS * 2));
    let refusal = observer.tell("read big[0]").unwrap_err();
    assert!(refusal.contains(SETTING), "{refusal}");
    assert_eq!(observer.ask("read first"), "1");
    let refusal = observer.tell("attach engine").unwrap_err();
    assert!(refusal.contains(SETTING), "{refusal}");
}
