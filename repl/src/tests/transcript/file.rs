//! Transcripts in files: each is typed again and compared.

use std::fmt::Write;
use std::path::Path;

use super::prompt::Prompt;
use super::steps::{Input, Step, steps, written};

/// Types all lines and compares; with `MEMGLASS_UPDATE` set, writes what came back instead.
#[track_caller]
pub(crate) fn check(path: &Path) {
    let text = std::fs::read_to_string(path).unwrap();
    let (found, differences) = compared(path, 1, &text);
    judge(path, &found, &differences);
}

/// The transcript, which begins at this line of the file, as it is when typed now, and what differs.
pub(crate) fn compared(path: &Path, line: usize, transcript: &str) -> (String, String) {
    let expected = steps(transcript);
    let mut prompt = Prompt::new();
    let found: Vec<Step> = expected
        .iter()
        .map(|step| Step {
            output: answer(&mut prompt, &step.input),
            ..step.clone()
        })
        .collect();
    (
        written(&found),
        differences(path, line - 1, &expected, &found),
    )
}

/// Fails if there are differences; with `MEMGLASS_UPDATE` set, writes the file instead.
#[track_caller]
pub(crate) fn judge(path: &Path, found: &str, differences: &str) {
    if std::env::var_os("MEMGLASS_UPDATE").is_some() {
        std::fs::write(path, found).unwrap();
    } else {
        assert!(differences.is_empty(), "\n{differences}");
    }
}

fn answer(prompt: &mut Prompt, input: &Input) -> String {
    match input {
        Input::Typed(line) => visible(&prompt.typed(line)),
        Input::Happening(what) => {
            prompt.happens(what);
            String::new()
        }
        Input::End => String::new(),
    }
}

/// With a mark for each blank line, which in the file would be between two steps.
fn visible(output: &str) -> String {
    let lines = output.lines().map(|line| match line {
        "" => "~\n".to_owned(),
        line => format!("{line}\n"),
    });
    lines.collect()
}

/// What differs, as typed, with what was to come back and what came.
fn differences(path: &Path, before: usize, expected: &[Step], found: &[Step]) -> String {
    let mut out = String::new();
    let pairs = expected.iter().zip(found);
    for (expected, found) in pairs.filter(|(a, b)| a.output != b.output) {
        let _ = writeln!(out, "{}:{}", path.display(), before + expected.line);
        let _ = writeln!(out, "  {}", expected.head.trim().replace('\n', "\n  "));
        for line in expected.output.lines() {
            let _ = writeln!(out, "- {line}");
        }
        for line in found.output.lines() {
            let _ = writeln!(out, "+ {line}");
        }
    }
    out
}

#[test]
fn a_difference_is_told_with_what_was_typed() {
    let expected = steps("> 1 + 1\n2\n> 3\n3\n");
    let mut found = expected.clone();
    found[0].output = "3\n".into();
    assert_eq!(
        differences(Path::new("x.txt"), 10, &expected, &found),
        "x.txt:11\n  > 1 + 1\n- 2\n+ 3\n"
    );
}
