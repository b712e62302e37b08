//! What is left of a recording when its recorder is killed, or when there is no room for it.

use std::fs;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use memglass::{Observe, Session};
use rustix::process::Signal;

use super::support::{Ran, World, eventually, signal};

#[derive(Observe, Clone, Copy, Default)]
struct Clock {
    /// Since the recorder was started.
    millis: u64,
    noise: [u64; 32],
}

/// A recorder hands everything to the system each second; on a machine that is busy it may be late.
const LOSS: u64 = 1_000;
const LATE: u64 = 2_000;

/// Recorders that run at the same time.
const AT_ONCE: usize = 8;

fn file(world: &World) -> String {
    world.path().join("run.mcap").display().to_string()
}

/// Kills a recorder after some time; gives how many milliseconds of the recording were lost.
fn lost_by_a_kill(after: Duration) -> u64 {
    let world = World::new();
    let session = Session::builder("t1")
        .dir(world.sessions())
        .create()
        .unwrap();
    let clock = session.object("clock", Clock::default()).unwrap();
    let start = Instant::now();
    let mut command = world.command(&["record", "t1", "-o", &file(&world), "--rate", "1000"]);
    let mut child = command.stderr(Stdio::null()).spawn().unwrap();
    let now = || start.elapsed().as_millis() as u64;
    let begun = || {
        clock.millis.set(now());
        fs::metadata(file(&world)).is_ok_and(|file| file.len() > 1000)
    };
    eventually("the recorder has begun", begun);
    let until = Instant::now() + after;
    while Instant::now() < until {
        clock.millis.set(now());
        sleep(Duration::from_millis(1));
    }
    let killed = now();
    signal(child.id(), Signal::KILL);
    child.wait().unwrap();
    let ran = world.run(&[&file(&world), "get", "clock.millis"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.messages.contains("cut off"), "{ran:?}");
    let last: u64 = ran.data.trim().parse().unwrap();
    assert!(last <= killed, "{last} was recorded after {killed}");
    killed - last
}

#[test]
#[allow(clippy::print_stdout)] // What was counted.
fn a_recorder_that_is_killed_loses_no_more_than_what_it_had_not_handed_over() {
    let kills = match std::env::var_os("MEMGLASS_FULL") {
        Some(_) => 1000,
        None => 200,
    };
    let mut most = 0;
    let numbers: Vec<u64> = (0..kills).collect();
    for together in numbers.chunks(AT_ONCE) {
        std::thread::scope(|scope| {
            let kill = |number| {
                // Spread over four flushes.
                let after = Duration::from_millis(number * 7919 % 2_000);
                scope.spawn(move || lost_by_a_kill(after))
            };
            let runs: Vec<_> = together.iter().map(|&number| kill(number)).collect();
            let losses = runs.into_iter().map(|run| run.join().unwrap());
            most = losses.fold(most, u64::max);
        });
    }
    println!("{kills} kills: at most {most} ms were lost");
    assert!(most <= LOSS + LATE, "{most} ms were lost");
}

#[test]
fn a_recording_that_finds_no_more_room_has_everything_up_to_there() {
    finds_no_more_room("");
}

#[test]
fn a_ring_that_finds_no_more_room_has_the_first_of_it() {
    finds_no_more_room("--ring 60s --for 4s");
}

/// Records with these options where files may not be large.
fn finds_no_more_room(options: &str) {
    let world = World::new();
    let session = Session::builder("t1")
        .dir(world.sessions())
        .create()
        .unwrap();
    let clock = session.object("clock", Clock::default()).unwrap();
    let program = env!("CARGO_BIN_EXE_memglass");
    let line = format!(
        "ulimit -f 200; exec {program} record t1 -o {} --compression none --rate 200 {options}",
        file(&world)
    );
    let mut command = Command::new("sh");
    command
        .args(["-c", &line])
        .env_clear()
        .envs(world.environment());
    let child = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut number = 0;
    let ran = std::thread::scope(|scope| {
        let ran = scope.spawn(|| Ran::of(child.wait_with_output().unwrap()));
        while !ran.is_finished() {
            number += 1;
            clock.millis.set(number);
            clock.noise[number as usize % 32].set(number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            sleep(Duration::from_millis(1));
        }
        ran.join().unwrap()
    });
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.messages
            .contains("what was recorded before that is in it"),
        "{ran:?}"
    );
    let rows = world.data(&["export", &file(&world), "--only", "clock"]);
    let last = rows
        .lines()
        .rfind(|row| row.contains("clock.millis,"))
        .unwrap();
    let last: u64 = last.rsplit(',').next().unwrap().parse().unwrap();
    assert!(last > 0 && last <= number, "{last} of {number}");
}
