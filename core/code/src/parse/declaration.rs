//! Everything that begins with specifiers and a type: records, enumerations, variables, typedefs and functions.

use crate::model::{Declaration, Declarator, Item, Kind, Shape, Tokens};
use crate::words::{is_asm, is_attribute_word};

use super::declarator::Declared;
use super::words::Words;
use super::{Fault, NO_NAME, Parser, Place, Role};

impl Parser<'_> {
    /// Takes one declaration with its semicolon or body.
    pub(super) fn declaration(&mut self, place: &Place) -> Result<Item, Fault> {
        let first = self.peek();
        let words = self.words(place)?;
        let is_friend = words.is_friend;
        let item = if words.definition.is_some() {
            self.definition(first, words, place)?
        } else if is_friend && self.next_is(";") {
            self.friend_name(first, &words)
        } else {
            self.declared(first, words, place)?
        };
        Ok(if is_friend {
            befriended(item, self)
        } else {
            item
        })
    }

    fn friend_name(&mut self, first: usize, words: &Words) -> Item {
        let name_start = self
            .source
            .code(words.tokens.clone())
            .find(|&at| self.roles[at] != Role::Specifier);
        let name = self.path_text(&(name_start.unwrap_or(first)..words.tokens.end));
        self.at = self.peek() + 1;
        Item::new(Kind::Friend { item: None, name }, first..self.at)
    }

    /// A record or enumeration, with what is declared behind its brace.
    fn definition(&mut self, first: usize, words: Words, place: &Place) -> Result<Item, Fault> {
        let Some(definition) = words.definition.as_deref() else {
            return Err(NO_NAME);
        };
        let is_defined = definition.body().is_some();
        if let Some(semicolon) = self.take(";") {
            if words.is_typedef {
                return Err(NO_NAME);
            }
            return Ok(self.whole_definition(first, words, semicolon + 1));
        }
        let (after, end) = (definition.tokens.end, definition.tokens.end);
        let wall = self.wall;
        match self.declared(first, words_without_definition(&words), place) {
            Ok(mut item) => {
                if let Kind::Typedef(declaration) | Kind::Variables(declaration) = &mut item.kind {
                    declaration.definition = words.definition;
                    return Ok(item);
                }
                Err(Fault("function defines its result type"))
            }
            Err(_) if is_defined && !words.is_typedef => {
                self.wall = wall.max(self.at);
                self.at = after;
                let line = self.source.tokens()[end - 1].line;
                self.diagnose(line, &Fault("missing ; after }"));
                let mut item = self.whole_definition(first, words, end);
                item.as_written = true;
                Ok(item)
            }
            Err(fault) => Err(fault),
        }
    }

    fn whole_definition(&mut self, first: usize, words: Words, end: usize) -> Item {
        let attributes = words.attributes;
        let Some(mut item) = words.definition else {
            return Item::new(Kind::Comment, first..end);
        };
        match &mut item.kind {
            Kind::Record(record) => {
                record.head.start = first;
                record.attributes.splice(0..0, attributes);
            }
            Kind::Enum(item) => {
                item.head.start = first;
                item.attributes.splice(0..0, attributes);
            }
            _ => {}
        }
        item.tokens = first..end;
        *item
    }

    /// The declarators behind specifiers and type, up to the semicolon or the body of a function.
    fn declared(&mut self, first: usize, words: Words, place: &Place) -> Result<Item, Fault> {
        let mut declarators: Vec<Declarator> = Vec::new();
        loop {
            let declared = self.declarator(Role::Pointer)?;
            if declarators.is_empty() && declared.declarator.is_function {
                let shape = self.shape(&declared, place);
                let function = self.function(first, &words, declared, shape)?;
                match function {
                    Ok(item) => return Ok(item),
                    Err(declarator) => declarators.push(declarator),
                }
            } else {
                if !words.has_type {
                    return Err(NO_NAME);
                }
                let declarator = self.initialised(declared.declarator, place)?;
                declarators.push(declarator);
            }
            let Some(comma) = self.take(",") else { break };
            if let Some(last) = declarators.last_mut() {
                last.comma = Some(comma);
            }
        }
        let semicolon = self.take(";").ok_or(Fault("missing ;"))?;
        self.finish_group(&mut declarators);
        let is_typedef = words.is_typedef;
        let declaration = Declaration {
            attributes: words.attributes,
            words: words.tokens,
            definition: None,
            declarators,
        };
        let kind = if is_typedef {
            Kind::Typedef(declaration)
        } else {
            Kind::Variables(declaration)
        };
        Ok(Item::new(kind, first..semicolon + 1))
    }

    /// In a group `*` and `&` lean on the names, and comments behind a comma belong to the name before it.
    fn finish_group(&mut self, declarators: &mut [Declarator]) {
        if declarators.len() < 2 {
            return;
        }
        for at in 0..declarators.len() {
            for token in declarators[at].tokens.clone() {
                if self.roles[token] == Role::Pointer
                    && !self.is_in_brackets(token, &declarators[at])
                {
                    self.roles[token] = Role::PointerRight;
                }
            }
            if let (Some(comma), Some(next)) = (declarators[at].comma, declarators.get(at + 1)) {
                let behind = comma + 1..next.tokens.start;
                declarators[at].comments = behind
                    .filter(|&at| self.source.tokens()[at].is_comment())
                    .collect();
            }
        }
    }

    fn is_in_brackets(&self, token: usize, declarator: &Declarator) -> bool {
        declarator
            .params
            .is_some_and(|(open, close)| token > open && token < close)
            || self.roles[declarator.tokens.start..token].contains(&Role::Angle)
    }

    /// Takes the width and the initialiser of `declarator`.
    fn initialised(
        &mut self,
        mut declarator: Declarator,
        place: &Place,
    ) -> Result<Declarator, Fault> {
        self.skip_asm()?;
        if let (Some(_), Place::Record(_)) = (self.take(":"), place) {
            declarator.bits = self.text_until(&[",", ";", "=", "{"])?;
        } else if declarator.name.is_empty() {
            return Err(NO_NAME);
        }
        while let Some(attribute) = self.attribute(self.peek())? {
            declarator.attributes.push(attribute);
        }
        let at = self.peek();
        if self.take("=").is_some() {
            declarator.value = self.text_until(&[",", ";"])?;
        } else if self.is(at, "{") || self.is(at, "(") {
            let (open, close) = self.take_pair(at)?;
            self.mark_opaque(open..close + 1);
            declarator.value = open..close + 1;
        }
        declarator.tokens.end = self.at;
        Ok(declarator)
    }

    /// Takes `asm("name")` behind a declarator.
    pub(super) fn skip_asm(&mut self) -> Result<(), Fault> {
        let at = self.peek();
        if is_asm(self.word(at)) {
            self.at = at + 1;
            let (open, _) = self.take_pair(self.peek())?;
            self.mark_inside(open);
        }
        Ok(())
    }

    /// Takes opaque text up to one of `ends` outside brackets.
    pub(super) fn text_until(&mut self, ends: &[&str]) -> Result<Tokens, Fault> {
        let first = self.peek();
        let mut at = first;
        let mut after_brace = false;
        while !self.ends_text(at, first, ends) {
            self.check_text(at, after_brace)?;
            if self.source.tokens()[at].is_code() {
                after_brace = self.source.is(at, "{");
            }
            at = match self.source.pairs.partner(at) {
                Some(close) if close > at && close < self.end => {
                    if !self.source.pairs.same_branch(at, close) {
                        return Err(super::SPLIT);
                    }
                    close + 1
                }
                _ => at + 1,
            };
        }
        let end = self.source.code_before(at).map_or(first, |last| last + 1);
        if end <= first {
            return Err(Fault("missing value"));
        }
        self.mark_opaque(first..end);
        self.at = end;
        Ok(first..end)
    }

    fn ends_text(&self, at: usize, first: usize, ends: &[&str]) -> bool {
        ends.iter().any(|end| self.is(at, end)) && !(at == first && self.is(at, "{"))
    }

    /// Fails where text must have ended before the token at `at`.
    fn check_text(&mut self, at: usize, after_brace: bool) -> Result<(), Fault> {
        // A word behind a brace begins the next declaration: the semicolon is missing.
        let begins_next = after_brace && self.is_word(at) && !is_attribute_word(self.word(at));
        if at >= self.end
            || begins_next
            || self.is(at, ";")
            || self.is(at, "}")
            || self.is_behind_wall(at)
        {
            return Err(self.give_up(at, "missing ;"));
        }
        Ok(())
    }

    fn shape(&self, declared: &Declared, place: &Place) -> Shape {
        let name = &declared.declarator.name;
        match (declared.shape, place) {
            (Shape::Function, Place::Record(record))
                if name.len() == 1 && self.word(name.start) == record && !record.is_empty() =>
            {
                Shape::Constructor
            }
            (shape, _) => shape,
        }
    }
}

fn words_without_definition(words: &Words) -> Words {
    Words {
        tokens: words.tokens.clone(),
        attributes: words.attributes.clone(),
        definition: None,
        is_typedef: words.is_typedef,
        is_friend: words.is_friend,
        has_type: true,
        ..Words::default()
    }
}

/// `item` as a friend.
fn befriended(item: Item, parser: &Parser<'_>) -> Item {
    if matches!(item.kind, Kind::Friend { .. }) {
        return item;
    }
    let name = crate::outline::own_name(parser.source, &parser.roles, &item);
    let tokens = item.tokens.clone();
    Item::new(
        Kind::Friend {
            item: Some(Box::new(item)),
            name,
        },
        tokens,
    )
}

/// A function, or its declarator if more declarators follow.
pub(super) type FunctionOrDeclarator = Result<Item, Declarator>;
