//! Texts, what is printed for them, and what is found in them.

mod harness;

use harness::{Case, cases};
use memglass_code::{File, ParseOptions, Style};
use serde::Deserialize;

#[derive(Deserialize)]
struct ParsePrint {
    name: String,
    r#in: String,
    out: String,
    tree: Vec<(String, String)>,
    #[serde(default)]
    diags: Vec<(u32, String)>,
    #[serde(default)]
    attribute_macros: Vec<String>,
}

impl Case for ParsePrint {
    fn name(&self) -> &str {
        &self.name
    }
}

fn options(case: &ParsePrint) -> ParseOptions {
    case.attribute_macros
        .iter()
        .fold(ParseOptions::new(), |options, name| {
            options.attribute_macro(name)
        })
}

fn check(case: &ParsePrint) -> Result<(), String> {
    let file = File::parse_with(&case.r#in, &options(case));
    harness::same(
        "tree",
        &file
            .outline()
            .into_iter()
            .map(|e| (e.kind.to_owned(), e.path))
            .collect::<Vec<_>>(),
        &case.tree,
    )?;
    let lines = |diags: Vec<u32>| diags;
    let found = lines(
        file.diagnostics()
            .iter()
            .map(|diagnostic| diagnostic.line)
            .collect(),
    );
    harness::same(
        "lines of diagnostics",
        &found,
        &case.diags.iter().map(|diag| diag.0).collect::<Vec<_>>(),
    )?;
    let printed = Style::default().print(&file);
    harness::same_text("printed", &printed, &case.out)?;
    let again = Style::default().print(&File::parse_with(&printed, &options(case)));
    harness::same_text("printed again", &again, &printed)
}

#[test]
fn every_text_prints_as_expected_and_prints_the_same_again() {
    harness::run(&cases::<ParsePrint>("parse_print"), check);
}
