//! Complete cases are accepted by compilers, before and after printing, building, filling in and editing.
#![allow(clippy::print_stdout, reason = "tests print what they counted")]

mod harness;

use harness::compilers::{compilers, complaint};
use harness::{Case, cases, headers::is_full};
use serde_json::{Map, Value};

struct Complete(Map<String, Value>);

impl Case for Complete {
    fn name(&self) -> &str {
        self.0["name"].as_str().unwrap_or_default()
    }
}

/// The texts of a case that compilers must accept.
fn texts(case: &Complete) -> Vec<String> {
    let mut texts: Vec<String> = ["in", "out"]
        .iter()
        .filter_map(|key| case.0.get(*key)?.as_str().map(str::to_owned))
        .collect();
    if let Some(files) = case.0.get("files").and_then(Value::as_object) {
        texts.extend(
            files
                .values()
                .filter_map(|text| text.as_str().map(str::to_owned)),
        );
        let after = case.0["expect"]["files"].as_object();
        texts.extend(
            after
                .into_iter()
                .flat_map(Map::values)
                .filter_map(|text| text.as_str().map(str::to_owned)),
        );
    }
    texts
}

#[test]
fn compilers_accept_complete_cases_before_and_after() {
    let directory = tempfile::tempdir().expect("a directory for temporary files");
    let sections = ["parse_print", "construct", "templates", "edits"];
    let all: Vec<Complete> = sections
        .iter()
        .flat_map(|section| cases(section))
        .map(Complete)
        .collect();
    let is_complete = |case: &&Complete| {
        case.0
            .get("complete")
            .is_some_and(|complete| complete == true)
    };
    let complete: Vec<&Complete> = all.iter().filter(is_complete).collect();
    // In the short form a part of them, and without the standard library, which takes most of the time.
    let quick = |text: &String| !text.contains("#include");
    let chosen: Vec<(&str, String)> = complete
        .iter()
        .enumerate()
        .filter(|(number, _)| is_full() || number % 20 == 0)
        .flat_map(|(_, case)| texts(case).into_iter().map(|text| (case.name(), text)))
        .filter(|(_, text)| is_full() || quick(text))
        .collect();
    assert!(
        complete.len() > 100,
        "only {} complete cases",
        complete.len()
    );
    let compilers = compilers();
    for compiler in &compilers {
        for (name, text) in &chosen {
            let complaint = complaint(compiler, directory.path(), text);
            assert!(
                complaint.is_none(),
                "{compiler} on {name}: {}\n{text}",
                complaint.unwrap_or_default()
            );
        }
    }
    println!(
        "{} texts of {} complete cases accepted by {compilers:?}",
        chosen.len(),
        complete.len()
    );
}
