//! Expressions about any object, which name its fields without the object.

use std::collections::HashSet;

use crate::is_keyword;
use crate::token::{Token, ends_value, tokens};

/// The same expression with other texts for its names: `it.quantity > 500` for `quantity > 500`.
///
/// `meaning` gives the text for a name, or nothing if it stays. What follows a dot, functions, names within a text, and the
/// parameters of closures stay as they are.
///
/// # Examples
///
/// ```
/// use memglass_syntax::about;
///
/// let text = about("quantity > limit && book.quantity < max(quantity, 5)", |name| {
///     (name != "limit").then(|| format!("it.{name}"))
/// });
/// assert_eq!(text, "it.quantity > limit && it.book.quantity < max(it.quantity, 5)");
/// ```
pub fn about(expression: &str, meaning: impl Fn(&str) -> Option<String>) -> String {
    let tokens = tokens(expression);
    let parameters = parameters(&tokens);
    let mut text = String::with_capacity(expression.len() + 16);
    let mut copied = 0;
    for (at, token) in tokens.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| &tokens[before]);
        if !is_name(before, token, tokens.get(at + 1)) || parameters.contains(token.text) {
            continue;
        }
        if let Some(meant) = meaning(token.text) {
            text.push_str(&expression[copied..token.start]);
            text.push_str(&meant);
            copied = token.end();
        }
    }
    text.push_str(&expression[copied..]);
    text
}

/// The names that closures in the expression take as parameters: those between two bars where a value begins.
fn parameters<'t>(tokens: &[Token<'t>]) -> HashSet<&'t str> {
    let mut names = HashSet::new();
    let mut at = 0;
    while at < tokens.len() {
        let begins =
            tokens[at].is("|") && !at.checked_sub(1).is_some_and(|at| ends_value(&tokens[at]));
        let inside = tokens[at + 1..].iter();
        let inside = inside.take_while(|token| token.is_word() || token.is(","));
        let count = inside.clone().count();
        if begins && tokens.get(at + 1 + count).is_some_and(|end| end.is("|")) {
            names.extend(
                inside
                    .filter(|token| token.is_word())
                    .map(|token| token.text),
            );
            at += 1 + count;
        }
        at += 1;
    }
    names
}

/// Whether a token is a name by itself, and not a member, a function or the key of a map.
fn is_name(before: Option<&Token<'_>>, token: &Token<'_>, after: Option<&Token<'_>>) -> bool {
    let is_member = before.is_some_and(|sign| [".", "?.", "::"].iter().any(|dot| sign.is(dot)));
    let is_called = after.is_some_and(|sign| ["(", "::", ":"].iter().any(|end| sign.is(end)));
    token.is_word() && !is_keyword(token.text) && !is_member && !is_called
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(expression: &str, expected: &str) {
        let part = |name: &str| {
            ["a", "b", "text"]
                .contains(&name)
                .then(|| format!("it.{name}"))
        };
        assert_eq!(about(expression, part), expected);
    }

    #[test]
    fn only_names_of_parts_become_parts() {
        check("a > 5", "it.a > 5");
        check("!a&&b", "!it.a&&it.b");
        check("a.b.a[b] == c.a", "it.a.b.a[it.b] == c.a");
        check("it.a > b", "it.a > it.b");
        check(
            "text == \"a\" && text in [\"b\", a]",
            "it.text == \"a\" && it.text in [\"b\", it.a]",
        );
        check("a(b) + a::b", "a(it.b) + a::b");
        check("#{a: b}.a == `${a}`", "#{a: it.b}.a == `${a}`");
        check("true && /* a */ not_a // b", "true && /* a */ not_a // b");
        check("b.some(|l| l.a > a)", "it.b.some(|l| l.a > it.a)");
        check(
            "b.reduce(|a, c| a + c, b)",
            "it.b.reduce(|a, c| a + c, it.b)",
        );
        check("a | b | text", "it.a | it.b | it.text");
        check("", "");
        check("grüße == a", "grüße == it.a");
    }
}
