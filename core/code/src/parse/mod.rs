//! Tokens into items. Nothing is refused: what does not parse is kept raw, with a diagnostic.
//!
//! Linear in the number of tokens. Brackets were paired before, so the parser never looks for one, and what it read in vain is
//! not read again: see [`Parser::wall`].

mod constraint;
mod declaration;
mod declarator;
mod directive;
mod enumeration;
mod function;
mod item;
mod list;
mod mark;
mod namespace;
mod params;
mod path;
mod record;
mod recover;
mod words;

use std::collections::HashSet;

use crate::model::{Item, Tokens};
use crate::source::Source;
use crate::words::is_name;

pub(crate) use mark::Role;

/// Items within items beyond this depth are kept raw: the parser, the printer and everything else recurse.
const DEEPEST: usize = 60;

/// Something that did not parse, and was kept as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The line, counted from 1.
    pub line: u32,
    /// What is wrong.
    pub text: String,
}

/// How a file is to be parsed.
#[derive(Clone, Debug, Default)]
pub struct ParseOptions {
    attribute_macros: HashSet<String>,
}

impl ParseOptions {
    /// Options that read every macro as what it looks like.
    #[must_use]
    pub fn new() -> ParseOptions {
        ParseOptions::default()
    }

    /// Reads the macro `name`, with or without arguments, as an attribute wherever it stands.
    #[must_use]
    pub fn attribute_macro(mut self, name: &str) -> ParseOptions {
        self.attribute_macros.insert(name.to_owned());
        self
    }
}

/// What an item did not have, as a diagnostic says it.
pub(crate) struct Fault(&'static str);

const NO_NAME: Fault = Fault("declaration without a name");
const SPLIT: Fault = Fault("conditional splits a declaration");
const NO_BRACE: Fault = Fault("missing }");
const TOO_DEEP: Fault = Fault("nested too deeply");

/// Where an item stands, which decides what it may be.
#[derive(Clone)]
pub(crate) enum Place {
    /// In a file, a namespace or a linkage block.
    Outside,
    /// In a record of this name.
    Record(String),
    /// In an enumeration.
    Enum,
}

/// All that parsing finds.
pub(crate) struct Parsed {
    pub(crate) items: Vec<Item>,
    pub(crate) roles: Vec<Role>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

pub(crate) fn parse(source: &Source, options: &ParseOptions, place: &Place) -> Parsed {
    let count = source.tokens().len();
    let mut parser = Parser {
        source,
        options,
        roles: vec![Role::Plain; count],
        diagnostics: Vec::new(),
        at: 0,
        end: count,
        depth: 0,
        wall: 0,
    };
    let items = parser.list(place);
    Parsed {
        items,
        roles: parser.roles,
        diagnostics: parser.diagnostics,
    }
}

pub(crate) struct Parser<'s> {
    source: &'s Source,
    options: &'s ParseOptions,
    roles: Vec<Role>,
    diagnostics: Vec<Diagnostic>,
    /// The next token.
    at: usize,
    /// The token behind the last one of the enclosing body.
    end: usize,
    depth: usize,
    /// Where the last failed attempt gave up. The attempts that begin before this token end at the next directive, else a file
    /// of directives between unfinished declarations would be read again from each of them.
    wall: usize,
}

impl<'s> Parser<'s> {
    /// The next token that is code; the end of the body if there is none.
    fn peek(&self) -> usize {
        self.code_from(self.at)
    }

    fn code_from(&self, mut at: usize) -> usize {
        while at < self.end {
            let token = &self.source.tokens()[at];
            if token.is_code() {
                return at;
            }
            if !token.is_comment() && at < self.wall {
                return self.end;
            }
            at += 1;
        }
        self.end
    }

    fn word(&self, at: usize) -> &'s str {
        if at < self.end {
            self.source.word(at)
        } else {
            ""
        }
    }

    fn is(&self, at: usize, punct: &str) -> bool {
        at < self.end && self.source.is(at, punct)
    }

    fn is_word(&self, at: usize) -> bool {
        at < self.end && self.source.tokens()[at].kind == crate::lex::TokenKind::Word
    }

    /// Whether token `at` is a word that may name something.
    fn is_name(&self, at: usize) -> bool {
        self.is_word(at) && !crate::words::is_keyword(self.word(at))
    }

    fn next_is(&self, punct: &str) -> bool {
        self.is(self.peek(), punct)
    }

    /// Takes the next token if it is this operator or bracket.
    fn take(&mut self, punct: &str) -> Option<usize> {
        let at = self.peek();
        self.is(at, punct).then(|| {
            self.at = at + 1;
            at
        })
    }

    /// The token that closes the bracket at `open`; a fault if none does, or only in another branch of a conditional.
    fn partner(&self, open: usize) -> Result<usize, Fault> {
        let close = self
            .source
            .pairs
            .partner(open)
            .filter(|&close| close > open && close < self.end);
        match close {
            Some(close) if self.source.pairs.same_branch(open, close) => Ok(close),
            Some(_) => Err(SPLIT),
            None if self.source.is(open, "{") => Err(NO_BRACE),
            None if self.source.pairs.partner(open).is_some() => Err(SPLIT),
            None => Err(Fault("bracket is not closed")),
        }
    }

    /// Takes a bracket and everything up to its partner; returns both.
    fn take_pair(&mut self, open: usize) -> Result<(usize, usize), Fault> {
        let close = self.partner(open)?;
        self.at = close + 1;
        Ok((open, close))
    }

    /// Whether an earlier attempt gave up behind the directive at `at`: then this one ends at it.
    fn is_behind_wall(&self, at: usize) -> bool {
        at < self.wall
            && at < self.end
            && self.source.tokens()[at].kind == crate::lex::TokenKind::Directive
    }

    /// A fault of an attempt that looked as far as `at`.
    fn give_up(&mut self, at: usize, text: &'static str) -> Fault {
        self.wall = self.wall.max(at);
        Fault(text)
    }

    fn diagnose(&mut self, line: u32, fault: &Fault) {
        self.diagnostics.push(Diagnostic {
            line,
            text: fault.0.to_owned(),
        });
    }

    fn is_attribute_macro(&self, at: usize) -> bool {
        self.is_word(at) && self.options.attribute_macros.contains(self.word(at))
    }

    /// The text of `tokens` without white space, but for a space between words.
    fn path_text(&self, tokens: &Tokens) -> String {
        crate::print::spaced(self.source, &self.roles, tokens)
    }

    fn is_plain_word(&self, at: usize) -> bool {
        self.is_word(at) && is_name(self.word(at))
    }
}
