//! A script on standard input.

use super::support::World;

#[test]
fn a_program_prints_its_last_value() {
    let (world, _producer) = World::with_producer();
    let ran = world.pipe(&["t1"], b"let x = 1;\nif x > 5 { x }\nelse { x + 1 }\n");
    assert_eq!(
        (ran.code, ran.data.as_str(), ran.messages.as_str()),
        (Some(0), "2\n", "")
    );
}

#[test]
fn lines_as_typed_at_a_prompt_print_theirs() {
    let (world, _producer) = World::with_producer();
    let ran = world.pipe(
        &["t1"],
        b"order_12345.order_id\nfn twice(x) {\n  x * 2\n}\ntwice(4)\n:get order_12345.side\n",
    );
    assert_eq!(
        (ran.code, ran.data.as_str(), ran.messages.as_str()),
        (Some(0), "12345\n8\nBUY\n", "")
    );
}

#[test]
fn an_unfinished_expression_at_the_end_is_an_error() {
    let (world, _producer) = World::with_producer();
    for input in [
        "f(1,",
        "if true {\n 1\n",
        "/* open",
        "AAPL_position.quantity = 77\nf(1,",
    ] {
        world.pipe(&["t1"], input.as_bytes()).failed(2, &["error"]);
    }
    assert_ne!(world.eval("AAPL_position.quantity"), "77");
}

#[test]
fn a_line_may_work_on_the_result_of_the_one_before() {
    let (world, _producer) = World::with_producer();
    let ran = world.pipe(&["t1"], b"order_12345.order_id\n_ + 1\n");
    assert_eq!(
        (ran.code, ran.data.as_str(), ran.messages.as_str()),
        (Some(0), "12345\n12346\n", "")
    );
}

#[test]
fn errors_count_the_lines_of_the_whole_input() {
    let (world, _producer) = World::with_producer();
    let code = |input: &str, code, place: &str| {
        let ran = world.pipe(&["t1"], input.as_bytes());
        assert_eq!(ran.code, Some(code), "{ran:?}");
        let wanted = format!("--> standard input:{place}\n");
        assert!(format!("{}\n", ran.messages).contains(&wanted), "{ran:?}");
    };
    code("1\n\n2\nAAPL_position.quantty\n", 1, "4:15");
    code("let x = 1;\nx.foo", 1, "2:3");
    code("1;\nlet x = ;\n", 2, "2:9");
    code("fn f() {\n  g()\n}\n1\nf()\n", 1, "2:3");
    code("1\n:time nothing\n", 1, "2:1");
    code("1\n\n:obejcts\n2\n", 2, "3");
    code("1\n:get nothing.here\n", 1, "2");
    code("let a = 1\nprint(a)\nlet = 5\n", 2, "3:5");
    code(
        "let a = 1\r\nif a == 1 {\r\n  5\r\n}\r\nlet = 5\r\n",
        2,
        "5:5",
    );
    code("let a = 1\nfn f() {\n  5 5\n}\nf()\n", 2, "3:5");
    let ran = world.pipe(&["run", "-"], b"1;\nnothing");
    ran.failed(1, &["--> standard input:2:1"]);
}

#[test]
fn what_is_no_text_is_an_error() {
    let (world, _producer) = World::with_producer();
    world
        .pipe(&["t1"], b"1 + \xff")
        .failed(2, &["UTF-8", "byte 4"]);
}

#[test]
fn nothing_is_nothing() {
    let (world, _producer) = World::with_producer();
    let ran = world.pipe(&["t1"], b"");
    assert_eq!(
        (ran.code, ran.data.as_str(), ran.messages.as_str()),
        (Some(0), "", "")
    );
}
