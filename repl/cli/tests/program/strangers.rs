//! What a stranger's memory says never commands the terminal, whatever way it takes there.

use std::fs;

use memglass::{Observe, Session, Text};
use memglass_types::{Builder, Kind, Member, Record, Tag, Type};

use super::support::World;
use super::terminal::Terminal;

/// Sets the title, rings, turns the writing around, and clears the screen in two ways.
const EVIL: &str = "a\x1b]0;PWNED\x07b\u{202e}c\u{9b}2Jd\x1b[2Je\x7f\u{2066}\r";

#[derive(Observe, Clone, Copy, Default)]
struct Note {
    number: u32,
    text: Text<64>,
}

/// Sequences of the evil text, whole or in part, as a terminal would obey them.
#[track_caller]
fn is_harmless(written: &str, line: &str) {
    for evil in [
        "\x1b]", "\x07", "\u{202e}", "\u{2066}", "\u{9b}", "\x7f", "d\x1b[2J",
    ] {
        assert!(
            !written.contains(evil),
            "{evil:?} after {line}: {written:?}"
        );
    }
}

/// All that the program writes to terminals: to one of a usual width, and to one that does not say how wide it is.
#[track_caller]
fn shown(world: &World, arguments: &[&str]) -> String {
    [(100, 60), (0, 0)]
        .map(|(columns, rows)| {
            let mut terminal = Terminal::open_sized(world, arguments, columns, rows);
            terminal.wait();
            terminal.written()
        })
        .concat()
}

#[test]
fn nothing_of_a_strangers_types_is_obeyed() {
    let world = World::new();
    let mut builder = Builder::default();
    let named = |name: &str| format!("{name}{EVIL}");
    let byte = Kind::Char { signed: true };
    let byte = builder.add(Type::new(named("char").into(), Some(1), byte));
    let members = vec![Member::new(named("a"), byte, 0), Member::new("b", byte, 7)];
    let record = Kind::Record(Record::new(Tag::Struct, members));
    builder.add(Type::new(named("evil").into(), Some(16), record));
    let file = world.path().join("evil.mgt").to_str().unwrap().to_owned();
    fs::write(&file, builder.finish().unwrap().to_bytes()).unwrap();
    let name = &named("evil");
    for arguments in [
        &["types", &file][..],
        &["types", &file, name],
        &["types", &file, name, "--csv"],
        &["types", &file, name, "--format", "c"],
        &["types", &file, "--format", "c"],
        &["types", &file, "--format", "btf-like"],
        &["types", &file, "--format", "crefl"],
        &["holes", &file],
        &["holes", &file, name],
        &["uses", &file, &named("char")],
        &["functions", &file],
        &["emit", &file, "--lang", "c"],
        &["emit", &file, "--lang", "rust"],
        &["diff", &file, &file],
        &["file", &file, "--types", &file, "--layout", &named("0: ")],
        &["types", name],
        &["types", &file, &named("nothing")],
        &[name, name],
        &[&named("--")],
    ] {
        let shown = shown(&world, arguments);
        is_harmless(&shown, &arguments.join(" "));
        assert!(
            !shown.trim().is_empty() || arguments[0] == "diff" || arguments[0] == "functions",
            "{arguments:?}"
        );
    }
    // C of names that cannot be names is for people, also when it goes through a pipe.
    is_harmless(&world.data(&["types", &file, "--format", "c"]), "a pipe");
}

#[test]
fn nothing_of_a_recording_is_obeyed() {
    let world = World::new();
    let session = Session::builder("s")
        .dir(world.sessions())
        .create()
        .unwrap();
    let note = session.object("note", Note::default()).unwrap();
    note.text.set(Text::new(EVIL).unwrap());
    let file = world.path().join("run.mcap").to_str().unwrap().to_owned();
    world.data(&["record", "s", "-o", &file, "--for", "100ms"]);
    // A colour that hides all that comes.
    let hiding = format!("{EVIL}\x1b[8m");
    note.text.set(Text::new(&hiding).unwrap());
    let later = world.path().join("later.mcap").display().to_string();
    world.data(&["record", "s", "-o", &later, "--for", "100ms"]);
    for arguments in [
        &["export", &file][..],
        &["export", &file, "--jsonl"],
        &["export", &later],
        &["export", &later, "--every", "10ms"],
        &["diff", &file, &later, "--csv"],
        &["watch", "s", "note.text", "--csv", "--for", "200ms"],
        &["get", &file, "note.text"],
    ] {
        let shown = shown(&world, arguments);
        is_harmless(&shown, &arguments.join(" "));
        assert!(!shown.contains("\x1b[8m"), "{arguments:?}: {shown:?}");
    }
    // Where nobody obeys it, it is what was recorded.
    assert!(world.data(&["export", &file]).contains(EVIL));
}

#[test]
fn nothing_of_a_strangers_text_is_obeyed() {
    let world = World::new();
    let session = Session::builder("s")
        .dir(world.sessions())
        .create()
        .unwrap();
    let note = session.object("note", Note::default()).unwrap();
    note.text.set(Text::new(EVIL).unwrap());
    let _evil = session.object(&format!("evil{EVIL}"), 1_u32).unwrap();
    let lines = [
        "note",
        "note.text",
        "let t = note.text; t",
        "[note.text]",
        "#{ a: note.text }",
        "print(note.text)",
        "debug(note.text)",
        "note.text.csv()",
        ":csv note",
        ":csv note.text",
        ":csv note.text + \"\"",
        ":json note",
        ":json note.text",
        ":csv obs.all(\"Note\")",
        ":x obs.all(\"Note\")",
        "obs.all(\"*\").len()",
        ":objects",
        ":objects evil*",
        ":csv :objects",
        ":json :objects",
        ":get note.text note.number",
        ":get evil*",
        ":hex note",
        "expect(false, note.text)",
        "throw note.text",
        "throw #{ a: note.text }",
        "obs[note.text]",
        "obs[\"evil\" + note.text].x",
        "note[note.text]",
        "obs.all(note.text)",
        "note.number = note.text",
        "parse_json(note.text)",
        "note.text.nothing()",
        "explain(\"note.number = 5\")",
        ":explain note.text",
        ":get \"evil",
        ":help note.text",
        "note.text?",
    ];
    for line in lines {
        let mut terminal = Terminal::open_sized(&world, &["s", "-e", line], 100, 60);
        terminal.wait();
        is_harmless(&terminal.written(), line);
    }
    // Of a terminal that does not say how wide it is, too.
    for arguments in [
        &["s", "-e", "note.text"][..],
        &["s", "-e", "note"],
        &["s", "--csv", "-e", "note.text"],
        &["get", "s", "note.text"],
        &["get", "s", "note", "--csv"],
        &["get", "s", "note", "--json"],
        &["objects", "s"],
    ] {
        is_harmless(&shown(&world, arguments), &arguments.join(" "));
    }
    let mut terminal = Terminal::open_sized(&world, &["s"], 100, 60);
    terminal.ends_with("s>");
    for line in lines {
        terminal.press(&format!("{line}\r"));
    }
    terminal.press("\"the end\"\r");
    terminal.shows("\nthe end\n");
    terminal.press("obs[\"ev\t\t\t\x03");
    terminal.press("ev\t\t\x03note.te");
    terminal.shows("s> note.te");
    is_harmless(&terminal.written(), "all of them");
}

#[test]
fn nothing_of_a_script_is_obeyed() {
    let world = World::new();
    let _session = Session::builder("s")
        .dir(world.sessions())
        .create()
        .unwrap();
    for source in [
        format!("'{EVIL}"),
        format!("let x = '{EVIL}'"),
        format!("\"{EVIL}"),
        format!("1 {EVIL} 2"),
        format!("// {EVIL}\nnothing"),
        format!("throw \"{EVIL}\""),
        format!("fn f() {{ throw `{EVIL}` }}\nf()"),
        format!(":{EVIL}"),
        format!(":get {EVIL}"),
        format!(":help {EVIL}"),
    ] {
        let path = world.script(&format!("a{}.rhai", "\x1b]0;PWNED\x07"), &source);
        for arguments in [&["s", "-e", &source][..], &["s", "run", &path]] {
            let mut terminal = Terminal::open_sized(&world, arguments, 100, 60);
            terminal.wait();
            is_harmless(&terminal.written(), &source);
        }
    }
}
