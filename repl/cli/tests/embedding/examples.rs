//! The examples, as their readers start them.

use std::path::Path;
use std::process::Command;

use rustix::process::Signal;

use super::support::{World, eventually_seen, example, signal};
use super::terminal::{CTRL_C, CTRL_D, Terminal};

/// An example at a prompt of its own.
fn open(world: &World, name: &str, session: &str) -> Terminal {
    at_prompt(world, &example(name), &[session], &[])
}

fn at_prompt(
    world: &World,
    program: &Path,
    arguments: &[&str],
    variables: &[(&str, &str)],
) -> Terminal {
    let program = [&[program.to_str().unwrap()], arguments].concat();
    Terminal::open_program(world, &program, 90, 30, variables)
}

/// The value of a path in a session, as another process sees it.
fn read(world: &World, session: &str, path: &str) -> String {
    let observer = memglass::Observer::builder()
        .dir(world.sessions())
        .attach(session)
        .unwrap();
    format!("{:?}", observer.field(path).unwrap().read().unwrap())
}

#[test]
fn a_control_loop_goes_on_while_its_operator_types_in_the_same_process() {
    let world = World::new();
    let mut terminal = open(&world, "embedded_console", "r1");
    terminal.ends_with("robot>");

    terminal.line("left_motor.target = 900");
    let speed = || read(&world, "r1", "left_motor.speed");
    eventually_seen("the loop follows", || speed() == "I64(900)", speed);
    let periods = || read(&world, "r1", "control.periods");
    let before = periods();
    terminal.press("left_motor.tar");
    eventually_seen("periods while typing", || periods() != before, periods);
    terminal.press(CTRL_C);
    terminal.ends_with("robot>");
    terminal.line("halt(\"in the way\")");
    terminal.ends_with("robot [halted]>");
    eventually_seen("the motor stops", || speed() == "I64(0)", speed);
    terminal.line("control.reason");
    terminal.shows("\nin the way");
    terminal.ends_with("robot [halted]>");
    terminal.line("resume()");
    terminal.ends_with("robot>");
    eventually_seen("the loop goes on", || speed() == "I64(900)", speed);

    terminal.ends_with("robot>");
    terminal.line("left_motor.speed = 5");
    terminal.shows("read-only");
    terminal.ends_with("robot>");
    terminal.press(CTRL_D);
    terminal.shows(" periods");
    assert_eq!(terminal.exit_code(), 0);
}

#[test]
fn an_endless_script_at_the_console_is_stopped_and_the_loop_does_not_notice() {
    let world = World::new();
    let mut terminal = open(&world, "embedded_console", "r2");
    terminal.ends_with("robot>");
    terminal.line("left_motor.target = 7; loop {}");
    let target = || read(&world, "r2", "left_motor.target");
    eventually_seen("the script runs", || target() == "I64(7)", target);
    let before = read(&world, "r2", "control.periods");
    // More often than the program itself would bear: the process is the robot's.
    for _ in 0..5 {
        terminal.press(CTRL_C);
    }
    terminal.shows("interrupted");
    terminal.ends_with("robot>");
    let periods = || read(&world, "r2", "control.periods");
    eventually_seen("periods", || periods() != before, periods);
    terminal.line(":odometer");
    terminal.shows("motor  turns");
    terminal.ends_with("robot>");
    terminal.press(CTRL_D);
    assert_eq!(terminal.exit_code(), 0);
}

#[test]
fn a_signal_ends_the_console_in_an_orderly_way() {
    let world = World::new();
    let terminal = open(&world, "embedded_console", "r3");
    terminal.ends_with("robot>");
    signal(terminal.child.process_id().unwrap(), Signal::TERM);
    assert_eq!(terminal.exit_code(), 128 + 15);
    assert!(memglass::sessions(Some(&world.sessions())).is_empty());
}

#[test]
fn a_host_adds_a_function_and_a_command_to_the_session_of_another_process() {
    let (world, _producer) = World::with_producer();
    let mut terminal = open(&world, "embedded_host", "t1");
    terminal.shows("dollars(ticks) and :exposure are ours");
    terminal.ends_with("t1 [read-only]>");

    terminal.line("dollars(AAPL_position.avg_price)");
    terminal.shows("\n150.0\n");
    terminal.ends_with("t1 [read-only]>");
    terminal.press(":expo\t");
    terminal.shows(":exposure");
    terminal.press(" 40_000\r");
    terminal.shows("AMZN_position  54000.00\n");
    assert!(
        !terminal.text().contains("AAPL_position  "),
        "{}",
        terminal.text()
    );
    terminal.ends_with("t1 [read-only]>");
    terminal.line(":help exposure");
    terminal.shows("what positions are worth");
    terminal.ends_with("t1 [read-only]>");
    terminal.line("dollars?");
    terminal.shows("dollars(i64)");
    terminal.ends_with("t1 [read-only]>");
    terminal.line("AAPL_position.quantity = 5");
    terminal.shows("cannot be written");
    terminal.ends_with("t1 [read-only]>");
    terminal.press(CTRL_D);
    assert_eq!(terminal.exit_code(), 0);
}

#[test]
fn the_same_host_evaluates_lines_without_a_terminal() {
    let (world, _producer) = World::with_producer();
    let run = |lines: &[&str]| {
        Command::new(example("embedded_host"))
            .arg("t1")
            .args(lines)
            .env("MEMGLASS_DIR", world.sessions())
            .output()
            .unwrap()
    };
    let good = run(&["dollars(15_000)", ":exposure 60_000"]);
    assert_eq!(
        String::from_utf8(good.stdout).unwrap().replace('─', ""),
        "150.0\nposition       dollars\n\nGOOG_position\n".replace(
            "GOOG_position",
            "MSFT_position  62000.00\nMETA_position  165000.00"
        )
    );
    let bad = run(&["dollars(AAPL_position.quantty)"]);
    assert_eq!(bad.status.code(), Some(1));
    let told = String::from_utf8(bad.stderr).unwrap();
    assert!(told.contains("did you mean \"quantity\"?"), "{told}");
}

/// The program itself at a prompt, with an init script where it is without `XDG_CONFIG_HOME`.
fn program(world: &World, init: &str, arguments: &[&str]) -> Terminal {
    let directory = world.path().join(".config/memglass");
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join("init.rhai"), init).unwrap();
    let memglass = Path::new(env!("CARGO_BIN_EXE_memglass"));
    let terminal = at_prompt(world, memglass, arguments, &[("XDG_CONFIG_HOME", "")]);
    terminal.ends_with("t1>");
    terminal
}

#[test]
fn what_the_init_script_defines_is_there_at_the_prompt() {
    let (world, _producer) = World::with_producer();
    let init = "print(\"hello\"); fn twice(x) { x * 2 } let answer = 42;";
    let mut terminal = program(&world, init, &["t1"]);
    terminal.shows("hello");
    terminal.line("twice(answer)");
    terminal.shows("\n84\n");
    let mut without = program(&world, init, &["t1", "--no-init"]);
    without.line("answer + 1");
    without.shows("no variable, object or function is named \"answer\"");
}

#[test]
fn an_init_script_that_fails_is_told_and_the_prompt_comes() {
    let (world, _producer) = World::with_producer();
    let mut terminal = program(&world, "let kept = 5;\nnobody", &["t1"]);
    terminal.shows("init.rhai:2");
    terminal.ends_with("t1>");
    terminal.line("kept + 1");
    terminal.shows("\n6\n");
}
