//! Text into tokens, in one pass over the bytes. Nothing is refused: what no rule knows is a stray token.
//!
//! White space is no token. A directive is one token up to the end of its (continued) line, comments included, so that
//! nothing after this module has to know where a line ends.

mod literal;
mod punct;

use literal::{Quote, end_of_quoted, end_of_raw};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// An identifier or keyword.
    Word,
    /// A number, with its suffix.
    Number,
    /// A string literal, with its prefix and suffix.
    Text,
    /// A character literal, with its prefix and suffix.
    Char,
    /// A `// …` comment, without the end of its line.
    LineComment,
    /// A `/* … */` comment.
    BlockComment,
    /// A `#…` line with all the lines that continue it.
    Directive,
    /// An operator or bracket; a digraph counts as what it stands for.
    Punct(&'static str),
    /// A string or character literal that its line ends and no quote does.
    Unfinished,
    /// A character that starts no token of C++.
    Stray,
}

/// One token and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Its first byte.
    pub start: u32,
    /// The byte after its last.
    pub end: u32,
    /// The line of its first byte, counted from 1.
    pub line: u32,
    /// The line of its last byte.
    pub end_line: u32,
}

impl Token {
    /// Whether it is a comment of either form.
    #[must_use]
    pub fn is_comment(&self) -> bool {
        matches!(self.kind, TokenKind::LineComment | TokenKind::BlockComment)
    }

    /// Whether declarations are made of it: neither comment nor directive.
    #[must_use]
    pub fn is_code(&self) -> bool {
        !self.is_comment() && self.kind != TokenKind::Directive
    }

    /// Whether nothing may follow it on its line.
    #[must_use]
    pub fn takes_line(&self) -> bool {
        matches!(
            self.kind,
            TokenKind::LineComment | TokenKind::Directive | TokenKind::Unfinished
        )
    }

    /// Whether it is this operator or bracket.
    #[must_use]
    pub fn is(&self, punct: &str) -> bool {
        matches!(self.kind, TokenKind::Punct(p) if p == punct)
    }
}

/// The longest text that has positions: they are 32-bit numbers.
pub const LONGEST_TEXT: usize = u32::MAX as usize - 1;

/// The tokens of `text`, in order. Linear in its length.
///
/// A byte order mark at the start is white space. Text beyond [`LONGEST_TEXT`] bytes is not read.
///
/// ```
/// use memglass_code::{TokenKind, lex};
///
/// let tokens = lex("int a; // ticks");
/// assert_eq!(tokens.len(), 4);
/// assert_eq!(tokens[2].kind, TokenKind::Punct(";"));
/// ```
#[must_use]
pub fn lex(text: &str) -> Vec<Token> {
    let mut lexer = Lexer {
        bytes: &text.as_bytes()[..text.len().min(LONGEST_TEXT)],
        at: 0,
        line: 1,
        tokens: Vec::new(),
    };
    if text.starts_with('\u{feff}') {
        lexer.at = '\u{feff}'.len_utf8();
    }
    lexer.tokens.reserve(text.len() / 5);
    while lexer.skip_space() {
        lexer.token();
    }
    lexer.tokens
}

struct Lexer<'t> {
    bytes: &'t [u8],
    at: usize,
    line: u32,
    tokens: Vec<Token>,
}

impl Lexer<'_> {
    /// Moves to the next byte that is no white space; false at the end.
    fn skip_space(&mut self) -> bool {
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'\n' => self.line += 1,
                // A zero byte is white space to compilers, which warn of it.
                b' ' | b'\t' | b'\r' | 0x0b | 0x0c | 0 => {}
                // A backslash that continues no line is no token either: behind it, a line break of ours would be continued.
                b'\\' if matches!(self.bytes.get(self.at + 1), Some(b'u' | b'U')) => return true,
                b'\\' => {
                    if let Some(after) = after_splice(self.bytes, self.at) {
                        self.line += 1;
                        self.at = after;
                        continue;
                    }
                }
                _ => return true,
            }
            self.at += 1;
        }
        false
    }

    fn token(&mut self) {
        let (kind, end) = self.scan();
        let end = end.max(self.at + 1).min(self.bytes.len());
        let trimmed = match kind {
            TokenKind::LineComment | TokenKind::Directive | TokenKind::Unfinished => {
                self.trim_end(end)
            }
            // A comment or literal that never ends takes the last line breaks of the file; printing would add more.
            _ if end == self.bytes.len() => self.trim_end(end),
            _ => end,
        };
        let newlines = count_newlines(&self.bytes[self.at..trimmed]);
        let token = Token {
            kind,
            start: self.at as u32,
            end: trimmed as u32,
            line: self.line,
            end_line: self.line + newlines,
        };
        self.tokens.push(token);
        self.line = token.end_line;
        self.at = trimmed;
    }

    /// The kind of the token at the present byte, and where it ends.
    fn scan(&self) -> (TokenKind, usize) {
        let start = self.at;
        match self.bytes[start] {
            b'/' if self.next_is(b'/') => (TokenKind::LineComment, end_of_line(self.bytes, start)),
            b'/' if self.next_is(b'*') => {
                (TokenKind::BlockComment, end_of_block(self.bytes, start))
            }
            b'#' => (
                TokenKind::Directive,
                end_of_directive(self.bytes, start + 1),
            ),
            b'%' if self.next_is(b':') => (
                TokenKind::Directive,
                end_of_directive(self.bytes, start + 2),
            ),
            b'"' => self.literal(
                TokenKind::Text,
                end_of_quoted(self.bytes, start, Quote::Double),
            ),
            b'\'' => self.literal(
                TokenKind::Char,
                end_of_quoted(self.bytes, start, Quote::Single),
            ),
            b'0'..=b'9' => (TokenKind::Number, end_of_number(self.bytes, start)),
            b'.' if self.bytes.get(start + 1).is_some_and(u8::is_ascii_digit) => {
                (TokenKind::Number, end_of_number(self.bytes, start))
            }
            byte if is_word(byte) => self.word_or_literal(),
            b'\\' if matches!(self.bytes.get(start + 1), Some(b'u' | b'U')) => {
                (TokenKind::Word, end_of_word(self.bytes, start))
            }
            _ => match punct::longest(self.bytes, start) {
                Some((punct, end)) => (TokenKind::Punct(punct), end),
                None => (TokenKind::Stray, start + 1),
            },
        }
    }

    /// A word, or the literal that it is the prefix of.
    fn word_or_literal(&self) -> (TokenKind, usize) {
        let end = end_of_word(self.bytes, self.at);
        let word = &self.bytes[self.at..end];
        match self.bytes.get(end) {
            Some(b'"') if is_raw_prefix(word) => {
                self.literal(TokenKind::Text, end_of_raw(self.bytes, end))
            }
            Some(b'"') if is_prefix(word) => self.literal(
                TokenKind::Text,
                end_of_quoted(self.bytes, end, Quote::Double),
            ),
            Some(b'\'') if is_prefix(word) => self.literal(
                TokenKind::Char,
                end_of_quoted(self.bytes, end, Quote::Single),
            ),
            _ => (TokenKind::Word, end),
        }
    }

    /// A literal with its suffix, or one that is not closed.
    fn literal(&self, kind: TokenKind, (end, is_closed): (usize, bool)) -> (TokenKind, usize) {
        if is_closed {
            (kind, self.suffixed(end))
        } else {
            (TokenKind::Unfinished, end)
        }
    }

    /// The end of the user's suffix of a literal that ends at `end`.
    fn suffixed(&self, end: usize) -> usize {
        match self.bytes.get(end) {
            Some(&byte) if is_word(byte) && matches!(self.bytes[end - 1], b'"' | b'\'') => {
                end_of_word(self.bytes, end)
            }
            _ => end,
        }
    }

    fn next_is(&self, byte: u8) -> bool {
        self.bytes.get(self.at + 1) == Some(&byte)
    }

    fn trim_end(&self, end: usize) -> usize {
        let kept = self.bytes[self.at..end]
            .iter()
            .rposition(|byte| !byte.is_ascii_whitespace() && *byte != 0x0b);
        self.at + kept.map_or(1, |last| last + 1)
    }
}

/// The end of the quoted literal that `text` begins with.
pub(crate) fn end_of_quoted_text(text: &str) -> usize {
    let quote = if text.starts_with('"') {
        Quote::Double
    } else {
        Quote::Single
    };
    end_of_quoted(text.as_bytes(), 0, quote).0
}

/// Where text goes on after a backslash at `at` that continues its line; `None` if it does not.
///
/// White space between the backslash and the end of the line is passed over, as compilers do.
fn after_splice(bytes: &[u8], at: usize) -> Option<usize> {
    if bytes.get(at) != Some(&b'\\') {
        return None;
    }
    let blank = bytes[at + 1..]
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | 0x0b | 0x0c))
        .count();
    let newline = at + 1 + blank;
    (bytes.get(newline) == Some(&b'\n')).then_some(newline + 1)
}

fn end_of_word(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            byte if is_word(byte) => at += 1,
            b'\\' if matches!(bytes.get(at + 1), Some(b'u' | b'U')) => at += 2,
            b'\\' => match after_splice(bytes, at)
                .filter(|&next| bytes.get(next).is_some_and(|&b| is_word(b)))
            {
                Some(next) => at = next,
                None => break,
            },
            _ => break,
        }
    }
    at
}

fn end_of_number(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        let next = bytes.get(at + 1);
        match byte {
            b'e' | b'E' | b'p' | b'P' if matches!(next, Some(b'+' | b'-')) => at += 2,
            b'\'' if next.is_some_and(|&b| is_word(b)) => at += 2,
            b'.' => at += 1,
            byte if is_word(byte) => at += 1,
            _ => break,
        }
    }
    at
}

/// The end of the line, with the lines that continue it; without its newline.
fn end_of_line(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\n' => return at,
            b'\\' => at = after_splice(bytes, at).unwrap_or(at + 1),
            _ => at += 1,
        }
    }
    at
}

fn end_of_block(bytes: &[u8], start: usize) -> usize {
    let inside = start + 2;
    let close = bytes[inside..].windows(2).position(|pair| pair == b"*/");
    close.map_or(bytes.len(), |close| inside + close + 2)
}

/// The end of a directive: its line, but comments and raw strings may bring more lines into it.
fn end_of_directive(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        at = match byte {
            b'\n' => return at,
            b'\\' => after_splice(bytes, at).unwrap_or(at + 1),
            b'/' if bytes.get(at + 1) == Some(&b'/') => return end_of_line(bytes, at),
            b'/' if bytes.get(at + 1) == Some(&b'*') => end_of_block(bytes, at),
            b'"' => end_of_quoted(bytes, at, Quote::Double).0,
            b'\'' => end_of_quoted(bytes, at, Quote::Single).0,
            byte if is_word(byte) => {
                let end = end_of_number(bytes, at).max(end_of_word(bytes, at));
                match bytes.get(end) {
                    Some(b'"') if is_raw_prefix(&bytes[at..end]) => end_of_raw(bytes, end).0,
                    _ => end,
                }
            }
            _ => at + 1,
        };
    }
    at
}

fn count_newlines(bytes: &[u8]) -> u32 {
    bytes.iter().filter(|&&byte| byte == b'\n').count() as u32
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

fn is_prefix(word: &[u8]) -> bool {
    matches!(word, b"L" | b"u" | b"U" | b"u8")
}

fn is_raw_prefix(word: &[u8]) -> bool {
    matches!(word, b"R" | b"LR" | b"uR" | b"UR" | b"u8R")
}

#[cfg(test)]
mod tests {
    use super::{TokenKind, lex};

    fn check(text: &str, expected: &[&str]) {
        let tokens = lex(text);
        let found: Vec<&str> = tokens
            .iter()
            .map(|t| &text[t.start as usize..t.end as usize])
            .collect();
        assert_eq!(found, expected, "tokens of {text:?}");
    }

    #[test]
    fn literals_keep_prefix_and_suffix() {
        check(
            r#"u8"a\"b"_kb L'x' 1'000.5e+3f .5 'ab'"#,
            &[r#"u8"a\"b"_kb"#, "L'x'", "1'000.5e+3f", ".5", "'ab'"],
        );
    }

    #[test]
    fn raw_strings_end_at_their_own_delimiter() {
        check("R\"x(a)\" )x\" b", &["R\"x(a)\" )x\"", "b"]);
        check("R\"(never ends", &["R\"(never ends"]);
        check(
            "R\"much_too_long_delimiter(a)\" b",
            &["R\"much_too_long_delimiter(a)\"", "b"],
        );
    }

    #[test]
    fn unfinished_literals_end_with_their_line() {
        check("\"abc\nd", &["\"abc", "d"]);
        check("'", &["'"]);
        check("\"a\\\nb\" c", &["\"a\\\nb\"", "c"]);
    }

    #[test]
    fn continued_lines_join_words_comments_and_operators() {
        check("ab\\\ncd", &["ab\\\ncd"]);
        check("// a \\\n b\nc", &["// a \\\n b", "c"]);
        check("a:\\\n:b", &["a", ":\\\n:", "b"]);
        check("a \\ \n b", &["a", "b"]);
    }

    #[test]
    fn digraphs_count_as_what_they_stand_for() {
        let tokens = lex("<% %> <: :> <::a");
        let kinds: Vec<TokenKind> = tokens.iter().map(|t| t.kind).collect();
        let p = TokenKind::Punct;
        assert_eq!(
            kinds,
            [
                p("{"),
                p("}"),
                p("["),
                p("]"),
                p("<"),
                p("::"),
                TokenKind::Word
            ]
        );
    }

    #[test]
    fn directives_take_their_comments_and_continued_lines() {
        check(
            "#define A /* x\ny */ 1 \\\n 2 // end\nint",
            &["#define A /* x\ny */ 1 \\\n 2 // end", "int"],
        );
        check("%:define X 1\nint", &["%:define X 1", "int"]);
        check(
            "#error don't do this\nint",
            &["#error don't do this", "int"],
        );
        check(
            "#define R R\"(\n)\" x\nint",
            &["#define R R\"(\n)\" x", "int"],
        );
    }

    #[test]
    fn zero_bytes_are_white_space_as_for_compilers() {
        check("a\0b\0\0 c", &["a", "b", "c"]);
        check("#if A\n\0#endif\n\0x", &["#if A", "#endif", "x"]);
    }

    #[test]
    fn what_no_rule_knows_is_a_stray_token() {
        let tokens = lex("@ \u{1} `");
        assert!(tokens.iter().all(|token| token.kind == TokenKind::Stray));
    }

    #[test]
    fn lines_count_newlines_inside_tokens() {
        let tokens = lex("a\n/* x\n */ b");
        assert_eq!(
            (tokens[1].line, tokens[1].end_line, tokens[2].line),
            (2, 3, 3)
        );
    }
}
