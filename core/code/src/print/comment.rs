//! Comments above, behind and inside items.

use crate::lex::TokenKind;
use crate::model::{Item, Tokens};

use super::{Printer, opaque};

impl Printer<'_> {
    /// The comments above an item, each on its line if it had one.
    pub(super) fn leading(&mut self, item: &Item, indent: usize) {
        for (number, &comment) in item.leading.iter().enumerate() {
            self.comment(comment, indent);
            let next = item
                .leading
                .get(number + 1)
                .copied()
                .unwrap_or(item.tokens.start);
            let tokens = self.file.source().tokens();
            if tokens[next].line > tokens[comment].end_line {
                self.newline();
                self.spaces(indent);
            } else {
                self.push(" ");
            }
        }
    }

    /// One comment at the present place; its later lines move as its first did.
    pub(super) fn comment(&mut self, comment: usize, indent: usize) {
        let shift = self.shift(comment, indent);
        self.opaque(&(comment..comment + 1), shift);
    }

    pub(super) fn opaque(&mut self, tokens: &Tokens, shift: isize) {
        let mut text = String::new();
        opaque::append(&mut text, self.file.source(), tokens, shift);
        self.push(&text);
    }

    /// How far the line of token `at` moves when it is printed at `indent`. A line that begins inside of a comment moves
    /// as the first line of that.
    pub(super) fn shift(&self, at: usize, indent: usize) -> isize {
        let source = self.file.source();
        let mut start = source.tokens()[at].start as usize;
        while let Some(comment) = source.comment_over(source.line_start(start)) {
            start = comment;
        }
        let blank = source.indentation(start);
        indent as isize - crate::source::width_of(blank) as isize
    }

    /// Comments behind something on its line: two spaces on, and those below in the same column.
    pub(super) fn behind(&mut self, item: &Item, comments: &[usize], indent: usize) {
        if comments.is_empty() {
            return;
        }
        let shift = self.shift(item.tokens.start, indent);
        self.push("  ");
        let mut column = self.column();
        for (number, &comment) in comments.iter().enumerate() {
            if number > 0 {
                let tokens = self.file.source().tokens();
                if tokens[comment].line > tokens[comment - 1].end_line {
                    self.newline();
                    self.spaces(column);
                } else {
                    self.push(" ");
                    column = if tokens[comment].kind == TokenKind::LineComment {
                        self.column()
                    } else {
                        column
                    };
                }
            }
            self.opaque(&(comment..comment + 1), shift);
        }
    }
}
