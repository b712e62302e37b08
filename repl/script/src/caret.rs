//! Where in a source text something went wrong: one line of it and the span under which carets go.

use memglass_syntax::token::{Kind, tokens};
use memglass_value::{format, wrap};
use rhai::Position;
use unicode_width::UnicodeWidthChar;

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
    /// Rhai gives the position of the `.` or `[` for an access that went through an indexer and of the
    /// name for one that went through a getter; all mark the name or index here.
    pub fn at(source: &str, text: &str, position: Position) -> Option<Self> {
        Self::spanning(source, text, position, access_width, token_width)
    }

    /// The expression that begins at `position`, as far as it is on that line.
    pub fn of_value(source: &str, text: &str, position: Position) -> Option<Self> {
        Self::spanning(source, text, position, |_| 0, expression_width)
    }

    fn spanning(
        source: &str,
        text: &str,
        position: Position,
        skipped: impl Fn(&[char]) -> usize,
        width: impl Fn(&[char]) -> usize,
    ) -> Option<Self> {
        let line = position.line()?;
        let shown = text.lines().nth(line - 1).unwrap_or_default();
        let characters: Vec<char> = shown.chars().collect();
        let start = position
            .position()
            .unwrap_or(1)
            .saturating_sub(1)
            .min(characters.len());
        let start = start + skipped(&characters[start..]);
        Some(Self {
            source: source.to_owned(),
            line,
            column: start + 1,
            width: width(&characters[start..]),
            text: shown
                .chars()
                .map(|c| if format::is_unsafe(c) { ' ' } else { c })
                .collect(),
        })
    }

    /// The line with its number and the carets below, each line ended by a newline; `mark` colours the carets.
    /// Of a line that is longer than a screen of so many columns, or than all sense, only what is around them.
    pub fn draw(&self, columns: Option<u16>, mark: impl Fn(&str) -> String) -> String {
        let number = self.line.to_string();
        let margin = " ".repeat(number.len());
        let place = if self.source.is_empty() {
            String::new()
        } else {
            let source = format::escaped(&self.source);
            format!("{margin}--> {source}:{number}:{}\n", self.column)
        };
        let room = columns.map_or(usize::MAX, |columns| {
            usize::from(columns).saturating_sub(number.len() + " | ".len())
        });
        let Window { text, before, span } = self.window(room.clamp(LEAST, MOST));
        let (indent, carets) = (" ".repeat(before), mark(&"^".repeat(span)));
        format!("{place}{number} | {text}\n{margin} | {indent}{carets}\n")
    }

    /// As much of the line as there is room for, the beginning of the span at least.
    fn window(&self, room: usize) -> Window {
        let before: Vec<char> = self.text.chars().take(self.column - 1).collect();
        let rest: String = self.text.chars().skip(self.column - 1).collect();
        // What led there gets what is left, and a third of the room at least.
        let left = room - wrap::width(&rest).min(room - room / 3);
        let kept = match wrap::width(&self.text) <= room {
            true => before.len(),
            false => fitting(before.iter().rev().copied(), left.saturating_sub(1)),
        };
        let mut text: String = before[before.len() - kept..].iter().collect();
        if kept < before.len() {
            text.insert(0, '…');
        }
        let before = wrap::width(&text);
        let shown = wrap::cut(&rest, room - before).unwrap_or_default();
        let span: String = shown.chars().take(self.width).collect();
        Window {
            text: format!("{text}{shown}"),
            before,
            span: wrap::width(&span).max(1),
        }
    }
}

/// What is drawn of a line: its text, and in columns where the carets begin and how many there are.
struct Window {
    text: String,
    before: usize,
    span: usize,
}

/// How many of these characters fit into so many columns.
fn fitting(characters: impl Iterator<Item = char>, columns: usize) -> usize {
    let mut used = 0;
    let fits = characters.take_while(|c| {
        used += c.width().unwrap_or(0);
        used <= columns
    });
    fits.count()
}

/// Columns that are drawn of the longest line, and of one on the narrowest screen.
const MOST: usize = 400;
const LEAST: usize = 24;

/// Length of `.`, `[`, `?.` or `?[` when a name or index follows.
fn access_width(rest: &[char]) -> usize {
    let dots = usize::from(rest.first() == Some(&'?'));
    match (rest.get(dots), rest.get(dots + 1)) {
        (Some('.'), Some(next)) if is_word(*next) => dots + 1,
        (Some('['), Some(next)) if is_word(*next) || matches!(next, '"' | '-') => dots + 1,
        _ => 0,
    }
}

/// Length of the expression that starts here: up to what ends it, without blanks and remarks at its end.
fn expression_width(rest: &[char]) -> usize {
    let rest: String = rest.iter().collect();
    let mut depth = 0_u32;
    let mut end = 0;
    for token in tokens(&rest) {
        match token.text {
            "(" | "[" | "?[" | "{" | "#{" => depth += 1,
            ")" | "]" | "}" | "," | ";" if depth == 0 => break,
            ")" | "]" | "}" => depth -= 1,
            _ if matches!(token.kind, Kind::Comment { .. }) => break,
            _ => {}
        }
        end = token.end();
    }
    rest[..end].chars().count().max(1)
}

/// Length of the token that starts here; of a text without its end, that of the quote.
fn token_width(rest: &[char]) -> usize {
    let rest: String = rest.iter().collect();
    match tokens(&rest).as_slice() {
        [first, ..] if first.start > 0 || first.kind == Kind::Quoted { closed: false } => 1,
        [sign, number, ..] if sign.is("-") && number.kind == Kind::Number => {
            rest[..number.end()].chars().count()
        }
        [first, ..] => first.text.chars().count(),
        [] => 1,
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_very_long_line_only_what_is_around_the_span_is_drawn() {
        let line = format!("{}wrong{}", "a ".repeat(5_000), " b".repeat(5_000));
        let excerpt = Excerpt::at("", &line, Position::new(1, 10_001)).expect("a position");
        let drawn = excerpt.draw(None, str::to_owned);
        let (text, carets) = drawn.split_once('\n').expect("two lines");
        assert!(drawn.len() < 3 * MOST, "{drawn}");
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

    #[test]
    fn a_line_that_is_longer_than_the_screen_keeps_its_carets_under_what_they_mark() {
        let line = "let total = 0; for p in obs.all(\"Position\") { total += p.quantity * p.avg_price; total += p.nope }";
        for columns in [20_u16, 30, 40, 80, 90, 200] {
            let at = line.find("nope").expect("it is there") as u16 + 1;
            let excerpt = Excerpt::at("", line, Position::new(1, at)).expect("a position");
            let drawn = excerpt.draw(Some(columns), str::to_owned);
            let (text, carets) = drawn.split_once('\n').expect("two lines");
            assert!(
                wrap::width(text) <= usize::from(columns).max(LEAST + 4),
                "{drawn}"
            );
            let at = carets.find('^').expect("carets");
            let marked: String = text.chars().skip(at).take(4).collect();
            assert_eq!(marked, "nope", "{columns}: {drawn}");
        }
    }

    #[test]
    fn carets_stand_under_what_takes_two_columns() {
        let excerpt = Excerpt::at("", "\"東京\" + nope", Position::new(1, 8)).expect("a position");
        let drawn = excerpt.draw(None, str::to_owned);
        assert_eq!(drawn, "1 | \"東京\" + nope\n  |          ^^^^\n");
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
    fn an_index_is_marked_inside_its_brackets() {
        check("p.levels[7]", 1, 9, "7");
        check("p.levels[-7]", 1, 9, "-7");
        check("obs[\"order 1\"].x", 1, 4, "\"order 1\"");
    }

    #[track_caller]
    fn check_value(text: &str, column: u16, marked: &str) {
        let excerpt = Excerpt::of_value("", text, Position::new(1, column)).expect("a position");
        let found: String = excerpt.text.chars().skip(excerpt.column - 1).collect();
        assert_eq!(&found[..excerpt.width], marked, "in {text:?}");
    }

    #[test]
    fn a_value_is_marked_to_its_end() {
        check_value("p.q = 1 + f(2, 3); x", 7, "1 + f(2, 3)");
        check_value("if x { p.q = \"a;b\" } ", 14, "\"a;b\"");
        check_value("p.set(\"q\", -5)", 12, "-5");
        check_value("p.q = #{a: [1], b: 2}  // why", 7, "#{a: [1], b: 2}");
        check_value("p.q = \"a\\\"b\" + c,", 7, "\"a\\\"b\" + c");
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
            excerpt.draw(None, str::to_owned),
            " --> run.rhai:1:7\n1 | \"ä\" + nope\n  |       ^^^^\n"
        );
    }

    #[test]
    fn control_characters_never_reach_the_terminal() {
        let excerpt = Excerpt::at("", "a\u{1b}[31mb\tc", Position::new(1, 1)).expect("a position");
        assert_eq!(excerpt.text, "a [31mb c");
    }
}
