//! `memglass diff` of recordings, and of a session as it changes.

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;
use std::time::{Duration, SystemTime};

use memglass::{Observe, Session};
use memglass_stream::{Compression, Recorder, Source};
use rustix::process::Signal;
use serde_json::{Value as Json, json};

use super::support::{World, signal};

#[derive(Observe, Clone, Copy, Default)]
struct Motor {
    speed: i64,
    limits: [f32; 2],
}

/// The same after somebody worked on it.
mod later {
    use memglass::Observe;

    #[derive(Observe, Clone, Copy, Default)]
    pub(super) struct Motor {
        pub(super) speed: i64,
        pub(super) load: f64,
    }
}

/// The same after somebody gave a member a better name.
mod renamed {
    use memglass::Observe;

    #[derive(Observe, Clone, Copy, Default)]
    pub(super) struct Motor {
        #[observe(was = "speed")]
        pub(super) velocity: i64,
        pub(super) limits: [f32; 2],
    }
}

fn session(world: &World) -> Session {
    let builder = Session::builder("t1").dir(world.sessions());
    builder.create().unwrap()
}

/// Saves what the session is now.
#[track_caller]
fn save(world: &World, name: &str) -> String {
    let file = world.path().join(name).display().to_string();
    world.data(&["save", "t1", &file]);
    file
}

#[test]
fn a_recording_gives_its_types_as_any_file_does() {
    let world = World::new();
    let session = session(&world);
    let motor = session.object("motor", Motor::default()).unwrap();
    let old = save(&world, "old.mcap");
    drop(motor);
    drop(session);
    let session = self::session(&world);
    let later = later::Motor::default();
    let _motor = session.object("motor", later).unwrap();
    let types = world.path().join("old.mgt").display().to_string();
    world.data(&["merge", "-o", &types, &old]);
    for of_old in [old.as_str(), &types] {
        let same = world.data(&["types", "diff", &old, of_old]);
        assert_eq!(same, "");
        let ran = world.run(&["types", "diff", of_old, "t1", "--csv"]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(
            ran.data.contains("struct,Motor,member limits is gone"),
            "{ran:?}"
        );
    }
    let ran = world.run(&["diff", "--layout", &old, "t1"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.data.contains("limits"), "{ran:?}");
    let ran = world.run(&["types", "t1", "Motor", "speed"]);
    ran.failed(2, &["\"speed\" is one word too many", "types diff OLD NEW"]);
}

#[test]
fn two_recordings_are_compared_field_by_field() {
    let world = World::new();
    let session = session(&world);
    let motor = session.object("motor", Motor::default()).unwrap();
    let brief = session.object("brief", 7_u8).unwrap();
    let old = save(&world, "old.mcap");
    motor.speed.set(500);
    motor.limits[1].set(0.5);
    drop(brief);
    let _later = session.object("later", 1_u8).unwrap();
    let new = save(&world, "new.mcap");
    let ran = world.run(&["diff", &old, &new]);
    let expected = "brief  vanished, last 7\n\
                    later  appeared: 1\n\
                    motor.speed  0 -> 500\n\
                    motor.limits[1]  0.0 -> 0.5\n";
    assert_eq!((ran.code, &*ran.data), (Some(1), expected), "{ran:?}");
    let ran = world.run(&["diff", &old, &new, "--only", "Motor", "--json"]);
    let line: Json = serde_json::from_str(&ran.data).unwrap();
    let changes = json!([
        { "path": "speed", "old": 0, "now": 500 },
        { "path": "limits[1]", "old": 0.0, "now": 0.5 },
    ]);
    let expected = json!({
        "object": "motor", "type": "Motor", "what": "changed", "changes": changes,
    });
    assert_eq!(line, expected);
    let ran = world.run(&["diff", &old, &new, "--only", "Motor", "--pretty"]);
    assert!(ran.data.lines().count() > 10, "{ran:?}");
    assert_eq!(serde_json::from_str::<Json>(&ran.data).unwrap(), expected);
    let csv = world.run(&["diff", &old, &new, "--only", "Motor", "--csv"]);
    let expected =
        "path,what,old,now\nmotor.speed,changed,0,500\nmotor.limits[1],changed,0.0,0.5\n";
    assert_eq!((csv.code, &*csv.data), (Some(1), expected));
    // The session is now what was saved last.
    assert_eq!(world.data(&["diff", "t1", &new]), "");
    assert_eq!(world.run(&["diff", &old, "t1"]).code, Some(1));
}

#[test]
fn what_cannot_be_compared_is_not_called_different() {
    let world = World::new();
    let session = session(&world);
    let _motor = session.object("motor", Motor::default()).unwrap();
    let file = save(&world, "old.mcap");
    world
        .run(&["diff", &file, "none.mcap"])
        .failed(2, &["none.mcap"]);
    world
        .run(&["diff", &file, &file, "--only", "engine"])
        .failed(2, &["no object matches engine"]);
    world
        .run(&["diff", &file, &file, "--at", "soon"])
        .failed(2, &["no moment"]);
    std::fs::write(&file, "no recording").unwrap();
    world
        .run(&["diff", &file, "t1"])
        .failed(2, &["is no recording"]);
}

#[test]
fn a_type_that_changed_is_said_and_its_fields_are_matched_by_name() {
    let world = World::new();
    let first = session(&world);
    let _motor = first
        .object(
            "motor",
            Motor {
                speed: 5,
                limits: [1.0; 2],
            },
        )
        .unwrap();
    let old = save(&world, "old.mcap");
    drop((_motor, first));
    let second = session(&world);
    let _motor = second
        .object(
            "motor",
            later::Motor {
                speed: 5,
                load: 2.5,
            },
        )
        .unwrap();
    let new = save(&world, "new.mcap");
    let ran = world.run(&["diff", &old, &new]);
    assert_eq!(ran.code, Some(1));
    for said in [
        "struct Motor: ",
        "old data does not fit",
        "motor.load  nothing -> 2.5",
        "motor.limits[1]  1.0 -> nothing",
    ] {
        assert!(ran.data.contains(said), "{said} in {}", ran.data);
    }
    assert!(!ran.data.contains("motor.speed"), "{}", ran.data);
}

#[test]
fn a_member_that_says_what_it_was_called_is_compared_with_what_it_was() {
    let world = World::new();
    let first = session(&world);
    let motor = first.object("motor", Motor::default()).unwrap();
    motor.speed.set(5);
    let old = save(&world, "old.mcap");
    drop((motor, first));
    let second = session(&world);
    let motor = second.object("motor", renamed::Motor::default()).unwrap();
    motor.velocity.set(6);
    let ran = world.run(&["diff", &old, "t1"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    for said in ["member velocity was called speed", "motor.velocity  5 -> 6"] {
        assert!(ran.data.contains(said), "{said} in {}", ran.data);
    }
    assert!(!ran.data.contains("motor.limits"), "{}", ran.data);
    assert!(!ran.data.contains("does not fit"), "{}", ran.data);
    // A script of that time goes on.
    assert_eq!(world.data(&["get", "t1", "motor.speed"]).trim(), "6");
    let script = "motor.speed = 7; print(motor.velocity)";
    assert_eq!(world.data(&["-e", script, "t1"]).trim(), "7");
    assert!(
        world
            .data(&["types", "t1", "Motor"])
            .contains("@was(\"speed\")")
    );
}

#[test]
fn the_changes_of_a_session_are_told_until_its_producer_ends() {
    let world = World::new();
    let session = session(&world);
    let motor = session.object("motor", Motor::default()).unwrap();
    let mut command = world.command(&["diff", "t1"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // It looks again and again until one of the values is another one than at its first look.
    let changes = std::thread::scope(|scope| {
        let told = scope.spawn(|| lines.next().unwrap().unwrap());
        let mut speed = 0;
        while !told.is_finished() {
            speed += 1;
            motor.speed.set(speed);
            std::thread::yield_now();
        }
        told.join().unwrap()
    });
    assert!(changes.contains("motor.speed  "), "{changes}");
    drop((motor, session));
    let rest: Vec<String> = lines.map(Result::unwrap).collect();
    assert!(rest.iter().all(|line| line.contains("motor")), "{rest:?}");
    let mut messages = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut messages)
        .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{messages}");
    assert!(messages.contains("the producer has ended"), "{messages}");
}

#[test]
fn an_interrupt_ends_what_is_told_of_a_long_recording() {
    let world = World::new();
    let session = Session::builder("t1").dir(world.sessions()).create();
    let session = session.unwrap();
    let motor = session.object("motor", Motor::default()).unwrap();
    let observer = memglass::Observer::builder().dir(world.sessions());
    let observer = observer.attach("t1").unwrap();
    let file = world.path().join("run.mcap");
    let recorder = Recorder::create(&file, observer.session(), Compression::Zstd);
    let (mut recorder, mut time) = (recorder.unwrap(), SystemTime::now());
    let mut source = Source::new(observer, &[]).unwrap();
    source
        .keyframe(|change| recorder.take(time, change))
        .unwrap();
    for speed in 1..100_000 {
        motor.speed.set(speed);
        time += Duration::from_millis(1);
        let sampled = source.sample(0, |change| recorder.take(time, change));
        sampled.unwrap();
    }
    recorder.finish().unwrap();
    // At the first moment at which it is handled, and a bit later: all of it takes longer.
    for later in [0, 0, 0, 0, 20].map(Duration::from_millis) {
        let file = file.display().to_string();
        let mut command = world.command(&["diff", &file, "--only", "nothing*"]);
        let mut child = command.stderr(Stdio::null()).spawn().unwrap();
        while !handles_interrupts(child.id()) {
            assert_eq!(child.try_wait().unwrap(), None, "it ended before");
            std::thread::yield_now();
        }
        std::thread::sleep(later);
        signal(child.id(), Signal::INT);
        assert_ne!(child.wait().unwrap().code(), Some(0), "{later:?}");
    }
}

/// Whether a process has a handler for Ctrl-C.
fn handles_interrupts(pid: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    let caught = u64::from_str_radix(caught.unwrap().trim(), 16).unwrap();
    caught & 1 << (Signal::INT.as_raw() - 1) != 0
}
