//! Parameter sets.

use std::path::PathBuf;

use crate::tests::producer::{Quote, position};
use crate::tests::world::World;

/// The path of a set in a script, and in the file system.
fn set(world: &World) -> (String, PathBuf) {
    let path = world.dir.path().join("limits.set");
    (path.display().to_string(), path)
}

fn values(path: &PathBuf) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(str::to_owned).collect()
}

#[test]
fn a_set_is_a_sorted_file_of_values_that_people_can_read() {
    let mut world = World::new();
    let (name, path) = set(&world);
    world.check(
        &format!("save_set({name:?}, \"*_position.{{quantity,status,last_quote,ratio,symbol,options,bid_levels,limit}}\")"),
        "18",
    );
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(
        text.starts_with("# memglass parameter set\n# session: market\n"),
        "{text}"
    );
    assert!(text.contains("\n# types: Position\n"), "{text}");
    let values = values(&path);
    let of_first: Vec<_> = values
        .iter()
        .filter(|line| line.starts_with("AAPL"))
        .collect();
    assert_eq!(
        of_first,
        [
            "AAPL_position.bid_levels = [5, 4, 3, 2, 1]",
            "AAPL_position.last_quote.ask_price = 15025",
            "AAPL_position.last_quote.ask_size = 7",
            "AAPL_position.last_quote.bid_price = 15020",
            "AAPL_position.options = HIDDEN | DARK",
            "AAPL_position.quantity = 100",
            "AAPL_position.ratio = 0.1",
            "AAPL_position.status = OPEN",
            "AAPL_position.symbol = \"AAPL\"",
        ]
    );
}

#[test]
fn a_whole_object_that_was_saved_is_as_it_was_after_it_is_applied() {
    let mut world = World::new();
    let (name, _path) = set(&world);
    let whole = world.json("AAPL_position.snapshot()");
    world.run(&format!(
        "save_set({name:?}, [\"AAPL_position\", \"MSFT_position.quantity\"])"
    ));
    world.run("let p = AAPL_position; p.quantity = 1; p.status = \"FILLED\"; p.code = \"X\"; p.vast = 3; p.ratio = 2.5");
    world.run("p.last_quote = #{bid_price: 1, ask_price: 2}; p.fills[1].price = 99; p.options = \"IOC\"; p.bid_levels[0] = 6");
    let before = world.position.last_quote.sequence();
    world.check(&format!("diff_set({name:?}).len()"), "10");
    world.check(&format!("apply_set({name:?})"), "10");
    assert_eq!(world.position.last_quote.sequence(), before + 1);
    assert_eq!(world.json("AAPL_position.snapshot()"), whole);
    world.check(&format!("diff_set({name:?}).len()"), "0");
    world.check(&format!("apply_set({name:?})"), "0");
}

#[test]
fn nothing_is_applied_if_one_line_cannot_be() {
    let mut world = World::new();
    let (name, path) = set(&world);
    let text = "AAPL_position.quantity = 1\n\nAAPL_position.avg_price = -5\nnobody.x = 1\nAAPL_position.limit = 3\n";
    std::fs::write(&path, text).unwrap();
    let error = world.error(&format!("apply_set({name:?})")).to_string();
    for part in [
        format!("{name}:3: AAPL_position.avg_price: -5 is out of range"),
        format!("{name}:4: no object \"nobody\""),
        format!("{name}:5: AAPL_position.limit is read-only"),
    ] {
        assert!(error.contains(&part), "{error}");
    }
    assert_eq!(world.position.quantity.load(), 100);
    world.check(&format!("diff_set({name:?}).table([\"path\"]).len()"), "4");
    std::fs::write(&path, "AAPL_position.quantity\n").unwrap();
    world.fails(
        &format!("apply_set({name:?})"),
        &format!("nothing was written: {name}:1: expected PATH = VALUE"),
    );
}

#[test]
fn a_set_is_undone_as_one_step() {
    let mut world = World::new();
    let (name, path) = set(&world);
    std::fs::write(&path, "AAPL_position.quantity = 1\nAAPL_position.last_quote.bid_price = 2\nMSFT_position.quantity = 3\n").unwrap();
    world.check(&format!("apply_set({name:?})"), "3");
    let entries = world.host.ledger().newest(10);
    let paths: Vec<_> = entries
        .iter()
        .map(|entry| (entry.step(), entry.path()))
        .collect();
    assert_eq!(paths, [(1, "AAPL_position"), (1, "MSFT_position")]);
    let quote = Quote {
        bid_price: 2,
        ..position().last_quote
    };
    assert_eq!(world.position.last_quote.read().unwrap(), quote);
    super::ledger::undone(&world);
    assert_eq!(world.position.quantity.load(), 100);
    assert_eq!(world.other.quantity.load(), 900);
}

#[test]
fn names_and_patterns_that_mean_nothing_are_errors() {
    let mut world = World::new();
    let (name, _) = set(&world);
    world.fails(
        "save_set(\"a b\", \"*.quantity\")",
        "\"a b\" is no name of a set",
    );
    world.fails(
        "apply_set(\"/no/such.set\")",
        "no set is saved in /no/such.set; `sets()` lists those that are",
    );
    world.run(&format!("save_set({name:?}, \"*.quantity\")"));
    world.fails_with(
        &format!("diff_set({:?})", name.replace(".set", "s.set")),
        &format!("did you mean {name:?}?"),
    );
    world.fails(
        &format!("save_set({name:?}, \"*_position.limit\")"),
        "nothing was saved",
    );
    world.fails(
        &format!("save_set({name:?}, \"nobody.x\")"),
        "no object \"nobody\"",
    );
}

#[test]
fn a_value_that_somebody_holds_is_waited_for_once_and_named() {
    let mut world = World::new();
    let (name, path) = set(&world);
    let saving = format!("save_set({name:?}, \"AAPL_position.{{last_quote,quantity}}\")");
    world.check(&saving, "4");
    let before = std::fs::read_to_string(&path).unwrap();
    std::mem::forget(world.position.last_quote.writer().unwrap());
    let began = std::time::Instant::now();
    let error = world.error(&format!("apply_set({name:?})")).to_string();
    let held = "holds the right to write it and does not let go";
    assert_eq!(error.matches(held).count(), 3, "{error}");
    assert!(!error.contains("AAPL_position.quantity"), "{error}");
    assert!(began.elapsed() < std::time::Duration::from_secs(3));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), before);
}

#[test]
fn patterns_may_select_the_same_and_some_are_needed() {
    let mut world = World::new();
    let (name, _path) = set(&world);
    let twice = "[\"AAPL_position.quantity\", \"AAPL_position.quantity\"]";
    world.check(&format!("save_set({name:?}, {twice})"), "1");
    let error = world.error(&format!("save_set({name:?}, [])")).to_string();
    assert!(error.contains("at least one pattern"), "{error}");
}
