//! Whether a typed text wants another line.

use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rhai::{AST, Engine, LexError, ParseError, ParseErrorType, Position};

use crate::token::{Kind, Token, tokens};

/// Nesting of one expression, at the top and inside functions, the same in every build: Rhai's own defaults
/// are much smaller in debug builds, and a script that a test accepts must not fail in use.
pub const EXPRESSION_DEPTHS: (usize, usize) = (128, 64);

/// Whether `text` is the beginning of a program and not yet one: an open bracket, block, comment or
/// back-quoted string, or an operator that lacks its right side.
///
/// A text that is wrong however it goes on is complete: evaluating it tells the mistake.
pub fn is_incomplete(text: &str) -> bool {
    is_incomplete_until(text, &Arc::default())
}

/// The same; storing true into `interrupt` ends it with any answer.
pub(crate) fn is_incomplete_until(text: &str, interrupt: &Arc<AtomicBool>) -> bool {
    match parsed(text, interrupt) {
        // Rhai takes a comment without an end.
        Ok(_) => has_open_comment(text),
        Err(ParseError(kind, position)) => match *kind {
            ParseErrorType::UnexpectedEOF => true,
            ParseErrorType::BadInput(LexError::UnterminatedString) => has_open_back_quote(text),
            ParseErrorType::MissingToken(..)
            | ParseErrorType::PropertyExpected
            | ParseErrorType::ExprExpected(_) => {
                is_at_end(text, position) || has_open_comment(text)
            }
            _ => false,
        },
    }
}

/// Whether `text` is a program by its grammar, which takes a comment without an end.
pub(crate) fn is_program(text: &str) -> bool {
    parsed(text, &Arc::default()).is_ok()
}

/// Line and column of the first mistake in the grammar of `text`, from 0; at its end if something lacks there.
pub(crate) fn first_mistake(text: &str) -> Option<(usize, usize)> {
    let ParseError(_, position) = parsed(text, &Arc::default()).err()?;
    let end = (text.lines().count(), 0);
    let line = position.line().map(|line| line - 1);
    Some(line.map_or(end, |line| (line, position.position().unwrap_or(0))))
}

/// As the engine of a session parses, without a session.
fn parsed(text: &str, interrupt: &Arc<AtomicBool>) -> Result<AST, ParseError> {
    let text = executable(text);
    let mut engine = Engine::new_raw();
    let (top, inside) = EXPRESSION_DEPTHS;
    engine.set_max_expr_depths(top, inside);
    let source = Rc::new(RefCell::new(text.to_string()));
    super::tokens::install(&mut engine, &source, interrupt);
    super::comparisons::declare(&mut engine);
    engine.compile(text.as_ref())
}

/// The first line of an executable script becomes a comment.
pub fn executable(source: &str) -> Cow<'_, str> {
    match source.strip_prefix("#!") {
        // With a blank: `///` would begin a doc comment.
        Some(rest) => format!("// {rest}").into(),
        None => source.into(),
    }
}

fn is_at_end(text: &str, position: Position) -> bool {
    let (Some(line), Some(column)) = (position.line(), position.position()) else {
        return position.is_none();
    };
    let mut rest = text.lines().skip(line - 1);
    let beyond = rest.next().is_none_or(|text| {
        text.chars()
            .skip(column.saturating_sub(1))
            .all(char::is_whitespace)
    });
    beyond && rest.all(|line| line.trim().is_empty())
}

/// Whether `text` ends inside of a comment that was begun with `/*`.
pub(crate) fn has_open_comment(text: &str) -> bool {
    let closed = false;
    ends_with(text, |last| last.kind == Kind::Comment { closed })
}

fn has_open_back_quote(text: &str) -> bool {
    let closed = false;
    ends_with(text, |last| {
        last.kind == Kind::Quoted { closed } && last.text.starts_with('`')
    })
}

fn ends_with(text: &str, is: impl Fn(&Token<'_>) -> bool) -> bool {
    tokens(text).last().is_some_and(is)
}

#[cfg(test)]
mod tests {
    use super::is_incomplete;

    #[track_caller]
    fn check(incomplete: bool, texts: &[&str]) {
        for text in texts {
            assert_eq!(is_incomplete(text), incomplete, "{text:?}");
        }
    }

    #[test]
    fn an_open_bracket_or_block_wants_more() {
        check(
            true,
            &[
                "if x {",
                "foo(",
                "foo(1,",
                "[1, 2",
                "#{a: 1,",
                "fn f(x) {\n  x",
                "|x| {",
                "while true {\n",
            ],
        );
    }

    #[test]
    fn an_operator_without_its_right_side_wants_more() {
        check(
            true,
            &[
                "1 +",
                "let x =",
                "p.quantity >",
                "a &&",
                "p.",
                "_ +",
                "print(_",
            ],
        );
    }

    #[test]
    fn an_open_comment_wants_more_and_one_in_a_string_does_not() {
        check(true, &["/* note", "1 /* a /* b */"]);
        check(false, &["\"/*\"", "1 // /*", "/* done */", "`/*`"]);
    }

    #[test]
    fn an_open_back_quote_wants_more_and_an_open_quote_does_not() {
        check(true, &["`two\nlines", "print(`x"]);
        check(false, &["\"open", "print(\"x)"]);
    }

    #[test]
    fn a_whole_program_or_a_wrong_one_wants_no_more() {
        check(
            false,
            &[
                "",
                "1 + 1",
                "p.quantity = 5",
                "let = 5",
                ")",
                "if x { 1 } else { 2 }",
                "p.new",
                "obs.find(\"a\").x = 1",
            ],
        );
    }
}
