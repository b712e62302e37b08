//! `memglass wait`, with a producer that does what the test says.

use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use memglass::Session;
use rustix::process::Signal;

use super::support::{Ran, World, signal};

fn session(world: &World) -> Session {
    let options = Session::builder("t1");
    options.dir(world.sessions()).create().unwrap()
}

fn start(world: &World, arguments: &[&str]) -> Child {
    let mut command = world.command(&[&["wait"], arguments].concat());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

fn ended(child: Child) -> Ran {
    Ran::of(child.wait_with_output().unwrap())
}

#[test]
fn what_is_true_is_not_waited_for_and_what_becomes_true_is() {
    let world = World::new();
    let session = session(&world);
    let speed = session.object("speed", 7_i64).unwrap();
    let ran = world.run(&["wait", "t1", "speed == 7"]);
    assert_eq!(
        (ran.code, ran.data.as_str(), ran.messages.as_str()),
        (Some(0), "", "")
    );
    let mut waiting = start(&world, &["t1", "speed > 100"]);
    sleep(Duration::from_millis(50));
    assert_eq!(waiting.try_wait().unwrap(), None);
    speed.set(101);
    assert_eq!(ended(waiting).code, Some(0));
}

#[test]
fn a_wait_that_is_too_long_says_what_the_condition_is() {
    let world = World::new();
    let session = session(&world);
    let _speed = session.object("speed", 7_i64).unwrap();
    let ran = |condition| world.run(&["wait", "t1", condition, "--timeout", "50ms"]);
    ran("speed > 100").failed(124, &["timed out after 50ms: `speed > 100` is false"]);
    ran("sped > 100").failed(
        124,
        &["did you mean \"speed\"?", "is unknown: there is no object"],
    );
}

#[test]
fn a_mistake_is_no_wait() {
    let world = World::new();
    let session = session(&world);
    let _speed = session.object("speed", 7_i64).unwrap();
    world
        .run(&["wait", "t1", "speed"])
        .failed(2, &["true or false", "^^^^^"]);
    world.run(&["wait", "t1", "speed >"]).failed(2, &["^"]);
    world
        .run(&["wait", "t1", "speed = 8"])
        .failed(2, &["an assignment is left to the script"]);
    world.run(&["wait", "t1", "speed.x > 1"]).failed(2, &["^"]);
    world.run(&["wait", "t2", "speed > 1"]).failed(3, &["t2"]);
}

#[test]
fn a_condition_has_to_last_without_a_pause() {
    let world = World::new();
    let session = session(&world);
    let speed = session.object("speed", 7_i64).unwrap();
    let lasting = ["t1", "speed > 100", "--lasting", "300ms"];
    let waiting = start(&world, &lasting);
    // It dips again and again, for longer than a tick.
    for _ in 0..6 {
        speed.set(101);
        sleep(Duration::from_millis(60));
        speed.set(7);
        sleep(Duration::from_millis(40));
    }
    speed.set(101);
    let start = Instant::now();
    assert_eq!(ended(waiting).code, Some(0));
    assert!(
        start.elapsed() > Duration::from_millis(250),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn the_end_of_the_producer_is_the_end_of_the_wait() {
    let world = World::new();
    let producer = world.producer("t1");
    let waiting = start(&world, &["t1", "order_12345.priority == 1000"]);
    sleep(Duration::from_millis(100));
    producer.kill();
    ended(waiting).failed(1, &["the producer is gone (crashed)", "is false"]);
    world
        .run(&["wait", "t1", "order_12345.priority == 1000"])
        .failed(1, &["the producer is gone (crashed)"]);
}

#[test]
fn a_session_that_is_not_there_yet_can_be_waited_for() {
    let world = World::new();
    let waiting = start(&world, &["--for-session", "t1", "speed == 3"]);
    sleep(Duration::from_millis(50));
    let session = session(&world);
    let _speed = session.object("speed", 3_i64).unwrap();
    assert_eq!(ended(waiting).code, Some(0));
    world
        .run(&["wait", "--for-session", "t2", "x > 1", "--timeout", "50ms"])
        .failed(124, &["there is no live session \"t2\""]);
    world
        .run(&["wait", "--for-session", "x > 1"])
        .failed(2, &["waits for one session by its name"]);
}

#[test]
fn ctrl_c_ends_a_wait() {
    let world = World::new();
    let session = session(&world);
    let _speed = session.object("speed", 7_i64).unwrap();
    let waiting = start(&world, &["t1", "speed > 100"]);
    sleep(Duration::from_millis(100));
    signal(waiting.id(), Signal::INT);
    assert_eq!(ended(waiting).code, Some(130));
}
