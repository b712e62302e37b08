//! The scripts that users start from.

use super::support::World;

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
            "check_orders.rhai",
            "end_of_day.rhai",
            "exposure.rhai",
            "flatten.rhai",
            "parameter_set.rhai"
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
            .contains("AAPL_position.quantity   100          5"),
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
