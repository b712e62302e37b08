//! The view from its first frame to its last, on a real producer: what somebody does who looks for something, mends it
//! and goes back to the prompt. And what the view is told when it is started.

use super::support::World;
use super::terminal::{CTRL_C, Terminal};

const UNICODE: [(&str, &str); 1] = [("LANG", "C.UTF-8")];

fn open(world: &World, arguments: &[&str]) -> Terminal {
    Terminal::open_with(world, arguments, 120, 36, &UNICODE)
}

#[test]
fn a_session_is_looked_through_mended_watched_and_left_to_the_prompt() {
    let world = World::new();
    let producer = world.producer("t1");
    let mut terminal = open(&world, &["t1"]);
    terminal.ends_with("t1>");
    terminal.line("let before = 41");
    terminal.ends_with("t1>");
    terminal.line(":view");
    terminal.shows("━ Objects ");

    look_around(&mut terminal);
    edit(&world, &mut terminal);
    find(&mut terminal);

    producer.kill();
    terminal.shows("✗ crashed ");
    terminal.press("2jje");
    terminal.shows("no writes: ");
    terminal.press("q");
    terminal.until("the prompt", |screen| !screen.contains("Objects "));
    terminal.line("before + 1");
    // Before the next prompt Ctrl-C is a signal, and may come as late as the line behind it.
    terminal.ends_with("t1 [crashed]>");
    terminal.shows("\n42\n");
    terminal.press(CTRL_C);
    terminal.line(":q");
    assert_eq!(terminal.wait(), 0);
    assert_eq!(terminal.modes(), terminal.before);
}

/// Panels, nested values, bytes, one panel alone.
fn look_around(terminal: &mut Terminal) {
    terminal.press("/position\r");
    terminal.shows("Objects 5 of ");
    terminal.press("jj\r");
    terminal.shows("━ GOOG_position : Position ━");
    terminal.press("jjjjj\r");
    terminal.until("last_quote is closed", |screen| {
        screen.contains("▸ last_quote") && !screen.contains("bid_size")
    });
    terminal.press("\r");
    terminal.shows("bid_size");
    terminal.press("x");
    terminal.shows("0000  ");
    terminal.press("x");
    terminal.shows("▾ last_quote");
    terminal.press("z");
    terminal.until("it is alone", |screen| !screen.contains("Objects "));
    terminal.press("z1");
    terminal.shows("━ Objects 5 of ");
    // In the leftmost panel `h` is not about panels.
    terminal.press("h");
    terminal.shows("x fields");
    terminal.press("h");
    terminal.until("its fields", |screen| screen.contains("▾ last_quote"));
    terminal.press("\x1b");
    terminal.until("all of them", |screen| !screen.contains(" · "));
}

/// A number, one that is out of range, an enum, a flag, and what is watched.
fn edit(world: &World, terminal: &mut Terminal) {
    terminal.press("/AAPL_pos\r\rjj");
    terminal.shows("▌ avg_price");
    terminal.press("e99999999");
    terminal.shows("✗ out of range: 0 … 10,000,000");
    terminal.press("\r");
    terminal.shows("[99999999");
    terminal.press("\x150x3a99\r");
    terminal.shows("wrote   AAPL_position.avg_price = 15001");
    assert_eq!(world.eval("AAPL_position.avg_price"), "15001");
    terminal.press("w");
    terminal.shows("─ Watch 1 ─");
    list_all(terminal);
    terminal.press("/order_12345\r\rjje");
    terminal.shows("● BUY");
    terminal.press("\x1b[B\r");
    terminal.shows("wrote   order_12345.side = SELL");
    terminal.press("jjjje");
    terminal.shows("[ ] IMMEDIATE");
    terminal.press(" \r");
    terminal.shows("wrote   order_12345.flags = ");
    list_all(terminal);
}

/// From the fields back to the list, and to all of it.
fn list_all(terminal: &mut Terminal) {
    terminal.press("\x1b");
    terminal.shows("━ Objects ");
    terminal.press("\x1b");
    terminal.until("all of them", |screen| !screen.contains(" · "));
}

/// By a condition, and in another order.
fn find(terminal: &mut Terminal) {
    terminal.press("Favg_price == 15001\r");
    terminal.until("one matches and is selected", |screen| {
        let selected = screen.lines().find(|row| row.contains('▌'));
        screen.contains("Objects 1 of ")
            && selected.is_some_and(|row| row.contains("AAPL_position"))
    });
    terminal.press("\x1b");
    terminal.until("all of them", |screen| !screen.contains(" · "));
    terminal.press("o\x1b[B\r");
    terminal.shows("by type ↑");
    terminal.press("o\r");
    terminal.shows("by type ↓");
}

#[test]
fn a_line_that_is_left_half_typed_is_no_part_of_the_prompt() {
    let world = World::new();
    let _producer = world.producer("t1");
    let mut terminal = open(&world, &["t1"]);
    terminal.ends_with("t1>");
    terminal.line(":view");
    terminal.shows("━ Objects ");
    terminal.press(":engine_stats.tic");
    terminal.shows(" : engine_stats.tic▏");
    terminal.press("\x1b");
    terminal.until("the line is closed", |screen| !screen.contains(" : engine"));
    terminal.press("q");
    terminal.ends_with("t1>");
    terminal.line("1 + 1");
    terminal.shows("2");
}

#[test]
fn objects_of_one_type_are_listed_from_the_start() {
    let world = World::new();
    let _producer = world.producer("t1");
    let mut terminal = open(&world, &["view", "t1", "--type", "Quote", "--edit"]);
    terminal.shows("Objects 5 of ");
    terminal.shows("· Quote");
    terminal.press("\x1b");
    terminal.until("all of them", |screen| !screen.contains("· Quote"));
    terminal.press("q");
    assert_eq!(terminal.wait(), 0);
    let mut terminal = open(&world, &["view", "t1", "--type", "Quot"]);
    terminal.shows("no type \"Quot\"");
    terminal.shows("Quote");
    assert_eq!(terminal.wait(), 1);
    let mut terminal = open(&world, &["view", "t1", "--edit", "--readonly"]);
    terminal.shows("--readonly");
    assert_eq!(terminal.wait(), 2);
}

#[test]
fn errors_in_the_log_are_wrapped() {
    let world = World::new();
    let _producer = world.producer("t1");
    let mut terminal = open(&world, &["view", "t1"]);
    terminal.shows("━ Objects ");
    let words = "one two three four five six seven eight nine ten eleven twelve";
    terminal.press(&format!(":throw \"{words} thirteen\"\r"));
    terminal.until("both ends of it in the log", |screen| {
        let last = screen.lines().last().unwrap_or_default();
        let log = screen.replace(last, "");
        log.contains("one two three") && log.contains("thirteen")
    });
}

#[test]
fn elements_of_nested_arrays_are_opened_and_edited() {
    let world = World::new();
    let _producer = world.producer("t1");
    let mut terminal = open(&world, &["view", "t1"]);
    terminal.shows("━ Objects ");
    terminal.press("/book\r\r");
    terminal.shows("▸ [0]");
    terminal.shows("{4 fields}");
    terminal.press("\rjj");
    terminal.shows("▸ bids");
    terminal.press("\r");
    terminal.shows("Level[5]");
    terminal.press("j\r");
    terminal.shows("price");
    terminal.press("k\rj");
    terminal.until("bids is closed", |screen| !screen.contains("price"));
    terminal.press("j\rj");
    terminal.shows("[10 elements]");
    terminal.shows("▸ [0]…[4]");
    terminal.shows("▸ [5]…[9]");
    // One of several can be edited once each has a row.
    terminal.press("ej");
    terminal.shows("▾ [0]…[4]");
    terminal.press("e\x1577\r");
    terminal.shows("wrote   book[0].volume[0] = 77");
}

#[test]
fn a_text_that_does_not_match_its_pattern_says_so_while_it_is_typed() {
    let world = World::new();
    let _producer = world.producer("t1");
    let mut terminal = open(&world, &["view", "t1"]);
    terminal.shows("━ Objects ");
    terminal.press("/order_12345\r\rje");
    terminal.shows("text, at most 8 bytes, must match [A-Z]{1,8}");
    terminal.press("low");
    terminal.shows("7 of 8");
    terminal.shows("✗ \"AAPLlow\" does not match");
    terminal.press("\x15MSFT");
    terminal.until("it is accepted", |screen| {
        screen.contains("[MSFT▏") && !screen.contains('✗')
    });
    terminal.press("TOOLONG");
    terminal.shows("✗ ");
    terminal.press("\x15MSFT\r");
    terminal.shows("wrote   order_12345.symbol = \"MSFT\"");
    assert_eq!(world.eval("order_12345.symbol"), "MSFT");
}

#[test]
fn changes_are_marked_for_as_long_as_was_asked() {
    let world = World::new();
    let _producer = world.producer("t1");
    let mut terminal = open(&world, &["view", "t1", "--no-highlight"]);
    terminal.shows("─ AAPL_position : Position ─");
    let moved = |screen: &str| {
        let row = screen.lines().find(|row| row.contains("timestamp_ns"));
        row.unwrap_or_default().to_owned()
    };
    let first = moved(&terminal.text());
    terminal.until("it changes", |screen| moved(screen) != first);
    assert!(!terminal.text().contains('→'));
    terminal.press("q");
    assert_eq!(terminal.wait(), 0);
    let arguments = ["view", "t1", "--rate", "10", "--highlight-frames", "600"];
    let terminal = open(&world, &arguments);
    terminal.shows("─ AAPL_position : Position ─");
    terminal.shows(" → ");
}

#[test]
fn what_was_written_is_saved_from_the_line_of_the_view() {
    let world = World::new();
    let _producer = world.producer("t1");
    let mut terminal = open(&world, &["view", "t1"]);
    terminal.shows("━ Objects ");
    terminal.press("\rjj+");
    terminal.shows("wrote   AAPL_position.avg_price = 15001");
    let script = world.path().join("s.rhai");
    terminal.press(&format!("::save {}\r", script.display()));
    terminal.shows("s.rhai has 3 lines");
    terminal.press("u");
    terminal.shows("undid   AAPL_position.avg_price = 15001");
    terminal.press("q");
    assert_eq!(terminal.wait(), 0);
    world.data(&["run", &script.display().to_string()]);
    assert_eq!(world.eval("AAPL_position.avg_price"), "15001");
}
