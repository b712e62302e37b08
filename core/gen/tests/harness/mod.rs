//! Runs the generator on texts, and compilers on what it makes.

use std::path::{Path, PathBuf};
use std::process::Command;

use memglass_gen::{GenerateError, Generated, Options, Reader, generate};

/// A file of `tests/data`.
pub fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(name)
}

/// Generates for a header by libclang. `None`, with the reason printed, if there is no libclang here.
pub fn generated(options: &Options) -> Option<Result<Generated, GenerateError>> {
    let options = Options {
        reader: Reader::Clang,
        ..options.clone()
    };
    match generate(&options) {
        Err(error @ GenerateError::NoClang { .. }) => {
            eprintln!("not tried: {error}");
            None
        }
        other => Some(other),
    }
}

/// Generates for a text.
pub fn generated_for(text: &str) -> Option<Result<Generated, GenerateError>> {
    let directory = tempfile::tempdir().expect("a directory");
    let header = directory.path().join("input.hpp");
    std::fs::write(&header, text).expect("a file");
    generated(&Options {
        headers: vec![header],
        ..Options::default()
    })
}

/// The compilers of this machine.
pub fn compilers() -> Vec<&'static str> {
    let is_there = |name: &&str| {
        Command::new(name)
            .arg("--version")
            .output()
            .is_ok_and(|output| output.status.success())
    };
    let found: Vec<&str> = ["g++", "clang++"].into_iter().filter(is_there).collect();
    if found.is_empty() {
        eprintln!("not tried: neither g++ nor clang++ is installed");
    }
    found
}

/// What all compilers must take without a warning.
pub fn compile(compiler: &str, arguments: &[&str]) -> Command {
    let include = Path::new(env!("CARGO_MANIFEST_DIR")).join("../include");
    let mut command = Command::new(compiler);
    command.args([
        "-std=c++20",
        "-Wall",
        "-Wextra",
        "-Wpedantic",
        "-Werror",
        "-Wno-attributes",
    ]);
    if compiler.starts_with("clang") {
        command.arg("-Wno-unknown-attributes");
    }
    command.arg("-I").arg(include).args(arguments);
    command
}

/// Runs a command, which must succeed, and returns what it prints.
pub fn run(mut command: Command) -> Vec<u8> {
    let output = command.output().expect("it starts");
    assert!(
        output.status.success(),
        "{command:?}:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

/// The C library, built for this.
pub fn library() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(["build", "--quiet", "--offline", "-p", "memglass-capi"])
        .current_dir(&root);
    run(cargo);
    let profile = std::env::current_exe().unwrap();
    profile.ancestors().nth(2).unwrap().join("libmemglass.a")
}
