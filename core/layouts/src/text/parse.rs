//! Tokens into the tree of definitions.

use super::lex::{Tok, Token, lex};
use super::tree::{Bits, BitsKind, Body, Def, Name};
use crate::error::{About, Mistake};
use crate::scalar::Scalar;

pub(crate) type Parsed<T> = Result<T, Mistake>;

/// Deepest nesting of a text.
const NESTING: usize = 64;
/// Most members of a text. One inline struct of several fields counts once for each of them.
const MEMBERS: usize = 1 << 17;

/// Words that no definition and no field can have as its name.
const RESERVED: &[&str] = &[
    "const",
    "enum",
    "bitfield",
    "unsigned",
    "signed",
    "padding",
    "struct",
    "fixed_size",
    "align",
    "le",
    "be",
    "until",
    "match",
    "none",
    "true",
    "false",
    "sizeof",
    "parent",
    "_",
];

pub(crate) fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word) || Scalar::named(word).is_some()
}

/// Parses the definitions of a layout's text.
pub(crate) fn parse(text: &str) -> Parsed<Vec<Def<'_>>> {
    let tokens = lex(text)?;
    let mut parser = Parser {
        tokens,
        next: 0,
        depth: 0,
        operators: 0,
        big: false,
        members_left: MEMBERS,
    };
    let mut defs = Vec::new();
    while parser.peek() != Tok::End {
        if parser.eat("#") {
            parser.pragma()?;
        } else {
            defs.push(parser.def()?);
        }
    }
    Ok(defs)
}

pub(crate) struct Parser<'t> {
    tokens: Vec<Token<'t>>,
    next: usize,
    depth: usize,
    pub(super) operators: usize,
    pub(super) big: bool,
    pub(super) members_left: usize,
}

impl<'t> Parser<'t> {
    pub(super) fn peek(&self) -> Tok<'t> {
        self.tokens[self.next].tok
    }

    pub(super) fn peek_second(&self) -> Tok<'t> {
        self.tokens[(self.next + 1).min(self.tokens.len() - 1)].tok
    }

    pub(super) fn at(&self) -> usize {
        self.tokens[self.next].at
    }

    /// Takes the token; the end of the text is never passed.
    pub(super) fn bump(&mut self) -> Token<'t> {
        let token = self.tokens[self.next];
        self.next = (self.next + 1).min(self.tokens.len() - 1);
        token
    }

    /// A mistake about the token that comes next.
    pub(super) fn wrong(&self, about: About) -> Mistake {
        let token = self.tokens[self.next];
        Mistake::new(token.at, about, token.text)
    }

    pub(super) fn eat(&mut self, sign: &'static str) -> bool {
        let found = self.peek() == Tok::Sign(sign);
        if found {
            self.bump();
        }
        found
    }

    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let found = self.peek() == Tok::Word(word);
        if found {
            self.bump();
        }
        found
    }

    pub(super) fn expect(&mut self, sign: &'static str) -> Parsed<()> {
        if self.eat(sign) {
            Ok(())
        } else {
            Err(self.wrong(About::Syntax))
        }
    }

    pub(super) fn name(&mut self) -> Parsed<Name<'t>> {
        match self.peek() {
            Tok::Word(word) if is_reserved(word) => Err(self.wrong(About::Reserved)),
            Tok::Word(text) => Ok(Name {
                text,
                at: self.bump().at,
            }),
            _ => Err(self.wrong(About::Syntax)),
        }
    }

    /// Runs `part` one level deeper in the text.
    pub(super) fn nested<T>(&mut self, part: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == NESTING {
            return Err(self.wrong(About::Nesting));
        }
        self.depth += 1;
        let result = part(self);
        self.depth -= 1;
        result
    }

    fn pragma(&mut self) -> Parsed<()> {
        for word in ["pragma", "endian"] {
            if !self.eat_word(word) {
                return Err(self.wrong(About::Unsupported));
            }
        }
        self.big = match self.peek() {
            Tok::Word("big") => true,
            Tok::Word("little") => false,
            _ => return Err(self.wrong(About::Syntax)),
        };
        self.bump();
        Ok(())
    }

    fn def(&mut self) -> Parsed<Def<'t>> {
        let Tok::Word(word @ ("const" | "enum" | "bitfield" | "struct")) = self.peek() else {
            return Err(self.wrong(About::Syntax));
        };
        self.bump();
        let def = match word {
            "const" => self.constant()?,
            "enum" => self.enumeration()?,
            "bitfield" => self.bitfield()?,
            _ => self.structure()?,
        };
        self.expect(";")?;
        Ok(def)
    }

    fn scalar(&mut self) -> Parsed<Scalar> {
        let Tok::Word(word) = self.peek() else {
            return Err(self.wrong(About::Syntax));
        };
        let scalar = Scalar::named(word).ok_or_else(|| self.wrong(About::Syntax))?;
        if !scalar.is_integer() {
            return Err(self.wrong(About::Integer));
        }
        self.bump();
        Ok(scalar)
    }

    fn constant(&mut self) -> Parsed<Def<'t>> {
        let scalar = self.scalar()?;
        let name = self.name()?;
        self.expect("=")?;
        Ok(Def::Const {
            name,
            scalar,
            value: self.expr()?,
        })
    }

    fn enumeration(&mut self) -> Parsed<Def<'t>> {
        let name = self.name()?;
        self.expect(":")?;
        let scalar = self.scalar()?;
        self.expect("{")?;
        let mut values = Vec::new();
        while !self.eat("}") {
            let value_name = self.name()?;
            let value = if self.eat("=") {
                Some(self.expr()?)
            } else {
                None
            };
            values.push((value_name, value));
            if !self.eat(",") {
                self.expect("}")?;
                break;
            }
        }
        Ok(Def::Enum {
            name,
            scalar,
            values,
        })
    }

    fn bitfield(&mut self) -> Parsed<Def<'t>> {
        let name = self.name()?;
        self.expect("{")?;
        let mut members = Vec::new();
        while !self.eat("}") {
            members.push(self.bits()?);
        }
        Ok(Def::Bitfield { name, members })
    }

    fn bits(&mut self) -> Parsed<Bits<'t>> {
        let kind = match (self.peek(), self.peek_second()) {
            (Tok::Word("unsigned"), _) => BitsKind::Unsigned,
            (Tok::Word("signed"), _) => BitsKind::Signed,
            (Tok::Word("bool"), _) => BitsKind::Bool,
            (Tok::Word("padding"), _) => BitsKind::Padding,
            (Tok::Word(word), Tok::Word(_)) if !is_reserved(word) => BitsKind::Enum(self.name()?),
            _ => BitsKind::Unsigned,
        };
        if matches!(self.peek(), Tok::Word("unsigned" | "signed" | "bool")) {
            self.bump();
        }
        let name = match kind {
            BitsKind::Padding => Name {
                text: "padding",
                at: self.bump().at,
            },
            _ => self.name()?,
        };
        self.expect(":")?;
        let width = self.expr()?;
        self.expect(";")?;
        Ok(Bits { kind, name, width })
    }

    fn structure(&mut self) -> Parsed<Def<'t>> {
        let name = self.name()?;
        let base = if self.eat(":") {
            Some(self.name()?)
        } else {
            None
        };
        Ok(Def::Struct {
            name,
            base,
            body: self.body()?,
        })
    }

    pub(super) fn body(&mut self) -> Parsed<Body<'t>> {
        let members = self.members()?;
        let mut fixed = None;
        if self.peek() == Tok::Sign("[") && self.peek_second() == Tok::Sign("[") {
            self.bump();
            self.bump();
            if !self.eat_word("fixed_size") {
                return Err(self.wrong(About::Unsupported));
            }
            self.expect("(")?;
            fixed = Some(self.expr()?);
            for sign in [")", "]", "]"] {
                self.expect(sign)?;
            }
        }
        Ok(Body { members, fixed })
    }
}
