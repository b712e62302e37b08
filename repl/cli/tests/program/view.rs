//! The full-screen view in a real terminal, on a real producer.

use rustix::process::Signal;

use super::support::{World, signal};
use super::terminal::{CTRL_C, Terminal};

/// Leaves the other screen.
const LEAVES: &str = "\x1b[?1049l";

const UNICODE: [(&str, &str); 1] = [("LANG", "C.UTF-8")];

fn open(world: &World) -> Terminal {
    Terminal::open_with(world, &["view", "t1"], 120, 36, &UNICODE)
}

#[test]
fn a_session_is_shown_while_it_changes_and_the_terminal_comes_back() {
    let world = World::new();
    let _producer = world.producer("t1");
    let mut terminal = open(&world);
    terminal.shows("━ Objects ");
    terminal.shows("─ AAPL_position : Position ─");
    terminal.shows(" → ");
    terminal.press("\rj");
    terminal.shows("AAPL_position.quantity");
    terminal.shows("Signed number of shares");
    terminal.press("q");
    assert_eq!(terminal.wait(), 0);
    assert!(terminal.written().contains(LEAVES));
    assert_eq!(terminal.modes(), terminal.before);
}

#[test]
fn the_prompt_is_as_it_was_after_the_view() {
    let world = World::new();
    let _producer = world.producer("t1");
    let mut terminal = Terminal::open_with(&world, &["t1"], 80, 24, &UNICODE);
    terminal.ends_with("t1>");
    terminal.line("let x = 41");
    terminal.ends_with("t1>");
    terminal.line(":view");
    terminal.shows("━ Objects ");
    terminal.press("q");
    terminal.until("the prompt", |screen| !screen.contains("━ Objects "));
    terminal.line("x + 1");
    terminal.shows("42");
    terminal.press("\x1b[A\x1b[A");
    terminal.is_at("t1> :view");
    terminal.press(CTRL_C);
    terminal.line(":q");
    assert_eq!(terminal.wait(), 0);
    assert_eq!(terminal.modes(), terminal.before);
}

#[test]
fn a_killed_producer_leaves_its_last_values_and_its_successor_can_be_attached() {
    let world = World::new();
    let producer = world.producer("t1");
    let mut terminal = open(&world);
    terminal.shows("● live");
    terminal.shows(" → ");
    producer.kill();
    terminal.shows("✗ crashed ");
    terminal.shows("last values, no writes");
    terminal.shows("╌ AAPL_position : Position ╌");
    let _successor = world.producer("t1");
    terminal.shows("R attaches");
    terminal.press("R");
    terminal.shows("● live");
    terminal.press("q");
    assert_eq!(terminal.wait(), 0);
}

#[test]
fn a_stopped_producer_is_told_from_a_quiet_one() {
    let world = World::new();
    let producer = world.producer("t1");
    let terminal = open(&world);
    terminal.shows("● live");
    signal(producer.pid(), Signal::STOP);
    terminal.shows("! suspended ");
    signal(producer.pid(), Signal::CONT);
    terminal.shows("● live");
}

#[test]
fn the_window_may_be_resized_at_any_moment() {
    let world = World::new();
    let _producer = world.producer("t1");
    let mut terminal = open(&world);
    terminal.shows("─ Memory ─");
    for (columns, rows) in [(80, 24), (40, 10), (15, 4), (200, 60)] {
        terminal.resize(columns, rows);
        terminal.shows("t1");
    }
    terminal.shows("by label ↑");
    terminal.press("q");
    assert_eq!(terminal.wait(), 0);
}

#[test]
fn a_signal_gives_the_terminal_back() {
    let world = World::new();
    let _producer = world.producer("t1");
    let mut terminal = open(&world);
    terminal.shows("━ Objects ");
    signal(terminal.child.process_id().unwrap(), Signal::TERM);
    assert_eq!(terminal.wait(), 143);
    assert!(terminal.written().contains(LEAVES));
    assert_eq!(terminal.modes(), terminal.before);
}

#[test]
fn without_unicode_the_view_is_drawn_in_ascii() {
    let world = World::new();
    let _producer = world.producer("t1");
    let variables = [("LC_ALL", "C"), ("NO_COLOR", "1")];
    let terminal = Terminal::open_with(&world, &["view", "t1"], 80, 24, &variables);
    terminal.shows("= Objects ");
    terminal.shows("* live");
    assert!(terminal.text().is_ascii(), "{}", terminal.text());
}

#[test]
fn without_a_terminal_the_view_says_what_else_there_is() {
    let world = World::new();
    let _producer = world.producer("t1");
    world
        .run(&["view", "t1"])
        .failed(2, &["needs a terminal", "memglass get"]);
    world
        .run(&["t1", "-e", ":view"])
        .failed(2, &["needs a terminal"]);
    let variables = [("TERM", "dumb")];
    let mut terminal = Terminal::open_with(&world, &["view", "t1"], 80, 24, &variables);
    terminal.shows("TERM is \"dumb\"");
    assert_eq!(terminal.wait(), 2);
}
