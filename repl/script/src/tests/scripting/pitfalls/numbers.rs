//! Numbers and comparisons.

use crate::tests::world::World;

#[test]
fn pitfall_06_a_comparison_that_can_never_hold_is_an_error() {
    let mut world = World::read_only();
    world.fails(
        "AAPL_position.live == 1",
        "cannot compare a bool with an integer; a bool is compared with true or false",
    );
    world.fails(
        "AAPL_position.last_quote > 3",
        "cannot compare AAPL_position.last_quote (Quote) with an integer",
    );
    world.fails(
        "AAPL_position.last_quote == 3",
        "cannot compare AAPL_position.last_quote (Quote) with an integer",
    );
    world.fails(
        "3 < AAPL_position.last_quote",
        "cannot compare an integer with AAPL_position.last_quote (Quote)",
    );
    world.fails(
        "AAPL_position.symbol > 3",
        "cannot compare text with an integer",
    );
    world.fails(
        "obs.find(\"nobody\") > 3",
        "cannot compare () with an integer",
    );
    world.check(
        "1 == AAPL_position.status && \"OPEN\" == AAPL_position.status",
        "true",
    );
}

#[test]
fn pitfall_08_wide_integers_keep_every_digit() {
    let mut world = World::new();
    world.check("AAPL_position.big - 1", "18446744073709551614");
    world.check("AAPL_position.big > 9223372036854775807", "true");
    world.check(
        "AAPL_position.big == u64(\"0xffff_ffff_ffff_ffff\")",
        "true",
    );
    world.check(
        "AAPL_position.vast - 5 + 4",
        "340282366920938463463374607431768211454",
    );
    world.fails(
        "AAPL_position.big = 18446744073709551615",
        "18446744073709551615 does not fit into 64 signed bits",
    );
    world.fails(
        "AAPL_position.big = 0xffffffffffffffff",
        "0xffffffffffffffff does not fit into 64 signed bits",
    );
    world.fails(
        "AAPL_position.big = 1e19",
        "AAPL_position.big: expected all digits, written as u64(\"…\") or i128(\"…\"), got the rounded 1e19",
    );
    world.check("AAPL_position.big", "18446744073709551615");
}

#[test]
fn pitfall_09_a_32_bit_float_equals_what_was_written() {
    let mut world = World::new();
    world.check("AAPL_position.ratio == 0.1", "true");
    world.check("`${AAPL_position.ratio}`", "\"0.1\"");
    world.run("AAPL_position.ratio = 0.3; AAPL_position.ratio += 0.0");
    assert_eq!(world.position.ratio.get(), 0.3);
}

#[test]
fn pitfall_10_arithmetic_overflow_is_an_error() {
    let mut world = World::read_only();
    world.fails(
        "9223372036854775807 + AAPL_position.quantity",
        "addition overflow",
    );
    world.fails(
        "1 / (AAPL_position.quantity - 100)",
        "division by zero: 1 / 0",
    );
}

#[test]
fn pitfall_06_a_mixed_comparison_inside_a_closure_is_an_error_too() {
    let mut world = World::read_only();
    world.fails(
        "obs.all(\"Position\").filter(|p| p.symbol > 3)",
        "cannot compare text with an integer",
    );
    world.fails(
        "obs.all(\"Position\").filter(|p| p.live == 1).len()",
        "cannot compare a bool with an integer",
    );
}

#[test]
fn pitfall_08_json_and_text_keep_every_digit_of_wide_integers() {
    let mut world = World::read_only();
    world.check(
        "[AAPL_position.big, AAPL_position.huge].json()",
        "\"[18446744073709551615,-170141183460469231731687303715884105728]\"",
    );
    world.check(
        "`${AAPL_position.vast}`",
        "\"340282366920938463463374607431768211455\"",
    );
}

#[test]
fn pitfall_10_a_store_coerces_what_fits_and_refuses_what_does_not() {
    let mut world = World::new();
    world.run("AAPL_position.score = 3; AAPL_position.quantity = 5.0; AAPL_position.small = 255");
    assert_eq!(
        (
            world.position.score.get(),
            world.position.quantity.load(),
            world.position.small.get()
        ),
        (3.0, 5, 255)
    );
    world.fails(
        "AAPL_position.quantity = 5.5",
        "AAPL_position.quantity: 5.5 is not a whole number",
    );
    world.fails(
        "AAPL_position.small = 256",
        "AAPL_position.small: 256 does not fit u8",
    );
    world.fails(
        "AAPL_position.small += 1",
        "AAPL_position.small: 256 does not fit u8",
    );
    world.fails(
        "AAPL_position.quantity = 1.0 / 0.0",
        "AAPL_position.quantity: inf is not a whole number",
    );
    world.check("[7 / 2, -7 / 2, 7 % 3]", "[3,-3,1]");
    world.check("`${1.0 / 0.0}`", "\"inf\"");
}
