//! Tokens into the tree of definitions.

use super::lex::{Tok, Token, lex};
use super::tree::{
    Arm, ArmBody, Bits, BitsKind, Body, Count, Def, Expr, Member, Name, Pattern, Type, TypeOf,
};
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
    big: bool,
    members_left: usize,
}

impl<'t> Parser<'t> {
    pub(super) fn peek(&self) -> Tok<'t> {
        self.tokens[self.next].tok
    }

    fn peek_second(&self) -> Tok<'t> {
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

    fn body(&mut self) -> Parsed<Body<'t>> {
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

    fn members(&mut self) -> Parsed<Vec<Member<'t>>> {
        self.expect("{")?;
        self.nested(|parser| {
            let mut members = Vec::new();
            while !parser.eat("}") {
                parser.member(&mut members)?;
            }
            Ok(members)
        })
    }

    fn member(&mut self, members: &mut Vec<Member<'t>>) -> Parsed<()> {
        let Tok::Word(word) = self.peek() else {
            return Err(self.wrong(About::Syntax));
        };
        match word {
            "padding" => {
                self.bump();
                self.expect("[")?;
                members.push(Member::Padding(self.expr()?));
                self.expect("]")?;
                self.expect(";")
            }
            "align" => {
                self.bump();
                self.expect("(")?;
                members.push(Member::Align(self.expr()?));
                self.expect(")")?;
                self.expect(";")
            }
            "match" => {
                members.push(self.match_member()?);
                Ok(())
            }
            _ => self.declaration(members),
        }
    }

    fn declaration(&mut self, members: &mut Vec<Member<'t>>) -> Parsed<()> {
        let of = self.of_type()?;
        if let (TypeOf::Inline(body), Tok::Sign(";")) = (&of.of, self.peek())
            && body.fixed.is_none()
            && of.prefix.is_none()
        {
            members.push(Member::Unnamed(body.members.clone()));
            self.bump();
            return Ok(());
        }
        loop {
            self.count(&of)?;
            members.push(self.declarator(&of)?);
            if !self.eat(",") {
                return self.expect(";");
            }
        }
    }

    /// Counts the members that one more field of the type brings, since each keeps a copy of an inline struct.
    fn count(&mut self, of: &Type<'t>) -> Parsed<()> {
        let members = match &of.of {
            TypeOf::Inline(body) => 1 + count_members(&body.members),
            _ => 1,
        };
        let left = self.members_left.checked_sub(members);
        self.members_left = left.ok_or_else(|| self.wrong(About::Nesting))?;
        Ok(())
    }

    fn declarator(&mut self, of: &Type<'t>) -> Parsed<Member<'t>> {
        let name = self.name()?;
        let count = self.array_count()?;
        if !matches!(count, Count::One) && self.peek() == Tok::Sign("[") {
            return Err(self.wrong(About::Unsupported));
        }
        let may_have_size = !matches!(count, Count::Until(_));
        let size = if may_have_size && self.eat(":") {
            Some(self.expr()?)
        } else {
            None
        };
        Ok(Member::Field {
            of: Box::new(of.clone()),
            name,
            count,
            size,
        })
    }

    fn array_count(&mut self) -> Parsed<Count<'t>> {
        if !self.eat("[") {
            return Ok(Count::One);
        }
        let at = self.at();
        if self.eat("]") {
            return Ok(Count::Until(Expr::Int(0, at)));
        }
        let until = self.eat_word("until");
        let expr = self.expr()?;
        self.expect("]")?;
        Ok(if until {
            Count::Until(expr)
        } else {
            Count::Expr(expr)
        })
    }

    pub(super) fn of_type(&mut self) -> Parsed<Type<'t>> {
        let at = self.at();
        let mut prefix = None;
        let mut big = self.big;
        if let Tok::Word(word @ ("le" | "be")) = self.peek() {
            prefix = Some(self.bump().at);
            big = word == "be";
        }
        let type_at = self.at();
        let of = match self.peek() {
            Tok::Word("struct") if prefix.is_some() => {
                return Err(Mistake::new(at, About::Endian, "struct"));
            }
            Tok::Word("struct") => {
                self.bump();
                TypeOf::Inline(self.body()?)
            }
            Tok::Word(word) => match Scalar::named(word) {
                Some(scalar) => {
                    self.bump();
                    TypeOf::Scalar(scalar)
                }
                None => TypeOf::Named(self.name()?.text),
            },
            _ => return Err(self.wrong(About::Syntax)),
        };
        Ok(Type {
            prefix,
            big,
            at: type_at,
            of,
        })
    }

    fn match_member(&mut self) -> Parsed<Member<'t>> {
        self.bump();
        self.expect("(")?;
        let on = self.expr()?;
        self.expect(")")?;
        self.expect("{")?;
        let arms = self.nested(|parser| {
            let mut arms = Vec::new();
            while !parser.eat("}") {
                arms.push(parser.arm()?);
            }
            Ok(arms)
        })?;
        self.eat(";");
        Ok(Member::Match { on, arms })
    }

    fn arm(&mut self) -> Parsed<Arm<'t>> {
        self.expect("(")?;
        let mut patterns = vec![self.pattern()?];
        while self.eat(",") || self.eat("|") {
            patterns.push(self.pattern()?);
        }
        self.expect(")")?;
        self.expect(":")?;
        Ok(Arm {
            patterns,
            body: self.arm_body()?,
        })
    }

    fn arm_body(&mut self) -> Parsed<ArmBody<'t>> {
        match (self.peek(), self.peek_second()) {
            (Tok::Word("none"), _) => {
                self.bump();
                self.expect(";")?;
                Ok(ArmBody::Members(Vec::new()))
            }
            (Tok::Sign("{"), _) => Ok(ArmBody::Members(self.members()?)),
            (Tok::Word(word), Tok::Sign(";")) if !is_reserved(word) => {
                let name = self.name()?;
                self.bump();
                Ok(ArmBody::Struct(name))
            }
            _ => {
                let mut members = Vec::new();
                self.nested(|parser| parser.member(&mut members))?;
                Ok(ArmBody::Members(members))
            }
        }
    }

    fn pattern(&mut self) -> Parsed<Pattern<'t>> {
        if let Tok::Word("_") = self.peek() {
            return Ok(Pattern::Any(self.bump().at));
        }
        let first = self.pattern_expr()?;
        let last = if self.eat("...") {
            Some(self.pattern_expr()?)
        } else {
            None
        };
        Ok(Pattern::Range(first, last))
    }
}

fn count_members(members: &[Member<'_>]) -> usize {
    let of_arm = |arm: &Arm<'_>| match &arm.body {
        ArmBody::Members(members) => 1 + count_members(members),
        ArmBody::Struct(_) => 1,
    };
    let of_member = |member: &Member<'_>| match member {
        Member::Field { of, .. } => match &of.of {
            TypeOf::Inline(body) => 1 + count_members(&body.members),
            _ => 1,
        },
        Member::Unnamed(members) => 1 + count_members(members),
        Member::Match { arms, .. } => 1 + arms.iter().map(of_arm).sum::<usize>(),
        _ => 1,
    };
    members.iter().map(of_member).sum()
}
