//! A text cut into tokens, however unfinished it is: the one lexer of completion, hints, colours, carets, and of
//! what still lacks its end.

/// A piece of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'l> {
    /// What it is.
    pub kind: Kind,
    /// As it is written.
    pub text: &'l str,
    /// Byte offset in the line.
    pub start: usize,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An identifier or keyword.
    Word,
    /// A literal that begins with a digit.
    Number,
    /// A string with its quotes; `closed` is false where the line ends inside it.
    Quoted {
        /// Whether it has its end.
        closed: bool,
    },
    /// A comment; `closed` is false where the text ends inside it.
    Comment {
        /// Whether it has its end.
        closed: bool,
    },
    /// An operator or bracket.
    Sign,
}

impl<'l> Token<'l> {
    /// Byte offset of what follows.
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Whether it is this operator or bracket.
    pub fn is(&self, sign: &str) -> bool {
        self.kind == Kind::Sign && self.text == sign
    }

    /// Whether it is an identifier or keyword.
    pub fn is_word(&self) -> bool {
        self.kind == Kind::Word
    }

    /// What is between the quotes, escapes as they were typed.
    pub fn inside(&self) -> Option<&'l str> {
        match self.kind {
            Kind::Quoted { closed: true } => self.text.get(1..self.text.len() - 1),
            Kind::Quoted { closed: false } => self.text.get(1..),
            _ => None,
        }
    }
}

/// Whether a value may end with this token, so that no other can follow it at once.
pub fn ends_value(token: &Token<'_>) -> bool {
    match token.kind {
        Kind::Word => !crate::is_keyword(token.text),
        Kind::Number => true,
        Kind::Quoted { closed } => closed,
        _ => token.is(")") || token.is("]"),
    }
}

/// Signs of more than one character, longest first.
const LONG_SIGNS: &[&str] = &[
    "===", "!==", "<<=", ">>=", "**=", "..=", "...", "==", "!=", "<=", ">=", "+=", "-=", "*=",
    "/=", "%=", "&=", "|=", "^=", "++", "--", "**", "<<", ">>", "&&", "||", "??", "=>", "->", "<-",
    ":=", "::", "..", "?.", "?[", "#{",
];

/// The tokens of `line`; blanks are between them.
pub fn tokens(line: &str) -> Vec<Token<'_>> {
    Tokens::of(line).collect()
}

/// The tokens of a text, cut when they are asked for.
pub(crate) struct Tokens<'l> {
    line: &'l str,
    at: usize,
}

impl<'l> Tokens<'l> {
    pub(crate) fn of(line: &'l str) -> Self {
        Tokens { line, at: 0 }
    }
}

impl<'l> Iterator for Tokens<'l> {
    type Item = Token<'l>;

    fn next(&mut self) -> Option<Token<'l>> {
        let rest = self.line[self.at..].trim_start();
        let start = self.line.len() - rest.len();
        let (kind, len) = next(rest, rest.chars().next()?);
        self.at = start + len;
        Some(Token {
            kind,
            text: &self.line[start..self.at],
            start,
        })
    }
}

fn next(rest: &str, first: char) -> (Kind, usize) {
    if is_letter(first) {
        return (
            Kind::Word,
            run(rest, |c| is_letter(c) || c.is_ascii_digit()),
        );
    }
    if first.is_ascii_digit() {
        return (Kind::Number, number(rest));
    }
    match first {
        '"' | '`' | '\'' => quoted(rest, first),
        '/' if rest.starts_with("//") => {
            let closed = true;
            let len = rest.find('\n').unwrap_or(rest.len());
            (Kind::Comment { closed }, len)
        }
        '/' if rest.starts_with("/*") => comment(rest),
        _ => {
            let long = LONG_SIGNS.iter().find(|sign| rest.starts_with(**sign));
            (Kind::Sign, long.map_or(first.len_utf8(), |sign| sign.len()))
        }
    }
}

/// Comments lie in each other.
fn comment(rest: &str) -> (Kind, usize) {
    let (mut depth, mut at) = (0_u32, 0);
    while let Some(next) = rest[at..].find(['/', '*']) {
        at += next;
        let (deeper, len) = match &rest.as_bytes()[at..] {
            [b'/', b'*', ..] => (depth + 1, 2),
            [b'*', b'/', ..] => (depth - 1, 2),
            _ => (depth, 1),
        };
        depth = deeper;
        at += len;
        if depth == 0 {
            return (Kind::Comment { closed: true }, at);
        }
    }
    (Kind::Comment { closed: false }, rest.len())
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

/// Of any alphabet, although the language has names of one only: what it does not take is still one word.
fn is_letter(character: char) -> bool {
    character.is_alphabetic() || character == '_'
}

fn is_word_part(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

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
        check("a /* b /* c */ */ d", &["a", "/* b /* c */ */", "d"]);
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
