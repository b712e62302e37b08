//! A transcript of the library through the program itself: its lines on standard input.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use market::Market;
use steps::{Input, steps};

// The library's own tests use the rest of these.
#[path = "../../../src/tests/market.rs"]
#[allow(dead_code)]
mod market;
#[path = "../../../script/src/tests/producer.rs"]
#[allow(dead_code)]
mod producer;
#[path = "../../../src/tests/transcript/steps.rs"]
#[allow(dead_code)]
mod steps;

#[test]
fn what_the_program_writes_into_a_pipe_is_what_the_transcript_says() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../src/tests/transcript/piped.txt");
    let transcript = std::fs::read_to_string(path).unwrap();
    let (typed, expected) = typed_and_output(&transcript);
    assert!(typed.lines().count() > 40, "{typed}");
    assert_eq!(piped(&typed), expected);
}

/// All that is typed in a transcript, and all that comes back, of which nothing was an exit.
fn typed_and_output(transcript: &str) -> (String, String) {
    let (mut typed, mut output) = (String::new(), String::new());
    for step in steps(transcript) {
        if let Input::Typed(line) = &step.input {
            typed += &format!("{line}\n");
            let lines = step
                .output
                .lines()
                .filter(|line| !line.starts_with("(ends with"));
            output.extend(lines.map(|line| format!("{}\n", if line == "~" { "" } else { line })));
        }
    }
    (typed, output)
}

/// What the program writes when it is given this, on the same market.
fn piped(input: &str) -> String {
    let market = Market::open();
    let mut program = Command::new(env!("CARGO_BIN_EXE_memglass"))
        .arg("market")
        .env_clear()
        .env("MEMGLASS_DIR", market.producer.dir.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = program.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    let output = program.wait_with_output().unwrap();
    let messages = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{messages}");
    assert_eq!(messages, "");
    String::from_utf8(output.stdout).unwrap()
}
