//! What is wrong with a header, shown with its line and a caret.

use std::fmt::Write;
use std::ops::Range;
use std::path::PathBuf;

/// Bytes of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file.
    pub file: PathBuf,
    /// The first byte.
    pub start: usize,
    /// Behind the last byte.
    pub end: usize,
}

impl Place {
    /// These bytes of `file`.
    #[must_use]
    pub fn new(file: impl Into<PathBuf>, bytes: Range<usize>) -> Place {
        Place {
            file: file.into(),
            start: bytes.start,
            end: bytes.end,
        }
    }
}

/// Something in a header that cannot be observed, or that is written wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// Where.
    pub place: Place,
    /// What is wrong, and what to do.
    pub reason: String,
}

impl Fault {
    pub(crate) fn new(place: Place, reason: impl Into<String>) -> Fault {
        Fault {
            place,
            reason: reason.into(),
        }
    }

    /// The fault as compilers show theirs: `file:line:column: error: reason`, the line, and a caret below it. `text` is that
    /// of the file. Of a long line the part around the place is shown.
    #[must_use]
    pub fn show(&self, text: &str) -> String {
        self.show_as("error", text)
    }

    /// The same as [`show`](Self::show), of what is no error.
    #[must_use]
    pub fn show_note(&self, text: &str) -> String {
        self.show_as("note", text)
    }

    fn show_as(&self, what: &str, text: &str) -> String {
        let start = boundary(text, self.place.start);
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let line = text[line_start..line_end].trim_end_matches('\r');
        let number = text[..start].matches('\n').count() + 1;
        let column = text[line_start..start].chars().count() + 1;
        let mut shown = format!(
            "{}:{number}:{column}: {what}: {}\n",
            self.place.file.display(),
            self.reason
        );
        let first = boundary(text, start.saturating_sub(AROUND).max(line_start));
        let last = boundary(text, (start + AROUND).min(line_start + line.len())).max(first);
        let cut = |is_cut: bool| if is_cut { "..." } else { "" };
        let before = cut(first > line_start);
        let behind = cut(last < line_start + line.len());
        let line = format!("{before}{}{behind}", &text[first..last]);
        // Tabs stay, so that the caret is below what it points at.
        let indent: String = before
            .chars()
            .chain(text[first..start].chars())
            .map(|c| if c == '\t' { '\t' } else { ' ' })
            .collect();
        let end = boundary(text, self.place.end.min(last)).max(start);
        let tail = text[start..end].chars().count().saturating_sub(1);
        let _ = writeln!(
            shown,
            "{number:5} | {line}\n      | {indent}^{}",
            "~".repeat(tail)
        );
        shown
    }
}

/// How many bytes of a line are shown on each side of a place at most.
const AROUND: usize = 120;

/// The last boundary of characters at or before `at`.
fn boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_shows_its_line_with_a_caret() {
        let text = "struct A {\n\tint x;\n};\n";
        let fault = Fault::new(Place::new("a.hpp", 12..15), "is bad");
        assert_eq!(
            fault.show(text),
            "a.hpp:2:2: error: is bad\n    2 | \tint x;\n      | \t^~~\n"
        );
    }

    #[test]
    fn of_a_long_line_the_part_around_the_place_is_shown() {
        let text = format!("{}x{}", "ä".repeat(500), "b".repeat(500));
        let shown = Fault::new(Place::new("a.hpp", 1000..1001), "is bad").show(&text);
        assert!(shown.starts_with("a.hpp:1:501: error: is bad\n"), "{shown}");
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(
            lines[1],
            format!("    1 | ...{}x{}...", "ä".repeat(60), "b".repeat(119))
        );
        assert_eq!(lines[1].chars().position(|c| c == 'x'), lines[2].find('^'));
    }

    #[test]
    fn a_place_behind_the_end_or_inside_a_letter_is_shown_without_harm() {
        let fault = Fault::new(Place::new("a.hpp", 99..120), "is bad");
        assert_eq!(
            fault.show("é"),
            "a.hpp:1:2: error: is bad\n    1 | é\n      |  ^\n"
        );
        let fault = Fault::new(Place::new("a.hpp", 1..2), "is bad");
        assert_eq!(
            fault.show("é"),
            "a.hpp:1:1: error: is bad\n    1 | é\n      | ^\n"
        );
    }
}
