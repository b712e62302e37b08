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
fn what_is_forced_is_written_if_the_field_can_hold_it() {
    let (world, _producer) = World::with_producer();
    let mut expected = world.object("order_12345");
    world.data(&["set", "--force", "t1", "order_12345.filled_qty", "1"]);
    world.data(&["set", "t1", "order_12345.quantity", "5000000", "--force"]);
    expected["filled_qty"] = 1.into();
    expected["quantity"] = 5_000_000.into();
    assert_eq!(world.object("order_12345"), expected);
    world
        .run(&["set", "--force", "t1", "order_12345.priority", "300"])
        .failed(1, &["300", "i8"]);
    assert_eq!(world.object("order_12345"), expected);
}

#[test]
fn a_number_that_does_not_fit_its_field_leaves_the_neighbours_alone() {
    let (world, _producer) = World::with_producer();
    let before = world.object("order_12345");
    world
        .run(&["t1", "-e", "order_12345.priority = 300"])
        .failed(1, &["300", "-5..=5"]);
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
fn an_equals_sign_is_a_text_where_it_is_the_value() {
    let (world, _producer) = World::with_producer();
    let text = "AAPL_position.error_msg";
    for arguments in [
        vec!["set", text, "="],
        vec!["set", "t1", text, "="],
        vec!["t1", "set", text, "="],
        vec!["--session", "t1", "set", text, "="],
    ] {
        world.eval(&format!("{text} = \"before\""));
        assert_eq!(world.data(&arguments), "", "{arguments:?}");
        assert_eq!(world.eval(text), "=", "{arguments:?}");
    }
    for arguments in [
        vec!["set", text, "=", "after"],
        vec!["t1", "set", text, "=", "after"],
    ] {
        assert_eq!(world.data(&arguments), "", "{arguments:?}");
        assert_eq!(world.eval(text), "after", "{arguments:?}");
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
        (
            "order_12345.quantity",
            "many",
            &["a whole number, 1..=1000000"],
        ),
        ("order_12345.price", "0", &["0.01"]),
    ] {
        world.run(&["set", "t1", path, value]).failed(1, words);
    }
    world
        .run(&["set", "t1", "order_12345.quantity", "12x"])
        .failed(1, &["12x"]);
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
        dead.ends_with("refused: its producer has crashed, so nothing would read it"),
        "{dead}"
    );
}

#[test]
fn a_text_that_is_no_value_is_answered_with_what_would_be_one() {
    let (world, _producer) = World::with_producer();
    let refused = |path: &str, text: &str, told: &str| {
        world.run(&["set", "t1", path, text]).failed(1, &[told]);
        if !text.is_empty() {
            let line = format!(":set {path} {text}");
            world.run(&["t1", "-e", &line]).failed(1, &[told]);
        }
    };
    refused(
        "order_12345.priority",
        "5x",
        "order_12345.priority takes a whole number, -5..=5; \"5x\" is not a number",
    );
    refused(
        "order_12345.retries",
        "1e",
        "takes a whole number that fits u8; \"1e\" is not a number",
    );
    refused("order_12345.side", "1x", "takes one of BUY, SELL; ");
    refused(
        "order_12345.venue",
        "1x",
        "takes one of NYSE, NASDAQ, ARCA; ",
    );
    refused(
        "order_12345.flags",
        "1x",
        "takes any of IMMEDIATE | POST_ONLY | ",
    );
    refused("order_12345.price", "1x", "takes a number, 0.01..; ");
    refused("order_12345.price", "", "a value is missing");
    refused(
        "order_12345.symbol",
        "\"AAPL",
        "takes text of up to 8 bytes, /[A-Z]{1,8}/; the closing quote is missing",
    );
    refused(
        "AAPL_position.last_quote",
        "#{ bid_price 5 }",
        "takes #{ bid_price: …, ask_price: …, bid_size: …, ask_size: …, timestamp_ns: … }; \"bid_price\" needs a colon",
    );
    refused("book[0].bids", "[1, 2", "takes a list of 5; a comma or");
}

#[test]
fn a_value_that_a_field_cannot_hold_is_answered_with_what_it_takes() {
    let (world, _producer) = World::with_producer();
    let refused = |path: &str, text: &str, told: &str| {
        world.run(&["set", "t1", path, text]).failed(1, &[told]);
    };
    refused(
        "AAPL_position.quantity",
        "five",
        "AAPL_position.quantity takes a whole number that fits i64, not \"five\"",
    );
    refused("book[0].bids", "5", "takes a list of 5, not \"5\"");
    refused("order_12345.flags", "true", "takes any of IMMEDIATE | ");
    refused("AAPL_quote", "BUY", "takes #{ bid_price: …, ");
}

#[test]
fn a_name_that_only_a_field_declares_is_told_as_the_fields() {
    let (world, _producer) = World::with_producer();
    world.run(&["set", "t1", "order_12345.venue", "NASDQ"]).failed(
        1,
        &["order_12345.venue: this field has no \"NASDQ\" (it has NYSE, NASDAQ, ARCA); did you mean \"NASDAQ\"?"],
    );
    world.run(&["set", "t1", "order_12345.venue", "9"]).failed(
        1,
        &["order_12345.venue: 9 is not a value of this field; it has NYSE = 1"],
    );
}

#[test]
fn explain_without_a_value_tells_what_the_field_is() {
    let (world, producer) = World::with_producer();
    let held = format!(
        "can be written, but is held now by the producer (pid {})",
        producer.pid()
    );
    let line = |text: &str, name: &str| -> Option<String> {
        let line = text
            .lines()
            .find(|line| line.trim_start().starts_with(name))?;
        Some(line.trim_start()[name.len()..].trim().to_owned())
    };
    let text = world.eval(":explain order_12345.status");
    for (name, told) in [
        ("type", "Status, plain, 1 byte at offset 17"),
        ("region", "1"),
        (
            "allowed",
            "one of PENDING, OPEN, PARTIAL, FILLED, CANCELLED",
        ),
        ("now", "OPEN"),
        ("verdict", "can be written"),
    ] {
        assert_eq!(line(&text, name).as_deref(), Some(told), "{text}");
    }
    let verdict = |path: &str| line(&world.eval(&format!(":explain {path}")), "verdict").unwrap();
    assert_eq!(
        verdict("order_12345.order_id"),
        "cannot be written: it is read-only"
    );
    eventually("the engine holds its quotes", || {
        verdict("AAPL_quote") == held
    });
    let readonly = world.data(&["t1", "--readonly", "-e", ":explain order_12345.status"]);
    assert_eq!(
        line(&readonly, "verdict").as_deref(),
        Some("cannot be written: the session is attached read-only")
    );
}

#[test]
fn a_value_of_several_words_is_the_rest_of_the_line() {
    let (world, _producer) = World::with_producer();
    let path = "AAPL_position.error_msg";
    for (arguments, expected) in [
        (&["set", path, "hello", "world"][..], "hello world"),
        (&["set", "t1", path, "one", "two", "three"], "one two three"),
        (&["--session", "t1", "set", path, "a", "b", "c"], "a b c"),
        (&["set", path, "in  one"], "in  one"),
    ] {
        assert_eq!(world.data(arguments), "");
        assert_eq!(world.eval(path), expected);
    }
    world
        .run(&["set", "t2", path, "x"])
        .failed(3, &["no session \"t2\""]);
    world
        .run(&["set", "--session", "t1", "t1", path, "x"])
        .failed(2, &["\"t1\" is named twice"]);
}
