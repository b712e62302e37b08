//! What is typed at the prompt, and exactly what comes back: one text file for each theme, and the examples
//! of docs/scripting.md.
//!
//! `MEMGLASS_UPDATE=1 cargo test -p memglass-repl --lib transcript` writes what comes back now into the
//! files; the difference is for `git diff` to show and for a person to judge.

mod docs;
mod file;
mod prompt;
mod steps;

use std::path::PathBuf;

#[track_caller]
fn check(theme: &str) {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/tests/transcript");
    file::check(&directory.join(theme).with_extension("txt"));
}

macro_rules! themes {
    ($($name:ident)*) => {
        const THEMES: &[&str] = &[$(stringify!($name)),*];

        $(#[test]
        fn $name() {
            check(stringify!($name));
        })*
    };
}

themes! {
    enums_and_flags
    errors
    json_and_csv
    limits
    lists_and_tables
    numbers
    piped
    reading
    text
    writing
}

#[test]
fn every_file_is_a_theme() {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/tests/transcript");
    let names = std::fs::read_dir(directory).unwrap();
    let mut names: Vec<String> = names
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".txt").map(str::to_owned))
        .collect();
    names.sort();
    let mut themes = THEMES.to_vec();
    themes.sort_unstable();
    assert_eq!(names, themes);
}
