//! What a stranger's memory says never commands the terminal, whatever way it takes there.

use memglass::{Observe, Session, Text};

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
