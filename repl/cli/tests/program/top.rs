//! `memglass top`

use super::support::World;

#[test]
fn the_fields_that_change_most_are_ranked() {
    let (world, _producer) = World::with_producer();
    let ran = world.run(&[
        "top", "t1", "Quote", "--for", "300ms", "--csv", "--count", "3",
    ]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let lines: Vec<&str> = ran.data.lines().collect();
    assert_eq!(lines[0], "field,value,per second,note");
    assert_eq!(lines.len(), 4, "{ran:?}");
    assert!(
        lines[1..].iter().all(|line| line.contains("_quote.")),
        "{ran:?}"
    );
    assert!(ran.messages.contains("fields changed in 0."), "{ran:?}");
    assert_eq!(world.run(&["t1", "-e", ":top Position"]).code, Some(0));
}

#[test]
fn a_value_that_is_not_allowed_comes_first_and_what_stands_still_is_found() {
    let (world, _producer) = World::with_producer();
    world.eval("force(order_12345, \"priority\", 9)");
    let ran = world.run(&["top", "t1", "--for", "100ms", "--json", "--count", "1"]);
    let rows: serde_json::Value = serde_json::from_str(&ran.data).unwrap();
    assert_eq!(rows[0]["field"], "order_12345.priority");
    assert_eq!(rows[0]["note"], "9 is out of range; allowed is -5..=5");
    let ran = world.run(&[
        "top",
        "t1",
        "AAPL_position.symbol_id",
        "--for",
        "50ms",
        "--stuck",
    ]);
    assert!(ran.data.contains("AAPL_position.symbol_id"), "{ran:?}");
    for line in [
        ":top --stuck AAPL_position.symbol_id",
        ":top --stuck  AAPL_position",
    ] {
        let ran = world.run(&["t1", "-e", line]);
        assert!(ran.data.contains("AAPL_position.symbol_id"), "{ran:?}");
    }
    world
        .run(&["top", "t1", "AAPL_position.sped"])
        .failed(2, &["no field \"sped\""]);
    world
        .run(&["top", "t1", "AAPL_position.quantity + 1"])
        .failed(2, &["is an expression"]);
    world.run(&["top", "t2"]).failed(3, &["t2"]);
}
