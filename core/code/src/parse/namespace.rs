//! Namespaces, linkage, modules, and the three meanings of `using`.

use crate::lex::TokenKind;
use crate::model::{Item, Kind, Raw, Scope, Tokens};

use super::{Fault, NO_NAME, Parser, Place, Role, TOO_DEEP};

impl Parser<'_> {
    /// Takes a namespace; an alias is raw.
    pub(super) fn namespace(&mut self, first: usize) -> Result<Item, Fault> {
        let inline = self.word(first) == "inline";
        self.at = if inline {
            self.code_from(first + 1) + 1
        } else {
            first + 1
        };
        while self.attribute(self.peek())?.is_some() {}
        let name = self.peek();
        if self.is_name(name) && self.is(self.code_from(name + 1), "=") {
            self.at = first;
            return self.statement(Raw::Statement);
        }
        let path = self.namespace_path();
        // Between name and brace there may be attributes, and macros that stand for them.
        while self.attribute(self.peek())?.is_some() || self.skip_macro() {}
        let open = self.peek();
        if !self.is(open, "{") {
            return Err(Fault("namespace without a body"));
        }
        if self.opens_guard(open) {
            return Ok(self.guard(first, open + 1));
        }
        let written = self.path_text(&path);
        let path_text = written.replace("inline ", "");
        let inline = inline || path_text != written;
        let body = self.braces(open, &Place::Outside)?;
        let end = body.close + 1;
        Ok(Item::new(
            Kind::Namespace {
                path: path_text,
                inline,
                body,
            },
            first..end,
        ))
    }

    fn namespace_path(&mut self) -> Tokens {
        let first = self.peek();
        while self.is_name(self.peek()) || self.next_is("::") || self.word(self.peek()) == "inline"
        {
            let at = self.peek();
            let joined = self.source.code_before(at).is_some_and(|before| {
                self.source.is(before, "::") || self.source.word(before) == "inline"
            });
            if at > first && self.is_word(at) && !joined {
                break;
            }
            self.at = at + 1;
        }
        first..self.at.max(first)
    }

    fn skip_macro(&mut self) -> bool {
        let at = self.peek();
        if !self.is_name(at) {
            return false;
        }
        self.at = at + 1;
        let open = self.peek();
        if self.is(open, "(") && self.take_pair(open).is_ok() {
            self.mark_inside(open);
        }
        true
    }

    /// Takes `extern "C"`, before braces or before one declaration.
    pub(super) fn linkage(&mut self, first: usize, place: &Place) -> Result<Item, Fault> {
        let language = self.code_from(first + 1);
        self.at = language + 1;
        let open = self.peek();
        if self.is(open, "{") && self.opens_guard(open) {
            return Ok(self.guard(first, open + 1));
        }
        let text = self.word(language).to_owned();
        let scope = self.scope(place)?;
        Ok(Item::new(
            Kind::Extern {
                language: text,
                scope,
            },
            first..self.at,
        ))
    }

    /// Takes `export`, before braces or before one declaration.
    pub(super) fn export(&mut self, first: usize, place: &Place) -> Result<Item, Fault> {
        self.at = first + 1;
        if self.begins_module(self.peek()) {
            let module = self.module(self.peek())?;
            return Ok(Item::new(module.kind, first..module.tokens.end));
        }
        let scope = self.scope(place)?;
        Ok(Item::new(Kind::Export(scope), first..self.at))
    }

    fn scope(&mut self, place: &Place) -> Result<Scope, Fault> {
        let at = self.peek();
        if self.is(at, "{") {
            return Ok(Scope::Body(self.braces(at, &Place::Outside)?));
        }
        Ok(Scope::One(Box::new(self.one_item(place)?)))
    }

    /// Takes the one item that a template or linkage applies to.
    pub(super) fn one_item(&mut self, place: &Place) -> Result<Item, Fault> {
        if self.depth >= super::DEEPEST {
            return Err(TOO_DEEP);
        }
        let at = self.peek();
        if at >= self.end {
            return Err(NO_NAME);
        }
        self.at = at;
        self.depth += 1;
        let item = self.typed_item(at, place);
        self.depth -= 1;
        let item = item?;
        self.at = item.tokens.end;
        Ok(item)
    }

    /// Whether a module declaration or an import begins at `at`.
    pub(super) fn begins_module(&self, at: usize) -> bool {
        let next = self.code_from(at + 1);
        match self.word(at) {
            "module" => {
                self.is_name(next) && !self.is(self.code_from(next + 1), "(")
                    || self.is(next, ";")
                    || self.is(next, ":")
            }
            "import" => {
                let is_name = self.is_name(next) || self.is(next, ":") || self.is(next, "<");
                is_name || next < self.end && self.source.tokens()[next].kind == TokenKind::Text
            }
            _ => false,
        }
    }

    pub(super) fn module(&mut self, first: usize) -> Result<Item, Fault> {
        self.at = first + 1;
        let name = self.peek();
        let mut at = name;
        while at < self.end && !self.is(at, ";") {
            let token = &self.source.tokens()[at];
            if token.is("{") || token.is("}") || token.kind == TokenKind::Directive {
                return Err(Fault("missing ;"));
            }
            at += 1;
        }
        if at >= self.end {
            return Err(Fault("missing ;"));
        }
        self.mark_opaque(name..at);
        self.at = at + 1;
        let name = self.source.slice(&(name..at)).to_owned();
        Ok(Item::new(Kind::Module { name }, first..at + 1))
    }

    pub(super) fn using(&mut self, first: usize) -> Result<Item, Fault> {
        self.at = first + 1;
        if self.word(self.peek()) == "namespace" {
            return self.using_namespace(first);
        }
        let name = self.peek();
        if !self.is_name(name) || !self.is_alias(name) {
            return self.using_declaration(first);
        }
        self.at = name + 1;
        while self.attribute(self.peek())?.is_some() {}
        self.take("=").ok_or(Fault("missing ="))?;
        let target = self.until_semicolon()?;
        self.mark(target.clone(), Role::Pointer);
        let semicolon = self.take(";").ok_or(Fault("missing ;"))?;
        let name = self.word(name).to_owned();
        Ok(Item::new(
            Kind::Using { name, target },
            first..semicolon + 1,
        ))
    }

    fn is_alias(&self, name: usize) -> bool {
        let next = self.code_from(name + 1);
        self.is(next, "=")
            || self.is(next, "[")
            || crate::words::is_attribute_word(self.word(next))
            || self.is_attribute_macro(next)
    }

    fn using_namespace(&mut self, first: usize) -> Result<Item, Fault> {
        self.at = self.peek() + 1;
        let path = self.until_semicolon()?;
        let semicolon = self.take(";").ok_or(Fault("missing ;"))?;
        let path = self.path_text(&path);
        Ok(Item::new(
            Kind::UsingNamespace { path },
            first..semicolon + 1,
        ))
    }

    fn using_declaration(&mut self, first: usize) -> Result<Item, Fault> {
        let tokens = self.until_semicolon()?;
        self.mark(tokens.clone(), Role::Pointer);
        let semicolon = self.take(";").ok_or(Fault("missing ;"))?;
        let path_start = match self.word(tokens.start) {
            "typename" | "enum" => self.code_from(tokens.start + 1),
            _ => tokens.start,
        };
        let name = self.path_text(&(path_start..tokens.end));
        Ok(Item::new(
            Kind::Using {
                name,
                target: tokens.end..tokens.end,
            },
            first..semicolon + 1,
        ))
    }

    /// Takes everything up to the semicolon; a brace or directive before it is a fault.
    fn until_semicolon(&mut self) -> Result<Tokens, Fault> {
        let first = self.peek();
        let mut at = first;
        while at < self.end && !self.is(at, ";") {
            let token = &self.source.tokens()[at];
            if token.is("{") || token.is("}") || token.kind == TokenKind::Directive {
                return Err(Fault("missing ;"));
            }
            at = match self.source.pairs.partner(at) {
                Some(close) if close > at && close < self.end && !token.is("<") => close + 1,
                _ => at + 1,
            };
        }
        let end = self.source.code_before(at).map_or(first, |last| last + 1);
        if at >= self.end || end <= first {
            return Err(NO_NAME);
        }
        self.at = end;
        Ok(first..end)
    }
}
