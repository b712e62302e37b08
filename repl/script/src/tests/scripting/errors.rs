use crate::tests::world::World;

#[track_caller]
fn check(world: &mut World, source: &str, expected: &str) {
    assert_eq!(world.error(source).text(), expected, "{source}");
}

#[test]
fn a_misspelt_field_is_marked_and_the_right_one_suggested() {
    let mut world = World::read_only();
    let error = world.error("1 + AAPL_position.quantty");
    assert_eq!(
        error.text(),
        "error: no field \"quantty\" in AAPL_position (Position); did you mean \"quantity\"?\n1 | 1 + AAPL_position.quantty\n  |                   ^^^^^^^"
    );
    assert_eq!(error.exit_code(), 1);
}

#[test]
fn a_misspelt_label_is_marked_and_the_right_one_suggested() {
    let mut world = World::read_only();
    let text = world.error("obs[\"AAPL_positon\"].quantity").text();
    assert!(
        text.starts_with("error: no object \"AAPL_positon\"; did you mean \"AAPL_position\"?"),
        "{text}"
    );
    let text = world.error("AAPL_positon.quantity").text();
    assert!(
        text.contains("\"AAPL_positon\"; did you mean \"AAPL_position\"?\n"),
        "{text}"
    );
    assert!(text.ends_with("| ^^^^^^^^^^^^"), "{text}");
}

#[test]
fn an_error_in_a_function_shows_the_function_and_the_calls() {
    let mut world = World::read_only();
    world.run("fn sum(p) {\n  p.quantity + p.nope\n}");
    check(
        &mut world,
        "let x = 1;\nsum(AAPL_position)",
        "error: no field \"nope\" in AAPL_position (Position); it has: symbol, quantity, avg_price, last_quote, bid_levels, guarded_levels, fills, status, options, limit, small, big, …\n2 |   p.quantity + p.nope\n  |                  ^^^^\n  in function \"sum\", called at 2:1",
    );
}

#[test]
fn an_error_in_a_closure_of_an_earlier_line_shows_that_line() {
    let mut world = World::read_only();
    world.run("let f = |o| o.nope > 5;");
    let text = world.error("obs.all(\"Position\").filter(f)").text();
    assert!(
        text.contains("1 | let f = |o| o.nope > 5;\n  |               ^^^^"),
        "{text}"
    );
}

#[test]
fn a_syntax_error_has_its_own_exit_code() {
    let mut world = World::read_only();
    let error = world.error("let = 5");
    assert_eq!(error.exit_code(), 2);
    assert!(
        error.text().contains("1 | let = 5\n  |     ^"),
        "{}",
        error.text()
    );
}

#[test]
fn an_unknown_function_is_named_with_its_arguments() {
    let mut world = World::read_only();
    check(
        &mut world,
        "expct(true)",
        "error: there is no function \"expct\" for (bool); did you mean \"expect\"?\n1 | expct(true)\n  | ^^^^^",
    );
}

#[test]
fn a_file_is_named_in_its_errors() {
    let mut world = World::read_only();
    let source = "#!/usr/bin/env -S memglass run\nlet a = 1;\nAAPL_position.nope";
    let error = world.host.eval_part("bad.rhai", 0, source).unwrap_err();
    let text = error.text();
    assert!(
        text.contains("--> bad.rhai:3:15\n3 | AAPL_position.nope\n  |               ^^^^"),
        "{text}"
    );
}

#[test]
fn an_error_that_was_caught_is_its_text() {
    let mut world = World::read_only();
    world.check(
        "let text = \"\"; try { AAPL_position.quantty } catch (e) { text = e } text",
        "\"no field \\\"quantty\\\" in AAPL_position (Position); did you mean \\\"quantity\\\"?\"",
    );
    world.fails("throw \"mine\"", "mine");
    world.fails("throw #{code: 5}", "{code: 5}");
}

#[test]
fn colour_is_asked_for() {
    let mut world = World::read_only();
    let error = world.error("nope");
    let colored = error.render(None, |text| format!("\u{1b}[31m{text}\u{1b}[0m"));
    assert!(
        colored.starts_with("\u{1b}[31merror\u{1b}[0m: "),
        "{colored}"
    );
    assert!(colored.contains("\u{1b}[31m^^^^"), "{colored}");
    assert!(!error.text().contains('\u{1b}'));
}

#[test]
fn a_name_of_a_megabyte_is_not_said_whole() {
    let mut world = World::new();
    for letter in ["a", "1", "ä"] {
        let text = world.error(&letter.repeat(1 << 20)).text();
        assert!(text.chars().count() < 6000, "{}", text.len());
        assert!(text.starts_with("error: "), "{}", &text[..100]);
    }
}

#[test]
fn a_function_that_names_a_variable_outside_of_it_is_told_that_it_does_not_see_it() {
    let mut world = World::new();
    world.run("let c = 5; fn f() { c + 1 }");
    let seen =
        "a function, or a condition that is a text, does not see the variable \"c\" outside of it";
    world.fails("f()", seen);
    world.fails("fn g() { c = 1 } g()", seen);
    world.fails_with("f()", "`fn f(c) { … }`");
    world.fails_with("f()", "a closure sees it: `|| c`");
    world.check("let g = || c + 1; g.call()", "6");
}

#[test]
fn a_function_of_ones_own_that_is_called_wrongly_tells_its_signature() {
    let mut world = World::new();
    world.run("fn notional(p, price) { p.quantity * price }");
    world.fails_with("notional(1)", "it is called as `notional(p, price)`");
}

#[test]
fn signs_of_other_languages_are_answered_with_ours() {
    let mut world = World::new();
    for (source, help) in [
        ("AAPL_position->quantity", "a field is read with a dot"),
        ("1 === 1", "`==` compares"),
        ("let x := 1", "`let x = …` makes a variable"),
        ("if AAPL_position.quantity = 5 { }", "`==` compares"),
        ("while AAPL_position.quantity = 5 { }", "`==` compares"),
    ] {
        let error = world.error(source).text();
        assert!(error.contains(help), "{source}\n{error}");
        for language in ["This is not", "Rust", "Go", "Pascal", "JavaScript"] {
            assert!(!error.contains(language), "{source}\n{error}");
        }
    }
}

#[test]
fn words_of_other_languages_are_answered_with_ours() {
    let mut world = World::new();
    for (source, help) in [
        ("not true", "`!x` is true"),
        (
            "let p = AAPL_position; [p.]",
            "the name of a field is missing here",
        ),
        (
            "let p = AAPL_position; p.if",
            "a field with such a name is written",
        ),
        ("sleep(5s)", "a duration is written `5.s`"),
        ("sleep(500 ms)", "a duration is written `5.s`"),
        ("every(60Hz, || 1)", "and a rate `60.hz`"),
        (
            "print(\"say \"hi\" now\")",
            "a double quote is written `\\\"`",
        ),
        ("help(\"when\")", "`:help when` at the prompt"),
        ("true and false", "`&&` is true"),
        ("true or false", "`||` is true"),
        ("AAPL_position.quantity is 5", "`==` compares"),
        ("def f(x) { x }", "`fn name(x) { … }`"),
        ("let f = 1; function f(x) { x }", "`fn name(x) { … }`"),
        ("lambda x: x", "`|x| x + 1`"),
        ("x => x", "`|x| x + 1`"),
        ("null", "`()` stands for no value"),
        ("let x = nil", "`()` stands for no value"),
        ("None", "`()` stands for no value"),
        ("let x = True; x", "`true`"),
        ("true ? 1 : 2", "`if a { b } else { c }`"),
        ("for (i = 0; i < 3; i++) { }", "`for i in 0..3 { … }`"),
        (
            "for (let i = 0; i < 3; i += 1) { }",
            "`for i in 0..3 { … }`",
        ),
        ("for i in range(3) { }", "`for i in 0..3 { … }`"),
        ("for i in 3 { }", "`for i in 0..3 { … }`"),
        ("let mut x = 5", "any variable may change"),
        ("let x: i64 = 5", "a variable has no type"),
        ("int x = 5", "a variable has no type"),
        ("var x = 5", "`let x = …` makes a variable"),
        ("if true then 1 else 2", "a block stands in braces"),
        ("if (true) 1 else 2", "a block stands in braces"),
        ("if true { 1 } elif false { 2 }", "`else if`"),
        ("while (true) print(1)", "a block stands in braces"),
        ("sleep 1.s", "called with parentheses: `sleep("),
        ("every(1.s) { print(1) }", "`every(1.s, || { … })`"),
        ("set AAPL_position.quantity 5", "`object.field = value`"),
        ("get AAPL_position.quantity", "`object.field`"),
        ("printf(\"%d\", 5)", "`print(x)` prints a line"),
        ("console.log(5)", "`print(x)` prints a line"),
        ("print(f\"{x}\")", "text in backquotes"),
        ("str(5)", "`x.to_string()`"),
        ("int(\"5\")", "`parse_int(text)`"),
        ("[x for x in 0..3]", "`list.map(|x| …)`"),
        ("# a comment", "a comment begins with `//`"),
        ("-- a comment", "a comment begins with `//`"),
        ("?AAPL_position", "`name?` explains a name"),
        ("obs[\"AAPL*\"]", "`obs.all(\"AAPL*\")`"),
    ] {
        let error = world.error(source).text();
        assert!(error.contains(help), "{source}\n{error}");
    }
    // What is said is not said where it does not belong.
    for source in ["1 1", "let x = 5 let y = 6", "f g", "(1 2)"] {
        let error = world.error(source).text();
        assert!(
            !error.contains("help") || error.contains("`;`"),
            "{source}\n{error}"
        );
    }
}

#[test]
fn what_is_advised_to_write_can_be_written() {
    let mut world = World::new();
    for (source, result) in [
        ("1.to_string()", "\"1\""),
        ("parse_int(\"5\") + 2.7.to_int()", "7"),
        ("parse_float(\"5\") + 2.to_float()", "7.0"),
        ("let list = [1]; list.push(2); list.len()", "2"),
        ("type_of(1)", "\"i64\""),
        ("3 ** 2", "9"),
        ("switch 3 { 1 => 2, _ => 5 }", "5"),
        ("let x = 1; `${x}!`", "\"1!\""),
    ] {
        world.check(source, result);
    }
}

#[test]
fn no_error_names_a_type_of_rust() {
    let mut world = World::new();
    let values = [
        "obs",
        "AAPL_position",
        "AAPL_position.options",
        "AAPL_position.status",
        "AAPL_position.big",
        "AAPL_position.bid_levels",
        "obs.all(\"Position\")",
        "types()",
        "5.ms",
        "[1]",
        "#{a: 1}",
        "'c'",
        "|x| x",
        "()",
        "1..2",
    ];
    let uses = [
        "if V { }",
        "while V { break }",
        "-V",
        "!V",
        "V + 1.5",
        "V && true",
        "V.nothing",
        "V.nothing()",
        "V[true]",
        "V[\"a\"][0]",
        "let v = V; v.nothing = 1",
        "let v = V; v[0] = ()",
        "V in V",
        "V in 5",
        "for x in V { x.nothing }",
        "sleep(V)",
        "print(V, V)",
        "expect(V)",
        "exit(V)",
        "V < obs",
        "[1].map(V)",
        "[1].filter(|x| V)",
        "[V, 1].order()",
        "[V].sum()",
        "obs.all(V)",
        "AAPL_position.quantity = V",
        "AAPL_position.options = V",
        "AAPL_position.add(\"quantity\", V)",
        "limits(#{calls: V})",
        "throw V",
        "V.json().nothing",
        "u64(V)",
        "describe(V)",
        "(V).call(1)",
        "switch V { 1 => 2, 2..5 => V.x }",
    ];
    for value in values {
        for usage in uses {
            let source = usage.replace('V', &format!("({value})"));
            if let Err(error) = world.host.eval(&source) {
                let message = error.to_string();
                let leaks = ["::", "rhai", "Dynamic", "Immutable"];
                assert!(
                    !leaks.iter().any(|leak| message.contains(leak)),
                    "{source}\n{message}"
                );
            }
        }
    }
}

#[test]
fn an_enum_whose_number_has_no_name_is_unequal_to_each_name() {
    let mut world = World::new();
    world.run("force(AAPL_position, \"status\", 9)");
    world.check("AAPL_position.status == \"OPEN\"", "false");
    world.check("\"OPEN\" != AAPL_position.status", "true");
    world.check("AAPL_position.status > \"OPEN\"", "true");
    world.check(
        "let s = AAPL_position.snapshot().status; s == \"OPEN\"",
        "false",
    );
    world.check(
        "obs.all(\"Position\").filter(|p| p.status == \"OPEN\").len()",
        "0",
    );
    world.fails(
        "AAPL_position.status == \"OPNE\"",
        "cannot compare an integer with text",
    );
    world.fails(
        "AAPL_position.quantity == \"OPEN\"",
        "cannot compare an integer with text",
    );
}

#[test]
fn a_line_that_cannot_be_told_shows_no_other() {
    let mut world = World::new();
    let far = |last: &str| "\n".repeat(70_000) + last;
    for error in [
        "nothing_has_this_name",
        "AAPL_position.small = 256",
        "let = 5",
    ] {
        let text = world.error(&far(error)).text();
        assert!(text.contains("on line 65535 or below"), "{text}");
        assert!(!text.contains(" | "), "{text}");
    }
    let source = far("fn f() { throw 1 }\nf()");
    let text = world
        .host
        .eval_part("long.rhai", 10, &source)
        .unwrap_err()
        .text();
    assert!(
        text.contains("on line 65545 of long.rhai or below"),
        "{text}"
    );
    assert!(
        text.contains("called at long.rhai:65545 or below"),
        "{text}"
    );
    let text = world.error(&("\n".repeat(65_534) + "nobody")).text();
    assert!(text.contains("65535 | nobody"), "{text}");
}
