//! Triggers of each kind in a program of their own, while a real producer is stopped, killed, ended and started again,
//! and while objects come and go.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStderr, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use memglass::{Observe, Session};
use rustix::process::Signal;

use super::support::{DEADLINE, World, eventually_seen, signal};
use super::terminal::Terminal;

#[derive(Observe, Clone, Copy, Default)]
struct Motor {
    speed: i64,
}

/// A script with its triggers, as a program.
struct Guard {
    child: Child,
    lines: Receiver<String>,
    messages: ChildStderr,
}

impl Guard {
    fn start(world: &World, script: &str) -> Guard {
        let script = world.script("guard.rhai", script);
        let mut command = world.command(&["run", &script, "--session", "t1"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        thread::spawn(move || {
            let lines = out.lines().map_while(Result::ok);
            lines
                .map(|line| sender.send(line))
                .take_while(Result::is_ok)
                .for_each(drop);
        });
        let messages = child.stderr.take().unwrap();
        Guard {
            child,
            lines,
            messages,
        }
    }

    /// The next lines are these, in any order: what one event causes.
    #[track_caller]
    fn tells(&self, expected: &[&str]) {
        let mut told: Vec<String> = Vec::new();
        while told.len() < expected.len() {
            match self.lines.recv_timeout(DEADLINE) {
                Ok(line) => told.push(line),
                Err(_) => panic!("{expected:?} expected, but only {told:?} came"),
            }
        }
        let mut sorted = expected.to_vec();
        sorted.sort_unstable();
        told.sort_unstable();
        assert_eq!(told, sorted);
    }

    /// Ends it with Ctrl-C; nothing else was told before. Gives its messages.
    #[track_caller]
    fn interrupted(mut self) -> String {
        signal(self.child.id(), Signal::INT);
        assert_eq!(self.child.wait().unwrap().code(), Some(130));
        let rest: Vec<String> = self.lines.iter().collect();
        assert_eq!(rest, [] as [&str; 0]);
        let mut messages = String::new();
        self.messages.read_to_string(&mut messages).unwrap();
        messages
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // It may have ended, which is as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Every kind of trigger on the quantity of `AAPL_position`, and one on the fate of the producer.
const ALL_KINDS: &str = r#"
let path = "AAPL_position.quantity";
watch(path, |c| print(`watch ${c.old} ${c.now}`));
when(path + " > 500").run(|| print("when"));
when(|| AAPL_position.quantity > 500).edges_only().run(|| print("closure"));
when_each("*_position", |o| o.quantity > 500 && o.quantity < 800).run(|o| print(`each ${o.label()}`));
always("AAPL_position.quantity < 900", "too much").run(|| print("always"));
let last = "alive";
every(20.ms, || {
    let state = producer().state;
    if state != last && state != "restarted" { last = state; print(`every ${state}`) }
});
when(|| producer().state == "crashed").run(|| print("crashed"));
after(1.ms, || print("after"));
print("ready");
"#;

#[test]
fn every_kind_of_trigger_outlives_a_producer_that_is_stopped_killed_and_started_again() {
    let world = World::new();
    let mut producer = world.producer("t1");
    let set = |quantity: i64| {
        world.data(&["set", "t1", "AAPL_position.quantity", &quantity.to_string()]);
    };
    set(100);
    let guard = Guard::start(&world, ALL_KINDS);
    guard.tells(&["after", "ready"]);
    for round in 0..2 {
        set(600);
        guard.tells(&["watch 100 600", "when", "closure", "each AAPL_position"]);
        signal(producer.pid(), Signal::STOP);
        guard.tells(&["every stopped"]);
        set(950);
        guard.tells(&["watch 600 950", "always"]);
        signal(producer.pid(), Signal::CONT);
        guard.tells(&["every alive"]);
        set(100);
        guard.tells(&["watch 950 100"]);
        set(700);
        guard.tells(&["watch 100 700", "when", "closure", "each AAPL_position"]);
        match round {
            0 => {
                producer.kill();
                guard.tells(&["every crashed", "crashed"]);
            }
            _ => {
                assert!(producer.terminate());
                guard.tells(&["every exited"]);
            }
        }
        // What was true of the old session is forgotten: it starts anew, at 100.
        producer = world.producer("t1");
        guard.tells(&["every alive"]);
    }
    let messages = guard.interrupted();
    assert_eq!(messages.matches("too much").count(), 2, "{messages}");
    // What the field was before it broke.
    assert!(
        messages.contains("AAPL_position.quantity: 100 at -"),
        "{messages}"
    );
    assert!(messages.contains("600 at -"), "{messages}");
}

#[test]
fn an_object_in_a_variable_of_the_session_before_makes_nothing_true() {
    let world = World::new();
    let mut producer = world.producer("t1");
    world.data(&["set", "t1", "AAPL_position.quantity", "600"]);
    let guard = Guard::start(
        &world,
        r#"
        let p = obs["AAPL_position"];
        let active = when(|| p.quantity > 500).run(|f| print("active"));
        let pending = when(|| p.quantity > 500).lasting(60.s).run(|f| print("pending"));
        let broken = always(|| p.quantity < 550, "too much");
        let paused = when(|| p.quantity > 500).run(|f| print("paused"));
        paused.pause();
        let interpreted = when(|| p.quantity > 500 && [p].len() == 1).run(|f| print("interpreted"));
        let named = when("AAPL_position.quantity > 500").run(|f| print("named"));
        let all = [active, pending, broken, interpreted];
        when(|| AAPL_position.quantity == 777).run(|f| {
            for t in all { print(`${t.state} ${t.reason.contains("session before")}`) }
            paused.resume();
            print(`${paused.state}, ${named.state}`);
        });
        print("ready");
        "#,
    );
    guard.tells(&["ready", "active", "interpreted", "named"]);
    producer.kill();
    producer = world.producer("t1");
    world.data(&["set", "t1", "AAPL_position.quantity", "777"]);
    let unknown = "error true";
    guard.tells(&["named", unknown, unknown, unknown, unknown, "error, active"]);
    let messages = guard.interrupted();
    assert_eq!(messages.matches("too much").count(), 1, "{messages}");
    producer.terminate();
}

#[test]
fn a_script_that_ends_itself_has_failed_if_it_expected_more() {
    let (world, _producer) = World::with_producer();
    let expects = |times: u64, end: &str| {
        let script = format!(
            "let t = when(\"AAPL_position.quantity > 5000\").run(|| ()); expect_fired(t, {times});\n{end}"
        );
        world.pipe(&["run", "-"], script.as_bytes())
    };
    for end in ["exit(0)", "exit()", "let e = after(20.ms, || exit(0));"] {
        let ran = expects(2, end);
        ran.failed(
            1,
            &[
                "expected the trigger",
                "to fire 2 times, and it fired never",
            ],
        );
        let ran = expects(0, end);
        assert_eq!((ran.code, &*ran.messages), (Some(0), ""), "{ran:?}");
    }
    assert_eq!(expects(2, "exit(7)").code, Some(7));
}

#[test]
fn a_trigger_that_is_made_after_the_producer_ended_says_so() {
    let (world, producer) = World::with_producer();
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.ends_with("t1>");
    producer.kill();
    terminal.line("");
    terminal.shows("[crashed]");
    for line in [
        "watch(\"AAPL_position.quantity\", |c| ())",
        "when(\"AAPL_position.quantity > 5\", |f| ())",
        "when_each(\"Position\", |p| p.quantity > 5).run(|p| ())",
    ] {
        terminal.line(":clear");
        terminal.line(line);
        terminal
            .shows("note: the producer has ended, so nothing happens until it is started again");
        let screen = terminal.text();
        assert!(!screen.contains("no object is named"), "{screen}");
    }
    terminal.line(":clear");
    terminal
        .line("after(1.min, || ()); when(|| producer().state == \"crashed\", |f| print(`42${1}`))");
    terminal.shows("421");
    let screen = terminal.text();
    assert!(!screen.contains("has ended"), "{screen}");
}

#[test]
fn the_first_trigger_after_attaching_again_knows_the_new_objects() {
    let (world, producer) = World::with_producer();
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.ends_with("t1>");
    producer.kill();
    let _next = world.producer("t1");
    terminal.shows(":reattach");
    terminal.line(":reattach");
    terminal.shows("attached to");
    terminal.line("when(\"AAPL_position.quantity > 100000\").run(|f| 1)");
    terminal.shows("trigger 1:");
    terminal.line("triggers()");
    terminal.until("its state", |screen| {
        screen.contains("[trigger 1:")
            && !screen.contains("no object is named")
            && !screen.contains("(error)")
    });
}

#[test]
fn the_first_trigger_after_a_restart_is_about_the_new_session_like_the_next_one() {
    let (world, producer) = World::with_producer();
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.ends_with("t1>");
    producer.kill();
    let _next = world.producer("t1");
    terminal.line("");
    terminal.ends_with("t1 [restarted]>");
    let when = "when(\"AAPL_position.quantity > 100000\", |f| 1);";
    terminal.line(&format!("{when} {when} sleep(100.ms);"));
    terminal.ends_with("t1>");
    terminal.line("triggers().map(|t| `${t.state} ${t.failures}`)");
    terminal.shows("[\"armed 0\", \"armed 0\"]");
}

#[test]
fn triggers_that_rest_do_not_keep_the_next_ones_from_the_new_objects() {
    let (world, producer) = World::with_producer();
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.ends_with("t1>");
    terminal.line("let t = when(\"AAPL_position.quantity > 100000\").run(|f| 1); t.pause();");
    terminal.ends_with("t1>");
    producer.kill();
    let _next = world.producer("t1");
    terminal.shows("`:reattach`");
    terminal.line(":reattach");
    terminal.shows("attached to");
    terminal.line("when_each(\"Position\", |p| p.quantity > 100000).run(|p| 1)");
    terminal.shows("trigger 2:");
    terminal.line("`kept ${history(\"AAPL_position.quantity\").len()}`");
    terminal.shows("kept 1");
}

#[test]
fn an_object_that_comes_back_is_another_one_to_every_kind_of_trigger() {
    let world = World::new();
    let builder = Session::builder("t1").dir(world.sessions());
    let session = builder.create().unwrap();
    let guard = Guard::start(
        &world,
        r#"
        watch("left_motor.speed", |c| print(`watch ${c.old} ${c.now}`))
            .appeared(|c| print(`appeared ${c.now}`))
            .vanished(|c| print(`vanished ${c.old}`));
        when("left_motor.speed > 500").run(|| print("when"));
        when("left_motor.speed > 500").edges_only().run(|| print("edge"));
        when("left_motor.speed > 500").once().run(|| print("once"));
        when_each("*_motor", |o| o.speed > 500).run(|o| print(`each ${o.label()}`));
        always("left_motor.speed < 900", "too fast").run(|| print("always"));
        print("ready");
        "#,
    );
    guard.tells(&["ready"]);
    // Each life begins above the limit, and then crosses it.
    let mut once = Some("once");
    for speed in [600, 700] {
        let motor = session.object("left_motor", Motor { speed }).unwrap();
        let appeared = format!("appeared {speed}");
        let mut expected = vec![appeared.as_str(), "when", "each left_motor"];
        expected.extend(once.take());
        guard.tells(&expected);
        motor.speed.set(1);
        guard.tells(&[&format!("watch {speed} 1")]);
        motor.speed.set(950);
        guard.tells(&["watch 1 950", "when", "edge", "each left_motor", "always"]);
        drop(motor);
        guard.tells(&["vanished 950"]);
    }
    let messages = guard.interrupted();
    assert_eq!(messages.matches("too fast").count(), 2, "{messages}");
}

#[test]
fn waiting_and_sleeping_go_on_across_a_restart_and_end_with_ctrl_c() {
    let world = World::new();
    let producer = world.producer("t1");
    let script = r#"
        print("ready");
        print(wait_until(|| AAPL_position.quantity == 777, 60.s));
        print(wait_until(|| producer().state == "crashed", 60.s));
        print(wait_until("AAPL_position.quantity == 778", 60.s));
        print(wait_until("AAPL_position.quantity == 1", 10.ms));
        sleep(1000.s);
    "#;
    let guard = Guard::start(&world, script);
    guard.tells(&["ready"]);
    let set = |quantity: &str| world.data(&["set", "t1", "AAPL_position.quantity", quantity]);
    set("777");
    guard.tells(&["true"]);
    producer.kill();
    guard.tells(&["true"]);
    let _next = world.producer("t1");
    set("778");
    guard.tells(&["true", "false"]);
    guard.interrupted();
}

#[test]
fn a_line_with_a_mistake_leaves_no_trigger() {
    let world = World::new();
    let _producer = world.producer("t1");
    let file = world.path().join("log.csv").display().to_string();
    for line in [
        format!("when(\"AAPL_position.quantity > 500\").log({file:?}).lastin(1.s)"),
        format!("when(\"AAPL_position.quantity > 500\").log({file:?}).lasting(\"1s\").run(|| ())"),
        "watch(\"AAPL_position.quantity\", |c| ()).onec()".to_owned(),
        "every(1.s, || ()); nonsense".to_owned(),
    ] {
        let mut terminal = Terminal::open(&world, &["t1"]);
        terminal.ends_with("t1>");
        terminal.line(&line);
        terminal.shows("error: ");
        terminal.ends_with("t1>");
        terminal.line("77000 + triggers().filter(|t| t.state != \"done\").len()");
        terminal.shows("77000");
    }
}

#[test]
fn each_restart_is_one_end_and_one_beginning() {
    let world = World::new();
    let mut producer = world.producer("t1");
    let guard = Guard::start(
        &world,
        "watch(\"AAPL_position.quantity\", |c| ()).appeared(|| print(\"came\")).vanished(|| print(\"went\"));
         when_each(\"Position\", \"quantity > 50\").once().run(|o| ());
         print(\"ready\")",
    );
    guard.tells(&["ready"]);
    for turn in 0..10 {
        producer.kill();
        // The new one comes at another moment of each look.
        thread::sleep(Duration::from_millis(7 * turn));
        producer = world.producer("t1");
        guard.tells(&["went", "came"]);
    }
    thread::sleep(Duration::from_millis(100));
    let messages = guard.interrupted();
    assert_eq!(messages.matches("was restarted").count(), 10, "{messages}");
}

/// A script that has had its hands on a session in every way that keeps nothing of it.
const TOUCHES_ALL: &str = r#"
AAPL_position.quantity = 100;
print(AAPL_position.quantity);
let p = "AAPL_position";
let history = obs[p].history("quantity");
watch("AAPL_position", |c| ());
watch("*_quote.bid_price", |c| ());
when("AAPL_position.quantity > 500").with_history(5.s).run(|f| AAPL_position.quantity = 100);
when(|| obs[p].quantity > 500).run(|| ());
when_each("*_position", |o| o.quantity > AAPL_position.quantity).run(|o| ());
always("AAPL_position.quantity < 900", "too much");
every(20.ms, || if producer().state == "alive" { print(producer().pid) });
"#;

#[test]
fn nothing_of_a_session_that_is_over_is_kept() {
    let world = World::new();
    let mut producer = world.producer("t1");
    let guard = Guard::start(&world, TOUCHES_ALL);
    let attached_to = |pid: u32| {
        let is_it = |line: String| line == pid.to_string();
        let mut told = std::iter::from_fn(|| guard.lines.recv_timeout(DEADLINE).ok());
        assert!(told.any(is_it), "never attached to {pid}");
    };
    for _ in 0..2 {
        attached_to(producer.pid());
        producer.kill();
        producer = world.producer("t1");
    }
    attached_to(producer.pid());
    let kept = || old_files(guard.child.id(), &world.sessions());
    eventually_seen(
        "nothing is kept",
        || kept().is_empty(),
        || kept().join("\n"),
    );
}

/// What a process has mapped or open of files in this directory that are not there any more.
fn old_files(pid: u32, dir: &Path) -> Vec<String> {
    let maps = std::fs::read_to_string(format!("/proc/{pid}/maps")).unwrap();
    let open = std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap();
    let open = open.filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok());
    let open = open.map(|path| path.display().to_string());
    let all = maps.lines().map(str::to_owned).chain(open);
    let dir = dir.display().to_string();
    all.filter(|line| line.contains(&dir) && line.ends_with("(deleted)"))
        .collect()
}

/// Triggers that never rest: reports, firings, writes, histories.
const BUSY: &str = r#"
let n = 0;
watch("*_quote", |c| n += 1);
when_each("*_quote", |q| q.bid_size % 2 == 0).run(|q| n += 1);
when("AAPL_quote.bid_price % 2 == 0").with_history(5.s).run(|f| n += f.history.len());
always("AAPL_quote.ask_price > AAPL_quote.bid_price", "crossed");
every(1.ms, || AAPL_position.quantity = 100 + n % 100);
every(500.ms, || print(n));
()
"#;

/// Memory that may be used more at the end than after the warm-up: histories that fill up, and an allocator's habits.
const MARGIN_KIB: u64 = 8 << 10;

/// Ten seconds by default, ten minutes with `MEMGLASS_FULL`.
#[test]
fn triggers_that_fire_without_a_pause_take_no_more_memory_with_time() {
    let rounds = match std::env::var_os("MEMGLASS_FULL") {
        Some(_) => 1_200,
        None => 12,
    };
    let world = World::new();
    let _producer = world.producer("t1");
    let guard = Guard::start(&world, BUSY);
    let mut counts = Vec::new();
    let mut used = 0;
    for round in 0..rounds {
        let line = guard.lines.recv_timeout(DEADLINE).unwrap();
        counts.push(line.parse::<u64>().unwrap());
        if round == 6 {
            used = resident_kib(guard.child.id());
        }
    }
    let more = resident_kib(guard.child.id()).saturating_sub(used);
    assert!(more < MARGIN_KIB, "{more} KiB more after {counts:?}");
    assert!(counts.is_sorted_by(|one, next| one < next), "{counts:?}");
    signal(guard.child.id(), Signal::INT);
}

fn resident_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1));
    kib.unwrap().parse().unwrap()
}

#[test]
fn mistakes_in_a_condition_about_many_objects_are_told_when_it_is_defined() {
    let world = World::new();
    let builder = Session::builder("t1").dir(world.sessions());
    let session = builder.create().unwrap();
    let _motor = session.object("left_motor", Motor::default()).unwrap();
    for (line, words) in [
        (
            "when_each(\"Motor\", |o| o.sped > 5).run(|| ())",
            "did you mean \"speed\"?",
        ),
        (
            "when_each(\"*_motor\", |o| o.sped > 5).run(|| ())",
            "did you mean \"speed\"?",
        ),
        (
            "when_each(\"Motor\", \"sped > 5\").run(|| ())",
            "did you mean \"speed\"?",
        ),
        (
            "when_each(\"Motor\", \"speed > 5\").rearm(\"sped < 3\").run(|| ())",
            "did you mean \"speed\"?",
        ),
        ("sleep(-1.s)", "-1s is not a duration"),
    ] {
        let ran = world.run(&["t1", "-e", line]);
        assert!(ran.messages.contains(words), "{line}: {ran:?}");
        assert_ne!(ran.code, Some(0));
    }
}

#[test]
fn a_condition_that_is_a_text_names_the_fields_of_each_object() {
    let (world, _producer) = World::with_producer();
    let script = world.script(
        "texts.rhai",
        "let seen = [];
         let each = |o| seen.push(o.label());
         // One is compiled, and a script answers the other.
         let compiled = when_each(\"*_position\", \"quantity > 500\").rearm(\"quantity < 200\").run(each);
         let asked = when_each(\"Position\", \"quantity > 500 && [quantity].some(|q| q > 500)\").run(each);
         AAPL_position.quantity = 700;
         wait_until(|| compiled.fired == 1 && asked.fired == 1, 10.s);
         compiled.pause(); asked.pause();
         let all = `${compiled.judged.starts_with(\"compiled\")} ${asked.judged.starts_with(\"interpreted\")} ${seen} ${compiled.about}`;
         print(all); exit(0)",
    );
    assert_eq!(
        world.data(&["run", &script]),
        "true true [\"AAPL_position\", \"AAPL_position\"] *_position: quantity > 500\n"
    );
}

#[test]
fn a_mistake_in_a_text_is_told_at_the_line_that_has_the_text() {
    let (world, _producer) = World::with_producer();
    for line in [
        "when(\"nonsense > 3\").run(|| ())",
        "when(\"AAPL_position.quantity > 3 && \").run(|| ())",
        "when_each(\"Position\", \"quantit > 3\").run(|| ())",
        "when_each(\"Position\", \"quantity > `${nonsense}`\").run(|| ())",
        "always(\"nonsense > 3\", \"\")",
    ] {
        let text = format!("// one\nlet two = 2;\n{line};\nexit(0)");
        let script = world.script("mistake.rhai", &text);
        let told = world.run(&["run", &script]).messages;
        assert!(told.contains("mistake.rhai:3:"), "{line}: {told}");
    }
    // What only an evaluation finds out is told as what is so now.
    let line = "when_each(\"Position\", \"[1].some(|q| q > nonsense)\").run(|| ())";
    let told = world.run(&["t1", "-e", line, "-e", "exit(0)"]).messages;
    assert!(
        told.contains("unknown now: ") && told.contains("nonsense"),
        "{told}"
    );
}

#[test]
fn a_rate_that_is_said_later_counts_from_then_on_and_ends_with_its_trigger() {
    let (world, _producer) = World::with_producer();
    let script = world.script(
        "rates.rhai",
        "fn samples(time) { let before = sampler().ticks; sleep(time); sampler().ticks - before }
         let slow = watch(\"order_12345.quantity\", |c| ());
         let at_first = samples(100.ms);
         let fast = watch(\"order_12345.order_id\", |c| ());
         fast.rate(\"spin\");
         let spinning = samples(100.ms);
         let before = sampler().ticks;
         let busy = timestamp(); while busy.elapsed < 0.1 { }
         let beside = sampler().ticks - before;
         fast.cancel();
         samples(10.ms);
         let slower = samples(100.ms);
         slow.cancel();
         `${at_first > 0} ${spinning > 10 * at_first} ${beside > 5 * at_first} ${spinning > 10 * slower}`",
    );
    assert_eq!(world.data(&["run", &script]), "true true true true\n");
}

#[test]
fn what_is_watched_and_not_there_is_told() {
    let (world, _producer) = World::with_producer();
    for (line, note) in [
        (
            "watch(\"AAPL_positon.quantity\", |c| ()); exit(0)",
            "note: no object is named \"AAPL_positon\" yet, so nothing is reported until there is one; did you mean \"AAPL_position\"?\n",
        ),
        (
            "watch(\"*_positon.quantity\", |c| ()); exit(0)",
            "note: no object has a label like \"*_positon\" yet, so nothing happens until there is one; did you mean \"*_position\"?\n",
        ),
        (
            "watch(\"Positon.quantity\", |c| ()); exit(0)",
            "note: no object is named \"Positon\" yet, so nothing is reported until there is one; did you mean \"Position\"?\n",
        ),
        ("watch(\"*_position.quantity\", |c| ()); exit(0)", ""),
        (
            "when(\"Position.quantity > 3\").run(|| ()); exit(0)",
            "note: no object is named \"Position\" yet, so the condition is unknown until there is one; `when_each(\"Position\", …)` is about each object of that type\n",
        ),
    ] {
        let ran = world.run(&["t1", "-e", line]);
        assert_eq!((ran.code, ran.messages.as_str()), (Some(0), note), "{line}");
    }
}

#[test]
fn what_actions_define_again_and_again_is_told_once_in_a_while() {
    let (world, _producer) = World::with_producer();
    let script = world.script(
        "again.rhai",
        "every(1.ms, || { when(\"nobody.x > 1\").once().run(|| ()); }); sleep(300.ms); exit(0)",
    );
    let ran = world.run(&["run", "--session", "t1", &script]);
    let notes = ran
        .messages
        .matches("no object is named \"nobody\" yet")
        .count();
    assert_eq!((ran.code, notes), (Some(0), 1), "{ran:?}");
}

#[test]
fn an_action_that_fails_for_each_object_is_told_once() {
    let world = World::new();
    let session = Session::builder("t1").dir(world.sessions());
    let session = session.create().unwrap();
    let _motors = ["a", "b", "c"].map(|label| session.object(label, Motor::default()).unwrap());
    let script = world.script(
        "failing.rhai",
        "let t = when_each(\"Motor\", |o| o.speed == 0).run(|o| throw `no oil in ${o.label()}`);
         wait_until(|| t.errors == 3, 60.s); print(t.errors); exit(0)",
    );
    let ran = world.run(&["run", "--session", "t1", &script]);
    let told = ran.messages.matches("no oil in").count();
    assert_eq!((ran.data.as_str(), told), ("3\n", 1), "{ran:?}");
}

#[test]
fn two_places_that_fail_through_one_function_are_two() {
    let (world, _producer) = World::with_producer();
    let script = world.script(
        "failing.rhai",
        "fn fail(what) { throw what }
         let n = 0;
         let t = every(1.ms, || { n += 1; if n % 2 == 0 { fail(\"even\") } else { fail(\"odd\") } });
         wait_until(|| t.errors > 3, 60.s); exit(0)",
    );
    let ran = world.run(&["run", "--session", "t1", &script]);
    let told = ["even", "odd"].map(|word| ran.messages.matches(word).count());
    assert_eq!(told, [1, 1], "{ran:?}");
}

#[test]
fn what_a_trigger_does_not_tell_is_refused() {
    let (world, _producer) = World::with_producer();
    for (trigger, words) in [
        (
            "when(\"AAPL_position.quantity > 0\").run(|f| f.history)",
            "`.with_history(5.s)` before `.run` keeps it",
        ),
        (
            "watch(\"engine_stats.ticks\", |c| c.history)",
            "`watch` gives its action no `history`",
        ),
        (
            "watch(\"engine_stats.ticks\", |c| c.values)",
            "a change has `old` and `now`",
        ),
        (
            "every(1.ms, |f| f.now)",
            "`every` gives its action no `now`",
        ),
    ] {
        let script = format!("let t = {trigger}; wait_until(|| t.errors > 0, 60.s); exit(0)");
        let ran = world.run(&["t1", "-e", &script]);
        assert!(ran.messages.contains(words), "{trigger}: {ran:?}");
    }
}

#[test]
fn a_history_is_a_list_of_its_values() {
    let (world, _producer) = World::with_producer();
    let script = world.script(
        "history.rhai",
        "let h = history(\"engine_stats.ticks\");
         wait_until(|| h.len() > 5, 10.s);
         let all = h.values();
         let n = 0;
         for value in h { n += 1; }
         let times = h.table();
         `${h[0] == all[0]} ${n >= all.len()} ${type_of(h[-1]) == type_of(all[0])}`",
    );
    assert_eq!(world.data(&["run", &script]), "true true true\n");
    let beyond = world.run(&["t1", "-e", "history(\"order_12345.quantity\")[5]"]);
    assert!(beyond.messages.contains("index 5"), "{beyond:?}");
}

#[test]
fn a_trigger_shows_the_settings_that_it_was_given() {
    let (world, _producer) = World::with_producer();
    let make = "let t = when(\"order_12345.quantity > 5\").lasting(200).rate(100.hz)
                    .rearm(|| 1 > 2).once().queue(3).with_history(5.s).run(|f| ()); every(1.s, || ());";
    let ran = world.run(&[
        "t1",
        "-e",
        &format!("{make} t.settings"),
        "-e",
        ":triggers",
        "-e",
        "exit(0)",
    ]);
    let settings = "lasting 200s, rate each 10ms, rearm || 1 > 2, once, queue 3, with_history 5s";
    assert!(ran.data.starts_with(&format!("{settings}\n")), "{ran:?}");
    assert!(ran.data.contains("settings"), "{ran:?}");
    let shown = world.data(&["t1", "-e", &format!("{make} print(t); exit(0)")]);
    let line = format!("trigger 1: when order_12345.quantity > 5, {settings} (");
    assert!(shown.starts_with(&line), "{shown}");
    let plain = world.data(&[
        "t1",
        "-e",
        "every(1.s, || ()); ()",
        "-e",
        ":triggers",
        "-e",
        "exit(0)",
    ]);
    assert!(!plain.contains("settings"), "{plain}");
}

#[test]
fn what_a_trigger_is_asked_and_told_is_called_as_it_is_written() {
    let (world, _producer) = World::with_producer();
    let make = "let t = after(1.h, || ());";
    for property in memglass_syntax::properties::OF_TRIGGERS {
        let ask = format!("{make} t.{property}; exit(0)");
        assert_eq!(world.run(&["t1", "-e", &ask]).code, Some(0), "{property}");
    }
    for (line, tip) in [
        ("t.fired()", "read without parentheses: `.fired`"),
        ("t.cancel", "a function is called: `t.cancel()`"),
        ("t.stop()", "`t.cancel()` ends a trigger"),
        (
            "history(\"order_12345.quantity\").mean",
            "called: `h.mean()`",
        ),
        (
            "order_12345.snapshot",
            "a function is called: `p.snapshot()`",
        ),
    ] {
        world
            .run(&["t1", "-e", &format!("{make} {line}")])
            .failed(1, &[tip]);
    }
}

#[test]
fn triggers_that_have_ended_are_counted() {
    let (world, _producer) = World::with_producer();
    let make = "for n in 0..300 { watch(\"order_12345.quantity\", |c| ()).cancel(); } every(1.s, || ()); ()";
    let living = world.run(&["t1", "-e", make, "-e", ":triggers", "-e", "exit(0)"]);
    assert!(living.messages.contains("300 have ended"), "{living:?}");
    assert!(
        living.data.contains("every") && !living.data.contains("watch"),
        "{living:?}"
    );
    let all = world.run(&["t1", "-e", make, "-e", ":triggers all", "-e", "exit(0)"]);
    assert!(
        all.data.contains("every") && all.data.contains("watch"),
        "{all:?}"
    );
}

#[test]
fn a_trigger_that_has_ended_has_no_file_open() {
    let world = World::new();
    let _producer = world.producer("t1");
    let log = world.path().join("fired_").display().to_string();
    let script = format!(
        "let path = \"order_12345.quantity\";
         watch(path, |c| ()).log({log:?} + \"1.csv\").cancel();
         when(path + \" > 0\").log({log:?} + \"2.csv\").cancel();
         when(path + \" > 0\").once().log({log:?} + \"3.csv\").run(|| print(\"fired\"));
         after(50.ms, || print(\"ready\"));
         every(1.s, || ()); ()"
    );
    let guard = Guard::start(&world, &script);
    guard.tells(&["fired", "ready"]);
    let open = std::fs::read_dir(format!("/proc/{}/fd", guard.child.id())).unwrap();
    let open = open.filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok());
    let logs: Vec<_> = open
        .filter(|path| path.display().to_string().contains("fired_"))
        .collect();
    assert!(logs.is_empty(), "{logs:?}");
    assert!(Path::new(&format!("{log}3.csv")).exists());
}
