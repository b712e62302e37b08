//! Expressions about any object, which name its fields without the object.

use crate::is_keyword;
use crate::token::{Token, tokens};

/// The same expression with other texts for its names: `it.quantity > 500` for `quantity > 500`.
///
/// `meaning` gives the text for a name, or nothing if it stays. What follows a dot, functions, and names within a text stay as they are.
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
    let mut text = String::with_capacity(expression.len() + 16);
    let mut copied = 0;
    for (at, token) in tokens.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| &tokens[before]);
        if !is_name(before, token, tokens.get(at + 1)) {
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
        check("", "");
        check("grüße == a", "grüße == it.a");
    }
}
