//! A transcript: lines that begin with `> ` are typed, what follows is what came back.
//!
//! `~` stands for a blank line of those, `. ` continues a line, `@ ` lets something happen outside (see `prompt`), `# ` is a remark.

use std::fmt::Write;

/// A line that was typed or happened, with what came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// Number of its first line in the file.
    pub line: usize,
    /// As it stands in the file, remarks and blank lines before it included.
    pub head: String,
    pub input: Input,
    pub output: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    Typed(String),
    Happening(String),
    /// The remarks at the end.
    End,
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

pub(crate) fn steps(text: &str) -> Vec<Step> {
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

pub(crate) fn written(steps: &[Step]) -> String {
    let steps = steps
        .iter()
        .map(|step| format!("{}{}", step.head, step.output));
    steps.collect()
}

#[test]
fn a_transcript_is_read_and_written_alike() {
    let text = "# What a one is.\n> 1\n1\n\n# Two lines.\n> let x =\n. 2; x\n2\n\n3\n@ width 40\n\n# End\n";
    let steps = steps(text);
    assert_eq!(written(&steps), text);
    assert_eq!(steps[1].input, Input::Typed("let x =\n2; x".into()));
    assert_eq!(steps[1].output, "2\n\n3\n");
}
