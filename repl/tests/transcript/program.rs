//! The same through the program itself: the lines of a transcript on its standard input.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::file;
use crate::market::Market;
use crate::world::World;

#[test]
fn what_the_program_writes_into_a_pipe_is_what_the_transcript_says() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/transcript/piped.txt");
    let transcript = std::fs::read_to_string(path).unwrap();
    let (typed, expected) = file::typed_and_output(&transcript);
    assert!(typed.lines().count() > 40, "{typed}");
    assert_eq!(piped(&typed), expected);
}

/// What the program writes when it is given this, on the same market.
fn piped(input: &str) -> String {
    let market = Market::new(World::new());
    let mut program = Command::new(env!("CARGO_BIN_EXE_memglass"))
        .arg("market")
        .env_clear()
        .env("MEMGLASS_DIR", market.world.dir.path())
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
