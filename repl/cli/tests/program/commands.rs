//! Every command, as its own help says.

use std::path::Path;

use super::page;
use super::support::{Ran, World};

/// What says nothing when all is well, outside a terminal.
const SILENT: &[&str] = &["set", "unset", "q", "clear"];

/// What needs a terminal.
const ON_A_TERMINAL: &[&str] = &["edit", "unwatch", "view", "watch"];

/// Those that are about a replay: `recording.rs` tries them.
pub(crate) const ON_A_REPLAY: &[&str] = &["play", "pause", "seek", "step", "speed"];

#[test]
fn every_example_works_on_the_demo() {
    let (world, _producer) = World::with_producer();
    let page = page::read();
    for command in page
        .iter()
        .filter(|command| !ON_A_TERMINAL.contains(&&*command.name))
        .filter(|command| !ON_A_REPLAY.contains(&&*command.name))
    {
        for example in &command.examples {
            // Something to run, and something to save.
            let script = world.path().join("session.rhai");
            match &*command.name {
                "run" => std::fs::write(&script, "20 + 2").unwrap(),
                _ if !example.ends_with('!') => drop(std::fs::remove_file(&script)),
                _ => {}
            }
            let before = before(&command.name);
            let ran = world.pipe_in(world.path(), &format!("{before}\n{example}\n"));
            assert_eq!(ran.code, Some(0), "{example}: {ran:?}");
            let said = !ran.data.is_empty() || !ran.messages.is_empty();
            assert_eq!(
                said,
                !SILENT.contains(&&*command.name),
                "{example}: {ran:?}"
            );
        }
    }
}

/// What was done before an example: a variable to forget, writes to undo, an undoing to take back.
fn before(command: &str) -> String {
    const WRITES: &str = "AAPL_position.quantity = 321\n\
        AAPL_position.quantity = 322\n\
        AAPL_position.quantity = 323";
    match command {
        "undo" => WRITES.into(),
        "redo" => format!("{WRITES}\n:undo"),
        _ => "let x = 1;".into(),
    }
}

#[test]
fn a_saved_session_does_the_same_again() {
    let (world, _producer) = World::with_producer();
    let typed = "AAPL_position.quantity = 321\n\
                 fn twice(x) {\n  x * 2\n}\n\
                 AAPL_position.quantity // now\n\
                 twice(_)\n\
                 AAPL_position.quantity = _ + 1\n\
                 :set order_12345.side SELL\n\
                 nonsense.x\n";
    let ran = world.pipe_in(
        world.path(),
        &format!("{}:save again.rhai\n", typed.replace("nonsense.x\n", "")),
    );
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(world.eval("AAPL_position.quantity"), "643");
    world.eval("AAPL_position.quantity = 0; order_12345.side = \"BUY\"");
    let script = std::fs::read(world.path().join("again.rhai")).unwrap();
    assert!(script.starts_with(b"#!/usr/bin/env -S memglass run\n"));
    assert_eq!(world.pipe(&["t1"], &script).code, Some(0));
    assert_eq!(world.eval("AAPL_position.quantity"), "643");
    assert_eq!(world.eval("order_12345.side"), "SELL");
}

#[test]
fn a_file_is_not_written_over_unasked() {
    let (world, _producer) = World::with_producer();
    let there = world.path().join("there.rhai");
    std::fs::write(&there, "precious").unwrap();
    let ran = world.pipe_in(world.path(), "1\n:save there.rhai\n");
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.messages.contains("`:save there.rhai !`"), "{ran:?}");
    assert_eq!(std::fs::read_to_string(&there).unwrap(), "precious");
    let ran = world.pipe_in(world.path(), "1\n:save there.rhai !\n");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(std::fs::read_to_string(&there).unwrap().ends_with("1;\n"));
    let ran = world.pipe_in(world.path(), ":save new.rhai\n");
    assert!(ran.messages.contains("nothing to save"), "{ran:?}");
}

#[test]
fn bytes_are_shown_with_the_fields_they_belong_to() {
    let (world, _producer) = World::with_producer();
    world.eval("AAPL_position.avg_price = 0x414243");
    let text = world.data(&["t1", "-e", ":hex AAPL_position"]);
    let row = text.lines().find(|line| line.contains("CBA")).unwrap();
    assert!(
        row.contains("43 42 41 00 00 00 00 00") && row.contains("avg_price"),
        "{text}"
    );
    assert!(
        text.contains("-- --"),
        "spare copies are not shown as values: {text}"
    );
    let json: serde_json::Value =
        serde_json::from_str(&world.data(&["t1", "-e", ":json :hex AAPL_position.avg_price"]))
            .unwrap();
    assert_eq!(json["bytes"], "4342410000000000");
    assert_eq!(json["consistent"], true);
    world
        .run(&["t1", "-e", ":hex AAPL_position.nothing"])
        .failed(1, &["no field"]);
}

#[test]
fn the_same_numbers_everywhere() {
    let (world, _producer) = World::with_producer();
    let json = |line: &str| -> serde_json::Value {
        serde_json::from_str(&world.data(&["t1", "--json", "-e", line])).unwrap()
    };
    let types = json(":types").as_array().unwrap().len();
    assert_eq!(json(":session")["types"], types);
    assert_eq!(json(":regions")[0]["region"], 1);
}

#[test]
fn help_knows_the_functions_that_a_script_has_defined() {
    let (world, _producer) = World::with_producer();
    let define = "/// Twice as much.\nfn doubled(x) { x * 2 }";
    let told = |line| world.data(&["t1", "-e", define, "-e", line]);
    assert_eq!(told("doubled?"), "doubled(x)\n  Twice as much.\n");
    let all = told(":help functions");
    let listed = |start: &str| all.lines().any(|line| line.starts_with(start));
    assert!(listed("doubled(x)  ") && listed("obs.all("), "{all}");
}

#[test]
fn the_overview_speaks_of_what_is_there() {
    let (world, _producer) = World::with_producer();
    let overview = world.data(&["t1", "-e", ":help"]);
    let place = |line: &str| {
        line.strip_suffix("read a field")
            .map(|place| place.trim().to_owned())
    };
    let place = overview.lines().find_map(place).unwrap();
    let value: f64 = world.eval(&place).parse().unwrap();
    world.eval(&format!("{place} = {value}"));

    let ran = world.run(&["t1", "-e", ":run nobody.rhai"]);
    ran.failed(1, &["cannot read nobody.rhai: there is no such file"]);
}

#[test]
fn help_finds_whatever_has_a_name() {
    let (world, _producer) = World::with_producer();
    for (name, words) in [
        ("quantity", "Position.quantity"),
        ("obs.all", "obs.all("),
        ("Position", "last_quote"),
        ("AAPL_quote", "AAPL_quote  Quote\nbid_price"),
        ("AAPL_position.last_quote", "last_quote: Quote  @seqlock"),
        ("obs", "obs.find(\"label\")"),
        (":hex", ":hex PATH"),
        ("split", "string.split("),
    ] {
        let text = world.data(&["t1", "-e", &format!(":help {name}")]);
        assert!(text.contains(words), "{name}: {text}");
    }
    world
        .run(&["t1", "-e", ":help quantty"])
        .failed(2, &["did you mean \"quantity\"?"]);
    world
        .run(&["t1", "-e", "AAPL_position.quantty?"])
        .failed(1, &["no field \"quantty\"", "did you mean \"quantity\"?"]);
    world
        .run(&["t1", "-e", ":help :obejcts"])
        .failed(2, &["did you mean :objects?"]);
}

#[test]
fn nobody_is_told_to_be_attached_to_a_successor_that_is_not_there() {
    let (world, producer) = World::with_producer();
    let ran = world.run(&["t1", "-e", ":reattach"]);
    assert!(ran.messages.contains("is alive and attached"), "{ran:?}");
    producer.kill();
    let ran = world.run(&["t1", "-e", ":reattach"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.messages.contains("nothing to reattach to: "), "{ran:?}");
}

impl World {
    /// Runs lines as if they were typed in a directory.
    fn pipe_in(&self, directory: &Path, lines: &str) -> Ran {
        let mut command = self.command(&["t1"]);
        command.current_dir(directory);
        Ran::piped(command, lines.as_bytes())
    }
}

#[test]
fn structures_inside_a_structure_are_shown_with_what_is_declared_of_them() {
    let (world, _producer) = World::with_producer();
    let shown = world.data(&["t1", "-e", ":json AAPL_position", "-e", ":x AAPL_position"]);
    let bid = |line: &&str| line.trim_start().starts_with("bid_price");
    let row: Vec<&str> = shown
        .lines()
        .find(bid)
        .unwrap()
        .split_whitespace()
        .collect();
    assert_eq!(row[2..], ["i64", "What", "buyers", "pay"], "{shown}");

    // A path, too, shows an array of structures as the name alone does.
    for line in ["book[0].bids", ":get book[0].bids", "book[0].bids?"] {
        let shown = world.data(&["t1", "-e", line]);
        assert!(
            shown.contains("price  size  orders\nbook[0].bids[0]"),
            "{line}\n{shown}"
        );
    }
}

#[test]
fn a_script_that_a_command_runs_has_its_arguments() {
    let (world, _producer) = World::with_producer();
    let script = world.script("two words.rhai", "args.len() + 1; print(args)");
    let printed = |rest: &str| world.eval(&format!(":run \"{script}\"{rest}"));
    assert_eq!(printed(""), "[]");
    assert_eq!(printed(" 1 \"2 3\""), "[\"1\", \"2 3\"]");
    world
        .run(&["t1", "-e", &format!(":run {script} 1")])
        .failed(1, &["cannot read"]);
}

#[test]
fn a_variable_that_hides_an_object_is_said_once_and_can_be_taken_away() {
    let (world, _producer) = World::with_producer();
    let typed = "let AAPL_position = 4\nlet AAPL_position = 5\nlet obs = 6\n:vars\n\
                 :unset AAPL_position\n:unset obs\nAAPL_position.quantity = 8; AAPL_position.quantity\n\
                 obs.all(\"*\").len() > 1\n";
    let ran = world.pipe_in(world.path(), typed);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let note = "note: \"AAPL_position\" now means the variable; `:unset AAPL_position` brings the object back";
    let said = ran
        .messages
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    assert_eq!(said.matches(note).count(), 1, "{ran:?}");
    assert_eq!(
        said.matches("\"obs\" now means the variable").count(),
        1,
        "{ran:?}"
    );
    assert!(ran.data.contains("AAPL_position  an integer"), "{ran:?}");
    assert!(ran.data.ends_with("8\ntrue\n"), "{ran:?}");
    let ran = world.pipe_in(world.path(), ":unset nobody\n");
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(
        ran.messages.contains("there is no variable \"nobody\""),
        "{ran:?}"
    );
}
