//! The examples of docs/scripting.md are transcripts too: each is typed at a prompt of its own.

use std::path::{Path, PathBuf};

use memglass_script::FUNCTIONS;

use super::file;
use crate::automation;

/// What encloses an example.
const OPEN: &str = "```text\n";
const CLOSE: &str = "```\n";

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/scripting.md")
}

/// The text in parts: prose and examples by turns, the first is prose.
fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(OPEN) {
        let (prose, example) = rest.split_at(start + OPEN.len());
        let end = example.find(CLOSE).expect("the example ends");
        parts.push(prose);
        parts.push(&example[..end]);
        rest = &example[end..];
    }
    parts.push(rest);
    parts
}

#[test]
fn the_examples_of_the_documentation_give_what_it_says() {
    let path = path();
    let text = std::fs::read_to_string(&path).unwrap();
    let mut found = String::new();
    let mut differences = String::new();
    let mut line = 1;
    for (index, part) in parts(&text).into_iter().enumerate() {
        if index % 2 == 0 {
            found += part;
        } else {
            let (now, differing) = file::compared(&path, line, part);
            found += &now;
            differences += &differing;
        }
        line += part.lines().count();
    }
    file::judge(&path, &found, &differences);
}

#[test]
fn every_function_is_documented_and_nothing_else() {
    let text = std::fs::read_to_string(path()).unwrap();
    let mut documented: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("#### `")?.strip_suffix('`'))
        .collect();
    documented.sort_unstable();
    let mut registered: Vec<String> = described()
        .map(|(_, signature, _)| signature.replace(" or ", "` or `"))
        .collect();
    registered.sort();
    assert_eq!(documented, registered);
}

#[test]
fn every_function_has_what_it_does_and_an_example() {
    let text = std::fs::read_to_string(path()).unwrap();
    for (name, signature, summary) in described() {
        let heading = format!("#### `{}`\n", signature.replace(" or ", "` or `"));
        let (_, after) = text.split_once(&heading).unwrap();
        let section = after.split("\n#").next().unwrap();
        assert!(
            section.to_lowercase().contains(&summary.to_lowercase()),
            "{name}",
        );
        let example = parts(section)
            .get(1)
            .copied()
            .unwrap_or_default()
            .to_owned();
        assert!(example.contains(&format!("{name}(")), "{name}",);
    }
}

/// Name, signature and summary of all functions.
fn described() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let scripts = FUNCTIONS.iter();
    let scripts = scripts.map(|help| (help.name, help.signature, help.summary));
    let automation = automation::FUNCTIONS.iter();
    scripts.chain(automation.map(|help| (help.name, help.signature, help.summary)))
}
