//! The program, as a shell or a build starts it.
// A test that cannot go on should stop, at the line.
#![allow(clippy::unwrap_used, dead_code, unreachable_pub)]

mod harness;

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

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
fn what_was_written_by_hand_is_not_lost_to_a_rule_or_a_file_named_dash() {
    let Some(directory) = directory() else { return };
    let run = |more: &[&str]| program(directory.path(), &[&["order.hpp", "-o"], more].concat());
    let read = |name: &str| std::fs::read_to_string(directory.path().join(name)).unwrap();
    std::fs::write(directory.path().join("Makefile"), "all: prog\n").unwrap();
    for hand_written in ["order.hpp", "Makefile"] {
        let refused = run(&["out.hpp", "--depfile", hand_written]);
        assert_eq!(refused.status.code(), Some(1));
    }
    assert_eq!(
        (&*read("order.hpp"), &*read("Makefile")),
        (HEADER, "all: prog\n")
    );
    std::fs::create_dir(directory.path().join("p (2)")).unwrap();
    for _ in 0..2 {
        let made = run(&["p (2)/out.hpp", "--depfile", "out.d"]);
        assert!(made.status.success(), "{}", said(&made));
    }
    let printed = run(&["-"]);
    assert!(String::from_utf8_lossy(&printed.stdout).contains("Made by memglass-gen"));
    assert!(!directory.path().join("-").exists());
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
        said(&refused).contains("order.hpp declares no Order::prize; did you mean Order::price?"),
        "{}",
        said(&refused)
    );
    assert_eq!(
        std::fs::read_to_string(directory.path().join("order.hpp")).unwrap(),
        HEADER
    );
}

#[test]
fn a_wrong_annotation_is_refused_before_anything_is_written() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("order.hpp");
    let text = "namespace oms {\nstruct Order {\n    long price;  // @min(1)\n    long total() const;\n};\nenum Side { Buy };\n}\n";
    std::fs::write(&path, text).unwrap();
    for (member, annotation, reason) in [
        (
            "oms::Order::price",
            "@rang(1, 2)",
            "no annotation @rang; did you mean @range?",
        ),
        (
            "oms::Order::price",
            "@ro",
            "no annotation @ro; did you mean @readonly?",
        ),
        (
            "oms::Order::price",
            "@colour(red)",
            "no annotation @colour; there are @readonly, ",
        ),
        (
            "oms::Order::price",
            "readonly",
            "\"readonly\" is no annotation; write '@readonly'",
        ),
        ("oms::Order::price", "@max(", "\"@max(\" is no annotation"),
        ("oms::Order::price", "@max(2) please", "is no annotation"),
        (
            "oms::Order::price",
            "@max(high)",
            "order.hpp:3:29: error: @max",
        ),
        (
            "oms::Order::price",
            "@range(1, 2)",
            "order.hpp:3:29: error: @range contradicts @min",
        ),
        ("oms::Order::price", "@max(2) @regex(\"[\")", "@regex"),
        (
            "oms::Order",
            "@readonly",
            "@readonly says nothing about a struct",
        ),
        (
            "oms::Side",
            "@min(1)",
            "@min says nothing about an enumeration",
        ),
        ("oms::Order::total", "@readonly", "this is a function"),
        (
            "price",
            "@readonly",
            "declares no price; did you mean oms::Order::price?",
        ),
        (
            "oms::Order::prise",
            "@readonly",
            "did you mean oms::Order::price?",
        ),
        ("Colour", "@readonly", "order.hpp declares no Colour\n"),
    ] {
        let refused = program(
            directory.path(),
            &["annotate", "order.hpp", member, annotation],
        );
        assert_eq!(refused.status.code(), Some(1), "{member} {annotation}");
        let said = said(&refused);
        assert!(said.contains(reason), "{member} {annotation}: {said}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
}

#[test]
fn a_list_of_requests_with_a_misspelt_annotation_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("order.hpp"), HEADER).unwrap();
    let edit = |name: &str| {
        let request = |code: &str| {
            format!(
                r#"{{"op": "annotate", "target": {{"path": "Order::price"}}, "code": "{code}"}}"#
            )
        };
        let list = [request("@brief"), request(name)].join(", ");
        let list = format!(r#"{{"requests": [{list}]}}"#);
        std::fs::write(directory.path().join("requests.json"), list).unwrap();
        program(directory.path(), &["edit", "requests.json", "order.hpp"])
    };
    let refused = edit("@read_only");
    assert_eq!(refused.status.code(), Some(1));
    let reason = "requests[1], annotate Order::price: there is no annotation @read_only; did you mean @readonly?";
    assert!(said(&refused).contains(reason), "{}", said(&refused));
    let text = || std::fs::read_to_string(directory.path().join("order.hpp")).unwrap();
    assert_eq!(text(), HEADER);
    assert!(edit("@readonly").status.success());
    assert!(text().contains("@brief @readonly"), "{}", text());
}

#[test]
fn several_annotations_are_written_at_once_or_not_at_all() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("order.hpp");
    std::fs::write(&path, HEADER).unwrap();
    let member = ["annotate", "order.hpp", "Order::price"];
    let annotate = |more: &[&str]| program(directory.path(), &[&member[..], more].concat());
    assert!(!annotate(&["@min(1)", "@min(2)"]).status.success());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), HEADER);
    let done = annotate(&["@min(1) @max(5)", "@unit(\"ticks\")"]);
    assert!(done.status.success(), "{}", said(&done));
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("@min(1) @max(5) @unit(\"ticks\")"), "{text}");
}

#[test]
fn an_annotation_breaks_no_comment_and_loses_none() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("order.hpp");
    let annotate = |text: &str, member: &str, annotation: &str| {
        std::fs::write(&path, text).unwrap();
        let ran = program(
            directory.path(),
            &["annotate", "order.hpp", member, annotation],
        );
        let after = std::fs::read_to_string(&path).unwrap();
        (ran.status.code(), said(&ran), after)
    };
    let ends = "*/ ends the comment that the annotation has to go into";
    let shared = "the target shares its declaration or comment with others";
    for (text, member, annotation, reason) in [
        (
            "struct A { int p; int q; };\n",
            "A::q",
            "@unit(\"m*/s\")",
            ends,
        ),
        (
            "struct A {\n    int q; /* speed */\n};\n",
            "A::q",
            "@regex(\"a*/b\")",
            ends,
        ),
        (
            "struct A {\n    int q; /* @unit(\"m\") */\n};\n",
            "A::q",
            "@unit(\"m*/s\")",
            ends,
        ),
        (
            "/* all */ struct A {\n  int q; };\n",
            "A::q",
            "@desc(\"a */ int evil; /* b\")",
            ends,
        ),
        (
            "struct A {\n    int q /* first */, r /* last */;\n};\n",
            "A::q",
            "@min(0)",
            shared,
        ),
        (
            "struct A {\n    int q : 3 /* first */, r : 5;\n};\n",
            "A::r",
            "@min(0)",
            shared,
        ),
        (
            "struct A {\n    struct B {\n        int x;\n    } b[2];\n};\n",
            "A::B",
            "@readonly",
            "@readonly says nothing about a struct",
        ),
    ] {
        let (code, said, after) = annotate(text, member, annotation);
        assert_eq!(code, Some(1), "{text}: {after}");
        assert!(said.contains(reason), "{text}: {said}");
        assert_eq!(after, text);
    }
    let (code, said, after) = annotate("struct A {\n\tint\tq, *r;\n};\n", "A::r", "@address");
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(
        after,
        "struct A {\n\tint\tq;\n\tint\t*r;  // @address\n};\n"
    );
    let line = "struct A {\n    int q;  // speed\n};\n";
    let (_, _, after) = annotate(line, "A::q", "@unit(\"m*/s\")");
    assert!(after.contains("// speed @unit(\"m*/s\")\n"), "{after}");
}

#[test]
fn each_request_of_a_list_is_named_in_what_became_of_it() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("order.hpp"), HEADER).unwrap();
    let list = r#"[
        {"op": "annotate", "target": {"path": "Order::price"}, "code": "@readonly"},
        {"op": "remove", "target": {"path": "Order::nothing"}},
        {"op": "rename", "target": {"path": "Order::price"}, "to": "px"},
        {"op": "rename", "target": {"path": "Order::price"}, "to": "cost"}
    ]"#;
    std::fs::write(directory.path().join("requests.json"), list).unwrap();
    let ran = program(directory.path(), &["edit", "requests.json", "order.hpp"]);
    assert_eq!(ran.status.code(), Some(1));
    let said = said(&ran);
    for line in [
        "order.hpp: requests[0], annotate Order::price: done",
        "requests[1], remove Order::nothing: refused: nothing is like the target",
        "requests[2], rename Order::price: refused: another request changes the same bytes or brings in the same name; leave one out (requests[3])",
        "requests[3], rename Order::price: refused: another request changes the same bytes or brings in the same name; leave one out (requests[2])",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
}

#[test]
fn annotations_that_do_not_fit_the_member_are_not_written() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("order.hpp");
    let text = "#include <string>\nstruct Order {\n    int price;\n    double rate;\n    char name[8];\n    int* next;\n    enum Side { buy, sell } side;\n};\nstruct Px {\n    int bid;\n    int ask;\n};\nstruct Text {\n    std::string text;\n    int length;\n};\nstruct Old {\n    int init;\n    int step;  // @step(0)\n    int size;\n};\n";
    let annotate = |member: &str, annotation: &str| {
        std::fs::write(&path, text).unwrap();
        let ran = program(
            directory.path(),
            &["annotate", "order.hpp", member, annotation],
        );
        let is_changed = std::fs::read_to_string(&path).unwrap() != text;
        assert_eq!(ran.status.success(), is_changed, "{}", said(&ran));
        (is_changed, said(&ran))
    };
    for (member, annotation) in [
        ("Order::price", "@range(100, 0)"),
        ("Order::price", "@step(0)"),
        ("Old::size", "@step(0)"),
        ("Order::price", "@regex(\"a\")"),
        ("Px::bid", "@was(\"bid\")"),
        ("Px::bid", "@was(\"ask\")"),
        ("Order::price", "@address"),
        ("Order::rate", "@flags(A=1)"),
        ("Order::name", "@range(0, 5)"),
        ("Order::side", "@enum(A=1)"),
    ] {
        let (is_changed, said) = annotate(member, annotation);
        assert!(!is_changed, "{member} {annotation}: {said}");
        assert!(
            said.contains("order.hpp:") && said.contains("nothing is written"),
            "{member} {annotation}: {said}"
        );
    }
    for (member, annotation) in [
        ("Order::price", "@range(0, 100)"),
        ("Order::price", "@was(\"px\")"),
        ("Order::next", "@address"),
        ("Order::side", "@readonly"),
        // The scanner does not know the type.
        ("Text::text", "@range(0, 5)"),
        // What is wrong with others is not told, and what is mended may uncover more.
        ("Old::size", "@min(1)"),
        ("Old::step", "@step(1)"),
    ] {
        let (is_changed, said) = annotate(member, annotation);
        assert!(is_changed, "{member} {annotation}: {said}");
    }
}

#[test]
fn annotations_that_are_not_closed_are_not_passed_over() {
    let directory = tempfile::tempdir().unwrap();
    for (note, reason) in [
        ("@range(0,1", "@range takes two numbers"),
        ("@desc(\"a", "@desc takes a text"),
        ("(@rang(0, 1))", "did you mean @range?"),
    ] {
        let text = format!("struct [[memglass::observe]] S {{\n    int k;  // {note}\n}};\n");
        std::fs::write(directory.path().join("s.hpp"), text).unwrap();
        let refused = program(directory.path(), &["--reader", "scanner", "s.hpp"]);
        assert_eq!(refused.status.code(), Some(1), "{note}");
        assert!(
            said(&refused).contains(reason),
            "{note}: {}",
            said(&refused)
        );
    }
}

#[test]
fn what_depends_on_the_order_of_names_is_not_generated_by_the_scanner() {
    let directory = tempfile::tempdir().unwrap();
    let text = "constexpr int N = 2;\nnamespace p {\nenum class E : int { a = N, b };\nstruct [[memglass::observe]] S { E e; };\nconstexpr int N = 5;\n}\n";
    std::fs::write(directory.path().join("s.hpp"), text).unwrap();
    let refused = program(directory.path(), &["--reader", "scanner", "s.hpp"]);
    assert_eq!(refused.status.code(), Some(1));
    let reason = "the scanner does not know all values of p::E";
    assert!(said(&refused).contains(reason), "{}", said(&refused));
}

#[test]
fn a_file_with_two_names_is_edited_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("order.hpp");
    std::fs::write(&path, HEADER).unwrap();
    let request = |file: &str, code: &str| {
        format!(
            r#"{{"op": "annotate", "target": {{"path": "Order::price", "file": "{file}"}}, "code": "{code}"}}"#
        )
    };
    let requests = [
        request("./order.hpp", "@min(1)"),
        request("order.hpp", "@max(2)"),
    ];
    let requests = format!(r#"{{"requests": [{}]}}"#, requests.join(", "));
    std::fs::write(directory.path().join("requests.json"), requests).unwrap();
    let ran = program(directory.path(), &["edit", "requests.json", "order.hpp"]);
    assert_eq!(ran.status.code(), Some(0), "{}", said(&ran));
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("@min(1) @max(2)"), "{text}");
}

#[test]
fn of_two_runs_at_once_none_undoes_the_other() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("order.hpp");
    for _ in 0..10 {
        std::fs::write(&path, "struct Order {\n    int price;\n    int size;\n};\n").unwrap();
        let start = |member: &str| {
            let mut annotate = Command::new(env!("CARGO_BIN_EXE_memglass-gen"));
            let arguments = ["annotate", "order.hpp", member, "@readonly"];
            let annotate = annotate.current_dir(directory.path()).args(arguments);
            annotate.stderr(Stdio::piped()).spawn().unwrap()
        };
        let runs = ["Order::price", "Order::size"].map(start);
        let runs = runs.map(|run| run.wait_with_output().unwrap());
        let done = runs.iter().filter(|run| run.status.success()).count();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.matches("@readonly").count(), done, "{text}");
        for run in runs.iter().filter(|run| !run.status.success()) {
            assert!(said(run).contains("changed meanwhile"), "{}", said(run));
        }
        assert!(done > 0);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_told_is_done_all_the_same() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("order.hpp"), HEADER).unwrap();
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let ran = Command::new(env!("CARGO_BIN_EXE_memglass-gen"))
        .current_dir(directory.path())
        .args(["annotate", "order.hpp", "Order::price", "@readonly"])
        .stderr(full)
        .status()
        .unwrap();
    assert_eq!(ran.code(), Some(0));
}

#[cfg(target_os = "linux")]
#[test]
fn what_is_no_regular_file_is_refused_without_waiting() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    std::fs::write(path("order.hpp"), HEADER).unwrap();
    let request =
        r#"{"requests": [{"op": "annotate", "target": {"path": "a"}, "code": "@readonly"}]}"#;
    std::fs::write(path("requests.json"), request).unwrap();
    let made = Command::new("mkfifo").arg(path("pipe")).status().unwrap();
    assert!(made.success());
    for arguments in [
        &["pipe"][..],
        &["order.hpp", "-o", "pipe"],
        &["order.hpp", "-o", "pipe", "--dry-run"],
        &["order.hpp", "-o", "new.hpp", "--source", "pipe"],
        &["scan", "pipe"],
        &["scan", "."],
        &["scan", "/dev/zero"],
        &["annotate", "pipe", "Order::price", "@readonly"],
        &["edit", "pipe"],
        &["edit", "requests.json", "pipe"],
        &["types", "pipe", "-o", "types.mgt"],
    ] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_memglass-gen"));
        let child = child.current_dir(directory.path()).args(arguments);
        let mut child = child
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let deadline = Instant::now() + Duration::from_secs(60);
        while child.try_wait().unwrap().is_none() {
            if Instant::now() > deadline {
                child.kill().unwrap();
                panic!("{arguments:?} waits");
            }
            std::thread::yield_now();
        }
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        let said = said(&output);
        assert!(
            said.contains("it is no regular file"),
            "{arguments:?}: {said}"
        );
    }
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
fn an_include_that_is_not_there_is_a_note_without_a_compiler() {
    let directory = tempfile::tempdir().unwrap();
    let eng = directory.path().join("eng");
    std::fs::create_dir(&eng).unwrap();
    let order = "#pragma once\n#include \"eng/types.h\"\n#include \"stdint.h\"\n#ifdef _WIN32\n#include \"win.h\"\n#endif\nstruct [[memglass::observe]] Order {\n    int64_t price;\n};\n";
    std::fs::write(eng.join("order.h"), order).unwrap();
    std::fs::write(eng.join("types.h"), "struct Price { long ticks; };\n").unwrap();
    let scanned = program(directory.path(), &["scan", "eng/order.h", "eng/types.h"]);
    assert_eq!(
        (scanned.status.code(), said(&scanned)),
        (Some(0), String::new())
    );
    let read = |path: &str| program(directory.path(), &["--reader", "scanner", "-I", ".", path]);
    let plain = read("eng/order.h");
    assert_eq!(
        (plain.status.code(), said(&plain)),
        (Some(0), String::new())
    );
    assert!(String::from_utf8_lossy(&plain.stdout).contains("Order"));
    std::fs::write(
        directory.path().join("gone.h"),
        "#include \"gone_too.h\"\nstruct [[memglass::observe]] Fill {\n    int quantity;\n};\n",
    )
    .unwrap();
    let note = "gone.h:1:1: note: \"gone_too.h\" is not found; what it declares is not known\n";
    for ran in [
        read("gone.h"),
        program(directory.path(), &["scan", "gone.h"]),
    ] {
        assert_eq!(ran.status.code(), Some(0), "{}", said(&ran));
        assert!(said(&ran).starts_with(note), "{}", said(&ran));
        assert!(String::from_utf8_lossy(&ran.stdout).contains("Fill"));
    }
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
fn thousands_of_faults_in_one_line_are_counted_and_not_all_shown() {
    let directory = tempfile::tempdir().unwrap();
    let notes = "@readonly ".repeat(5000);
    let text = format!("struct [[memglass::observe]] A {{\n    int x;  // {notes}\n}};\n");
    std::fs::write(directory.path().join("a.hpp"), text).unwrap();
    let output = program(directory.path(), &["a.hpp", "--reader", "scanner"]);
    assert_eq!(output.status.code(), Some(1));
    let said = said(&output);
    assert_eq!(
        said.matches(": error: @readonly is given twice").count(),
        200
    );
    assert!(
        said.contains("4799 more are not shown\n4999 errors"),
        "{}",
        &said[said.len() - 300..]
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
        (&["types", "order.hpp", "-o", "order.hpp"], "order.hpp"),
    ] {
        let before = std::fs::read(path(kept)).unwrap();
        let output = generate(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(said(&output).contains(kept), "{}", said(&output));
        assert!(said(&output).contains("would be lost"), "{}", said(&output));
        assert_eq!(std::fs::read(path(kept)).unwrap(), before);
    }
    assert!(!path("new.hpp").exists());
    for _ in 0..2 {
        let output = generate(&["order.hpp", "-o", "empty.hpp"]);
        assert!(output.status.success(), "{}", said(&output));
    }
}

/// Annotates what has a path in a header with this text: whether that is done, what is said, and the text behind.
fn annotated(text: &str, path: &str, annotation: &str) -> (bool, String, String) {
    let (is_done, said, after) = annotated_again(text, path, annotation);
    assert_eq!(is_done, after != text, "{said}");
    (is_done, said, after)
}

/// The same where nothing may be left to do.
fn annotated_again(text: &str, path: &str, annotation: &str) -> (bool, String, String) {
    let directory = tempfile::tempdir().unwrap();
    let header = directory.path().join("s.hpp");
    std::fs::write(&header, text).unwrap();
    let ran = program(directory.path(), &["annotate", "s.hpp", path, annotation]);
    let after = std::fs::read_to_string(&header).unwrap();
    (ran.status.success(), said(&ran), after)
}

#[test]
fn a_type_that_a_typedef_names_is_annotated_like_others() {
    let text = "typedef struct {\n    int qty;\n} Order;\ntypedef struct Tag { int k; } Row;\ntypedef enum { buy, sell } Side;\ntypedef int Px;\n";
    for (path, annotation, line) in [
        ("Order", "@seqlock", "// @seqlock\ntypedef struct {\n"),
        (
            "Order::qty",
            "@range(0, 5)",
            "    int qty;  // @range(0, 5)\n",
        ),
        (
            "::Order::qty",
            "@range(0, 5)",
            "    int qty;  // @range(0, 5)\n",
        ),
        ("Row", "@locked", "Row;  // @locked\n"),
        ("Tag", "@locked", "Row;  // @locked\n"),
        ("Tag::k", "@min(1)", "int k; /* @min(1) */ } Row;\n"),
        ("Side", "@flags", "Side;  // @flags\n"),
    ] {
        let (is_done, said, after) = annotated(text, path, annotation);
        assert!(
            is_done && after.contains(line),
            "{path} {annotation}: {said}{after}"
        );
    }
    for (path, annotation, reason) in [
        (
            "Order",
            "@readonly",
            "@readonly says nothing about a struct",
        ),
        ("Order::qty", "@regex(\"a\")", "regex needs text"),
        ("Tag", "@min(1)", "@min says nothing about a struct"),
        (
            "Side",
            "@seqlock",
            "@seqlock says nothing about an enumeration",
        ),
        (
            "Px",
            "@range(0, 5)",
            "annotations are for members and types, and this is a typedef",
        ),
    ] {
        let (is_done, said, _) = annotated(text, path, annotation);
        assert!(
            !is_done && said.contains(reason),
            "{path} {annotation}: {said}"
        );
    }
}

#[test]
fn members_of_a_type_without_a_name_are_judged_too() {
    let text = "struct S {\n    struct {\n        int a;\n        struct {\n            double b;\n        } deep[2];\n    } inner;\n    union alignas(8) {\n        long c;\n    } either;\n    enum { x, y } side;\n};\n";
    for (path, annotation, reason) in [
        ("S::inner::a", "@regex(\"a\")", "regex needs text"),
        ("S::inner::a", "@range(5, 0)", "min 5 is greater than max 0"),
        ("S::inner::deep::b", "@flags(A=1)", "flags"),
        ("S::either::c", "@atomic", "none can be protected alone"),
        ("S::inner", "@range(0, 5)", "min"),
        ("S::side", "@enum(A=1)", "enum"),
    ] {
        let (is_done, said, _) = annotated(text, path, annotation);
        assert!(
            !is_done && said.contains(reason),
            "{path} {annotation}: {said}"
        );
    }
    for (path, annotation) in [
        ("S::inner::a", "@range(0, 5)"),
        ("S::inner::deep::b", "@format(\"%.2f\")"),
        ("S::inner", "@seqlock"),
        ("S::side", "@readonly"),
    ] {
        let (is_done, said, _) = annotated(text, path, annotation);
        assert!(is_done, "{path} {annotation}: {said}");
    }
}

#[test]
fn a_packed_record_without_protection_is_refused_by_annotate_in_the_words_of_the_generator() {
    let members = "    std::uint16_t count;\n    int prices[4];\n};\n";
    let marked = format!("#include <cstdint>\nstruct [[memglass::observe]] S {{\n{members}");
    let reason =
        "S is read as one record: protect it with @seqlock or @locked, so that it is of one write";
    for (path, annotation) in [
        ("S::prices", "@count(count)"),
        (
            "S",
            "@layout(\"struct t { u16 count; padding[2]; s32 prices[4]; };\")",
        ),
    ] {
        let (is_done, said, _) = annotated(&marked, path, annotation);
        assert!(
            !is_done && said.contains(reason),
            "{path} {annotation}: {said}"
        );
    }
    let generated = marked.replace("prices[4];", "prices[4];  // @count(count)");
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("s.hpp"), generated).unwrap();
    let refused = program(directory.path(), &["s.hpp", "--reader", "scanner"]);
    assert!(said(&refused).contains(reason), "{}", said(&refused));
    // Something else that is wrong in the header hides it no more than it hides it from the generator.
    let other = format!("{marked}struct Other {{\n    int init;\n}};\n");
    let (is_done, said, _) = annotated(&other, "S::prices", "@count(count)");
    assert!(!is_done && said.contains(reason), "{said}");
    let guarded = marked.replace("struct [[", "// @seqlock\nstruct [[");
    let unmarked = marked.replace(" [[memglass::observe]]", "");
    let inside =
        format!("{unmarked}struct [[memglass::observe]] T {{\n    S s;  // @seqlock\n}};\n");
    for text in [&guarded, &unmarked, &inside] {
        let (is_done, said, _) = annotated(text, "S::prices", "@count(count)");
        assert!(is_done, "{said}{text}");
    }
    let inside = inside.replace("// @seqlock", "");
    let (is_done, said, _) = annotated(&inside, "S::prices", "@count(count)");
    assert!(!is_done && said.contains(reason), "{said}");
}

#[test]
fn a_request_that_does_not_fit_names_the_part_and_an_empty_list_says_so() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("order.hpp"), HEADER).unwrap();
    let edit = |requests: &str| {
        std::fs::write(directory.path().join("requests.json"), requests).unwrap();
        program(directory.path(), &["edit", "requests.json", "order.hpp"])
    };
    let path = r#""target": {"path": "Order::price"}"#;
    for (request, part) in [
        (
            r#"{"op": "remove", "target": {"path": "Order::price", "nth": 1}}"#.to_owned(),
            "it takes no nth",
        ),
        (
            r#"{"op": "remove", "target": {"marker": "M"}}"#.to_owned(),
            "its target needs a path or signature",
        ),
        (
            r#"{"op": "replace", "target": {}, "code": "int a;"}"#.to_owned(),
            "its target needs a path, signature or marker",
        ),
        (format!(r#"{{"op": "annotate", {path}}}"#), "it needs code"),
        (
            format!(r#"{{"op": "remove", {path}, "code": "int a;"}}"#),
            "it takes no code",
        ),
        (
            format!(r#"{{"op": "add", {path}, "code": "int a;"}}"#),
            "its policy needs one of before, after and inside",
        ),
        (
            format!(r#"{{"op": "replace", {path}, "code": "int a;", "policy": ["once"]}}"#),
            "it takes no policy",
        ),
        (
            format!(r#"{{"op": "rename", {path}}}"#),
            "it needs the new name, which is called to",
        ),
        (
            format!(r#"{{"op": "rename", {path}, "to": "2nd"}}"#),
            "to is \"2nd\", which is no name",
        ),
        (
            format!(r#"{{"op": "remove", {path}, "scope": "all"}}"#),
            "it takes no to and no scope",
        ),
    ] {
        let refused = edit(&format!("[{request}]"));
        assert_eq!(refused.status.code(), Some(1), "{request}");
        assert!(
            said(&refused).contains(&format!("does not fit ({part}")),
            "{}",
            said(&refused)
        );
    }
    for empty in ["[]", "{}", r#"{"requests": []}"#] {
        let ran = edit(empty);
        assert_eq!(ran.status.code(), Some(0));
        assert_eq!(
            said(&ran),
            "memglass-gen: requests.json has no requests, so nothing is done\n"
        );
    }
}

#[test]
fn a_file_in_another_encoding_is_refused_with_the_one_that_is_expected() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(
        directory.path().join("s.hpp"),
        b"struct S {\n    int a;  // gr\xfc\xdfe\n};\n",
    )
    .unwrap();
    let request = r#"[{"op": "annotate", "target": {"path": "S::a"}, "code": "@readonly"}]"#;
    std::fs::write(directory.path().join("r.json"), request).unwrap();
    for arguments in [
        &["annotate", "s.hpp", "S::a", "@readonly"][..],
        &["edit", "r.json", "s.hpp"],
        &["scan", "s.hpp"],
    ] {
        let refused = program(directory.path(), arguments);
        assert_eq!(refused.status.code(), Some(1));
        let reason = "line 2 is not UTF-8, which is the encoding that is expected";
        assert!(said(&refused).contains(reason), "{}", said(&refused));
    }
}

#[test]
fn the_generator_refuses_another_encoding_with_the_place() {
    let directory = tempfile::tempdir().unwrap();
    let member = b"struct [[memglass::observe]] S {\n    int a;  // @desc(\"gr\xfc\xdfe\")\n};\n";
    std::fs::write(directory.path().join("s.hpp"), member).unwrap();
    std::fs::write(
        directory.path().join("inner.hpp"),
        b"// \xfc\nstruct In { int b; };\n",
    )
    .unwrap();
    let outer = "#include \"inner.hpp\"\nstruct [[memglass::observe]] S { In in; };\n";
    std::fs::write(directory.path().join("outer.hpp"), outer).unwrap();
    let unused = "#include \"inner.hpp\"\nstruct [[memglass::observe]] S { int a; };\n";
    std::fs::write(directory.path().join("unused.hpp"), unused).unwrap();
    for reader in ["clang", "scanner"] {
        for (header, place) in [("s.hpp", "s.hpp:2:25"), ("outer.hpp", "inner.hpp:1:4")] {
            let refused = program(directory.path(), &["--reader", reader, header]);
            let said = said(&refused);
            if said.contains("libclang") {
                continue;
            }
            assert_eq!(refused.status.code(), Some(1), "{said}");
            let wanted = format!("{place}: error: this is not UTF-8");
            assert!(said.contains(&wanted), "{reader}: {said}");
        }
        // What nobody asks about may be written in any encoding.
        let ran = program(directory.path(), &["--reader", reader, "unused.hpp"]);
        assert!(
            ran.status.success() || said(&ran).contains("libclang"),
            "{}",
            said(&ran)
        );
    }
}

#[test]
fn a_zero_byte_hides_nothing_from_the_scanner() {
    let directory = tempfile::tempdir().unwrap();
    let text = b"struct A { int a; };\n\0\nstruct B { int\0 b; };\n#\0ifdef X\nstruct C { int c; };\n\0#endif\n";
    std::fs::write(directory.path().join("s.hpp"), text).unwrap();
    let ran = program(directory.path(), &["scan", "s.hpp"]);
    let shown = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success(), "{}", said(&ran));
    for name in ["A", "B"] {
        assert!(shown.contains(&format!("{name}: 4 bytes")), "{shown}");
    }
}

#[test]
fn an_include_that_is_no_regular_file_is_a_note_without_a_compiler() {
    let directory = tempfile::tempdir().unwrap();
    let pipe = Command::new("mkfifo")
        .arg(directory.path().join("pipe.h"))
        .status();
    assert!(pipe.unwrap().success());
    let text = "#include \"/dev/null\"\n#include \"gone.h\"\n#include \"pipe.h\"\nstruct [[memglass::observe]] D { int d; };\n";
    std::fs::write(directory.path().join("d.hpp"), text).unwrap();
    for arguments in [&["scan", "d.hpp"][..], &["--reader", "scanner", "d.hpp"]] {
        let ran = program(directory.path(), arguments);
        let said = said(&ran);
        assert!(ran.status.success(), "{said}");
        for why in [
            "d.hpp:2:1: note: \"gone.h\" is not found; what it declares is not known",
            "d.hpp:3:1: note: \"pipe.h\" is no regular file; what it declares is not known",
        ] {
            assert!(said.contains(why), "{said}");
        }
        assert!(!said.contains("/dev/null\" is"), "{said}");
    }
}

#[test]
fn what_is_annotated_behind_other_code_on_its_line_is_obeyed() {
    for (text, after) in [
        (
            "int z; struct S {\n    int a;\n};\n",
            "int z; struct S {\n    int a;\n};  // @seqlock\n",
        ),
        (
            "int z; struct S {\n    int a;\n}; int y;\n",
            "int z; struct S {\n    int a;\n}; /* @seqlock */ int y;\n",
        ),
        (
            "namespace n { struct S {\n    int a;\n}; }\n",
            "namespace n { /* @seqlock */ struct S {\n    int a;\n}; }\n",
        ),
    ] {
        let path = if text.starts_with('n') { "n::S" } else { "S" };
        let (is_done, said, found) = annotated(text, path, "@seqlock");
        assert!(is_done && found == after, "{said}{found}");
        let (_, said, again) = annotated_again(after, path, "@seqlock");
        assert!(
            again == after && said.contains("it is so already"),
            "{said}"
        );
    }
}

#[test]
fn the_scanner_says_where_it_sees_another_struct_than_a_compiler() {
    let directory = tempfile::tempdir().unwrap();
    let row = "struct [[memglass::observe]] Row { int a; };\n";
    for (text, reason) in [
        (
            "#if 0\nstruct Old {\n#endif\nstruct [[memglass::observe]] S { int a; };\n",
            "the scanner finds no struct that this marks",
        ),
        (
            "#ifdef A\nstruct [[memglass::observe]] S { int a; };\n#else\nstruct [[memglass::observe]] S { long a; };\n#endif\n",
            "S: it is defined several times",
        ),
        (
            "namespace a::inline b { struct [[memglass::observe]] S { int a; }; }\n",
            "the scanner does not know how to name a::b::S",
        ),
        (
            "struct [[memglass::observe]] S { int \\u00e4; };\n",
            "the scanner does not read names with a backslash",
        ),
    ] {
        std::fs::write(directory.path().join("s.hpp"), format!("{row}{text}")).unwrap();
        let refused = program(directory.path(), &["s.hpp", "--reader", "scanner"]);
        assert_eq!(refused.status.code(), Some(1), "{text}");
        assert!(
            said(&refused).contains(reason),
            "{text}: {}",
            said(&refused)
        );
    }
}

#[test]
fn a_struct_of_many_bytes_is_described_as_fast_as_a_small_one() {
    let directory = tempfile::tempdir().unwrap();
    let pairs: String = (1..27)
        .map(|i| {
            format!(
                "struct [[memglass::observe]] P{i} {{ P{} a; P{0} b; }};\n",
                i - 1
            )
        })
        .collect();
    for text in [
        "struct Slot { char c; int b; bool z; };\nstruct Row { Slot s[1000]; };\nstruct [[memglass::observe]] Ring { Row r[100000]; };\n".to_owned(),
        format!("struct P0 {{ int a; }};\n{pairs}"),
    ] {
        std::fs::write(directory.path().join("s.hpp"), text).unwrap();
        let start = Instant::now();
        let made = program(directory.path(), &["s.hpp", "--reader", "scanner"]);
        assert!(made.status.success(), "{}", said(&made));
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    }
}
