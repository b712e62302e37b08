//! Finding a moment of a recording: `memglass wait` and `memglass watch` on one, and `:seek` with a condition.

use super::recording::{file, recorded};
use super::terminal::Terminal;

#[test]
fn the_moment_at_which_something_was_so_is_found_and_can_be_gone_to() {
    let (world, _session, _motor) = recorded();
    let run = file(&world);
    let moment = world.data(&["wait", &run, "motor.speed >= 500"]);
    // It is said so that the condition is true there, and not one step before.
    let seek = format!(":seek {}", moment.trim());
    let there = world.data(&[&run, "-e", &seek, "-e", "motor.speed"]);
    assert_eq!(there, "500\n", "{moment}");
    let before = world.data(&[&run, "-e", &seek, "-e", ":seek -0.1s", "-e", "motor.speed"]);
    assert_eq!(before, "0\n", "{moment}");
    let found = world.data(&[&run, "-e", ":seek motor.speed >= 500", "-e", "motor.speed"]);
    assert_eq!(found, "500\n");
    // What is true at the start was true first there, and it lasted until it was not.
    let lasted = world.data(&["wait", &run, "motor.speed == 0", "--lasting", "200ms"]);
    let start = world.data(&["wait", &run, "motor.speed == 0"]);
    assert!(
        start < lasted && lasted < moment,
        "{start} {lasted} {moment}"
    );
}

#[test]
fn what_was_never_so_in_a_recording_is_not_waited_for() {
    let (world, _session, _motor) = recorded();
    let run = file(&world);
    let never = ["was never true in", "it is false"];
    world
        .run(&["wait", &run, "motor.speed > 500"])
        .failed(1, &never);
    world
        .run(&[&run, "wait", "motor.speed > 500"])
        .failed(1, &never);
    world
        .run(&["--session", &run, "wait", "motor.speed > 500"])
        .failed(1, &never);
    let mistyped = ["did you mean \"speed\""];
    world
        .run(&["wait", &run, "motor.sped > 5"])
        .failed(2, &mistyped);
    let seek = |text: &str| world.run(&[&run, "-e", &format!(":seek {text}")]);
    seek("motor.speed > 500").failed(2, &["never becomes true in this recording", "false"]);
    seek("motor.sped > 500").failed(2, &mistyped);
    seek("motor.speed = 500").failed(2, &["cannot write"]);
    seek("strat").failed(2, &["is no moment"]);
}

#[test]
fn a_condition_is_looked_for_from_where_the_replay_is() {
    let (world, _session, _motor) = recorded();
    let run = file(&world);
    let mut terminal = Terminal::open(&world, &[&run]);
    terminal.shows(":seek");
    terminal.line(":seek motor.speed >= 500");
    terminal.shows("paused");
    terminal.line(":seek motor.speed >= 500");
    terminal.shows("never becomes true after this moment; at the end it");
    // The replay is where it was.
    terminal.line("motor.speed + 1");
    terminal.shows("501");
}

#[test]
fn watch_prints_what_changed_in_a_recording() {
    let (world, _session, _motor) = recorded();
    let run = file(&world);
    let lines = world.data(&["watch", &run, "motor.speed", "motor.speed * 2"]);
    let lines: Vec<&str> = lines.lines().collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].ends_with("motor.speed  0 -> 500"), "{lines:?}");
    assert!(
        lines[1].ends_with("motor.speed * 2  0 -> 1000"),
        "{lines:?}"
    );
    let first = world.data(&[
        "watch",
        &run,
        "motor.speed",
        "--for",
        "100ms",
        "--format",
        "csv",
    ]);
    assert_eq!(first.lines().count(), 1, "{first}");
    world
        .run(&["top", &run])
        .failed(2, &["stands still", "memglass play"]);
}
