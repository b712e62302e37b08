//! A line cut into tokens, however unfinished it is: what completion, highlighting and hints look at.

/// A piece of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'l> {
    pub(super) kind: Kind,
    pub(super) text: &'l str,
    /// Byte offset in the line.
    pub(super) start: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An identifier or keyword.
    Word,
    Number,
    /// A string with its quotes; `closed` is false where the line ends inside it.
    Quoted {
        closed: bool,
    },
    Comment,
    /// An operator or bracket.
    Sign,
}

#[cfg(test)]
thread_local! {
    /// How often a token was compared with a sign: what looking through a line costs.
    pub(super) static COMPARED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

impl<'l> Token<'l> {
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    pub(super) fn is(&self, sign: &str) -> bool {
        #[cfg(test)]
        COMPARED.with(|compared| compared.set(compared.get() + 1));
        self.kind == Kind::Sign && self.text == sign
    }

    pub(super) fn is_word(&self) -> bool {
        self.kind == Kind::Word
    }

    /// What is between the quotes, escapes as they were typed.
    pub(super) fn inside(&self) -> Option<&'l str> {
        match self.kind {
            Kind::Quoted { closed: true } => self.text.get(1..self.text.len() - 1),
            Kind::Quoted { closed: false } => self.text.get(1..),
            _ => None,
        }
    }
}

/// Signs of more than one character, longest first.
const LONG_SIGNS: &[&str] = &[
    "==", "!=", "<=", ">=", "+=", "-=", "*=", "/=", "&&", "||", "=>", "::", "..", "?.", "#{",
];

/// The tokens of `line`; blanks are between them.
pub(super) fn tokens(line: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = line[at..].chars().next() {
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (kind, len) = next(&line[at..], first);
        tokens.push(Token {
            kind,
            text: &line[at..at + len],
            start: at,
        });
        at += len;
    }
    tokens
}

fn next(rest: &str, first: char) -> (Kind, usize) {
    if is_word_start(first) {
        return (Kind::Word, run(rest, is_word_part));
    }
    if first.is_ascii_digit() {
        return (Kind::Number, number(rest));
    }
    match first {
        '"' | '`' | '\'' => quoted(rest, first),
        '/' if rest.starts_with("//") => (Kind::Comment, rest.find('\n').unwrap_or(rest.len())),
        '/' if rest.starts_with("/*") => (
            Kind::Comment,
            rest.find("*/").map_or(rest.len(), |end| end + 2),
        ),
        _ => {
            let long = LONG_SIGNS.iter().find(|sign| rest.starts_with(**sign));
            (Kind::Sign, long.map_or(first.len_utf8(), |sign| sign.len()))
        }
    }
}

fn quoted(rest: &str, quote: char) -> (Kind, usize) {
    let mut escaped = false;
    for (at, character) in rest.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' if quote != '`' => escaped = true,
            _ if character == quote => return (Kind::Quoted { closed: true }, at + 1),
            _ => {}
        }
    }
    (Kind::Quoted { closed: false }, rest.len())
}

/// Digits, and one point when digits follow: `5.s` is a duration and no float.
fn number(rest: &str) -> usize {
    let whole = run(rest, is_word_part);
    match rest[whole..].strip_prefix('.') {
        Some(fraction) if fraction.starts_with(|c: char| c.is_ascii_digit()) => {
            whole + 1 + run(fraction, is_word_part)
        }
        _ => whole,
    }
}

fn run(rest: &str, part: fn(char) -> bool) -> usize {
    rest.find(|character| !part(character))
        .unwrap_or(rest.len())
}

fn is_word_start(character: char) -> bool {
    character.is_ascii_alphabetic() || character == '_'
}

fn is_word_part(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

/// Whether a script can write `text` without quotes.
pub(super) fn is_identifier(text: &str) -> bool {
    text.starts_with(is_word_start) && text.chars().all(is_word_part) && !is_keyword(text)
}

/// Whether the script language keeps the word for itself.
pub(super) fn is_keyword(text: &str) -> bool {
    KEYWORDS.contains(&text) || RESERVED.contains(&text)
}

/// Words with a meaning.
pub(super) const KEYWORDS: &[&str] = &[
    "as", "break", "catch", "const", "continue", "do", "else", "export", "false", "fn", "for",
    "if", "import", "in", "let", "loop", "private", "return", "switch", "this", "throw", "true",
    "try", "until", "while",
];

/// Words that are kept for later: `p.new` is a mistake and `p["new"]` is not.
const RESERVED: &[&str] = &[
    "async",
    "await",
    "call",
    "case",
    "curry",
    "debug",
    "default",
    "eval",
    "Fn",
    "go",
    "goto",
    "exit",
    "is",
    "is_def_fn",
    "is_def_var",
    "is_shared",
    "match",
    "module",
    "new",
    "nil",
    "null",
    "package",
    "print",
    "protected",
    "public",
    "shared",
    "spawn",
    "static",
    "super",
    "sync",
    "thread",
    "type_of",
    "unless",
    "use",
    "var",
    "void",
    "with",
    "yield",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: &[&str]) {
        let texts: Vec<&str> = tokens(line).iter().map(|token| token.text).collect();
        assert_eq!(texts, expected);
    }

    #[test]
    fn a_line_is_cut_where_the_language_cuts_it() {
        check(
            "AAPL.last_quote.bid >= 15_000",
            &["AAPL", ".", "last_quote", ".", "bid", ">=", "15_000"],
        );
        check(
            "obs[\"a b\"].x=1.5",
            &["obs", "[", "\"a b\"", "]", ".", "x", "=", "1.5"],
        );
        check(
            "5.s + 0xff // note",
            &["5", ".", "s", "+", "0xff", "// note"],
        );
        check("#{a: `x`}", &["#{", "a", ":", "`x`", "}"]);
    }

    #[test]
    fn an_open_string_is_a_token_and_not_the_end() {
        let all = tokens("obs[\"AA");
        assert_eq!(all[2].kind, Kind::Quoted { closed: false });
        assert_eq!(all[2].inside(), Some("AA"));
    }

    #[test]
    fn an_escaped_quote_does_not_close() {
        check(r#""a\"b" c"#, &[r#""a\"b""#, "c"]);
    }

    #[test]
    fn characters_beyond_ascii_are_signs_and_break_nothing() {
        check("é = 価", &["é", "=", "価"]);
    }
}
