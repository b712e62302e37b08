//! Enumerations and their names.

use crate::model::{Enum, Enumerator, Item, Kind, Raw};
use crate::words::is_capitals;

use super::{Fault, Parser, Place, Role};

impl Parser<'_> {
    /// Takes the enumeration whose word is at `key`; `None` if it only names a type.
    pub(super) fn enumeration(&mut self, key: usize) -> Result<Option<Item>, Fault> {
        self.at = key + 1;
        let scoped = matches!(self.word(self.peek()), "class" | "struct");
        if scoped {
            self.at = self.peek() + 1;
        }
        let mut item = Enum {
            scoped,
            attributes: Vec::new(),
            name: self.at..self.at,
            underlying: self.at..self.at,
            head: key..self.at,
            body: None,
        };
        while let Some(attribute) = self.attribute(self.peek())? {
            item.attributes.push(attribute);
        }
        self.enum_name(&mut item);
        if self.next_is(":") && self.has_underlying() {
            self.underlying(&mut item)?;
        }
        let open = self.peek();
        if self.is(open, "{") {
            return self.enum_body(item, open).map(Some);
        }
        if self.is(open, ";") && !item.name.is_empty() {
            item.head.end = self.at;
            let tokens = key..self.at;
            return Ok(Some(Item::new(Kind::Enum(item), tokens)));
        }
        if item.name.is_empty() {
            return Err(Fault("enumeration without a body"));
        }
        Ok(None)
    }

    /// Takes the name; a word before it that is no declared attribute counts as a macro.
    fn enum_name(&mut self, item: &mut Enum) {
        let first = self.peek();
        let Some(path) = self.path(first) else { return };
        (item.name, self.at) = (path.tokens.clone(), path.tokens.end);
        let next = self.peek();
        if self.is_name(next) && self.is(self.code_from(next + 1), "{") {
            (item.name, self.at) = (next..next + 1, next + 1);
        }
    }

    /// Whether a type is behind the colon, and not the width of a bit-field.
    fn has_underlying(&self) -> bool {
        let colon = self.peek();
        let mut at = self.code_from(colon + 1);
        while self.is_word(at) || self.is(at, "::") {
            at = self.code_from(at + 1);
        }
        at > self.code_from(colon + 1)
            && (self.is(at, "{") || self.is(at, ";") || self.is(at, "<") || self.is(at, "("))
    }

    fn underlying(&mut self, item: &mut Enum) -> Result<(), Fault> {
        self.at = self.peek() + 1;
        let first = self.peek();
        let mut at = first;
        while !(self.is(at, "{") || self.is(at, ";")) {
            if at >= self.end || self.is_behind_wall(at) {
                return Err(self.give_up(at, "enumeration without a body"));
            }
            at = match self.source.pairs.partner(at) {
                Some(close) if close > at => close + 1,
                _ => at + 1,
            };
        }
        let end = self.source.code_before(at).map_or(first, |last| last + 1);
        self.mark(first..end, Role::Pointer);
        self.at = end;
        item.underlying = first..end;
        Ok(())
    }

    fn enum_body(&mut self, mut item: Enum, open: usize) -> Result<Item, Fault> {
        let first = item.head.start;
        item.head.end = open - self.comments_before(open).len();
        self.mark(item.head.clone(), Role::Pointer);
        let body = self.braces(open, &Place::Enum)?;
        let tokens = first..body.close + 1;
        item.body = Some(body);
        Ok(Item::new(Kind::Enum(item), tokens))
    }

    /// Takes one enumerator with its comma.
    pub(super) fn enumerator(&mut self) -> Result<Item, Fault> {
        let first = self.peek();
        if let Some(item) = self.enumerator_macro(first) {
            return Ok(item);
        }
        if !self.is_name(first) {
            return Err(Fault("enumerator without a name"));
        }
        self.at = first + 1;
        let mut attributes = Vec::new();
        while let Some(attribute) = self.attribute(self.peek())? {
            attributes.push(attribute);
        }
        let value = self.enumerator_value()?;
        let comma = self.take(",");
        if comma.is_none() && self.peek() < self.end {
            self.wall = self.wall.max(self.at);
            return Err(Fault("missing , between enumerators"));
        }
        let item = Enumerator {
            name: first,
            attributes,
            value,
            comma,
        };
        Ok(Item::new(Kind::Enumerator(item), first..self.at))
    }

    fn enumerator_value(&mut self) -> Result<crate::model::Tokens, Fault> {
        if self.take("=").is_none() {
            return Ok(self.at..self.at);
        }
        let first = self.peek();
        let mut at = first;
        while at < self.end && !self.is(at, ",") && !self.is(at, ";") && !self.is_behind_wall(at) {
            at = match self.source.pairs.partner(at) {
                Some(close) if close > at && close < self.end => close + 1,
                _ => at + 1,
            };
        }
        let end = self
            .source
            .code_before(at.min(self.end))
            .map_or(first, |last| last + 1);
        if end <= first {
            return Err(Fault("enumerator without its value"));
        }
        self.mark_opaque(first..end);
        self.at = end;
        Ok(first..end)
    }

    /// A macro with arguments that fills a line of its own.
    fn enumerator_macro(&mut self, first: usize) -> Option<Item> {
        let open = self.code_from(first + 1);
        if !(self.is_word(first) && is_capitals(self.word(first)) && self.is(open, "(")) {
            return None;
        }
        let close = self.partner(open).ok()?;
        let next = self.source.tokens()[close + 1..]
            .iter()
            .find(|token| !token.is_comment())?;
        if next.line == self.source.tokens()[close].end_line {
            return None;
        }
        self.at = close + 1;
        Some(Item::new(Kind::Raw(Raw::Macro), first..close + 1))
    }
}
