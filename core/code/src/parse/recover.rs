//! What becomes of an item that does not parse: raw text up to where the next one may begin.

use crate::model::{Item, Kind, Raw};

use super::{Fault, NO_BRACE, Parser, Place, SPLIT};

impl Parser<'_> {
    /// The raw item that begins at `first`, after `fault`.
    pub(super) fn recover(&mut self, first: usize, place: &Place, fault: &Fault) -> Item {
        self.wall = self.wall.max(self.at);
        self.diagnose(self.source.tokens()[first].line, fault);
        let end = match fault.0 {
            text if text == SPLIT.0 => self.raw_end(first, place, true),
            text if text == NO_BRACE.0 => self.last_code(first, self.end),
            _ => self.raw_end(first, place, false),
        };
        Item::new(Kind::Raw(Raw::Unparsed), first..end)
    }

    /// Takes raw code up to its semicolon, which is not looked into and is no mistake.
    pub(super) fn statement(&mut self, raw: Raw) -> Result<Item, Fault> {
        let first = self.peek();
        let mut at = first;
        while at < self.end && !self.is(at, ";") && !self.is(at, "}") && !self.is_behind_wall(at) {
            at = match self
                .source
                .pairs
                .partner(at)
                .filter(|&close| close > at && close < self.end)
            {
                Some(close) if !self.is(at, "<") => close + 1,
                _ => at + 1,
            };
        }
        if !self.is(at, ";") {
            return Err(self.give_up(at, "missing ;"));
        }
        self.at = at + 1;
        Ok(Item::new(Kind::Raw(raw), first..at + 1))
    }

    fn raw_end(&self, first: usize, place: &Place, over_directives: bool) -> usize {
        let mut at = first;
        while at < self.end {
            let token = &self.source.tokens()[at];
            let closes = self
                .source
                .pairs
                .partner(at)
                .filter(|&close| close > at && close < self.end);
            if token.is(";") || token.is(",") && matches!(place, Place::Enum) {
                return at + 1;
            } else if token.is("{") {
                return closes.map_or(self.last_code(first, self.end), |close| {
                    self.with_semicolon(close)
                });
            } else if token.is("}") {
                return if at == first {
                    at + 1
                } else {
                    self.last_code(first, at)
                };
            } else if !token.is_code() && !token.is_comment() && !over_directives {
                return self.last_code(first, at);
            }
            at = match closes {
                Some(close) if !token.is("<") => close + 1,
                _ => at + 1,
            };
        }
        self.last_code(first, self.end)
    }

    /// The token behind the closing brace, and behind a semicolon that follows it on its line.
    fn with_semicolon(&self, close: usize) -> usize {
        let next = close + 1;
        if self.is(next, ";") { next + 1 } else { next }
    }

    /// The token behind the last one before `end` that is code; behind `first` at least.
    fn last_code(&self, first: usize, end: usize) -> usize {
        let mut last = end;
        while last > first + 1 && !self.source.tokens()[last - 1].is_code() {
            last -= 1;
        }
        last.max(first + 1)
    }
}
