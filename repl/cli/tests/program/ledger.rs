//! What was written: audit files, undoing at the prompt, and dry runs.

use std::path::Path;

use serde_json::Value as Json;

use super::support::{Ran, World, eventually};
use super::terminal::Terminal;

fn lines(path: &Path) -> Vec<Json> {
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    lines.collect()
}

/// A trigger that writes in its third line.
const TRIGGER: &str = "when(\"AAPL_position.quantity == 5\").once().run(|| {
    // Nothing yet.
    AAPL_position.quantity = 7;
});
";

#[test]
fn each_way_to_write_is_in_the_audit_file() {
    let (world, _producer) = World::with_producer();
    let path = world.path().join("audit.jsonl");
    let audit = path.to_str().unwrap();
    let script = world.script("s.rhai", "let p = AAPL_position;\np.quantity = 5;\n");
    world.data(&["t1", "-e", "AAPL_position.quantity = 3", "--audit", audit]);
    world.data(&["--audit", audit, "set", "t1", "AAPL_position.quantity", "4"]);
    world.data(&[
        "run",
        "--session",
        "t1",
        "--audit",
        audit,
        "--audit-sync",
        &script,
    ]);
    let piped = world.pipe(
        &["t1", "--audit", audit],
        b":set AAPL_position.quantity 6\n:undo\n",
    );
    assert_eq!(piped.code, Some(0), "{piped:?}");
    let trigger = world.script("t.rhai", TRIGGER);
    world.data(&["run", "--session", "t1", "--audit", audit, &trigger]);
    let told: Vec<String> = lines(&path)
        .iter()
        .map(|line| {
            format!(
                "{} {} {} {}",
                line["by"], line["text"], line["file"], line["new"]
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "\"prompt\" \"AAPL_position.quantity = 3\" null 3".to_owned(),
            "\"prompt\" \"set AAPL_position.quantity 4\" null 4".to_owned(),
            format!("\"script\" null \"{script}\" 5"),
            "\"prompt\" \":set AAPL_position.quantity 6\" null 6".to_owned(),
            "\"prompt\" \":undo\" null 5".to_owned(),
            format!("\"trigger\" null \"{trigger}\" 7"),
        ]
    );
    assert_eq!(lines(&path)[2]["line"], 2);
    assert_eq!(
        (&lines(&path)[5]["line"], &lines(&path)[5]["trigger"]),
        (&3.into(), &1.into())
    );
    assert_eq!(world.eval("AAPL_position.quantity"), "7");
}

#[test]
fn a_pipe_that_nobody_reads_and_a_directory_are_no_audit_files() {
    let (world, _producer) = World::with_producer();
    let pipe = world.path().join("pipe");
    let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, mode, 0).unwrap();
    for path in [&pipe, &world.sessions()] {
        let path = path.to_str().unwrap();
        let ran = world.run(&["t1", "-e", "AAPL_position.quantity = 3", "--audit", path]);
        ran.failed(1, &["the audit file", "cannot be opened"]);
    }
    assert_eq!(world.eval("AAPL_position.quantity"), "100");
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_stops_writes_unless_the_audit_is_lenient() {
    let (world, _producer) = World::with_producer();
    let twice = [
        "t1",
        "--audit",
        "/dev/full",
        "-e",
        "AAPL_position.quantity = 3; AAPL_position.quantity = 4",
    ];
    world
        .run(&twice)
        .failed(1, &["was written, but the audit file"]);
    assert_eq!(world.eval("AAPL_position.quantity"), "3");
    let lenient = [&twice[..], &["--audit-lenient"]].concat();
    assert_eq!(world.data(&lenient), "");
    assert_eq!(world.eval("AAPL_position.quantity"), "4");
}

/// A dry run gives the same data and code as a run, and leaves the session as it was.
#[track_caller]
fn dry(world: &World, arguments: &[&str], input: &[u8], code: i32) -> Ran {
    let dry = world.pipe(&[&["--dry-run"], arguments].concat(), input);
    assert_eq!(world.eval("AAPL_position.quantity"), "100", "{dry:?}");
    let ran = world.pipe(arguments, input);
    assert_eq!((dry.code, &dry.data), (Some(code), &ran.data), "{dry:?}");
    assert_eq!(ran.code, Some(code));
    if world.eval("AAPL_position.quantity") != "100" {
        world.data(&["set", "t1", "AAPL_position.quantity", "100"]);
    }
    dry
}

#[test]
fn a_dry_run_does_and_says_all_but_the_writes() {
    let (world, _producer) = World::with_producer();
    let script = "let p = AAPL_position;\np.quantity += 5;\np.add(\"quantity\", 1);\nprint(p.quantity);\nif p.quantity == 106 { exit(7) }\n";
    let file = world.script("s.rhai", script);
    let ran = dry(&world, &["run", "--session", "t1", &file], b"", 7);
    assert_eq!(ran.data, "106\n");
    assert_eq!(
        ran.messages,
        "dry run: AAPL_position.quantity: 100 -> 105\n\
         dry run: AAPL_position.quantity: 105 -> 106\n\
         memglass: dry run: 2 writes would have been made; nothing was changed\n"
    );
    let ran = dry(
        &world,
        &["t1"],
        b"AAPL_position.quantity = 7\nAAPL_position.quantity",
        0,
    );
    assert_eq!(ran.data, "7\n");
    let refused = dry(&world, &["t1", "-e", "order_12345.priority = 9"], b"", 1);
    assert!(
        refused
            .messages
            .starts_with("dry run: refused: order_12345.priority: 9 is out of range")
            && refused
                .messages
                .contains("0 writes would have been made and 1 refused"),
        "{refused:?}"
    );
    let set = dry(
        &world,
        &["set", "t1", "AAPL_position.quantity", "9"],
        b"",
        0,
    );
    assert!(
        set.messages
            .starts_with("dry run: AAPL_position.quantity: 100 -> 9\n"),
        "{set:?}"
    );
}

#[test]
fn the_prompt_undoes_and_says_what_is_in_the_way() {
    let (world, _producer) = World::with_producer();
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.ends_with("t1>");
    terminal.line("for p in obs.all(\"Position\") { p.quantity = 0 }");
    terminal.line(":undo");
    terminal.shows("AAPL_position.quantity: 0 -> 100");
    assert_eq!(world.eval("AAPL_position.quantity"), "100");
    terminal.line(":redo");
    terminal.shows("AAPL_position.quantity: 100 -> 0");
    world.data(&["set", "t1", "AAPL_position.quantity", "42"]);
    terminal.line(":undo");
    terminal.shows("AAPL_position.quantity was set to 0 and is 42 now");
    terminal.line(":undo!");
    terminal.shows("MSFT_position.quantity: 0 -> 200");
    terminal.shows("AAPL_position.quantity: 42 -> 100");
    assert_eq!(world.eval("AAPL_position.quantity"), "100");
    world.data(&["set", "t1", "AAPL_position.quantity", "77"]);
    terminal.line(":redo");
    terminal.shows("and is 77 now; `:redo");
    terminal.line(":redo !");
    terminal.shows("AAPL_position.quantity: 77 -> 42");
}

#[test]
fn what_a_trigger_would_write_again_is_passed_over() {
    let (world, _producer) = World::with_producer();
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.ends_with("t1>");
    terminal.line("AAPL_position.quantity = 5");
    terminal
        .line("let t = when(\"AAPL_position.quantity > 4\").run(|| MSFT_position.quantity = 7);");
    eventually("the answer", || world.eval("MSFT_position.quantity") == "7");
    terminal.line(":undo");
    terminal.shows("AAPL_position.quantity: 5 -> 100");
    terminal.shows("trigger 1 has written since and goes on");
    terminal.line(":undo 2");
    terminal.shows("nothing to undo but what trigger 1 wrote");
    terminal.line("t.pause()");
    terminal.line(":undo");
    terminal.shows("MSFT_position.quantity: 7 -> 200");
    terminal.line("t.cancel(); watch(\"AAPL_position.quantity\", |c| AAPL_position.quantity = 1);");
    terminal.line("AAPL_position.quantity = 9");
    eventually("the answer", || world.eval("AAPL_position.quantity") == "1");
    terminal.line(":undo");
    terminal.shows("AAPL_position.quantity was set to 9 and is 1 now; trigger 2");
}

#[test]
fn the_prompt_of_a_dry_run_says_so() {
    let (world, _producer) = World::with_producer();
    let mut terminal = Terminal::open(&world, &["t1", "--dry-run"]);
    terminal.ends_with("t1 [dry run]>");
    terminal.line("AAPL_position.quantity = 5");
    terminal.shows("dry run: AAPL_position.quantity: 100 -> 5");
    terminal.line("AAPL_position.quantity + 1");
    terminal.until("what would be there", |screen| screen.contains("\n6\n"));
    assert_eq!(world.eval("AAPL_position.quantity"), "100");
}
