//! The example that generates containers: its output is compiled and run.
#![allow(clippy::print_stdout, reason = "tests print what they counted")]

#[path = "../examples/containers.rs"]
mod example;
mod harness;

use std::path::Path;
use std::process::Command;

use memglass_code::Written;

const PROGRAM: &str = r#"#include "containers.hpp"
#include <cstdio>
int main() {
    Array_int a;
    Table_const_char_ t;
    Table_long n;
    long sum = 0;
    for (int i = 0; i < 1000; ++i) { a.append(i); n.set(i * 7919ul, i); }
    for (int i = 0; i < 1000; ++i) sum += *n.get(i * 7919ul) + a.data[i];
    t.set(1, "one");
    t.set(1, "uno");
    std::printf("%u %u %ld %s %d\n", a.count, n.count, sum, *t.get(1), n.get(5) == nullptr);
}
"#;

fn run(program: &Path, arguments: &[&std::ffi::OsStr]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .expect("the program starts");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn generated_containers_compile_and_work() {
    let directory = tempfile::tempdir().expect("a directory for temporary files");
    let header = directory.path().join("containers.hpp");
    let types = ["int", "long", "const char*"].map(str::to_owned);
    for expected in [Written::Written, Written::Unchanged] {
        assert_eq!(
            example::generate(&header, &types).expect("the types are types"),
            expected
        );
    }
    if !harness::headers::has_compiler() {
        println!("g++ is missing: the containers are not compiled");
        return;
    }
    let (source, binary) = (
        directory.path().join("main.cpp"),
        directory.path().join("main"),
    );
    std::fs::write(&source, PROGRAM).expect("the directory is writable");
    run(
        Path::new("g++"),
        &[
            "-std=c++17".as_ref(),
            "-Wall".as_ref(),
            "-Werror".as_ref(),
            "-o".as_ref(),
            binary.as_os_str(),
            source.as_os_str(),
        ],
    );
    assert_eq!(run(&binary, &[]), "1000 1000 999000 uno 1\n");
}
