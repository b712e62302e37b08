//! Text for people, fitted to the width of a screen.

use std::borrow::Cow;

use unicode_width::UnicodeWidthChar;

/// Columns by which the rest of a wrapped line is indented; of an indented one, as many as it has.
const HANG: usize = 2;

/// Columns below which nothing is fitted any more.
const NARROWEST: usize = 8;

/// Columns that a text of one line takes; colours take none.
pub fn width(text: &str) -> usize {
    let mut escape = Escape::default();
    text.chars().map(|c| escape.width(c)).sum()
}

/// As much of a line without colours as there is room for; nothing if there is hardly any.
pub fn cut(text: &str, columns: usize) -> Option<String> {
    if width(text) <= columns {
        return Some(text.to_owned());
    }
    if columns < NARROWEST {
        return None;
    }
    let mut used = 0;
    let fits = text.chars().take_while(|c| {
        used += c.width().unwrap_or(0);
        used < columns
    });
    Some(fits.chain(['…']).collect())
}

/// `text` with each line broken between words so that it fits `columns`; what is too long by itself,
/// and the lines of a source text with their carets, stay as they are.
pub fn wrapped(text: &str, columns: Option<u16>) -> Cow<'_, str> {
    let columns = columns.map_or(usize::MAX, usize::from).max(NARROWEST);
    if text.lines().all(|line| width(line) <= columns) {
        return text.into();
    }
    let lines = text.split('\n').map(|line| match is_source(line) {
        true => line.to_owned(),
        false => {
            let indent = line.len() - line.trim_start_matches(' ').len();
            hanging(line, columns, if indent == 0 { HANG } else { indent })
        }
    });
    lines.collect::<Vec<_>>().join("\n").into()
}

/// One line broken between words so that it fits `columns`, what follows indented by `hang`.
pub fn hanging(line: &str, columns: usize, hang: usize) -> String {
    let mut out = String::with_capacity(line.len() + 16);
    let mut at = 0;
    let mut is_blank = true;
    for word in line.split_inclusive(' ') {
        let shown = width(word.trim_end_matches(' '));
        // Where it would stand no further left, a new line is no help.
        if at + shown > columns && at > hang && !is_blank {
            out.truncate(out.trim_end_matches(' ').len());
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', hang));
            at = hang;
            is_blank = true;
        }
        is_blank = is_blank && shown == 0;
        out.push_str(word);
        at += width(word);
    }
    out
}

/// A line number and a bar, or the arrow to a file: columns mean something there.
fn is_source(line: &str) -> bool {
    let rest = line
        .trim_start()
        .trim_start_matches(|c: char| c.is_ascii_digit());
    rest.trim_start().starts_with('|') || rest.starts_with("-->")
}

/// Skips sequences such as `ESC [ 1 m`.
#[derive(Default)]
struct Escape {
    inside: bool,
}

impl Escape {
    fn width(&mut self, c: char) -> usize {
        if self.inside {
            self.inside = !c.is_ascii_alphabetic();
            return 0;
        }
        self.inside = c == '\u{1b}';
        c.width().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, columns: u16, expected: &str) {
        assert_eq!(wrapped(text, Some(columns)), expected);
    }

    #[test]
    fn lines_are_broken_between_words() {
        check(
            "error: there is no such thing",
            20,
            "error: there is no\n  such thing",
        );
        check("  one two three four", 10, "  one two\n  three\n  four");
        check("short\nlines", 10, "short\nlines");
        assert_eq!(wrapped("as long as it likes", None), "as long as it likes");
    }

    #[test]
    fn a_word_that_is_too_long_is_left_alone() {
        check(
            "see /a/very/long/path/name b",
            10,
            "see\n  /a/very/long/path/name\n  b",
        );
        check("a 123456789 b", 10, "a 123456789\n  b");
    }

    #[test]
    fn source_lines_keep_their_columns() {
        let text = "12 | let x = something_long\n   |         ^^^^\n";
        check(text, 10, text);
    }

    #[test]
    fn colours_take_no_room_and_wide_characters_take_two() {
        assert_eq!(width("\u{1b}[1;31merror\u{1b}[0m"), 5);
        assert_eq!(width("価格"), 4);
    }

    #[test]
    fn a_hint_is_cut_with_a_mark() {
        assert_eq!(cut("i64, now 500", 20).as_deref(), Some("i64, now 500"));
        assert_eq!(cut("i64, now 500", 9).as_deref(), Some("i64, now…"));
        assert_eq!(cut("i64, now 500", 5), None);
    }
}
