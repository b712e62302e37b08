//! What is told of mistakes, and what is left to scripts.

use super::World;

#[test]
fn a_mistake_is_told_with_its_place_and_what_was_meant() {
    let world = World::new();
    world.wrong(
        "a.quantty > 5",
        3,
        "no field \"quantty\" in a (Position); did you mean \"quantity\"?",
    );
    world.wrong(
        "a.live == 1",
        8,
        "cannot compare a bool with an integer; a bool is compared with true or false",
    );
    world.wrong(
        "a.quantity > \"500\"",
        12,
        "cannot compare an integer with text",
    );
    world.wrong(
        "a.status == \"OPNE\"",
        10,
        "Status has no value \"OPNE\" (PENDING, OPEN, FILLED); did you mean \"OPEN\"?",
    );
    world.wrong(
        "a.status in [\"OPNE\"]",
        10,
        "Status has no value \"OPNE\" (PENDING, OPEN, FILLED); did you mean \"OPEN\"?",
    );
    world.wrong(
        "a.levels[9] > 1",
        10,
        "a.levels: index 9 is out of range; allowed is 0..=4",
    );
    world.wrong(
        "a.last_quote > 3",
        14,
        "cannot compare a.last_quote (Quote) with an integer; name a field of it: bid_price, ask_size",
    );
    world.wrong(
        "a.quantity",
        3,
        "a condition is true or false, and this is an integer",
    );
    world.wrong(
        "a.live && a.quantity",
        13,
        "a condition is true or false, and this is an integer",
    );
    world.wrong(
        "a.quantity = 5",
        12,
        "a condition only asks and cannot write; `==` compares",
    );
    world.wrong(
        "a.add(\"quantity\", 5) > 3",
        3,
        "a condition only asks: `add` would write a",
    );
    world.wrong(
        "if a.live { a.quantity = 5 }",
        24,
        "a condition only asks and cannot write; `==` compares",
    );
    world.wrong("a.waited > 5 && a.quantity > 5.ms", 28, "cannot compare an integer with a duration; the number is not that of a field whose unit is a time (ns, us, ms, s, min, h)");
    world.wrong(
        "a.quantity.foo(a.quantty)",
        18,
        "no field \"quantty\" in a (Position); did you mean \"quantity\"?",
    );
    world.wrong(
        "a.levels[1.5] > 1",
        10,
        "an index is an integer or a name, not a float",
    );
    world.wrong("a.live + 1 > 2", 8, "cannot compute a bool + an integer");
}

#[test]
fn what_only_scripts_can_do_is_left_to_them() {
    let world = World::new();
    world.unsupported("secret(a.quantity) > 5", "the function `secret`");
    world.unsupported("`${a.quantity}` == \"5\"", "a text with values in it");
    world.unsupported(
        "a.last_quote == b.last_quote",
        "a comparison of whole structures",
    );
    world.unsupported("a.quotes.bid_price == [0, 0]", "a field of all elements");
    world.unsupported("a.quantity in 1..5", "the function `..`");
    world.unsupported("let x = a.quantity; x > 5", "`let`");
    world.unsupported("args[0] == 5", "`args`");
    for scaled in ["1.s / 2", "1.s / 2.0", "1.s * 0.5", "0.5 * 1.s"] {
        world.unsupported(
            &format!("a.waited > {scaled}"),
            "a duration that is multiplied or divided",
        );
    }
    world.unsupported("1.s / 500.ms > 1.5", "a duration that is divided");
}

#[test]
fn a_missing_object_is_a_warning_that_tells_which_was_meant() {
    let world = World::new();
    let expression = world.compiled("a_.quantity > 5 && a.live");
    let warnings = expression.warnings(&world.observer);
    let [warning] = &warnings[..] else {
        panic!("{warnings:?}");
    };
    assert!(
        warning.message.starts_with("no object \"a_\""),
        "{}",
        warning.message
    );
    assert_eq!(warning.position.position(), Some(1));
}

#[test]
fn the_name_of_a_value_without_quotes_is_told_as_one() {
    let world = World::new();
    let told = |text: &str| {
        let warnings = world.compiled(text).warnings(&world.observer);
        let told = warnings.into_iter().map(|warning| warning.message);
        told.collect::<Vec<_>>()
    };
    let as_text = |name| [format!("the name of a value is a text: {name:?}")];
    for text in [
        "a.status == FILLED",
        "filled != a.status",
        "a.status in [\"OPEN\", FILLED]",
    ] {
        assert_eq!(told(text), as_text("FILLED"), "{text}");
    }
    assert_eq!(told("a.options == IOC"), as_text("IOC"));
    assert_eq!(
        told("a.status == FILLED || a.symbol == FILLED"),
        as_text("FILLED")
    );
    world.unsupported("a.ratio in [c.ratio]", "such an `in`");
    // These are labels of objects that may come.
    for text in [
        "a.quantity == FILLED",
        "FILLED.quantity > 3",
        "obs[\"FILLED\"].quantity > 3 && a.status == \"FILLED\"",
    ] {
        let told = told(text);
        assert!(
            told.len() == 1 && told[0].starts_with("no object"),
            "{told:?}"
        );
    }
}

#[test]
fn a_comparison_that_never_holds_is_told() {
    let world = World::new();
    let never = |text: &str| {
        let expression = world.compiled(text);
        let never = expression.never().iter();
        never.map(|never| never.message.clone()).collect::<Vec<_>>()
    };
    for (text, part) in [
        ("a.small > 300", "a.small > 300"),
        ("a.small > 255", "a.small > 255"),
        ("a.small >= 256", "a.small >= 256"),
        ("a.small == 256", "a.small == 256"),
        ("a.small < 0", "a.small < 0"),
        ("a.small <= -1", "a.small <= -1"),
        ("300 < a.small", "a.small > 300"),
        ("0 > a.small", "a.small < 0"),
        ("a.small < -0.5", "a.small < -0.5"),
        ("a.quantity > 5 && a.small == -1", "a.small == -1"),
        ("!(a.small < 0) || a.quantity > 5", "a.small < 0"),
    ] {
        // The whole may hold.
        let told = format!("`{part}` never holds: the field is one of 0..=255 (u8)");
        assert_eq!(never(text), [told], "{text}");
    }
    for text in [
        "a.small >= 255",
        "a.small <= 0",
        "a.small < 0.5",
        "a.small > 254.5",
        "a.small != 300",
        "a.big == u64(\"18446744073709551615\")",
        "a.quantity < 1.5",
        "a.quantity == 1.0",
        "a.status == 1000",
        "a.symbol == \"sixteen letters.\"",
        "a.symbol != \"seventeen letters\"",
        "a.symbol < \"seventeen letters\"",
    ] {
        assert_eq!(never(text), [""; 0], "{text}");
    }
    let long = "`a.symbol == \"seventeen letters\"` never holds: the text has 17 bytes, and the field takes 16";
    assert_eq!(never("a.symbol == \"seventeen letters\""), [long]);
    assert_eq!(never("\"eight üüüü\" == a.symbol").len(), 0);
    assert_eq!(never("\"seventeen bytes ü\" == a.symbol").len(), 1);
    let whole = "`a.quantity == 1.5` never holds: the field is a whole number (i64)";
    assert_eq!(never("a.quantity == 1.5"), [whole]);
    assert_eq!(never("a.big < 0").len(), 1);
    assert_eq!(never("a.levels[1] == 0.5").len(), 1);
}
