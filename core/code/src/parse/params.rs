//! Parameters of functions and templates.

use crate::lex::TokenKind;
use crate::model::{Param, Tokens};
use crate::words::{is_builtin, is_cv, is_keyword, is_record_key, is_specifier, is_type_operator};

use super::{Parser, Role};

impl Parser<'_> {
    /// The parameters between two round brackets or angles.
    pub(super) fn params(&mut self, open: usize, close: usize) -> Vec<Param> {
        let ranges = self.parts(open + 1..close);
        ranges
            .into_iter()
            .map(|tokens| self.param(tokens))
            .collect()
    }

    /// The parts of `tokens` between commas outside brackets, comments at their ends left out.
    fn parts(&self, tokens: Tokens) -> Vec<Tokens> {
        let mut parts = Vec::new();
        let (mut at, mut first) = (tokens.start, tokens.start);
        while at < tokens.end {
            if self.source.is(at, ",") {
                parts.push(self.trimmed(first..at));
                first = at + 1;
            }
            at = match self.source.pairs.partner(at) {
                Some(close) if close > at && close < tokens.end => close + 1,
                _ => at + 1,
            };
        }
        let last = self.trimmed(first..tokens.end);
        if !last.is_empty() || !parts.is_empty() {
            parts.push(last);
        }
        parts
    }

    fn trimmed(&self, tokens: Tokens) -> Tokens {
        let first = self
            .source
            .code(tokens.clone())
            .next()
            .unwrap_or(tokens.end);
        let last = self
            .source
            .code_before(tokens.end)
            .filter(|&last| last >= first);
        first..last.map_or(first, |last| last + 1)
    }

    fn param(&mut self, tokens: Tokens) -> Param {
        let equals = self.top_level(&tokens, "=");
        let (declared, value) = match equals {
            Some(at) => (tokens.start..at, self.trimmed(at + 1..tokens.end)),
            None => (tokens.clone(), tokens.end..tokens.end),
        };
        self.mark_opaque(value.clone());
        self.mark(declared.clone(), Role::Pointer);
        let name = self.param_name(&declared);
        Param {
            tokens,
            name,
            value,
        }
    }

    fn top_level(&self, tokens: &Tokens, punct: &str) -> Option<usize> {
        let mut at = tokens.start;
        while at < tokens.end {
            if self.source.is(at, punct) {
                return Some(at);
            }
            at = match self.source.pairs.partner(at) {
                Some(close) if close > at && close < tokens.end => close + 1,
                _ => at + 1,
            };
        }
        None
    }

    /// The name that a parameter declares: the one behind a complete type, or in the brackets of a pointer.
    fn param_name(&self, tokens: &Tokens) -> Option<usize> {
        let mut has_type = false;
        let mut at = tokens.start;
        while at < tokens.end {
            let close = self.source.pairs.partner(at).filter(|&close| close > at);
            let follows_colons = self
                .source
                .code_before(at)
                .is_some_and(|before| self.source.is(before, "::"));
            match self.source.tokens()[at].kind {
                TokenKind::Punct("(") if self.roles[at] == Role::Declarator => {
                    return self.name_in_pointer(at + 1..close.unwrap_or(tokens.end));
                }
                TokenKind::Word if has_type && !follows_colons && self.is_free_name(at) => {
                    return Some(at);
                }
                TokenKind::Word => has_type |= self.makes_type(at),
                _ => {}
            }
            at = close.map_or(at + 1, |close| close + 1);
        }
        None
    }

    fn name_in_pointer(&self, tokens: Tokens) -> Option<usize> {
        let inside = self
            .source
            .code(tokens)
            .take_while(|&at| !self.source.is(at, "("));
        let names = inside.filter(|&at| {
            self.is_free_name(at) && !self.source.is(self.source.code_from(at + 1), "::")
        });
        names.last()
    }

    fn is_free_name(&self, at: usize) -> bool {
        let word = self.source.word(at);
        self.source.tokens()[at].kind == TokenKind::Word
            && !is_keyword(word)
            && !is_builtin(word)
            && !is_cv(word)
    }

    /// Whether the word completes a type, so that a name may follow.
    fn makes_type(&self, at: usize) -> bool {
        let word = self.source.word(at);
        let goes_on = is_cv(word)
            || is_specifier(word)
            || matches!(word, "enum" | "typename" | "template" | "this")
            || is_record_key(word) && self.names_record(at);
        !goes_on || is_type_operator(word)
    }

    /// Whether a key is followed by the name of a record: `struct stat buffer`, not `class T` of a template.
    fn names_record(&self, key: usize) -> bool {
        let name = self.source.code_from(key + 1);
        let behind = self.source.code_from(name + 1);
        self.source.tokens().get(behind).is_some_and(|token| {
            token.kind == TokenKind::Word
                || token.is("*")
                || token.is("&")
                || token.is("::")
                || token.is("<")
        })
    }
}
