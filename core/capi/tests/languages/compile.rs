//! Programs in C and C++, compiled by the real compilers against the library and its headers.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// What every program is compiled with: no warning passes, but for the attribute that compilers do not know.
const WARNINGS: [&str; 10] = [
    "-Wall",
    "-Wextra",
    "-Wpedantic",
    "-Wshadow",
    "-Wconversion",
    "-Wsign-conversion",
    "-Wcast-align",
    "-Wdouble-promotion",
    "-Werror",
    "-Wno-attributes",
];

/// The directory of this package.
pub(crate) fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The directory of the libraries and the generator, which are built now if they are not.
pub(crate) fn libraries() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let packages = ["-p", "memglass-capi", "-p", "memglass-gen"];
        run(Command::new(env!("CARGO"))
            .args(["build", "--quiet"])
            .args(packages));
        let tests = std::env::current_exe().unwrap();
        tests.ancestors().nth(2).unwrap().into()
    })
}

/// The directory of `types_generated.hpp`, which the generator makes now of `types.hpp`.
fn generated() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("generated");
        std::fs::create_dir_all(&directory).unwrap();
        run(Command::new(libraries().join("memglass-gen"))
            .arg(package().join("tests/languages/types.hpp"))
            .arg("-I")
            .arg(package().join("../include"))
            .arg("-o")
            .arg(directory.join("types_generated.hpp")));
        directory
    })
}

/// Compiles a source of this directory, and returns the program.
pub(crate) fn compile(compiler: &str, source: &str, flags: &[&str]) -> PathBuf {
    compile_against("libmemglass.a", compiler, source, flags)
}

/// The same against one of the two libraries.
pub(crate) fn compile_against(
    library: &str,
    compiler: &str,
    source: &str,
    flags: &[&str],
) -> PathBuf {
    let kind = flags.join("").replace(['=', ',', '/'], "");
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{source}-{compiler}{kind}"));
    let language: &[&str] = match source.ends_with(".c") {
        true => &["-std=c11"],
        false => &[
            "-std=c++20",
            "-Wold-style-cast",
            "-Wnon-virtual-dtor",
            "-Woverloaded-virtual",
        ],
    };
    let libraries = libraries();
    run(present(compiler)
        .args(language)
        .args(WARNINGS)
        .args(flags)
        .arg("-I")
        .arg(package().join("../include"))
        .arg("-I")
        .arg(generated())
        .arg(package().join("tests/languages").join(source))
        .arg("-o")
        .arg(&program)
        .arg(libraries.join(library)));
    program
}

/// A compiler or tool of the system.
pub(crate) fn present(tool: &str) -> Command {
    let found = Command::new(tool).arg("--version").output();
    let package = tool.replace("clang++", "clang");
    assert!(
        found.is_ok(),
        "{tool} is missing; install it with: apt-get install {package}"
    );
    Command::new(tool)
}

/// Runs a command to its end, which must be good; returns what it printed.
pub(crate) fn run(command: &mut Command) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let stderr = String::from_utf8_lossy(&stderr);
    assert!(status.success(), "{command:?}: {status}\n{stderr}");
    String::from_utf8(stdout).unwrap()
}
