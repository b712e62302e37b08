//! A text with its tokens and brackets: what the parser, the printer and the editor look at.

use std::ops::Range;

use crate::lex::{Token, TokenKind, lex};
use crate::pairs::Pairs;

/// Columns that a tab moves to are multiples of this.
pub(crate) const TAB: usize = 4;

/// Text, tokens, and the partners of brackets. Positions of tokens are indices into [`Source::tokens`].
#[derive(Clone, Debug)]
pub struct Source {
    text: String,
    tokens: Vec<Token>,
    /// Where each line begins.
    lines: Vec<u32>,
    pub(crate) pairs: Pairs,
}

impl Source {
    pub(crate) fn new(text: &str) -> Source {
        let tokens = lex(text);
        let pairs = Pairs::new(text, &tokens);
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0)
            .chain(breaks.map(|(at, _)| at as u32 + 1))
            .collect();
        Source {
            text: text.to_owned(),
            tokens,
            lines,
            pairs,
        }
    }

    /// The whole text, byte for byte.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// All tokens in order, comments and directives among them.
    #[must_use]
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// The text of token `at`; empty behind the last one.
    pub(crate) fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| {
            &self.text[token.start as usize..token.end as usize]
        })
    }

    /// Whether token `at` is this operator or bracket.
    pub(crate) fn is(&self, at: usize, punct: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is(punct))
    }

    /// The first token at or behind `at` that is neither comment nor directive.
    pub(crate) fn code_from(&self, mut at: usize) -> usize {
        while self.tokens.get(at).is_some_and(|token| !token.is_code()) {
            at += 1;
        }
        at
    }

    /// The last token before `at` that is neither comment nor directive.
    pub(crate) fn code_before(&self, at: usize) -> Option<usize> {
        self.tokens[..at.min(self.tokens.len())]
            .iter()
            .rposition(Token::is_code)
    }

    /// The bytes from the first to the last of `tokens`.
    pub(crate) fn bytes(&self, tokens: &Range<usize>) -> Range<usize> {
        if tokens.is_empty() {
            let at = self
                .tokens
                .get(tokens.start)
                .map_or(self.text.len(), |token| token.start as usize);
            return at..at;
        }
        self.tokens[tokens.start].start as usize..self.tokens[tokens.end - 1].end as usize
    }

    /// The text from the first to the last of `tokens`, as written.
    pub(crate) fn slice(&self, tokens: &Range<usize>) -> &str {
        &self.text[self.bytes(tokens)]
    }

    /// The tokens of a range that are neither comments nor directives.
    pub(crate) fn code(&self, tokens: Range<usize>) -> impl Iterator<Item = usize> + '_ {
        tokens.filter(|&at| self.tokens[at].is_code())
    }

    /// The texts of the code tokens of a range, joined by single spaces: equal for equal code.
    pub(crate) fn spelling(&self, tokens: Range<usize>) -> String {
        let tokens = tokens.start..tokens.end.min(self.tokens.len());
        let words: Vec<&str> = self.code(tokens).map(|at| self.word(at)).collect();
        words.join(" ")
    }

    /// Where the text begins: behind a byte order mark.
    pub(crate) fn text_start(&self) -> usize {
        let mark = '\u{feff}';
        self.text.strip_prefix(mark).map_or(0, |_| mark.len_utf8())
    }

    /// Where the line of byte `at` begins.
    pub(crate) fn line_start(&self, at: usize) -> usize {
        let line = self.lines.partition_point(|&start| start as usize <= at);
        let start = self.lines[line.saturating_sub(1)] as usize;
        start.max(self.text_start().min(at))
    }

    /// Where the comment begins that byte `at` is inside of.
    pub(crate) fn comment_over(&self, at: usize) -> Option<usize> {
        let behind = self
            .tokens
            .partition_point(|token| (token.start as usize) < at);
        let token = &self.tokens[behind.checked_sub(1)?];
        let is_over = token.kind == TokenKind::BlockComment && token.end as usize > at;
        is_over.then_some(token.start as usize)
    }

    /// Where the line of byte `at` ends, before its line break.
    pub(crate) fn line_end(&self, at: usize) -> usize {
        let end = self.text[at..]
            .find('\n')
            .map_or(self.text.len(), |newline| at + newline);
        if self.text[at..end].ends_with('\r') {
            end - 1
        } else {
            end
        }
    }

    /// The column of byte `at`, tabs counted.
    pub(crate) fn column(&self, at: usize) -> usize {
        width_of(&self.text[self.line_start(at)..at])
    }

    /// The white space that the line of byte `at` begins with.
    pub(crate) fn indentation(&self, at: usize) -> &str {
        let line = &self.text[self.line_start(at)..];
        let end = line
            .find(|c: char| !matches!(c, ' ' | '\t'))
            .unwrap_or(line.len());
        &line[..end]
    }

    /// Whether byte `at` is the first of its line that is no white space.
    pub(crate) fn begins_line(&self, at: usize) -> bool {
        self.text[self.line_start(at)..at]
            .chars()
            .all(|c| matches!(c, ' ' | '\t' | '\r' | '\x0b' | '\x0c'))
    }
}

/// The columns that `text` takes from column 0, tabs counted.
pub(crate) fn width_of(text: &str) -> usize {
    text.chars().fold(0, |column, c| {
        if c == '\t' {
            column / TAB * TAB + TAB
        } else {
            column + 1
        }
    })
}
