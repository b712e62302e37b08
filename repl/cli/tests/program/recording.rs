//! `memglass record`, `memglass play`, and everything else on a recording.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use memglass::{Object, Observe, Session};
use rustix::process::Signal;

use super::commands::ON_A_REPLAY;
use super::page;
use super::support::{Ran, World, eventually, signal};
use super::terminal::Terminal;

#[derive(Observe, Clone, Copy, Default)]
pub(super) struct Motor {
    pub(super) speed: i64,
}

/// A world in which the test itself is the producer of `t1`, with one motor.
fn producing() -> (World, Session, Object<Motor>) {
    let world = World::new();
    let session = Session::builder("t1")
        .dir(world.sessions())
        .create()
        .unwrap();
    let motor = session.object("motor", Motor::default()).unwrap();
    (world, session, motor)
}

pub(super) fn file(world: &World) -> String {
    world.path().join("run.mcap").display().to_string()
}

/// A recorder that has begun.
fn recorder(world: &World) -> Child {
    let mut command: Command = world.command(&["record", "t1", "-o", &file(world)]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    begins(&file(world));
    child
}

/// Waits until the state at the beginning is in the file: its first chunk.
fn begins(path: &str) {
    const CHUNK: u8 = 6;
    let has_chunk = |file: &[u8]| {
        let mut rest = file.get(8..).unwrap_or_default();
        while let Some((head, behind)) = rest.split_first_chunk::<9>() {
            if head[0] == CHUNK {
                return true;
            }
            let len = u64::from_le_bytes(head[1..].try_into().unwrap());
            rest = behind.get(len as usize..).unwrap_or_default();
        }
        false
    };
    let mut before = 0;
    eventually("the recorder has begun", || {
        let file = fs::read(path).unwrap_or_default();
        // All that comes with the chunk is there too.
        let is_over = std::mem::replace(&mut before, file.len()) == file.len();
        std::thread::sleep(Duration::from_millis(30));
        is_over && has_chunk(&file)
    });
}

/// Changes something and waits until that is recorded: until the file has grown.
fn recorded_change<T>(world: &World, change: impl FnOnce() -> T) -> T {
    let len = || fs::metadata(file(world)).unwrap().len();
    let before = len();
    let changed = change();
    eventually("the file has grown", || len() > before);
    // On a busy machine it also grows by what was late.
    std::thread::sleep(BEFORE);
    changed
}

/// A part of a recording in which nothing changes.
const BEFORE: Duration = Duration::from_millis(500);

/// A recording in which the speed went to 500.
pub(super) fn recorded() -> (World, Session, Object<Motor>) {
    let (world, session, motor) = producing();
    let child = recorder(&world);
    std::thread::sleep(BEFORE);
    recorded_change(&world, || motor.speed.set(500));
    signal(child.id(), Signal::INT);
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(0), "{}", ran.messages);
    assert!(ran.messages.contains("recorded"), "{}", ran.messages);
    (world, session, motor)
}

#[test]
fn a_recording_answers_as_the_session_did() {
    let (world, session, _motor) = recorded();
    drop(session);
    let run = file(&world);
    assert_eq!(world.data(&[&run, "get", "motor.speed"]), "500\n");
    assert_eq!(world.data(&[&run, "-e", "motor.speed + 1"]), "501\n");
    // It may stand where a session may.
    let now = world.path().join("now.mcap").display().to_string();
    world.data(&["save", &run, &now]);
    for recording in [&run, &now] {
        assert_eq!(world.data(&["get", recording, "motor.speed"]), "500\n");
        let listed = world.data(&["objects", recording]);
        assert!(listed.contains("motor"), "{listed}");
        let types = world.data(&["types", recording]);
        assert!(types.contains("Motor"), "{types}");
    }
    world
        .run(&[&run, "set", "motor.speed", "1"])
        .failed(1, &["replay of a recording"]);
}

#[test]
fn the_prompt_moves_through_a_recording() {
    let (world, _session, _motor) = recorded();
    let mut terminal = Terminal::open(&world, &[&file(&world)]);
    terminal.shows(":seek");
    terminal.line("motor.speed");
    terminal.shows("500");
    terminal.line(":seek start");
    terminal.shows("at 0.0 s");
    terminal.line("motor.speed + 1000");
    terminal.shows("1000");
    terminal.line(":seek 0.2");
    terminal.shows("at 0.2 s");
    terminal.line(":seek 99:00");
    terminal.shows("is no time");
    terminal.line(":seek end");
    terminal.line("motor.speed + 1");
    terminal.shows("501");
    terminal.line("motor.speed = 3");
    terminal.shows("replay of a recording");
}

#[test]
fn a_branch_is_written_until_it_is_left() {
    let (world, _session, _motor) = recorded();
    let run = file(&world);
    let before = fs::read(&run).unwrap();
    let lines = [
        "motor.speed = 700",
        "motor.speed + 1",
        ":seek start",
        "motor.speed + 2",
    ];
    let lines = lines.map(|line| ["-e", line]).concat();
    let ran = world.run(&[&[&*run, "--what-if"], &*lines].concat());
    assert_eq!((ran.code, &*ran.data), (Some(0), "701\n2\n"), "{ran:?}");
    let left = "what was written to 1 object is gone";
    assert!(
        ran.messages.contains("at 0.0 s, paused, what-if"),
        "{ran:?}"
    );
    assert!(ran.messages.contains(left), "{ran:?}");

    let mut terminal = Terminal::open(&world, &["--what-if", &run]);
    terminal.shows("what-if]>");
    terminal.line("motor.speed = 700");
    terminal.line("motor.speed + 1000");
    terminal.shows("1700");
    terminal.line(":view");
    terminal.shows("Objects 1");
    terminal.shows("replay at");
    terminal.shows("what-if");
    terminal.press("q");
    terminal.until("the prompt", |screen| !screen.contains("Objects 1"));
    terminal.line(":seek -10s");
    // The line is wrapped.
    terminal.shows("is gone");
    terminal.line("motor.speed + 2000");
    terminal.shows("2000");
    assert_eq!(fs::read(&run).unwrap(), before, "the file stays as it is");
}

#[test]
fn a_published_branch_is_everybodys_and_says_so() {
    let (world, _session, _motor) = recorded();
    let run = file(&world);
    let mut play = world.command(&["play", &run, "--what-if", "--publish", "branch"]);
    let mut player = play.stderr(Stdio::null()).spawn().unwrap();
    let lists = || world.run(&["ls"]).data.contains("branch");
    eventually("it is played", lists);
    assert!(world.data(&["ls"]).contains(", what-if"));
    world.data(&["branch", "set", "motor.speed", "800"]);
    // Until the recording changes it, or ends.
    assert_eq!(world.data(&["branch", "get", "motor.speed"]), "800\n");
    signal(player.id(), Signal::INT);
    player.wait().unwrap();
}

#[test]
fn a_script_tries_out_what_would_have_happened() {
    let (world, _session, _motor) = recorded();
    let run = file(&world);
    let script = world.script(
        "what_if.rhai",
        "let fired = when(\"motor.speed > 600\").run(|f| print(\"fast\"));\nmotor.speed = 700;\nsleep(100.ms);\nfired.cancel();",
    );
    let line = ["run", &*script, "--replay", &*run];
    world.run(&line).failed(1, &["--what-if"]);
    let ran = world.run(&[&line[..], &["--what-if"]].concat());
    assert_eq!((ran.code, &*ran.data), (Some(0), "fast\n"), "{ran:?}");
}

#[test]
fn nothing_but_a_recording_has_branches() {
    let (world, _session, _motor) = producing();
    let why = ["--what-if is for", "on a recording"];
    world.run(&["t1", "--what-if", "-e", "1"]).failed(2, &why);
    world.run(&["ls", "--what-if"]).failed(2, &why);
}

#[test]
fn commands_about_replays_say_what_is_missing_on_a_live_session() {
    let (world, _session, _motor) = producing();
    world
        .run(&["t1", "-e", ":seek 3"])
        .failed(2, &["this session is live", "memglass run.mcap"]);
    world
        .run(&["t1", "-e", ":pause 3"])
        .failed(2, &["`trigger(3).pause()`"]);
}

#[test]
fn every_example_about_replays_works_on_one() {
    let (world, _session, _motor) = recorded();
    let run = file(&world);
    let page = page::read();
    let commands = page
        .iter()
        .filter(|command| ON_A_REPLAY.contains(&&*command.name));
    let examples: Vec<&String> = commands.flat_map(|command| &command.examples).collect();
    assert!(examples.len() > 8, "{examples:?}");
    for example in examples {
        let example = &example.replace("AAPL_position.quantity > 500", "motor.speed >= 500");
        let ran = world.run(&[&run, "-e", ":seek start", "-e", example]);
        assert_eq!((ran.code, &*ran.data), (Some(0), ""), "{example}: {ran:?}");
        assert!(
            ran.messages.contains("replay of run.mcap"),
            "{example}: {ran:?}"
        );
    }
}

#[test]
fn time_at_a_replay_is_that_of_the_recording() {
    let (world, _session, _motor) = recorded();
    let run = file(&world);
    // Nothing passes while it stands still, and nobody waits for that.
    let ran = world.run(&[
        &run,
        "-e",
        "let a = now(); now() - a == 0.s",
        "-e",
        "after(1.ms, || print(1)); ()",
    ]);
    assert_eq!((ran.code, &*ran.data), (Some(0), "true\n"), "{ran:?}");
    world
        .run(&[&run, "-e", "sleep(1.s)"])
        .failed(1, &["the replay stands still", ":play"]);
    // Five times as fast: half of the recording has passed after a tenth of its time.
    let script = r#"
        let start = now();
        every(10.ms, || ());
        let reached = wait_until("motor.speed == 500", 1.h);
        print(reached && now() - start > 10.ms);
        print(trigger(1).fired > 0);
    "#;
    let ran = world.run(&[
        &run,
        "-e",
        ":seek start",
        "-e",
        ":speed 5",
        "-e",
        ":play",
        "-e",
        script,
    ]);
    assert_eq!((ran.code, &*ran.data), (Some(0), "true\ntrue\n"), "{ran:?}");
    // Steps are time that passes, and seeking is not.
    let ran = world.run(&[
        &run,
        "-e",
        ":seek start",
        "-e",
        "let a = now();",
        "-e",
        ":seek end",
        "-e",
        "print(now() - a == 0.s);",
        "-e",
        ":seek start",
        "-e",
        ":step",
        "-e",
        ":step",
        "-e",
        "print(now() - a > 0.s);",
    ]);
    assert_eq!((ran.code, &*ran.data), (Some(0), "true\ntrue\n"), "{ran:?}");
}

#[test]
fn the_view_moves_a_replay_and_shows_all_of_it() {
    let (world, session, motor) = producing();
    let child = recorder(&world);
    std::thread::sleep(BEFORE);
    let second = || session.object("second", Motor::default()).unwrap();
    let second = recorded_change(&world, second);
    recorded_change(&world, || motor.speed.set(500));
    recorded_change(&world, || drop(second));
    signal(child.id(), Signal::INT);
    child.wait_with_output().unwrap();
    let mut terminal = Terminal::open_sized(&world, &[&file(&world)], 100, 30);
    terminal.shows(":seek");
    terminal.line("when(\"motor.speed == 500\").run(|| ());");
    terminal.line(":seek start");
    terminal.line(":view");
    terminal.shows("* replay at 0.0 s");
    terminal.shows("Space play");
    // Seconds ago by the clock, and hardly any by that of the recording.
    terminal.until("its age then", |screen| {
        let has = |line: &str, age| line.contains(">+motor") && line.contains(age);
        screen
            .lines()
            .any(|line| has(line, " 0s") || has(line, " 1s"))
    });
    // Drawn in ASCII here: `o` is what fired.
    let bar = |screen: &str| screen.lines().nth(1).unwrap_or_default().to_owned();
    terminal.until("marks of what came and went", |screen| {
        bar(screen).contains('+') && bar(screen).contains('x')
    });
    terminal.press("}");
    terminal.shows("plays x2");
    terminal.press(".");
    terminal.press(" ");
    terminal.until("its end", |screen| {
        bar(screen).contains('o')
            && bar(screen).trim_end().contains("* ")
            && !screen.contains("playing")
    });
    terminal.press("(");
    terminal.shows("* replay at 0.0 s");
    terminal.press("q");
}

#[test]
fn the_view_goes_through_the_changes_of_what_is_watched_in_a_recording() {
    let (world, session, motor) = producing();
    let child = recorder(&world);
    // More than is looked through at first.
    std::thread::sleep(Duration::from_millis(1_200));
    recorded_change(&world, || motor.speed.set(500));
    let other = || session.object("other", Motor::default()).unwrap();
    let _other = recorded_change(&world, other);
    recorded_change(&world, || motor.speed.set(700));
    signal(child.id(), Signal::INT);
    child.wait_with_output().unwrap();
    let watching = ["view", &file(&world), "--watch", "motor.speed"];
    let mut terminal = Terminal::open_sized(&world, &watching, 120, 30);
    terminal.shows("700");
    let position = |terminal: &mut Terminal| {
        let screen = terminal.with_screen(|screen| screen.contents());
        let (_, at) = screen.split_once("* replay at ").expect("a replay");
        at.split_once(" s")
            .expect("seconds")
            .0
            .parse::<f64>()
            .unwrap()
    };
    let watched = |screen: &str, value: &str| {
        let row = screen.lines().find(|line| line.contains(" motor.speed "));
        row.is_some_and(|row| row.split_whitespace().any(|word| word == value))
    };
    let mut places = vec![position(&mut terminal)];
    for (key, told, value) in [
        ("[", "run.mcap at", "700"),
        ("[", "run.mcap at", "500"),
        (
            "[",
            "nothing that is watched changed up to here; replay of run.mcap at 0.0 s",
            "0",
        ),
        ("[", "the recording begins here", "0"),
        ("]", "run.mcap at", "500"),
        ("]", "run.mcap at", "700"),
        (
            "]",
            "nothing that is watched changed up to here; replay of run.mcap at",
            "700",
        ),
        ("]", "the recording ends here", "700"),
    ] {
        terminal.press(key);
        let place = |screen: &str| {
            screen
                .lines()
                .last()
                .is_some_and(|line| line.contains(told))
        };
        terminal.until(told, |screen| place(screen) && watched(screen, value));
        places.push(position(&mut terminal));
    }
    let [end, second, first, start, ..] = places[..] else {
        panic!("{places:?}");
    };
    assert!(
        start == 0.0 && first > 1.0 && second > first && end > second,
        "{places:?}"
    );
    assert_eq!(places[5..], [first, second, end, end], "{places:?}");
    // What was seen is listed with times of the recording, and leads there.
    terminal.press("3");
    terminal.press("\r");
    terminal.shows("seen");
    terminal.press("j\r");
    terminal.until("the first change", |screen| watched(screen, "500"));
    assert_eq!(position(&mut terminal), first);
    terminal.press("q");
}

#[test]
fn a_killed_recorder_leaves_a_recording() {
    let (world, _session, motor) = producing();
    let mut child = recorder(&world);
    motor.speed.set(7);
    // So much is lost at most.
    std::thread::sleep(Duration::from_secs(1));
    signal(child.id(), Signal::KILL);
    child.wait().unwrap();
    let ran = world.run(&[&file(&world), "get", "motor.speed"]);
    assert_eq!((ran.code, &*ran.data), (Some(0), "7\n"), "{}", ran.messages);
    assert!(ran.messages.contains("cut off"), "{}", ran.messages);
    let ran = world.run(&[&file(&world), "get", "motor.speed"]);
    assert_eq!((ran.code, &*ran.messages), (Some(0), ""));
}

#[test]
fn the_end_of_the_producer_ends_the_recording() {
    let (world, session, motor) = producing();
    let child = recorder(&world);
    drop((session, motor));
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(0), "{}", ran.messages);
    assert!(
        ran.messages.contains("the producer has ended"),
        "{}",
        ran.messages
    );
}

#[test]
fn a_file_is_never_overwritten_and_a_foreign_one_is_refused() {
    let (world, _session, _motor) = producing();
    fs::write(file(&world), "hello").unwrap();
    world
        .run(&["record", "t1", "-o", &file(&world)])
        .failed(1, &["is there already"]);
    world.run(&[&file(&world)]).failed(1, &["no MCAP file"]);
    assert_eq!(fs::read_to_string(file(&world)).unwrap(), "hello");
}

#[test]
fn a_played_recording_is_a_session_that_says_what_it_is() {
    let (world, _session, _motor) = recorded();
    let arguments = ["play", &file(&world), "--publish", "yesterday", "--loop"];
    let mut child = world
        .command(&arguments)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    eventually("the replay is listed", || {
        world.data(&["ls"]).contains("replay of run.mcap")
    });
    // The live session is meant where none is named.
    assert_eq!(world.data(&["get", "motor.speed"]), "500\n");
    world
        .run(&["set", "yesterday", "motor.speed", "1"])
        .failed(1, &["replay of a recording"]);
    signal(child.id(), Signal::INT);
    child.wait().unwrap();
    eventually("the replay is gone", || {
        !world.data(&["ls"]).contains("yesterday")
    });
}

#[test]
fn a_recording_is_exported_as_what_changed() {
    let (world, _session, _motor) = recorded();
    let run = file(&world);
    let csv = world.data(&["export", &run]);
    let rows: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(rows[0], ["time", "path", "what", "value"]);
    assert_eq!(rows[1][1..], ["motor.speed", "appeared", "0"]);
    assert_eq!(rows[2][1..], ["motor.speed", "changed", "500"]);
    assert_eq!(rows.len(), 3);
    let lines = world.data(&[&run, "export", "--jsonl", "--only", "Motor"]);
    let last: serde_json::Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
    assert_eq!(last["object"], "motor");
    assert_eq!(last["type"], "Motor");
    assert_eq!(last["value"]["speed"], 500);
    // A part of it begins with what there was before.
    let part = |options: &[&str]| {
        let words = [&["export", &run], options].concat();
        let csv = world.data(&words);
        let rows = csv
            .lines()
            .skip(1)
            .map(|line| line.split_once(',').unwrap().1.to_owned());
        rows.collect::<Vec<_>>()
    };
    let [sampled, changed] = ["motor.speed,sampled,0", "motor.speed,changed,500"];
    assert_eq!(part(&["--from", "0.1s"]), [sampled, changed]);
    assert_eq!(
        part(&["--from", "start", "--to", "0.1s"]),
        ["motor.speed,sampled,0"]
    );
    assert_eq!(part(&["--to", "0.1s"]), ["motor.speed,appeared,0"]);
    assert_eq!(part(&["--from", "end"]), ["motor.speed,sampled,500"]);
    let steady = part(&["--every", "50ms", "--from", "0.1s", "--to", "0.2s"]);
    assert_eq!(steady, [sampled; 3]);
    world
        .run(&["export", &run, "--from", "end", "--to", "start"])
        .failed(2, &["--from is later than --to"]);
    world
        .run(&["export", &run, "--to", "soon"])
        .failed(2, &["\"soon\" is no moment"]);
    world
        .run(&["export", &run, "--only", "engine"])
        .failed(2, &["no object that matches engine"]);
    world
        .run(&["export", "none.mcap"])
        .failed(1, &["none.mcap"]);
}

#[test]
fn an_export_of_some_fields_has_those_and_no_others() {
    let (world, session, motor) = producing();
    let _pair = session.array::<Motor>("pair", 2).unwrap();
    let run = file(&world);
    world.run(&["save", "t1", &run]);
    motor.speed.set(1);
    let paths = |only: &str| {
        let csv = world.data(&["export", &run, "--only", only]);
        let rows = csv.lines().skip(1);
        rows.map(|row| row.split(',').nth(1).unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(paths("mot*.speed"), ["motor.speed"]);
    assert_eq!(
        paths("*.speed"),
        ["motor.speed", "pair[0].speed", "pair[1].speed"]
    );
    // A part with all that is in it. A number in brackets is an index, else brackets are a choice of characters.
    assert_eq!(paths("pair[1]"), ["pair[1].speed"]);
    assert_eq!(paths("pair[0].speed"), ["pair[0].speed"]);
    assert_eq!(paths("p*[*].speed"), ["pair[0].speed", "pair[1].speed"]);
    assert_eq!(paths("pair[[]1[]]"), ["pair[1].speed"]);
    assert_eq!(paths("motor"), ["motor.speed"]);
    // A type with a path is that field of all of its objects, and of all elements of their arrays.
    for of_type in ["Motor.speed", "Mot*.speed", "M*.*"] {
        assert_eq!(
            paths(of_type),
            ["motor.speed", "pair[0].speed", "pair[1].speed"]
        );
    }
    for (only, why) in [
        (
            "motor.mass",
            "has the object motor, and no field that matches motor.mass",
        ),
        (
            "motor.sped",
            "no field that matches motor.sped; did you mean speed?",
        ),
        (
            "Motor.mass",
            "has the object motor, and no field that matches Motor.mass",
        ),
        (
            "pair[2].speed",
            "has the object pair, and no field that matches pair[2].speed",
        ),
        ("engine.speed", "no object that matches engine.speed"),
    ] {
        let ran = world.run(&["export", &run, "--only", only]);
        ran.failed(2, &[why]);
    }
    let json = world.data(&["export", &run, "--jsonl", "--only", "mot*.speed"]);
    let line: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(line["value"], serde_json::json!({"motor.speed": 0}));
}

#[test]
fn the_end_of_an_object_without_a_field_that_is_meant_is_not_exported() {
    let (world, session, _motor) = producing();
    let run = file(&world);
    let mut child = recorder(&world);
    let spare = || session.object("spare", Motor::default()).unwrap();
    let spare = recorded_change(&world, spare);
    recorded_change(&world, || drop(spare));
    signal(child.id(), Signal::INT);
    child.wait().unwrap();
    let whole = world.data(&["export", &run, "--only", "spare.speed"]);
    assert!(whole.contains("spare,vanished"), "{whole}");
    world.run(&["export", &run, "--only", "spare.mass"]).failed(
        2,
        &["has the object spare, and no field that matches spare.mass"],
    );
}

#[test]
fn a_cut_recording_that_cannot_be_finished_is_read_as_it_is() {
    let (world, _session, motor) = producing();
    motor.speed.set(6);
    let mut child = recorder(&world);
    motor.speed.set(7);
    // So much is lost at most.
    std::thread::sleep(Duration::from_secs(1));
    signal(child.id(), Signal::KILL);
    child.wait().unwrap();
    // Somebody reads it, so that nobody may write.
    let run = file(&world);
    let reader = fs::File::open(&run).unwrap();
    reader.lock_shared().unwrap();
    let before = fs::read(&run).unwrap();
    let ran = world.run(&[&run, "get", "motor.speed"]);
    assert_eq!((ran.code, &*ran.data), (Some(0), "7\n"), "{ran:?}");
    assert!(ran.messages.contains("cannot be finished here"), "{ran:?}");
    let csv = world.data(&["export", &run]);
    assert_eq!(csv.lines().count(), 3, "{csv}");
    let ran = world.run(&[&run, "-e", ":seek start", "-e", "motor.speed"]);
    assert_eq!(ran.data, "6\n", "{ran:?}");
    assert!(fs::read(&run).unwrap() == before, "it stays as it is");
}

#[test]
fn a_cut_recording_without_room_stays_as_it_is() {
    let (world, _session, _motor) = recorded();
    let run = file(&world);
    let whole = fs::read(&run).unwrap();
    // What is missing does not fit into the blocks that there are.
    let blocks = (whole.len() - 1) / 512;
    let cut = &whole[..blocks * 512];
    fs::write(&run, cut).unwrap();
    let line = format!("ulimit -f {blocks}; exec \"$@\"");
    let get = world.command(&["export", &run]);
    let mut limited = Command::new("sh");
    limited.args(["-c", &line, "sh"]).arg(get.get_program());
    limited.args(get.get_args()).envs(world.environment());
    let ran = Ran::of(limited.output().unwrap());
    assert!(ran.data.contains("motor.speed,changed,500"), "{ran:?}");
    assert!(ran.messages.contains("cannot be finished here"), "{ran:?}");
    assert!(fs::read(&run).unwrap() == cut, "it stays as it is");
    // With room it is finished as ever.
    assert_eq!(world.data(&[&run, "get", "motor.speed"]), "500\n");
    assert!(fs::read(&run).unwrap().len() >= whole.len());
}

#[test]
fn a_file_comes_before_what_is_left_of_a_replay_of_it() {
    let (world, _session, _motor) = recorded();
    let run = file(&world);
    let arguments = [
        "play",
        &run,
        "--publish",
        "run.mcap",
        "--from",
        "1ms",
        "--speed",
        "0.001",
    ];
    let mut child = world
        .command(&arguments)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    eventually("the replay is listed", || {
        world.data(&["ls"]).contains("replay of")
    });
    let diff = |words: &[&str]| {
        let mut command = world.command(words);
        Ran::of(command.current_dir(world.path()).output().unwrap())
    };
    // It has nothing but its beginning so far.
    let alone = ["diff", "run.mcap", "run.mcap"];
    let ran = diff(&alone);
    assert_eq!((ran.code, &*ran.data), (Some(0), ""), "{ran:?}");
    let ran = diff(&["run.mcap", "get", "motor.speed"]);
    assert_eq!(ran.data, "500\n", "others have their own replays: {ran:?}");
    let ran = diff(&["--session", "run.mcap", "get", "motor.speed"]);
    assert_eq!(ran.data, "0\n", "the live one is meant: {ran:?}");
    signal(child.id(), Signal::KILL);
    child.wait().unwrap();
    let ran = diff(&["run.mcap", "get", "motor.speed"]);
    assert_eq!(ran.data, "500\n", "{ran:?}");
    assert_eq!(diff(&alone).code, Some(0));
}

#[test]
fn an_export_at_steady_times_has_every_object_at_each() {
    let (world, _session, motor) = producing();
    let child = recorder(&world);
    for speed in [500, 600] {
        recorded_change(&world, || {
            motor.speed.set(speed);
            // For longer than a time of the export, on a busy machine too.
            std::thread::sleep(BEFORE);
        });
    }
    signal(child.id(), Signal::INT);
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(0), "{}", ran.messages);
    let csv = world.data(&["export", &file(&world), "--every", "10ms"]);
    let values: Vec<u32> = csv
        .lines()
        .skip(1)
        .map(|line| line.rsplit(',').next().unwrap().parse().unwrap())
        .collect();
    assert!(values.is_sorted() && values[0] == 0, "{csv}");
    assert!(values.contains(&500), "{csv}");
    // A longer time than any clock has is no reason to fail.
    let csv = world.data(&["export", &file(&world), "--every", "1000000000000000h"]);
    assert_eq!(csv.lines().count(), 2, "{csv}");
}

#[test]
fn what_a_session_is_now_is_saved_and_answers_as_it_did() {
    let (world, session, motor) = producing();
    motor.speed.set(-3);
    let ran = world.run(&["save", "t1", "-o", &file(&world)]);
    assert_eq!((ran.code, &*ran.data), (Some(0), ""), "{}", ran.messages);
    assert!(ran.messages.contains("saved 1 object"), "{}", ran.messages);
    world
        .run(&["save", &file(&world)])
        .failed(1, &["is there already"]);
    drop((session, motor));
    assert_eq!(world.data(&[&file(&world), "get", "motor.speed"]), "-3\n");
}

#[test]
fn two_moments_of_a_recording_are_compared() {
    let (world, _session, _motor) = recorded();
    let run = file(&world);
    let ran = world.run(&["diff", &run, &run, "--at", "start", "--at", "end"]);
    let expected = (Some(1), "motor.speed  0 -> 500\n");
    assert_eq!((ran.code, &*ran.data), expected, "{ran:?}");
    assert_eq!(world.data(&["diff", &run, &run, "--at", "start"]), "");
    world
        .run(&["diff", &run, &run, "--at", "99s"])
        .failed(2, &["after the end of", "`--at end`"]);
    // Alone, it tells its changes one after the other.
    let changes = world.data(&["diff", &run]);
    assert!(changes.ends_with("motor.speed  0 -> 500\n"), "{changes}");
    assert_eq!(changes.lines().count(), 1, "{changes}");
}

#[test]
fn the_prompt_records_what_changes_and_says_what_came_of_it() {
    let (world, session, motor) = producing();
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.line(":record");
    terminal.shows("nothing is recorded");
    terminal.line(&format!(":record {}", file(&world)));
    terminal.shows("recording 1 object in");
    begins(&file(&world));
    recorded_change(&world, || motor.speed.set(500));
    terminal.line(":record");
    terminal.shows("seconds");
    terminal.line(":record off");
    terminal.shows("s of \"t1\" in");
    terminal.line(":record off");
    terminal.shows("nothing is recorded");
    assert_eq!(world.data(&[&file(&world), "get", "motor.speed"]), "500\n");
    terminal.line(&format!(":record {}", file(&world)));
    terminal.shows("is there already");
    let second = world.path().join("second.mcap").display().to_string();
    terminal.line(&format!(":record {second} Motor --rate 1000"));
    terminal.shows("recording 1 object in");
    drop((session, motor));
    terminal.shows("and so has the recording");
    terminal.line(":record");
    terminal.shows("nothing is recorded");
}

#[test]
fn a_script_records_until_it_ends() {
    let (world, _session, _motor) = producing();
    let run = file(&world);
    let script = world.script(
        "record.rhai",
        r#"
            let r = record(args[0], #{ only: "mot*", rate: 1000.hz });
            sleep(50.ms);
            motor.speed = 77;
            sleep(50.ms);
            let short = record(args[0] + ".short.mcap", #{ time: 10.ms });
            expect(wait_until(|| !short.running, 10.s), "it never ended");
            expect(r.running && short.values == 1, "it is not as it was");
        "#,
    );
    let ran = world.run(&["run", "t1", &script, &run]);
    assert_eq!((ran.code, &*ran.data), (Some(0), ""), "{}", ran.messages);
    assert_eq!(ran.messages.matches("recorded").count(), 2, "{ran:?}");
    assert_eq!(world.data(&[&run, "get", "motor.speed"]), "77\n");
    let second = world.path().join("dry.mcap").display().to_string();
    let expression = format!("record({second:?}).running");
    let ran = world.run(&["--dry-run", "t1", "-e", &expression]);
    assert_eq!((ran.code, &*ran.data), (Some(0), "false\n"), "{ran:?}");
    assert!(ran.messages.contains("would be recorded"), "{ran:?}");
    let ran = world.run(&["run", &script, "--replay", &run, "--dry-run"]);
    assert!(!fs::exists(&second).unwrap(), "{ran:?}");
}

#[test]
fn a_recording_without_room_makes_the_exit_code_of_its_script() {
    let (world, _session, motor) = producing();
    let why = file(&world);
    let scripts = [
        "record_ring(10.s, #{ rate: 1000.hz }); sleep(1.s); save_ring(args[0])",
        "record(args[0], #{ rate: 1000.hz, time: 60.s }); ()",
    ];
    for text in scripts {
        let script = world.script("full.rhai", text);
        let program = env!("CARGO_BIN_EXE_memglass");
        // Room for what each file begins with, and for little more.
        let line = format!("ulimit -f 16; exec {program} run t1 {script} {why}");
        let mut command = Command::new("sh");
        command.args(["-c", &line]).env_clear();
        let command = command.envs(world.environment()).stderr(Stdio::piped());
        let child = command.spawn().unwrap();
        let ran = std::thread::scope(|scope| {
            let ran = scope.spawn(|| Ran::of(child.wait_with_output().unwrap()));
            let mut number = 1_i64;
            while !ran.is_finished() {
                number = number.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
                motor.speed.set(number);
                std::thread::sleep(Duration::from_millis(1));
            }
            ran.join().unwrap()
        });
        assert_eq!(ran.code, Some(1), "{text}: {ran:?}");
        assert!(ran.messages.contains("ulimit -f"), "{text}: {ran:?}");
        // A file without anything of the session is not left.
        let _ = fs::remove_file(&why);
    }
}

#[test]
fn a_ring_is_written_when_it_is_interrupted_and_has_only_the_last() {
    let (world, _session, motor) = producing();
    let run = file(&world);
    let arguments = ["record", "t1", "--ring", "300ms", "-o", &run];
    let mut terminal = Terminal::open_wide(&world, &arguments, 160);
    terminal.shows("Ctrl-C writes");
    motor.speed.set(1);
    terminal.shows("1 value seen");
    let seen = Instant::now();
    eventually("its time has passed", || {
        seen.elapsed() > Duration::from_millis(600)
    });
    assert!(!fs::exists(&run).unwrap(), "nothing is written before");
    motor.speed.set(500);
    terminal.shows("2 values seen");
    terminal.press("\u{3}");
    terminal.shows("recorded");
    let csv = || world.run(&["export", &run]).data;
    eventually("the file is whole", || csv().lines().count() == 3);
    let csv = csv();
    let values = csv.lines().skip(1).map(|line| line.rsplit(',').next());
    assert_eq!(values.collect::<Vec<_>>(), [Some("1"), Some("500")]);
    world
        .run(&["record", "t1", "--ring", "1s", "-o", &run])
        .failed(1, &["is there already"]);
    // Not only when it is to be written: what it has would be lost.
    let nowhere = world.path().join("nowhere/run.mcap").display().to_string();
    world
        .run(&["record", "t1", "--ring", "1s", "-o", &nowhere])
        .failed(1, &["cannot make", "nowhere/run.mcap (make the directory"]);
    world
        .run(&["record", "t1", "--ring", "1s", "--split", "1s"])
        .failed(2, &["--split"]);
}

#[test]
fn a_trigger_saves_what_was_before_it_and_what_comes_after_it() {
    let (world, _session, motor) = producing();
    let why = file(&world);
    let script = world.script(
        "dashcam.rhai",
        r#"
            let r = record_ring(10.s, #{ rate: 1000.hz });
            when("motor.speed == 3").once().run(|| save_ring(args[0], 300.ms));
            when("motor.speed == 5").once().run(|| save_ring(args[0]));
            for speed in 1..=3 { motor.speed = speed; sleep(20.ms); }
            after(100.ms, || motor.speed = 4);
            after(2.s, || motor.speed = 5);
            after(3.s, || r.stop());
            ()
        "#,
    );
    let ran = world.run(&["run", "t1", &script, &why]);
    assert_eq!((ran.code, &*ran.data), (Some(0), ""), "{}", ran.messages);
    assert_eq!(ran.messages.matches("saved").count(), 2, "{ran:?}");
    // What was saved first stays.
    let second = why.replace(".mcap", "-2.mcap");
    let last = world.data(&["export", &second]);
    assert!(last.trim_end().ends_with(",5"), "{last}");
    let csv = world.data(&["export", &why]);
    let speeds: Vec<&str> = csv
        .lines()
        .skip(1)
        .map(|line| line.rsplit(',').next().unwrap())
        .collect();
    // A busy machine may see less of what was before.
    let is_part = |speed: &&str| ["0", "1", "2", "3", "4"].contains(speed);
    assert!(speeds.is_sorted() && speeds.iter().all(is_part), "{csv}");
    assert!(
        speeds.contains(&"3") && speeds.last() == Some(&"4"),
        "{csv}"
    );
    assert_eq!(speeds[0], "0");
    assert_eq!(motor.speed.get(), 5);
    // The file is waited for, and nothing else is there to wait for.
    let other = world.path().join("other.mcap").display().to_string();
    let expression = format!("record_ring(1.s); save_ring({other:?}, 200.ms)");
    let ran = world.run(&["t1", "-e", &expression]);
    assert!(
        ran.messages.contains("saved") && !ran.messages.contains("saved 0.0"),
        "{ran:?}"
    );
}

/// Fires when a value rises, when it has been high for a while, at each change, and at an end.
const TRIGGERS: &str = r#"
    let fast = when("motor.speed > 10").run(|f| print(`fast ${motor.speed}`));
    when("motor.speed > 10").lasting(300.ms).run(|f| print(`still fast ${motor.speed}`));
    watch("motor.speed", |c| print(`${c.old} -> ${c.now}`));
    when("motor.speed == 99").lasting(50.ms).run(|f| exit(3));
    print("defined");
"#;

#[test]
fn a_script_fires_the_same_live_and_on_the_recording_of_that_run() {
    let (world, _session, motor) = producing();
    let run = file(&world);
    let mut recording = world.command(&["record", "t1", "-o", &run, "--rate", "1000"]);
    let recording = recording.stderr(Stdio::piped()).spawn().unwrap();
    begins(&run);
    let script = world.script("alarm.rhai", TRIGGERS);
    let mut live = world.command(&["run", "t1", &script]);
    let mut live = live.stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(live.stdout.take().unwrap()).lines();
    let mut lines = lines.map(Result::unwrap);
    let mut told = vec![lines.next().unwrap()];
    for (speed, last) in [(20, "still fast"), (5, "-> 5"), (30, "still fast")] {
        recorded_change(&world, || motor.speed.set(speed));
        while !told.last().unwrap().contains(last) {
            told.push(lines.next().unwrap());
        }
    }
    recorded_change(&world, || motor.speed.set(99));
    told.extend(lines);
    assert_eq!(live.wait().unwrap().code(), Some(3));
    signal(recording.id(), Signal::INT);
    let ran = Ran::of(recording.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(0), "{}", ran.messages);
    let replayed = world.run(&["run", &script, "--replay", &run]);
    assert_eq!(replayed.code, Some(3), "{}", replayed.messages);
    let replayed: Vec<String> = replayed.data.lines().map(str::to_owned).collect();
    // A value may be set between the looks of two triggers at one tick.
    for trigger in ["defined", "fast ", "still fast", " -> "] {
        let of = |lines: &[String]| -> Vec<String> {
            let is_of = |line: &&String| match trigger {
                " -> " => line.contains(trigger),
                trigger => line.starts_with(trigger),
            };
            lines.iter().filter(is_of).cloned().collect()
        };
        assert!(!of(&told).is_empty());
        assert_eq!(of(&replayed), of(&told), "{replayed:?}, live: {told:?}");
    }
    assert_eq!(replayed.len(), told.len(), "{replayed:?}, live: {told:?}");
}

#[test]
fn a_script_on_a_recording_has_its_clock_and_is_the_same_each_time() {
    let (world, _session, _motor) = recorded();
    let run = file(&world);
    let script = world.script(
        "clock.rhai",
        r#"
            let start = now();
            watch("motor.speed", |c| print(`${c.now} after ${c.time - start}`));
            every(100.ms, || print(`${now()}`));
            log("speeds.csv", motor.speed);
            print(wait_until("motor.speed == 500", 1.min));
            sleep(1.h);
            print("never");
        "#,
    );
    let runs = [0, 1].map(|_| {
        let mut command = world.command(&["run", &script, "--replay", &run]);
        command.current_dir(world.path());
        let ran = Ran::of(command.output().unwrap());
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(ran.messages.contains("ended while"), "{ran:?}");
        assert!(!ran.data.contains("never"), "{ran:?}");
        (
            ran.data,
            fs::read_to_string(world.path().join("speeds.csv")).unwrap(),
        )
    });
    assert!(
        runs[0].0.contains("500 after ") && runs[0].0.contains("true"),
        "{runs:?}"
    );
    assert_eq!(runs[0].0, runs[1].0);
    // The second run has appended the same line, its time included.
    let logged: Vec<&str> = runs[1].1.lines().collect();
    assert_eq!(
        logged
            .iter()
            .filter(|line| *line == logged.last().unwrap())
            .count(),
        2
    );
}

#[test]
fn tests_of_scripts_say_which_failed() {
    let (world, _session, _motor) = recorded();
    let run = file(&world);
    let dir = world.path().join("tests");
    fs::create_dir(&dir).unwrap();
    let dir = dir.display().to_string();
    world.run(&["test", &dir]).failed(2, &["no scripts called"]);
    let good = r#"
        let fast = when("motor.speed > 10").run(|| ());
        expect_fired(fast);
        expect_fired(fast, 1);
        expect(motor.speed == 0, "it starts slowly");
    "#;
    world.script("tests/good.test.rhai", good);
    fs::copy(&run, world.path().join("tests/good.mcap")).unwrap();
    let ran = world.run(&["test", &dir]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.data.contains("good.test.rhai (2 expectations met"),
        "{ran:?}"
    );
    // The session that it was run on is gone.
    let listed = world.data(&["ls"]);
    assert!(!listed.contains("replay"), "{listed}");
    for (name, text) in [
        (
            "unmet",
            r#"expect_fired(when("motor.speed > 10").run(|| ()), 2)"#,
        ),
        ("fails", r#"watch("motor.speed", |c| error("no"))"#),
        ("waits", "sleep(1.h)"),
        ("writes", "motor.speed = 1"),
    ] {
        world.script(&format!("tests/{name}.test.rhai"), text);
    }
    let ran = world.run(&["test", &dir, "--replay", &run]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(ran.data.matches("FAILED").count(), 4, "{ran:?}");
    for said in [
        "to fire 2 times, and it fired once",
        "the recording ended while the script was waiting",
        "replay of a recording",
        "4 of 5 scripts failed",
    ] {
        assert!(ran.messages.contains(said), "{said} in {}", ran.messages);
    }
    let ran = world.run(&["--json", "test", &dir, "--replay", &run]);
    // One of them prints a value of its own.
    let lines = ran.data.lines().map(serde_json::from_str);
    let mut lines: Vec<serde_json::Value> = lines.map(Result::unwrap).collect();
    lines.retain(|line| line["script"].is_string());
    let is_ok = |line: &serde_json::Value| line["ok"] == true;
    assert_eq!(
        (lines.len(), lines.iter().filter(|line| is_ok(line)).count()),
        (5, 1)
    );
    assert!(
        lines.iter().any(|line| line["expectations"] == 2),
        "{lines:?}"
    );
    let once = r#"when("motor.speed > 10").once().run(|| error("no"))"#;
    let script = world.script("once.rhai", once);
    let ran = world.run(&["test", &script, "--replay", &run]);
    assert!(ran.messages.contains("1 action failed"), "{ran:?}");
    // Also in an action, and whatever the code.
    for (text, why) in [
        ("exit(0)", "exit(0) ended the script"),
        (
            r#"when("motor.speed > 10").run(|| exit(3))"#,
            "exit(3) ended the script",
        ),
    ] {
        let script = world.script("exits.rhai", text);
        let ran = world.run(&["test", &script, "--replay", &run]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        for said in [why, "1 of 1 script failed"] {
            assert!(ran.messages.contains(said), "{said} in {}", ran.messages);
        }
        let ran = world.run(&["test", &script, "--replay", &run, "--csv"]);
        assert!(ran.data.contains(why), "{ran:?}");
    }
    let csv = world.run(&["--csv", "test", &dir, "--replay", &run]).data;
    assert!(
        csv.contains("script,ok,expectations,seconds,why\n"),
        "{csv}"
    );
    assert_eq!(csv.matches(".test.rhai,").count(), 5, "{csv}");
}

/// The recordings in the world, by name.
fn recordings(world: &World) -> Vec<String> {
    let entries = fs::read_dir(world.path()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name.ends_with(".mcap")).collect();
    names.sort();
    names
}

#[test]
fn a_recording_that_is_split_keeps_the_last_files_and_each_is_whole() {
    let (world, _session, motor) = producing();
    motor.speed.set(8);
    // A file that is in the way is passed over, and stays.
    let taken = world.script("run-2.mcap", "mine");
    let arguments = [
        "record",
        "t1",
        "-o",
        &file(&world),
        "--split",
        "200ms",
        "--keep",
        "2",
    ];
    let mut command = world.command(&arguments);
    let child = command.stderr(Stdio::piped()).spawn().unwrap();
    eventually("there are five files", || {
        recordings(&world).contains(&"run-6.mcap".to_owned())
    });
    signal(child.id(), Signal::INT);
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.messages.contains("files: "), "{ran:?}");
    assert_eq!(fs::read_to_string(taken).unwrap(), "mine");
    let kept: Vec<String> = recordings(&world)
        .into_iter()
        .filter(|name| name != "run-2.mcap")
        .collect();
    assert_eq!(kept.len(), 2, "{kept:?}");
    for name in kept {
        let path = world.path().join(name).display().to_string();
        let ran = world.run(&[&path, "get", "motor.speed"]);
        assert_eq!((ran.code, &*ran.data, &*ran.messages), (Some(0), "8\n", ""));
    }
}

#[test]
fn a_recorder_that_follows_goes_on_with_the_next_life_of_the_producer() {
    let world = World::new();
    let live = |speed: i64| {
        let session = Session::builder("t1")
            .dir(world.sessions())
            .create()
            .unwrap();
        let motor = session.object("motor", Motor { speed }).unwrap();
        (session, motor)
    };
    let first = live(1);
    let mut command = world.command(&["record", "t1", "-o", &file(&world), "--follow"]);
    let child = command.stderr(Stdio::piped()).spawn().unwrap();
    begins(&file(&world));
    drop(first);
    // What is ended can be read while the next life is waited for.
    eventually("the first life is ended", || {
        world.run(&[&file(&world), "-e", "1"]).code == Some(0)
    });
    // Other types, in another order.
    let session = Session::builder("t1")
        .dir(world.sessions())
        .create()
        .unwrap();
    let _count = session.object("count", 7_u16).unwrap();
    let _motor = session.object("motor", Motor { speed: 2 }).unwrap();
    let next = world.path().join("run-2.mcap").display().to_string();
    begins(&next);
    signal(child.id(), Signal::INT);
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.messages.contains("was started again"), "{ran:?}");
    drop(session);
    // Its producer has destroyed its objects at the end.
    let first = world.data(&["export", &file(&world)]);
    assert!(first.contains("motor.speed,appeared,1\n"), "{first}");
    let next = world.data(&["export", &next]);
    for row in ["motor.speed,appeared,2\n", "count,appeared,7\n"] {
        assert!(next.contains(row), "{next}");
    }
}

#[test]
fn a_ring_that_follows_leaves_a_file_of_each_life_that_ended() {
    let world = World::new();
    let live = |speed: i64| {
        let builder = Session::builder("t1").dir(world.sessions());
        let session = builder.create().unwrap();
        let motor = session.object("motor", Motor { speed }).unwrap();
        let count = session.object("count", 0_u16).unwrap();
        (session, motor, count)
    };
    let (session, motor, count) = live(1);
    let run = file(&world);
    let arguments = [
        "record", "t1", "--ring", "60s", "--follow", "--only", "motor", "-o", &run,
    ];
    let mut terminal = Terminal::open_wide(&world, &arguments, 200);
    terminal.shows("Ctrl-C writes");
    count.set(5);
    motor.speed.set(2);
    terminal.shows("1 value seen");
    drop((motor, count));
    drop(session);
    terminal.shows("waiting until it is started again");
    assert!(fs::exists(&run).unwrap(), "the first life is written");
    // Another type has the first number now.
    let builder = Session::builder("t1").dir(world.sessions());
    let session = builder.create().unwrap();
    let load = session.object("load", 2.5_f64).unwrap();
    let motor = session.object("motor", Motor { speed: 7 }).unwrap();
    terminal.shows("it is kept in memory");
    motor.speed.set(8);
    terminal.shows("2 values seen");
    drop((motor, load));
    drop(session);
    let next = world.path().join("run-2.mcap").display().to_string();
    eventually("the second life is written", || fs::exists(&next).unwrap());
    terminal.press("\u{3}");
    assert_eq!(terminal.exit_code(), 0);
    let csv = |file: &str| world.data(&["export", file]);
    let (first, second) = (csv(&run), csv(&next));
    assert!(first.contains("motor.speed,appeared,1\n"), "{first}");
    assert!(first.contains("motor.speed,changed,2\n"), "{first}");
    assert!(second.contains("motor.speed,appeared,7\n"), "{second}");
    assert!(
        !(first + second.as_str()).contains("count"),
        "only the motor"
    );
    let third = world.path().join("run-3.mcap");
    assert!(!third.exists(), "nothing lived since");
}

#[test]
fn what_makes_no_sense_is_refused_and_a_failed_save_leaves_nothing() {
    let (world, _session, _motor) = recorded();
    let there = world.path().join("k.mcap");
    let kept = there.display().to_string();
    world
        .run(&["record", "t1", "-o", &kept, "--keep", "2"])
        .failed(2, &["--split or --follow"]);
    let program = env!("CARGO_BIN_EXE_memglass");
    let line = format!("ulimit -f 0; exec {program} save t1 {kept}");
    let mut shell = Command::new("bash");
    let shell = shell.args(["-c", &line]).envs(world.environment());
    assert!(!shell.status().unwrap().success());
    assert!(!there.exists());
}

#[test]
fn a_recording_without_room_for_the_first_state_leaves_no_file() {
    let (world, session, _motor) = producing();
    let _large = session.array::<u64>("large", 100_000).unwrap();
    let program = env!("CARGO_BIN_EXE_memglass");
    let run = file(&world);
    let line = format!("ulimit -f 64; exec {program} record t1 -o {run} --compression none");
    let mut shell = Command::new("bash");
    let shell = shell.args(["-c", &line]).envs(world.environment());
    let ran = Ran::of(shell.output().unwrap());
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.messages.contains("ulimit -f"), "{ran:?}");
    assert!(!ran.messages.contains("before that"), "{ran:?}");
    assert!(!fs::exists(&run).unwrap());
}

#[test]
fn commands_side_by_side_on_one_file_have_a_replay_each() {
    let (world, _session, _motor) = recorded();
    for _ in 0..5 {
        let children: Vec<Child> = (0..4)
            .map(|_| {
                let mut command = world.command(&["run.mcap", "get", "motor.speed"]);
                command.current_dir(world.path()).stdout(Stdio::piped());
                command.stderr(Stdio::piped()).spawn().unwrap()
            })
            .collect();
        for child in children {
            let ran = Ran::of(child.wait_with_output().unwrap());
            assert_eq!(
                (ran.code, &*ran.data, &*ran.messages),
                (Some(0), "500\n", "")
            );
        }
    }
}

#[test]
fn a_field_is_not_recorded_alone_and_the_error_says_what_is() {
    let (world, _session, _motor) = producing();
    let run = file(&world);
    world
        .run(&["record", "t1", "-o", &run, "--only", "mot*.speed"])
        .failed(2, &["about a field", "select \"mot*\""]);
    assert!(!fs::exists(&run).unwrap());
}

/// A report that went over a wire, in the struct that knows of it.
#[derive(Observe, Clone, Copy)]
struct Gateway {
    #[observe(seqlock, layout = "struct report { u8 len; char text[len]; };")]
    report: [u8; 16],
}

#[test]
fn packed_records_are_recorded_compared_and_exported_with_their_members() {
    let (world, session, _motor) = producing();
    session
        .define("struct msg { u8 n; item items[n]; }; struct item { u8 len; char text[len]; };")
        .unwrap();
    let packet = session.buffer("packet", "msg", 64).unwrap();
    packet.write(b"\x01\x02hi").unwrap();
    let report = *b"\x02ok\0\0\0\0\0\0\0\0\0\0\0\0\0";
    let gateway = session.object("gateway", Gateway { report }).unwrap();
    let child = recorder(&world);
    let old = world.path().join("old.mcap").display().to_string();
    world.data(&["save", "t1", &old]);
    recorded_change(&world, || {
        packet.write(b"\x02\x02ho\x03you").unwrap();
        let report = *b"\x04late\0\0\0\0\0\0\0\0\0\0\0";
        gateway.report.write(report).unwrap();
    });
    signal(child.id(), Signal::INT);
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(0), "{}", ran.messages);
    let run = file(&world);
    let rows = world.data(&["export", &run, "--csv"]);
    for row in [
        "packet.items[0].text,appeared,hi\n",
        "packet.items[0].text,changed,ho\n",
        "packet.items[1].text,changed,you\n",
        "gateway.report.text,appeared,ok\n",
        "gateway.report.text,changed,late\n",
    ] {
        assert!(rows.contains(row), "{row}\n{rows}");
    }
    let ran = world.run(&["diff", &old, &run, "--csv"]);
    for words in [
        "packet.items[0].text",
        "packet.items[1].len",
        "gateway.report.text",
    ] {
        assert!(ran.data.contains(words), "{words}\n{ran:?}");
    }
    drop((packet, gateway, session));
    assert_eq!(world.data(&[&old, "get", "packet.items[0].text"]), "hi\n");
    assert_eq!(world.data(&[&old, "get", "gateway.report.text"]), "ok\n");
    assert_eq!(world.data(&[&run, "-e", "gateway"]).lines().count(), 2);
}

/// A recording of a speed that was 1, 2, 3 and 4 a second later each time; what was recorded of the 2 is damaged.
fn damaged() -> World {
    use memglass_stream::{Compression, Recorder, Source};
    let (world, _session, motor) = producing();
    let observer = memglass::Observer::builder().dir(world.sessions());
    let observer = observer.attach("t1").unwrap();
    let path = file(&world);
    let recorder = Recorder::create(path.as_ref(), observer.session(), Compression::Zstd);
    let mut recorder = recorder.unwrap();
    motor.speed.set(1);
    let mut source = Source::new(observer, &[]).unwrap();
    let mut time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
    let mut ends = Vec::new();
    for speed in 1..=4 {
        motor.speed.set(speed);
        let told = match speed {
            1 => source.keyframe(|change| recorder.take(time, change)),
            _ => source.sample(0, |change| recorder.take(time, change)),
        };
        told.unwrap();
        recorder.flush().unwrap();
        ends.push(fs::metadata(&path).unwrap().len() as usize);
        time += Duration::from_secs(1);
    }
    recorder.finish().unwrap();
    let mut bytes = fs::read(&path).unwrap();
    bytes[ends[0] + 60] ^= 1;
    fs::write(&path, bytes).unwrap();
    world
}

#[test]
fn what_is_damaged_in_a_recording_is_passed_over_and_told_once() {
    let world = damaged();
    let run = file(&world);
    let script = world.script(
        "speeds.rhai",
        r#"watch("motor.speed", |c| print(`${c.old} -> ${c.now}`)); sleep(10.s);"#,
    );
    let all: [(&[&str], &[&str]); 6] = [
        (&["export", &run], &["appeared,1", "changed,3", "changed,4"]),
        (
            &["export", &run, "--every", "1s"],
            &["sampled,1\n", "sampled,4"],
        ),
        (&["diff", &run], &["1 -> 3", "3 -> 4"]),
        (
            &[
                &run,
                "-e",
                ":seek start",
                "-e",
                ":step 2",
                "-e",
                "motor.speed + 100",
            ],
            &["103"],
        ),
        (&["run", &script, "--replay", &run], &["1 -> 3", "3 -> 4"]),
        (
            &["diff", &run, &run, "--at", "start", "--at", "2.5s"],
            &["1 -> 3"],
        ),
    ];
    for (arguments, shown) in all {
        let ran = world.run(arguments);
        for shown in shown {
            assert!(ran.data.contains(shown), "{arguments:?}: {ran:?}");
        }
        let told = format!("{}{}", ran.data, ran.messages);
        let lost = "are damaged: what was recorded at ";
        assert_eq!(told.matches(lost).count(), 1, "{arguments:?}: {told}");
    }
}

#[test]
fn the_name_of_a_file_does_nothing_to_the_terminal() {
    let (world, _session, _motor) = producing();
    let named = |name: &str| world.path().join(name).display().to_string();
    let (saved, kept) = (named("s\x1b[31m.mcap"), named("r\x1b[31m.mcap"));
    for arguments in [
        &["save", "t1", &saved][..],
        &["record", "t1", "-o", &kept, "--for", "100ms"],
        &["export", &kept],
        &[&saved, "-e", ":seek start"],
    ] {
        let ran = world.run(arguments);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let told = format!("{}{}", ran.data, ran.messages);
        assert!(!told.contains('\x1b'), "{arguments:?}: {told:?}");
    }
}

#[test]
fn the_view_marks_what_is_damaged() {
    let world = damaged();
    let mut terminal = Terminal::open_sized(&world, &[&file(&world)], 100, 30);
    terminal.shows("are damaged: what was recorded at");
    terminal.shows(":seek");
    terminal.line(":view");
    // Drawn in ASCII here.
    terminal.until("the mark of what is lost", |screen| {
        screen.lines().nth(1).is_some_and(|bar| bar.contains('!'))
    });
    terminal.press("q");
}
