//! `memglass demo`: the producer lives as long as what started it, and no longer.

use std::io::Write;
use std::process::Stdio;

use rustix::process::Signal;

use super::support::{World, eventually, signal};

#[test]
fn a_script_runs_on_the_demo_and_the_producer_ends_with_it() {
    let world = World::new();
    let ran = world.pipe(&["demo"], b"order_12345.order_id\nobs.producer()\n");
    assert_eq!(
        (ran.code, ran.data.as_str()),
        (Some(0), "12345\nalive\n"),
        "{ran:?}"
    );
    assert_eq!(world.data(&["ls", "--json"]).trim(), "[]");
}

#[test]
fn the_producer_ends_when_its_prompt_is_killed() {
    let world = World::new();
    let mut command = world.command(&["demo", "--session", "d"]);
    let mut program = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = program.stdin.take().unwrap();
    input.write_all(b"// not the end yet\n").unwrap();
    eventually("the demo is live", || world.data(&["ls"]).contains("alive"));
    signal(program.id(), Signal::KILL);
    program.wait().unwrap();
    eventually("the producer is gone", || {
        world.data(&["ls", "--json"]).trim() == "[]"
    });
}

#[test]
fn a_demo_whose_name_is_taken_says_by_whom() {
    let (world, producer) = World::with_producer();
    world
        .run(&["demo", "--session", "t1"])
        .failed(1, &["t1", &producer.pid().to_string()]);
}
