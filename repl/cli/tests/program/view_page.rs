//! docs/view.md names the tests that hold what it says: each of them is one.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[test]
fn the_tests_that_the_page_of_the_view_names_are_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = fs::read_to_string(root.join("docs/view.md")).unwrap();
    let (_, held) = page.split_once("\n## What holds it\n").unwrap();
    let rows = held.lines().filter(|line| line.starts_with("| "));
    let named: BTreeSet<&str> = rows
        .filter_map(|row| row.trim_end_matches([' ', '|']).rsplit(" | ").next())
        .flat_map(|tests| tests.split('`').skip(1).step_by(2))
        .filter(|name| name.matches('_').count() > 2)
        .collect();
    assert!(named.len() > 80, "{named:?}");
    let mut tests = BTreeSet::new();
    for part in [
        "repl/view/src",
        "repl/src",
        "repl/value/src",
        "repl/cli/tests",
    ] {
        gather(&root.join(part), &mut tests);
    }
    let missing: Vec<&&str> = named
        .iter()
        .filter(|name| !tests.contains(**name))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// Names of functions without arguments that stand behind `#[test]`.
fn gather(folder: &Path, tests: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, tests);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let after = text.split("#[test]").skip(1);
            let names = after.filter_map(|rest| rest.split_once("fn ")?.1.split_once("()"));
            tests.extend(names.map(|(name, _)| name.to_owned()));
        }
    }
}
