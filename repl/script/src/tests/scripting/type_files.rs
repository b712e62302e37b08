//! Questions about types: of the session, and of files.

use memglass_types::{Builder, Kind, Member, Record, Tag, Type, Types};

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
fn all_types_of_a_name_answer() {
    let mut world = World::new();
    let node = |size: u64, at: u64| {
        let mut builder = Builder::default();
        let byte = Kind::Char { signed: true };
        let byte = builder.add(Type::new("char".into(), Some(1), byte));
        let members = vec![Member::new("a", byte, 0), Member::new("b", byte, at)];
        let record = Kind::Record(Record::new(Tag::Struct, members));
        builder.add(Type::new("node".into(), Some(size), record));
        builder.finish().unwrap()
    };
    let types = Types::merged([node(4, 3), node(8, 7)]);
    let path = world.dir.path().join("nodes.mgt");
    std::fs::write(&path, types.to_bytes()).unwrap();
    world.run(&format!(
        "let t = types_of({:?})",
        path.display().to_string()
    ));
    world.check("t.holes(\"node\").map(|h| h.bytes)", "[2,6]");
    world.check("t.holes(\"node\").map(|h| h.declaration)", "[1,2]");
    world.check("t.describe(\"node\").map(|m| m.offset)", "[0,3,0,7]");
    world.check("t.describe(\"node\")[2].declaration", "2");
    world.check("t.uses(\"char\").len()", "4");
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
