//! Text into tokens.

use crate::error::{About, Mistake};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tok<'t> {
    Word(&'t str),
    Int(i128),
    Sign(&'static str),
    End,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Token<'t> {
    pub(crate) tok: Tok<'t>,
    pub(crate) at: usize,
    pub(crate) text: &'t str,
}

/// Longer signs come before their beginnings. `[[` is two signs, since `a[b[i]]` has `]]` as well.
const SIGNS: &[&str] = &[
    "...", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "::", "{", "}", "(", ")", "[", "]", ";",
    ":", ",", "=", "+", "-", "*", "/", "%", "<", ">", "&", "|", "^", "~", "!", "?", ".", "$", "#",
];

/// Words of ImHex's language that mean something there and nothing here.
const UNSUPPORTED: &[&str] = &[
    "union",
    "using",
    "namespace",
    "fn",
    "if",
    "else",
    "while",
    "for",
    "break",
    "continue",
    "return",
    "import",
    "this",
    "auto",
    "str",
    "null",
    "addressof",
    "typenameof",
    "try",
    "catch",
    "char16",
];

/// Splits `text` into tokens; the last one is `End`.
pub(crate) fn lex(text: &str) -> Result<Vec<Token<'_>>, Mistake> {
    let mut tokens = Vec::new();
    let mut at = 0;
    loop {
        at = skip_blank(text, at)?;
        let (tok, len) = token(text, at)?;
        tokens.push(Token {
            tok,
            at,
            text: &text[at..at + len],
        });
        if tok == Tok::End {
            return Ok(tokens);
        }
        at += len;
    }
}

fn skip_blank(text: &str, mut at: usize) -> Result<usize, Mistake> {
    loop {
        let rest = &text[at..];
        let blank = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
        let rest = &rest[blank..];
        at += blank;
        if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if let Some(comment) = rest.strip_prefix("/*") {
            let end = comment.find("*/");
            at += end.ok_or_else(|| Mistake::new(at, About::Syntax, "/*"))? + 4;
        } else {
            return Ok(at);
        }
    }
}

fn token(text: &str, at: usize) -> Result<(Tok<'_>, usize), Mistake> {
    let rest = &text[at..];
    match rest.as_bytes().first() {
        None => Ok((Tok::End, 0)),
        Some(b'a'..=b'z' | b'A'..=b'Z' | b'_') => word(rest, at),
        Some(b'0'..=b'9') => number(rest, at),
        Some(b'\'') => character(rest, at),
        Some(_) => sign(rest, at),
    }
}

fn word_len(rest: &str) -> usize {
    rest.bytes()
        .take_while(|b| b.is_ascii_alphanumeric() || *b == b'_')
        .count()
}

fn word(rest: &str, at: usize) -> Result<(Tok<'_>, usize), Mistake> {
    let word = &rest[..word_len(rest)];
    if UNSUPPORTED.contains(&word) {
        return Err(Mistake::new(at, About::Unsupported, word));
    }
    Ok((Tok::Word(word), word.len()))
}

fn number(rest: &str, at: usize) -> Result<(Tok<'_>, usize), Mistake> {
    let word = &rest[..word_len(rest)];
    let lower = word.to_ascii_lowercase();
    let (digits, radix) = match lower.get(..2) {
        Some("0x") => (&lower[2..], 16),
        Some("0b") => (&lower[2..], 2),
        Some("0o") => (&lower[2..], 8),
        _ => (lower.as_str(), 10),
    };
    let is_number = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
    if !is_number {
        return Err(Mistake::new(at, About::Syntax, word));
    }
    let value = i128::from_str_radix(digits, radix);
    let value = value.map_err(|_| Mistake::new(at, About::Range, word))?;
    Ok((Tok::Int(value), word.len()))
}

/// `'c'`, or one of the escapes `\n \r \t \0 \\ \' \" \x41`.
fn character(rest: &str, at: usize) -> Result<(Tok<'_>, usize), Mistake> {
    let wrong = || Mistake::new(at, About::Syntax, "'");
    let mut chars = rest[1..].char_indices();
    let (_, first) = chars.next().ok_or_else(wrong)?;
    let value = match first {
        '\'' | '\n' => return Err(wrong()),
        '\\' => match chars.next().ok_or_else(wrong)?.1 {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            '0' => '\0',
            same @ ('\\' | '\'' | '"') => same,
            'x' => hex_pair(&mut chars).ok_or_else(wrong)?,
            _ => return Err(wrong()),
        },
        plain => plain,
    };
    let (end, close) = chars.next().ok_or_else(wrong)?;
    if close != '\'' {
        return Err(wrong());
    }
    // A char is one byte: a longer character has no place in one.
    if u32::from(value) > 0xff {
        return Err(Mistake::new(at, About::Range, value));
    }
    Ok((Tok::Int(u32::from(value).into()), end + 2))
}

fn hex_pair(chars: &mut std::str::CharIndices<'_>) -> Option<char> {
    let high = chars.next()?.1.to_digit(16)?;
    let low = chars.next()?.1.to_digit(16)?;
    char::from_u32(high * 16 + low)
}

fn sign(rest: &str, at: usize) -> Result<(Tok<'_>, usize), Mistake> {
    if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        return Ok((Tok::Sign(sign), sign.len()));
    }
    let unknown: String = rest.chars().take(1).collect();
    let about = if unknown == "@" {
        About::Unsupported
    } else {
        About::Syntax
    };
    Err(Mistake::new(at, about, unknown))
}
