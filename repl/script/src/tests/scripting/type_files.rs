//! Questions about types: of the session, and of files.

use crate::tests::world::World;

/// The path of a file with `struct quote { char live; long price; };`.
fn file(world: &World) -> String {
    let path = world.dir.path().join("quotes.mgt");
    let types = memglass_types::doc::quotes().unwrap();
    std::fs::write(&path, types.to_bytes()).unwrap();
    path.display().to_string()
}

#[test]
fn types_of_a_file_are_a_table_that_can_be_asked() {
    let mut world = World::new();
    let path = file(&world);
    world.run(&format!("let t = types_of({path:?})"));
    world.check("t.len()", "1");
    world.check("t[0].type + \" \" + t[0].bytes", "\"quote 16\"");
    world.check("t.filter(|t| t.bytes > 16).len()", "0");
    world.check("t.describe(\"quote\").map(|m| m.offset)", "[0,8]");
    world.check("t.describe(\"long\")", "\"long;\"");
    world.check(
        "t.holes(\"quote\")",
        r#"[{"after":"live","offset":1,"bytes":7,"bits":56}]"#,
    );
    world.check("t.holes().map(|t| t.unused)", "[7]");
    world.check(
        "t.uses(\"long\")",
        r#"[{"kind":"struct","user":"quote","part":"price","type":"long","how":"by value"}]"#,
    );
}

#[test]
fn the_session_is_asked_the_same_questions() {
    let mut world = World::new();
    // Of a quote of 24 bytes the last 4 are unused.
    world.check(
        "holes(\"Quote\")",
        r#"[{"after":"ask_size","offset":20,"bytes":4,"bits":32}]"#,
    );
    world.check("holes().some(|t| t.type == \"Quote\")", "true");
    world.check(
        "uses(\"Status\").map(|u| u.user).some(|u| u == \"Position\")",
        "true",
    );
    world.check("uses(\"Position\").len()", "0");
}

#[test]
fn questions_about_what_is_not_there_are_errors() {
    let mut world = World::new();
    let path = file(&world);
    world.fails(
        "holes(\"Qote\")",
        "no type \"Qote\" here; did you mean \"Quote\"?",
    );
    world.fails(
        "holes(\"Status\")",
        "\"Status\" is no struct, class or union: it is of kind enum",
    );
    world.fails("uses(\"\")", "no type \"\" here");
    world.fails(
        &format!("types_of(\"{path}.missing\")"),
        &format!("{path}.missing cannot be read: "),
    );
    world.fails(
        "objects().holes(\"Quote\")",
        "this table is not one of types",
    );
    world.fails(
        &format!("types_of({path:?}).describe(\"quot\")"),
        "no type \"quot\" here; did you mean \"quote\"?",
    );
    std::fs::write(&path, b"\x89MGT\r\n\x1a\nrubbish").unwrap();
    world.fails(
        &format!("types_of({path:?})"),
        &format!("{path} cannot be used: "),
    );
}
