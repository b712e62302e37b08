use crate::tests::world::World;
use crate::{Limits, ScriptError, ScriptHost};

/// Runs what takes the stack that scripts may take.
fn deep(run: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new()
        .stack_size(ScriptHost::STACK_BYTES)
        .spawn(run);
    thread.unwrap().join().unwrap();
}

#[test]
fn a_host_limits_the_number_of_steps() {
    let mut world = World::read_only();
    let limits = Limits {
        operations: 1000,
        ..Limits::default()
    };
    world.host.set_limits(limits);
    world.fails("loop { }", "the script took more steps than it may");
    world.fails(
        "loop { try { loop {} } catch {} }",
        "the script took more steps than it may",
    );
    world.check("let n = 0; for i in 0..50 { n += i } n", "1225");
}

#[test]
fn a_script_sets_limits_for_what_comes_after_it() {
    let mut world = World::read_only();
    world.run("limits(#{operations: 5000, elements: 10, text_bytes: 100, entries: 6, calls: 5})");
    world.check("limits().elements", "10");
    world.check("limits().calls", "5");
    for source in [
        "let a = []; for i in 0..20 { a.push(i) }",
        "let a = []; a.pad(20, 1)",
    ] {
        let text = world.error(source).text();
        assert!(
            text.contains("an array grew beyond what a script may make"),
            "{text}"
        );
        assert!(text.contains("limits(#{elements: n})"), "{text}");
    }
    world.fails("let t = \"x\"; loop { t += t }", "a text grew beyond");
    world.fails(
        "#{a: 1, b: 2, c: 3, d: 4} + #{e: 1, f: 2, g: 3, h: 4}",
        "a map grew beyond",
    );
    world.fails("loop { }", "the script took more steps");
    world.fails(
        "fn down(n) { if n == 0 { 0 } else { down(n - 1) } } down(9)",
        "functions call each other too deeply",
    );
}

#[test]
fn functions_that_multiply_texts_end_at_the_limit_and_not_with_the_memory() {
    let mut world = World::read_only();
    world.run("let t = \"a\"; t.pad(1000000, \"ab\"); let s = t");
    world.check("s.len()", "1000000");
    for source in [
        "s.replace(\"a\", t)",
        "s.replace('a', t)",
        "s.replace(\"\", t)",
        "s.pad(60000000, \"äää\")",
        "s.pad(60000000, 'ä')",
    ] {
        world.fails(source, "a text grew beyond");
    }
    world.fails(
        "s.pad(2000000, \"\")",
        "`pad` needs a text that is not empty",
    );
}

#[test]
fn texts_are_cut_and_split_as_rhai_does_it() {
    let mut world = World::read_only();
    for (source, answer) in [
        ("\"a,b,,c\".split(\",\")", r#"["a","b","","c"]"#),
        ("\"a,b,c\".split(',', 2)", r#"["a","b,c"]"#),
        ("\"a,b,c\".split(\",\", 0)", r#"["a,b,c"]"#),
        ("\"a,b,c\".split_rev(\",\", 2)", r#"["c","a,b"]"#),
        ("\"a,b\".split_rev(',')", r#"["b","a"]"#),
        ("\"ab\".split(\"\")", r#"["","a","b",""]"#),
        ("\"\".split(\",\")", r#"[""]"#),
        ("\" a  b \".split()", r#"["a","b"]"#),
        ("\"\".split()", r#"[""]"#),
        ("\"häß\".split(1)", r#"["h","äß"]"#),
        ("\"hä\".to_chars().len()", "2"),
        ("const T = \"a b\"; T.split(' ').len()", "2"),
        ("let s = \"häßlich\"; s.crop(1, 2); s", "\"äß\""),
        ("let s = \"häßlich\"; s.crop(-3); s", "\"ich\""),
        ("let s = \"häßlich\"; s.crop(1..3); s", "\"äß\""),
        ("let s = \"häßlich\"; s.crop(1..=3); s", "\"äßl\""),
        ("let s = \"abcab\"; s.remove(\"ab\"); s", "\"c\""),
        ("let s = \"abcab\"; s.remove('a'); s", "\"bcb\""),
        ("let s = \"ab\"; s.remove(\"\"); s", "\"ab\""),
    ] {
        world.check(source, answer);
    }
}

#[test]
fn a_text_of_many_pieces_ends_at_the_limit_of_an_array() {
    let mut world = World::read_only();
    world.run("limits(#{elements: 100}); let s = \"\"; s.pad(1000, \"a,\")");
    for source in [
        "s.split(',')",
        "s.split(\"\")",
        "s.to_chars()",
        "s.split_rev(\"a\")",
    ] {
        world.fails(source, "an array grew beyond");
    }
}

#[test]
fn an_array_has_what_is_equal_to_one_of_its_elements() {
    let mut world = World::read_only();
    for (source, answer) in [
        ("[1, 2.0, \"x\"].contains(2)", "true"),
        ("2 in [\"2\", true, ()]", "false"),
        ("() in [1, ()]", "true"),
        ("[1] in [[1.0]]", "true"),
        ("let t = timestamp(); t in [1, t]", "true"),
        ("(0..3) in [(0..3)]", "true"),
        ("[5, 6, 5].index_of(5)", "0"),
        ("[5, 6, 5].index_of(5, 1)", "2"),
        ("[5, 6, 5].index_of(5, -1)", "2"),
        ("[5, 6, 5].index_of(7)", "-1"),
        ("let a = [1, 1.0, 2, 1]; a.dedup(); a", "[1,2,1]"),
    ] {
        world.check(source, answer);
    }
}

#[test]
fn texts_are_replaced_and_padded_as_rhai_does_it() {
    let mut world = World::read_only();
    for (source, text) in [
        (
            "let s = \"abcabc\"; s.replace(\"bc\", \"-\"); s",
            "\"a-a-\"",
        ),
        ("let s = \"abcabc\"; s.replace(\"bc\", 'x'); s", "\"axax\""),
        (
            "let s = \"abcabc\"; s.replace('a', \"yz\"); s",
            "\"yzbcyzbc\"",
        ),
        ("let s = \"abcabc\"; s.replace('a', 'ä'); s", "\"äbcäbc\""),
        ("let s = \"ab\"; s.replace(\"\", \"-\"); s", "\"-a-b-\""),
        ("let s = \"ab\"; s.replace(\"z\", \"-\"); s", "\"ab\""),
        ("let s = \"ä\"; s.pad(6, \"xyz\"); s", "\"äxyzxy\""),
        ("let s = \"ab\"; s.pad(4, '-'); s", "\"ab--\""),
        (
            "let s = \"ab\"; s.pad(1, \"\"); s.pad(-5, 'x'); s",
            "\"ab\"",
        ),
    ] {
        world.check(source, text);
    }
}

#[test]
fn a_limit_that_is_none_is_refused() {
    let mut world = World::read_only();
    let before = world.json("limits()").to_string();
    world.fails(
        "limits(#{stack: 5})",
        "there is no limit \"stack\"; there are operations, calls, text_bytes, elements, entries",
    );
    world.fails(
        "limits(#{calls: -1})",
        "-1 cannot be the limit for calls: it must be 1 or more",
    );
    world.fails(
        "limits(#{calls: \"x\"})",
        "the limit calls is a number, not ",
    );
    world.check("limits()", &before);
}

#[test]
fn however_many_calls_are_allowed_a_script_ends_before_the_stack_does() {
    deep(|| {
        let mut world = World::read_only();
        world.run("limits(#{calls: 1_000_000_000})");
        for source in [
            "fn down(n) { down(n + 1) } down(0)",
            "fn deeper(n) { [[[[deeper(n + 1)]]]] } try { deeper(0) } catch { 1 }",
            "let f = |f| f.call(f); f.call(f)",
        ] {
            world.fails(source, "functions call each other too deeply");
        }
        world.check("1 + 1", "2");
    });
}

#[test]
fn a_host_with_a_small_stack_says_so() {
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(|| {
        let mut world = World::read_only();
        let limits = Limits {
            stack_bytes: 1 << 20,
            ..Limits::default()
        };
        world.host.set_limits(limits);
        world.fails(
            "fn down(n) { [[[down(n + 1)]]] } down(0)",
            "functions call each other too deeply",
        );
        world.check("1 + 1", "2");
    });
    thread.unwrap().join().unwrap();
}

#[test]
fn deeply_nested_text_is_an_error_and_no_crash() {
    deep(|| {
        let mut world = World::read_only();
        for (open, close) in [("[", "]"), ("(", ")"), ("-", ""), ("#{a:", "}"), ("{", "}")] {
            let source = format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
            let error = world.error(&source);
            assert!(matches!(error, ScriptError::Failed(_)), "{open}");
        }
    });
}

#[test]
fn a_line_of_a_megabyte_is_evaluated() {
    let mut world = World::read_only();
    let source = format!("let t = \"{}\"; t.len()", "x".repeat(1 << 20));
    world.check(&source, "1048576");
    let source = format!("{} 5", "let x = 1;".repeat(100_000));
    world.check(&source, "5");
}
