//! Prompts where lines cannot be edited.

use super::support::{World, eventually};
use super::terminal::{CTRL_C, CTRL_D, Terminal};

#[test]
fn a_simple_terminal_has_a_plain_prompt() {
    let (world, _producer) = World::with_producer();
    for term in ["dumb", "emacs"] {
        let variables = [("TERM", term)];
        let mut terminal = Terminal::open_with(&world, &["t1"], 80, 30, &variables);
        terminal.shows(&format!("TERM={term}"));
        terminal.ends_with("t1>");
        terminal.press("40 + 2\r");
        terminal.until("the value", |screen| {
            screen.trim_end().ends_with("40 + 2\n42\nt1>")
        });
        terminal.press("fn f(x) {\r");
        terminal.ends_with("...");
        terminal.press("x }\rf(43)\r");
        terminal.until("the value", |screen| screen.trim_end().ends_with("43\nt1>"));
        assert!(!terminal.written().contains('\x1b'));
        terminal.press(CTRL_D);
        assert_eq!(terminal.exit_code(), 0);
    }
}

#[test]
fn lines_that_come_together_run_one_after_the_other() {
    let (world, _producer) = World::with_producer();
    let program = env!("CARGO_BIN_EXE_memglass");
    // Without lines of its own the terminal gives both at one read.
    let line = format!("stty -icanon; exec '{program}' t1");
    let variables = [("TERM", "dumb")];
    let mut terminal =
        Terminal::open_program(&world, &["/bin/sh", "-c", &line], 80, 30, &variables);
    terminal.ends_with("t1>");
    terminal.press("40 + 2\r40 + 3\r");
    terminal.until("both values", |screen| {
        screen.contains("42\nt1>") && screen.trim_end().ends_with("43\nt1>")
    });
}

#[test]
fn ctrl_c_at_a_plain_prompt_drops_the_line_and_stops_a_script() {
    let (world, _producer) = World::with_producer();
    let variables = [("TERM", "dumb")];
    let mut terminal = Terminal::open_with(&world, &["t1"], 80, 30, &variables);
    terminal.ends_with("t1>");
    terminal.press("fn f(x) {\r");
    terminal.ends_with("...");
    terminal.press(CTRL_C);
    terminal.ends_with("t1>");
    terminal.press("40 + 2\r");
    terminal.until("the value", |screen| {
        screen.trim_end().ends_with("\n42\nt1>")
    });
    terminal.press("AAPL_position.quantity = 777; loop {}\r");
    eventually("the script runs", || {
        world.eval("AAPL_position.quantity") == "777"
    });
    terminal.press(CTRL_C);
    terminal.shows("interrupted");
    terminal.ends_with("t1>");
}

#[test]
fn output_into_a_file_is_data_alone() {
    let (world, _producer) = World::with_producer();
    let (program, file) = (env!("CARGO_BIN_EXE_memglass"), world.path().join("out"));
    let line = format!("'{program}' t1 > '{}'", file.display());
    let mut terminal = Terminal::open_program(&world, &["/bin/sh", "-c", &line], 80, 30, &[]);
    terminal.shows("standard output is not a terminal");
    terminal.ends_with("t1>");
    terminal.press("order_12345.order_id\r");
    terminal.press(CTRL_D);
    assert_eq!(terminal.exit_code(), 0);
    assert_eq!(std::fs::read_to_string(file).unwrap(), "12345\n");
}

#[test]
fn messages_in_a_file_have_no_colour() {
    let (world, _producer) = World::with_producer();
    let (program, file) = (env!("CARGO_BIN_EXE_memglass"), world.path().join("log"));
    let line = format!("'{program}' t1 2> '{}'", file.display());
    let mut terminal = Terminal::open_program(&world, &["/bin/sh", "-c", &line], 80, 30, &[]);
    terminal.ends_with("t1>");
    terminal.line("nonsense");
    terminal.until("a prompt", |screen| {
        screen.trim_end().ends_with("nonsense\nt1>")
    });
    terminal.press(CTRL_D);
    assert_eq!(terminal.exit_code(), 0);
    let log = std::fs::read_to_string(file).unwrap();
    assert!(log.contains("error: no variable"), "{log}");
    assert!(!log.contains('\x1b'), "{log:?}");
}
