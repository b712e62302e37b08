//! Lines that belong together, while they are edited.
//!
//! The editor knows no prompt for the second line and those after it. So a line break that the
//! editor inserts is followed by an indentation as wide as the prompt, in a character that nobody
//! types; when it is drawn, its last columns become dots, and what is evaluated and kept is without it.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use memglass_terminal::look::{self, Look};

/// A blank of one column (no-break space).
const INDENT: char = '\u{a0}';

/// How far continuation lines are indented; clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Indent(Arc<AtomicUsize>);

impl Indent {
    /// Continuation lines begin where the text behind a prompt of so many columns does.
    pub(super) fn set(&self, columns: usize) {
        self.0.store(columns, Ordering::Relaxed);
    }

    /// The columns of the prompt, or as many as continuation lines are indented.
    pub(super) fn columns(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// A line break and the indentation after it.
    pub(super) fn line_break(&self) -> String {
        let indent = std::iter::repeat_n(INDENT, self.columns());
        std::iter::once('\n').chain(indent).collect()
    }

    /// A text as it is edited.
    pub(super) fn edited(&self, text: &str) -> String {
        text.replace('\n', &self.line_break())
    }
}

/// A text without what was inserted for editing it.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains(INDENT) {
        return text.into();
    }
    let lines = text.split('\n').map(|line| line.trim_start_matches(INDENT));
    lines.collect::<Vec<_>>().join("\n").into()
}

/// Whether `text` ends in the indentation of a continuation line.
pub(super) fn ends_in_indent(text: &str) -> bool {
    let before = text.trim_end_matches(INDENT);
    before.len() < text.len() && before.ends_with('\n')
}

/// `text` with the indentation of continuation lines shown as dots.
pub(super) fn marked(text: &str, look: Look) -> Cow<'_, str> {
    if !text.contains(INDENT) {
        return text.into();
    }
    let lines = text.split('\n').map(|line| {
        let rest = line.trim_start_matches(INDENT);
        let mark = mark((line.len() - rest.len()) / INDENT.len_utf8());
        look.paint(look::faint(), &mark) + rest
    });
    lines.collect::<Vec<_>>().join("\n").into()
}

fn mark(columns: usize) -> String {
    let Some(width) = columns.checked_sub(1) else {
        return String::new();
    };
    format!("{:>width$} ", &"..."[..width.min(3)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn indent(columns: usize) -> Indent {
        let indent = Indent::default();
        indent.set(columns);
        indent
    }

    #[test]
    fn what_was_inserted_is_taken_away_and_nothing_else() {
        let text = "if x {\n  1\n\n}";
        assert_eq!(plain(&indent(6).edited(text)), text);
        assert_eq!(plain("one line"), "one line");
    }

    #[test]
    fn dots_stand_in_front_of_continuation_lines_where_the_text_begins() {
        let shown = |columns| marked(&indent(columns).edited("a\n b"), Look::PLAIN).into_owned();
        assert_eq!(shown(6), "a\n  ...  b");
        assert_eq!(shown(3), "a\n..  b");
        assert_eq!(shown(1), "a\n  b");
        assert_eq!(shown(0), "a\n b");
    }

    #[test]
    fn an_indentation_is_one_at_the_end_of_a_line_break() {
        let text = indent(4).edited("a\nb");
        assert!(ends_in_indent(&text[..text.len() - 1]));
        assert!(!ends_in_indent(&text) && !ends_in_indent("a\n"));
    }
}
