//! A transcript: lines that begin with `> ` are typed, what follows is what came back.
//!
//! `~` stands for a blank line of those, `. ` continues a line, `@ ` lets something happen outside (see [`super::prompt`]), `# ` is a remark.

use std::fmt::Write;
use std::path::Path;

use crate::prompt::Prompt;

/// A line that was typed or happened, with what came back.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Step {
    /// Number of its first line in the file.
    line: usize,
    /// As it stands in the file, remarks and blank lines before it included.
    head: String,
    input: Input,
    output: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Input {
    Typed(String),
    Happening(String),
    /// The remarks at the end.
    End,
}

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

/// All that is typed in a transcript, and all that comes back, of which nothing was an exit.
pub(crate) fn typed_and_output(transcript: &str) -> (String, String) {
    let (mut typed, mut output) = (String::new(), String::new());
    for step in steps(transcript) {
        if let Input::Typed(line) = &step.input {
            typed += &format!("{line}\n");
            let lines = step
                .output
                .lines()
                .filter(|line| !line.starts_with("(ends with"));
            output.extend(lines.map(|line| format!("{}\n", if line == "~" { "" } else { line })));
        }
    }
    (typed, output)
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

/// What a line of the file is.
enum Line<'l> {
    Typed(&'l str),
    Happening(&'l str),
    More(&'l str),
    Remark,
    Blank,
    Output,
}

fn meaning(line: &str) -> Line<'_> {
    let marked = |mark| line.strip_prefix(mark);
    match (marked("> "), marked("@ "), marked(". ")) {
        (Some(typed), ..) => Line::Typed(typed),
        (_, Some(what), _) => Line::Happening(what),
        (.., Some(more)) => Line::More(more),
        _ if line.starts_with("# ") => Line::Remark,
        _ if line.is_empty() => Line::Blank,
        _ => Line::Output,
    }
}

/// The steps of a file under way.
#[derive(Default)]
struct Reader {
    steps: Vec<Step>,
    /// Remarks before the next step.
    head: String,
    /// Blank lines that belong to what comes next, whatever that is.
    blanks: String,
}

impl Reader {
    fn remark(&mut self, line: &str) {
        self.head += &std::mem::take(&mut self.blanks);
        let _ = writeln!(self.head, "{line}");
    }

    fn begin(&mut self, number: usize, line: &str, input: Input) {
        self.remark(line);
        self.steps.push(Step {
            line: number,
            head: std::mem::take(&mut self.head),
            input,
            output: String::new(),
        });
    }

    fn go_on(&mut self, line: &str, more: &str) {
        let last = self.steps.last_mut().unwrap();
        let Input::Typed(typed) = &mut last.input else {
            panic!("{line:?}: nothing to continue")
        };
        let _ = write!(typed, "\n{more}");
        let _ = writeln!(last.head, "{line}");
    }

    fn output(&mut self, line: &str) {
        let last = self.steps.last_mut().unwrap();
        last.output += &std::mem::take(&mut self.blanks);
        let _ = writeln!(last.output, "{line}");
    }

    fn end(mut self) -> Vec<Step> {
        self.steps.push(Step {
            line: 0,
            head: self.head,
            input: Input::End,
            output: String::new(),
        });
        self.steps
    }
}

fn steps(text: &str) -> Vec<Step> {
    let mut reader = Reader::default();
    for (index, line) in text.lines().enumerate() {
        match meaning(line) {
            Line::Typed(typed) => reader.begin(index + 1, line, Input::Typed(typed.to_owned())),
            Line::Happening(what) => {
                reader.begin(index + 1, line, Input::Happening(what.to_owned()));
            }
            Line::More(more) => reader.go_on(line, more),
            Line::Remark => reader.remark(line),
            Line::Blank => reader.blanks += "\n",
            Line::Output => reader.output(line),
        }
    }
    reader.end()
}

fn written(steps: &[Step]) -> String {
    let steps = steps
        .iter()
        .map(|step| format!("{}{}", step.head, step.output));
    steps.collect()
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
fn a_transcript_is_read_and_written_alike() {
    let text = "# What a one is.\n> 1\n1\n\n# Two lines.\n> let x =\n. 2; x\n2\n\n3\n@ width 40\n\n# End\n";
    let steps = steps(text);
    assert_eq!(written(&steps), text);
    assert_eq!(steps[1].input, Input::Typed("let x =\n2; x".into()));
    assert_eq!(steps[1].output, "2\n\n3\n");
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
