//! Lines: several that belong together, pasted ones, those typed before, and other programs to edit in.

use std::os::unix::fs::PermissionsExt;

use super::support::{World, eventually};
use super::terminal::{CTRL_C, CTRL_D, DOWN, Terminal, UP};

const CTRL_R: &str = "\x12";
const CTRL_Z: &str = "\x1a";
const BACKSPACE: &str = "\x7f";

fn opened(columns: u16) -> (World, super::support::Producer, Terminal) {
    let (world, producer) = World::with_producer();
    let terminal = Terminal::open_wide(&world, &["t1"], columns);
    terminal.ends_with("t1>");
    (world, producer, terminal)
}

#[test]
fn continuation_lines_have_a_prompt_of_their_own_and_stay_editable() {
    let (_world, _producer, mut terminal) = opened(80);
    terminal.press("fn twice(x) {\rx * 3\r");
    terminal.becomes(&["t1> fn twice(x) {", "... x * 3", "..."]);
    // Back over the indentation to the line above, and on.
    terminal.press(BACKSPACE);
    terminal.press(BACKSPACE);
    terminal.press("2\r}\r");
    terminal.press("twice(21)\r");
    terminal.becomes(&[
        "t1> fn twice(x) {",
        "... x * 2",
        "... }",
        "t1> twice(21)",
        "42",
        "t1>",
    ]);
    terminal.press(UP);
    terminal.ends_with("t1> twice(21)");
    terminal.press(UP);
    terminal.becomes(&[
        "t1> fn twice(x) {",
        "... x * 2",
        "... }",
        "t1> twice(21)",
        "42",
        "t1> fn twice(x) {",
        "... x * 2",
        "... }",
    ]);
}

#[test]
fn down_brings_back_what_was_typed_before_up() {
    let (_world, _producer, mut terminal) = opened(80);
    for (line, result) in [
        ("700 + 7", "707"),
        ("if true {\r1 }", "1"),
        ("800 + 8", "808"),
    ] {
        terminal.press(line);
        terminal.press("\r");
        terminal.shows(&format!("\n{result}\nt1>"));
    }
    for (typed, up) in [("", "800 + 8"), ("7", "700 + 7"), ("9", "9")] {
        terminal.press(typed);
        terminal.is_at(&format!("t1> {typed}"));
        terminal.press(UP);
        terminal.ends_with(&format!("t1> {up}"));
        terminal.press(DOWN);
        terminal.is_at(&format!("t1> {typed}"));
        terminal.press(CTRL_C);
        terminal.ends_with("t1>");
    }
    // Through a text of several lines as well.
    terminal.press(&[UP, UP].concat());
    terminal.ends_with("... 1 }");
    terminal.press(&[UP, UP].concat());
    terminal.ends_with("t1> 700 + 7");
    terminal.press(DOWN);
    terminal.ends_with("... 1 }");
    terminal.press(DOWN);
    terminal.ends_with("t1> 800 + 8");
    terminal.press(DOWN);
    terminal.ends_with("t1>");
}

#[test]
fn a_pasted_program_runs_once_and_as_it_was() {
    let (_world, _producer, mut terminal) = opened(80);
    let program: String = (0..40).map(|n| format!("    let a{n} = {n};\n")).collect();
    terminal.press(&format!(
        "\x1b[200~if true {{\n{program}    print(`a\n    b ${{a39}}`)\n}}\x1b[201~"
    ));
    terminal.press("\r");
    terminal.shows("\na\n    b 39\nt1>");
}

#[test]
fn the_history_is_searched_with_ctrl_r_and_outlives_a_kill() {
    let (world, _producer, mut terminal) = opened(80);
    for (line, result) in [("700 + 7", "707"), ("800 + 8", "808")] {
        terminal.line(line);
        terminal.shows(&format!("\n{result}\n"));
        terminal.ends_with("t1>");
    }
    let mut other = Terminal::open(&world, &["t1"]);
    other.ends_with("t1>");
    other.line("900 + 9");
    other.shows("\n909\n");
    other.ends_with("t1>");
    terminal.line("600 + 6");
    terminal.shows("\n606\n");
    other.child.kill().unwrap();
    terminal.child.kill().unwrap();
    other.wait();
    terminal.wait();

    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.ends_with("t1>");
    terminal.press(CTRL_R);
    terminal.press("+ 7");
    terminal.shows("(reverse-i-search)`+ 7': 700 + 7");
    terminal.press("\r");
    terminal.shows("\n707\n");
    terminal.ends_with("t1>");
    for line in ["700 + 7", "600 + 6", "900 + 9", "800 + 8"] {
        terminal.press(UP);
        terminal.ends_with(&format!("t1> {line}"));
    }
}

#[test]
fn ctrl_z_gives_the_terminal_back_and_the_line_is_there_again() {
    let (_world, _producer, mut terminal) = opened(80);
    terminal.press("1 + ");
    terminal.shows("1 + ");
    terminal.press(CTRL_Z);
    let pid = terminal.child.process_id().unwrap();
    let state = || {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        stat.rsplit(") ").next().unwrap().chars().next().unwrap()
    };
    // A process that no shell looks after may refuse to stop, and goes on.
    eventually("it stops, or the terminal is its again", || {
        state() == 'T' || terminal.text().contains("1 + ")
    });
    super::support::signal(pid, rustix::process::Signal::CONT);
    terminal.press("2\r");
    terminal.shows("\n3\n");
}

#[test]
fn a_shell_stops_the_prompt_and_fg_shows_the_line_again() {
    let (world, _producer) = World::with_producer();
    let shell = ["bash", "--norc", "--noprofile", "-i"];
    let variables = [("PATH", "/usr/bin:/bin"), ("PS1", "shell$ ")];
    let mut terminal = Terminal::open_program(&world, &shell, 120, 30, &variables);
    terminal.ends_with("shell$");
    terminal.press(&format!("{} t1\r", env!("CARGO_BIN_EXE_memglass")));
    terminal.ends_with("t1>");
    for typed in ["20 + 2", "30 + 3"] {
        terminal.press(typed);
        terminal.ends_with(&format!("t1> {typed}"));
        terminal.press(CTRL_Z);
        terminal.ends_with("shell$");
        terminal.press("fg\r");
        terminal.ends_with(&format!("t1> {typed}"));
        terminal.press("0\r");
        terminal.ends_with("t1>");
    }
    terminal.shows("\n40\n");
    terminal.shows("\n60\n");
}

#[test]
fn a_script_that_a_shell_stopped_goes_on_and_keys_stay_no_part_of_its_output() {
    let (world, _producer) = World::with_producer();
    let shell = ["bash", "--norc", "--noprofile", "-i"];
    let variables = [("PATH", "/usr/bin:/bin"), ("PS1", "shell$ ")];
    let mut terminal = Terminal::open_program(&world, &shell, 120, 30, &variables);
    terminal.ends_with("shell$");
    terminal.press(&format!("{} t1\r", env!("CARGO_BIN_EXE_memglass")));
    terminal.ends_with("t1>");
    let runs = |number: &str| {
        eventually("the script runs", || {
            world.eval("AAPL_position.quantity") == number
        });
    };
    terminal
        .line("AAPL_position.quantity = 77; while AAPL_position.quantity == 77 {} print(\"done\")");
    runs("77");
    terminal.press(CTRL_Z);
    terminal.ends_with("shell$");
    terminal.press("fg\r");
    terminal.until("the shell names what goes on", |screen| {
        screen.trim_end().ends_with("memglass t1")
    });
    eventually("the terminal echoes nothing", || !echoes(&terminal));
    terminal.press("20 + 2");
    world.eval("AAPL_position.quantity = 0");
    terminal.ends_with("t1> 20 + 2");
    assert_eq!(terminal.text().matches("20 + 2").count(), 1);
    terminal.press("0\r");
    terminal.shows("\n40\n");
    terminal.ends_with("t1>");

    terminal.line("AAPL_position.quantity = 78; loop {}");
    runs("78");
    terminal.press(CTRL_C);
    terminal.ends_with("t1>");
    assert!(!terminal.text().contains("{}^C"), "{}", terminal.text());
}

fn echoes(terminal: &Terminal) -> bool {
    let modes = terminal.modes();
    modes
        .split(|c: char| !c.is_alphanumeric())
        .any(|mode| mode == "ECHO")
}

/// A program that edits without a screen.
fn editor(world: &World, script: &str) -> String {
    let path = world.path().join("editor.sh");
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.display().to_string()
}

#[test]
fn the_last_input_is_edited_and_run() {
    let (world, _producer) = World::with_producer();
    let editor = editor(
        &world,
        r#"sed 's/20/40/' "$1" > "$1.new" && cat "$1.new" > "$1"; rm "$1.new""#,
    );
    let variables = [("EDITOR", editor.as_str()), ("PATH", "/usr/bin:/bin")];
    let mut terminal = Terminal::open_with(&world, &["t1"], 80, 30, &variables);
    terminal.ends_with("t1>");
    terminal.line("20 + 2");
    terminal.shows("\n22\n");
    terminal.line(":edit");
    terminal.until("the edited line and its result", |screen| {
        screen.contains("\n40 + 2\n42\n") && screen.trim_end().ends_with("t1>")
    });
    terminal.press(UP);
    terminal.ends_with("t1> 40 + 2");
    let kept = std::fs::read_to_string(world.history()).unwrap();
    assert!(kept.ends_with("\n20 + 2\n:edit\n40 + 2\n"), "{kept}");
}

#[test]
fn an_editor_that_fails_runs_nothing() {
    let (world, _producer) = World::with_producer();
    let editor = editor(&world, "exit 3");
    let mut terminal = Terminal::open_with(&world, &["t1"], 80, 30, &[("VISUAL", &editor)]);
    terminal.ends_with("t1>");
    terminal.line(":edit");
    terminal.shows("editor.sh failed");
    terminal.ends_with("t1>");
}

#[test]
fn what_is_longer_than_the_screen_goes_through_the_pager_and_nothing_else_does() {
    let (world, _producer) = World::with_producer();
    let pager = editor(&world, "sed 's/^/| /'; echo PAGED");
    let variables = [("PAGER", pager.as_str()), ("PATH", "/usr/bin:/bin")];
    let mut terminal = Terminal::open_with(&world, &["t1"], 80, 24, &variables);
    terminal.ends_with("t1>");
    terminal.line(":types");
    terminal.ends_with("t1>");
    terminal.line(":help");
    terminal.shows("Ctrl-D leaves");
    terminal.ends_with("t1>");
    assert!(!terminal.text().contains("PAGED"), "{}", terminal.text());
    terminal.line(":help functions");
    terminal.shows("PAGED");
    terminal.ends_with("t1>");
    terminal.line(":pager off");
    terminal.ends_with("t1>");
    terminal.line(":clear");
    terminal.becomes(&["t1>"]);
    terminal.line(":help functions");
    terminal.shows("u64(\"digits\")");
    terminal.ends_with("t1>");
    assert!(!terminal.text().contains("PAGED"), "{}", terminal.text());
}

#[test]
fn a_pager_that_is_left_early_leaves_the_prompt_where_it_was() {
    let (world, _producer) = World::with_producer();
    let pager = editor(&world, "head -n 1; echo LEFT");
    let variables = [("PAGER", pager.as_str()), ("PATH", "/usr/bin:/bin")];
    let mut terminal = Terminal::open_with(&world, &["t1"], 80, 24, &variables);
    terminal.ends_with("t1>");
    // More than a pipe holds.
    terminal.line("let rows = []; rows.pad(20000, #{ x: \"twelve bytes\" });");
    terminal.ends_with("t1>");
    terminal.line(":csv rows");
    terminal.shows("LEFT");
    terminal.ends_with("t1>");
    terminal.line("20 + 22");
    terminal.shows("\n42\n");
}

#[test]
fn the_users_own_script_runs_first_and_its_mistakes_are_named() {
    let (world, _producer) = World::with_producer();
    let config = world.path().join("config/memglass");
    std::fs::create_dir_all(&config).unwrap();
    let script = config.join("init.rhai");
    std::fs::write(&script, "fn half(x) { x / 2 }\nlet lucky = 7;\n").unwrap();
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.ends_with("t1>");
    terminal.line("half(84) + lucky");
    terminal.shows("\n49\n");
    terminal.press(CTRL_D);
    assert_eq!(terminal.exit_code(), 0);

    std::fs::write(&script, "let lucky = 7;\nlet x = lucky + nobody;\n").unwrap();
    let mut terminal = Terminal::open_wide(&world, &["t1"], 160);
    terminal.ends_with("t1>");
    terminal.shows("memglass/init.rhai:2:17");
    terminal.line("lucky");
    terminal.shows("\n7\n");

    let mut terminal = Terminal::open(&world, &["t1", "--no-init"]);
    terminal.ends_with("t1>");
    terminal.line("lucky");
    terminal.shows("error");
    terminal.press(CTRL_C);
}
