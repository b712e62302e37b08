//! Where in a source text something went wrong: one line of it and the span under which carets go.

use rhai::Position;

/// A part of one line of source text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// Name of the source: a file, or empty for a typed line.
    pub source: String,
    /// Line number, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Length of the marked span in characters, at least 1.
    pub width: usize,
    /// The text of the line, without control characters.
    pub text: String,
}

impl Excerpt {
    /// The token at `position` of `text`; `None` if the position is unknown.
    ///
    /// Rhai gives the position of the `.` for an access that went through an indexer and of the name
    /// for one that went through a getter; both mark the name here.
    pub(crate) fn at(source: &str, text: &str, position: Position) -> Option<Self> {
        let line = position.line()?;
        let shown = text.lines().nth(line - 1).unwrap_or_default();
        let characters: Vec<char> = shown.chars().collect();
        let start = position
            .position()
            .unwrap_or(1)
            .saturating_sub(1)
            .min(characters.len());
        let start = start + access_width(&characters[start..]);
        Some(Self {
            source: source.to_owned(),
            line,
            column: start + 1,
            width: token_width(&characters[start..]),
            text: shown
                .chars()
                .map(|c| if c.is_control() { ' ' } else { c })
                .collect(),
        })
    }

    /// The line with its number and the carets below, each line ended by a newline; `mark` colours the carets.
    pub(crate) fn draw(&self, mark: impl Fn(&str) -> String) -> String {
        let number = self.line.to_string();
        let margin = " ".repeat(number.len());
        let place = if self.source.is_empty() {
            String::new()
        } else {
            format!("{margin}--> {}:{number}:{}\n", self.source, self.column)
        };
        let (text, column, width) = self.window();
        let carets = mark(&"^".repeat(width));
        let indent = " ".repeat(column - 1);
        format!("{place}{number} | {text}\n{margin} | {indent}{carets}\n")
    }

    /// What is drawn of a line, and where the span is in it: of a very long line only what is around.
    fn window(&self) -> (String, usize, usize) {
        let start = (self.column - 1).saturating_sub(AROUND);
        let ends = self.text.chars().count() <= start + 2 * AROUND;
        let mut text: String = self.text.chars().skip(start).take(2 * AROUND).collect();
        let mut column = self.column - start;
        if start > 0 {
            text.insert(0, '…');
            column += 1;
        }
        let width = self
            .width
            .min(2 * AROUND - (self.column - 1 - start))
            .max(1);
        if !ends {
            text.push('…');
        }
        (text, column, width)
    }
}

/// Characters of a line that are shown before the span; and as many from its start on.
const AROUND: usize = 200;

/// Length of `.` or `?.` when a name follows.
fn access_width(rest: &[char]) -> usize {
    let dots = usize::from(rest.first() == Some(&'?'));
    match (rest.get(dots), rest.get(dots + 1)) {
        (Some('.'), Some(next)) if is_word(*next) => dots + 1,
        _ => 0,
    }
}

/// Length of the token that starts here.
fn token_width(rest: &[char]) -> usize {
    match rest.first() {
        Some(quote @ ('"' | '`' | '\'')) => {
            let close = rest[1..].iter().position(|c| c == quote);
            close.map_or(1, |close| close + 2)
        }
        Some(first) if is_word(*first) => rest.iter().take_while(|c| is_word(**c)).count(),
        Some(first) if is_operator(*first) => rest.iter().take_while(|c| is_operator(**c)).count(),
        _ => 1,
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn is_operator(c: char) -> bool {
    "=<>!+-*/%&|^".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_very_long_line_only_what_is_around_the_span_is_drawn() {
        let line = format!("{}wrong{}", "a ".repeat(5_000), " b".repeat(5_000));
        let excerpt = Excerpt::at("", &line, Position::new(1, 10_001)).expect("a position");
        let drawn = excerpt.draw(str::to_owned);
        let (text, carets) = drawn.split_once('\n').expect("two lines");
        assert!(drawn.len() < 6 * AROUND, "{drawn}");
        let at = carets.find('^').expect("carets");
        assert!(
            text.chars()
                .skip(at)
                .collect::<String>()
                .starts_with("wrong b"),
            "{drawn}"
        );
        assert_eq!(carets.matches('^').count(), 5);
    }

    #[track_caller]
    fn check(text: &str, line: u16, column: u16, marked: &str) {
        let excerpt = Excerpt::at("", text, Position::new(line, column)).expect("a position");
        let found: String = excerpt
            .text
            .chars()
            .skip(excerpt.column - 1)
            .take(excerpt.width)
            .collect();
        assert_eq!(found, marked, "in {text:?}");
    }

    #[test]
    fn a_getter_is_marked_at_its_name() {
        check("p.quantty > 5", 1, 3, "quantty");
    }

    #[test]
    fn an_indexer_is_marked_one_after_its_dot() {
        check("p.quantty > 5", 1, 2, "quantty");
        check("p?.quantty", 1, 2, "quantty");
    }

    #[test]
    fn an_operator_is_marked_whole() {
        check("a >= 5", 1, 3, ">=");
    }

    #[test]
    fn a_string_is_marked_with_its_quotes() {
        check("obs[\"nope\"].x", 1, 5, "\"nope\"");
    }

    #[test]
    fn a_later_line_is_found() {
        check("let a = 1;\nfoo(a)", 2, 1, "foo");
    }

    #[test]
    fn a_position_past_the_end_marks_the_end() {
        let excerpt = Excerpt::at("", "let x =", Position::new(1, 40)).expect("a position");
        assert_eq!((excerpt.column, excerpt.width), (8, 1));
    }

    #[test]
    fn carets_stand_under_characters_not_bytes() {
        let excerpt =
            Excerpt::at("run.rhai", "\"ä\" + nope", Position::new(1, 7)).expect("a position");
        assert_eq!(
            excerpt.draw(str::to_owned),
            " --> run.rhai:1:7\n1 | \"ä\" + nope\n  |       ^^^^\n"
        );
    }

    #[test]
    fn control_characters_never_reach_the_terminal() {
        let excerpt = Excerpt::at("", "a\u{1b}[31mb\tc", Position::new(1, 1)).expect("a position");
        assert_eq!(excerpt.text, "a [31mb c");
    }
}
