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
    /// of the file.
    #[must_use]
    pub fn show(&self, text: &str) -> String {
        let start = boundary(text, self.place.start);
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let line = text[line_start..line_end].trim_end_matches('\r');
        let number = text[..start].matches('\n').count() + 1;
        let column = text[line_start..start].chars().count() + 1;
        let mut shown = format!(
            "{}:{number}:{column}: error: {}\n",
            self.place.file.display(),
            self.reason
        );
        // Tabs stay, so that the caret is below what it points at.
        let indent: String = text[line_start..start]
            .chars()
            .map(|c| if c == '\t' { '\t' } else { ' ' })
            .collect();
        let end = boundary(text, self.place.end.clamp(start, line_start + line.len()));
        let tail = text[start..end.max(start)]
            .chars()
            .count()
            .saturating_sub(1);
        let _ = writeln!(
            shown,
            "{number:5} | {line}\n      | {indent}^{}",
            "~".repeat(tail)
        );
        shown
    }
}

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
