//! The system's own headers, printed to a fixpoint.
#![allow(clippy::print_stdout, reason = "tests print what they counted")]

mod harness;

use harness::headers::{is_full, system_headers};
use std::path::Path;

use memglass_code::{File, Style};

/// The texts of all comments, or of everything else. Only comments before a brace change places, and only dropped semicolons
/// make a difference between a text and what is printed for it.
fn tokens(file: &File, comments: bool) -> Vec<String> {
    let text = file.source().text();
    let chosen = file
        .source()
        .tokens()
        .iter()
        .filter(|token| token.is_comment() == comments);
    let all = chosen.map(|token| &text[token.start as usize..token.end as usize]);
    all.filter(|token| *token != ";")
        .map(harness::headers::without_space)
        .collect()
}

fn assert_same_tokens(path: &Path, before: &[String], after: &[String]) {
    let differs = before.iter().zip(after).find(|(a, b)| a != b);
    assert!(
        differs.is_none() && before.len() == after.len(),
        "{}: {differs:?}",
        path.display()
    );
}

#[test]
fn printing_system_headers_keeps_all_tokens_and_reaches_a_fixpoint() {
    let headers = system_headers(if is_full() { 500 } else { 40 });
    let (mut diagnostics, mut bytes) = (0, 0);
    for (path, text) in &headers {
        let file = File::parse(text);
        let printed = Style::default().print(&file);
        let again = File::parse(&printed);
        let reprinted = Style::default().print(&again);
        assert!(
            printed == reprinted,
            "{}: not a fixpoint at {}",
            path.display(),
            first_difference(&printed, &reprinted)
        );
        for comments in [false, true] {
            assert_same_tokens(path, &tokens(&file, comments), &tokens(&again, comments));
        }
        let (before, after) = (file.outline(), again.outline());
        let differs = before.iter().zip(&after).find(|(a, b)| a != b);
        assert!(
            differs.is_none() && before.len() == after.len(),
            "{}: {differs:?}",
            path.display()
        );
        diagnostics += file.diagnostics().len();
        bytes += text.len();
        if std::env::var("SHOW").is_ok() {
            for diagnostic in file.diagnostics() {
                println!(
                    "{}:{}: {}",
                    path.display(),
                    diagnostic.line,
                    diagnostic.text
                );
            }
        }
    }
    println!(
        "{} system headers, {bytes} bytes printed to a fixpoint, {diagnostics} items kept raw",
        headers.len()
    );
    assert!(
        !headers.is_empty() || !harness::headers::has_compiler(),
        "the compiler has no headers"
    );
}

fn first_difference(a: &str, b: &str) -> String {
    let line = a
        .lines()
        .zip(b.lines())
        .position(|(a, b)| a != b)
        .unwrap_or(0);
    let from = line.saturating_sub(3);
    let show = |text: &str| {
        text.lines()
            .skip(from)
            .take(7)
            .collect::<Vec<_>>()
            .join("\n")
    };
    format!("line {}:\n{}\n--- again:\n{}", line + 1, show(a), show(b))
}
