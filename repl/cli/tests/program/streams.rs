//! A listing of very many objects leaves row by row: it can be stopped at once, and takes no memory for its rows.

use std::io::Read;
use std::process::{Child, ChildStdout, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::support::{World, signal};

/// A million as the program is shipped; fewer where nothing is optimized.
const OBJECTS: u32 = if cfg!(debug_assertions) {
    100_000
} else {
    1_000_000
};

/// Bytes of each row at least: a label and a number.
const ROW: usize = 16;

/// How fast a listing ends that is told to.
const AT_ONCE: Duration = Duration::from_millis(100);

/// How much the memory of the program may differ while it lists: 20 bytes for each row, less than its label.
const SPARE_KIB: u64 = OBJECTS as u64 / 50;

struct Many {
    world: World,
    _session: memglass::Session,
    _objects: Vec<memglass::Object<u32>>,
}

impl Many {
    fn new(count: u32) -> Self {
        let world = World::new();
        let session = memglass::Session::builder("t1")
            .dir(world.sessions())
            .create()
            .unwrap();
        let objects = (0..count).map(|n| session.object(&format!("object_{n:07}"), n).unwrap());
        Many {
            _objects: objects.collect(),
            _session: session,
            world,
        }
    }

    /// A listing of which the first rows have come.
    fn list(&self, arguments: &[&str]) -> (Child, ChildStdout) {
        let mut command = self.world.command(arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut out = child.stdout.take().unwrap();
        out.read_exact(&mut [0; 4096]).unwrap();
        (child, out)
    }
}

/// The exit code, and how long it took to come.
fn ending(child: Child, begin: impl FnOnce(u32)) -> (Option<i32>, Duration) {
    let start = Instant::now();
    begin(child.id());
    let ended = child.wait_with_output().unwrap();
    (ended.status.code(), start.elapsed())
}

#[test]
fn a_listing_ends_at_once_when_it_is_told_to() {
    let many = Many::new(OBJECTS);
    let ways: [&[&str]; 4] = [
        &["t1", "--csv", "-e", "obs.all(\"*\")"],
        &["t1", "--json", "-e", "obs.all(\"*\")"],
        &["t1", "-e", "obs"],
        &["t1", "--csv", "-e", ":objects"],
    ];
    for arguments in ways {
        // The reader takes nothing any more, and the machine may be busy with other tests.
        let mut slowest_that_counts = Duration::MAX;
        for _ in 0..3 {
            let (child, _out) = many.list(arguments);
            let (code, took) = ending(child, |pid| signal(pid, Signal::INT));
            assert_eq!(code, Some(130), "{arguments:?}");
            slowest_that_counts = slowest_that_counts.min(took);
            if took < AT_ONCE {
                break;
            }
        }
        assert!(
            slowest_that_counts < AT_ONCE,
            "{arguments:?}: {slowest_that_counts:?}"
        );
    }
    let limited = ["t1", "--timeout", "20s", "--csv", "-e", "obs.all(\"*\")"];
    let (child, out) = many.list(&limited);
    // Whoever has seen enough closes the pipe.
    let (code, took) = ending(child, |_| drop(out));
    assert_eq!(code, Some(0));
    assert!(took < AT_ONCE * 10, "{took:?}");
}

#[test]
fn a_listing_that_nobody_reads_ends_when_its_time_has_passed() {
    // Some times what a pipe holds: the first rows come long before the time has passed.
    let many = Many::new(20_000);
    let limited = ["t1", "--timeout", "8s", "--csv", "-e", "obs.all(\"*\")"];
    let start = Instant::now();
    let (child, _out) = many.list(&limited);
    let (code, _) = ending(child, |_| {});
    assert_eq!(code, Some(124));
    assert!(
        start.elapsed() < super::support::DEADLINE,
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn a_listing_takes_no_more_memory_as_it_goes_on() {
    let many = Many::new(OBJECTS);
    let (mut child, mut out) = many.list(&["t1", "--csv", "-e", "obs.all(\"*\")"]);
    let (mut buffer, mut taken) = (vec![0; 1 << 20], 0);
    let mut sizes = Vec::new();
    loop {
        match out.read(&mut buffer).unwrap() {
            0 => break,
            bytes => taken += bytes,
        }
        // While the program waits for its reader, it is not at its end.
        if taken < ROW * OBJECTS as usize / 2 {
            sizes.push(anonymous_kib(child.id()));
        }
    }
    assert!(child.wait().unwrap().success());
    assert!(taken > ROW * OBJECTS as usize, "{taken}");
    let (least, most) = (sizes.iter().min().unwrap(), sizes.iter().max().unwrap());
    assert!(
        sizes.len() > 10 && most - least < SPARE_KIB,
        "{least} to {most} KiB"
    );
}

/// Memory of a process besides the files that it has mapped.
fn anonymous_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("RssAnon:"));
    let size = line.and_then(|line| line.split_whitespace().nth(1));
    size.unwrap().parse().unwrap()
}
