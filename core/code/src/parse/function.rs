//! What is behind the name of a function: parameters, qualifiers, initialisers, body.

use crate::model::{Declarator, Function, FunctionBody, Item, Kind, Shape, Tokens};
use crate::words::{is_attribute_word, is_cv};

use super::declaration::FunctionOrDeclarator;
use super::declarator::Declared;
use super::words::Words;
use super::{Fault, Parser, Role};

impl Parser<'_> {
    /// Takes the rest of a function whose parameters were the last thing read.
    pub(super) fn function(
        &mut self,
        first: usize,
        words: &Words,
        declared: Declared,
        shape: Shape,
    ) -> Result<FunctionOrDeclarator, Fault> {
        let Declarator { name, params, .. } = declared.declarator.clone();
        let Some((open, close)) = params else {
            return Err(Fault("function without parameters"));
        };
        let mut function = Function {
            shape,
            attributes: words.attributes.clone(),
            words: words.tokens.clone(),
            name,
            brackets: (open, close),
            params: self.params(open, close),
            qualifiers: self.at..self.at,
            initialisers: self.at..self.at,
            body: FunctionBody::None,
        };
        let has_result = self.qualifiers(&mut function)?;
        if shape == Shape::Function && !words.has_type && !has_result {
            return Err(Fault("function without a result type"));
        }
        if self.next_is(",") && words.has_type {
            let mut declarator = declared.declarator;
            declarator.tokens.end = self.at;
            return Ok(Err(declarator));
        }
        let end = self.function_end(&mut function)?;
        Ok(Ok(Item::new(Kind::Function(function), first..end)))
    }

    /// Takes what is between parameters and body; true if that has a result type.
    fn qualifiers(&mut self, function: &mut Function) -> Result<bool, Fault> {
        let mut has_result = false;
        let first = self.peek();
        loop {
            let at = self.peek();
            if self.is(at, "&") || self.is(at, "&&") {
                self.roles[at] = Role::RefQualifier;
                self.at = at + 1;
            } else if self.is(at, "->") {
                self.at = at + 1;
                self.trailing_result()?;
                has_result = true;
            } else if self.word(at) == "requires" {
                self.constraint()?;
            } else if self.attribute(at)?.is_some() {
            } else if self.is_word(at) && self.word(at) != "try" {
                self.qualifier_word(at)?;
            } else {
                if self.at > first {
                    function.qualifiers = first..self.at;
                }
                return Ok(has_result);
            }
        }
    }

    fn qualifier_word(&mut self, at: usize) -> Result<(), Fault> {
        let word = self.word(at);
        let known = is_cv(word)
            || is_attribute_word(word)
            || matches!(word, "noexcept" | "throw" | "override" | "final");
        if !known && !self.is_name(at) && !crate::words::is_asm(word) {
            return Err(Fault("missing ;"));
        }
        self.at = at + 1;
        if self.next_is("(") {
            let (open, _) = self.take_pair(self.peek())?;
            self.mark_inside(open);
        }
        Ok(())
    }

    fn trailing_result(&mut self) -> Result<(), Fault> {
        let first = self.peek();
        let mut at = first;
        while at < self.end {
            let ends = [";", "{", "=", ","].iter().any(|punct| self.is(at, punct));
            if ends
                || matches!(self.word(at), "requires" | "try" | "override" | "final")
                || self.is(at, "}")
            {
                break;
            }
            at = match self.source.pairs.partner(at) {
                Some(close) if close > at && close < self.end => close + 1,
                _ => at + 1,
            };
            at = self.code_from(at);
        }
        let end = self
            .source
            .code_before(at.min(self.end))
            .map_or(first, |last| last + 1);
        if end <= first {
            return Err(Fault("-> without a type"));
        }
        self.mark(first..end, Role::Pointer);
        self.at = end;
        Ok(())
    }

    /// Takes body or semicolon; returns the token behind the function.
    fn function_end(&mut self, function: &mut Function) -> Result<usize, Fault> {
        let at = self.peek();
        if let Some(semicolon) = self.take(";") {
            return Ok(semicolon + 1);
        }
        if self.take("=").is_some() {
            function.body = FunctionBody::Equals(self.text_until(&[";"])?);
            let semicolon = self.take(";").ok_or(Fault("missing ;"))?;
            return Ok(semicolon + 1);
        }
        if self.word(at) == "try" {
            return self.try_body(at, function);
        }
        if self.is(at, ":") && function.shape == Shape::Constructor {
            self.at = at + 1;
            function.initialisers = self.initialisers()?;
        }
        let open = self.peek();
        if !self.is(open, "{") {
            return Err(Fault("missing ;"));
        }
        self.function_braces(open, function)
    }

    fn function_braces(&mut self, open: usize, function: &mut Function) -> Result<usize, Fault> {
        let close = self.partner(open)?;
        let mut opening = self.comments_before(open);
        self.at = open + 1;
        let outer_end = std::mem::replace(&mut self.end, close);
        opening.extend(self.opening_comments(open));
        self.end = outer_end;
        self.at = close + 1;
        self.mark_opaque(
            opening
                .last()
                .map_or(open + 1, |last| (last + 1).max(open + 1))..close,
        );
        function.body = FunctionBody::Braces {
            open,
            close,
            opening,
        };
        Ok(close + 1)
    }

    /// Takes the initialisers of a constructor, and no more of the braces behind them.
    fn initialisers(&mut self) -> Result<Tokens, Fault> {
        let first = self.peek();
        loop {
            let at = self.peek();
            let path = self.path(at).ok_or(Fault("initialiser without a name"))?;
            self.at = path.tokens.end;
            let open = self.peek();
            if !(self.is(open, "(") || self.is(open, "{")) {
                return Err(Fault("initialiser without a value"));
            }
            self.take_pair(open)?;
            self.take("...");
            if self.take(",").is_none() {
                break;
            }
        }
        self.mark_opaque(first..self.at);
        Ok(first..self.at)
    }

    /// Takes `try`, initialisers, statements and handlers.
    fn try_body(&mut self, first: usize, function: &mut Function) -> Result<usize, Fault> {
        self.at = first + 1;
        if self.take(":").is_some() {
            self.initialisers()?;
        }
        let open = self.peek();
        self.take_pair(open)?;
        while self.word(self.peek()) == "catch" {
            self.at = self.peek() + 1;
            self.take_pair(self.peek())?;
            self.take_pair(self.peek())?;
        }
        self.mark_opaque(first..self.at);
        function.body = FunctionBody::Try(first..self.at);
        Ok(self.at)
    }
}
