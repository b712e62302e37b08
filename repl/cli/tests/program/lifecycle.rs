//! Producers that die, come back, and are cleaned up after.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use memglass::Observer;

use super::support::{Ran, World, eventually, signal};
use super::terminal::{CTRL_C, Terminal};

#[test]
fn a_dead_producer_is_told_and_its_last_values_stay() {
    let (world, producer) = World::with_producer();
    world.eval("AAPL_position.quantity = 321");
    let pid = producer.kill();
    let told = format!("producer of \"t1\" (pid {pid}) has crashed; the values are its last");

    let ran = world.run(&["t1", "-e", "AAPL_position.quantity"]);
    assert_eq!((ran.code, ran.data.as_str()), (Some(0), "321\n"));
    assert!(ran.messages.contains(&told), "{ran:?}");
    let ran = world.run(&["get", "t1", "AAPL_position.quantity"]);
    assert_eq!((ran.code, ran.data.as_str()), (Some(0), "321\n"));
    assert!(ran.messages.contains(&told), "{ran:?}");
    assert!(world.run(&["objects", "t1"]).messages.contains(&told));
}

#[test]
fn what_a_dead_producer_left_is_not_written() {
    let (world, producer) = World::with_producer();
    world.eval("AAPL_position.quantity = 321");
    producer.kill();
    for arguments in [
        &["t1", "-e", "AAPL_position.quantity = 4"][..],
        &["t1", "-e", "AAPL_position.add(\"quantity\", 4)"],
        &["set", "t1", "AAPL_position.quantity", "4"],
    ] {
        world.run(arguments).failed(1, &["nothing would read it"]);
    }
    assert_eq!(world.eval("AAPL_position.quantity"), "321");
}

#[test]
fn ls_shows_the_dead() {
    let (world, producer) = World::with_producer();
    producer.kill();
    let listed = world.data(&["ls"]);
    assert!(
        listed
            .lines()
            .any(|line| line.starts_with("t1") && line.contains("crashed")),
        "{listed}"
    );
    world
        .run(&["-e", "1"])
        .failed(3, &["no session is live", "t1"]);
}

#[test]
fn a_new_producer_takes_over_from_a_dead_one() {
    let (world, producer) = World::with_producer();
    world.eval("AAPL_position.quantity = 321");
    let dead = producer.kill();
    let next = world.producer("t1");
    assert_ne!(next.pid(), dead);
    assert_eq!(world.eval("AAPL_position.quantity"), "100");
}

#[test]
fn a_second_producer_of_a_live_name_is_refused() {
    let (world, producer) = World::with_producer();
    let ran = world.run(&["demo", "--headless", "--session", "t1"]);
    ran.failed(1, &["t1", &producer.pid().to_string()]);
    assert_eq!(world.eval("order_12345.order_id"), "12345");
}

#[test]
fn a_script_that_reads_memory_which_is_cut_short_ends_with_an_error() {
    let (world, producer) = World::with_producer();
    producer.kill();
    let script = "print(\"go\"); loop { AAPL_position.quantity }";
    let mut command = world.command(&["t1", "-e", script]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert_eq!(line, "go\n");
    world.cut("t1");
    let ran = Ran::of(child.wait_with_output().unwrap());
    ran.failed(
        1,
        &["memglass_t1_region_0001 was cut short", "AAPL_position"],
    );
}

/// The thread that samples meets the fault then.
#[test]
fn triggers_outlive_memory_that_is_cut_short() {
    for what in [
        "watch(\"*_position.quantity\", |c| ()).rate(1000.hz)",
        "when(\"AAPL_position.quantity > 5\").rate(1000.hz).run(|| ())",
    ] {
        let (world, _producer) = World::with_producer();
        let script = format!("{what}; print(\"go\"); sleep(500.ms); exit(7)");
        let mut command = world.command(&["t1", "-e", &script]);
        let piped = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.as_mut().unwrap());
        out.read_line(&mut line).unwrap();
        assert_eq!(line, "go\n");
        world.cut("t1");
        // The script may end before it looks, and else says what it met.
        let ran = Ran::of(child.wait_with_output().unwrap());
        let is_told = ran.code == Some(1) && ran.messages.contains("was cut short");
        assert!(is_told || ran.code == Some(7), "{what}: {ran:?}");
    }
}

#[test]
fn a_region_that_is_too_short_is_told_in_figures() {
    let (world, producer) = World::with_producer();
    producer.kill();
    world.cut_to("t1", 20_000);
    let told = "the size of region 1 is 1048576, expected at most the segment's 20000";
    world.run(&["t1", "-e", "1"]).failed(3, &[told]);
}

#[test]
fn clean_removes_the_dead_and_nothing_else() {
    let (world, _producer) = World::with_producer();
    let dead = world.producer("t2");
    dead.kill();
    assert_eq!(world.data(&["clean"]), "removed\nt2\n");
    let listed = world.data(&["ls"]);
    assert!(listed.contains("t1") && !listed.contains("t2"), "{listed}");
    assert!(
        world
            .run(&["clean"])
            .messages
            .contains("no session is dead")
    );
}

#[test]
fn a_live_session_is_not_cleaned_even_by_name() {
    let (world, _producer) = World::with_producer();
    let ran = world.run(&["clean", "t1"]);
    assert_ne!(ran.code, Some(0), "{ran:?}");
    assert_eq!(world.eval("order_12345.order_id"), "12345");
}

#[test]
fn a_producer_that_is_asked_to_end_leaves_nothing_behind() {
    let (world, producer) = World::with_producer();
    assert!(producer.terminate());
    eventually("the session is gone", || {
        world.data(&["ls", "--json"]).trim() == "[]"
    });
}

#[test]
fn what_of_a_session_is_damaged_is_told_once_and_the_rest_is_there() {
    let (world, producer) = World::with_producer();
    assert!(!world.data(&["t1", "-e", ":session"]).contains("damage"));
    producer.kill();
    world.overwrite("t1", b"MSFT_position", b"\xffSFT_position");

    let told = "1 damaged part of \"t1\": the object in slot ";
    for arguments in [
        &["t1", "-e", "AAPL_position.quantity; 1", "-e", "1"][..],
        &["objects", "t1", "AAPL_position"],
    ] {
        let ran = world.run(arguments);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert_eq!(ran.messages.matches(told).count(), 1, "{ran:?}");
    }
    let terminal = Terminal::open_wide(&world, &["t1"], 160);
    terminal.ends_with("t1 [crashed]>");
    terminal.until("the damage", |screen| {
        screen.contains(&format!("memglass: {told}"))
    });
    let session = world.data(&["t1", "-e", ":session"]);
    assert!(
        session.contains("\ndamage     1 damaged part\n"),
        "{session}"
    );
    assert!(session.contains("is left out: "), "{session}");
    let json = world.data(&["t1", "--json", "-e", ":session"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["damage"].as_array().map(Vec::len), Some(1), "{json}");
}

/// Runs memglass where the directory of the sessions is mounted read-only.
fn on_a_read_only_mount(world: &World, arguments: &[&str]) -> Ran {
    let memglass = world.command(arguments);
    let script = r#"mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@""#;
    let mut command = std::process::Command::new("unshare");
    command
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", script])
        .arg(world.sessions())
        .arg(memglass.get_program())
        .args(memglass.get_args())
        .envs(
            memglass
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
    Ran::piped(command, b"")
}

#[test]
fn a_session_on_a_read_only_mount_is_read_with_a_note() {
    let (world, _producer) = World::with_producer();
    let note =
        "\"t1\" is on a file system that is mounted read-only: it can be read but not written";
    let read = on_a_read_only_mount(&world, &["t1", "-e", "AAPL_position.quantity >= 0"]);
    assert_eq!((read.code, &*read.data), (Some(0), "true\n"), "{read:?}");
    assert!(read.messages.contains(note), "{read:?}");
    let write = on_a_read_only_mount(&world, &["t1", "-e", "AAPL_position.quantity = 7"]);
    write.failed(1, &[note, "read-only"]);
}

#[test]
fn a_session_that_has_as_many_writers_as_there_can_be_is_read_with_a_note() {
    let (world, _producer) = World::with_producer();
    let attach = || {
        Observer::builder()
            .dir(world.sessions())
            .writable()
            .attach("t1")
    };
    let writers: Vec<_> = std::iter::from_fn(|| attach().ok()).take(300).collect();
    assert_eq!(writers.len(), 254);
    let note = "\"t1\" has as many writers as there can be: it can be read but not written";
    let read = world.run(&["t1", "-e", "AAPL_position.quantity >= 0"]);
    assert_eq!((read.code, &*read.data), (Some(0), "true\n"), "{read:?}");
    assert!(read.messages.contains(note), "{read:?}");
    let write = world.run(&["t1", "-e", "AAPL_position.quantity = 7"]);
    write.failed(1, &[note, "read-only"]);
}

/// Presses Ctrl-C each time that a script has run for more than a second, until this is shown.
fn interrupt_until(terminal: &mut Terminal, shown: &str) {
    for _ in 0..20 {
        std::thread::sleep(std::time::Duration::from_millis(1500));
        if terminal.text().contains(shown) {
            break;
        }
        terminal.press(CTRL_C);
    }
    terminal.shows(shown);
}

#[test]
fn ctrl_c_pauses_a_trigger_whose_action_never_ends_and_the_prompt_has_its_keys_again() {
    let (world, _producer) = World::with_producer();
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.shows("t1>");
    terminal.line("every(1.ms, || loop {})");
    terminal.shows("trigger 1");
    terminal.line("40 + 2");
    // Only an action that went on for a second is taken for one that never ends.
    let paused = "was paused: its action was interrupted";
    interrupt_until(&mut terminal, paused);
    terminal.shows("42");
    terminal.line("trigger(1).reason == \"interrupted\"");
    terminal.shows("true");
}

#[test]
fn ctrl_c_pauses_a_trigger_whose_condition_never_ends_and_the_prompt_has_its_keys_again() {
    let (world, _producer) = World::with_producer();
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.shows("t1>");
    // One that is interrupted while it is defined is not there.
    terminal.line("when(|| loop {}).run(|| ())");
    terminal.shows("has been running for 1 s");
    terminal.press(CTRL_C);
    terminal.shows("interrupted");
    terminal.line("40 + 1");
    terminal.shows("41");
    terminal.line("when(|| AAPL_position.quantity == 900 && loop {}).run(|| ())");
    terminal.shows("trigger 2");
    terminal.line("AAPL_position.quantity = 900");
    let paused = "was paused: its condition was interrupted";
    interrupt_until(&mut terminal, paused);
    terminal.line("40 + 2");
    terminal.shows("42");
    terminal.line("trigger(2).reason == \"interrupted\"");
    terminal.shows("true");
    // What is resumed is asked again, and may be interrupted again.
    terminal.line("trigger(2).resume()");
    std::thread::sleep(std::time::Duration::from_millis(1500));
    terminal.press(CTRL_C);
    terminal.line("trigger(2).cancel(); 40 + 4");
    terminal.shows("44");
    // One is enough for all objects.
    terminal.line("when_each(\"Position\", |p| p.quantity == 901 && loop {}).run(|p| ())");
    terminal.shows("trigger 3");
    terminal.line("for p in obs.all(\"Position\") { p.quantity = 901 }");
    interrupt_until(&mut terminal, "note: trigger 3 (");
    terminal.line("40 + 5");
    terminal.shows("45");
    // A line that waits meanwhile ends as it does without a trigger.
    terminal.line("when(|| AAPL_position.quantity == 902 && loop {}).run(|| ())");
    terminal.shows("trigger 4");
    terminal.line("AAPL_position.quantity = 902; sleep(60); print(\"it went \" + \"on\")");
    interrupt_until(&mut terminal, "note: trigger 4 (");
    terminal.line("40 + 6");
    terminal.shows("46");
    assert!(!terminal.text().contains("it went on"));
}

#[test]
fn ctrl_c_ends_a_line_that_waits_beside_actions_that_take_their_time() {
    let (world, _producer) = World::with_producer();
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.shows("t1>");
    terminal.line("every(1.ms, || { for i in 0..200_000 { } }); ()");
    for (wait, sum) in [
        ("sleep(300.s)", "40 + 2"),
        ("wait_until(|| false, 300.s)", "40 + 3"),
    ] {
        terminal.line(wait);
        std::thread::sleep(std::time::Duration::from_millis(500));
        terminal.press(CTRL_C);
        terminal.shows("interrupted");
        terminal.line(sum);
        terminal.shows(&format!("\n4{}", &sum[5..]));
    }
}

#[test]
fn ctrl_c_ends_what_a_table_of_watches_waits_for() {
    let (world, _producer) = World::with_producer();
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.shows("t1>");
    terminal.line("fn f() { if AAPL_position.quantity == 900 { loop {} } 1 }");
    terminal.line(":watch f()");
    terminal.shows("watch 1;");
    terminal.line(":watch");
    terminal.shows("`:unwatch N`");
    world.run(&["set", "t1", "AAPL_position.quantity", "900"]);
    terminal.shows("^C stops it");
    terminal.press(CTRL_C);
    terminal.shows("interrupted, an");
    terminal.press("q");
    terminal.ends_with("t1>");
    // What never ends is not watched at all.
    terminal.line(":watch f()");
    std::thread::sleep(std::time::Duration::from_millis(500));
    terminal.press(CTRL_C);
    terminal.shows("interrupted\n");
    terminal.line(":unwatch 2");
    terminal.shows("there is no watch 2");
}

#[test]
fn ctrl_c_ends_a_script_whose_condition_never_ends() {
    let (world, _producer) = World::with_producer();
    let path = world.script(
        "endless.rhai",
        "when(|| AAPL_position.quantity == 900 && loop {}).run(|| ());\nevery(50.ms, || AAPL_position.quantity = 900);",
    );
    let mut command = world.command(&["run", &path, "--session", "t1"]);
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    eventually("the condition runs", || {
        processor_time(child.id()) >= std::time::Duration::from_millis(2500)
    });
    signal(child.id(), rustix::process::Signal::INT);
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

/// For how long the threads of a process have run.
fn processor_time(pid: u32) -> std::time::Duration {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter();
    let times = tasks.flatten().flatten().filter_map(|task| {
        let line = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    });
    std::time::Duration::from_nanos(times.sum())
}

#[test]
fn a_script_of_many_lines_is_interrupted_while_it_is_read() {
    let (world, _producer) = World::with_producer();
    let path = world.script("long.rhai", &"x = 1;\n".repeat(500_000));
    let mut command = world.command(&["run", &path, "--session", "t1"]);
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    // It has begun to read the script by then, which takes it many times as long.
    eventually("it reads the script", || {
        processor_time(child.id()) >= std::time::Duration::from_millis(500)
    });
    signal(child.id(), rustix::process::Signal::INT);
    let start = std::time::Instant::now();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(start.elapsed().as_secs() < 40, "{:?}", start.elapsed());
}
