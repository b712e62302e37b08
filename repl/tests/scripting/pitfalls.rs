//! Each trap that Rhai or a proxy lays, by its number in the list of those that were found; those that
//! need no session are tested beside the code.

use memglass::Text;

use crate::world::{Fill, Late, Options, Status, World, position};

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
    world.check("AAPL_position.quantity", "100");
}

#[test]
fn pitfall_05_objects_are_visible_in_functions() {
    let mut world = World::new();
    world.check(
        "fn total() { AAPL_position.quantity + obs[\"MSFT_position\"].quantity } total()",
        "1000",
    );
    world.run("fn grow(n) { AAPL_position.quantity += n; } grow(5)");
    assert_eq!(world.position.quantity.load(), 105);
    world.check("let f = |n| n + AAPL_position.quantity; f.call(1)", "106");
}

#[test]
fn pitfall_05_a_variable_of_the_same_name_wins() {
    let mut world = World::read_only();
    world.check("let AAPL_position = 3; AAPL_position + 1", "4");
    world.check("fn f(obs) { obs + 1 } f(2)", "3");
    world.check("let x = 0; for obs in [1, 2] { x += obs } x", "3");
    world.check("AAPL_position", "3");
}

#[test]
fn pitfall_05_a_label_means_the_object_that_has_it_now() {
    let mut world = World::new();
    world.fails(
        "NEW_one.arrival",
        "no variable, object or function is named \"NEW_one\"",
    );
    let late = world
        .session
        .object("NEW_one", Late { arrival: 1, tag: 2 })
        .unwrap();
    world.check("NEW_one.arrival", "1");
    world.run("fn arrival() { NEW_one.arrival } let held = NEW_one;");
    drop(late);
    let _again = world
        .session
        .object("NEW_one", Late { arrival: 5, tag: 6 })
        .unwrap();
    world.check("arrival()", "5");
    world.fails("held.arrival", "NEW_one.arrival is gone");
}

#[test]
fn pitfall_06_a_comparison_that_can_never_hold_is_an_error() {
    let mut world = World::read_only();
    world.fails(
        "AAPL_position.live == 1",
        "a bool == an integer has no answer; compare it with true or false",
    );
    world.fails(
        "AAPL_position.last_quote > 3",
        "AAPL_position.last_quote (Quote) > an integer has no answer",
    );
    world.fails(
        "AAPL_position.last_quote == 3",
        "AAPL_position.last_quote (Quote) == an integer has no answer",
    );
    world.fails(
        "3 < AAPL_position.last_quote",
        "an integer < AAPL_position.last_quote (Quote) has no answer",
    );
    world.fails(
        "AAPL_position.symbol > 3",
        "text > an integer has no answer",
    );
    world.fails("obs.find(\"nobody\") > 3", "() > an integer has no answer");
    world.check(
        "1 == AAPL_position.status && \"OPEN\" == AAPL_position.status",
        "true",
    );
}

#[test]
fn pitfall_07_a_field_called_tag_is_a_field() {
    let mut world = World::new();
    world.check("AAPL_position.tag", "77");
    world.run("AAPL_position.tag = 78; AAPL_position[\"tag\"] += 1;");
    assert_eq!(world.position.tag.get(), 79);
    let _late = world
        .session
        .object("late", Late { arrival: 1, tag: 2 })
        .unwrap();
    world.check("late.tag", "2");
}

#[test]
fn pitfall_07_a_field_with_a_reserved_name_is_reached_in_brackets() {
    let mut world = World::new();
    let error = world.error("AAPL_position.default");
    assert!(
        error.render(false).contains("p[\"name\"]"),
        "{}",
        error.render(false)
    );
    world.run("AAPL_position[\"default\"] += 1");
    world.check("AAPL_position[\"default\"]", "89");
    let names = world.host.names();
    let default = names
        .fields("Position")
        .iter()
        .find(|field| field.name == "default")
        .unwrap();
    assert!(!default.is_identifier);
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
fn pitfall_12_what_cannot_be_assigned_to_says_what_can() {
    let mut world = World::new();
    let error = world.error("obs.find(\"AAPL_position\").quantity = 1");
    assert_eq!(error.exit_code(), 2);
    assert!(
        error
            .render(false)
            .contains("only something that starts with a variable"),
        "{}",
        error.render(false)
    );
}

#[test]
fn pitfall_13_a_closure_is_called_in_a_later_line() {
    let mut world = World::read_only();
    world.run("let f = |p| p.quantity > 500;");
    world.check("obs.all(\"Position\").filter(f).len()", "1");
    world.run("fn later(p) { p.quantity }");
    world.check("let g = |p| later(p); g.call(AAPL_position)", "100");
    world.run("fn later(p) { -1 }");
    world.check("g.call(AAPL_position)", "-1");
}

#[test]
fn pitfall_14_a_callback_changes_what_it_captured() {
    let mut world = World::read_only();
    world.check(
        "let n = 0; obs.all(\"Position\").for_each(|| n += this.quantity); n",
        "1000",
    );
    world.check("let seen = []; obs.all(\"Position\").filter(|o| { seen.push(o.label()); true }); seen.len()", "2");
    let text = world
        .error("let all = obs.all(\"*\"); all.map(|o| all.len())")
        .render(false);
    assert!(text.contains("give the closure a copy"), "{text}");
}

#[test]
fn pitfall_15_exit_is_no_result_and_no_try_catches_it() {
    let mut world = World::read_only();
    world.check("3", "3");
    for source in [
        "exit(3)",
        "try { exit(3) } catch { 0 }",
        "fn f() { exit(3) } f()",
        "[1].map(|x| exit(3))",
        "let f = |x| exit(x); f.call(3)",
    ] {
        assert_eq!(world.error(source).exit_code(), 3, "{source}");
    }
    assert_eq!(world.error("exit()").exit_code(), 0);
    world.fails("exit(300)", "exit(300): an exit code is one of 0..=255");
}

#[test]
fn pitfall_17_limits_are_the_same_in_every_build() {
    let deep = std::thread::Builder::new()
        .stack_size(memglass_repl::ScriptHost::STACK_BYTES)
        .spawn(|| {
            let mut world = World::read_only();
            world.check(
                "fn down(n) { if n == 0 { 0 } else { down(n - 1) } } down(60)",
                "0",
            );
            world.check("down(500)", "0");
            world.fails("down(600)", "functions call each other too deeply");
            let sum = format!("0{}{}", " + (1".repeat(40), ")".repeat(40));
            world.check(&sum, "40");
        });
    deep.unwrap().join().unwrap();
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
        "AAPL_position.last_quote is no number",
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
fn pitfall_07_a_type_that_comes_during_a_script_may_have_a_field_called_tag() {
    let dir = tempfile::tempdir().unwrap();
    let session = memglass::Session::builder("fresh")
        .dir(dir.path())
        .create()
        .unwrap();
    let observer = memglass::AttachOptions::new()
        .dir(dir.path())
        .writable()
        .attach("fresh")
        .unwrap();
    let print = std::rc::Rc::new(|_: &str| {});
    let mut host = memglass_repl::ScriptHost::new(
        memglass_repl::Attached::new(observer),
        Default::default(),
        print,
    );
    host.engine_mut().register_fn("arrive", move || {
        session
            .object("late", Late { arrival: 1, tag: 2 })
            .unwrap()
            .leak()
    });
    let shown = host
        .eval("arrive(); late.tag += 5; [late.tag, late.arrival]")
        .unwrap();
    assert_eq!(memglass_repl::script::json(&shown).to_string(), "[7,1]");
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
fn pitfall_06_a_mixed_comparison_inside_a_closure_is_an_error_too() {
    let mut world = World::read_only();
    world.fails(
        "obs.all(\"Position\").filter(|p| p.symbol > 3)",
        "text > an integer has no answer",
    );
    world.fails(
        "obs.all(\"Position\").filter(|p| p.live == 1).len()",
        "a bool == an integer has no answer",
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
        "AAPL_position.quantity: 5.5 is no whole number",
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
        "AAPL_position.quantity: inf is no whole number",
    );
    world.check("[7 / 2, -7 / 2, 7 % 3]", "[3,-3,1]");
    world.check("`${1.0 / 0.0}`", "\"inf\"");
}

#[test]
fn pitfall_12_an_element_of_a_list_is_assigned_through_a_variable() {
    let mut world = World::new();
    let error = world.error("obs.all(\"Position\")[1].quantity = 1");
    assert!(
        error.render(false).contains("`let o = …; o.field = 1`"),
        "{}",
        error.render(false)
    );
    world.run("let o = obs.all(\"Position\")[1]; o.quantity = 1; let l = obs.all(\"*\"); l[0].quantity = 2");
    assert_eq!(
        (world.other.quantity.load(), world.position.quantity.load()),
        (1, 2)
    );
}

#[test]
fn pitfall_13_a_closure_kept_in_an_array_or_map_finds_its_functions_in_later_lines() {
    let mut world = World::read_only();
    world.run("fn twice(x) { 2 * x } let kept = #{f: |p| twice(p.quantity), g: [|| twice(4)]};");
    world.run("let unrelated = 1;");
    world.check("kept.f.call(AAPL_position)", "200");
    world.check("kept.g[0].call()", "8");
    world.check(
        "let inner = |n| { let h = |m| twice(m) + n; h.call(1) }; 0",
        "0",
    );
    world.check("inner.call(5)", "7");
}

#[test]
fn pitfall_14_what_closures_share_is_usable_from_both_over_lines() {
    let mut world = World::read_only();
    world.run("let count = 0; let more = || { count += 1; count };");
    world.run("more.call(); more.call();");
    world.check("count", "2");
    world.run("count = 10;");
    world.check("more.call()", "11");
    world.check("[1, 2].map(|x| { count += x; count })", "[12,14]");
}

#[test]
fn pitfall_15_an_exit_in_whatever_calls_back_keeps_its_code() {
    let mut world = World::read_only();
    for source in [
        "AAPL_position.bid_levels.map(|x| exit(4))",
        "types().filter(|row| exit(4))",
        "for p in obs.all(\"*\") { try { exit(4) } catch { } }",
        "`${exit(4)}`",
        "let f = || exit(4); [1].sort(|a, b| 0); f.call()",
    ] {
        assert_eq!(world.error(source).exit_code(), 4, "{source}");
    }
}

#[test]
fn pitfall_16_sleep_hears_ctrl_c_and_takes_what_people_write() {
    use std::sync::atomic::Ordering;
    let mut world = World::read_only();
    world.run("sleep(1.ms); sleep(0); sleep(0.001); sleep(0.ms)");
    for source in ["sleep(3600)", "sleep(1.h)", "sleep(3600.0)"] {
        world.interrupt.store(true, Ordering::Relaxed);
        assert_eq!(
            world.error(source),
            memglass_repl::ScriptError::Interrupted,
            "{source}"
        );
    }
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
        let text = world.error(source).render(false);
        assert!(
            !text.contains("::") && !text.contains("memglass"),
            "{source}: {text}"
        );
    }
}

#[test]
fn pitfall_18_maps_take_reserved_names_in_quotes_and_their_order_is_no_matter() {
    let mut world = World::new();
    let text = world.error("#{new: 5}").render(false);
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
