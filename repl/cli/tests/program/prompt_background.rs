//! What happens while a line is typed, or while a script runs.

use std::time::{Duration, Instant};

use super::support::{World, eventually};
use super::terminal::{CTRL_C, Terminal};

#[test]
fn news_stand_above_a_line_that_is_being_typed() {
    let (world, producer) = World::with_producer();
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.ends_with("t1>");
    terminal.press("AAPL_quote.bid");
    terminal.shows("t1> AAPL_quote.bid");
    let pid = producer.kill();
    terminal.becomes(&[
        &format!("memglass: producer of \"t1\" (pid {pid}) has crashed; the values are its last"),
        "t1> AAPL_quote.bid",
    ]);
    let _next = world.producer("t1");
    terminal.shows("a new producer has its name");
    terminal.press("_price + 1\r");
    terminal.shows("t1> AAPL_quote.bid_price + 1\n");
    terminal.ends_with("t1 [restarted]>");
}

#[test]
fn news_are_broken_between_words() {
    let (world, producer) = World::with_producer();
    let mut terminal = Terminal::open_wide(&world, &["t1"], 40);
    terminal.ends_with("t1>");
    terminal.press("1 +");
    terminal.shows("1 +");
    let pid = producer.kill();
    let first = format!("memglass: producer of \"t1\" (pid {pid})");
    let (first, second) = match first.len() {
        ..=36 => (format!("{first} has"), "  crashed; the values are its last"),
        _ => (first, "  has crashed; the values are its last"),
    };
    terminal.becomes(&[&first, second, "t1> 1 +"]);
}

/// The promise is 100 ms; a test on a machine with more to do than it has processors allows more, and
/// looks at the best of several tries.
#[test]
fn ctrl_c_ends_an_endless_loop_at_once() {
    let (world, _producer) = World::with_producer();
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.ends_with("t1>");
    let mut best = Duration::MAX;
    for round in 0..5 {
        terminal.line(&format!(
            "AAPL_position.quantity = {round}; loop {{ try {{ loop {{}} }} catch {{}} }}"
        ));
        eventually("the script runs", || {
            world.eval("AAPL_position.quantity") == round.to_string()
        });
        let start = Instant::now();
        terminal.press(CTRL_C);
        terminal.until("a new prompt", |screen| {
            screen.trim_end().ends_with("interrupted\nt1>")
        });
        best = best.min(start.elapsed());
        assert!(!terminal.text().contains("^C"), "{}", terminal.text());
        terminal.line(":clear");
        terminal.becomes(&["t1>"]);
    }
    eprintln!("Ctrl-C to prompt: {best:.1?}");
    assert!(best < Duration::from_millis(500), "{best:?}");
}

#[test]
fn actions_that_take_longer_than_their_period_leave_the_prompt_its_turn() {
    let (world, _producer) = World::with_producer();
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.ends_with("t1>");
    terminal.line("every(1.ms, || { for i in 0..20_000 {} });");
    terminal.ends_with("t1>");
    terminal.line("6 * 7");
    terminal.shows("\n42\n");
}

#[test]
fn keys_pressed_while_a_script_runs_are_no_part_of_its_output() {
    let (world, _producer) = World::with_producer();
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.ends_with("t1>");
    terminal
        .line("AAPL_position.quantity = 77; while AAPL_position.quantity == 77 {} print(\"done\")");
    eventually("the script runs", || {
        world.eval("AAPL_position.quantity") == "77"
    });
    terminal.press("\x1b[A1 + 1");
    world.eval("AAPL_position.quantity = 0");
    terminal.shows("\ndone\n");
    assert!(!terminal.text().contains("^["), "{}", terminal.text());
}

#[test]
fn an_action_that_goes_on_and_on_is_told_and_a_line_waits_for_its_end() {
    let (world, _producer) = World::with_producer();
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.ends_with("t1>");
    for action in ["loop {}", "sleep(1000.s)"] {
        terminal.line(&format!("after(1.ms, || {{ {action} }});"));
        terminal.shows("note: the action of trigger ");
        terminal.shows("Ctrl-C ends it");
        terminal.press("6 * 7\r");
        // Until the editor has given the terminal back, the key is no signal.
        let mut tries = 0..100;
        while !terminal.text().contains("interrupted") && tries.next().is_some() {
            terminal.press(CTRL_C);
            std::thread::sleep(Duration::from_millis(300));
        }
        terminal.shows("42");
        terminal.line(":clear");
        terminal.ends_with("t1>");
    }
}
