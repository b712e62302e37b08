//! Finding a moment of a recording: `memglass wait` and `memglass watch` on one, and `:seek` with a condition.

use std::time::{Duration, SystemTime};

use memglass::{Observe, Observer, Session};
use memglass_stream::{Change, Compression, Losses, Recorder, Source};

use super::recording::{Motor, file, recorded};
use super::support::World;
use super::terminal::Terminal;

#[test]
fn the_moment_at_which_something_was_so_is_found_and_can_be_gone_to() {
    let (world, _session, _motor) = recorded();
    let run = file(&world);
    let moment = world.data(&["wait", &run, "motor.speed >= 500"]);
    // It is said so that the condition is true there, and not one step before.
    let seek = format!(":seek {}", moment.trim());
    let there = world.data(&[&run, "-e", &seek, "-e", "motor.speed"]);
    assert_eq!(there, "500\n", "{moment}");
    let before = world.data(&[&run, "-e", &seek, "-e", ":seek -0.1s", "-e", "motor.speed"]);
    assert_eq!(before, "0\n", "{moment}");
    let found = world.data(&[&run, "-e", ":seek motor.speed >= 500", "-e", "motor.speed"]);
    assert_eq!(found, "500\n");
    // What is true at the start was true first there, and it lasted until it was not.
    let lasted = world.data(&["wait", &run, "motor.speed == 0", "--lasting", "200ms"]);
    let start = world.data(&["wait", &run, "motor.speed == 0"]);
    assert!(
        start < lasted && lasted < moment,
        "{start} {lasted} {moment}"
    );
}

#[test]
fn what_was_never_so_in_a_recording_is_not_waited_for() {
    let (world, _session, _motor) = recorded();
    let run = file(&world);
    let never = ["was never true in", "it is false"];
    world
        .run(&["wait", &run, "motor.speed > 500"])
        .failed(1, &never);
    world
        .run(&[&run, "wait", "motor.speed > 500"])
        .failed(1, &never);
    world
        .run(&["--session", &run, "wait", "motor.speed > 500"])
        .failed(1, &never);
    world
        .run(&["wait", "--for-session", &run, "motor.speed > 500"])
        .failed(1, &["was never true in", "--for-session is for sessions"]);
    let mistyped = ["did you mean \"speed\""];
    world
        .run(&["wait", &run, "motor.sped > 5"])
        .failed(2, &mistyped);
    let seek = |text: &str| world.run(&[&run, "-e", &format!(":seek {text}")]);
    seek("motor.speed > 500").failed(2, &["never becomes true in this recording", "false"]);
    seek("motor.sped > 500").failed(2, &mistyped);
    seek("motor.speed = 500").failed(2, &["cannot write"]);
    seek("strat").failed(2, &["is no moment"]);
}

/// A value that is guarded as a whole.
#[derive(Observe, Clone, Copy, Default)]
#[observe(seqlock)]
struct Quote {
    bid: i64,
}

/// A recording with known moments: the speed is 0, from 0.1 s 600, from 0.2 s 0, from 1.0 s 700; the motor goes at 1.5 s, and one
/// with 800 comes at 2.0 s. The quote changes at 1.0 s, and the end is at 3.0 s.
fn filmed() -> (World, String) {
    let world = World::new();
    let session = Session::builder("t1").dir(world.sessions()).create();
    let session = session.unwrap();
    let motor = |speed| session.object("motor", Motor { speed }).unwrap();
    let (first, quote) = (motor(0), session.object("quote", Quote::default()).unwrap());
    let attach = || Observer::builder().dir(world.sessions()).attach("t1");
    let run = file(&world);
    let info = attach().unwrap().session().clone();
    let mut recorder = Recorder::create(run.as_ref(), &info, Compression::Zstd).unwrap();
    let mut source = Source::new(attach().unwrap(), &[]).unwrap();
    let at = |ms: u64| SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_000 + ms);
    source
        .keyframe(|change| recorder.take(at(0), change))
        .unwrap();
    let mut look = |ms| {
        let looked = source.sample(0, |change| recorder.take(at(ms), change));
        looked.unwrap();
    };
    first.speed.set(600);
    look(100);
    first.speed.set(0);
    look(200);
    first.speed.set(700);
    quote.write(Quote { bid: 5 }).unwrap();
    look(1000);
    drop(first);
    look(1500);
    let _second = motor(800);
    look(2000);
    let end = Change::Lost(Losses::default());
    recorder.take(at(3000), end).unwrap();
    recorder.finish().unwrap();
    (world, run)
}

#[test]
fn moments_are_found_exactly() {
    let (world, run) = filmed();
    let found = |arguments: &[&str]| {
        let all = [&["wait", &run][..], arguments].concat();
        let text = world.data(&all);
        text.trim()
            .split_once("13:")
            .map(|(_, seconds)| seconds.to_owned())
    };
    let is = "motor.speed > 500";
    for (arguments, seconds) in [
        (&[is][..], "20.100000"),
        (&["motor.speed == 0"], "20.000000"),
        (&["motor.speed == 0", "--lasting", "100ms"], "20.300000"),
        (&[is, "--lasting", "100ms"], "21.100000"),
        (&[is, "--lasting", "300ms"], "21.300000"),
        // The last moment counts.
        (&[is, "--lasting", "1s"], "23.000000"),
        // Once a second: what comes and goes between two looks is not seen.
        (&[is, "--rate", "1"], "21.000000"),
        (&[is, "--rate", "1", "--lasting", "300ms"], "23.000000"),
    ] {
        assert_eq!(found(arguments).as_deref(), Some(seconds), "{arguments:?}");
    }
    let json = world.data(&["wait", &run, "motor.speed > 500", "--json"]);
    assert_eq!(json, "{\"time\":\"2023-11-14T22:13:20.1Z\"}\n");
    for lasting in ["1100ms", "10000000000000000000s"] {
        world
            .run(&["wait", &run, is, "--lasting", lasting])
            .failed(1, &["was never true for", "true, not for long enough"]);
    }
}

#[test]
fn a_condition_is_looked_for_from_where_the_replay_is() {
    let (world, run) = filmed();
    let seeks = |begin: &str, text: &str, count: usize| {
        let seek = format!(":seek {text}");
        let mut line = vec![&*run, "-e", begin];
        line.extend(["-e", &seek].repeat(count));
        let ran = world.run(&line);
        let places = ran.messages.lines().skip(1).map(|line| {
            let place = line.split(',').next().unwrap_or_default();
            place.replace("replay of run.mcap at ", "")
        });
        places.collect::<Vec<_>>()
    };
    let never =
        "error: `motor.speed > 500` never becomes true after this moment; at the end it is true";
    // An object that comes with it has it from then on.
    let places = ["0.1 s", "1.0 s", "2.0 s", never];
    assert_eq!(seeks(":seek start", "motor.speed > 500", 4), places);
    assert_eq!(seeks(":seek 0.5s", "motor.speed > 500", 3), places[1..]);
    assert_eq!(seeks(":seek end", "motor.speed > 500", 1), places[..1]);
    // What is true already has to become true again, also at the start.
    assert_eq!(seeks(":seek start", "motor.speed == 0", 1), ["0.2 s"]);
    assert_eq!(
        seeks(":seek end", "motor.speed == 0", 2),
        ["0.0 s", "0.2 s"]
    );
    let left = std::fs::read_dir(world.sessions()).unwrap().count();
    assert_eq!(left, 0, "no search leaves a session");
}

#[test]
fn what_is_found_at_the_end_can_be_gone_to() {
    let (world, run) = filmed();
    let now = world.path().join("now.mcap").display().to_string();
    world.data(&["save", &run, &now]);
    let moment = world.data(&["wait", &now, "motor.speed == 800"]);
    let seek = format!(":seek {}", moment.trim());
    let there = world.data(&[&now, "-e", &seek, "-e", "motor.speed"]);
    assert_eq!(there, "800\n", "{moment}");
}

#[test]
fn another_file_of_the_name_is_not_searched() {
    let (world, run) = filmed();
    let mut terminal = Terminal::open(&world, &[&run]);
    terminal.shows(":seek");
    let other = world.path().join("other.mcap");
    world.data(&["save", &run, other.to_str().unwrap()]);
    std::fs::rename(&other, &run).unwrap();
    terminal.line(":seek motor.speed > 500");
    terminal.shows("is not the file that is played any more");
    terminal.line(":seek 1.2s");
    terminal.shows("at 1.2 s");
}

#[test]
fn guarded_objects_are_selected_by_the_type_of_their_values() {
    let (world, run) = filmed();
    for only in ["Quote", "Quote.bid", "quote"] {
        let rows = world.data(&["export", &run, "--only", only]);
        assert!(rows.contains("quote.bid,changed,5"), "{only}: {rows}");
    }
    let changed = world.data(&["diff", &run, "--only", "Quote"]);
    assert!(
        changed.contains("bid") && changed.contains('5'),
        "{changed}"
    );
    world
        .run(&["diff", &run, "--only", "Qoute"])
        .failed(2, &["has no object that matches Qoute"]);
}

#[test]
fn a_recording_alone_is_no_expression_and_a_file_has_to_be_there() {
    let (world, run) = filmed();
    for command in ["watch", "wait", "get"] {
        world
            .run(&[command, &run])
            .failed(2, &["is a recording; add what is meant in it"]);
    }
    let _producer = world.producer("t2");
    world
        .run(&["wait", "rum.mcap", "motor.speed > 500"])
        .failed(3, &["there is no file \"rum.mcap\""]);
    assert_eq!(world.run(&["doctor", &run]).code, Some(0));
    world
        .run(&["wait", &run, "*.speed > 500"])
        .failed(2, &["takes no pattern", "when_each"]);
}

#[test]
fn watch_prints_what_changed_in_a_recording() {
    let (world, _session, _motor) = recorded();
    let run = file(&world);
    let lines = world.data(&["watch", &run, "motor.speed", "motor.speed * 2"]);
    let lines: Vec<&str> = lines.lines().collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].ends_with("motor.speed  0 -> 500"), "{lines:?}");
    assert!(
        lines[1].ends_with("motor.speed * 2  0 -> 1000"),
        "{lines:?}"
    );
    let watch = ["watch", &*run, "motor.speed"];
    let first = world.run(&[&watch[..], &["--for", "100ms", "--format", "csv"]].concat());
    assert_eq!(first.data.lines().count(), 1, "{first:?}");
    assert!(
        first.messages.contains("0 changes in 0.1 s of"),
        "{first:?}"
    );
    let (_world, run) = filmed();
    let watch = ["watch", &*run, "motor.speed"];
    let two = world.data(&[&watch[..], &["--count", "2", "--json"]].concat());
    assert_eq!(two.lines().count(), 2, "{two}");
    world
        .run(&["top", &run])
        .failed(2, &["stands still", "memglass play"]);
}
