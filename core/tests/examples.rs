//! The examples that need no prompt, run as their users run them.
// A test that cannot go on should stop, at the line.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use memglass::Session;

/// An example of this package, built with its tests.
fn example(name: &str) -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let built = tests.ancestors().nth(2).unwrap();
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let built = built.join("examples").join(file);
    let path = built.display();
    assert!(built.exists(), "`cargo test -p memglass` builds {path}");
    built
}

#[test]
fn follow_prints_what_appears_changes_and_vanishes() {
    let dir = tempfile::tempdir().unwrap();
    let session = Session::builder("t").dir(dir.path()).create().unwrap();
    let mut follow = Command::new(example("follow"))
        .args(["t", "*_price", "--rate", "2000"])
        .env("MEMGLASS_DIR", dir.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(follow.stdout.take().unwrap());
    let (tell, lines) = mpsc::channel();
    std::thread::spawn(move || {
        output
            .lines()
            .map_while(Result::ok)
            .try_for_each(|line| tell.send(line))
    });
    // Whatever is there before it looks has not appeared: so objects come until it tells of one.
    let mut prices = Vec::new();
    let appeared = loop {
        let number = prices.len() as i64;
        let label = format!("n{number}_price");
        prices.push(session.object(&label, number).unwrap());
        match lines.recv_timeout(Duration::from_millis(20)) {
            Err(error) => assert!(error == RecvTimeoutError::Timeout && number < 5_000),
            Ok(line) => break line,
        }
    };
    let (path, number) = appeared.split_once(" appeared: ").unwrap();
    let number: usize = number.parse().unwrap();
    assert_eq!(path, format!("n{number}_price"));
    prices[number].set(-5);
    drop(prices.remove(number));
    let vanished = format!("{path} vanished: ");
    let last = lines
        .iter()
        .find(|line| line.starts_with(&vanished))
        .unwrap();
    assert!(
        last.ends_with(": -5") || last.ends_with(&format!(": {number}")),
        "{last}"
    );
    follow.kill().unwrap();
    follow.wait().unwrap();
}
