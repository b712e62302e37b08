//! Structs, classes and unions.

use crate::model::{Base, Item, Key, Kind, Record, Tokens};
use crate::words::is_cv;

use super::{Fault, Parser, Place, Role};

impl Parser<'_> {
    /// Takes the record whose key is at `key`; `None` if it only names a type.
    ///
    /// A declaration without a body is a record if a semicolon follows.
    pub(super) fn record(&mut self, key: usize) -> Result<Option<Item>, Fault> {
        let mut record = Record {
            key: match self.word(key) {
                "struct" => Key::Struct,
                "class" => Key::Class,
                _ => Key::Union,
            },
            attributes: Vec::new(),
            name: key + 1..key + 1,
            is_final: false,
            bases: Vec::new(),
            head: key..key + 1,
            body: None,
        };
        self.at = key + 1;
        self.record_attributes(&mut record)?;
        record.name = self.record_name(&mut record)?;
        record.head.end = self.at;
        if self.word(self.peek()) == "final"
            && !self.is_declarator_end(self.code_from(self.peek() + 1))
        {
            record.is_final = true;
            self.at = self.peek() + 1;
        }
        if self.next_is(":") && !record.name.is_empty() {
            self.bases(&mut record)?;
        }
        let open = self.peek();
        if self.is(open, "{") {
            return self.record_body(record, open).map(Some);
        }
        if self.is(open, ";") && !record.name.is_empty() {
            record.head.end = self.at;
            let tokens = key..self.at;
            return Ok(Some(Item::new(Kind::Record(record), tokens)));
        }
        if record.name.is_empty() || !record.bases.is_empty() {
            return Err(Fault("record without a body"));
        }
        Ok(None)
    }

    fn is_declarator_end(&self, at: usize) -> bool {
        [";", ",", "=", "[", "("]
            .iter()
            .any(|punct| self.is(at, punct))
    }

    fn record_attributes(&mut self, record: &mut Record) -> Result<(), Fault> {
        while let Some(attribute) = self.attribute(self.peek())? {
            record.attributes.push(attribute);
        }
        Ok(())
    }

    /// Takes the name, and macros before it that nobody declared: what is directly before the body is the name.
    fn record_name(&mut self, record: &mut Record) -> Result<Tokens, Fault> {
        let first = self.peek();
        let Some(mut path) = self.path(first) else {
            return Ok(first..first);
        };
        self.at = path.tokens.end;
        loop {
            self.record_attributes(record)?;
            let mut next = self.peek();
            if self.is(next, "(") {
                let Ok(close) = self.partner(next) else { break };
                next = self.code_from(close + 1);
            }
            if !self.is_name(next) || self.word(next) == "final" {
                break;
            }
            let Some(second) = self.path(next) else { break };
            let behind = self.code_from(second.tokens.end);
            if !(self.is(behind, "{") || self.is(behind, ":") || self.word(behind) == "final") {
                break;
            }
            (path, self.at) = (second, behind.min(self.end));
            self.at = path.tokens.end;
        }
        Ok(path.tokens)
    }

    fn bases(&mut self, record: &mut Record) -> Result<(), Fault> {
        self.at = self.peek() + 1;
        loop {
            let base = self.base()?;
            self.mark(base.tokens.clone(), Role::Pointer);
            record.bases.push(base);
            if self.take(",").is_none() {
                return Ok(());
            }
        }
    }

    fn base(&mut self) -> Result<Base, Fault> {
        let first = self.peek();
        let mut is_virtual = false;
        loop {
            let at = self.peek();
            let word = self.word(at);
            if self.attribute(at)?.is_some() {
                continue;
            }
            if !matches!(
                word,
                "public" | "protected" | "private" | "virtual" | "typename"
            ) && !is_cv(word)
            {
                break;
            }
            is_virtual |= word == "virtual";
            self.at = at + 1;
        }
        let at = self.peek();
        let name = match self.path(at) {
            Some(path) => path.tokens,
            None if self.word(at) == "decltype" => {
                self.at = at + 1;
                let (_, close) = self.take_pair(self.peek())?;
                at..close + 1
            }
            None => return Err(Fault("base without a name")),
        };
        self.at = name.end;
        if self.take("...").is_some() {
            return Ok(Base {
                tokens: first..self.at,
                name,
                is_virtual,
            });
        }
        Ok(Base {
            tokens: first..name.end,
            name,
            is_virtual,
        })
    }

    fn record_body(&mut self, mut record: Record, open: usize) -> Result<Item, Fault> {
        let first = record.head.start;
        record.head.end = open - self.comments_before(open).len();
        self.mark(record.head.clone(), Role::Pointer);
        let name = self.simple_name(&record.name);
        let body = self.braces(open, &Place::Record(name))?;
        let tokens = first..body.close + 1;
        record.body = Some(body);
        Ok(Item::new(Kind::Record(record), tokens))
    }

    /// The last part of a path, without arguments of templates.
    fn simple_name(&self, path: &Tokens) -> String {
        let mut name = "";
        let mut at = path.start;
        while at < path.end {
            if self.is_word(at) {
                name = self.word(at);
            }
            at = match self.source.pairs.partner(at) {
                Some(close) if self.is(at, "<") => close + 1,
                _ => at + 1,
            };
        }
        name.to_owned()
    }
}
