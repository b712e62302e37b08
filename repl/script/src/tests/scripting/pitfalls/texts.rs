//! What is printed, and what is written in scripts.

use crate::tests::world::World;

#[test]
fn pitfall_11_an_enum_switches_and_prints_by_name() {
    let mut world = World::read_only();
    world.check(
        r#"switch AAPL_position.status { "OPEN" => 7, _ => 0 }"#,
        "7",
    );
    world.run("print(AAPL_position.status); print(AAPL_position.options); print(AAPL_position.last_quote); print([AAPL_position.fills[0]])");
    assert_eq!(
        world.printed(),
        [
            "OPEN",
            "HIDDEN | DARK",
            "{bid_price: 15020, ask_price: 15025, ask_size: 7}",
            "[{price: 10, size: 1}]"
        ]
    );
    world.check(
        "`q ${AAPL_position.fills[1]}`",
        "\"q {price: 20, size: 2}\"",
    );
}

#[test]
fn pitfall_11_printing_what_cannot_be_read_is_an_error() {
    let World {
        position: first,
        mut host,
        ..
    } = World::read_only();
    host.eval("let p = AAPL_position;").unwrap();
    drop(first);
    for source in ["print(p)", "print([p])", "`${p}`", "\"\" + p"] {
        let error = host.eval(source).unwrap_err();
        assert!(error.to_string().contains("is gone"), "{source}: {error}");
    }
}

#[test]
fn pitfall_17_errors_name_our_types_and_not_those_of_rust() {
    let mut world = World::new();
    world.run("let p = AAPL_position;");
    for source in [
        "p.nope()",
        "p + 1",
        "obs + 1",
        "types() + 1",
        "types().nope",
        "p.options.nope",
        "p.big.nope",
        "1.s + 1",
        "-p",
    ] {
        let text = world.error(source).text();
        assert!(
            !text.contains("::") && !text.contains("memglass"),
            "{source}: {text}"
        );
    }
}

#[test]
fn pitfall_18_maps_take_reserved_names_in_quotes_and_their_order_is_no_matter() {
    let mut world = World::new();
    let text = world.error("#{new: 5}").text();
    assert!(text.contains("#{\"name\": …}"), "{text}");
    world.check("#{\"new\": 5, \"for\": 6}", r#"{"for":6,"new":5}"#);
    world.run("AAPL_position.last_quote = #{ask_size: 3, bid_price: 1, ask_price: 2}");
    let quote = world.position.last_quote.read().unwrap();
    assert_eq!(
        (quote.bid_price, quote.ask_price, quote.ask_size),
        (1, 2, 3)
    );
    world.check(
        "AAPL_position.last_quote.snapshot().keys()",
        r#"["ask_price","ask_size","bid_price"]"#,
    );
}
