//! What goes wrong, with its exit code, its message, and nothing lost.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::Instant;

use rustix::process::Signal;

use super::support::{DEADLINE, World, eventually, signal};

/// The quantity that the example begins with: a write that should not have happened would show here.
const UNTOUCHED: &str = "100";

#[test]
fn a_syntax_error_is_shown_with_a_caret_and_nothing_of_the_text_is_done() {
    let (world, _producer) = World::with_producer();
    let wrong = "AAPL_position.quantity = 7;\nlet = 5;";
    world
        .run(&["t1", "-e", wrong])
        .failed(2, &["2 | let = 5;", "^"]);
    world
        .pipe(&["t1"], wrong.as_bytes())
        .failed(2, &["2 | let = 5;", "^"]);
    let script = world.script("wrong.rhai", wrong);
    world
        .run(&["run", &script])
        .failed(2, &["wrong.rhai", "2 | let = 5;", "^"]);
    assert_eq!(world.eval("AAPL_position.quantity"), UNTOUCHED);
}

#[test]
fn words_that_are_no_utf_8_are_an_error() {
    let word = |bytes: &'static [u8]| OsStr::from_bytes(bytes);
    for words in [
        &[word(b"n\xff.mcap"), word(b"get"), word(b"x")][..],
        &[word(b"\xff")],
        &[word(b"--\xff")],
        &[word(b"--session"), word(b"\xff"), word(b"get"), word(b"x")],
    ] {
        let program = env!("CARGO_BIN_EXE_memglass");
        let ran = Command::new(program).args(words).output().unwrap();
        let told = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(2), "{words:?}: {told}");
        assert!(told.starts_with("error: "), "{words:?}: {told}");
        assert!(!told.contains("panicked"), "{words:?}: {told}");
    }
}

#[test]
fn a_pattern_without_measure_is_an_error_wherever_it_is_given() {
    let (world, _producer) = World::with_producer();
    let nested = "{".repeat(20_000) + "}".repeat(20_000).as_str();
    let stars = "*".repeat(100_000);
    for pattern in [&nested, &stars] {
        for arguments in [
            &["objects", "t1", pattern][..],
            &["get", "t1", pattern],
            &["record", "t1", "-o", "x.mcap", "--only", pattern],
            &["save", "t1", "x.save", "--only", pattern],
            &["watch", "t1", pattern],
            &["top", "t1", pattern],
        ] {
            world.run(arguments).failed(2, &["the pattern ", "4096"]);
        }
        let list = format!("let s = {:?}; s.pad(100000, s); obs.all(s)", &pattern[..1]);
        world.run(&["t1", "-e", &list]).failed(1, &["4096"]);
    }
    let groups = format!("*_position.{}", "{a,b}".repeat(40));
    for command in ["get", "watch", "top"] {
        world
            .run(&[command, "t1", &groups])
            .failed(2, &["too many paths", "10000"]);
    }
    for line in [
        format!("watch({groups:?}, |c| ())"),
        format!("save_set(\"zz\", {groups:?})"),
    ] {
        world
            .run(&["t1", "-e", &line])
            .failed(1, &["too many paths"]);
    }
}

#[test]
fn a_value_of_the_wrong_type_is_refused_and_said_where() {
    let (world, _producer) = World::with_producer();
    for (line, words) in [
        ("AAPL_position.quantity = \"many\"", ["quantity", "i64"]),
        ("order_12345.priority = 400", ["priority", "-5..=5"]),
        ("order_12345.status = \"OPNE\"", ["status", "OPEN"]),
    ] {
        world.run(&["t1", "-e", line]).failed(1, &words);
    }
    world
        .run(&["set", "t1", "AAPL_position.quantity", "many"])
        .failed(1, &["quantity"]);
    assert_eq!(world.eval("AAPL_position.quantity"), UNTOUCHED);
}

#[test]
fn unknown_names_are_answered_with_known_ones() {
    let (world, _producer) = World::with_producer();
    for (arguments, word) in [
        (&["t1", "-e", "AAPL_positon.quantity"][..], "AAPL_position"),
        (&["t1", "-e", "AAPL_position.quantty"], "quantity"),
        (&["t1", "-e", "pritn(1)"], "print"),
        (&["get", "t1", "AAPL_position.quantty"], "quantity"),
        (&["types", "t1", "Positoin"], "Position"),
    ] {
        world.run(arguments).failed(1, &["did you mean", word]);
    }
    world
        .run(&["t1", "-e", ":obejcts"])
        .failed(2, &[":objects"]);
}

#[test]
fn a_readonly_run_writes_nothing_by_any_way() {
    let (world, _producer) = World::with_producer();
    for arguments in [
        &["t1", "--readonly", "-e", "AAPL_position.quantity = 7"][..],
        &["--readonly", "set", "t1", "AAPL_position.quantity", "7"],
        &["t1", "--readonly", "-e", ":set AAPL_position.quantity 7"],
        &[
            "t1",
            "--readonly",
            "-e",
            "AAPL_position.add(\"quantity\", 7)",
        ],
    ] {
        world.run(arguments).failed(1, &["read-only"]);
    }
    world
        .run(&["clean", "--readonly"])
        .failed(2, &["--readonly"]);
    assert_eq!(world.eval("AAPL_position.quantity"), UNTOUCHED);
}

#[test]
fn a_line_of_a_megabyte_is_evaluated_or_refused_in_time() {
    let (world, _producer) = World::with_producer();
    let long = format!("let s = \"{}\"; s.len()", "x".repeat(1 << 20));
    let ran = world.pipe(&["t1"], long.as_bytes());
    assert_eq!((ran.code, ran.data.as_str()), (Some(0), "1048576\n"));
    let sum = format!("1{}", "+1".repeat(1 << 19));
    let start = Instant::now();
    let ran = world.pipe(&["t1"], sum.as_bytes());
    assert_eq!(
        (ran.code, ran.data.as_str()),
        (Some(2), ""),
        "{}",
        &ran.messages[..200]
    );
    assert!(
        ran.messages.len() < 4096,
        "the line itself is not told again"
    );
    let brackets = "[".repeat(1 << 20);
    assert_eq!(world.pipe(&["t1"], brackets.as_bytes()).code, Some(2));
    assert!(start.elapsed() < DEADLINE);
}

#[test]
fn bytes_that_are_no_text_are_refused_wherever_they_come_from() {
    let (world, _producer) = World::with_producer();
    let bytes = b"AAPL_position.quantity = 7;\n\"\xff\"";
    world
        .pipe(&["t1"], bytes)
        .failed(2, &["standard input", "UTF-8", "line 2"]);
    let path = world.path().join("bytes.rhai");
    fs::write(&path, bytes).unwrap();
    let path = path.display().to_string();
    world
        .run(&["run", &path])
        .failed(2, &["bytes.rhai", "UTF-8", "line 2"]);
    assert_eq!(world.eval("AAPL_position.quantity"), UNTOUCHED);
}

#[test]
fn a_script_that_never_ends_is_stopped_when_its_time_is_up() {
    let (world, _producer) = World::with_producer();
    let endless = "AAPL_position.quantity = 8; loop { try { loop {} } catch {} }";
    let script = world.script("endless.rhai", endless);
    let told = ["timed out after 30ms"];
    for arguments in [
        &["t1", "--timeout", "30ms", "-e", endless][..],
        &["run", &script, "--timeout", "30ms"],
        &["t1", "--timeout", "30ms", "-e", "sleep(1000)"],
        &[
            "t1",
            "--timeout",
            "30ms",
            "-e",
            "let x = 1",
            "-e",
            "loop {}",
        ],
    ] {
        world.run(arguments).failed(124, &told);
    }
    world
        .pipe(&["t1", "--timeout", "30ms"], endless.as_bytes())
        .failed(124, &told);
    world
        .run(&["t1", "--timeout", "2s", "-e", endless])
        .failed(124, &["timed out after 2s"]);
    assert_eq!(
        world.eval("AAPL_position.quantity"),
        "8",
        "what it did stays done"
    );
}

#[test]
fn the_time_of_a_script_that_nobody_finishes_writing_is_up_too() {
    let (world, _producer) = World::with_producer();
    let mut command = world.command(&["t1", "--timeout", "30ms"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"1 +").unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(124));
    drop(input);
}

#[test]
fn a_time_that_is_none_or_means_nothing_is_a_mistake_of_usage() {
    let (world, _producer) = World::with_producer();
    world
        .run(&["t1", "--timeout", "soon", "-e", "1"])
        .failed(2, &["soon", "500ms"]);
    world
        .run(&["ls", "--timeout", "5s"])
        .failed(2, &["--timeout is for scripts"]);
}

#[test]
fn signals_end_a_script_with_their_own_codes() {
    let (world, _producer) = World::with_producer();
    for (number, (sent, code)) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)]
        .into_iter()
        .enumerate()
    {
        let script = format!("AAPL_position.quantity = {}; loop {{}}", 50 + number);
        let child = world
            .command(&["t1", "-e", &script])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        eventually("the script runs", || {
            world.eval("AAPL_position.quantity") == (50 + number).to_string()
        });
        signal(child.id(), sent);
        assert_eq!(child.wait_with_output().unwrap().status.code(), Some(code));
    }
}

#[test]
fn a_script_file_that_cannot_be_read_says_why() {
    let (world, _producer) = World::with_producer();
    let directory = world.path().display().to_string();
    world
        .run(&["run", "nosuch.rhai"])
        .failed(2, &["nosuch.rhai", "no such file"]);
    world.run(&["run", &directory]).failed(2, &["directory"]);
    world.run(&["run", "/dev/zero"]).failed(2, &["longer than"]);
    let secret = world.script("secret.rhai", "1");
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o000)).unwrap();
    // Root reads everything.
    if File::open(&secret).is_err() {
        world
            .run(&["run", &secret])
            .failed(2, &["permission denied"]);
    }
    world.run(&["run"]).failed(2, &["FILE"]);
}

#[test]
fn a_missing_directory_is_told_by_everything_that_needs_a_session() {
    let world = World::new();
    for arguments in [
        &["-e", "1"][..],
        &["objects"],
        &["get", "a.b"],
        &["top"],
        &["wait", "a.b > 1"],
        &["watch", "a.b"],
        &["ls"],
    ] {
        let arguments = [&["--dir", "/nonexistent/x"], arguments].concat();
        let run = world.run(&arguments);
        run.failed(
            run.code.unwrap_or(0),
            &["there is no directory /nonexistent/x"],
        );
    }
}

#[test]
fn a_script_without_a_session_says_how_to_get_one() {
    let world = World::new();
    let script = world.script("one.rhai", "1");
    world
        .run(&["run", &script])
        .failed(3, &["no session is live", "memglass demo"]);
    for arguments in [
        &["run", &script, "--session", "nosuch"][..],
        &["nosuch", "run", &script],
        &["nosuch", "get", "a.b"],
        &["get", "nosuch", "a.b"],
        &["objects", "nosuch"],
        &["set", "nosuch", "a.b", "1"],
    ] {
        assert_eq!(world.run(arguments).code, Some(3), "{arguments:?}");
    }
    world
        .run(&["a/b", "-e", "1"])
        .failed(3, &["a/b", "1 to 64"]);
}

#[test]
fn output_that_cannot_be_written_is_an_error() {
    let (world, _producer) = World::with_producer();
    for arguments in [
        &["t1", "-e", "1 + 1"][..],
        &["t1", "-e", "loop { print(1) }"],
        &["get", "t1", "AAPL_position"],
        &["ls"],
        &["man"],
    ] {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = world
            .command(arguments)
            .stdout(full)
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {told}");
        let what = "the output cannot be written: No space left";
        assert!(told.contains(what), "{arguments:?}: {told}");
    }
}

#[test]
fn a_pipe_that_nobody_reads_ends_it_quietly() {
    let (world, _producer) = World::with_producer();
    let script = world.script("talks.rhai", "loop { print(1) }");
    for arguments in [
        &["run", &script][..],
        &["objects", "t1"],
        &["completions", "bash"],
        &["man"],
    ] {
        let mut child = world
            .command(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            (output.status.code(), told.as_str()),
            (Some(0), ""),
            "{arguments:?}"
        );
    }
}

#[test]
fn an_output_that_is_closed_loses_nothing_but_itself() {
    let (world, _producer) = World::with_producer();
    let ran = Command::new("sh")
        .args([
            "-c",
            "\"$0\" t1 -e 'AAPL_position.quantity = 9; 1' >&- 2>&-",
        ])
        .arg(env!("CARGO_BIN_EXE_memglass"))
        .envs(world.environment())
        .status()
        .unwrap();
    assert_eq!(ran.code(), Some(0));
    assert_eq!(world.eval("AAPL_position.quantity"), "9");
}

/// What people type first, used to other tools, and the way out that they are told.
#[test]
fn a_newcomers_mistake_is_answered_with_the_way_out() {
    let (world, _producer) = World::with_producer();
    for (line, told) in [
        ("help", "`:help` is a command"),
        ("quit", "`:q` is a command"),
        ("run a.rhai", "`:run` is a command: `:run a.rhai`"),
        ("exit", "a function is called: `exit(code)`"),
        ("triggers", "a function is called: `triggers()`"),
        ("obs[AAPL_position]", "write it as `obs[\"label\"]`"),
        ("obs[0]", "write it as `obs[\"label\"]`"),
        ("for o in obs { }", "`obs.all()` is all objects"),
        ("obs.all(Order)", "the name of a type is a text: \"Order\""),
        (
            "order_12345.side = BUY",
            "the name of a value is a text: \"BUY\"",
        ),
        (
            "order_12345.symbol = 'AAPL'",
            "a text stands in double quotes",
        ),
        (
            "AAPL_position.add(\"quantity\")",
            "it is called as `p.add(\"field\", amount)`",
        ),
        ("AAPL_quote = 5", "to the whole with `AAPL_quote.set(…)`"),
        ("every(1.ns, || 1)", "every 1ns is too often"),
        ("every(0.ns, || 1)", "a time longer than 0"),
    ] {
        let ran = world.run(&["t1", "-e", line]);
        assert!(matches!(ran.code, Some(1 | 2)), "{ran:?}");
        assert!(ran.messages.contains(told), "{line}: {}", ran.messages);
    }
    world.run(&["t1", "-e", "print AAPL_position"]).failed(
        2,
        &["a function is called with parentheses: `print(value)`"],
    );
    for (quantity, words) in [
        ("5", &["AAPL_position.quantity", "=", "5"][..]),
        ("6", &["AAPL_position.quantity=6"]),
        ("7", &["AAPL_position.quantity=", "7"]),
        ("8", &["AAPL_position.quantity", "=8"]),
        ("9", &["AAPL_position.quantity = 9"]),
        ("10", &["t1", "AAPL_position.quantity=10"]),
    ] {
        let words: Vec<&str> = [&["set"], words].concat();
        assert_eq!(world.data(&words), "");
        assert_eq!(world.eval("AAPL_position.quantity"), quantity, "{words:?}");
    }
    for words in [&["set", "AAPL_position.quantity"][..], &["set", "=5"]] {
        world
            .run(words)
            .failed(2, &["a path and a value are needed"]);
    }
    world
        .run(&["t1", "AAPL_position"])
        .failed(2, &["`memglass SESSION get PATH` reads a field"]);
    let ran = world.run(&["objects", "t1", "Order"]);
    assert!(
        ran.messages.contains("--type Order lists the objects"),
        "{ran:?}"
    );
}

#[test]
fn words_that_mean_nothing_are_answered_with_those_that_do() {
    let (world, _producer) = World::with_producer();
    world
        .run(&["t1", "-e", ":objects --frob"])
        .failed(2, &["usage: :objects"]);
    world
        .run(&["gte", "AAPL_position.quantity"])
        .failed(2, &["'get'"]);
    let ran = world.run(&["demo", "extra"]);
    ran.failed(2, &["unexpected argument 'extra'"]);
    assert!(!ran.messages.contains("similar"), "{ran:?}");
    let help = world.data(&["help"]);
    assert!(help.contains("Usage: memglass"), "{help}");
    let _other = world.producer("trading_engine");
    world
        .run(&["trading_engin", "-e", "1"])
        .failed(3, &["did you mean \"trading_engine\"?"]);
}

#[test]
fn a_full_file_ends_with_a_whole_row() {
    let (world, _producer) = World::with_producer();
    let file = world.path().join("rows.csv");
    let script = format!(
        "for i in 0..200 {{ try {{ log({:?}, #{{ number: i, text: \"{}\" }}) }} catch {{ }} }}",
        file.display().to_string(),
        "x".repeat(40)
    );
    let line = format!(
        "ulimit -f 4; exec '{}' t1 -e \"$1\"",
        env!("CARGO_BIN_EXE_memglass")
    );
    let mut command = Command::new("sh");
    command.args(["-c", &line, "sh", &script]);
    command.env("MEMGLASS_DIR", world.sessions());
    let ran = command.output().unwrap();
    assert!(ran.status.success(), "{ran:?}");
    let rows = fs::read_to_string(&file).unwrap();
    assert!(rows.len() > 1_000 && rows.ends_with('\n'), "{rows}");
    for (index, row) in rows.lines().skip(1).enumerate() {
        let cells: Vec<&str> = row.split(',').collect();
        assert_eq!(cells.len(), 3, "{row}");
        assert_eq!(cells[1], index.to_string(), "{row}");
        assert_eq!(cells[2].len(), 40, "{row}");
    }
}
