//! Reads lists of cases and says which of them went wrong.
#![allow(dead_code, reason = "each file of tests uses its part")]
#![allow(clippy::print_stdout, reason = "tests print what they counted")]

pub(crate) mod compilers;
pub(crate) mod headers;

use std::fmt::Debug;

use serde::de::DeserializeOwned;

pub(crate) trait Case {
    fn name(&self) -> &str;
}

/// The cases of one section, from all files of them.
pub(crate) fn cases<T: DeserializeOwned>(section: &str) -> Vec<T> {
    let mut all = Vec::new();
    for text in [
        include_str!("../suite/cases.json"),
        include_str!("../suite/own.json"),
    ] {
        let mut sections: serde_json::Value =
            serde_json::from_str(text).expect("the cases are JSON");
        let list = sections
            .get_mut(section)
            .map(serde_json::Value::take)
            .unwrap_or_default();
        if !list.is_null() {
            let list: Vec<T> =
                serde_json::from_value(list).expect("the cases have the form of their section");
            all.extend(list);
        }
    }
    all
}

/// Runs all cases and fails with what was wrong in each.
#[track_caller]
pub(crate) fn run<T: Case>(cases: &[T], check: impl Fn(&T) -> Result<(), String>) {
    assert!(!cases.is_empty(), "no cases");
    let only = std::env::var("CASE").unwrap_or_default();
    let wrong: Vec<String> = cases
        .iter()
        .filter(|case| case.name().contains(&only))
        .filter_map(|case| {
            check(case)
                .err()
                .map(|what| format!("== {}\n{what}", case.name()))
        })
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {} cases:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}

pub(crate) fn same<T: PartialEq + Debug>(
    what: &str,
    found: &T,
    expected: &T,
) -> Result<(), String> {
    if found == expected {
        Ok(())
    } else {
        Err(format!(
            "{what}\n  found    {found:?}\n  expected {expected:?}"
        ))
    }
}

pub(crate) fn same_text(what: &str, found: &str, expected: &str) -> Result<(), String> {
    if found == expected {
        Ok(())
    } else {
        Err(format!(
            "{what}:\n{found}\n--- expected:\n{expected}\n--- {found:?}"
        ))
    }
}
