//! The full-screen view in a real terminal, on a real producer.

use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::support::{World, signal};
use super::terminal::{CTRL_C, Terminal};

/// Leaves the other screen.
const LEAVES: &str = "\x1b[?1049l";

/// Asks for the mouse.
const MOUSE: &str = "\x1b[?1000h\x1b[?1002h\x1b[?1006h";

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
    terminal.writes(LEAVES);
    assert_eq!(terminal.modes(), terminal.before);
}

#[test]
fn an_alarm_is_told_in_the_view_and_behind_it() {
    let world = World::new();
    let _producer = world.producer("t1");
    let mut terminal = Terminal::open_with(&world, &["view", "t1"], 80, 24, &UNICODE);
    terminal.shows("━ Objects ");
    terminal.press(":");
    terminal.press("always(\"AAPL_position.quantity < 100000\", \"too big\")\r");
    terminal.until("the line has run", |screen| !screen.contains("▏"));
    world.data(&["set", "t1", "AAPL_position.quantity", "200000"]);
    terminal.shows("broken: too big");
    terminal.press("j");
    terminal.until("a key was pressed", |screen| {
        !screen.contains("broken: too big")
    });
    terminal.press("q");
    terminal.until("it is left", |screen| {
        !screen.contains("━ Objects ") && screen.contains("broken: too big")
    });
    assert_eq!(terminal.wait(), 0);
}

#[test]
fn a_paste_is_no_keys_and_goes_into_a_line() {
    let world = World::new();
    let _producer = world.producer("t1");
    let mut terminal = open(&world);
    terminal.shows("━ Objects ");
    terminal.press("\x1b[200~uq\nqqq\x1b[201~");
    terminal.shows("what was pasted is no keys");
    terminal.press(":");
    terminal.press("\x1b[200~40 +\n2\x1b[201~");
    terminal.shows("40 +↵2▏");
    terminal.press("\r");
    terminal.shows("42");
    terminal.press(":");
    terminal.paste("let a = 20\nlet b = a + 1\nb + b + 1");
    terminal.press("\r");
    terminal.shows("43");
    terminal.press("q");
    assert_eq!(terminal.wait(), 0);
    terminal.writes("\x1b[?2004l");
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
    terminal.press("R");
    terminal.shows("the producer is alive and attached");
    producer.kill();
    terminal.shows("✗ crashed ");
    terminal.shows("last values, no writes");
    terminal.shows("╌ AAPL_position : Position ╌");
    let _successor = world.producer("t1");
    terminal.shows("R attaches");
    terminal.press("R");
    terminal.shows("● live");
    terminal.shows("saw     t1 crashed");
    terminal.shows("saw     t1 was restarted");
    terminal.shows("saw     attached to t1");
    terminal.press("q");
    assert_eq!(terminal.wait(), 0);
}

#[test]
fn what_a_producer_before_had_is_passed_over_by_undo() {
    let world = World::new();
    let producer = world.producer("t1");
    let mut terminal = open(&world);
    terminal.shows("● live");
    terminal.press(":AAPL_position.avg_price = 20000\r");
    terminal.shows("ran     AAPL_position.avg_price = 20000");
    terminal.shows("was 15000");
    producer.kill();
    terminal.shows("✗ crashed ");
    let _successor = world.producer("t1");
    terminal.press("R2");
    terminal.shows("● live");
    terminal.until("no undo", |screen| !screen.contains("u undo"));
    terminal.press("u");
    terminal.shows("nothing to undo: the object that had AAPL_position.avg_price then is gone");
    terminal.press(":AAPL_position.avg_price = 30000\r");
    terminal.shows("u undo");
    // With the colon that opens the line.
    terminal.press(":undo !\r");
    terminal.shows("ran     :undo !");
    terminal.press(":let undo = 5\r:undo - 3\r");
    terminal.shows("ran     undo - 3");
    // It takes what is told from the last line, where the keys stand.
    terminal.press("r");
    terminal.shows("? help");
    terminal.until("no undo", |screen| !screen.contains("u undo"));
    assert_eq!(world.eval("AAPL_position.avg_price"), "15000");
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
    terminal.writes(LEAVES);
    assert_eq!(terminal.modes(), terminal.before);
}

/// What ends a program that does not expect it.
const FATAL: &[&str] = &[
    "ABRT", "ALRM", "BUS", "FPE", "ILL", "PROF", "QUIT", "SEGV", "SYS", "TRAP", "USR1", "USR2",
    "VTALRM", "XCPU",
];

/// What Linux has besides: IO, PWR, STKFLT, and some of real time.
const FATAL_ON_LINUX: &[&str] = &["29", "30", "16", "34", "64"];

fn fatal() -> impl Iterator<Item = &'static str> {
    let more = match cfg!(target_os = "linux") {
        true => FATAL_ON_LINUX,
        false => &[],
    };
    FATAL.iter().chain(more).copied()
}

/// Sends a signal that may have no name here.
#[track_caller]
fn kill(terminal: &Terminal, signal: &str) {
    let pid = terminal.child.process_id().unwrap().to_string();
    let sent = Command::new("kill").args(["-s", signal, &pid]).status();
    assert!(sent.unwrap().success(), "{signal}");
}

#[test]
fn a_signal_that_nobody_expects_gives_the_terminal_back_too() {
    let world = World::new();
    let _producer = world.producer("t1");
    for unexpected in fatal() {
        let mut terminal = open(&world);
        terminal.shows("━ Objects ");
        kill(&terminal, unexpected);
        assert_ne!(terminal.wait(), 0);
        terminal.writes(LEAVES);
        assert_eq!(terminal.modes(), terminal.before, "{unexpected}");
    }
}

#[test]
fn a_signal_that_nobody_expects_gives_the_terminal_of_the_prompt_back() {
    let world = World::new();
    let _producer = world.producer("t1");
    for unexpected in ["ABRT", "SEGV", "USR1"] {
        let mut terminal = Terminal::open_with(&world, &["t1"], 80, 24, &UNICODE);
        terminal.ends_with("t1>");
        assert_ne!(terminal.modes(), terminal.before);
        kill(&terminal, unexpected);
        assert_ne!(terminal.wait(), 0);
        assert_eq!(terminal.modes(), terminal.before, "{unexpected}");
        assert!(!terminal.written().contains(LEAVES));
    }
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

#[test]
fn a_number_is_edited_refused_and_undone() {
    let world = World::new();
    let _producer = world.producer("t1");
    let mut terminal = open(&world);
    terminal.shows("━ Objects ");
    terminal.press("\rjje");
    terminal.shows("┌─ AAPL_position.avg_price ─");
    terminal.press("\x15abc\r");
    terminal.shows("refused AAPL_position.avg_price = abc");
    terminal.press("\x1599999999");
    terminal.shows("✗ out of range: 0 … 10,000,000");
    terminal.press("\t\r");
    terminal.shows("wrote   AAPL_position.avg_price = 10000000");
    assert_eq!(world.eval("AAPL_position.avg_price"), "10000000");
    terminal.press("u");
    terminal.shows("undid   AAPL_position.avg_price = 10000000");
    assert_eq!(world.eval("AAPL_position.avg_price"), "15000");
    terminal.press("+");
    terminal.shows("AAPL_position.avg_price = 15001");
    terminal.press("q");
    assert_eq!(terminal.wait(), 0);
}

#[test]
fn what_the_producer_keeps_to_itself_is_refused_at_once() {
    let world = World::new();
    let _producer = world.producer("t1");
    let mut terminal = open(&world);
    terminal.shows("━ Objects ");
    terminal.press("/AAPL_quote\r2jj");
    // Places are those of the bytes that `x` shows.
    terminal.shows("u32, seqlock, 4 bytes at offset 24");
    let start = Instant::now();
    for key in ["e", "+"] {
        terminal.press(key);
        terminal.shows("holds the right to write it and does not let go");
        terminal.press("r");
        terminal.shows("? help");
    }
    // As a write that waits takes five seconds.
    assert!(start.elapsed() < Duration::from_secs(5));
    terminal.press("1/message_log\r2");
    terminal.shows("u32, seqlock, 4 bytes at offset 0");
}

#[test]
fn an_enum_is_picked_a_flag_is_set_and_a_read_only_field_says_so() {
    let world = World::new();
    let _producer = world.producer("t1");
    let mut terminal = open(&world);
    terminal.shows("━ Objects ");
    terminal.press("/order_12345\r");
    terminal.shows("─ order_12345 : Order ─");
    terminal.press("\re");
    terminal.shows("the producer declares it read-only");
    terminal.press("jje");
    terminal.shows("● BUY");
    terminal.press("sell\r");
    terminal.shows("wrote   order_12345.side = SELL");
    terminal.press(" ");
    terminal.shows("wrote   order_12345.side = BUY");
    terminal.press("jjjje");
    terminal.shows("[ ] IMMEDIATE");
    terminal.press(" \r");
    terminal.shows("wrote   order_12345.flags = ");
    assert!(
        world
            .eval("order_12345.flags.has(\"IMMEDIATE\")")
            .contains("true")
    );
}

#[test]
fn fields_and_expressions_are_watched() {
    let world = World::new();
    let _producer = world.producer("t1");
    let arguments = ["view", "t1", "--watch", "engine_stats.ticks"];
    let mut terminal = Terminal::open_with(&world, &arguments, 120, 36, &UNICODE);
    terminal.shows("─ Watch 1 ─");
    terminal.press("\rjw");
    terminal.shows("─ Watch 2 ─");
    terminal.press("WAAPL_quote.ask_price - AAPL_quote.bid_pric\r");
    terminal.shows("did you mean");
    terminal.press("e\r");
    terminal.shows("─ Watch 3 ─");
    terminal.shows(" 10 ");
    terminal.press("w");
    terminal.shows("─ Watch 2 ─");
    terminal.press(":watch 1s AAPL_position.quantity\r");
    terminal.shows("no line is repeated while the view is open");
}

#[test]
fn what_is_watched_and_the_log_stay_for_the_next_view_of_the_prompt() {
    let world = World::new();
    let _producer = world.producer("t1");
    let mut terminal = Terminal::open_with(&world, &["t1"], 120, 36, &UNICODE);
    terminal.ends_with("t1>");
    terminal.line(":view");
    terminal.shows("━ Objects ");
    terminal.press("WAAPL_position.quantity * 2\r");
    terminal.shows("─ Watch 1 ─");
    terminal.press("\rj+");
    terminal.shows("wrote   AAPL_position.quantity = 101");
    terminal.press("q");
    terminal.until("the prompt", |screen| !screen.contains("─ Objects "));
    terminal.line(":view");
    terminal.shows("─ Watch 1 ─");
    terminal.shows("AAPL_position.quantity * 2");
    terminal.shows("wrote   AAPL_position.quantity = 101");
}

#[test]
fn a_read_only_view_writes_nothing() {
    let world = World::new();
    let _producer = world.producer("t1");
    let arguments = ["view", "t1", "--readonly"];
    let mut terminal = Terminal::open_with(&world, &arguments, 120, 36, &UNICODE);
    terminal.shows("● live  read-only");
    terminal.press("\rje");
    terminal.shows("no writes: --readonly");
    terminal.press("+");
    assert_eq!(world.eval("AAPL_position.quantity"), "100");
}

#[test]
fn a_dry_run_of_the_view_tells_at_the_end_what_would_have_been_written() {
    let world = World::new();
    let _producer = world.producer("t1");
    let arguments = ["--dry-run", "view", "t1"];
    let mut terminal = Terminal::open_with(&world, &arguments, 120, 36, &UNICODE);
    terminal.shows("● live  dry run");
    terminal.press("\rj+");
    let written = "dry run: AAPL_position.quantity: 100 -> 101";
    terminal.shows(written);
    // In the log, and on the last line until a key is pressed.
    terminal.press("r");
    terminal.shows("? help");
    assert_eq!(terminal.text().matches(written).count(), 1, "told once");
    terminal.press("q");
    terminal.shows("dry run: 1 write would have been made; nothing was changed");
    assert_eq!(terminal.text().matches(written).count(), 1, "told once");
    assert_eq!(world.eval("AAPL_position.quantity"), "100");
}

#[test]
fn what_was_written_in_the_view_is_saved_as_a_script() {
    let world = World::new();
    let _producer = world.producer("t1");
    let mut terminal = Terminal::open_with(&world, &["t1"], 120, 36, &UNICODE);
    terminal.ends_with("t1>");
    terminal.line(":view");
    terminal.shows("━ Objects ");
    terminal.press("\rj+");
    terminal.shows("wrote   AAPL_position.quantity = 101");
    terminal.press("h/order_12345\r\rjjj ");
    terminal.shows("wrote   order_12345.status = ");
    terminal.press("q");
    terminal.until("the prompt", |screen| !screen.contains("─ Objects "));
    let script = world.path().join("s.rhai");
    terminal.line(&format!(":save {}", script.display()));
    let saved = || std::fs::read_to_string(&script).unwrap_or_default();
    super::support::eventually("the script", || saved().contains("quantity = 101"));
    assert!(
        saved().contains("obs[\"order_12345\"].status = \"PARTIAL\";"),
        "{}",
        saved()
    );
}

#[test]
fn the_bytes_of_an_object_are_shown() {
    let world = World::new();
    let _producer = world.producer("t1");
    let arguments = ["view", "t1", "--hex"];
    let mut terminal = Terminal::open_with(&world, &arguments, 120, 36, &UNICODE);
    terminal.shows("x fields");
    terminal.shows("0000  00 00 00 00 --");
    terminal.press("/order_12345\r");
    terminal.shows("39 30 00 00");
    terminal.press("x");
    terminal.shows("12,345");
}

#[test]
fn a_stop_from_outside_gives_the_terminal_back_and_takes_it_again() {
    let world = World::new();
    let _producer = world.producer("t1");
    let program = env!("CARGO_BIN_EXE_memglass");
    let shell = [
        "/bin/sh",
        "-mc",
        "\"$0\" view t1; echo stopped; read line; fg >/dev/null; echo over",
        program,
    ];
    let mut terminal = Terminal::open_program(&world, &shell, 120, 36, &UNICODE);
    terminal.shows("━ Objects ");
    terminal.writes(MOUSE);
    let written = terminal.written().len();
    signal(descendant(&terminal, "memglass"), Signal::TSTP);
    terminal.shows("stopped");
    let left = terminal.written()[written..].to_owned();
    assert!(
        left.contains(LEAVES) && left.contains("\x1b[?1000l"),
        "{left:?}"
    );
    assert_eq!(terminal.modes(), terminal.before);
    terminal.press("\r");
    terminal.shows("━ Objects ");
    terminal.shows("AAPL_position : Position ─");
    terminal.press("q");
    terminal.shows("over");
}

#[test]
fn keys_that_were_pressed_while_the_view_was_away_are_not_for_it() {
    let world = World::new();
    let _producer = world.producer("t1");
    let script = "\"$0\" view t1; echo stopped; read line; echo soon; until [ -e \"$1\" ]; do sleep 0.05; done; fg >/dev/null; echo over";
    let typed = world.path().join("typed").display().to_string();
    let program = env!("CARGO_BIN_EXE_memglass");
    let shell = ["/bin/sh", "-mc", script, program, &typed];
    let mut terminal = Terminal::open_program(&world, &shell, 120, 36, &UNICODE);
    terminal.shows("━ Objects ");
    signal(descendant(&terminal, "memglass"), Signal::TSTP);
    terminal.shows("stopped");
    terminal.press("\r");
    terminal.shows("soon");
    // A terminal that edits lines takes the end of the paste with Ctrl-U.
    terminal.press("q\x1b[200~pasted\nx\x1b[201~\x15");
    std::thread::sleep(Duration::from_millis(100));
    std::fs::write(&typed, "").unwrap();
    terminal.shows("━ Objects ");
    terminal.press("?");
    terminal.shows("this help");
    terminal.press("\x1b");
    terminal.until("the objects", |screen| !screen.contains("this help"));
    terminal.press("q");
    terminal.shows("over");
}

#[test]
fn no_key_is_lost_while_the_terminal_changes_its_size() {
    let world = World::new();
    let _producer = world.producer("t1");
    let mut terminal = open(&world);
    terminal.shows("━ Objects ");
    terminal.press("\rj");
    for turn in 0..40 {
        terminal.resize(100 + turn % 2, 36);
        terminal.press("+");
        // At another moment of what a new size takes each time.
        std::thread::sleep(Duration::from_micros(300 * u64::from(turn)));
    }
    let quantity = || world.eval("AAPL_position.quantity");
    super::support::eventually_seen("each key", || quantity() == "140", quantity);
}

/// The process of this name that the terminal's program started.
fn descendant(terminal: &Terminal, name: &str) -> u32 {
    let parent = terminal.child.process_id().unwrap();
    let children = std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children"));
    let children = children.unwrap();
    let is_named = |pid: &&str| {
        let found = std::fs::read_to_string(format!("/proc/{pid}/comm"));
        found.is_ok_and(|found| found.trim() == name)
    };
    let child = children.split_whitespace().find(is_named).unwrap();
    child.parse().unwrap()
}

#[test]
fn the_mouse_selects_and_is_handed_back_to_the_terminal() {
    let world = World::new();
    let _producer = world.producer("t1");
    let mut terminal = open(&world);
    terminal.shows("━ Objects ");
    terminal.writes(MOUSE);
    terminal.press("\x1b[<0;50;6M\x1b[<0;50;6m");
    terminal.shows("━ AAPL_position : Position ━");
    terminal.press("M");
    terminal.shows("mouse off");
    terminal.writes("\x1b[?1006l\x1b[?1002l\x1b[?1000l");
}

#[test]
fn objects_are_found_by_a_condition_about_their_fields() {
    let world = World::new();
    let _producer = world.producer("t1");
    let mut terminal = open(&world);
    terminal.shows("━ Objects ");
    terminal.press("Fquantty > 50");
    terminal.shows("did you mean \"quantity\"?");
    terminal.press("\x15label.contains(\"AAPL\") && quantity > 5");
    terminal.shows("1 of ");
    terminal.press("\r");
    terminal.shows("━ Objects 1 of ");
    terminal.until("others are not listed", |screen| {
        screen.contains("AAPL_position") && !screen.contains("AAPL_quote  ")
    });
    terminal.press("\x1b");
    terminal.shows("MSFT_quote");
}

fn configure(world: &World, text: &str) {
    let directory = world.path().join("config/memglass");
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join("config.toml"), text).unwrap();
}

#[test]
fn settings_choose_keys_and_the_rate_and_their_mistakes_are_told() {
    let world = World::new();
    let _producer = world.producer("t1");
    configure(
        &world,
        "rate = 30\n[keys]\nquit = \"F10\"\nedit = \"E\"\nundoo = \"U\"\n",
    );
    let mut terminal = open(&world);
    terminal.shows("config.toml:5:1: there is no action \"undoo\"; did you mean \"undo\"?");
    terminal.press("\x1b");
    terminal.until("no notice", |screen| !screen.contains("┌─"));
    terminal.shows(" 30 Hz");
    terminal.shows("ignored config.toml:5:1");
    terminal.press("\rj");
    terminal.shows("E edit");
    terminal.shows("F10 quit");
    terminal.press("E");
    terminal.shows("┌─ AAPL_position.quantity ─");
    terminal.press("\x1b");
    terminal.until("no dialog", |screen| !screen.contains("┌─"));
    terminal.press("\x1b[21~");
    assert_eq!(terminal.wait(), 0);
}

#[test]
fn the_prompt_opens_the_view_with_the_settings_too() {
    let world = World::new();
    let _producer = world.producer("t1");
    let mut terminal = Terminal::open_with(&world, &["t1"], 80, 24, &UNICODE);
    terminal.ends_with("t1>");
    configure(&world, "rate = 5\nmouse = false\n");
    terminal.line(":view");
    terminal.shows("mouse off  5 Hz");
    terminal.press("q");
}

#[test]
fn settings_that_are_a_pipe_are_told_and_waited_for_by_nobody() {
    let world = World::new();
    let _producer = world.producer("t1");
    let directory = world.path().join("config/memglass");
    std::fs::create_dir_all(&directory).unwrap();
    let pipe = directory.join("config.toml");
    let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, mode, 0).unwrap();
    let mut terminal = open(&world);
    terminal.shows("config.toml: cannot be read: it is a pipe, and not a file");
    terminal.press("\x1b");
    terminal.shows("q quit");
}

#[test]
fn the_settings_to_begin_with_are_printed() {
    let world = World::new();
    let printed = world.data(&["view", "--print-config"]);
    assert!(printed.contains("\n# rate = 60\n") && printed.contains("\n[keys]\n# up = "));
    world
        .run(&["view", "--print-config", "--hex"])
        .failed(2, &["--print-config"]);
}

#[test]
fn the_terminal_says_what_it_draws_on_and_its_answer_is_no_key() {
    let world = World::new();
    let _producer = world.producer("t1");
    let mut terminal = open(&world);
    terminal.writes("\x1b]11;?\x07");
    terminal.shows("━ Objects ");
    assert_eq!(terminal.color_of("● live"), vt100::Color::Idx(80));
    terminal.press("\x1b]11;rgb:ffff/ffff/ffff\x1b\\");
    let is_light = || terminal.color_of("● live") == vt100::Color::Idx(24);
    super::support::eventually("other colours", is_light);
    terminal.press("\r");
    terminal.shows("━ AAPL_position : Position ━");
}

#[test]
fn an_answer_that_comes_at_the_end_is_not_typed_into_the_shell() {
    let world = World::new();
    let _producer = world.producer("t1");
    let program = env!("CARGO_BIN_EXE_memglass");
    let shell = [
        "/bin/sh",
        "-mc",
        "\"$0\" view t1; printf over; read line; echo \"[$line]\"",
        program,
    ];
    let mut terminal = Terminal::open_program(&world, &shell, 120, 36, &UNICODE);
    terminal.writes("\x1b]11;?\x07");
    terminal.press("q\x1b]11;rgb:1e1e/1e1e/1e1e\x07");
    terminal.shows("over");
    terminal.press("x\r");
    terminal.shows("[x]");
}

#[test]
fn chosen_colours_ask_the_terminal_nothing() {
    let world = World::new();
    let _producer = world.producer("t1");
    let arguments = ["view", "t1", "--theme", "light"];
    let terminal = Terminal::open_with(&world, &arguments, 120, 36, &UNICODE);
    terminal.shows("━ Objects ");
    assert_eq!(terminal.color_of("● live"), vt100::Color::Idx(24));
    assert!(!terminal.written().contains("\x1b]11"));
}

#[test]
fn the_list_is_sorted_by_a_pinned_column() {
    let world = World::new();
    let _producer = world.producer("t1");
    let mut terminal = open(&world);
    terminal.shows("━ Objects ");
    terminal.press("Flabel.contains(\"position\")\r");
    terminal.shows("AMZN_position");
    assert_eq!(world.eval("MSFT_position.avg_price = 77777; 1"), "1");
    terminal.press("oavg_price");
    terminal.shows("column avg_price");
    terminal.press(" amber > 70000\r");
    terminal.shows("[x] avg_price amber > 70000");
    terminal.press("\r");
    terminal.until("the greatest is first", |screen| {
        let row = screen.lines().nth(3).unwrap_or_default();
        row.contains("MSFT_position") && row.contains("!77,777 ticks")
    });
}

#[test]
fn a_line_is_completed_and_run_in_the_view_and_the_log_tells_what_it_gave() {
    let world = World::new();
    let _producer = world.producer("t1");
    let mut terminal = open(&world);
    terminal.shows("━ Objects ");
    terminal.press(":AAPL_position.symb\t");
    terminal.shows(" : AAPL_position.symbol_id▏");
    terminal.press(" + 41\r");
    terminal.shows(" ran     AAPL_position.symbol_id + 41 ");
    // What is longer than a line stands below it.
    terminal.press("::types\r");
    terminal.shows("lines in the log");
    terminal.press(":AAPL_position.nope\r");
    terminal.shows(" failed  AAPL_position.nope");
    terminal.press(":\x1b[A\x1b[A");
    terminal.shows(" : :types▏");
    terminal.press("\x15:edit\r");
    terminal.shows("leave the view first");
    terminal.press("::view\r");
    terminal.shows("the view is open");
    terminal.press(":exit(3)\r");
    assert_eq!(terminal.wait(), 3);
    assert_eq!(terminal.modes(), terminal.before);
}

#[test]
fn control_c_stops_a_line_that_runs_in_the_view_and_the_view_goes_on() {
    let world = World::new();
    let _producer = world.producer("t1");
    let mut terminal = open(&world);
    terminal.shows("━ Objects ");
    terminal.press(":let i = 0; loop { i += 1; }\r");
    terminal.shows("a script has run for");
    terminal.press(CTRL_C);
    terminal.shows(" failed  let i = 0; loop");
    terminal.shows("interrupted");
    terminal.press("q");
    assert_eq!(terminal.wait(), 0);
}

#[test]
fn triggers_run_while_the_view_is_open_and_lines_of_the_view_are_in_the_history_of_the_prompt() {
    let world = World::new();
    let _producer = world.producer("t1");
    let mut terminal = Terminal::open_with(&world, &["t1"], 120, 36, &UNICODE);
    terminal.ends_with("t1>");
    terminal.line("let n = 0; every(20.ms, || print(\"beat\"));");
    terminal.line(":view");
    terminal.shows(" said    beat");
    terminal.press(":2 * 21\r");
    terminal.shows(" ran     2 * 21 ");
    terminal.press("q");
    terminal.until("the prompt", |screen| !screen.contains("━ Objects "));
    // Printed above the prompt again.
    terminal.shows("beat");
    terminal.press("\x1b[A");
    terminal.shows("t1> 2 * 21");
    terminal.press(CTRL_C);
    terminal.line(":q");
    assert_eq!(terminal.wait(), 0);
}

#[test]
fn the_past_of_what_is_watched_is_shown_and_left() {
    let world = World::new();
    let _producer = world.producer("t1");
    let mut terminal = open(&world);
    terminal.shows("━ Objects ");
    terminal.press("[");
    terminal.shows("only what is watched has a history");
    terminal.press("\rjjjjw");
    terminal.shows("─ Watch 1 ─");
    // Something that changes has a sparkline of several heights. The bars of the memory have such blocks too.
    terminal.until("two changes", |screen| {
        let is_watch = |row: &str| row.contains("unrealized_pnl ") && row.contains('█');
        screen.lines().any(is_watch)
    });
    terminal.press("[[");
    terminal.shows("◁ ");
    terminal.shows("s ago, watched values only: ] on, Esc now");
    terminal.shows("not then");
    terminal.press("\x1b");
    terminal.shows("● live");
    terminal.press("3\r");
    terminal.shows("┌─ AAPL_position.unrealized_pnl ─");
    terminal.shows("seen ");
    terminal.press("j");
    terminal.shows("‖ stands still");
    terminal.press("\r");
    terminal.shows("s ago, watched values only");
    terminal.press("\x1b");
    terminal.shows("● live");
    terminal.press("q");
    assert_eq!(terminal.wait(), 0);
}
