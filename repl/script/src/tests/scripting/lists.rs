use crate::tests::producer::Late;
use crate::tests::world::World;

/// Each of them asks its closure something.
const QUESTIONS: [&str; 17] = [
    "map(|o| o.quantity = 1)",
    "filter(|o| o.quantity = 1)",
    "some(|o| o.quantity = 1)",
    "all(|o| o.quantity = 1)",
    "find(|o| o.quantity = 1)",
    "find_map(|o| o.quantity = 1)",
    "index_of(|o| o.quantity = 1)",
    "reduce(|sum, o| o.quantity = 1, 0)",
    "reduce_rev(|sum, o| o.quantity = 1)",
    "order_by(|o| o.quantity = 1)",
    "order_by(|a, b| a.quantity = 1)",
    "order_desc(|o| o.add(\"quantity\", 1))",
    "sum(|o| o.quantity = 1)",
    "max(|o| o.set(\"quantity\", 1))",
    "group_by(|o| force(o, \"quantity\", 1))",
    "filter(|o| { [o].for_each(|x| x.quantity = 1); true })",
    "map(|o| if true { o.quantity += 1 })",
];

#[test]
fn what_asks_about_elements_writes_nothing() {
    let mut world = World::new();
    let lists = [
        "obs.all(\"Position\")",
        "[AAPL_position, MSFT_position]",
        "[AAPL_position, MSFT_position].map(|p| p)",
    ];
    for list in lists {
        for question in QUESTIONS {
            world.fails_with(
                &format!("{list}.{question}"),
                "cannot be written inside of `",
            );
        }
    }
    for change in ["retain", "drain", "sort", "sort_by", "sort_desc"] {
        world.fails_with(
            &format!("let list = obs.all(\"Position\"); list.{change}(|o| o.quantity = 1)"),
            &format!("cannot be written inside of `{change}`, which only asks"),
        );
        world.fails_with(
            &format!("let a = [AAPL_position, MSFT_position]; a.{change}(|o| o.quantity = 1)"),
            &format!("cannot be written inside of `{change}`, which only asks"),
        );
    }
    world.fails_with(
        "let a = [AAPL_position, MSFT_position]; a.dedup(|a, b| a.quantity = 1)",
        "cannot be written inside of `dedup`",
    );
    world.fails_with(
        "[AAPL_position].zip([1], |a, b| a.quantity = 1)",
        "cannot be written inside of `zip`",
    );
    world.check("obs.all(\"Position\").quantity", "[100,900]");
}

#[test]
fn a_refused_question_leaves_writing_to_what_comes_after_it() {
    let mut world = World::new();
    world.run("try { obs.all(\"Position\").filter(|o| o.quantity = 1) } catch {} AAPL_position.quantity = 7");
    world.check("AAPL_position.quantity", "7");
    world.run("obs.all(\"Position\").for_each(|p| p.quantity = 8)");
    world.run("obs.all(\"Position\").for_each(|| this.quantity += 1)");
    world.check("obs.all(\"Position\").quantity", "[9,9]");
}

#[test]
fn a_condition_that_is_neither_true_nor_false_is_an_error() {
    let mut world = World::new();
    for question in [
        "filter", "some", "all", "find", "index_of", "retain", "drain",
    ] {
        for answer in ["x + 1", "{ let y = x; }", "\"x\"", "[x]"] {
            world.fails_with(
                &format!("let a = [1, 2]; a.{question}(|x| {answer})"),
                &format!("`{question}` asks for true or false, and the closure gave"),
            );
        }
    }
    world.fails_with(
        "let a = [1, 2]; a.dedup(|a, b| a - b)",
        "`dedup` asks for true or false",
    );
}

#[test]
fn an_assignment_where_a_condition_belongs_is_no_program() {
    let mut world = World::new();
    for source in [
        "if AAPL_position.quantity = 5 { 1 }",
        "while AAPL_position.quantity = 5 { break }",
        "do { } while AAPL_position.quantity = 5",
        "true && AAPL_position.quantity = 5",
        "AAPL_position.quantity = 5 && true",
        "expect(AAPL_position.quantity = 5)",
        "let x = AAPL_position.quantity = 5",
        "switch AAPL_position.quantity = 5 { _ => 1 }",
        "[AAPL_position.quantity = 5]",
    ] {
        assert!(world.host.eval(source).is_err(), "{source}");
        world.check("AAPL_position.quantity", "100");
    }
}

#[test]
fn closures_take_this_an_element_or_an_element_and_its_index() {
    let mut world = World::new();
    world.check("[5, 6].map(|| this * 2)", "[10,12]");
    world.check("[5, 6].map(|x, i| x * i)", "[0,6]");
    world.check("let k = 3; [5, 6].map(|x| x * k)", "[15,18]");
    world.check("[4, -5].map(Fn(\"abs\"))", "[4,5]");
    world.check("fn half(x) { x / 2 } [4, 8].map(half)", "[2,4]");
    world.check("const A = [1, 2]; A.filter(|x| x > 1)", "[2]");
    world.check("[1, 2, 3, 4].find(|x| x > 1, 2)", "3");
    world.check("[1, 2, 3, 4].index_of(|x| x > 1, -1)", "3");
    world.check("[1, 2, 3].index_of(2)", "1");
    world.check("let a = [1, 2]; a.for_each(|| this += 1); a", "[2,3]");
    world.check("[1, 2, 3].reduce(|sum| sum + this, 0)", "6");
    world.fails_with(
        "[1].map(|a, b, c| a)",
        "`map` cannot call a closure of 3 arguments",
    );
}

#[test]
fn everything_comparable_sorts() {
    let mut world = World::new();
    world.check("[3, 1, 2].order_by(|x| x)", "[1,2,3]");
    world.check("[0.5, 0.25, 1].order_by(|x| x)", "[0.25,0.5,1]");
    world.check("[0.5, 0.25].order_by(|a, b| a - b)", "[0.25,0.5]");
    world.check(
        "let a = [2, 3, 1]; a.sort_by(|a, b| b.to_float() - a.to_float()); a",
        "[3,2,1]",
    );
    world.check("[\"b\", \"a\"].order_by(|a, b| a < b)", r#"["a","b"]"#);
    world.check("[true, false].order()", "[false,true]");
    world.check("['b', 'a'].order()", r#"["a","b"]"#);
    world.check("[2.s, 1.ms].order().map(|d| d.ms)", "[1.0,2000.0]");
    world.check(
        "[AAPL_position.big, 1, -1].order()",
        "[-1,1,18446744073709551615]",
    );
    world.check(
        "obs.all(\"Position\").order_by(|p| -p.quantity).quantity",
        "[900,100]",
    );
    world.check(
        "obs.all(\"Position\").order_desc(\"quantity\").quantity",
        "[900,100]",
    );
    world.check("[#{a: 2}, #{a: 1}].order_by(\"a\").map(|m| m.a)", "[1,2]");
    world.fails_with("[1, \"a\"].order()", "cannot compare");
    world.fails_with("obs.all(\"Position\").order()", "cannot compare");
    world.fails_with(
        "[2, 1].sort_by(|a, b, c| a)",
        "cannot call a closure of 3 arguments",
    );
    world.fails_with(
        "[2, 1].order_by(|a, b| ())",
        "asks which of two elements comes first",
    );
    world.fails_with("[2, 1].order_by(|x| ())", "cannot compare");
    world.fails_with("[2, 1].order_by(|a, b| throw \"stop\")", "stop");
    world.fails_with("[2, 1].order_by(\"a\")", "an integer has no field \"a\"");
}

#[test]
fn a_table_is_sorted_as_a_list_is_and_stays_a_table() {
    let mut world = World::new();
    world.run("let t = obs.all(\"Position\").table([\"quantity\"]); t.sort_desc(\"quantity\");");
    world.check("t[0].quantity", "900");
    world.check("t.sort(\"quantity\").columns", r#"["object","quantity"]"#);
    world.check("t[0].quantity", "100");
    world.check("t.retain(|row| row.quantity > 100).len()", "1");
    world.check("t.csv()", r#""object,quantity\nMSFT_position,900\n""#);
    world.check("t.order(\"quantity\")[0].object", "\"MSFT_position\"");
    world.check(
        "AAPL_position.fills.order_desc(\"price\").map(|fill| fill.price)",
        "[20,10]",
    );
}

#[test]
fn lists_have_totals() {
    let mut world = World::new();
    world.check("[1, 2, 3].sum()", "6");
    world.check("[1, 0.5].sum()", "1.5");
    world.check("[].sum()", "0");
    world.check("[].max() == ()", "true");
    world.check("[1, 2].avg()", "1.5");
    world.check("[\"b\", \"a\"].min()", "\"a\"");
    world.check("[1.s, 2.s].sum() == 3.s", "true");
    world.check("obs.all(\"Position\").sum(\"quantity\")", "1000");
    world.check("obs.all(\"Position\").max(|p| p.quantity * 2)", "1800");
    world.check(
        "[AAPL_position.big, AAPL_position.big].sum()",
        "36893488147419103230",
    );
    world.check(
        "obs.all(\"Position\").group_by(\"quantity\").keys()",
        r#"["100","900"]"#,
    );
    world.check("[1, 2, 3].group_by(|x| x % 2 == 0)[\"false\"]", "[1,3]");
    world.fails_with(
        "[\"a\"].sum()",
        "text cannot be added up; only numbers and durations can be",
    );
    world.fails_with(
        "obs.all(\"Position\").sum(\"status\")",
        "cannot be added up; only numbers and durations can be",
    );
    world.fails_with(
        "obs.all(\"Position\").sum()",
        "name a field of numbers, `sum(\"quantity\")`, or give a closure",
    );
    world.fails_with(
        "obs.all(\"Position\").sum(\"quantty\")",
        "did you mean \"quantity\"?",
    );
}

#[test]
fn a_list_of_objects_is_as_an_array_of_them() {
    let mut world = World::new();
    world.check("obs.all(\"Position\").reverse()", "null");
    world.check(
        "let l = obs.all(\"Position\"); l.reverse(); l.map(|p| p.quantity)",
        "[900,100]",
    );
    world.check("let l = obs.all(\"Position\"); l.push(5); l.len()", "3");
    world.check(
        "let l = obs.all(\"Position\"); let p = l.pop(); [p.quantity, l.len()]",
        "[900,1]",
    );
    world.check(
        "let l = obs.all(\"Position\"); l.contains(AAPL_position)",
        "true",
    );
    world.check(
        "AAPL_position == AAPL_position && AAPL_position != MSFT_position",
        "true",
    );
    world.check("AAPL_position in obs.all(\"Position\")", "true");
    world.check("(obs.all(\"Position\") + [1]).len()", "3");
    world.check("obs.all(\"Position\") == obs.all(\"Position\")", "true");
    world.check("obs.all(\"Position\")[-1].quantity", "900");
    world.check("obs.all(\"Position\").len", "2");
    world.check(
        "obs.all(\"Position\").extract(1).map(|p| p.quantity)",
        "[900]",
    );
    world.check(
        "let l = obs.all(\"Position\"); l.retain(|p| p.quantity > 500).quantity",
        "[100]",
    );
    world.check("l.quantity", "[900]");
    world.check(
        "let q = 0; for p in obs.all(\"Position\") { q += p.quantity } q",
        "1000",
    );
    world.fails_with(
        "obs.all(\"Position\")[2]",
        "index 2 is out of range; allowed is 0..=1",
    );
    world.fails_with(
        "obs.all(\"Position\").quantty",
        "did you mean \"quantity\"?",
    );
}

#[test]
fn objects_that_are_gone_are_left_out_of_lists() {
    let mut world = World::new();
    let late = |label: &str, arrival| {
        let object = Late { arrival, tag: 0 };
        world.session.object(label, object).unwrap()
    };
    let (one, _two, three) = (late("one", 1), late("two", 2), late("three", 3));
    world.run("let all = obs.all(\"Late\"); let kept = one; let array = [one, two];");
    drop(one);
    world.check("all.map(|o| o.arrival)", "[2,3]");
    world.check("all.filter(|o| o.arrival > 2).arrival", "[3]");
    world.check("all.sum(\"arrival\")", "5");
    world.check("let sum = 0; for o in all { sum += o.arrival } sum", "5");
    world.check(
        "all.order_desc(\"arrival\").map(|o| o.label())",
        r#"["three","two"]"#,
    );
    world.check("all.table([\"arrival\"]).len()", "2");
    world.check("all.len()", "3");
    world.fails_with("kept.arrival", "one.arrival is gone");
    world.fails_with("array.map(|o| o.arrival)", "one.arrival is gone");
    world.fails_with("all[0]", "element 0 of this list is gone");
    drop(three);
    // An error of another kind, or of another object, is no reason to leave something out.
    world.fails_with("all.map(|o| throw \"stop\")", "stop");
    world.fails_with("all.map(|o| kept.arrival)", "one.arrival is gone");
    world.check("all.map(|o| o.arrival)", "[2]");
}

#[test]
fn an_object_that_goes_while_it_is_asked_is_left_out() {
    let mut world = World::new();
    let object = Late { arrival: 1, tag: 0 };
    let one = world.session.object("one", object).unwrap();
    let one = std::cell::RefCell::new(Some(one));
    let dropping = std::rc::Rc::new(move || drop(one.borrow_mut().take()));
    world
        .host
        .engine_mut()
        .register_fn("destroy_it", move || dropping());
    world.check(
        "obs.all(\"Late\").map(|o| { destroy_it(); o.arrival })",
        "[]",
    );
}

#[test]
fn an_object_that_goes_in_the_body_of_a_loop_is_gone_there() {
    let mut world = World::new();
    let late = |label: &str, arrival| {
        let object = Late { arrival, tag: 0 };
        world.session.object(label, object).unwrap()
    };
    let objects = std::cell::RefCell::new(vec![late("one", 1), late("two", 2), late("three", 3)]);
    let dropping =
        std::rc::Rc::new(move |index: i64| drop(objects.borrow_mut().remove(index as usize)));
    world
        .host
        .engine_mut()
        .register_fn("destroy_it", move |index: i64| dropping(index));
    world.check(
        "let seen = []; for o in obs.all(\"Late\") { if o.arrival == 1 { destroy_it(0) } try { seen.push(o.arrival) } catch { continue } } seen",
        "[2,3]",
    );
    world.fails_with(
        "for o in obs.all(\"Late\") { destroy_it(0); o.arrival }",
        "two.arrival is gone",
    );
}

#[test]
fn the_field_of_all_elements_is_read_and_not_written() {
    let mut world = World::new();
    let array = world
        .session
        .array_with("book", 3, |index| Late {
            arrival: index as i64,
            tag: 5,
        })
        .unwrap();
    world.check("book.arrival", "[0,1,2]");
    world.check("book.arrival.sum()", "3");
    world.check("book.tag.len()", "3");
    for write in [
        "book.arrival = [1, 1, 1]",
        "book.arrival += 5",
        "book.arrival.push(1)",
    ] {
        world.fails_with(write, "has no field \"arrival\"");
    }
    assert_eq!(array[2].arrival.get(), 2);
}
