//! Conditions over parts of packed records.

use memglass::Buffer;

use super::*;

const LAYOUT: &str = "struct log { u8 n; item items[n]; }; \
    struct item { u8 kind; match (kind) { (1): u8 price; (2): char text[2]; } };";

/// A record with a priced item and one with a text.
fn world() -> (World, Buffer) {
    let mut world = World::new();
    world.session.define(LAYOUT).expect("a layout");
    let log = world.session.buffer("log", "log", 32).expect("a buffer");
    log.write(b"\x02\x01\x07\x02hi").expect("a record");
    world.observer.refresh().expect("a refresh");
    (world, log)
}

#[test]
fn elements_of_a_record_and_their_parts_are_read_in_place() {
    let (world, log) = world();
    world.check("log.items[0].price == 7", "true");
    world.check("log.items[1].text == \"hi\"", "true");
    world.check(
        "log.n == 2 && log.items[0].kind < log.items[1].kind",
        "true",
    );
    let mut priced = world.compiled("log.items[0].price > 7");
    assert!(!priced.holds(&world.observer).expect("an answer"));
    log.write(b"\x01\x01\x08").expect("a record");
    assert!(priced.holds(&world.observer).expect("an answer"));
    // What is not there now has no value.
    log.write(b"\x01\x02no").expect("a record");
    assert!(priced.holds(&world.observer).is_err());
}

#[test]
fn what_the_next_write_may_bring_is_left_to_the_script() {
    let (world, _log) = world();
    let absent = [
        ("log.items[2].kind == 1", "[2], which log.items does not"),
        (
            "log.items[0].text == \"hi\"",
            "`text`, which log.items[0] does not",
        ),
    ];
    for (text, part) in absent {
        world.unsupported(text, &format!("{part} have now,"));
    }
    world.unsupported(
        "log.items[-1].kind == 1",
        "an index from the end of an array in a packed record",
    );
    world.unsupported(
        "log.items[log.n - 1].kind == 1",
        "a computed index into a packed record",
    );
}
