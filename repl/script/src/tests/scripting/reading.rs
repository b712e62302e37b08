use crate::tests::producer::Status;
use crate::tests::world::World;

#[test]
fn an_object_is_found_by_its_label_and_by_a_bare_name() {
    let mut world = World::read_only();
    world.check(r#"obs["AAPL_position"].quantity"#, "100");
    world.check("AAPL_position.quantity", "100");
    world.check("obs.AAPL_position.quantity", "100");
    world.check(r#"let p = obs.find("AAPL_position"); p.quantity"#, "100");
    world.check(r#"obs.find("nobody") == ()"#, "true");
}

#[test]
fn a_proxy_reads_the_present_value() {
    let mut world = World::read_only();
    world.run("let p = AAPL_position");
    world.position.quantity.store(7);
    world.check("p.quantity", "7");
    world.position.quantity.store(8);
    world.check("p.quantity", "8");
}

#[test]
fn nested_places_are_reached_by_name_index_and_path() {
    let mut world = World::read_only();
    world.check("AAPL_position.last_quote.bid_price", "15020");
    world.check(r#"AAPL_position["last_quote"]["bid_price"]"#, "15020");
    world.check(r#"AAPL_position["last_quote.ask_size"]"#, "7");
    world.check("AAPL_position.bid_levels[0]", "5");
    world.check("AAPL_position.bid_levels[-1]", "1");
    world.check("AAPL_position.fills[1].price", "20");
    world.check(r#"AAPL_position["fills[1].price"]"#, "20");
    world.check("AAPL_position.guarded_levels[2]", "10");
}

#[test]
fn every_kind_of_value_arrives_whole() {
    let mut world = World::read_only();
    world.check("AAPL_position.symbol", "\"AAPL\"");
    world.check("AAPL_position.big", "18446744073709551615");
    world.check(
        "AAPL_position.huge",
        "-170141183460469231731687303715884105728",
    );
    world.check(
        "AAPL_position.vast",
        "340282366920938463463374607431768211455",
    );
    world.check("AAPL_position.ratio", "0.1");
    world.check("AAPL_position.live", "true");
    world.check("AAPL_position.status", "\"OPEN\"");
    world.check("AAPL_position.options", r#"["HIDDEN","DARK"]"#);
    world.check("AAPL_position.venue", "\"NYSE\"");
    world.check("AAPL_position.code", "\"ABC\"");
}

#[test]
fn an_enum_has_a_name_and_a_number() {
    let mut world = World::read_only();
    world.check("AAPL_position.status.name", "\"OPEN\"");
    world.check("AAPL_position.status.value", "1");
    world.check(
        r#"AAPL_position.status == "OPEN" && AAPL_position.status == 1"#,
        "true",
    );
    world.check(r#"AAPL_position.status < MSFT_position.status"#, "true");
    world.check("AAPL_position.venue.value", "1");
    world.fails(
        r#"AAPL_position.status == "OPNE""#,
        "Status has no value \"OPNE\" (PENDING, OPEN, FILLED)",
    );
}

#[test]
fn an_enum_number_without_a_name_is_a_number() {
    let mut world = World::read_only();
    world.position.venue.set(9);
    world.check("AAPL_position.venue", "9");
    world.check("AAPL_position.venue.value", "9");
    world.check("AAPL_position.venue.name == ()", "true");
}

#[test]
fn flags_are_sets() {
    let mut world = World::read_only();
    world.check(r#"AAPL_position.options.has("HIDDEN")"#, "true");
    world.check(r#""IOC" in AAPL_position.options"#, "false");
    world.check(r#"AAPL_position.options == ["DARK", "HIDDEN"]"#, "true");
    world.check("AAPL_position.options.value", "5");
    world.check(r#"(AAPL_position.options & "DARK").names"#, r#"["DARK"]"#);
}

#[test]
fn arrays_and_objects_are_iterated() {
    let mut world = World::read_only();
    world.check(
        "let sum = 0; for level in AAPL_position.bid_levels { sum += level } sum",
        "15",
    );
    world.check(
        "let sum = 0; for fill in AAPL_position.fills { sum += fill.price } sum",
        "30",
    );
    world.check(
        "let sum = 0; for p in obs.all(\"Position\") { sum += p.quantity } sum",
        "1000",
    );
    world.fails(
        "for x in AAPL_position { print(x) }",
        "AAPL_position cannot be iterated over; `fields(p)` lists its fields",
    );
}

#[test]
fn objects_are_chosen_by_type_and_by_label() {
    let mut world = World::read_only();
    world.check(r#"obs.all("Position").len()"#, "2");
    world.check(r#"obs.all("AAPL_*").len()"#, "1");
    world.check(
        r#"obs.all("*").filter(|o| o.quantity > 500).map(|o| o.label())"#,
        r#"["MSFT_position"]"#,
    );
    world.fails(
        r#"obs.all("Positon")"#,
        "no type and no object is named \"Positon\"; did you mean \"Position\"?",
    );
}

#[test]
fn a_snapshot_is_a_copy_of_one_moment() {
    let mut world = World::new();
    world.run("let before = AAPL_position.snapshot(); AAPL_position.quantity = 5;");
    world.check("before.quantity", "100");
    world.check("before.last_quote.bid_price", "15020");
    world.check("before.status == \"OPEN\" && before.status == 1", "true");
    world.check("AAPL_position.bid_levels.snapshot()", "[5,4,3,2,1]");
}

#[test]
fn wholes_compare_by_value() {
    let mut world = World::read_only();
    world.check(
        "AAPL_position.last_quote == MSFT_position.last_quote",
        "true",
    );
    world.check(
        "AAPL_position.last_quote == #{bid_price: 15020, ask_price: 15025, ask_size: 7}",
        "true",
    );
    world.check("AAPL_position.bid_levels == [5, 4, 3, 2, 1]", "true");
    world.check("AAPL_position != MSFT_position", "true");
}

#[test]
fn a_place_knows_what_it_is() {
    let mut world = World::read_only();
    world.check("AAPL_position.label()", "\"AAPL_position\"");
    world.check("AAPL_position.type_name()", "\"Position\"");
    world.check(
        "AAPL_position.last_quote.path()",
        "\"AAPL_position.last_quote\"",
    );
    world.check("AAPL_position.bid_levels.len()", "5");
    world.check("AAPL_position.is_alive()", "true");
}

#[test]
fn an_object_that_is_a_single_value_is_shown_compared_and_written_as_one() {
    let mut world = World::new();
    let count = world.session.object("count", 41_u32).unwrap();
    let _status = world.session.object("state", Status::OPEN).unwrap();
    world.check("count", "41");
    world.check("let c = obs[\"count\"]; c", "41");
    world.check("count == 41 && 40 < count && count != 1.5", "true");
    world.check("state == \"OPEN\" && state != \"FILLED\"", "true");
    world.fails("state == \"OPNE\"", "Status has no value \"OPNE\"");
    world.check("count == state", "false");
    world.check("count.snapshot() + 1", "42");
    world.run("count.set(7)");
    assert_eq!(count.get(), 7);
    world.fails("count.set(-1)", "count: -1 does not fit u32");
    world.fails("count = 5", "\"count\" cannot be assigned to");
}

#[test]
fn the_value_of_an_enum_stays_one_beside_texts_that_look_the_same() {
    let mut world = World::new();
    let line = "let text = \"OPEN\"; let again = [\"OPEN\"];
        AAPL_position.status = \"OPEN\";
        let status = AAPL_position.status;
        let other = (); other = AAPL_position.status;
        [status == \"open\", status == 1, status.value, other.value, text == \"open\"]";
    world.check(line, "[true,true,1,1,false]");
}
