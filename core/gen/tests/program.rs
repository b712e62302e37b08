//! The program, as a shell or a build starts it.
// A test that cannot go on should stop, at the line.
#![allow(clippy::unwrap_used, dead_code, unreachable_pub)]

mod harness;

use std::path::Path;
use std::process::{Command, Output};

fn program(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_memglass-gen"))
        .current_dir(directory)
        .args(arguments)
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const HEADER: &str = "struct [[memglass::observe]] Order {\n    int price;  // in ticks\n};\n";

/// A directory with a header, or `None` if there is no libclang.
fn directory() -> Option<tempfile::TempDir> {
    harness::generated_for(HEADER)?.unwrap();
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("order.hpp"), HEADER).unwrap();
    Some(directory)
}

#[test]
fn a_result_with_the_same_bytes_is_not_touched() {
    let Some(directory) = directory() else { return };
    let path = directory.path().join("out.hpp");
    let arguments = ["order.hpp", "-std=c++20", "-o", "out.hpp", "-v"];
    let first = program(directory.path(), &arguments);
    assert!(
        said(&first).contains("out.hpp is written"),
        "{}",
        said(&first)
    );
    let before = std::fs::metadata(&path).unwrap().modified().unwrap();
    let second = program(directory.path(), &arguments);
    assert!(
        said(&second).contains("out.hpp is up to date"),
        "{}",
        said(&second)
    );
    assert_eq!(
        std::fs::metadata(&path).unwrap().modified().unwrap(),
        before
    );
    assert!(
        std::fs::read_to_string(&path)
            .unwrap()
            .contains("#include \"order.hpp\"")
    );
}

#[test]
fn a_dry_run_writes_nothing_and_a_depfile_names_the_header() {
    let Some(directory) = directory() else { return };
    let dry = program(
        directory.path(),
        &["order.hpp", "-o", "out.hpp", "--dry-run"],
    );
    let shown = String::from_utf8_lossy(&dry.stdout);
    let head = "--- a/out.hpp\n+++ b/out.hpp\n@@ -0,0 +1,";
    assert!(
        shown.starts_with(head) && shown.contains("\n+struct Order_Storage {\n"),
        "{shown}"
    );
    assert!(!directory.path().join("out.hpp").exists());
    assert!(
        program(
            directory.path(),
            &["order.hpp", "-o", "out.hpp", "--depfile", "out.d"]
        )
        .status
        .success()
    );
    let rule = std::fs::read_to_string(directory.path().join("out.d")).unwrap();
    assert!(
        rule.starts_with("out.hpp:") && rule.contains("order.hpp"),
        "{rule}"
    );
}

#[test]
fn a_dry_run_shows_only_the_lines_that_change() {
    let Some(directory) = directory() else { return };
    let arguments = ["order.hpp", "-o", "out.hpp"];
    assert!(program(directory.path(), &arguments).status.success());
    let dry = || {
        let arguments = [&arguments[..], &["--dry-run"]].concat();
        let output = program(directory.path(), &arguments);
        (
            String::from_utf8_lossy(&output.stdout).into_owned(),
            said(&output),
        )
    };
    let same = (
        String::new(),
        "memglass-gen: out.hpp is up to date\n".to_owned(),
    );
    assert_eq!(dry(), same);
    let unit = HEADER.replace("// in ticks", "// @unit(\"ticks\")");
    std::fs::write(directory.path().join("order.hpp"), unit).unwrap();
    let (diff, _) = dry();
    let changed = diff.lines().skip(2);
    let changed = changed.filter(|line| line.starts_with(['-', '+']));
    assert!((3..=5).contains(&changed.count()), "{diff}");
    let metadata =
        "\n+    static constexpr memglass::Metadata price_metadata{.unit = \"ticks\"};\n";
    assert!(diff.contains(metadata), "{diff}");
}

#[test]
fn an_annotation_from_the_shell_is_in_the_next_result() {
    let Some(directory) = directory() else { return };
    let arguments = ["annotate", "order.hpp", "Order::price", "@range(0, 100)"];
    let dry = program(directory.path(), &[&arguments[..], &["--dry-run"]].concat());
    assert!(
        String::from_utf8_lossy(&dry.stdout)
            .contains("+    int price;  // in ticks @range(0, 100)")
    );
    assert!(program(directory.path(), &arguments).status.success());
    assert!(said(&program(directory.path(), &arguments)).contains("it is so already"));
    let result = program(directory.path(), &["order.hpp"]);
    assert!(
        String::from_utf8_lossy(&result.stdout).contains("{.min = 0, .max = 100}"),
        "{}",
        said(&result)
    );
}

#[test]
fn a_refused_edit_says_why_and_fails() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("order.hpp"), HEADER).unwrap();
    let refused = program(
        directory.path(),
        &["annotate", "order.hpp", "Order::prize", "@readonly"],
    );
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        said(&refused).contains("refused: nothing is like the target"),
        "{}",
        said(&refused)
    );
    assert_eq!(
        std::fs::read_to_string(directory.path().join("order.hpp")).unwrap(),
        HEADER
    );
}

#[test]
fn scan_shows_layouts_without_a_compiler() {
    let directory = tempfile::tempdir().unwrap();
    let text = "struct Order {\n    int price;  // @readonly\n    std::string name;\n};\nstruct Row { char a; long b; };\n";
    std::fs::write(directory.path().join("order.hpp"), text).unwrap();
    let shown = program(directory.path(), &["scan", "order.hpp"]);
    let shown = String::from_utf8_lossy(&shown.stdout);
    assert!(
        shown.contains("Order: unknown: type std::string of field name"),
        "{shown}"
    );
    assert!(
        shown.contains("Row: 16 bytes, aligned to 8\n       0      1  a\n       8      8  b\n"),
        "{shown}"
    );
}

#[test]
fn a_missing_header_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let missing = program(directory.path(), &["none.hpp"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(
        said(&missing).starts_with("memglass-gen: cannot read none.hpp: No such file"),
        "{}",
        said(&missing)
    );
}

#[test]
fn without_libclang_the_scanner_reads_and_says_what_it_does_not_understand() {
    let directory = tempfile::tempdir().unwrap();
    let header = directory.path().join("order.hpp");
    std::fs::write(&header, HEADER).unwrap();
    let run = || {
        Command::new(env!("CARGO_BIN_EXE_memglass-gen"))
            .current_dir(directory.path())
            .args(["order.hpp", "-v"])
            .env("LIBCLANG_PATH", directory.path())
            .output()
            .unwrap()
    };
    let output = run();
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("described Order, read by the scanner"));
    let text = HEADER.replace("int price", "std::string name");
    std::fs::write(&header, text).unwrap();
    let output = run();
    assert_eq!(output.status.code(), Some(1));
    let said = said(&output);
    let reason =
        "order.hpp:1:1: error: the scanner cannot lay out Order: type std::string of field name";
    assert!(said.contains(reason), "{said}");
    assert!(
        said.contains("install it with `apt install libclang1`"),
        "{said}"
    );
}

#[test]
fn what_was_written_by_hand_is_not_written_over() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    std::fs::write(path("order.hpp"), HEADER).unwrap();
    std::fs::write(path("mine.hpp"), "int mine;\n").unwrap();
    std::fs::write(path("empty.hpp"), "\n").unwrap();
    let generate = |arguments: &[&str]| program(directory.path(), arguments);
    for (arguments, kept) in [
        (&["order.hpp", "-o", "order.hpp"][..], "order.hpp"),
        (&["order.hpp", "-o", "mine.hpp"], "mine.hpp"),
        (
            &["order.hpp", "-o", "new.hpp", "--source", "mine.hpp"],
            "mine.hpp",
        ),
    ] {
        let before = std::fs::read(path(kept)).unwrap();
        let output = generate(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        let told = format!("{kept} was not made by memglass-gen");
        assert!(said(&output).contains(&told), "{}", said(&output));
        assert_eq!(std::fs::read(path(kept)).unwrap(), before);
    }
    assert!(!path("new.hpp").exists());
    for _ in 0..2 {
        let output = generate(&["order.hpp", "-o", "empty.hpp"]);
        assert!(output.status.success(), "{}", said(&output));
    }
}
