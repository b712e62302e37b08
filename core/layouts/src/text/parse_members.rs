//! Members of structs: declarations, padding, matches.

use super::lex::Tok;
use super::parse::{Parsed, Parser, is_reserved};
use super::tree::{Arm, ArmBody, Count, Expr, Member, Pattern, Type, TypeOf};
use crate::error::{About, Mistake};
use crate::scalar::Scalar;

impl<'t> Parser<'t> {
    pub(super) fn members(&mut self) -> Parsed<Vec<Member<'t>>> {
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
