//! Files that scripts append to.

use std::fs;

use memglass::ObserverBuilder;

use super::super::world::World;
use crate::Attached;

/// The lines of a file, without the times that they begin with.
fn lines(world: &World, name: &str) -> Vec<String> {
    let text = fs::read_to_string(world.dir.path().join(name)).unwrap();
    let is_time = |word: &str| word.len() == 27 && word.ends_with('Z');
    let without = |line: &str| match line.split_once([' ', ',']) {
        Some((time, rest)) if is_time(time) => rest.to_owned(),
        _ => line.to_owned(),
    };
    text.lines().map(without).collect()
}

fn log(world: &mut World, name: &str, value: &str) {
    let path = world.dir.path().join(name);
    world.run(&format!("log({:?}, {value});", path.display().to_string()));
}

#[track_caller]
fn check(values: &[&str], expected: &[&str]) {
    let mut world = World::new();
    for value in values {
        log(&mut world, "log.csv", value);
    }
    assert_eq!(lines(&world, "log.csv"), expected, "{values:?}");
}

#[test]
fn a_value_is_a_row_and_the_first_one_brings_the_names_of_the_columns() {
    check(&["1", "\"a,b\""], &["time,value", "1", "\"a,b\""]);
    check(
        &["#{b: 1.5, a: \"x\"}", "#{a: \"y\"}", "#{a: (), b: 3}"],
        &["time,a,b", "x,1.5", "y,", ",3"],
    );
    check(
        &["AAPL_position.last_quote"],
        &[
            "time,object,bid_price,ask_price,ask_size",
            "AAPL_position.last_quote,15020,15025,7",
        ],
    );
    check(
        &["obs.all(\"Position\").table([\"quantity\"])"],
        &[
            "time,object,quantity",
            "AAPL_position,100",
            "MSFT_position,900",
        ],
    );
    check(&["#{time: 5, a: 1}"], &["a,time", "1,5"]);
}

#[test]
fn other_files_get_lines_of_text() {
    let mut world = World::new();
    for value in ["\"started\"", "AAPL_position.quantity", "#{a: 1}", "[1, 2]"] {
        log(&mut world, "log.txt", value);
    }
    assert_eq!(
        lines(&world, "log.txt"),
        ["started", "100", "{a: 1}", "1", "2"]
    );
}

#[test]
fn a_table_that_is_there_goes_on_and_keeps_its_columns() {
    let mut world = World::new();
    fs::write(world.dir.path().join("log.csv"), "b,time,a\n1,2,3").unwrap();
    log(&mut world, "log.csv", "#{a: 7, b: 8, time: 9}");
    assert_eq!(lines(&world, "log.csv"), ["b,time,a", "1,2,3", "8,9,7"]);
    let path = world.dir.path().join("log.csv").display().to_string();
    world.fails_with(
        &format!("log({path:?}, #{{c: 1}})"),
        "it has the columns b, time, a, and no \"c\"; log to another file",
    );
}

#[test]
fn a_file_that_was_moved_away_is_made_anew() {
    let mut world = World::new();
    log(&mut world, "log.csv", "1");
    let place = |name: &str| world.dir.path().join(name);
    fs::rename(place("log.csv"), place("old.csv")).unwrap();
    log(&mut world, "log.csv", "2");
    assert_eq!(lines(&world, "old.csv"), ["time,value", "1"]);
    assert_eq!(lines(&world, "log.csv"), ["time,value", "2"]);
}

#[test]
fn more_files_than_stay_open_are_all_written() {
    let mut world = World::new();
    for round in 0..2 {
        for file in 0..20 {
            log(&mut world, &format!("log{file}.csv"), &round.to_string());
        }
    }
    for file in 0..20 {
        let name = format!("log{file}.csv");
        assert_eq!(lines(&world, &name), ["time,value", "0", "1"]);
    }
}

#[test]
fn a_dry_run_tells_the_line_and_makes_no_file() {
    let trial = |options: ObserverBuilder, dir: &std::path::Path| {
        Attached::new(options.dir(dir).trial().attach("market").unwrap())
    };
    let mut world = World::attached(trial);
    let told = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let lines = told.clone();
    let tell = move |line: &str| lines.borrow_mut().push(line.to_owned());
    world.host.ledger().tell_to(std::rc::Rc::new(tell));
    log(&mut world, "log.csv", "5");
    assert!(!world.dir.path().join("log.csv").exists());
    let told = told.borrow();
    assert!(
        told[0].starts_with("dry run: ") && told[0].ends_with(" 5"),
        "{told:?}"
    );
}

#[test]
fn what_only_asks_cannot_log() {
    let mut world = World::new();
    world.fails_with(
        "obs.all(\"Position\").filter(|o| { log(\"never.csv\", 1); true })",
        "`log` cannot write inside of `filter`, which only asks",
    );
}

#[test]
fn what_only_asks_writes_no_file_at_all() {
    let mut world = World::new();
    let path = world.dir.path().join("never.set");
    let name = path.display().to_string();
    for (function, call) in [
        ("csv", format!("[1].csv({name:?})")),
        ("json", format!("[1].json({name:?})")),
        (
            "save_set",
            format!("save_set({name:?}, \"*_position.limit\")"),
        ),
    ] {
        world.fails_with(
            &format!("[1].filter(|o| {{ {call}; true }})"),
            &format!("`{function}` cannot write inside of `filter`, which only asks"),
        );
    }
    assert!(!path.exists());
}

#[test]
fn a_moment_or_duration_in_a_table_is_its_text() {
    let mut world = World::new();
    for (source, expected) in [
        ("[#{d: 5.ms, n: 1}].csv()", r#""d,n\n5ms,1\n""#),
        ("[1.5.s, -2.s].csv()", r#""value\n1.5s\n-2s\n""#),
        ("[#{d: [5.ms, 1]}].csv()", r#""d\n\"[\"\"5ms\"\",1]\"\n""#),
        ("[#{d: 5.ms}].table()[0].d", r#""5ms""#),
        (
            "[#{d: 5.ms, n: ()}].json()",
            r#""[{\"d\":\"5ms\",\"n\":null}]""#,
        ),
    ] {
        world.check(source, expected);
    }
    log(&mut world, "d.csv", "[#{d: 5.ms}]");
    assert_eq!(lines(&world, "d.csv"), ["time,d", "5ms"]);
}
