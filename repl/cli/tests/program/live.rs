//! Live tables in a real terminal: `memglass watch`, `memglass top`, `:watch` and `:top`.

use memglass::{Observe, Session};
use rustix::process::Signal;

use super::support::{World, signal};
use super::terminal::{CTRL_C, Terminal};

#[derive(Observe, Clone, Copy, Default)]
struct Motor {
    speed: i64,
    #[observe(range(0, 10))]
    level: i64,
}

/// Leaves the other screen.
const LEAVES: &str = "\x1b[?1049l";

const UNICODE: [(&str, &str); 1] = [("LANG", "C.UTF-8")];

/// A world in which the test itself is the producer of `t1`.
fn producing() -> (World, Session) {
    let world = World::new();
    let session = Session::builder("t1")
        .dir(world.sessions())
        .create()
        .unwrap();
    (world, session)
}

fn open(world: &World, arguments: &[&str]) -> Terminal {
    Terminal::open_with(world, arguments, 100, 20, &UNICODE)
}

/// A row begins like this and has these words.
fn has_row(terminal: &Terminal, begin: &str, words: &[&str]) {
    terminal.until(&format!("{begin} {words:?}"), |screen| {
        let mut rows = screen.lines().filter(|row| row.starts_with(begin));
        rows.any(|row| words.iter().all(|word| row.contains(word)))
    });
}

#[test]
fn a_watched_field_is_a_row_that_follows_it_and_the_terminal_comes_back() {
    let (world, session) = producing();
    let motor = session.object("left_motor", Motor::default()).unwrap();
    let mut terminal = open(
        &world,
        &["watch", "t1", "*_motor.speed", "left_motor.level * 2"],
    );
    has_row(&terminal, "left_motor.speed", &["0"]);
    motor.speed.set(7_000);
    has_row(&terminal, "left_motor.speed", &["7000", "now"]);
    has_row(&terminal, "left_motor.speed", &["7000", "█"]);
    motor.level.set(4);
    has_row(&terminal, "left_motor.level * 2", &["8"]);
    let right = session.object("right_motor", Motor::default()).unwrap();
    has_row(&terminal, "right_motor.speed", &["0"]);
    drop(right);
    has_row(&terminal, "right_motor.speed", &["gone"]);
    terminal.press("q");
    assert_eq!(terminal.wait(), 0);
    terminal.writes(LEAVES);
    terminal.writes("memglass: 2 changes, 1 appeared, 1 vanished in ");
    assert_eq!(terminal.modes(), terminal.before);
}

#[test]
fn a_pause_keeps_what_is_shown_and_only_what_differs_is_sent() {
    let (world, session) = producing();
    let motor = session.object("left_motor", Motor::default()).unwrap();
    let mut terminal = open(&world, &["watch", "t1", "left_motor.speed"]);
    has_row(&terminal, "left_motor.speed", &["0"]);
    terminal.press("p");
    terminal.shows("‖ paused");
    motor.speed.set(5);
    terminal.press("?");
    terminal.shows("stand still, go on");
    terminal.press("x");
    has_row(&terminal, "left_motor.speed", &["0"]);
    let before = terminal.written().len();
    terminal.press("p");
    has_row(&terminal, "left_motor.speed", &["5", "now"]);
    let sent = terminal.written().len() - before;
    assert!(sent < 1_500, "{sent} bytes for a few cells");
    terminal.press("s");
    terminal.shows("by name, 10 Hz");
    terminal.press("+");
    terminal.shows("by name, 20 Hz");
}

#[test]
fn more_rows_than_lines_are_scrolled_and_any_size_will_do() {
    let (world, session) = producing();
    let motors: Vec<_> = (0..50)
        .map(|index| session.object(&format!("m{index:02}_motor"), Motor::default()))
        .collect();
    let mut terminal = open(&world, &["watch", "t1", "*_motor.speed"]);
    terminal.shows("m00_motor.speed");
    terminal.press("\x1b[6~");
    terminal.shows("m16_motor.speed");
    terminal.press("G");
    terminal.shows("m49_motor.speed");
    for (columns, rows) in [(20, 8), (5, 2), (200, 60), (100, 20)] {
        terminal.resize(columns, rows);
        terminal.shows("t1");
    }
    // Crossterm hears a key that comes together with a resize only when another one comes.
    terminal.until("a whole first line", |screen| {
        let first = screen.lines().next();
        first.is_some_and(|line| line.trim_end().ends_with(" Hz"))
    });
    terminal.press("g");
    terminal.shows("m00_motor.speed");
    drop(motors);
}

#[test]
fn the_fate_of_the_producer_is_marked_and_its_last_values_stay() {
    let world = World::new();
    for words in [
        &["watch", "t1", "*_quote.bid_price"][..],
        &["top", "t1", "Quote"],
    ] {
        let producer = world.producer("t1");
        let mut terminal = open(&world, words);
        terminal.shows("_quote.bid_price");
        signal(producer.pid(), Signal::STOP);
        terminal.shows("✗ stopped: values stand still");
        signal(producer.pid(), Signal::CONT);
        terminal.until("no mark", |screen| !screen.contains('✗'));
        producer.kill();
        terminal.shows("✗ crashed: last values");
        terminal.shows("_quote.bid_price");
        let next = world.producer("t1");
        terminal.until("no mark", |screen| !screen.contains('✗'));
        terminal.shows("_quote.bid_price");
        next.terminate();
        terminal.shows("✗ exited: last values");
        terminal.shows("_quote.bid_price");
        terminal.press(CTRL_C);
        assert_eq!(terminal.wait(), 130);
        assert_eq!(terminal.modes(), terminal.before);
    }
}

#[test]
fn a_signal_gives_the_terminal_back() {
    let (world, session) = producing();
    let _motor = session.object("left_motor", Motor::default()).unwrap();
    let mut terminal = open(&world, &["watch", "t1", "left_motor"]);
    terminal.shows("left_motor");
    signal(terminal.child.process_id().unwrap(), Signal::TERM);
    assert_eq!(terminal.wait(), 143);
    terminal.writes(LEAVES);
    assert_eq!(terminal.modes(), terminal.before);
}

#[test]
fn a_stop_gives_the_terminal_to_the_shell_until_the_table_goes_on() {
    let (world, session) = producing();
    let _motor = session.object("left_motor", Motor::default()).unwrap();
    let mut terminal = Terminal::open_program(&world, &["/bin/sh", "-i"], 100, 20, &UNICODE);
    terminal.line(&format!(
        "{} watch t1 left_motor.speed",
        env!("CARGO_BIN_EXE_memglass")
    ));
    terminal.shows("Up Down scroll");
    terminal.press("\x1a");
    // The shell says so once the modes of the terminal are its own again.
    terminal.shows("Stopped");
    assert!(!terminal.text().contains("Up Down scroll"));
    terminal.line("echo $((1000 + 234))");
    terminal.shows("1234");
    terminal.line("fg");
    terminal.shows("Up Down scroll");
    terminal.press("q");
    terminal.shows("memglass: 0 changes");
}

#[test]
fn values_that_are_not_allowed_come_first_in_top_and_ages_go_by_the_last_change() {
    let (world, session) = producing();
    let motor = session.object("left_motor", Motor::default()).unwrap();
    motor.level.set(99);
    let mut terminal = open(&world, &["top", "t1"]);
    has_row(&terminal, "left_motor.level", &["99", "out of range"]);
    terminal.press("+");
    motor.speed.set(1);
    has_row(&terminal, "left_motor.speed", &["1", "now"]);
    terminal.press("sss");
    terminal.shows("by age");
    has_row(&terminal, "left_motor.speed", &["1", "2 s"]);
    terminal.press("q");
    assert_eq!(terminal.wait(), 0);
}

#[test]
fn a_chosen_form_and_a_count_are_lines_on_a_terminal_too() {
    let (world, session) = producing();
    let motor = session.object("left_motor", Motor::default()).unwrap();
    for words in [
        &["watch", "t1", "left_motor.speed", "--lines"][..],
        &["watch", "t1", "left_motor.speed", "--format", "text"],
    ] {
        let mut terminal = open(&world, words);
        terminal.until("a line", |screen| {
            motor.speed.set(motor.speed.get() + 1);
            screen.contains("left_motor.speed  ")
        });
        assert!(!terminal.written().contains("\x1b[?1049h"));
        terminal.press(CTRL_C);
        assert_eq!(terminal.wait(), 130);
    }
    let mut terminal = open(&world, &["top", "t1", "--once", "--stuck"]);
    terminal.shows("unchanged for 1.0 s");
    assert_eq!(terminal.wait(), 0);
}

#[test]
fn a_script_that_goes_on_says_why_and_what_ends_it() {
    let (world, session) = producing();
    let _motor = session.object("left_motor", Motor::default()).unwrap();
    let script = world.script("on.rhai", "when(\"left_motor.speed > 5\").run(|| ()); ()");
    let why = "its triggers go on until Ctrl-C; `--timeout 5s` ends them";
    let mut terminal = open(&world, &["run", "t1", &script]);
    terminal.shows(why);
    terminal.press(CTRL_C);
    assert_eq!(terminal.wait(), 130);
    for words in [
        &["run", "t1", &script, "--timeout", "100ms"][..],
        &["t1", "-e", "after(100.ms, || ()).cancel()"],
    ] {
        let mut terminal = open(&world, words);
        terminal.wait();
        assert!(!terminal.written().contains("go on until"), "{words:?}");
    }
}

#[test]
fn tables_of_the_prompt_come_back_to_it() {
    let (world, session) = producing();
    let motor = session.object("left_motor", Motor::default()).unwrap();
    let mut terminal = open(&world, &["t1"]);
    terminal.ends_with("t1>");
    terminal.line(":watch left_motor.speed");
    terminal.line(":watch \"at \" + left_motor.speed");
    terminal.shows("watch 2;");
    terminal.line(":watch nobody.speed");
    terminal.shows("watch 3;");
    terminal.line(":watch");
    has_row(&terminal, "1 left_motor.speed", &["0", "compiled"]);
    terminal.shows("ends number N; nothing is there of 3 nobody.speed");
    motor.speed.set(7);
    has_row(
        &terminal,
        "2 \"at \" + left_motor.speed",
        &["at 7", "interpreted"],
    );
    terminal.press("q");
    terminal.ends_with("t1>");
    terminal.line(":top Moto");
    terminal.shows("Moto");
    terminal.ends_with("t1>");
    terminal.line(":top Motor");
    terminal.shows("0 of 2 fields changed");
    terminal.press(CTRL_C);
    terminal.ends_with("t1>");
    terminal.line("40 + 2");
    terminal.shows("42");
    terminal.line(":watch 20ms :top left_motor.speed");
    terminal.shows("of 1 fields changed");
    terminal.press(CTRL_C);
    terminal.ends_with("t1>");
}

#[test]
fn triggers_run_on_beside_the_tables_of_the_prompt() {
    let (world, session) = producing();
    let motor = session.object("left_motor", Motor::default()).unwrap();
    let _answer = session.object("answer", 0_i64).unwrap();
    for (table, seen) in [(":top Motor", "fields changed"), (":watch", ":unwatch N")] {
        let mut terminal = open(&world, &["t1"]);
        terminal.ends_with("t1>");
        terminal.line(":watch left_motor.speed");
        terminal.shows("watch 1;");
        terminal.line(
            "watch(\"left_motor.speed\", |c| { print(`now ${c.now}`); answer.set(c.now); if c.now == 13 { loop {} } if c.now == 99 { exit(7) } }); ()",
        );
        terminal.line(table);
        terminal.shows(seen);
        let told = |speed: i64| {
            motor.speed.set(speed);
            terminal.until("the action", |_| {
                let ran = world.run(&["t1", "get", "answer"]);
                ran.data.trim() == speed.to_string()
            });
        };
        told(5);
        told(13);
        // What takes too long is stopped by Ctrl-C, and the table goes on.
        terminal.shows("^C stops it");
        terminal.press(CTRL_C);
        terminal.until("a table again", |screen| !screen.contains("^C stops"));
        terminal.press("q");
        terminal.shows("now 5");
        terminal.shows("interrupted");
        terminal.ends_with("t1>");
        terminal.line(table);
        terminal.shows(seen);
        motor.speed.set(99);
        assert_eq!(terminal.wait(), 7);
        motor.speed.set(0);
    }
}
