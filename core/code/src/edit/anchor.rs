//! Lines around something in a file: where they begin and end, how they are indented, what else is on them.

use std::ops::Range;

use crate::file::File;
use crate::model::Item;

/// Indentation where a file has none.
const DEFAULT_STEP: &str = "    ";

/// The bytes of an item with its comments, those up to `keep` left out.
pub(super) fn with_comments(file: &File, item: &Item, first_comment: usize) -> Range<usize> {
    let tokens = file.source().tokens();
    let first = item
        .leading
        .get(first_comment)
        .copied()
        .unwrap_or(item.tokens.start);
    let last = item.trailing.last().copied().unwrap_or(item.tokens.end - 1);
    tokens[first].start as usize..tokens[last].end as usize
}

/// Whether something else is before `span` on its first line.
pub(super) fn has_before(file: &File, span: &Range<usize>) -> bool {
    !file.source().begins_line(span.start)
}

/// Whether something else is behind `span` on its last line.
pub(super) fn has_behind(file: &File, span: &Range<usize>) -> bool {
    let end = file.source().line_end(span.end);
    !file.source().text()[span.end..end].trim().is_empty()
}

/// The line break of the line of byte `at`; that of the first line if it has none.
pub(super) fn line_break(file: &File, at: usize) -> &'static str {
    let text = file.source().text();
    let end = file.source().line_end(at);
    let break_of = |end: usize| text[end..].starts_with("\r\n");
    if end < text.len() {
        return if break_of(end) { "\r\n" } else { "\n" };
    }
    if break_of(file.source().line_end(0)) {
        "\r\n"
    } else {
        "\n"
    }
}

/// The start of the line behind that of byte `at`; the end of the file if there is none.
pub(super) fn next_line(file: &File, at: usize) -> usize {
    let text = file.source().text();
    text[at..]
        .find('\n')
        .map_or(text.len(), |newline| at + newline + 1)
}

/// The first indentation of the file: one step.
pub(super) fn step(file: &File) -> &str {
    let mut lines = file
        .source()
        .text()
        .lines()
        .filter(|line| !line.trim().is_empty());
    let first = lines.find(|line| line.starts_with([' ', '\t']));
    first.map_or(DEFAULT_STEP, |line| {
        &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
    })
}

/// Whether lines indented like `blank` are indented by tabs.
pub(super) fn uses_tabs(file: &File, blank: &str) -> bool {
    if blank.is_empty() {
        step(file).contains('\t')
    } else {
        blank.contains('\t')
    }
}

/// Code as lines at an indentation, each with its own relative one. An empty first line is kept, once.
pub(super) fn indented(file: &File, code: &str, blank: &str) -> Vec<String> {
    let lines: Vec<&str> = code.lines().map(|line| line.trim_end()).collect();
    let first = lines
        .iter()
        .position(|line| !line.is_empty())
        .unwrap_or(lines.len());
    let last = lines
        .iter()
        .rposition(|line| !line.is_empty())
        .map_or(first, |last| last + 1);
    let own = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let common = lines[first..last]
        .iter()
        .filter(|line| !line.is_empty())
        .map(|line| own(line))
        .min()
        .unwrap_or(0);
    let tabs = uses_tabs(file, blank);
    let indent = |line: &str| {
        if line.is_empty() {
            return String::new();
        }
        let line = &line[common.min(own(line))..];
        let width = own(line);
        let inner = if tabs {
            line[..width].replace("    ", "\t")
        } else {
            line[..width].to_owned()
        };
        format!("{blank}{inner}{}", &line[width..])
    };
    let mut indented: Vec<String> = lines[first..last].iter().map(|line| indent(line)).collect();
    if first > 0 && !indented.is_empty() {
        indented.insert(0, String::new());
    }
    indented
}
