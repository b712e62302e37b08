use memglass::Text;

use crate::Attached;
use crate::tests::producer::{Late, Options, Quote, Status, position};
use crate::tests::world::World;

#[test]
fn a_property_is_assigned() {
    let mut world = World::new();
    world.run(r#"obs["AAPL_position"].quantity = 500"#);
    assert_eq!(world.position.quantity.load(), 500);
    world.run("AAPL_position.quantity += 5");
    assert_eq!(world.position.quantity.load(), 505);
    world.run("let p = AAPL_position; p.avg_price = 1; p[\"small\"] = 3;");
    assert_eq!(
        (world.position.avg_price.get(), world.position.small.get()),
        (1, 3)
    );
}

#[test]
fn nested_places_are_assigned() {
    let mut world = World::new();
    world.run("AAPL_position.last_quote.bid_price = 1");
    world.run("AAPL_position.bid_levels[1] = 44; AAPL_position.bid_levels[-1] = 11");
    world.run("AAPL_position.fills[1].price = 99");
    world.run(r#"AAPL_position["last_quote.ask_size"] = 3"#);
    assert_eq!(
        world.position.last_quote.read().unwrap(),
        Quote {
            bid_price: 1,
            ask_price: 15_025,
            ask_size: 3
        }
    );
    assert_eq!(
        world
            .position
            .bid_levels
            .each_ref()
            .map(|level| level.get()),
        [5, 44, 3, 2, 11]
    );
    assert_eq!(world.position.fills[1].price.get(), 99);
}

#[test]
fn a_map_is_one_guarded_write_of_the_whole() {
    let mut world = World::new();
    let before = world.position.last_quote.sequence();
    world.run("AAPL_position.last_quote = #{ bid_price: 1, ask_price: 2, ask_size: 3 }");
    assert_eq!(
        world.position.last_quote.read().unwrap(),
        Quote {
            bid_price: 1,
            ask_price: 2,
            ask_size: 3
        }
    );
    assert_eq!(world.position.last_quote.sequence(), before + 1);
}

#[test]
fn a_whole_that_is_wrong_in_one_part_changes_nothing() {
    let mut world = World::new();
    world.fails(
        "AAPL_position.last_quote = #{ bid_price: 1, ask_size: -3 }",
        "AAPL_position.last_quote",
    );
    world.fails(
        "AAPL_position.last_quote = #{ bid_price: 1, ask_sise: 3 }",
        "AAPL_position.last_quote",
    );
    assert_eq!(
        world.position.last_quote.read().unwrap(),
        position().last_quote
    );
    world.fails(
        "AAPL_position.last_quote = 5",
        "AAPL_position.last_quote: expected a map #{…} or another Quote, got an integer",
    );
    world.fails(
        "AAPL_position.bid_levels = 5",
        "AAPL_position.bid_levels: expected an array […], got an integer",
    );
}

#[test]
fn a_list_and_another_place_are_assigned_whole() {
    let mut world = World::new();
    world.run("AAPL_position.bid_levels = [1, 2, 3, 4, 5]");
    assert_eq!(
        world
            .position
            .bid_levels
            .each_ref()
            .map(|level| level.get()),
        [1, 2, 3, 4, 5]
    );
    world.run("AAPL_position.last_quote.bid_price = 4; MSFT_position.last_quote = AAPL_position.last_quote");
    assert_eq!(world.other.last_quote.read().unwrap().bid_price, 4);
}

#[test]
fn a_snapshot_is_written_back_although_some_of_it_is_read_only() {
    let mut world = World::new();
    world.run("let saved = AAPL_position.snapshot(); AAPL_position.quantity = 1; AAPL_position.set(saved)");
    assert_eq!(world.position.quantity.load(), 100);
}

#[test]
fn enums_are_assigned_by_name_number_and_value() {
    let mut world = World::new();
    world.run(r#"AAPL_position.status = "FILLED""#);
    assert_eq!(world.position.status.get(), Status::FILLED);
    world.run("AAPL_position.status = 0");
    assert_eq!(world.position.status.get(), Status::PENDING);
    world.run("AAPL_position.status = MSFT_position.status");
    assert_eq!(world.position.status.get(), Status::FILLED);
    world.fails(r#"AAPL_position.status = "FILED""#, "AAPL_position.status");
    world.fails("AAPL_position.status = 9", "AAPL_position.status");
    world.run(r#"AAPL_position.venue = "NASDAQ""#);
    assert_eq!(world.position.venue.get(), 2);
}

#[test]
fn flags_are_assigned_by_name_list_and_set_operation() {
    let mut world = World::new();
    world.run(r#"AAPL_position.options = "IOC | DARK""#);
    assert_eq!(world.position.options.get(), Options::IOC | Options::DARK);
    world.run(r#"AAPL_position.options = ["HIDDEN"]; AAPL_position.options += "IOC""#);
    assert_eq!(world.position.options.get(), Options::HIDDEN | Options::IOC);
    world.run(r#"AAPL_position.options -= "HIDDEN"; AAPL_position.options |= "DARK""#);
    assert_eq!(world.position.options.get(), Options::IOC | Options::DARK);
    world.run("AAPL_position.options = 1");
    assert_eq!(world.position.options.get(), Options::HIDDEN);
    world.fails(r#"AAPL_position.options = "NOPE""#, "AAPL_position.options");
}

#[test]
fn text_is_assigned_and_too_long_a_text_is_an_error() {
    let mut world = World::new();
    world.run(r#"AAPL_position.symbol = "GOOG""#);
    assert_eq!(world.position.symbol.get(), Text::new("GOOG").unwrap());
    world.fails(
        r#"AAPL_position.symbol = "seventeen letters""#,
        "AAPL_position.symbol",
    );
    world.fails(r#"AAPL_position.code = "lower""#, "AAPL_position.code");
    assert_eq!(world.position.symbol.get(), Text::new("GOOG").unwrap());
}

#[test]
fn numbers_are_checked_and_converted() {
    let mut world = World::new();
    world.run("AAPL_position.small = 5.0; AAPL_position.score = 3; AAPL_position.ratio = 0.1;");
    assert_eq!(
        (
            world.position.small.get(),
            world.position.score.get(),
            world.position.ratio.get()
        ),
        (5, 3.0, 0.1)
    );
    world.fails(
        "AAPL_position.small = 5.5",
        "AAPL_position.small: 5.5 is not a whole number; u8 needs one",
    );
    world.fails("AAPL_position.small = 256", "AAPL_position.small");
    world.fails("AAPL_position.small = -1", "AAPL_position.small");
    world.fails(
        "AAPL_position.avg_price = 10000001",
        "AAPL_position.avg_price",
    );
    world.fails("AAPL_position.stepped = 16", "AAPL_position.stepped");
    world.fails(
        "AAPL_position.ratio = 1e300",
        "AAPL_position.ratio: 1e300 does not fit f32",
    );
    world.fails(
        "AAPL_position.quantity = ()",
        "AAPL_position.quantity: expected an integer for i64, got ()",
    );
    world.fails(
        r#"AAPL_position.quantity = "many""#,
        "AAPL_position.quantity",
    );
    world.fails("AAPL_position.live = 2", "AAPL_position.live");
    assert_eq!(
        (world.position.small.get(), world.position.ratio.get()),
        (5, 0.1)
    );
}

#[test]
fn wide_integers_are_assigned_without_loss() {
    let mut world = World::new();
    world.run(r#"AAPL_position.big = u64("18446744073709551614")"#);
    assert_eq!(world.position.big.get(), u64::MAX - 1);
    world.run("AAPL_position.big -= 1");
    assert_eq!(world.position.big.get(), u64::MAX - 2);
    world.run("AAPL_position.vast -= 1; AAPL_position.huge += 1");
    assert_eq!(
        (world.position.vast.get(), world.position.huge.get()),
        (u128::MAX - 1, i128::MIN + 1)
    );
}

#[test]
fn a_readonly_field_is_written_by_force_only() {
    let mut world = World::new();
    world.fails(
        "AAPL_position.limit = 5",
        "AAPL_position.limit is read-only",
    );
    assert_eq!(world.position.limit.get(), 9);
    world.run(r#"force(AAPL_position, "limit", 5); AAPL_position.force("stepped", 16);"#);
    assert_eq!(
        (world.position.limit.get(), world.position.stepped.get()),
        (5, 16)
    );
    world.fails(
        r#"force(AAPL_position, "small", 300)"#,
        "AAPL_position.small",
    );
}

#[test]
fn a_read_only_session_refuses_every_write() {
    let mut world = World::read_only();
    for source in [
        "AAPL_position.quantity = 1",
        "AAPL_position.quantity += 1",
        r#"AAPL_position.add("quantity", 1)"#,
        r#"force(AAPL_position, "limit", 1)"#,
    ] {
        world.fails(source, "AAPL_position.");
    }
    let mut world = World::attached(|options, dir| {
        Attached::new(options.dir(dir).writable().attach("market").unwrap()).read_only()
    });
    world.fails(
        "AAPL_position.quantity = 1",
        "AAPL_position.quantity cannot be written: the session is attached read-only",
    );
    assert_eq!(world.position.quantity.load(), 100);
}

#[test]
fn explain_says_what_a_write_would_do_and_does_not_do_it() {
    let mut world = World::new();
    world.run("let p = AAPL_position;");
    let text = world.json(r#"explain("p.avg_price = 5000")"#);
    let text = text.as_str().unwrap();
    for part in [
        "AAPL_position.avg_price",
        "0..=10000000",
        "15,025 ticks",
        "5,000 ticks",
        "would be written",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let text = world.json(r#"explain("obs[\"AAPL_position\"].avg_price = 2 * -5000")"#);
    assert!(
        text.as_str()
            .unwrap()
            .contains("refused: AAPL_position.avg_price"),
        "{text}"
    );
    world.json(r#"explain("AAPL_position.last_quote.bid_price = 1")"#);
    assert_eq!(world.position.avg_price.get(), 15_025);
    assert_eq!(
        world.position.last_quote.read().unwrap(),
        position().last_quote
    );
}

#[test]
fn the_error_of_a_whole_names_the_first_bad_member_and_points_at_its_value() {
    let mut world = World::new();
    let text = world
        .error("AAPL_position.last_quote = #{ ask_price: 1, ask_size: -3, bid_price: \"x\" }")
        .text();
    assert_eq!(
        text,
        "error: AAPL_position.last_quote.ask_size: -3 does not fit u32 (0..=4294967295)\n\
         1 | AAPL_position.last_quote = #{ ask_price: 1, ask_size: -3, bid_price: \"x\" }\n  \
           |                                                       ^^"
    );
    assert_eq!(
        world.position.last_quote.read().unwrap(),
        position().last_quote
    );
}

#[test]
fn an_array_of_structs_is_assigned_whole_and_of_objects_too() {
    let mut world = World::new();
    world.run("AAPL_position.fills = [#{price: 1, size: 2}, #{price: 3, size: 4}]");
    assert_eq!(
        (
            world.position.fills[0].price.get(),
            world.position.fills[1].size.get()
        ),
        (1, 4)
    );
    world.fails(
        "AAPL_position.fills = [#{price: 1, size: 2}, #{price: 3, size: -4}]",
        "AAPL_position.fills[1].size: -4 does not fit u32",
    );
    let array = world
        .session
        .array_with("book", 2, |_| Late::default())
        .unwrap();
    world.run("book.set([#{arrival: 5}, #{arrival: 6, tag: 7}]); book[0] = #{tag: 9};");
    assert_eq!((array[0].arrival.get(), array[0].tag.get()), (5, 9));
    assert_eq!((array[1].arrival.get(), array[1].tag.get()), (6, 7));
}

#[test]
fn names_of_enums_and_flags_are_read_in_any_case() {
    let mut world = World::new();
    world.run(r#"AAPL_position.status = "filled""#);
    world.check("AAPL_position.status", "\"FILLED\"");
    world.check(r#"AAPL_position.status == "Filled""#, "true");
    world.run(r#"AAPL_position.options = "dark | Ioc""#);
    world.check(
        r#"AAPL_position.options.has("ioc") && AAPL_position.options == "IOC | DARK""#,
        "true",
    );
    world.fails(
        r#"AAPL_position.status = "filld""#,
        "AAPL_position.status: Status has no \"filld\"",
    );
}

/// Times in several units.
#[derive(memglass::Observe, Clone, Copy, Debug, Default, PartialEq)]
struct Timer {
    #[observe(unit = "ns")]
    timeout_ns: u64,
    #[observe(unit = "ms")]
    age_ms: i32,
    #[observe(unit = "s")]
    delay: f64,
    #[observe(unit = "us")]
    laps: [u32; 2],
    #[observe(unit = "ticks")]
    ticks: u32,
    count: u32,
}

#[test]
fn durations_are_written_and_compared_by_the_unit_of_the_field() {
    let mut world = World::new();
    let timer = world.session.object("timer", Timer::default()).unwrap();
    world.run("timer.timeout_ns = 5.ms; timer.age_ms = 3.s; timer.delay = 250.ms");
    world.run("timer.laps = [1.ms, 2.s]; timer.add(\"age_ms\", 1.s);");
    assert_eq!(timer.timeout_ns.get(), 5_000_000);
    assert_eq!(timer.age_ms.get(), 4_000);
    assert_eq!(timer.delay.get(), 0.25);
    assert_eq!(
        [timer.laps[0].get(), timer.laps[1].get()],
        [1_000, 2_000_000]
    );
    for holds in [
        "timer.age_ms > 3.s && 5.s > timer.age_ms && timer.age_ms == 4.s",
        "timer.timeout_ns >= 5.ms && timer.timeout_ns < 6.ms && timer.delay != 1.h",
        "let age = timer.age_ms; age <= 4.s",
        "timer.laps[1] > 1999.ms && timer.laps.filter(|lap| lap > 1.s).len() == 1",
        "timer.snapshot().age_ms == 4.s",
        "obs.all(\"Timer\").filter(|t| t.age_ms > 2.s).len() == 1",
    ] {
        world.check(holds, "true");
    }
    world.fails(
        "timer.count = 1.s",
        "timer.count: expected a number, as it declares no unit of time (ns, us, ms, s, min, h), got a duration",
    );
    world.fails(
        "timer.ticks = 1.s",
        "timer.ticks: expected a number, as its unit \"ticks\" is not a time",
    );
    world.fails(
        "timer.age_ms = 1.us",
        "timer.age_ms: 0.001 is not a whole number",
    );
    world.fails(
        "timer.age_ms = 10000.h",
        "timer.age_ms: 36000000000 does not fit i32",
    );
    world.run(
        "timer.age_ms = 2.s; timer.age_ms += 5.ms; timer.laps[0] -= 500.us; timer.delay += 1.s",
    );
    assert_eq!(timer.age_ms.get(), 2_005);
    assert_eq!(timer.laps[0].get(), 500);
    assert_eq!(timer.delay.get(), 1.25);
    world.check(
        "timer.age_ms - 5.ms == 2.s && 3.s - timer.age_ms == 995.ms",
        "true",
    );
    world.check("timer.age_ms + 500.us", "2005.5");
    world.fails_with(
        "timer.count += 5.ms",
        "only a number that was read from a field whose unit is a time",
    );
    for unknown in [
        "timer.count < 1.s",
        "timer.age_ms / 2 < 1.s",
        "timer.ticks == 1.s",
    ] {
        world.fails_with(unknown, "is not that of a field whose unit is a time");
    }
}
