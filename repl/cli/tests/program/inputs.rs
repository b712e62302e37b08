//! Texts of several statements, wherever they come from, and files that are none.

use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FileType, Mode, mknodat};

use super::support::{Ran, World, eventually};
use super::terminal::{CTRL_C, CTRL_D, Terminal};

/// A write and a read, which together make no program.
const TWO: &str = "order_12345.priority = 3\norder_12345.priority";

fn pipe(path: &Path) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
}

#[test]
fn statements_are_told_apart_in_the_same_way_wherever_they_come_from() {
    let (world, _producer) = World::with_producer();
    let file = world.script("two.rhai", TWO);
    for (arguments, input) in [
        (&["t1"][..], TWO),
        (&["t1", "-e", TWO], ""),
        (&["run", &file], ""),
        (&["run", "-"], TWO),
        (&["t1", "-e", &format!(":run {file}")], ""),
    ] {
        let ran = world.pipe(arguments, input.as_bytes());
        assert_eq!(
            (ran.code, ran.data.as_str(), ran.messages.as_str()),
            (Some(0), "3\n", ""),
            "{arguments:?}"
        );
    }
}

#[test]
fn errors_in_a_file_of_statements_count_its_lines() {
    let (world, _producer) = World::with_producer();
    let file = world.script("three.rhai", "1 + 1\n:get order_12345.side\nnothing.here\n");
    let ran = world.run(&["run", &file, "--session", "t1"]);
    assert_eq!((ran.code, ran.data.as_str()), (Some(1), "2\nBUY\n"));
    assert!(ran.messages.contains("three.rhai:3:1"), "{ran:?}");
}

#[test]
fn what_is_pasted_is_run_piece_by_piece() {
    let (world, _producer) = World::with_producer();
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.ends_with("t1>");
    terminal.paste(TWO);
    terminal.press("\r");
    terminal.until("the value", |screen| {
        screen.trim_end().ends_with("\n3\nt1>")
    });
    terminal.paste(":get order_12345.side\n:get order_12345.order_id\n");
    terminal.press("\r");
    terminal.until("both", |screen| {
        screen.trim_end().ends_with("\nBUY\n12345\nt1>")
    });
    terminal.paste("6 * 7\nfn f(x) {\n");
    terminal.press("\rx }\r");
    terminal.shows("\n42\n");
    terminal.line("f(21) * 2");
    terminal.until("a function", |screen| screen.matches("\n42\n").count() == 2);
}

#[test]
fn what_is_copied_from_a_screen_runs_without_its_prompts() {
    let (world, _producer) = World::with_producer();
    let screen = "t1> order_12345.priority = 2\nt1> fn twice(x) {\n ...   x * 2\n ... }\nt1> twice(order_12345.priority)\n99\n";
    let ran = world.pipe(&["t1"], screen.as_bytes());
    assert_eq!(
        (ran.code, ran.data.as_str(), ran.messages.as_str()),
        (Some(0), "4\n", "")
    );
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.ends_with("t1>");
    terminal.paste(screen);
    terminal.press("\r");
    terminal.until("the value", |screen| {
        screen.trim_end().ends_with("\n4\nt1>")
    });
}

#[test]
fn alt_enter_begins_another_line() {
    let (world, _producer) = World::with_producer();
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.ends_with("t1>");
    terminal.press("40 + 1\x1b\r40 + 2\r");
    terminal.until("both", |screen| {
        screen.trim_end().ends_with("\n41\n42\nt1>")
    });
}

#[test]
fn a_history_that_is_no_file_is_left_alone() {
    let (world, _producer) = World::with_producer();
    let history = world.history();
    pipe(&history);
    let opened = |why: &str| {
        let mut terminal = Terminal::open(&world, &["t1"]);
        terminal.shows(why);
        terminal.ends_with("t1>");
        terminal.line("40 + 2");
        terminal.shows("\n42\n");
        terminal.press(CTRL_D);
        assert_eq!(terminal.exit_code(), 0);
    };
    opened("pipe, and not a file");
    std::fs::remove_file(&history).unwrap();
    std::os::unix::fs::symlink("/dev/zero", &history).unwrap();
    opened("device, and not a file");
}

#[test]
fn an_init_script_that_is_no_file_is_an_error() {
    let (world, _producer) = World::with_producer();
    let init = world.path().join("config/memglass/init.rhai");
    pipe(&init);
    let terminal = Terminal::open(&world, &["t1"]);
    terminal.shows("it is a pipe, and not");
    assert_eq!(terminal.exit_code(), 1);
}

/// Whether a process has this file open.
fn is_open(file: &Path) -> bool {
    let links = |directory: PathBuf| std::fs::read_dir(directory).into_iter().flatten().flatten();
    links("/proc".into())
        .flat_map(|process| links(process.path().join("fd")))
        .any(|descriptor| std::fs::read_link(descriptor.path()).is_ok_and(|path| path == file))
}

#[test]
fn a_pipe_that_nobody_writes_to_is_waited_for_until_ctrl_c() {
    let (world, _producer) = World::with_producer();
    let fifo = world.path().join("fifo");
    pipe(&fifo);
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.ends_with("t1>");
    terminal.line(&format!(":run {}", fifo.display()));
    // A Ctrl-C between the end of the line and its evaluation is for neither of them.
    eventually("the pipe is waited for", || is_open(&fifo));
    terminal.press(CTRL_C);
    terminal.shows("interrupted");
    terminal.ends_with("t1>");
    terminal.line(&format!(":save {} !", fifo.display()));
    terminal.ends_with("t1>");
    terminal.line("1 + 1");
    terminal.line(&format!(":save {} !", fifo.display()));
    terminal.shows("nobody reads");
}

#[test]
fn a_pipe_that_a_shell_gives_is_a_script() {
    let (world, _producer) = World::with_producer();
    let mut shell = std::process::Command::new("bash");
    let program = env!("CARGO_BIN_EXE_memglass");
    shell.env_clear().envs(world.environment());
    shell.args(["-c", &format!("'{program}' t1 run <(echo '6 * 7')")]);
    let ran = Ran::piped(shell, b"");
    assert_eq!((ran.code, ran.data.as_str()), (Some(0), "42\n"), "{ran:?}");
}

#[test]
fn a_script_without_end_is_given_up() {
    let (world, _producer) = World::with_producer();
    let ran = world.run(&["t1", "run", "/dev/zero"]);
    ran.failed(2, &["/dev/zero is longer than 8 MiB"]);
}

#[test]
fn tab_pressed_again_goes_through_the_list() {
    let (world, _producer) = World::with_producer();
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.ends_with("t1>");
    terminal.press("AAPL_quote.bi\t");
    terminal.shows("bid_size: u32");
    terminal.is_at("t1> AAPL_quote.bid_");
    terminal.press("\t");
    terminal.is_at("t1> AAPL_quote.bid_price");
    terminal.press("\t");
    terminal.is_at("t1> AAPL_quote.bid_size");
    terminal.press("\x1b[Z");
    terminal.is_at("t1> AAPL_quote.bid_price");
    terminal.press("\x1b[Z");
    terminal.is_at("t1> AAPL_quote.bid_");
    terminal.press("\t\t\r");
    terminal.until("its value", |screen| screen.trim_end().ends_with("t1>"));
}

#[test]
fn what_was_typed_before_is_shown_and_taken_with_the_right_arrow() {
    let (world, _producer) = World::with_producer();
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.ends_with("t1>");
    terminal.line("40 + 2");
    terminal.shows("\n42\n");
    terminal.press("40 ");
    terminal.ends_with("t1> 40 + 2");
    terminal.is_at("t1> 40");
    terminal.press("\x1b[C");
    terminal.is_at("t1> 40 + 2");
    terminal.press(CTRL_C);
    terminal.press("40\x05 * 2\r");
    terminal.shows("\n44\n");
}

#[test]
fn a_prompt_begins_with_a_line_about_the_session() {
    let (world, producer) = World::with_producer();
    let terminal = Terminal::open(&world, &["t1"]);
    terminal.until("one line", |screen| {
        let mut lines = screen.trim_end().lines();
        let about = lines.next().unwrap_or_default();
        about.starts_with("t1: ")
            && about.contains("objects")
            && about.contains(&producer.pid().to_string())
            && about.contains(":help")
            && lines.next() == Some("t1>")
    });
}

#[test]
fn of_several_sessions_one_is_chosen() {
    let (world, _producer) = World::with_producer();
    let _other = world.producer("t2");
    let mut terminal = Terminal::open(&world, &[]);
    terminal.shows("  1  t1");
    terminal.shows("  2  t2");
    terminal.ends_with("which one, by number or name?");
    terminal.press("nobody\r");
    terminal.until("again", |screen| screen.matches("which one").count() == 2);
    terminal.press("2\r");
    terminal.ends_with("t2>");
    let terminal = Terminal::open(&world, &[]);
    terminal.ends_with("which one, by number or name?");
    let mut terminal = terminal;
    terminal.press(CTRL_D);
    assert_eq!(terminal.exit_code(), 3);
}

#[test]
fn timing_and_paging_are_turned_on_and_off_by_name() {
    let (world, _producer) = World::with_producer();
    let ran = world.pipe(
        &["t1"],
        b":time\n:time on\n1\n:time off\n2\n:pager\n:pager off\n:pager\n",
    );
    assert_eq!(ran.data, "1\n2\n");
    let said: Vec<&str> = ran.messages.lines().collect();
    let [off, on, time, rest @ ..] = &said[..] else {
        panic!("{ran:?}")
    };
    assert_eq!((*off, *on), ("time: off", "time: on"));
    assert!(time.starts_with("time: ") && time.ends_with('s'), "{time}");
    assert_eq!(rest, ["time: off", "pager: on", "pager: off", "pager: off"]);
}

#[test]
fn what_is_read_as_json_can_be_written_back() {
    let (world, _producer) = World::with_producer();
    world.data(&["t1", "-e", "order_12345.flags = \"HIDDEN | POST_ONLY\""]);
    let json = world.data(&["get", "t1", "order_12345", "--json"]);
    world.data(&[
        "t1",
        "-e",
        "order_12345.flags = 0; order_12345.priority = -5",
    ]);
    world.data(&["set", "t1", "order_12345", json.trim()]);
    assert_eq!(world.data(&["get", "t1", "order_12345", "--json"]), json);
}

#[test]
fn a_text_of_a_script_is_the_same_csv_as_a_field() {
    let (world, _producer) = World::with_producer();
    let field = world.data(&["get", "t1", "order_12345.symbol", "--csv"]);
    assert_eq!(
        world.data(&["t1", "-e", "order_12345.symbol", "--csv"]),
        field
    );
    let text = world.data(&["t1", "-e", "\"a,\" + \"b\"", "--csv"]);
    assert_eq!(text, "value\n\"a,b\"\n");
}

#[test]
fn help_that_finds_no_room_is_a_failure() {
    let world = World::new();
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let mut command = world.command(&["--help"]);
    let ran = Ran::of(command.stdout(full).output().unwrap());
    ran.failed(1, &["No space left"]);
}

#[test]
fn limits_of_the_system_are_told() {
    let (world, _producer) = World::with_producer();
    let program = env!("CARGO_BIN_EXE_memglass");
    let limited = |limit: &str, rest: &str| {
        let mut shell = std::process::Command::new("bash");
        shell
            .env_clear()
            .envs(world.environment())
            .current_dir(world.path());
        shell.args(["-c", &format!("ulimit {limit}; '{program}' {rest}")]);
        Ran::piped(shell, b"")
    };
    let ran = limited("-f 0", "t1 -e 'obs.all(\"*\").json()' > out");
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.messages.contains("File too large"), "{ran:?}");
}

/// Whichever memory is asked for when the limit is met, the program tells it; what comes before its first line,
/// the system's loader, is not ours.
#[test]
fn a_limit_of_memory_is_told_wherever_it_is_met() {
    let (world, _producer) = World::with_producer();
    let program = env!("CARGO_BIN_EXE_memglass");
    let limited = |mebibytes: u64| {
        let mut shell = std::process::Command::new("bash");
        shell.env_clear().envs(world.environment());
        let limit = mebibytes << 10;
        shell.args([
            "-c",
            &format!("ulimit -v {limit}; exec '{program}' t1 -e 1"),
        ]);
        Ran::piped(shell, b"")
    };
    let starts = |ran: &Ran| matches!(ran.code, Some(code) if code < 126);
    let mut told = 0;
    for (mebibytes, ran) in (20..400)
        .map(|mebibytes| (mebibytes, limited(mebibytes)))
        .skip_while(|(_, ran)| !starts(ran))
    {
        if ran.code == Some(0) {
            break;
        }
        assert!(starts(&ran), "{mebibytes} MiB: {ran:?}");
        assert!(
            ran.messages.contains("ulimit -v"),
            "{mebibytes} MiB: {ran:?}"
        );
        assert!(
            !ran.messages.contains("panicked"),
            "{mebibytes} MiB: {ran:?}"
        );
        told += 1;
    }
    assert!(told > 10, "{told} limits were too low");
}

#[test]
fn a_pipe_in_place_of_a_recording_or_of_types_is_refused_at_once() {
    let (world, _producer) = World::with_producer();
    let fifo = world.path().join("run.mcap");
    pipe(&fifo);
    let (fifo, script) = (fifo.to_str().unwrap(), world.script("a.rhai", "1"));
    for arguments in [
        &[fifo, "-e", "1"][..],
        &["play", fifo],
        &["export", fifo],
        &["diff", fifo, "t1"],
        &["run", &script, "--replay", fifo],
        &["types", fifo],
        &["holes", fifo],
    ] {
        let ran = world.run(arguments);
        assert_ne!(ran.code, Some(0), "{arguments:?}");
        assert!(
            ran.messages.contains("no regular file"),
            "{arguments:?}: {ran:?}"
        );
    }
}
