//! The compilers that are there.

use std::path::Path;
use std::process::Command;

/// The compilers of the system by name; one that is missing is named, and left out.
pub(crate) fn compilers() -> Vec<&'static str> {
    let is_there = |name: &&str| {
        let there = Command::new(name)
            .arg("--version")
            .output()
            .is_ok_and(|output| output.status.success());
        if !there {
            println!("{name} is missing: what it would accept is not tried");
        }
        there
    };
    ["g++", "clang++"].into_iter().filter(is_there).collect()
}

/// What `compiler` says against `text`; nothing if it accepts it.
pub(crate) fn complaint(compiler: &str, directory: &Path, text: &str) -> Option<String> {
    let path = directory.join("text.cpp");
    std::fs::write(&path, text).expect("the directory is writable");
    let arguments = ["-std=c++20", "-fsyntax-only", "-w", "-x", "c++"];
    let output = Command::new(compiler)
        .args(arguments)
        .arg(&path)
        .output()
        .expect("the compiler starts");
    (!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned())
}
