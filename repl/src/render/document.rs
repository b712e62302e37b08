//! Lines to read, in colours, broken where the screen ends.

use memglass_terminal::look::{self, Look};
use memglass_value::shown::{Document, Line, Role, Span};
use memglass_value::{format, wrap};

/// The lines, each ended by a newline.
pub(super) fn text(document: &Document, look: Look) -> String {
    let columns = look.width.map_or(usize::MAX, usize::from);
    let lines = document.lines.iter();
    let lines = lines.map(|line| wrap::hanging(&painted(line, look), columns, line.hang) + "\n");
    lines.collect()
}

fn painted(line: &Line, look: Look) -> String {
    let painted = |span: &Span| {
        let text = format::escaped(&span.text);
        match span.role {
            Role::Plain => text.into_owned(),
            Role::Heading => look.paint(look::strong(), &text),
            Role::Aside => look.paint(look::faint(), &text),
        }
    };
    let text: String = line.spans.iter().map(painted).collect();
    text.trim_end_matches(' ').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_goes_on_under_what_it_says() {
        let document = Document::new(
            [
                Line::heading("a\u{1b}[2J"),
                Line::entry("now", 6, "one two three"),
                Line::from("  four five six"),
            ],
            "",
        );
        let look = Look {
            color: false,
            width: Some(12),
        };
        assert_eq!(
            text(&document, look),
            "a\\u{1b}[2J\nnow   one\n      two\n      three\n  four five\n  six\n"
        );
        let look = Look {
            color: true,
            width: None,
        };
        assert!(text(&document, look).starts_with("\u{1b}[1ma\\u{1b}[2J\u{1b}[0m\n"));
    }
}
