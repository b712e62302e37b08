//! What the prompt says and does while a line is typed: completion, hints, colours.

use super::support::World;
use super::terminal::{CTRL_C, Terminal};

/// What a line becomes when Tab is pressed at its end.
#[track_caller]
fn completes(terminal: &mut Terminal, line: &str, becomes: &str) {
    terminal.press(line);
    terminal.shows(line);
    terminal.press("\t");
    terminal.shows(&format!("t1> {becomes}"));
    terminal.press(CTRL_C);
    terminal.ends_with("t1>");
}

#[test]
fn tab_completes_every_kind_of_name() {
    let (world, _producer) = World::with_producer();
    std::fs::write(world.path().join("alarm.rhai"), "1").unwrap();
    let file = world.path().join("ala").display().to_string();
    let mut terminal = Terminal::open_wide(&world, &["t1"], 160);
    terminal.ends_with("t1>");
    for (line, becomes) in [
        ("engine_s", "engine_stats"),
        ("obs[\"engine_s", "obs[\"engine_stats\"]"),
        ("AAPL_position.avg", "AAPL_position.avg_price"),
        (
            "AAPL_position.last_quote.bid_p",
            "AAPL_position.last_quote.bid_price",
        ),
        ("book[0].bids[1].pr", "book[0].bids[1].price"),
        ("book[4", "book[4]"),
        ("order_12345.side = S", "order_12345.side = \"SELL\""),
        ("order_12345.side == \"B", "order_12345.side == \"BUY\""),
        (":set order_12345.side S", ":set order_12345.side SELL"),
        ("obs.all(\"Posi", "obs.all(\"Position\""),
        ("obs.prod", "obs.producer("),
        ("obs.all(\"Quote\").filt", "obs.all(\"Quote\").filter("),
        ("order_12345.flags.ha", "order_12345.flags.has("),
        ("order_12345.venue = \"NY", "order_12345.venue = \"NYSE\""),
        (
            ":set order_12345.venue NAS",
            ":set order_12345.venue NASDAQ",
        ),
        (
            "AAPL_position.last_quote = #{ bid_p",
            "AAPL_position.last_quote = #{ bid_price:",
        ),
        (
            "switch order_12345.status { \"PEND",
            "switch order_12345.status { \"PENDING\"",
        ),
        ("`${AAPL_position.avg", "`${AAPL_position.avg_price"),
        ("order_12345.flags.v", "order_12345.flags.value"),
        ("order_12345.status.va", "order_12345.status.value"),
        ("order_12345.status.to_up", "order_12345.status.to_upper("),
        ("message_log.it", "message_log.items"),
        ("message_log.items[0].che", "message_log.items[0].checksum"),
        (
            "message_log.items[1].fills[0].fil",
            "message_log.items[1].fills[0].filled_qty",
        ),
        (
            "message_log.items[0].kind == \"Not",
            "message_log.items[0].kind == \"Notice\"",
        ),
        ("expla", "explain("),
        (":regi", ":regions"),
        (":type Quo", ":type Quote"),
        (":objects --type Quo", ":objects --type Quote"),
        (":help engine_st", ":help engine_stats"),
    ] {
        completes(&mut terminal, line, becomes);
    }
    terminal.press(&format!(":run {file}\t"));
    terminal.shows("alarm.rhai");
}

#[test]
fn tab_completes_what_lists_and_loops_and_closures_hold() {
    let (world, _producer) = World::with_producer();
    let mut terminal = Terminal::open_wide(&world, &["t1"], 160);
    terminal.ends_with("t1>");
    for line in [
        "let held = obs.all(\"Position\");",
        "let bids = book[0].bids;",
        "let found = obs.all(\"*_quote\")",
        "let copy = AAPL_position.snapshot();",
    ] {
        terminal.line(line);
        terminal.ends_with("t1>");
    }
    for (line, becomes) in [
        ("held[0].avg", "held[0].avg_price"),
        ("for x in held { x.avg", "for x in held { x.avg_price"),
        ("held.filter(|x| x.avg", "held.filter(|x| x.avg_price"),
        ("for b in bids { b.pri", "for b in bids { b.price"),
        ("found[0].ask_s", "found[0].ask_size"),
        ("copy.last_quote.ask_s", "copy.last_quote.ask_size"),
        (
            "for x in obs.all(\"*_position\") { x.avg",
            "for x in obs.all(\"*_position\") { x.avg_price",
        ),
        (
            "let q = AAPL_position.last_quote; q.ask_s",
            "let q = AAPL_position.last_quote; q.ask_size",
        ),
        ("obs.all(\"Sta", "obs.all(\"Stats\""),
    ] {
        completes(&mut terminal, line, becomes);
    }
    terminal.press("obs.all(\"*_quote\")[0].\t");
    terminal.shows("ask_price: i64");
}

#[test]
fn one_tab_lists_what_a_word_may_become_with_types_and_signatures() {
    let (world, _producer) = World::with_producer();
    let mut terminal = Terminal::open_sized(&world, &["t1"], 80, 12);
    terminal.ends_with("t1>");
    terminal.press("AAPL_quote.\t");
    terminal.shows("ask_price: i64");
    terminal.shows("timestamp_ns: u64");
    terminal.shows("add(\"field\", amount)");
    terminal.press(CTRL_C);
    terminal.ends_with("t1>");
    terminal.press("AAPL\t");
    terminal.shows("AAPL_position  AAPL_quote\nt1> AAPL_");
}

#[test]
fn a_list_is_no_longer_than_the_screen_and_takes_no_key_from_what_follows() {
    let (world, _producer) = World::with_producer();
    for (columns, rows) in [(40, 15), (80, 12), (30, 2)] {
        let mut terminal = Terminal::open_sized(&world, &["t1"], columns, rows);
        terminal.ends_with("t1>");
        terminal.press("\"text\".\t");
        terminal.press("xyz");
        terminal.ends_with("t1> \"text\".xyz");
        if rows > 2 {
            terminal.shows(" more\n");
        }
        assert!(!terminal.text().contains("--More--"), "{}", terminal.text());
    }
}

#[test]
fn a_new_object_can_be_completed_soon() {
    let world = World::new();
    let sessions = world.sessions();
    std::fs::create_dir_all(&sessions).unwrap();
    let session = memglass::Session::builder("t1")
        .dir(&sessions)
        .create()
        .unwrap();
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.ends_with("t1>");
    let _late = session.object("late_arrival", 5_i64).unwrap();
    let start = std::time::Instant::now();
    while !terminal.text().contains("late_arrival") {
        assert!(
            start.elapsed() < super::support::DEADLINE,
            "{}",
            terminal.text()
        );
        terminal.press("\x15late\t");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

#[test]
fn a_hint_tells_type_limits_unit_and_value_and_how_a_function_is_called() {
    let (world, _producer) = World::with_producer();
    world.eval("AAPL_position.avg_price = 4711");
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.ends_with("t1>");
    terminal.press("AAPL_position.avg_price = ");
    terminal.hints("t1> AAPL_position.avg_price =   i64, 0..=10000000, now 4711 ticks");
    terminal.press(CTRL_C);
    terminal.ends_with("t1>");
    terminal.press("let p = AAPL_position; p.avg_price");
    terminal.hints("p.avg_price  i64, 0..=10000000, now 4711 ticks");
    terminal.press(CTRL_C);
    terminal.ends_with("t1>");
    terminal.press("expect(1 == 1, ");
    terminal.ends_with("t1> expect(1 == 1,   expect(condition, \"message\")");
    terminal.press(CTRL_C);
    terminal.ends_with("t1>");
    terminal.press(":set ");
    terminal.ends_with("t1> :set PATH VALUE");
    terminal.press(CTRL_C);
    terminal.becomes(&[
        "t1> AAPL_position.avg_price =",
        "t1> let p = AAPL_position; p.avg_price",
        "t1> expect(1 == 1,",
        "t1> :set",
        "t1>",
    ]);
}

#[test]
fn a_hint_ends_at_the_edge_of_the_screen() {
    let (world, _producer) = World::with_producer();
    let mut terminal = Terminal::open_wide(&world, &["t1"], 40);
    terminal.ends_with("t1>");
    terminal.press("AAPL_position.avg_price");
    terminal.becomes(&["t1> AAPL_position.avg_price  i64, 0..=…"]);
}

#[test]
fn what_means_nothing_is_red_and_what_does_is_not() {
    let (world, _producer) = World::with_producer();
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.ends_with("t1>");
    let red = vt100::Color::Idx(1);
    terminal.press("nobody + AAPL_position.nothing + AAPL_quote.bid_price) ");
    terminal.shows("bid_price) ");
    terminal.until("colours", |_| terminal.color_of("nothing") == red);
    assert_eq!(terminal.color_of("nobody"), red);
    assert_eq!(terminal.color_of(")"), red);
    assert_ne!(terminal.color_of("bid_price"), red);
    assert_ne!(terminal.color_of("AAPL_quote"), red);
}

#[test]
fn without_colour_the_screen_has_none_and_lines_still_go_on_visibly() {
    let (world, _producer) = World::with_producer();
    let mut terminal = Terminal::open_with(&world, &["t1"], 80, 30, &[("NO_COLOR", "1")]);
    terminal.ends_with("t1>");
    terminal.press("nobody(\r1");
    terminal.becomes(&["t1> nobody(", "... 1"]);
    assert_eq!(terminal.color_of("nobody"), vt100::Color::Default);
}
