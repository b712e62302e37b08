//! A page of the documentation as blocks that can be run.

use std::path::PathBuf;

/// A page.
pub(crate) struct Page {
    path: PathBuf,
    pub(crate) blocks: Vec<Block>,
}

/// A part of a page.
pub(crate) enum Block {
    /// What is not run here, fences included.
    Prose(String),
    /// ```` ```sh ````: what prepares the machine; see [`crate::world::World::prepare`].
    Shell(Vec<String>),
    /// ```` ```console ````: lines after `$ `, and what they print.
    Console(Vec<Step>),
    /// ```` ```text ```` with lines after a prompt, and what they print.
    Prompt(Vec<Step>),
}

/// A line and what it prints.
pub(crate) struct Step {
    mark: &'static str,
    pub(crate) line: String,
    pub(crate) output: String,
}

const CONSOLE: &str = "$ ";
const PROMPT: &str = "trading_engine> ";

/// A file of the repository.
pub(crate) fn text(path: &str) -> String {
    std::fs::read_to_string(place(path)).unwrap()
}

fn place(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path)
}

impl Page {
    pub(crate) fn read(path: &str) -> Self {
        let text = text(path);
        let mut blocks = Vec::new();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let Some(kind) = line.strip_prefix("```") else {
                blocks.push(Block::Prose(format!("{line}\n")));
                continue;
            };
            let inside: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            blocks.push(Block::of(kind, &inside));
        }
        Page {
            path: place(path),
            blocks,
        }
    }

    /// With `MEMGLASS_BLESS` writes what was seen; else nothing may be wrong.
    #[track_caller]
    pub(crate) fn blessed_or_right(&self, wrong: &[String]) {
        if std::env::var_os("MEMGLASS_BLESS").is_some() {
            self.write();
        } else {
            assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        }
    }

    fn write(&self) {
        let text: String = self.blocks.iter().map(Block::text).collect();
        std::fs::write(&self.path, text).unwrap();
    }
}

impl Block {
    fn of(kind: &str, lines: &[&str]) -> Self {
        match kind {
            "sh" => Block::Shell(lines.iter().map(|line| (*line).to_owned()).collect()),
            "console" => Block::Console(steps(CONSOLE, lines)),
            "text" => Block::Prompt(steps(PROMPT, lines)),
            _ => Block::Prose(fenced(kind, &joined(lines))),
        }
    }

    fn text(&self) -> String {
        match self {
            Block::Prose(text) => text.clone(),
            Block::Shell(lines) => fenced("sh", &joined(lines)),
            Block::Console(steps) => {
                fenced("console", &steps.iter().map(Step::text).collect::<String>())
            }
            Block::Prompt(steps) => {
                fenced("text", &steps.iter().map(Step::text).collect::<String>())
            }
        }
    }
}

impl Step {
    fn text(&self) -> String {
        format!("{}{}\n{}", self.mark, self.line, self.output)
    }
}

fn fenced(kind: &str, inside: &str) -> String {
    format!("```{kind}\n{inside}```\n")
}

fn joined(lines: &[impl AsRef<str>]) -> String {
    lines
        .iter()
        .map(|line| format!("{}\n", line.as_ref()))
        .collect()
}

fn steps(mark: &'static str, lines: &[&str]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in lines {
        match (line.strip_prefix(mark), steps.last_mut()) {
            (Some(line), _) => steps.push(Step {
                mark,
                line: line.to_owned(),
                output: String::new(),
            }),
            (None, Some(step)) => step.output += &format!("{line}\n"),
            (None, None) => panic!("output before any line: {line}"),
        }
    }
    steps
}

/// Whether `seen` is what the page shows.
pub(crate) fn fits(shown: &str, seen: &str) -> bool {
    let (shown, seen) = (spaced(shown), spaced(seen));
    let (shown, seen): (Vec<&str>, Vec<&str>) = (shown.lines().collect(), seen.lines().collect());
    lines_fit(&shown, &seen)
}

/// A column is as wide as its widest value, which may be one that moves; carets stay where they are.
fn spaced(text: &str) -> String {
    let line = |line: &str| match line.contains('^') {
        true => line.to_owned(),
        false => line.split_whitespace().collect::<Vec<_>>().join(" "),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

fn lines_fit(shown: &[&str], seen: &[&str]) -> bool {
    match (shown, seen) {
        ([], []) => true,
        (["…", shown @ ..], _) => {
            (0..=seen.len()).any(|skipped| lines_fit(shown, &seen[skipped..]))
        }
        ([first, shown @ ..], [line, seen @ ..]) => {
            line_fits(first, line) && lines_fit(shown, seen)
        }
        _ => false,
    }
}

fn line_fits(shown: &str, seen: &str) -> bool {
    let (shown, seen) = (shown.trim_end(), seen.trim_end());
    match shown.split_once('…') {
        None => shown == seen,
        Some((start, rest)) => seen.strip_prefix(start).is_some_and(|seen| {
            let mut ends = seen.char_indices().map(|(at, _)| at).chain([seen.len()]);
            ends.any(|end| line_fits(rest, &seen[end..]))
        }),
    }
}

#[test]
fn an_ellipsis_stands_for_anything_and_nothing_else_does() {
    assert!(fits("a … c\n…\nd\n", "a b c\nx\ny\nd\n"));
    assert!(fits("a …\n", "a\n") || fits("a…\n", "a\n"));
    assert!(!fits("a … c\n", "a b d\n"));
    assert!(!fits("a\n", "a\nb\n"));
    assert!(!fits("", "a\n"));
    assert!(fits("a  … b\n", "a  -15    b\n"));
    assert!(!fits("1 |   ^\n", "1 |  ^\n"));
}
