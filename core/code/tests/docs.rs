//! What `docs/code.md` shows is so.

mod harness;

use memglass_code::{Editor, File, Request, Requests, Scanner, Style};

const PAGE: &str = include_str!("../../../docs/code.md");

/// The code blocks of one language.
fn blocks(language: &str) -> Vec<&'static str> {
    let opening = format!("```{language}\n");
    PAGE.split(&opening)
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap_or_default())
        .collect()
}

#[test]
fn the_first_example_is_this_test() {
    let text = "struct Row {\n    long px;  // ticks\n};\n";
    // Look: what is declared, and where the compiler will put it.
    let mut scanner = Scanner::new();
    scanner.add_text("row.hpp", text);
    assert_eq!(
        scanner.records()[0]
            .layout
            .as_ref()
            .map(|layout| layout.size),
        Ok(8)
    );
    // Change: one annotation, and no other byte.
    let mut editor = Editor::new();
    editor.add_text("row.hpp", text);
    let plan = editor.plan(&[Request::annotate("Row::px", "@range(0, 100)")]);
    assert_eq!(
        plan.text("row.hpp"),
        Some("struct Row {\n    long px;  // ticks @range(0, 100)\n};\n")
    );
    // Format.
    assert_eq!(
        Style::default().print(&File::parse("struct A{int x;};")),
        "struct A {\n    int x;\n};\n"
    );

    let own = include_str!("docs.rs");
    let squeezed = |text: &str| {
        text.split_whitespace()
            .collect::<String>()
            .replace(",)", ")")
    };
    for line in blocks("rust")[0]
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with("use "))
    {
        assert!(
            squeezed(own).contains(&squeezed(line)),
            "not in the test: {line}"
        );
    }
}

#[test]
fn the_requests_of_the_page_are_read_and_done() {
    let requests = Requests::from_toml(blocks("toml")[0]).expect("the page shows requests");
    assert_eq!(requests.requests.len(), 3);
    let mut editor = Editor::new();
    editor.add_text(
        "o.hpp",
        "namespace oms {\nstruct Order {\n    int status;\n    int qty;\n};\n}\n",
    );
    let plan = editor.plan(&requests.requests);
    let expected = "namespace oms {\nstruct Order {\n    int status;  // @readonly\n    int lots;\n    int filled = 0;\n};\n}\n";
    assert_eq!(plan.text("o.hpp"), Some(expected));
    assert!(
        plan.diff()
            .starts_with("--- a/o.hpp\n+++ b/o.hpp\n@@ -1,6 +1,7 @@\n"),
        "{}",
        plan.diff()
    );
}

/// The names of the cases of a section.
fn names(section: &str) -> Vec<String> {
    let cases = harness::cases::<serde_json::Value>(section);
    let name = |case: &serde_json::Value| case["name"].as_str().unwrap_or_default().to_owned();
    cases.iter().map(name).collect()
}

/// The cases in a cell of a table.
fn named(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

#[test]
fn every_row_of_the_table_of_kinds_has_cases_that_are_run() {
    let (built, read, refused) = (names("construct"), names("parse_print"), names("invalid"));
    let table = PAGE.split("| built by | read by | refused by |").nth(1);
    let rows = table.expect("the table").lines().skip(2);
    let mut count = 0;
    for row in rows.take_while(|row| row.starts_with('|')) {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        assert_eq!(cells.len(), 6, "{row}");
        for (cell, known) in cells[3..].iter().zip([&built, &read, &refused]) {
            for name in named(cell) {
                assert!(known.iter().any(|case| case == name), "{name} of {row}");
            }
        }
        assert!(!named(cells[4]).is_empty(), "nothing reads {row}");
        count += 1;
    }
    assert_eq!(count, 30);
}

#[test]
fn every_kind_of_code_is_read_by_a_case() {
    let cases = harness::cases::<serde_json::Value>("parse_print");
    let trees = cases.iter().filter_map(|case| case["tree"].as_array());
    let kinds: Vec<&str> = trees
        .flatten()
        .filter_map(|entry| entry[0].as_str())
        .collect();
    for kind in [
        "access",
        "class",
        "comment",
        "conditional",
        "constructor",
        "define",
        "destructor",
        "enum",
        "enumerator",
        "export",
        "extern",
        "friend",
        "function",
        "include",
        "module",
        "namespace",
        "operator",
        "operator_cast",
        "pragma",
        "raw",
        "struct",
        "template",
        "typedef",
        "union",
        "using",
        "using_namespace",
        "variable",
    ] {
        assert!(kinds.contains(&kind), "{kind}");
    }
}

#[test]
fn every_fault_is_met_by_a_case() {
    let cases = harness::cases::<serde_json::Value>("invalid");
    let met: Vec<&str> = cases
        .iter()
        .filter_map(|case| case["error"].as_str())
        .collect();
    let source = include_str!("../src/build/error.rs");
    let codes = source
        .lines()
        .filter_map(|line| line.trim().strip_prefix("BuildFault::"));
    let codes: Vec<&str> = codes.filter_map(|line| line.split('"').nth(1)).collect();
    assert!(codes.len() >= 24, "{codes:?}");
    for code in codes {
        assert!(met.contains(&code), "no case is refused by {code}");
    }
}
