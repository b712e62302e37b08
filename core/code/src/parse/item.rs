//! Which kind of item begins at a token.

use crate::lex::TokenKind;
use crate::model::{Item, Kind, Raw};
use crate::words::{is_asm, is_capitals};

use super::{Fault, Parser, Place, SPLIT};

impl Parser<'_> {
    /// Takes the item at the present token.
    pub(super) fn item(&mut self, place: &Place) -> Result<Item, Fault> {
        let first = self.at;
        let item = match place {
            Place::Enum => self.enumerator()?,
            _ => match self.macro_line(first, place) {
                Some(item) => item,
                None => self.typed_item(first, place)?,
            },
        };
        if !self.source.pairs.same_branch(first, item.tokens.end - 1) {
            return Err(SPLIT);
        }
        Ok(self.fix_lines(item))
    }

    pub(super) fn typed_item(&mut self, first: usize, place: &Place) -> Result<Item, Fault> {
        let next = self.code_from(first + 1);
        let item = match self.word(first) {
            "}" if self.closes_guard(first) => Ok(self.guard(first, first + 1)),
            "}" | ")" | "]" => Err(Fault("bracket closes nothing")),
            "namespace" => self.namespace(first),
            "inline" if self.word(next) == "namespace" => self.namespace(first),
            "extern" if self.word(next) == "template" => self.statement(Raw::Statement),
            "extern" if self.is_text(next) => self.linkage(first, place),
            "export" => self.export(first, place),
            "module" | "import" if self.begins_module(first) => self.module(first),
            "template" if self.is(next, "<") => self.template(first, place),
            "template" | "concept" => self.statement(Raw::Statement),
            "static_assert" | "_Static_assert" => self.statement(Raw::StaticAssert),
            word if is_asm(word) => self.statement(Raw::Statement),
            "using" => self.using(first),
            "public" | "protected" | "private" if matches!(place, Place::Record(_)) => {
                self.access(first)
            }
            "auto" if self.is_binding(first) => self.statement(Raw::Statement),
            _ => self.declaration(place),
        }?;
        Ok(self.fix_lines(item))
    }

    /// Whether `{` at `open` is the last thing of a branch, as in `#ifdef __cplusplus`, `extern "C" {`, `#endif`.
    ///
    /// Everything up to the brace in another branch would be raw otherwise: all of most C headers.
    pub(super) fn opens_guard(&self, open: usize) -> bool {
        let Some(close) = self
            .source
            .pairs
            .partner(open)
            .filter(|&close| close < self.end)
        else {
            return false;
        };
        let is_directive = |at: usize| {
            self.source
                .tokens()
                .get(at)
                .is_some_and(|t| t.kind == TokenKind::Directive)
        };
        let before_close = (open..close)
            .rev()
            .find(|&at| !self.source.tokens()[at].is_comment());
        !self.source.pairs.same_branch(open, close)
            && is_directive(self.after_comments(open + 1))
            && before_close.is_some_and(is_directive)
            && is_directive(self.after_comments(close + 1))
    }

    fn after_comments(&self, mut at: usize) -> usize {
        while self
            .source
            .tokens()
            .get(at)
            .is_some_and(crate::lex::Token::is_comment)
        {
            at += 1;
        }
        at
    }

    fn closes_guard(&self, close: usize) -> bool {
        self.source
            .pairs
            .partner(close)
            .is_some_and(|open| open < close && self.opens_guard(open))
    }

    /// One brace of a guard, with what is before it.
    pub(super) fn guard(&mut self, first: usize, end: usize) -> Item {
        self.at = end;
        Item::new(Kind::Raw(Raw::Macro), first..end)
    }

    fn is_text(&self, at: usize) -> bool {
        at < self.end && self.source.tokens()[at].kind == TokenKind::Text
    }

    /// `auto [a, b] = …`.
    fn is_binding(&self, first: usize) -> bool {
        let mut at = self.code_from(first + 1);
        while self.is(at, "&") || self.is(at, "&&") {
            at = self.code_from(at + 1);
        }
        self.is(at, "[") && !self.is(at + 1, "[")
    }

    /// A word in capitals, with or without arguments, that fills its line or is before a semicolon.
    fn macro_line(&mut self, first: usize, place: &Place) -> Option<Item> {
        let word = self.word(first);
        let is_own = matches!(place, Place::Record(name) if name == word);
        if !self.is_word(first) || !is_capitals(word) || is_own || self.is_attribute_macro(first) {
            return None;
        }
        let open = self.code_from(first + 1);
        let end = match self
            .source
            .pairs
            .partner(open)
            .filter(|_| self.is(open, "("))
        {
            Some(close) if close < self.end && self.source.pairs.same_branch(open, close) => {
                close + 1
            }
            Some(_) => return None,
            None => first + 1,
        };
        let tokens = self.source.tokens();
        let next = (end..tokens.len()).find(|&at| !tokens[at].is_comment());
        let ends_line = next.is_none_or(|next| tokens[next].line > tokens[end - 1].end_line);
        let end = match next {
            _ if ends_line => end,
            Some(next) if self.is(next, ";") => next + 1,
            _ => return None,
        };
        self.at = end;
        Some(Item::new(Kind::Raw(Raw::Macro), first..end))
    }

    fn access(&mut self, first: usize) -> Result<Item, Fault> {
        let mut colon = self.code_from(first + 1);
        if self.is_name(colon) {
            colon = self.code_from(colon + 1);
        }
        if !self.is(colon, ":") {
            return Err(Fault("missing : behind access"));
        }
        self.at = colon + 1;
        let label = self.path_text(&(first..colon));
        Ok(Item::new(Kind::Access { label }, first..colon + 1))
    }

    fn template(&mut self, first: usize, place: &Place) -> Result<Item, Fault> {
        let open = self.code_from(first + 1);
        let close = self
            .source
            .pairs
            .partner(open)
            .filter(|&close| close < self.end);
        let close = close.ok_or(Fault("template without parameters"))?;
        if !self.source.pairs.same_branch(open, close) {
            return Err(SPLIT);
        }
        self.mark(open..open + 1, super::Role::Pointer);
        let params = self.params(open, close);
        self.at = close + 1;
        let requires = self.constraint()?;
        if self.word(self.peek()) == "concept" {
            self.at = first;
            return self.statement(Raw::Statement);
        }
        let item = self.one_item(place)?;
        let end = item.tokens.end;
        let kind = Kind::Template {
            params,
            head: first..close + 1,
            requires,
            item: Box::new(item),
        };
        Ok(Item::new(kind, first..end))
    }

    /// Finds out whether the head has a comment up to the end of a line, or a directive: then its lines stay as they are.
    pub(super) fn fix_lines(&self, mut item: Item) -> Item {
        let is_template = matches!(item.kind, Kind::Template { .. });
        item.as_written |= crate::print::heads(&item)
            .iter()
            .flat_map(Clone::clone)
            .any(|at| {
                let token = &self.source.tokens()[at];
                let is_long = token.kind == TokenKind::BlockComment && token.line != token.end_line;
                let fixes = token.takes_line() || is_long || is_template && token.is_comment();
                // What is inside opaque text keeps its lines anyway, unless it is the last of it.
                let is_inside = self.roles[at] == super::Role::Opaque
                    && self.roles.get(at + 1) == Some(&super::Role::Opaque);
                fixes && !is_inside
            });
        item
    }
}
