//! Compiles the C++ side of the models, for those who ask for it: no other build needs a C++ compiler.

use std::env;
use std::path::PathBuf;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=cpp");
    println!("cargo::rerun-if-changed=../../core/include/memglass");
    println!("cargo::rerun-if-env-changed=CXX");
    if env::var_os("CARGO_FEATURE_CPP").is_none() {
        return;
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let compiler = env::var("CXX").unwrap_or_else(|_| "c++".into());
    let (object, library) = (out.join("guarded.o"), out.join("libguarded.a"));
    // The directory with the models' accesses comes before that of the headers.
    let mut compile = Command::new(&compiler);
    compile.args(["-std=c++20", "-O1", "-Wall", "-Wextra", "-Werror", "-Icpp"]);
    compile.args(["-I../../core/include", "-c", "cpp/guarded.cpp", "-o"]);
    run(compile.arg(&object));
    run(Command::new("ar").arg("rcs").arg(&library).arg(&object));
    println!("cargo::rustc-link-search=native={}", out.display());
    println!("cargo::rustc-link-lib=static=guarded");
    println!("cargo::rustc-link-lib=dylib=stdc++");
}

fn run(command: &mut Command) {
    let status = command.status();
    let is_done = status.as_ref().is_ok_and(|status| status.success());
    assert!(is_done, "{command:?}: {status:?}");
}
