//! `memglass SESSION -e EXPR`: values, errors, exit codes.

use std::process::Stdio;

use rustix::process::Signal;

use super::support::{World, eventually, signal};

#[test]
fn a_write_is_there_for_the_next_run_and_the_producer_computes_with_it() {
    let (world, _producer) = World::with_producer();
    world.eval("obs[\"AAPL_position\"].quantity = 500");
    assert_eq!(world.eval("AAPL_position.quantity"), "500");

    // Before, the profit was a multiple of 500 and small; of a million it can only be by the new quantity.
    world.eval("AAPL_position.quantity = 1_000_000");
    eventually("unrealized_pnl follows quantity", || {
        let pnl: i64 = world.eval("AAPL_position.unrealized_pnl").parse().unwrap();
        pnl != 0 && pnl % 1_000_000 == 0
    });
}

#[test]
fn values_are_live() {
    let (world, _producer) = World::with_producer();
    let first = world.data(&["get", "t1", "AAPL_quote.bid_price"]);
    eventually("the price moves", || {
        world.data(&["get", "t1", "AAPL_quote.bid_price"]) != first
    });
}

#[test]
fn expressions_share_their_variables_and_print_in_order() {
    let (world, _producer) = World::with_producer();
    assert_eq!(
        world.data(&["t1", "-e", "let x = 20", "-e", "x + 1", "-c", "`x is ${x}`"]),
        "21\nx is 20\n"
    );
}

#[test]
fn the_only_live_session_needs_no_name() {
    let (world, producer) = World::with_producer();
    assert_eq!(world.data(&["-e", "1 + 1"]), "2\n");
    let _other = world.producer("t2");
    world
        .run(&["-e", "1 + 1"])
        .failed(3, &["several sessions", "t1, t2"]);
    drop(producer);
    assert_eq!(world.data(&["-e", "1 + 1"]), "2\n");
}

#[test]
fn without_a_session_the_way_to_one_is_told() {
    let world = World::new();
    world
        .run(&["-e", "1"])
        .failed(3, &["no session is live", "memglass demo"]);
    world.run(&["nosuch", "-e", "1"]).failed(3, &["nosuch"]);
}

#[test]
fn a_misspelt_subcommand_is_answered_with_the_right_one() {
    let (world, _producer) = World::with_producer();
    world.run(&["objcts", "t1"]).failed(2, &["'objects'"]);
    // Behind it stands what is nearer to another one.
    world.run(&["waitt", "x"]).failed(2, &["'waitt'", "'wait'"]);
    world
        .run(&["recorder", "objcts"])
        .failed(2, &["'objcts'", "'objects'"]);
    world
        .run(&["tpyes", "-e", "1"])
        .failed(3, &["no session \"tpyes\"", "`types`"]);
}

#[test]
fn a_file_where_a_session_stands_is_told_as_what_it_is() {
    let (world, _producer) = World::with_producer();
    let file = |name: &str| {
        let path = world.path().join(name);
        std::fs::write(&path, "text").unwrap();
        path.display().to_string()
    };
    let told = |word: &str, tip: &str| world.run(&[word, "-e", "1"]).failed(3, &[word, tip]);
    told(&world.path().display().to_string(), "a directory");
    told(&file("notes.md"), "a file, but no recording");
    let script = file("guard.rhai");
    told(&script, &format!("`memglass run {script}`"));
    // A session may be called like a directory.
    let near = world.run(&["t11", "-e", "1"]);
    near.failed(3, &["did you mean \"t1\"?"]);
    let _recording = file("run.mcap");
    let wrong = world.path().join("run.mcp").display().to_string();
    told(&wrong, "run.mcap\"?");
    let ran = world.run(&["run.mcp", "-e", "1"]);
    assert!(!ran.messages.contains("subcommand"), "{ran:?}");
    let fifo = world.path().join("fifo");
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    rustix::fs::mkfifoat(rustix::fs::CWD, &fifo, mode).unwrap();
    told(&fifo.display().to_string(), "no regular file");
}

#[test]
fn a_command_of_the_prompt_or_an_option_of_another_subcommand_is_answered_with_the_way() {
    let (world, _producer) = World::with_producer();
    let told = |words: &[&str], code: i32, tip: &str| world.run(words).failed(code, &[tip]);
    told(&["triggers"], 3, "`memglass -e ':triggers'`");
    told(&["undo", "3"], 2, "`memglass -e ':undo 3'`");
    told(&["undo", "it's"], 2, "`memglass -e ':undo …'`");
    told(&["run", "--for", "1s", "a.rhai"], 2, "`--timeout 5s`");
    told(&["watch", "a", "--timeout", "1s"], 2, "`--for 5s`");
}

#[test]
fn a_session_named_like_a_subcommand_is_reached_by_option() {
    let world = World::new();
    let _producer = world.producer("ls");
    assert_eq!(world.data(&["--session", "ls", "-e", "1 + 1"]), "2\n");
    assert!(world.data(&["ls"]).contains("ls "));
}

#[test]
fn exit_codes_tell_what_went_wrong() {
    let (world, _producer) = World::with_producer();
    for (expression, code) in [
        ("1", 0),
        ("throw \"no\"", 1),
        ("expect(1 > 2, \"no\")", 1),
        ("AAPL_position.quantty", 1),
        ("let = 5", 2),
        ("f(1,", 2),
        ("exit(7)", 7),
        ("exit(0); throw \"never\"", 0),
        (":nosuch", 2),
    ] {
        assert_eq!(
            world.run(&["t1", "-e", expression]).code,
            Some(code),
            "{expression}"
        );
    }
    assert_eq!(world.run(&["--nosuch"]).code, Some(2));
    assert_eq!(world.run(&["t1", "ls"]).code, Some(2));
}

#[test]
fn the_first_error_is_the_last_thing_that_happens() {
    let (world, _producer) = World::with_producer();
    let ran = world.run(&[
        "t1",
        "-e",
        "1",
        "-e",
        "nobody",
        "-e",
        "AAPL_position.quantity = 77",
    ]);
    assert_eq!((ran.code, ran.data.as_str()), (Some(1), "1\n"));
    assert_ne!(world.eval("AAPL_position.quantity"), "77");
}

#[test]
fn a_misspelt_field_is_answered_with_the_right_one() {
    let (world, _producer) = World::with_producer();
    world
        .run(&["t1", "-e", "AAPL_position.quantty"])
        .failed(1, &["quantty", "did you mean", "\"quantity\"", "^"]);
    world
        .run(&["get", "t1", "AAPL_position.quantty"])
        .failed(1, &["did you mean", "\"quantity\""]);
    world
        .run(&["get", "t1", "APPL_position.quantity"])
        .failed(1, &["AAPL_position"]);
}

#[test]
fn an_endless_script_is_interrupted() {
    let (world, _producer) = World::with_producer();
    let script = "AAPL_position.quantity = 4321; loop { try { loop {} } catch {} }";
    let child = world
        .command(&["t1", "-e", script])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    eventually("the script runs", || {
        world.eval("AAPL_position.quantity") == "4321"
    });
    signal(child.id(), Signal::INT);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert!(String::from_utf8_lossy(&output.stderr).contains("interrupted"));
}

#[test]
fn a_reader_that_goes_is_no_error() {
    let (world, _producer) = World::with_producer();
    let script = "for i in 0..1_000_000 { print(`line ${i}`) }";
    let mut command = world.command(&["t1", "-e", script]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stderr).as_ref()
        ),
        (Some(0), "")
    );
}

#[test]
fn data_and_messages_go_their_own_ways() {
    let (world, _producer) = World::with_producer();
    let ran = world.run(&["t1", "-e", "print(\"out\"); 5", "-e", ":objects nothing*"]);
    assert_eq!(
        (ran.data.as_str(), ran.messages.as_str()),
        ("out\n5\n", "no label matches nothing*\n")
    );
}

#[test]
fn json_is_one_document_for_each_result() {
    let (world, _producer) = World::with_producer();
    let ran = world.data(&[
        "t1",
        "--json",
        "-e",
        "order_12345",
        "-e",
        "[1, 2.5, \"x\"]",
        "-e",
        "()",
    ]);
    let documents: Vec<serde_json::Value> = ran
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(documents.len(), 2);
    assert_eq!(documents[0]["order_id"], 12_345);
    assert_eq!(documents[0]["status"], "OPEN");
    assert_eq!(documents[1], serde_json::json!([1, 2.5, "x"]));
}

#[test]
fn text_from_memory_cannot_command_the_terminal() {
    let (world, _producer) = World::with_producer();
    world.eval("AAPL_position.error_msg = \"\\x1b[2Jboo\"");
    for arguments in [
        ["t1", "-e", "AAPL_position"],
        ["t1", "-e", "print(AAPL_position.error_msg)"],
    ] {
        let data = world.data(&arguments);
        assert!(data.contains("boo") && !data.contains('\u{1b}'), "{data:?}");
    }
}
