//! What `docs/code.md` shows is so.

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
