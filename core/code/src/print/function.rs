//! Functions: heads that may be too long, and bodies that keep their lines.

use crate::model::{Function, FunctionBody, Item, Tokens};

use super::opaque::{is_fixed, moved};
use super::{Printer, head_end};

impl Printer<'_> {
    pub(super) fn function(&mut self, item: &Item, function: &Function, indent: usize) {
        let FunctionBody::Braces {
            open,
            close,
            opening,
        } = &function.body
        else {
            self.signature(item, function, item.tokens.end, indent);
            return;
        };
        let end = head_end(item, *open);
        self.signature(item, function, end, indent);
        self.separate_from(end, indent);
        if !self.out.ends_with([' ', '\n']) {
            self.push(" ");
        }
        self.braces(item, *open, *close, opening, indent);
    }

    /// Everything up to `end`, over several lines if it is too long for one.
    fn signature(&mut self, item: &Item, function: &Function, end: usize, indent: usize) {
        if item.as_written {
            self.as_written(&(item.tokens.start..end), indent);
            return;
        }
        let shift = self.shift(item.tokens.start, indent);
        let signature_end = self.signature_end(function, end);
        let signature = self.spaced(&(item.tokens.start..signature_end), shift);
        let rest = self.rest(signature_end..end, shift);
        let ends = if function.initialisers.is_empty() {
            rest.as_str()
        } else {
            ""
        };
        let brace = if matches!(function.body, FunctionBody::Braces { .. }) {
            2
        } else {
            0
        };
        if self.is_too_long(&format!("{signature}{ends}"), brace) && !function.params.is_empty() {
            self.broken_signature(item, function, signature_end, indent);
        } else {
            self.push(&signature);
        }
        if !function.initialisers.is_empty() && self.is_too_long(&rest, brace) {
            self.newline();
            self.spaces(indent + self.style.indent);
            self.push(rest.trim_start());
        } else {
            self.push(&rest);
        }
    }

    fn signature_end(&self, function: &Function, end: usize) -> usize {
        let qualifiers = function.qualifiers.end.max(function.brackets.1 + 1);
        qualifiers.min(end)
    }

    /// What follows the signature, with the space before it.
    fn rest(&self, tokens: Tokens, shift: isize) -> String {
        let text = self.spaced(&tokens, shift);
        let touches = text.is_empty() || text.starts_with(';');
        if touches { text } else { format!(" {text}") }
    }

    fn is_too_long(&self, text: &str, more: usize) -> bool {
        let longest = text.lines().next().map_or(0, |line| line.chars().count());
        !text.contains('\n') && self.column() + longest + more > self.style.width
    }

    /// Each parameter on its line, and the closing bracket at the column of the item.
    fn broken_signature(&mut self, item: &Item, function: &Function, end: usize, indent: usize) {
        let (open, close) = function.brackets;
        let shift = self.shift(item.tokens.start, indent);
        let head = self.spaced(&(item.tokens.start..open + 1), shift);
        self.push(&head);
        let mut first = open + 1;
        for param in 0..function.params.len() {
            let next = function
                .params
                .get(param + 1)
                .map_or(close, |next| next.tokens.start);
            let behind = function.params[param].tokens.end;
            let comma = (behind..next)
                .find(|&at| self.file.source().is(at, ","))
                .map_or(close, |comma| comma + 1);
            self.newline();
            self.spaces(indent + self.style.indent);
            let text = self.spaced(&(first..comma), shift);
            self.push(&text);
            first = comma;
        }
        self.newline();
        self.spaces(indent);
        let tail = self.spaced(&(close..end), shift);
        self.push(&tail);
    }

    /// A body: on one line if it was, else with its own lines.
    fn braces(&mut self, item: &Item, open: usize, close: usize, opening: &[usize], indent: usize) {
        let source = self.file.source();
        let tokens = source.tokens();
        self.push(source.word(open));
        self.behind(item, opening, indent);
        let first = opening
            .last()
            .map_or(open + 1, |&last| (last + 1).max(open + 1));
        let content = first..close;
        if content.is_empty() {
            if !opening.is_empty() {
                self.newline();
                self.spaces(indent);
            }
            self.push(source.word(close));
            return;
        }
        let fixed = is_fixed(source, &(open..close + 1));
        let shift = if fixed {
            0
        } else {
            self.shift(item.tokens.start, indent)
        };
        let line_before = if open + 1 == first {
            tokens[open].line
        } else {
            tokens[first - 1].end_line
        };
        if tokens[first].line > line_before {
            self.newline();
            self.line_of(first, shift, fixed);
        } else if opening.is_empty() {
            self.push(" ");
        } else {
            self.newline();
            self.spaces(indent + self.style.indent);
        }
        self.opaque(&content, shift);
        if tokens[close].line > tokens[close - 1].end_line {
            self.newline();
            self.line_of(close, shift, fixed);
        } else {
            self.push(" ");
        }
        self.push(source.word(close));
    }

    /// Begins a line as the line of token `at` begins, moved.
    fn line_of(&mut self, at: usize, shift: isize, fixed: bool) {
        let source = self.file.source();
        let blank = source.indentation(source.tokens()[at].start as usize);
        if fixed {
            self.push(blank);
        } else {
            self.spaces(moved(crate::source::width_of(blank), shift));
        }
    }
}
