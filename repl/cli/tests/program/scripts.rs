//! The scripts that users start from.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use rustix::process::Signal;

use super::support::{Producer, World, signal};

/// What a script prints.
fn run(world: &World, name: &str) -> String {
    let path = format!("{}/../../scripts/{name}", env!("CARGO_MANIFEST_DIR"));
    let ran = world.run(&["run", "--session", "t1", &path]);
    assert_eq!((ran.code, ran.messages.as_str()), (Some(0), ""), "{name}");
    ran.data
}

#[test]
fn every_script_is_run_here() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts");
    let entries = std::fs::read_dir(path).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "cancel_on_spread.rhai",
            "check_orders.rhai",
            "end_of_day.rhai",
            "exposure.rhai",
            "fill_logger.rhai",
            "flatten.rhai",
            "parameter_set.rhai",
            "position_limit.rhai",
            "stale_quotes.rhai",
            "top_movers.rhai",
            "watchdog.rhai"
        ]
    );
}

fn script(name: &str) -> String {
    format!("{}/../../scripts/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn a_parameter_set_is_saved_compared_and_applied() {
    let (world, _producer) = World::with_producer();
    let script = script("parameter_set.rhai");
    let set = world.path().join("limits.set").display().to_string();
    let run = |arguments: &[&str]| {
        let all = [&["run", "--session", "t1", &script, "--"], arguments].concat();
        world.run(&all)
    };
    let saved = run(&["save", &set, "*_position.{avg_price,quantity}"]);
    assert_eq!(saved.data, "10 values saved\n", "{saved:?}");
    assert_eq!(run(&["diff", &set]).data, "all is as in the set\n");
    world.eval("AAPL_position.quantity = 5; MSFT_position.avg_price = 7");
    let different = run(&["diff", &set]);
    assert_eq!(different.code, Some(1), "{different:?}");
    assert!(
        different
            .data
            .contains("AAPL_position.quantity     100    5"),
        "{different:?}"
    );
    assert_eq!(run(&["apply", &set]).data, "2 values written\n");
    assert_eq!(world.eval("AAPL_position.quantity"), "100");
    run(&["save", &set]).failed(1, &["arguments: save NAME PATTERN..."]);
}

#[test]
fn the_end_of_the_day_is_reported() {
    let (world, _producer) = World::with_producer();
    let prefix = world.path().join("monday").display().to_string();
    let script = script("end_of_day.rhai");
    let data = world.data(&["run", "--session", "t1", &script, "--", &prefix]);
    for part in [
        "positions\n",
        "AAPL_position",
        "totals\n",
        "  quantity: 1500\n",
        "still to be filled\n",
    ] {
        assert!(data.contains(part), "{part}: {data}");
    }
    let positions = std::fs::read_to_string(prefix.clone() + "_positions.csv").unwrap();
    assert_eq!(positions.lines().count(), 6, "{positions}");
    let orders = std::fs::read_to_string(prefix + "_orders.csv").unwrap();
    assert!(orders.contains("order_12345"), "{orders}");
}

#[test]
fn exposure_adds_up() {
    let (world, _producer) = World::with_producer();
    let data = run(&world, "exposure.rhai");
    let values = data.lines().filter(|line| line.contains('='));
    let sum: i64 = values
        .map(|line| line.rsplit(' ').next().unwrap().parse::<i64>().unwrap())
        .sum();
    assert!(data.ends_with(&format!("total: {sum}\n")), "{data}");
}

#[test]
fn orders_are_checked() {
    let (world, _producer) = World::with_producer();
    let data = run(&world, "check_orders.rhai");
    assert!(data.ends_with(" orders checked\n"), "{data}");
}

#[test]
fn positions_are_flattened() {
    let (world, _producer) = World::with_producer();
    let data = run(&world, "flatten.rhai");
    assert!(data.contains("AAPL_position: 100 -> 0\n"), "{data}");
    assert_eq!(world.eval("AAPL_position.quantity"), "0");
    assert_eq!(run(&world, "flatten.rhai"), "");
}

/// A script that goes on, and what it prints.
struct Running {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Running {
    fn start(world: &World, name: &str, arguments: &[&str]) -> Self {
        let script = script(name);
        let all = [&["run", "--session", "t1", &script, "--"], arguments].concat();
        let mut command: Command = world.command(&all);
        command.current_dir(world.path());
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Running { child, output }
    }

    /// Reads on to a line that has this in it.
    #[track_caller]
    fn says(&mut self, part: &str) -> String {
        let mut all = String::new();
        loop {
            let before = all.len();
            self.output.read_line(&mut all).unwrap();
            let line = &all[before..];
            assert!(!line.is_empty(), "it ended without {part:?}: {all}");
            if line.contains(part) {
                return line.to_owned();
            }
        }
    }

    /// Its exit code.
    fn ends(mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
    }
}

/// The script ends with exit code 1 when the producer is killed, and another time with 130 at Ctrl-C.
fn ends_well(name: &str, arguments: &[&str], ready: &str) {
    let (world, producer) = World::with_producer();
    let mut interrupted = Running::start(&world, name, arguments);
    interrupted.says(ready);
    signal(interrupted.child.id(), Signal::INT);
    assert_eq!(interrupted.ends(), Some(130), "{name} at Ctrl-C");
    let mut orphan = Running::start(&world, name, arguments);
    orphan.says(ready);
    Producer::kill(producer);
    orphan.says("the producer");
    assert_eq!(orphan.ends(), Some(1), "{name} without its producer");
}

#[test]
fn a_position_beyond_its_limit_is_brought_back_and_logged() {
    let (world, producer) = World::with_producer();
    let mut guard = Running::start(&world, "position_limit.rhai", &["400", "limit.csv"]);
    guard.says("no position may be beyond 400");
    guard.says("META_position: 500 is beyond 400, now 400");
    world.eval("AAPL_position.quantity = -900");
    guard.says("AAPL_position: -900 is beyond 400, now -400");
    assert_eq!(world.eval("AAPL_position.quantity"), "-400");
    assert!(producer.terminate());
    guard.says("the producer is gone");
    assert_eq!(guard.ends(), Some(0));
    let log = std::fs::read_to_string(world.path().join("limit.csv")).unwrap();
    assert!(log.starts_with("time,now,object,was\n"), "{log}");
    assert!(log.ends_with("Z,-400,AAPL_position,-900\n"), "{log}");
}

#[test]
fn a_quote_that_stands_still_is_told_and_so_is_its_return() {
    let (world, producer) = World::with_producer();
    let mut alarm = Running::start(&world, "stale_quotes.rhai", &["0.5"]);
    alarm.says("5 quotes are watched");
    signal(producer.pid(), Signal::STOP);
    alarm.says("_quote is stale: no update for 0.");
    signal(producer.pid(), Signal::CONT);
    alarm.says("_quote is back");
}

#[test]
fn fills_are_logged() {
    let (world, _producer) = World::with_producer();
    let mut logger = Running::start(&world, "fill_logger.rhai", &[]);
    logger.says("fills go to fills.csv");
    let file = world.path().join("fills.csv");
    let text = || std::fs::read_to_string(&file).unwrap_or_default();
    super::support::eventually("three fills", || text().lines().count() > 3);
    let text = text();
    assert!(
        text.starts_with("time,filled,order,price,so_far,symbol\n"),
        "{text}"
    );
    let fill: Vec<&str> = text.lines().nth(1).unwrap().split(',').collect();
    assert!(
        fill[2].starts_with("order_") && fill[1].parse::<i64>().unwrap() > 0,
        "{text}"
    );
}

#[test]
fn orders_are_cancelled_when_a_spread_is_wide() {
    let (world, _producer) = World::with_producer();
    let mut canceller = Running::start(&world, "cancel_on_spread.rhai", &["5"]);
    canceller.says("AAPL: the spread is wider than 5");
    assert_eq!(world.eval("order_12345.status"), "CANCELLED");
}

#[test]
fn a_counter_that_goes_on_is_well_and_one_that_stands_still_is_not() {
    let (world, producer) = World::with_producer();
    let mut watchdog = Running::start(&world, "watchdog.rhai", &["0.5"]);
    watchdog.says("engine_stats.ticks went on for 0.5 s");
    assert_eq!(watchdog.ends(), Some(0));
    let mut watchdog = Running::start(&world, "watchdog.rhai", &["600"]);
    watchdog.says("has to go on for 600");
    signal(producer.pid(), Signal::STOP);
    watchdog.says("engine_stats.ticks stands still; the producer is stopped");
    assert_eq!(watchdog.ends(), Some(1));
    signal(producer.pid(), Signal::CONT);
}

#[test]
fn the_top_movers_are_listed_so_many_times() {
    let (world, _producer) = World::with_producer();
    let mut table = Running::start(&world, "top_movers.rhai", &["2", "0.1"]);
    for _ in 0..2 {
        table.says("moved");
        table.says("_quote");
    }
    assert_eq!(table.ends(), Some(0));
}

#[test]
fn scripts_that_go_on_end_with_ctrl_c_and_with_the_producer() {
    ends_well("position_limit.rhai", &["10000"], "no position may be");
    ends_well("stale_quotes.rhai", &["60"], "quotes are watched");
    ends_well("fill_logger.rhai", &[], "fills go to");
    ends_well("cancel_on_spread.rhai", &["100000"], "orders are cancelled");
    ends_well("watchdog.rhai", &["600"], "has to go on");
    ends_well("top_movers.rhai", &[], "quotes are followed");
}
