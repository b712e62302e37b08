//! Text that nobody looks into, moved with the item that it belongs to.

use crate::lex::TokenKind;
use crate::model::Tokens;
use crate::source::{Source, width_of};

/// Adds the text of `tokens`. Its later lines move by `shift` columns, unless their start matters.
pub(super) fn append(out: &mut String, source: &Source, tokens: &Tokens, shift: isize) {
    let text = source.slice(tokens);
    if !text.contains('\n') {
        out.push_str(text);
    } else if is_fixed(source, tokens) {
        append_fixed(out, source, tokens);
    } else {
        append_moved(out, text, shift);
    }
}

/// Whether the text has a raw string over several lines, or a line that is continued.
pub(super) fn is_fixed(source: &Source, tokens: &Tokens) -> bool {
    source.tokens()[tokens.clone()]
        .iter()
        .any(|token| is_long_text(token.kind, token.line, token.end_line))
        || source
            .slice(tokens)
            .lines()
            .any(|line| line.trim_end().ends_with('\\'))
}

fn is_long_text(kind: TokenKind, line: u32, end_line: u32) -> bool {
    matches!(kind, TokenKind::Text | TokenKind::Char) && line != end_line
}

fn append_moved(out: &mut String, text: &str, shift: isize) {
    for (number, line) in text.split('\n').enumerate() {
        if number == 0 {
            out.push_str(trim_end(line));
            continue;
        }
        out.push('\n');
        let content = trim_end(line.trim_start_matches(is_blank));
        if !content.is_empty() {
            let blank = &line[..line.len() - line.trim_start_matches(is_blank).len()];
            out.extend(std::iter::repeat_n(' ', moved(width_of(blank), shift)));
            out.push_str(content);
        }
    }
}

/// A column that moves by `shift`, but not beyond the left border.
pub(super) fn moved(column: usize, shift: isize) -> usize {
    column.saturating_add_signed(shift)
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\x0b' | '\x0c')
}

fn trim_end(line: &str) -> &str {
    line.trim_end_matches(is_blank)
}

/// Adds the text as it is, without white space before line breaks; what is inside long literals stays.
fn append_fixed(out: &mut String, source: &Source, tokens: &Tokens) {
    let mut done = source.bytes(tokens).start;
    for token in &source.tokens()[tokens.clone()] {
        if is_long_text(token.kind, token.line, token.end_line) {
            append_trimmed(out, &source.text()[done..token.start as usize]);
            out.push_str(
                &source.text()[token.start as usize..token.end as usize].replace("\r\n", "\n"),
            );
            done = token.end as usize;
        }
    }
    append_trimmed(out, &source.text()[done..source.bytes(tokens).end]);
}

fn append_trimmed(out: &mut String, text: &str) {
    let mut lines = text.split('\n').peekable();
    while let Some(line) = lines.next() {
        if lines.peek().is_some() {
            out.push_str(trim_end(line));
            out.push('\n');
        } else {
            out.push_str(line);
        }
    }
}
