//! What may be written, by `set` and by scripts: checked, and nothing else changes.

use super::support::{World, eventually};

#[test]
fn a_value_out_of_range_is_refused_with_what_is_allowed() {
    let (world, _producer) = World::with_producer();
    let before = world.object("order_12345");
    world
        .run(&["set", "t1", "order_12345.quantity", "5000000"])
        .failed(1, &["5000000", "1..=1000000"]);
    world
        .run(&["t1", "-e", "order_12345.quantity = 5000000"])
        .failed(1, &["5000000", "1..=1000000"]);
    assert_eq!(world.object("order_12345"), before);
}

#[test]
fn a_readonly_field_is_refused() {
    let (world, _producer) = World::with_producer();
    let before = world.object("order_12345");
    world
        .run(&["t1", "-e", "order_12345.order_id = 1"])
        .failed(1, &["order_id", "read-only"]);
    world
        .run(&["set", "t1", "order_12345.filled_qty", "1"])
        .failed(1, &["filled_qty", "read-only"]);
    assert_eq!(world.object("order_12345"), before);
}

#[test]
fn a_number_that_does_not_fit_its_field_leaves_the_neighbours_alone() {
    let (world, _producer) = World::with_producer();
    let before = world.object("order_12345");
    world
        .run(&["t1", "-e", "order_12345.priority = 300"])
        .failed(1, &["300", "i8"]);
    assert_eq!(world.object("order_12345"), before);

    world.eval("order_12345.priority = -5");
    let mut expected = before;
    expected["priority"] = (-5).into();
    assert_eq!(world.object("order_12345"), expected);
}

#[test]
fn what_the_producer_holds_is_refused_by_its_name() {
    let (world, producer) = World::with_producer();
    let pid = producer.pid().to_string();
    let set = || world.run(&["set", "t1", "AAPL_quote.bid_price", "5"]);
    // The session is live a moment before the engine takes hold of its quotes.
    eventually("the engine holds its quotes", || set().code == Some(1));
    set().failed(1, &["AAPL_quote", "producer", &pid]);
    // The copy in the position is claimed for each write and takes ours in between.
    assert_eq!(
        world
            .run(&[
                "set",
                "t1",
                "AAPL_position.last_quote",
                "#{ bid_price: 5, ask_price: 6 }"
            ])
            .code,
        Some(0)
    );
}

#[test]
fn values_are_written_as_people_write_them() {
    let (world, _producer) = World::with_producer();
    for (path, value, expected) in [
        ("order_12345.side", "SELL", "SELL"),
        ("order_12345.priority", "-3", "-3"),
        ("order_12345.symbol", "MSFT", "MSFT"),
        (
            "order_12345.flags",
            "HIDDEN | POST_ONLY",
            "POST_ONLY | HIDDEN",
        ),
        ("order_12345.price", "12.5", "12.5"),
        ("order_12345.venue", "ARCA", "ARCA"),
        ("engine_stats.market_open", "false", "false"),
        ("AAPL_position.realized_pnl", "-0x10", "-16"),
        ("AAPL_position.error_msg", "two words", "two words"),
    ] {
        let ran = world.run(&["set", "t1", path, value]);
        assert_eq!(
            (ran.code, ran.data.as_str(), ran.messages.as_str()),
            (Some(0), "", ""),
            "{path} = {value}"
        );
        assert_eq!(
            world.data(&["get", "t1", path]).trim_end(),
            expected,
            "{path} = {value}"
        );
    }
}

#[test]
fn a_value_of_the_wrong_kind_says_what_is_wanted() {
    let (world, _producer) = World::with_producer();
    let before = world.object("order_12345");
    for (path, value, words) in [
        ("order_12345.side", "SIDEWAYS", &["SIDEWAYS", "BUY"][..]),
        ("order_12345.symbol", "lower", &["lower", "[A-Z]{1,8}"]),
        (
            "order_12345.symbol",
            "TOOLONGFORIT",
            &["12 bytes", "room for 8"],
        ),
        ("order_12345.quantity", "1.5", &["1.5"]),
        ("order_12345.quantity", "many", &["an integer for u32"]),
        ("order_12345.price", "0", &["0.01"]),
    ] {
        world.run(&["set", "t1", path, value]).failed(1, words);
    }
    world
        .run(&["set", "t1", "order_12345.quantity", "12x"])
        .failed(2, &["12x"]);
    assert_eq!(world.object("order_12345"), before);
}

#[test]
fn readonly_makes_every_write_an_error() {
    let (world, _producer) = World::with_producer();
    let before = world.object("order_12345");
    world
        .run(&["--readonly", "set", "t1", "order_12345.priority", "3"])
        .failed(1, &["read-only"]);
    world
        .run(&["t1", "--readonly", "-e", "order_12345.priority = 3"])
        .failed(1, &["read-only"]);
    world
        .run(&["t1", "--readonly", "-e", ":set order_12345.priority 3"])
        .failed(1, &["read-only"]);
    assert_eq!(world.object("order_12345"), before);
    assert_eq!(
        world.data(&["t1", "--readonly", "-e", "order_12345.priority"]),
        "1\n"
    );
}

#[test]
fn an_explanation_tells_what_keeps_a_write_away() {
    let (world, producer) = World::with_producer();
    let verdict = |arguments: &[&str], line: &str| {
        let mut arguments = arguments.to_vec();
        let explained = format!("explain({line:?})");
        arguments.extend(["-e", &explained]);
        let data = world.data(&arguments);
        data.lines().last().unwrap().trim().to_owned()
    };
    let held = verdict(&["t1"], "AAPL_quote.bid_price = 1");
    assert!(
        held.contains("allowed, but held now by the producer (pid"),
        "{held}"
    );
    // The value comes first: letting go would not help it.
    let wrong = verdict(&["t1"], "AAPL_quote.bid_price = \"x\"");
    assert!(
        wrong.contains("refused: AAPL_quote.bid_price: expected"),
        "{wrong}"
    );
    let free = "AAPL_position.quantity = 1";
    assert!(verdict(&["t1"], free).ends_with("would be written"));
    let readonly = verdict(&["t1", "--readonly"], free);
    assert!(
        readonly.ends_with("refused: the session is attached read-only"),
        "{readonly}"
    );
    producer.kill();
    let dead = verdict(&["t1"], free);
    assert!(
        dead.ends_with("refused: its producer has died, so that nothing reads it"),
        "{dead}"
    );
}
