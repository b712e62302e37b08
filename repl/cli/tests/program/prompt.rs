//! The prompt in a terminal.

use std::os::unix::fs::PermissionsExt;

use super::page;
use super::support::{World, eventually, signal};
use super::terminal::{CTRL_C, CTRL_D, Terminal, UP};

#[test]
fn a_line_is_evaluated_and_the_next_prompt_follows() {
    let (world, _producer) = World::with_producer();
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.ends_with("t1>");
    terminal.line("AAPL_position.quantity = 500");
    eventually("the write arrives", || {
        world.eval("AAPL_position.quantity") == "500"
    });
    terminal.line("AAPL_position.quantity + 1");
    terminal.until("the result and a prompt", |screen| {
        screen.trim_end().ends_with("\n501\nt1>")
    });
    terminal.press(CTRL_D);
    assert_eq!(terminal.exit_code(), 0);
}

#[test]
fn lines_typed_ahead_are_all_evaluated() {
    let (world, _producer) = World::with_producer();
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.ends_with("t1>");
    terminal.press("10+1\r10+2\r10+3\r");
    terminal.shows("\n13\n");
    terminal.shows("\n11\n");
    terminal.shows("\n12\n");
}

#[test]
fn tab_completes_labels_and_fields_and_the_hint_shows_the_value() {
    let (world, _producer) = World::with_producer();
    world.eval("order_12345.priority = 4");
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.ends_with("t1>");
    terminal.press("order_12345.pri\t");
    terminal.shows("pri");
    terminal.press("o\t");
    terminal.hints("t1> order_12345.priority  i8, -5..=5, now 4");
    terminal.press(" = 2\r");
    terminal.ends_with("t1>");
    eventually("the write arrives", || {
        world.eval("order_12345.priority") == "2"
    });
}

#[test]
fn an_open_bracket_asks_for_another_line() {
    let (world, _producer) = World::with_producer();
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.ends_with("t1>");
    terminal.press("fn twice(x) {\r");
    terminal.press("x * 2 }\r");
    terminal.ends_with("t1>");
    terminal.line("twice(21)");
    terminal.shows("\n42\n");
}

#[test]
fn ctrl_c_drops_a_line_and_stops_a_script_and_never_the_program() {
    let (world, _producer) = World::with_producer();
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.ends_with("t1>");
    terminal.press("nonsense");
    terminal.shows("nonsense");
    terminal.press(CTRL_C);
    terminal.until("a new prompt", |screen| {
        screen.trim_end().ends_with("nonsense\nt1>")
    });
    terminal.line("AAPL_position.quantity = 777; loop {}");
    eventually("the script runs", || {
        world.eval("AAPL_position.quantity") == "777"
    });
    terminal.press(CTRL_C);
    terminal.until("a new prompt", |screen| {
        screen.trim_end().ends_with("interrupted\nt1>")
    });
    terminal.line("20 + 2");
    terminal.shows("\n22\n");
    terminal.line("exit(9)");
    assert_eq!(terminal.exit_code(), 9);
}

#[test]
fn errors_show_where_and_what_was_meant() {
    let (world, _producer) = World::with_producer();
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.ends_with("t1>");
    terminal.line("AAPL_position.quantty");
    terminal.shows("did you mean \"quantity\"?");
    terminal.shows("^^^^^^^");
    terminal.line(":obejcts");
    terminal.shows("did you mean :objects?");
}

#[test]
fn the_prompt_says_that_the_producer_has_died_and_reattaches_when_asked() {
    let (world, producer) = World::with_producer();
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.ends_with("t1>");
    terminal.line("AAPL_position.quantity = 4711");
    terminal.ends_with("t1>");
    let pid = producer.kill();
    terminal.line("AAPL_position.quantity");
    terminal.shows(&format!(
        "producer of \"t1\" (pid {pid}) has crashed; the values are its last"
    ));
    terminal.shows("\n4711\n");
    terminal.ends_with("t1 [crashed]>");

    let next = world.producer("t1");
    terminal.line("1 + 1");
    terminal.ends_with("t1 [restarted]>");
    terminal.shows(":reattach");
    terminal.line(":reattach");
    terminal.shows(&format!("attached to \"t1\" (pid {})", next.pid()));
    terminal.ends_with("t1>");
    terminal.line("AAPL_position.quantity");
    terminal.shows("\n100\n");
    let told = terminal.text().matches("has crashed").count();
    assert_eq!(told, 1, "{}", terminal.text());
}

#[test]
fn what_was_looked_up_before_a_restart_says_so() {
    let (world, producer) = World::with_producer();
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.ends_with("t1>");
    terminal.line("let p = AAPL_position;");
    terminal.ends_with("t1>");
    producer.kill();
    let _next = world.producer("t1");
    terminal.line(":reattach");
    terminal.shows("attached to \"t1\"");
    terminal.line("p.quantity");
    terminal.shows("is of the session before the last :reattach");
    terminal.line("p.quantity = 7");
    terminal.line("AAPL_position.quantity");
    terminal.shows("\n100\n");
    // The memory of the one that was killed is still mapped, and says that its objects live.
    terminal.line("p.is_alive()");
    terminal.shows("\nfalse\n");
    for line in [
        "p",
        ":json p",
        "fields(p)",
        "print(p.snapshot())",
        "p.add(\"quantity\", 1)",
    ] {
        terminal.line(":clear");
        terminal.line(line);
        terminal.shows(" is of the session before the last");
    }
}

#[test]
fn words_that_work_at_other_prompts_work_here() {
    let (world, _producer) = World::with_producer();
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.ends_with("t1>");
    terminal.line("help");
    terminal.shows("Tab completes");
    terminal.line("exit");
    assert_eq!(terminal.exit_code(), 0);
}

#[test]
fn the_history_is_private_and_searched_by_what_is_typed() {
    let (world, _producer) = World::with_producer();
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.ends_with("t1>");
    for (line, result) in [
        ("100 + 11", "111"),
        ("200 + 22", "222"),
        ("300 + 33", "333"),
        ("200 + 22", "222"),
    ] {
        terminal.line(line);
        terminal.until("the result and a prompt", |screen| {
            screen.trim_end().ends_with(&format!("{result}\nt1>"))
        });
    }
    terminal.press("1");
    terminal.press(UP);
    terminal.ends_with("t1> 100 + 11");
    terminal.press(CTRL_C);
    terminal.until("a new prompt", |screen| {
        screen.trim_end().ends_with("t1> 100 + 11\nt1>")
    });
    terminal.press(CTRL_D);
    assert_eq!(terminal.exit_code(), 0);

    let mode = std::fs::metadata(world.history())
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.ends_with("t1>");
    terminal.press(UP);
    terminal.ends_with("t1> 200 + 22");
    terminal.press(UP);
    terminal.ends_with("t1> 300 + 33");
    terminal.press(UP);
    terminal.ends_with("t1> 100 + 11");
}

#[test]
fn a_pasted_text_of_several_lines_is_one_input() {
    let (world, _producer) = World::with_producer();
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.ends_with("t1>");
    terminal.press("\x1b[200~let a = 40;\na + 4\x1b[201~");
    terminal.shows("a + 4");
    terminal.press("\r");
    terminal.shows("\n44\n");
}

#[test]
fn tables_fit_the_terminal_whatever_its_width() {
    let (world, _producer) = World::with_producer();
    for columns in [30, 40, 80, 200] {
        let mut terminal = Terminal::open_wide(&world, &["t1"], columns);
        terminal.ends_with("t1>");
        terminal.line(":objects *_quote");
        terminal.until("the last row and a prompt", |screen| {
            screen.contains("MSFT_quote") && screen.trim_end().ends_with("t1>")
        });
        let is_table = terminal.text().contains("AAPL_quote  Quote");
        assert_eq!(is_table, columns >= 40, "{columns}\n{}", terminal.text());
    }
}

#[test]
fn the_demo_says_what_to_try() {
    let world = World::new();
    let mut terminal = Terminal::open(&world, &["demo", "--session", "d"]);
    terminal.ends_with("d>");
    terminal.shows("AAPL_position.quantity = 500");
    terminal.line("AAPL_position.quantity = 500");
    terminal.until("a new prompt", |screen| {
        screen.trim_end().ends_with("= 500\nd>")
    });
    terminal.press(CTRL_D);
    assert_eq!(terminal.exit_code(), 0);
    assert_eq!(world.data(&["ls", "--json"]).trim(), "[]");
}

#[test]
fn a_program_that_is_told_to_end_gives_the_terminal_back() {
    let (world, _producer) = World::with_producer();
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.ends_with("t1>");
    assert_ne!(
        terminal.modes(),
        terminal.before,
        "the prompt reads key by key"
    );
    signal(
        terminal.child.process_id().unwrap(),
        rustix::process::Signal::TERM,
    );
    terminal.wait();
    assert_eq!(terminal.modes(), terminal.before);
}

#[test]
fn a_question_is_answered_with_what_is_declared() {
    let (world, _producer) = World::with_producer();
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.ends_with("t1>");
    terminal.line("order_12345.priority?");
    terminal.shows("order_12345.priority: i8");
    terminal.shows("@range(-5, 5)");
    terminal.line(":help expect");
    terminal.shows("expect(condition, \"message\")");
}

#[test]
fn help_shows_every_command() {
    let (world, _producer) = World::with_producer();
    let mut terminal = Terminal::open_sized(&world, &["t1"], 80, 50);
    terminal.ends_with("t1>");
    terminal.line(":help");
    for command in page::read() {
        terminal.shows(&format!(":{}", command.name));
    }
    terminal.shows("the script, Ctrl-D leaves\n\nt1>");
    terminal.line(":help commands");
    for command in page::read() {
        terminal.shows(&format!("\n{}", command.usage));
    }
}

#[test]
fn a_prompt_outlives_the_memory_that_it_looks_at() {
    let (world, producer) = World::with_producer();
    producer.kill();
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.ends_with("t1 [crashed]>");
    terminal.line("print(2 * 4321); loop { AAPL_position.quantity }");
    terminal.shows("8642");
    world.cut("t1");
    terminal.shows("memglass_t1_region_0001 was cut short");
    terminal.ends_with("t1 [crashed]>");
    terminal.line("6 * 1007");
    terminal.shows("\n6042\n");
    terminal.line("order_12345.priority");
    terminal.ends_with("t1 [crashed]>");
    terminal.line("7 * 1009");
    terminal.shows("\n7063\n");
    terminal.press(CTRL_D);
    assert_eq!(terminal.exit_code(), 0);
}
