//! What C++ producers pay, beside Rust ones in the same run.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use memglass::Session;

use crate::cells::Cells;
use crate::creating;
use crate::floor::Floor;
use crate::report::Report;
use crate::sessions::{Order, label};
use crate::timing::percentile;

/// How much slower than in Rust a call from C++ may be.
const LIMIT: f64 = 1.2;

pub(crate) fn measure(report: &Report, floor: &Floor, rust: &Cells) {
    report.heading("the same from C++ (ratios to Rust)");
    let dir = tempfile::tempdir_in("/dev/shm").expect("/dev/shm can be written");
    let Some(cpp) = build(report, dir.path()).and_then(|program| figures(&program, dir.path()))
    else {
        return;
    };
    let line = |what: &str, name: &str, peer: f64, goal: f64| {
        report.figure(what, cpp[name], Some(peer), Some(goal));
    };
    let raw = cpp["raw_store"];
    report.figure(
        "relaxed store of a std::atomic",
        raw,
        Some(floor.store),
        None,
    );
    line("plain store (ratio to that)", "plain_store", raw, raw * 1.1);
    line(
        "guarded read of 40 bytes",
        "guarded_read",
        rust.read,
        rust.read * LIMIT,
    );
    line(
        "guarded write, claimed",
        "guarded_claimed",
        rust.claimed,
        rust.claimed * LIMIT,
    );
    line(
        "guarded write, held",
        "guarded_held",
        rust.held,
        rust.held * LIMIT,
    );
    let labels: Vec<String> = (0..10_000).map(label).collect();
    let rust_creates = |is_reserved: bool| {
        let rounds = (0..50).map(|_| {
            let builder = Session::builder("bench").dir(dir.path());
            let builder = match is_reserved {
                true => builder.reserve::<Order>(labels.len()),
                false => builder,
            };
            creating::create_all(builder, &labels)
        });
        percentile(rounds.collect(), 10)
    };
    line(
        "create, 10,000 in a growing session",
        "create",
        rust_creates(false),
        120.0,
    );
    line(
        "create, with room for all",
        "create_reserved",
        rust_creates(true),
        120.0,
    );
}

/// Builds the library and `cpp/cells.cpp`; says why if it cannot.
fn build(report: &Report, dir: &Path) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let this = std::env::current_exe().expect("this program has a path");
    let profile = this.parent().expect("it is in a directory");
    let program = dir.join("cells");
    let mut library = Command::new(env!("CARGO"));
    library
        .args(["build", "--release", "--quiet", "-p", "memglass-capi"])
        .current_dir(&root);
    let mut compiler = Command::new("g++");
    compiler
        .args(["-std=c++20", "-O2", "-I"])
        .arg(root.join("core/include"))
        .arg(root.join("tests/bench/cpp/cells.cpp"))
        .arg(profile.join("libmemglass.a"))
        .arg("-o")
        .arg(&program);
    for command in [&mut library, &mut compiler] {
        match command.output() {
            Ok(output) if output.status.success() => {}
            Ok(output) => {
                let errors = String::from_utf8_lossy(&output.stderr);
                report.line(&format!("not measured: {command:?}:\n{errors}"));
                return None;
            }
            Err(error) => {
                report.line(&format!("not measured: {command:?}: {error}"));
                return None;
            }
        }
    }
    Some(program)
}

/// What the program measured, in nanoseconds.
fn figures(program: &Path, dir: &Path) -> Option<HashMap<String, f64>> {
    let output = Command::new(program).arg(dir).output().ok()?;
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).ok()?;
    let pairs = text.lines().filter_map(|line| line.split_once(' '));
    let parsed = pairs.map(|(name, ns)| Some((name.to_owned(), ns.parse().ok()?)));
    parsed.collect()
}
