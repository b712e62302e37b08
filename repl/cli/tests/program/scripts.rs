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
        ["check_orders.rhai", "exposure.rhai", "flatten.rhai"]
    );
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
