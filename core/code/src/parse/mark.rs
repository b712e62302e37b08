//! The role of each token, which decides the space around it.

use crate::lex::TokenKind;
use crate::model::Tokens;
use crate::words::{is_attribute_word, is_type_operator};

use super::{Fault, Parser};

/// What a token is good for, where that is not plain from its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// What its text says.
    Plain,
    /// A part of text that nobody looks into.
    Opaque,
    /// `*` or `&` that leans on the type.
    Pointer,
    /// `*` or `&` that leans on the name: one of several declarators.
    PointerRight,
    /// `&` or `&&` behind parameters.
    RefQualifier,
    /// An angle that is a bracket.
    Angle,
    /// A round bracket around a declarator.
    Declarator,
    /// A part of the name behind `operator`.
    OperatorName,
    /// The first bracket of `[[`.
    Attribute,
    /// A word that says how, not what: no part of a type.
    Specifier,
}

impl Parser<'_> {
    /// Gives roles to the tokens of a type or name. `pointer` is what `*` and `&` get.
    pub(super) fn mark(&mut self, tokens: Tokens, pointer: Role) {
        let mut at = tokens.start;
        while at < tokens.end {
            at = self.mark_one(at, pointer);
        }
    }

    fn mark_one(&mut self, at: usize, pointer: Role) -> usize {
        match self.roles[at] {
            Role::Plain => {}
            Role::Attribute => {
                return self
                    .source
                    .pairs
                    .partner(at)
                    .map_or(at + 1, |close| close + 1);
            }
            _ => return at + 1,
        }
        match self.source.tokens()[at].kind {
            TokenKind::Punct("*" | "&" | "&&") => self.roles[at] = pointer,
            TokenKind::Punct("<") if self.source.pairs.partner(at).is_some() => {
                self.roles[at] = Role::Angle;
                self.roles[self.source.pairs.partner(at).unwrap_or(at)] = Role::Angle;
            }
            TokenKind::Punct("(") => return self.mark_round(at),
            TokenKind::Punct("[") => return self.mark_square(at),
            _ => {}
        }
        at + 1
    }

    fn mark_round(&mut self, open: usize) -> usize {
        let before = self
            .source
            .code_before(open)
            .map_or("", |at| self.source.word(at));
        let next = self.code_from(open + 1);
        if is_type_operator(before)
            || is_attribute_word(before)
            || matches!(before, "noexcept" | "throw" | "explicit")
        {
            return self.mark_inside(open);
        }
        let follows_word =
            before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '>' | '*' | '&'));
        if follows_word && (self.begins_pointer(next) || self.is_convention(open)) {
            self.roles[open] = Role::Declarator;
        }
        open + 1
    }

    /// Whether `*`, `&` or `K::*` is at `at`.
    pub(super) fn begins_pointer(&self, at: usize) -> bool {
        ["*", "&", "&&"].iter().any(|punct| self.is(at, punct)) || self.begins_member_pointer(at)
    }

    fn begins_member_pointer(&self, first: usize) -> bool {
        let mut at = if self.is(first, "::") {
            self.code_from(first + 1)
        } else {
            first
        };
        while self.is_name(at) {
            let mut next = self.code_from(at + 1);
            if let Some(close) = self
                .source
                .pairs
                .partner(next)
                .filter(|_| self.is(next, "<"))
            {
                next = self.code_from(close + 1);
            }
            if !self.is(next, "::") {
                return false;
            }
            at = self.code_from(next + 1);
        }
        at > first && self.is(at, "*")
    }

    fn mark_square(&mut self, open: usize) -> usize {
        if self.source.is(open + 1, "[") {
            self.roles[open] = Role::Attribute;
            if let Some(close) = self.source.pairs.partner(open) {
                self.mark_attribute_arguments(open + 2..close.saturating_sub(1));
                return close + 1;
            }
            return open + 1;
        }
        self.mark_inside(open)
    }

    fn mark_attribute_arguments(&mut self, tokens: Tokens) {
        let mut at = tokens.start;
        while at < tokens.end {
            at = if self.source.is(at, "(") {
                self.mark_inside(at)
            } else {
                at + 1
            };
        }
    }

    /// Makes everything between the bracket at `open` and its partner opaque; returns what is behind the partner.
    pub(super) fn mark_inside(&mut self, open: usize) -> usize {
        match self.source.pairs.partner(open) {
            Some(close) if close > open && close < self.roles.len() => {
                self.mark_opaque(open + 1..close);
                close + 1
            }
            _ => open + 1,
        }
    }

    pub(super) fn mark_opaque(&mut self, tokens: Tokens) {
        let end = tokens.end.min(self.roles.len());
        if tokens.start < end {
            self.roles[tokens.start..end].fill(Role::Opaque);
        }
    }

    /// Takes the attribute at `at`, in any of its forms; `None` if there is none.
    pub(super) fn attribute(&mut self, at: usize) -> Result<Option<Tokens>, Fault> {
        if self.is(at, "[") && self.is(at + 1, "[") {
            let (open, close) = self.take_pair(at)?;
            self.mark_square(open);
            return Ok(Some(open..close + 1));
        }
        let declared = self.is_attribute_macro(at);
        if !(self.is_word(at) && (is_attribute_word(self.word(at)) || declared)) {
            return Ok(None);
        }
        self.at = at + 1;
        let open = self.peek();
        if !self.is(open, "(") {
            return if declared {
                Ok(Some(at..at + 1))
            } else {
                Err(Fault("attribute without its arguments"))
            };
        }
        let (open, close) = self.take_pair(open)?;
        self.mark_inside(open);
        Ok(Some(at..close + 1))
    }
}
