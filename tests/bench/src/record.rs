//! What recording costs, what it leaves alone, and how fast large recordings are moved through and finished.
//!
//! Two sessions: *A* has 10 objects of 6 fields that all change 1,000 times a second, *B* has 100,000 objects of which a hundredth
//! changes 10 times a second.

mod film;
mod packing;
mod session;

use std::path::Path;
use std::time::{Duration, Instant};

use memglass::sampler::Rate;
use memglass::{Observer, Session};
use memglass_stream::{Plan, Player, Progress, Recording, Start, Tape};

use crate::awake::Shares;
use crate::part::Part;
use crate::quote::Quote;
use crate::report::Report;
use crate::timing::{own_time_per_operation, process_ns};

use session::{A, B, Shape};
pub(crate) use session::{NAME as SESSION, change};

/// For how long a recording is made.
const TIME: Duration = Duration::from_secs(10);

/// How long it settles before.
const SETTLING: Duration = Duration::from_secs(1);

/// Bytes of the files that are moved through.
const LARGE: u64 = 1 << 30;

/// What is measured where a gigabyte takes too long.
const SMALL: u64 = 100 << 20;

/// How many times a file is moved through.
const SEEKS: u32 = 30;

pub(crate) fn measure(report: &Report, quick: bool) {
    report.heading("recording: running time of the recorder, and the size of what it writes");
    beyond_waking(report);
    costs(report, "A", &A, None, None);
    costs(report, "B", &B, Some(8.0), Some(60.0));
    beside(report);
    packing::measure(report);
    let bytes = if quick { SMALL } else { LARGE };
    report.heading(&format!("recordings of {} MB", bytes >> 20));
    large(report, "A", &A, bytes, 10.0);
    large(report, "B", &B, bytes, 300.0);
}

/// What the recorder of A takes of a processor beyond its wakes.
fn beyond_waking(report: &Report) {
    let dir = tempfile::tempdir_in("/dev/shm").expect("/dev/shm can be written");
    let place = dir.path().display().to_string();
    let _producer = Part::start("changes", &[&place, "A"]);
    let mut files = 0;
    let shares = Shares::of(A.rate, |time| {
        files += 1;
        let tape = start(dir.path(), Path::new(&format!("run-{files}.mcap")), A.rate);
        std::thread::sleep(SETTLING);
        let before = process_ns();
        std::thread::sleep(time);
        let ran = process_ns() - before;
        tape.finish().expect("it is written");
        ran
    });
    shares.report(report, "A: recorder", 0.6);
}

/// What the recorder takes of a processor, and of a disk.
fn costs(
    report: &Report,
    name: &str,
    shape: &'static Shape,
    most: Option<f64>,
    most_mb: Option<f64>,
) {
    let dir = tempfile::tempdir_in("/dev/shm").expect("/dev/shm can be written");
    let place = dir.path().display().to_string();
    let _producer = Part::start("changes", &[&place, name]);
    let tape = start(dir.path(), Path::new("run.mcap"), shape.rate);
    std::thread::sleep(SETTLING);
    let (begin, ran, before) = (Instant::now(), process_ns(), tape.progress());
    std::thread::sleep(TIME);
    let (ran, after) = (process_ns() - ran, tape.progress());
    let seconds = begin.elapsed().as_secs_f64();
    let share = ran / seconds / 1e7;
    let values = after.totals.values - before.totals.values;
    let what = format!("{name}: recorder");
    match most {
        Some(most) => verdict(report, &what, share, "% of a processor", most, false),
        None => report.line(&format!("{what:<50} {share:>8.2} % of a processor")),
    }
    report.line(&format!(
        "    {:.0} values a second, {:.0} ns each; {} ticks were late",
        values as f64 / seconds,
        ran / values.max(1) as f64,
        after.totals.losses.late_ticks
    ));
    let whole = tape.finish().expect("it is written");
    let rate = per_minute(&whole);
    match most_mb {
        Some(most) => verdict(
            report,
            &format!("{name}: file"),
            rate,
            "MB a minute",
            most,
            false,
        ),
        None => report.line(&format!(
            "{:<50} {rate:>8.1} MB a minute",
            format!("{name}: file")
        )),
    }
}

fn per_minute(progress: &Progress) -> f64 {
    let minutes = progress.elapsed.as_secs_f64() / 60.0;
    progress.totals.file_bytes as f64 / 1e6 / minutes
}

fn start(dir: &Path, file: &Path, rate: u32) -> Tape {
    let observer = Observer::builder().dir(dir).attach(session::NAME);
    let mut plan = Plan::default();
    plan.rate = Rate::every(Duration::from_secs(1) / rate).expect("a rate that there is");
    let tape = Tape::start(observer.expect("it lives"), &dir.join(file), plan);
    tape.expect("there is room for a file")
}

/// What a store costs the producer, while nobody records and while somebody does.
fn beside(report: &Report) {
    let dir = tempfile::tempdir_in("/dev/shm").expect("/dev/shm can be written");
    let session = Session::builder(session::NAME).dir(dir.path()).create();
    let session = session.expect("a session");
    let quote = session.object("quote", session::Board::default());
    let quote = quote.expect("there is room");
    let stores = || {
        own_time_per_operation(100_000, || {
            for number in 0..100_000 {
                let now = Quote::of(number);
                quote.quote.write(now).expect("nobody else writes");
            }
        })
    };
    let alone = stores();
    let tape = start(dir.path(), Path::new("run.mcap"), 1_000);
    let recorded = stores();
    let progress = tape.finish().expect("it is written");
    assert!(progress.totals.values > 0, "something was recorded");
    report.heading("a producer's guarded write of 40 bytes, in its own running time");
    report.figure("nobody records", alone, None, None);
    report.figure(
        "recorded 1,000 times a second",
        recorded,
        Some(alone),
        Some(alone * 1.1),
    );
}

/// Making a large recording without pauses, moving through it, and finishing one that was cut off.
fn large(report: &Report, name: &str, shape: &'static Shape, bytes: u64, most_ms: f64) {
    // Sessions live in memory, and files on a disk.
    let sessions = tempfile::tempdir_in("/dev/shm").expect("/dev/shm can be written");
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("run.mcap");
    let made = film::make(shape, sessions.path(), &file, bytes);
    report.line(&format!(
        "{name}: {:.0} s of it, {} values, {:.1} bytes each, {:.0} ns each",
        made.seconds,
        made.values,
        made.bytes as f64 / made.values as f64,
        made.ran / made.values as f64
    ));
    report.line(&format!(
        "{:<50} {:>8.2} % of a processor",
        format!("{name}: made without pauses, at its rate"),
        made.ran / made.seconds / 1e7
    ));
    let [mean, most] = seeks(sessions.path(), &file);
    verdict(
        report,
        &format!("{name}: seek, mean of {SEEKS}"),
        mean,
        "ms",
        most_ms,
        false,
    );
    report.line(&format!("    the slowest took {most:.1} ms"));
    let cut = made.bytes - film::tail(&file);
    let written = std::fs::OpenOptions::new().write(true).open(&file);
    // Finishing waits for the disk; what it waits for then is not all of the file.
    written
        .and_then(|file| file.set_len(cut).and_then(|()| file.sync_all()))
        .expect("it can be cut");
    let begin = Instant::now();
    let recording = Recording::open(&file).expect("it can be finished");
    let seconds = begin.elapsed().as_secs_f64();
    assert!(recording.was_unfinished(), "it was cut");
    verdict(
        report,
        &format!("{name}: a cut file is finished"),
        cut as f64 / 1e6 / seconds,
        "MB a second",
        150.0,
        true,
    );
}

/// The mean and the most milliseconds of moves to places all over a recording.
fn seeks(dir: &Path, file: &Path) -> [f64; 2] {
    let recording = Recording::open(file).expect("it is whole");
    let (begin, end) = (recording.start(), recording.end());
    let length = end.duration_since(begin).expect("time goes on");
    let player = Player::start(recording, "replay", Some(dir), Start::AtEnd);
    let player = player.expect("it is played");
    let mut random = 0x9e37_79b9_u32;
    let times: Vec<f64> = (0..SEEKS)
        .map(|_| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let to = begin + length.mul_f64(f64::from(random) / f64::from(u32::MAX));
            let begin = Instant::now();
            player.seek(to).expect("there is such a time");
            begin.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    let mean = times.iter().sum::<f64>() / times.len() as f64;
    [mean, times.into_iter().fold(0.0, f64::max)]
}

fn verdict(report: &Report, what: &str, found: f64, unit: &str, goal: f64, more_is_better: bool) {
    let is_met = if more_is_better {
        found >= goal
    } else {
        found <= goal
    };
    let verdict = if is_met { "ok" } else { "MISSED" };
    report.line(&format!(
        "{what:<50} {found:>8.2} {unit:<16} {goal:>6} {verdict}"
    ));
}
