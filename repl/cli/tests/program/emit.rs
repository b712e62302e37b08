//! `memglass emit`

use super::support::World;

#[test]
fn the_types_of_a_session_are_written_in_three_languages() {
    let (world, _producer) = World::with_producer();
    let cpp = world.data(&["emit", "t1", "--lang", "c++"]);
    assert!(
        cpp.contains("struct [[memglass::observe]] Position {"),
        "{cpp}"
    );
    assert!(cpp.contains("  // @atomic"), "{cpp}");
    let c = world.data(&["t1", "emit", "--lang", "c"]);
    assert!(c.contains("} Position;"), "{c}");
    let rust = world.data(&["emit", "--lang", "rust"]);
    assert!(rust.contains("pub struct Position {"), "{rust}");
}

#[test]
fn types_of_a_session_that_is_not_there_are_not_written() {
    let world = World::new();
    world
        .run(&["emit", "t9", "--lang", "c"])
        .failed(3, &["no session \"t9\""]);
}
