//! `memglass watch`, with a producer that does what the test says.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, ChildStdout, Stdio};

use memglass::{Observe, Session};
use rustix::process::Signal;

use super::support::{World, signal};
use super::terminal::{CTRL_C, Terminal};

#[derive(Observe, Clone, Copy, Default)]
struct Motor {
    speed: i64,
    limit: i64,
}

/// A world in which the test itself is the producer of `t1`.
fn producing() -> (World, Session) {
    let world = World::new();
    let session = Session::builder("t1")
        .dir(world.sessions())
        .create()
        .unwrap();
    (world, session)
}

/// The program as it watches.
struct Watching {
    child: Child,
    out: BufReader<ChildStdout>,
    messages: BufReader<ChildStderr>,
}

impl Watching {
    fn start(world: &World, arguments: &[&str]) -> Self {
        let arguments = [&["watch", "t1"], arguments].concat();
        let mut command = world.command(&arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        Watching {
            out: BufReader::new(child.stdout.take().unwrap()),
            messages: BufReader::new(child.stderr.take().unwrap()),
            child,
        }
    }

    /// With lines as CSV; what changes from now on is seen.
    fn csv(world: &World, arguments: &[&str]) -> Self {
        let mut watching = Self::start(world, &[arguments, &["--csv"]].concat());
        assert_eq!(watching.line(), "time,path,what,old,now,missed,merged,torn");
        watching
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// The next line without its time.
    #[track_caller]
    fn tells(&mut self, expected: &str) {
        let line = self.line();
        let (_, rest) = line.split_once(',').unwrap_or_default();
        assert_eq!(rest, expected);
    }

    /// A message with this in it comes.
    #[track_caller]
    fn says(&mut self, words: &str) {
        let mut all = String::new();
        let mut line = String::new();
        while self.messages.read_line(&mut line).unwrap() > 0 {
            if line.contains(words) {
                return;
            }
            all.push_str(&std::mem::take(&mut line));
        }
        panic!("no {words:?} in {all}");
    }

    /// Its exit code and what it said.
    fn end(mut self) -> (Option<i32>, String) {
        let code = self.child.wait().unwrap().code();
        let mut messages = String::new();
        self.messages.read_to_string(&mut messages).unwrap();
        (code, messages)
    }

    fn interrupt(self) -> (Option<i32>, String) {
        signal(self.child.id(), Signal::INT);
        self.end()
    }
}

#[test]
fn changes_and_objects_that_come_and_go_are_lines() {
    let (world, session) = producing();
    let left = session.object("left_motor", Motor::default()).unwrap();
    let mut watching = Watching::csv(&world, &["*_motor.{speed,limit}"]);
    left.speed.set(5);
    watching.tells("left_motor.speed,changed,0,5,,0,false");
    left.limit.set(9);
    watching.tells("left_motor.limit,changed,0,9,,0,false");
    let right = session
        .object("right_motor", Motor { speed: 1, limit: 2 })
        .unwrap();
    watching.tells("right_motor.speed,appeared,,1,,0,false");
    watching.tells("right_motor.limit,appeared,,2,,0,false");
    drop(right);
    let mut last = [watching.line(), watching.line()];
    last.sort_by_key(|line| line.contains("speed"));
    assert!(
        last[0].ends_with(",right_motor.limit,vanished,2,,,0,false"),
        "{last:?}"
    );
    assert!(
        last[1].ends_with(",right_motor.speed,vanished,1,,,0,false"),
        "{last:?}"
    );
    let (code, messages) = watching.interrupt();
    assert_eq!(code, Some(130));
    let totals = "memglass: 2 changes, 2 appeared, 2 vanished in ";
    assert!(messages.starts_with(totals), "{messages}");
    assert!(messages.contains(" 0 merged, 0 missed, "), "{messages}");
}

#[test]
fn types_and_expressions_are_watched_beside_paths() {
    let (world, session) = producing();
    let motor = session.object("left_motor", Motor::default()).unwrap();
    let mut watching = Watching::csv(&world, &["Motor.speed", "100 / left_motor.limit"]);
    motor.limit.set(4);
    watching.tells("100 / left_motor.limit,appeared,,25,,0,false");
    motor.limit.set(5);
    watching.tells("100 / left_motor.limit,changed,25,20,,0,false");
    motor.speed.set(3);
    watching.tells("left_motor.speed,changed,0,3,,0,false");
    motor.limit.set(0);
    watching.tells("100 / left_motor.limit,vanished,20,,,0,false");
    drop(motor);
    watching.tells("left_motor.speed,vanished,3,,,0,false");
}

#[test]
fn a_whole_object_tells_which_parts_changed() {
    let (world, session) = producing();
    let motor = session.object("left_motor", Motor::default()).unwrap();
    let mut watching = Watching::start(&world, &["left_motor", "--json", "--count", "1"]);
    let news = std::thread::scope(|scope| {
        let line = scope.spawn(|| watching.line());
        while !line.is_finished() {
            // Only from its baseline on a write is a change.
            motor.speed.set(motor.speed.get() + 1);
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        line.join().unwrap()
    });
    let news: serde_json::Value = serde_json::from_str(&news).unwrap();
    assert_eq!(news["path"], "left_motor");
    assert_eq!(news["changed"], serde_json::json!(["speed"]));
    assert_eq!(news["now"]["limit"], 0);
    assert_eq!(watching.end().0, Some(0));
}

#[test]
fn mistakes_are_told_with_their_place_before_anything_runs() {
    let (world, session) = producing();
    let _motor = session.object("left_motor", Motor::default()).unwrap();
    let ran = |expression| {
        let watched = ["watch", "t1", "left_motor.speed", expression];
        world.run(&[&watched[..], &["--for", "5s"]].concat())
    };
    ran("left_motor.sped").failed(2, &["did you mean \"speed\"?", "^^^^"]);
    ran("left_motor.speed >").failed(2, &["^"]);
    ran("*_motor.sped").failed(2, &["did you mean \"speed\"?"]);
    ran("left_motor.speed = 5").failed(2, &["a condition only asks and cannot write"]);
    ran("\"a\" + left_motor.speed").failed(2, &["left to the script"]);
    world
        .run(&["watch", "t1", "x", "--rate", "fast"])
        .failed(2, &["\"fast\" is not a rate"]);
    world.run(&["watch", "t2", "x"]).failed(3, &["t2"]);
    world
        .run(&["watch", "t1"])
        .failed(2, &["\"t1\" is a session; add a path"]);
}

#[test]
fn an_object_that_is_not_there_yet_is_waited_for() {
    let (world, session) = producing();
    let mut watching = Watching::csv(&world, &["left_motor.speed"]);
    watching.says("no object \"left_motor\"");
    let _motor = session.object("left_motor", Motor::default()).unwrap();
    watching.tells("left_motor.speed,appeared,,0,,0,false");
}

#[test]
fn a_producer_that_stops_or_dies_is_told_and_its_successor_is_watched() {
    let world = World::new();
    let producer = world.producer("t1");
    let mut watching = Watching::csv(&world, &["order_12345.priority"]);
    signal(producer.pid(), Signal::STOP);
    watching.says("is stopped");
    signal(producer.pid(), Signal::CONT);
    watching.says("goes on");
    producer.kill();
    watching.says("has crashed");
    let _next = world.producer("t1");
    watching.says("was started again");
    let lines = [watching.line(), watching.line()];
    assert!(
        lines[0].contains(",order_12345.priority,vanished,"),
        "{lines:?}"
    );
    assert!(
        lines[1].contains(",order_12345.priority,appeared,"),
        "{lines:?}"
    );
}

#[test]
fn whoever_closes_the_pipe_has_seen_enough() {
    let (world, session) = producing();
    let _motor = session.object("left_motor", Motor::default()).unwrap();
    let Watching {
        mut child,
        out,
        mut messages,
    } = Watching::csv(&world, &["left_motor.speed"]);
    // Nothing changes, so that nothing is written.
    drop(out);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let mut said = String::new();
    messages.read_to_string(&mut said).unwrap();
    assert_eq!(said, "");
}

#[test]
fn it_ends_after_so_much_time_or_so_many_lines() {
    let (world, session) = producing();
    let motor = session.object("left_motor", Motor::default()).unwrap();
    let ran = world.run(&["watch", "t1", "left_motor.speed", "--for", "50ms"]);
    assert_eq!((ran.code, ran.data.as_str()), (Some(0), ""));
    assert!(
        ran.messages.starts_with("memglass: 0 changes in 0."),
        "{ran:?}"
    );
    let mut watching = Watching::csv(&world, &["left_motor.speed", "--count", "1"]);
    motor.speed.set(5);
    watching.tells("left_motor.speed,changed,0,5,,0,false");
    assert_eq!(watching.end().0, Some(0));
}

#[test]
fn a_reader_that_takes_nothing_holds_up_neither_time_nor_ctrl_c() {
    let (world, session) = producing();
    let motor = session.object("left_motor", Motor::default()).unwrap();
    let is_over = std::sync::atomic::AtomicBool::new(false);
    let relaxed = std::sync::atomic::Ordering::Relaxed;
    let [(timed, messages), (interrupted, _)] = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(relaxed) {
                motor.speed.set(motor.speed.get() + 1);
                std::hint::spin_loop();
            }
        });
        let timed = Watching::csv(&world, &["Motor", "--rate", "spin", "--for", "2s"]);
        let interrupted = Watching::csv(&world, &["Motor"]);
        let ends = [timed.end(), interrupted.interrupt()];
        is_over.store(true, relaxed);
        ends
    });
    assert_eq!((timed, interrupted), (Some(0), Some(130)), "{messages}");
}

#[derive(Observe, Clone, Copy, Default)]
struct Quote {
    #[observe(seqlock)]
    price: i64,
}

#[test]
fn values_of_a_guarded_field_that_nobody_saw_are_counted() {
    let (world, session) = producing();
    let quote = session.object("quote", Quote::default()).unwrap();
    let mut watching = Watching::csv(&world, &["quote.price", "--rate", "2", "--count", "1"]);
    for price in 1..=5 {
        quote.price.write(price).unwrap();
    }
    let line = watching.line();
    // Those that a sample came between are changes of their own.
    let cells: Vec<&str> = line.split(',').collect();
    let (now, missed): (u64, u64) = (cells[4].parse().unwrap(), cells[5].parse().unwrap());
    assert_eq!(missed, now - 1, "{line}");
    assert_eq!(watching.end().0, Some(0));
}

#[test]
fn a_watch_of_a_script_takes_alternatives_too() {
    let (world, session) = producing();
    let _motor = session.object("left_motor", Motor::default()).unwrap();
    let script = "watch(\"*_motor.{speed,limit}\", |c| { print(`${c.path} ${c.now}`); \
                  if c.path.ends_with(\"limit\") { exit(0) } }); \
                  left_motor.speed = 5; left_motor.limit = 6;";
    let printed = world.data(&["t1", "-e", script]);
    assert_eq!(printed, "left_motor.speed 5\nleft_motor.limit 6\n");
    world
        .run(&["t1", "-e", "watch(\"*_motor.{speed,limt}\", |c| ())"])
        .failed(1, &["did you mean \"limit\"?"]);
}

#[test]
fn changes_stand_above_the_line_that_is_typed_until_unwatched() {
    let (world, session) = producing();
    let motor = session.object("left_motor", Motor::default()).unwrap();
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.ends_with("t1>");
    terminal.line(":watch *_motor.{speed,limit}");
    terminal.shows("watch 1; `:unwatch 1` ends it");
    terminal.line(":watch \"at \" + left_motor.speed");
    terminal.shows("watch 2;");
    terminal.press("left_motor.li");
    terminal.shows("t1> left_motor.li");
    motor.speed.set(7);
    terminal.shows("left_motor.speed  0 -> 7");
    terminal.shows("\"at \" + left_motor.speed  at 0 -> at 7");
    terminal.is_at("t1> left_motor.li");
    terminal.press("mit + 1\r");
    terminal.shows("\n1\n");
    terminal.line(":unwatch 1");
    terminal.line(":unwatch 2");
    terminal.line(":watch");
    terminal.shows("nothing is watched");
    motor.speed.set(1234);
    terminal.line("left_motor.speed");
    terminal.shows("\n1234\n");
    assert!(!terminal.text().contains("-> 1234"), "{}", terminal.text());
    terminal.line(":unwatch 1");
    terminal.shows("there is no watch 1");
    terminal.line(":watch let x = 3");
    terminal.shows("error: unexpected 'let' at column 1 of \"let x = 3\"");
    terminal.line(":watch left_motor.sped");
    terminal.shows("did you mean \"speed\"?");
}

#[test]
fn a_line_is_repeated_until_ctrl_c() {
    let (world, session) = producing();
    let motor = session.object("left_motor", Motor::default()).unwrap();
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.ends_with("t1>");
    terminal.line(":watch 20ms left_motor.speed * 1000");
    for speed in 1..4 {
        motor.speed.set(speed);
        terminal.shows(&format!("\n{speed}000\n"));
    }
    terminal.press(CTRL_C);
    terminal.ends_with("t1>");
    terminal.line("2 + 3");
    terminal.shows("\n5\n");
    let ran = world.run(&["t1", "--timeout", "2s", "-e", ":watch 20ms 1"]);
    assert_eq!(ran.code, Some(124), "{ran:?}");
    assert!(ran.data.starts_with("1\n1\n"), "{ran:?}");
    world
        .run(&["t1", "-e", ":watch left_motor.speed"])
        .failed(2, &["is for a prompt"]);
}
