//! Names with qualifiers and arguments: `a::B<int>::~B`, `operator<<`, `K::*`.

use crate::lex::TokenKind;
use crate::model::{Shape, Tokens};
use crate::words::{is_builtin, is_cv, is_keyword};

use super::{Parser, Role};

/// A name as it stands in a declaration.
pub(super) struct Path {
    pub(super) tokens: Tokens,
    /// The first token of its last part.
    pub(super) last: usize,
    pub(super) shape: Shape,
    /// Whether it ends in `::*`, and so makes a pointer to a member.
    pub(super) is_member_pointer: bool,
}

impl Parser<'_> {
    /// The path at `first`, without taking it; `None` if none begins there.
    pub(super) fn path(&mut self, first: usize) -> Option<Path> {
        let mut at = first;
        if self.is(at, "::") {
            at = self.code_from(at + 1);
        }
        let mut path = Path {
            tokens: first..first,
            last: at,
            shape: Shape::Function,
            is_member_pointer: false,
        };
        loop {
            if self.word(at) == "template" && at > first {
                at = self.code_from(at + 1);
            }
            path.last = at;
            if self.is(at, "*") && at > first {
                path.tokens.end = at + 1;
                path.is_member_pointer = true;
                return Some(path);
            }
            let end = self.part(at, &mut path.shape)?;
            path.tokens.end = end;
            let next = self.code_from(end);
            if path.shape != Shape::Function || !self.is(next, "::") {
                return Some(path);
            }
            at = self.code_from(next + 1);
        }
    }

    /// The end of one part of a path: a name with its arguments, a destructor, an operator.
    fn part(&mut self, at: usize, shape: &mut Shape) -> Option<usize> {
        if self.is(at, "~") {
            *shape = Shape::Destructor;
            let name = self.code_from(at + 1);
            return if self.is_name(name) {
                self.with_arguments(name)
            } else {
                None
            };
        }
        if self.word(at) == "operator" {
            return self.operator(at, shape);
        }
        self.is_name(at).then(|| self.with_arguments(at)).flatten()
    }

    fn with_arguments(&mut self, name: usize) -> Option<usize> {
        let open = self.code_from(name + 1);
        if !self.is(open, "<") {
            return Some(name + 1);
        }
        match self.source.pairs.partner(open) {
            Some(close) if close < self.end => {
                self.mark(open..close + 1, Role::Pointer);
                Some(close + 1)
            }
            _ => Some(name + 1),
        }
    }

    /// The end of the name that begins with `operator`.
    fn operator(&mut self, operator: usize, shape: &mut Shape) -> Option<usize> {
        let at = self.code_from(operator + 1);
        let end = self.symbol_end(at);
        *shape = if end.is_some() {
            Shape::Operator
        } else {
            Shape::OperatorCast
        };
        let end = end.or_else(|| self.conversion_end(at))?;
        if *shape == Shape::Operator {
            for token in operator + 1..end {
                self.roles[token] = Role::OperatorName;
            }
            let open = self.code_from(end);
            if self.is(open, "<") && self.source.pairs.partner(open).is_some() {
                return self.with_arguments(end - 1);
            }
        }
        Some(end)
    }

    fn symbol_end(&self, at: usize) -> Option<usize> {
        let next = self.code_from(at + 1);
        let joined =
            |a: usize, b: usize| self.source.tokens()[a].end == self.source.tokens()[b].start;
        match self.source.tokens().get(at).filter(|_| at < self.end)?.kind {
            TokenKind::Punct("(") => self.is(next, ")").then_some(next + 1),
            TokenKind::Punct("[") => self.is(next, "]").then_some(next + 1),
            TokenKind::Punct(">")
                if (self.is(next, ">") || self.is(next, ">=")) && joined(at, next) =>
            {
                Some(next + 1)
            }
            TokenKind::Punct(punct) if is_overloadable(punct) => Some(at + 1),
            TokenKind::Text if self.word(at) == "\"\"" && self.is_plain_word(next) => {
                Some(next + 1)
            }
            TokenKind::Text => Some(at + 1),
            TokenKind::Word => match self.word(at) {
                "new" | "delete" if self.is(next, "[") => {
                    let close = self.code_from(next + 1);
                    self.is(close, "]").then_some(close + 1)
                }
                "new" | "delete" | "co_await" | "and" | "or" | "not" | "xor" | "compl"
                | "bitand" | "bitor" | "and_eq" | "or_eq" | "xor_eq" | "not_eq" => Some(at + 1),
                _ => None,
            },
            _ => None,
        }
    }

    /// The end of the type of a conversion: everything up to the round bracket.
    fn conversion_end(&mut self, first: usize) -> Option<usize> {
        let mut at = first;
        while at < self.end && !self.is(at, "(") {
            let word = self.word(at);
            let fits = self.is_word(at)
                && (!is_keyword(word) || is_builtin(word) || is_cv(word) || word == "typename");
            at = match self.source.pairs.partner(at) {
                Some(close) if self.is(at, "<") => close + 1,
                _ if fits
                    || ["*", "&", "&&", "::"]
                        .iter()
                        .any(|punct| self.is(at, punct)) =>
                {
                    at + 1
                }
                _ => return None,
            };
            at = self.code_from(at);
        }
        if at == first || at >= self.end {
            return None;
        }
        let end = self.source.code_before(at)? + 1;
        self.mark(first..end, Role::Pointer);
        Some(end)
    }

    /// Whether the last two names of `path` are the same, as those of a constructor are.
    pub(super) fn repeats_name(&self, path: &Path) -> bool {
        let words: Vec<usize> = self.source.code(path.tokens.start..path.last + 1).collect();
        let [.., before, colons, last] = words[..] else {
            return false;
        };
        if !self.is(colons, "::") {
            return false;
        }
        let name = match self
            .source
            .pairs
            .partner(before)
            .filter(|_| self.is(before, ">"))
        {
            Some(open) => self.source.code_before(open).unwrap_or(open),
            None => before,
        };
        self.word(name) == self.word(last)
    }
}

/// Whether an operator can be given a meaning by a function.
pub(crate) fn is_overloadable(punct: &str) -> bool {
    !matches!(
        punct,
        "." | ".*" | "::" | "?" | ":" | ";" | "{" | "}" | "(" | ")" | "[" | "]" | "..."
    )
}
