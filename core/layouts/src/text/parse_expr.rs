//! Expressions: precedence as in C.

use super::lex::Tok;
use super::parse::{Parsed, Parser};
use super::tree::{Expr, PathExpr, Step};
use crate::error::About;

/// Most operators of one expression. It bounds the recursion over a long sum.
const OPERATORS: usize = 256;

/// Binary operators, and how strongly each binds.
pub(crate) fn strength(sign: &str) -> Option<u8> {
    Some(match sign {
        "*" | "/" | "%" => 11,
        "+" | "-" => 10,
        "<<" | ">>" => 9,
        "<" | "<=" | ">" | ">=" => 8,
        "==" | "!=" => 7,
        "&" => 6,
        "^" => 5,
        "|" => 4,
        "&&" => 3,
        "||" => 2,
        _ => return None,
    })
}

/// Above `|`: what a pattern may contain outside of parentheses.
const PATTERN: u8 = 5;

impl<'t> Parser<'t> {
    /// One whole expression.
    pub(crate) fn expr(&mut self) -> Parsed<Expr<'t>> {
        let outer = std::mem::take(&mut self.operators);
        let expr = self.choice();
        self.operators = outer;
        expr
    }

    pub(crate) fn pattern_expr(&mut self) -> Parsed<Expr<'t>> {
        let outer = std::mem::take(&mut self.operators);
        let expr = self.binary(PATTERN);
        self.operators = outer;
        expr
    }

    fn choice(&mut self) -> Parsed<Expr<'t>> {
        let on = self.binary(0)?;
        if !self.eat("?") {
            return Ok(on);
        }
        self.nested(|parser| {
            let yes = parser.choice()?;
            parser.expect(":")?;
            let no = parser.choice()?;
            Ok(Expr::Choose(Box::new(on), Box::new(yes), Box::new(no)))
        })
    }

    fn binary(&mut self, least: u8) -> Parsed<Expr<'t>> {
        let mut left = self.unary()?;
        while let Tok::Sign(sign) = self.peek() {
            let Some(own) = strength(sign).filter(|own| *own >= least) else {
                break;
            };
            self.operators += 1;
            if self.operators > OPERATORS {
                return Err(self.wrong(About::Nesting));
            }
            self.bump();
            let right = self.binary(own + 1)?;
            left = Expr::Binary(sign, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn unary(&mut self) -> Parsed<Expr<'t>> {
        let at = self.at();
        for sign in ["-", "~", "!"] {
            if self.eat(sign) {
                let of = self.nested(Parser::unary)?;
                return Ok(Expr::Unary(sign, Box::new(of), at));
            }
        }
        self.primary()
    }

    fn primary(&mut self) -> Parsed<Expr<'t>> {
        let at = self.at();
        match self.peek() {
            Tok::Int(value) => {
                self.bump();
                Ok(Expr::Int(value, at))
            }
            Tok::Sign("$") => {
                self.bump();
                Ok(Expr::Here(at))
            }
            Tok::Sign("(") => {
                self.bump();
                let inner = self.nested(Parser::choice)?;
                self.expect(")")?;
                Ok(inner)
            }
            Tok::Word("true" | "false") => Ok(Expr::Bool(self.bump().text == "true", at)),
            Tok::Word("sizeof") => self.size_of(),
            Tok::Word(_) => self.path_expr(),
            _ => Err(self.wrong(About::Syntax)),
        }
    }

    fn size_of(&mut self) -> Parsed<Expr<'t>> {
        let at = self.bump().at;
        self.expect("(")?;
        let of = self.nested(Parser::of_type)?;
        self.expect(")")?;
        Ok(Expr::SizeOf(Box::new(of), at))
    }

    fn path_expr(&mut self) -> Parsed<Expr<'t>> {
        let at = self.at();
        let mut parents = 0u8;
        while self.eat_word("parent") {
            parents += 1;
            if parents > 64 {
                return Err(self.wrong(About::Nesting));
            }
            self.expect(".")?;
        }
        let name = self.name()?;
        if parents == 0 && self.eat("::") {
            return Ok(Expr::EnumValue(name, self.name()?));
        }
        let mut steps = Vec::new();
        loop {
            if steps.len() > OPERATORS {
                return Err(self.wrong(About::Nesting));
            }
            if self.eat(".") {
                steps.push(Step::Name(self.name()?));
            } else if self.eat("[") {
                let index = self.nested(Parser::choice)?;
                self.expect("]")?;
                steps.push(Step::Index(index));
            } else {
                return Ok(Expr::Path(PathExpr {
                    parents,
                    at,
                    name,
                    steps,
                }));
            }
        }
    }
}
