//! Texts that are parts: brackets, attributes, comments, directives.

use crate::File;
use crate::lex::{TokenKind, lex};
use crate::source::Source;
use crate::words::is_name;

use super::code::{Code, CodeBody, Make, Part};
use super::error::BuildFault;

/// Checks that all brackets of `text` are closed in order, and no literal or comment is left open.
pub(super) fn balanced(text: &str) -> Result<(), BuildFault> {
    let mut open = Vec::new();
    for token in lex(text) {
        let word = &text[token.start as usize..token.end as usize];
        match token.kind {
            TokenKind::Punct(punct @ ("(" | "[" | "{")) => open.push(punct),
            TokenKind::Punct(close @ (")" | "]" | "}")) => {
                let fits = matches!(
                    (open.pop(), close),
                    (Some("("), ")") | (Some("["), "]") | (Some("{"), "}")
                );
                if !fits {
                    return Err(BuildFault::Unbalanced);
                }
            }
            TokenKind::Unfinished => return Err(BuildFault::Unbalanced),
            TokenKind::Text if is_open_raw(word) => return Err(BuildFault::Unbalanced),
            TokenKind::BlockComment if !word.ends_with("*/") => return Err(BuildFault::Unbalanced),
            _ => {}
        }
    }
    if open.is_empty() {
        Ok(())
    } else {
        Err(BuildFault::Unbalanced)
    }
}

/// Whether a literal is a raw string without its end.
fn is_open_raw(word: &str) -> bool {
    let prefix = ["u8", "u", "U", "L"]
        .iter()
        .find_map(|prefix| word.strip_prefix(prefix));
    let raw = prefix.unwrap_or(word).strip_prefix("R\"");
    raw.is_some_and(|raw| match raw.split_once('(') {
        Some((delimiter, text)) => !text.contains(&format!("){delimiter}\"")),
        None => true,
    })
}

/// Checks an expression: balanced, something, and no end of a statement in it.
pub(super) fn expression(part: &Part) -> Result<(), BuildFault> {
    balanced(part.text())?;
    if matches!(part, Part::Untyped { .. }) {
        return Ok(());
    }
    let source = Source::new(part.text());
    let mut depth = 0;
    let mut has_code = false;
    for token in source.tokens() {
        match token.kind {
            TokenKind::Punct("(" | "[" | "{") => depth += 1,
            TokenKind::Punct(")" | "]" | "}") => depth -= 1,
            TokenKind::Punct(";") if depth == 0 => return Err(BuildFault::WrongKind),
            TokenKind::LineComment | TokenKind::Directive => return Err(BuildFault::WrongKind),
            _ => {}
        }
        has_code |= token.is_code();
    }
    if has_code {
        Ok(())
    } else {
        Err(BuildFault::MissingPart)
    }
}

pub(super) fn attribute(part: &Part) -> Result<(), BuildFault> {
    let Part::Text(text) = part else {
        return Err(BuildFault::BadUntyped);
    };
    balanced(text)?;
    let text = text.trim();
    let rest = ["__attribute__", "alignas", "__declspec", "_Alignas"]
        .iter()
        .find_map(|word| text.strip_prefix(word));
    let whole = |open: &str, close: &str, text: &str| {
        text.starts_with(open) && text.ends_with(close) && text.len() > 2
    };
    let fits = match rest {
        Some(arguments) => whole("(", ")", arguments.trim_start()),
        None => whole("[[", "]]", text),
    };
    let one = File::parse(&format!("{text} int x;"));
    let is_attribute = one.diagnostics().is_empty() && one.items().len() == 1;
    if fits && is_attribute {
        Ok(())
    } else {
        Err(BuildFault::BadAttribute)
    }
}

/// Checks the text of a comment, which must not end it, nor go on behind it.
pub(super) fn comment(text: &str, block: bool) -> Result<(), BuildFault> {
    let ends = block && text.contains("*/")
        || !block && text.lines().any(|line| line.trim_end().ends_with('\\'));
    if ends {
        Err(BuildFault::BadComment)
    } else {
        Ok(())
    }
}

pub(super) fn directive(code: &Code, text: &str) -> Result<(), BuildFault> {
    let one_line = !text.contains('\n') && !text.trim_end().ends_with('\\');
    let fits = match code.make {
        Make::Include => {
            let delimiters = [('<', '>'), ('"', '"')];
            let inside = |&(open, close)| text.strip_prefix(open)?.strip_suffix(close);
            delimiters
                .iter()
                .find_map(inside)
                .is_some_and(|name| !name.is_empty() && !name.contains(['>', '"']))
        }
        Make::Conditional => conditional(text),
        Make::Pragma => !text.trim().is_empty(),
        _ => true,
    };
    if one_line && fits {
        Ok(())
    } else {
        Err(BuildFault::BadDirective)
    }
}

fn conditional(text: &str) -> bool {
    let (word, rest) = text
        .trim()
        .split_once(char::is_whitespace)
        .unwrap_or((text.trim(), ""));
    match word {
        "if" | "elif" => !rest.trim().is_empty(),
        "ifdef" | "ifndef" | "elifdef" | "elifndef" => is_name(rest.trim()),
        "else" | "endif" => rest.trim().is_empty(),
        _ => false,
    }
}

/// Checks that each conditional among `items` begins and ends there, with its branches in order.
pub(super) fn conditionals(items: &[Code]) -> Result<(), BuildFault> {
    let mut has_else = Vec::new();
    for item in items.iter().filter(|item| item.make == Make::Conditional) {
        let text = item.text.as_ref().map_or("", |text| text.text());
        let word = text.split_whitespace().next().unwrap_or_default();
        match (word, has_else.last_mut()) {
            ("if" | "ifdef" | "ifndef", _) => has_else.push(false),
            ("elif" | "elifdef" | "elifndef", Some(false)) => {}
            ("else", Some(seen @ false)) => *seen = true,
            ("endif", Some(_)) => {
                has_else.pop();
            }
            _ => return Err(BuildFault::Unbalanced),
        }
    }
    if has_else.is_empty() {
        Ok(())
    } else {
        Err(BuildFault::Unbalanced)
    }
}

/// Checks a body that is text.
pub(super) fn body(body: &CodeBody) -> Result<(), BuildFault> {
    match body {
        CodeBody::Text(text) | CodeBody::Untyped { untyped: text } => balanced(text),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_ends_in_the_letter_of_raw_strings_is_closed() {
        for text in [
            r#""ERROR""#,
            r#"{"R", "EUR", u8"R", L"R"}"#,
            r#"R"(a)" R"x(")x" u8R"(b)"_s"#,
        ] {
            assert!(balanced(text).is_ok(), "{text}");
        }
        for text in [r#"R"("#, r#"R"x(a)""#, r#"LR"(a"#, r#""a"#] {
            assert!(balanced(text).is_err(), "{text}");
        }
    }
}
