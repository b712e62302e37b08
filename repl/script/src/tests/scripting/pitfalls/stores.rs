//! What stores, what does not, and how often.

use memglass::Text;

use crate::tests::producer::{Fill, Options, Status, position};
use crate::tests::world::World;

#[test]
fn pitfall_01_an_operator_on_an_unreadable_field_stores_nothing() {
    let mut world = World::new();
    world.run("let p = AAPL_position;");
    let World {
        session,
        position: first,
        host,
        ..
    } = world;
    let (mut host, session) = (host, session);
    drop(first);
    let replacement = session.object("AAPL_position", position()).unwrap();
    let error = host.eval(r#"p["quantity"] += 5"#).unwrap_err();
    assert!(error.to_string().contains("is gone"), "{error}");
    let error = host.eval(r#"p["bid_levels"][0] += 5"#).unwrap_err();
    assert!(error.to_string().contains("is gone"), "{error}");
    assert_eq!(replacement.quantity.load(), 100);
}

#[test]
fn pitfall_01_a_missing_field_is_an_error_and_the_next_write_is_not() {
    let mut world = World::new();
    world.fails(
        r#"AAPL_position["quantty"] += 5"#,
        "no field \"quantty\" in AAPL_position (Position)",
    );
    world.fails(
        "AAPL_position.bid_levels[9] += 5",
        "AAPL_position.bid_levels: index 9 is out of range; allowed is 0..=4",
    );
    world.run(r#"let p = AAPL_position; try { p["quantty"] } catch { } p["quantity"] = 6;"#);
    assert_eq!(world.position.quantity.load(), 6);
}

#[test]
fn pitfall_02_a_method_on_a_value_does_not_store_it() {
    let mut world = World::read_only();
    for source in [
        "AAPL_position.status.to_string()",
        "AAPL_position.status.len()",
        "AAPL_position.status.value.to_string()",
        "AAPL_position.status.to_upper()",
        "AAPL_position.quantity.to_string()",
        "AAPL_position.quantity.to_float()",
        "AAPL_position.score.floor()",
        "AAPL_position.symbol.to_upper()",
        "AAPL_position.symbol.contains(\"A\")",
        "AAPL_position.symbol.len()",
        "AAPL_position.symbol.sub_string(1, 2)",
        "AAPL_position.options.has(\"IOC\")",
        "AAPL_position.options.to_string()",
        "AAPL_position.options.names.len()",
        "AAPL_position.big.to_string()",
        "AAPL_position.last_quote.snapshot()",
        "AAPL_position.last_quote.bid_price.to_string()",
        "AAPL_position.last_quote.type_name()",
        "AAPL_position.fills[0].price.to_string()",
        "AAPL_position[\"status\"].to_string()",
        "AAPL_position.bid_levels.len()",
        "AAPL_position.bid_levels[0].to_string()",
        "fn twice() { this * 2 } AAPL_position.quantity.twice()",
        "fn shout() { this.to_upper() } AAPL_position[\"symbol\"].shout()",
        "AAPL_position.last_quote.bid_price.twice()",
        "AAPL_position.bid_levels[0].twice()",
    ] {
        world.run(source);
    }
}

#[test]
fn pitfall_02_a_mutating_text_method_is_a_write_by_name() {
    let mut world = World::new();
    world.position.symbol.set(Text::new("  x ").unwrap());
    world.run("AAPL_position.symbol.trim(); AAPL_position.symbol.make_upper()");
    assert_eq!(world.position.symbol.get(), Text::new("X").unwrap());
}

#[test]
fn pitfall_03_a_chain_of_accesses_stores_once() {
    let mut world = World::new();
    let before = world.position.last_quote.sequence();
    world.run("AAPL_position.last_quote.bid_price = 3");
    assert_eq!(world.position.last_quote.sequence(), before + 1);
    let before = world.position.guarded_levels.sequence();
    world.run("AAPL_position.guarded_levels[1] = 3");
    world.run(r#"AAPL_position["guarded_levels"][1] += 3"#);
    assert_eq!(world.position.guarded_levels.sequence(), before + 2);
    assert_eq!(world.position.guarded_levels.read().unwrap(), [30, 6, 10]);
    world.run(r#"obs["AAPL_position"]["fills"][0]["price"] = 33"#);
    assert_eq!(
        memglass::Storage::load(&world.position.fills[0]).unwrap(),
        Fill { price: 33, size: 1 }
    );
}

#[test]
fn pitfall_04_writes_through_a_constant_succeed_without_an_error() {
    let mut world = World::new();
    world.run("const K = AAPL_position; K.last_quote.bid_price = 3; K.quantity = 4; K[\"small\"] = 5; K.bid_levels[0] = 6;");
    world.run("K.avg_price = 7; K.fills[1].size = 8; K.quantity += 1");
    assert_eq!(world.position.last_quote.read().unwrap().bid_price, 3);
    assert_eq!(
        (
            world.position.quantity.load(),
            world.position.small.get(),
            world.position.bid_levels[0].get()
        ),
        (5, 5, 6)
    );
    assert_eq!(
        (
            world.position.avg_price.get(),
            world.position.fills[1].size.get()
        ),
        (7, 8)
    );
}

#[test]
fn pitfall_04_obs_and_labels_cannot_be_overwritten() {
    let mut world = World::new();
    world.fails("obs = 5", "\"obs\" cannot be assigned to");
    world.fails(
        "AAPL_position = 5",
        "\"AAPL_position\" cannot be assigned to",
    );
    for script in [
        "let f = || { AAPL_position = 5 }; f.call()",
        "[1].map(|x| { AAPL_position = x; 3 })",
        "[1].map(|x| [2].map(|y| { if x < y { AAPL_position += y } 3 }))",
        "fn f(list) { list.map(|x| { AAPL_position = x; 3 }) } f([1])",
    ] {
        world.fails(script, "\"AAPL_position\" cannot be assigned to");
    }
    let obs = "[1].for_each(|x| { obs = x })";
    world.fails(obs, "\"obs\" cannot be assigned to");
    world.check("AAPL_position.quantity", "100");
}

#[test]
fn a_variable_with_the_name_of_an_object_is_assigned_to_like_any_other() {
    let mut world = World::new();
    for script in [
        "let AAPL_position = 1; [2].map(|x| { AAPL_position = x; 3 })",
        "[2].map(|AAPL_position| { AAPL_position = 3; AAPL_position })",
        "fn f(AAPL_position) { AAPL_position = 3; AAPL_position } [1].map(|x| f(x))",
    ] {
        world.check(script, "[3]");
    }
}

#[test]
fn pitfall_12_what_cannot_be_assigned_to_says_what_can() {
    let mut world = World::new();
    let error = world.error("obs.find(\"AAPL_position\").quantity = 1");
    assert_eq!(error.exit_code(), 2);
    assert!(
        error
            .text()
            .contains("only something that starts with a variable"),
        "{}",
        error.text()
    );
}

#[test]
fn pitfall_18_add_is_one_step_and_answers_with_the_new_value() {
    let mut world = World::new();
    world.check(r#"AAPL_position.add("quantity", 5)"#, "105");
    world.check(r#"AAPL_position.add("last_quote.bid_price", -20)"#, "15000");
    world.fails(
        r#"AAPL_position.add("avg_price", -20000)"#,
        "AAPL_position.avg_price",
    );
    world.fails(
        r#"AAPL_position.add("last_quote", 1)"#,
        "AAPL_position.last_quote is not a number",
    );
    assert_eq!(world.position.quantity.load(), 105);
}

#[test]
fn reading_everything_stores_nothing() {
    let mut world = World::read_only();
    world.run("for p in obs.all(\"*\") { p.snapshot(); fields(p); p.json(); print(p); for f in p.fills { f.price } }");
    world.run("obs.all(\"Position\").table().csv(); types(); objects(); describe(\"Position\")");
    assert_eq!(world.position.status.get(), Status::OPEN);
    assert_eq!(
        world.position.options.get(),
        Options::HIDDEN | Options::DARK
    );
}

#[test]
fn pitfall_02_an_assignment_stores_although_the_value_was_just_read() {
    let mut world = World::new();
    let before = world.position.last_quote.sequence();
    world.run("let q = AAPL_position.last_quote; if q.bid_price == 15020 { q.bid_price = 15020; }");
    assert_eq!(world.position.last_quote.sequence(), before + 1);
}

#[test]
fn pitfall_03_a_setter_that_does_not_exist_is_an_error_and_no_silence() {
    let mut world = World::new();
    world.fails(
        "let q = AAPL_position.last_quote; q.nope = 1",
        "no field \"nope\" in AAPL_position.last_quote (Quote)",
    );
    world.fails(
        "AAPL_position.quantity.nope = 1",
        "an integer has no property \"nope\"",
    );
    world.fails(
        "obs.nope = 1",
        "obs has no property \"nope\" that can be written",
    );
    assert_eq!(
        world.position.last_quote.read().unwrap(),
        position().last_quote
    );
}

#[test]
fn pitfall_12_an_element_of_a_list_is_assigned_through_a_variable() {
    let mut world = World::new();
    let error = world.error("obs.all(\"Position\")[1].quantity = 1");
    assert!(
        error.text().contains("`let o = …; o.field = 1`"),
        "{}",
        error.text()
    );
    world.run("let o = obs.all(\"Position\")[1]; o.quantity = 1; let l = obs.all(\"*\"); l[0].quantity = 2");
    assert_eq!(
        (world.other.quantity.load(), world.position.quantity.load()),
        (1, 2)
    );
}

#[test]
fn pitfall_16_an_expression_that_is_explained_cannot_write() {
    let mut world = World::new();
    for source in [
        r#"explain("AAPL_position.small = if true { AAPL_position.quantity = 1; 5 }")"#,
        r#"explain("AAPL_position.small = { AAPL_position.quantity = 1; 5 }")"#,
        r#"explain("AAPL_position.small = AAPL_position.add(\"quantity\", 1)")"#,
        r#"let f = |x| { AAPL_position.quantity = x; x }; explain("AAPL_position.small = f.call(1)")"#,
    ] {
        world.error(source);
        assert_eq!(world.position.quantity.load(), 100, "{source}");
    }
    world.run("AAPL_position.quantity = 101");
    assert_eq!(world.position.quantity.load(), 101);
}

#[test]
fn pitfall_18_additions_of_two_writers_are_not_lost() {
    let mut world = World::new();
    const TIMES: i64 = 2_000;
    std::thread::scope(|scope| {
        let quantity = &world.position.quantity;
        scope.spawn(move || {
            for _ in 0..TIMES {
                quantity.fetch_add(1);
            }
        });
        world
            .host
            .eval(&format!(
                "for i in 0..{TIMES} {{ AAPL_position.add(\"quantity\", 1); }}"
            ))
            .unwrap();
    });
    assert_eq!(world.position.quantity.load(), 100 + 2 * TIMES);
}
