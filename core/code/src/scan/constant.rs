//! Constant expressions: numbers, names of constants, operators and `sizeof`.

use crate::file::File;
use crate::lex::{Token, TokenKind, lex};
use crate::model::{Kind, Tokens};

use super::layout::Layouts;

/// Constants that refer to each other more often than this are not followed.
const DEEPEST: usize = 32;

impl Layouts<'_, '_> {
    /// The number that the expression of `tokens` has; `None` if it depends on something unknown.
    pub(super) fn constant(
        &mut self,
        file: &File,
        tokens: &Tokens,
        scope: &str,
        depth: usize,
    ) -> Option<i128> {
        let text = file.source().slice(tokens).to_owned();
        let words = lex(&text).into_iter().filter(Token::is_code).collect();
        self.evaluate(&text, words, scope, depth)
    }

    fn evaluate(
        &mut self,
        text: &str,
        tokens: Vec<Token>,
        scope: &str,
        depth: usize,
    ) -> Option<i128> {
        if depth > DEEPEST {
            return None;
        }
        let mut expression = Expression {
            layouts: self,
            text,
            tokens,
            at: 0,
            scope,
            depth,
            nesting: 0,
        };
        let value = expression.ternary()?;
        (expression.at == expression.tokens.len()).then_some(value)
    }

    /// The number of an enumerator: its own, or one more than the one before.
    pub(super) fn enumerator(&mut self, path: &str, scope: &str, depth: usize) -> Option<i128> {
        let named = self.names.find(path, scope)?.clone();
        let Kind::Enumerator(_) = &named.entity.inner.kind else {
            return None;
        };
        let mut value: i128 = -1;
        for item in named.entity.siblings.iter().take(named.entity.index + 1) {
            match &item.kind {
                Kind::Enumerator(one) if one.value.is_empty() => value = value.checked_add(1)?,
                Kind::Enumerator(one) => {
                    value =
                        self.constant(named.file, &one.value, &named.entity.scope, depth + 1)?;
                }
                Kind::Comment | Kind::Define { .. } => {}
                _ => return None,
            }
        }
        Some(value)
    }

    fn named_constant(&mut self, name: &str, scope: &str, depth: usize) -> Option<i128> {
        if let Some(named) = self.names.find(name, scope).cloned() {
            return match &named.entity.inner.kind {
                Kind::Enumerator(_) => self.enumerator(name, scope, depth),
                Kind::Variables(declaration) => {
                    let is_constant = declaration.words.clone().any(|at| {
                        matches!(
                            named.file.source().word(at),
                            "const" | "constexpr" | "constinit"
                        )
                    });
                    let declarator = named
                        .entity
                        .declarator()
                        .filter(|d| is_constant && !d.is_pointer && d.sizes.is_empty())?;
                    let value = braced(named.file, &declarator.value);
                    self.constant(named.file, &value, &named.entity.scope, depth + 1)
                }
                _ => None,
            };
        }
        let (text, tokens) = self.names.define(name)?;
        let text = text.to_owned();
        self.evaluate(&text, tokens, scope, depth + 1)
    }
}

/// An initialiser without its braces.
fn braced(file: &File, value: &Tokens) -> Tokens {
    let source = file.source();
    let is_braced = source.is(value.start, "{")
        || source.is(value.start, "(") && source.pairs.partner(value.start) == Some(value.end - 1);
    if is_braced {
        value.start + 1..value.end - 1
    } else {
        value.clone()
    }
}

struct Expression<'l, 'n, 'f, 't> {
    layouts: &'l mut Layouts<'n, 'f>,
    text: &'t str,
    tokens: Vec<Token>,
    at: usize,
    scope: &'t str,
    depth: usize,
    nesting: usize,
}

impl Expression<'_, '_, '_, '_> {
    fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| {
            &self.text[token.start as usize..token.end as usize]
        })
    }

    fn take(&mut self, punct: &str) -> bool {
        let is = self
            .tokens
            .get(self.at)
            .is_some_and(|token| token.is(punct));
        self.at += usize::from(is);
        is
    }

    fn ternary(&mut self) -> Option<i128> {
        self.nesting += 1;
        if self.nesting > DEEPEST {
            return None;
        }
        let condition = self.binary(0)?;
        let value = if self.take("?") {
            let yes = self.ternary()?;
            if !self.take(":") {
                return None;
            }
            let no = self.ternary()?;
            if condition != 0 { yes } else { no }
        } else {
            condition
        };
        self.nesting -= 1;
        Some(value)
    }

    /// The next binary operator, how strongly it binds, and how many tokens it has: `>>` is two.
    fn operator(&self) -> Option<(&'static str, u8, usize)> {
        let TokenKind::Punct(punct) = self.tokens.get(self.at)?.kind else {
            return None;
        };
        let joined = |next: &str| {
            self.tokens
                .get(self.at + 1)
                .is_some_and(|token| token.is(next) && token.start == self.tokens[self.at].end)
        };
        if punct == ">" && joined(">") {
            return Some((">>", 8, 2));
        }
        let strength = match punct {
            "*" | "/" | "%" => 10,
            "+" | "-" => 9,
            "<<" => 8,
            "<" | ">" | "<=" | ">=" => 7,
            "==" | "!=" => 6,
            "&" => 5,
            "^" => 4,
            "|" => 3,
            "&&" => 2,
            "||" => 1,
            _ => return None,
        };
        Some((punct, strength, 1))
    }

    fn binary(&mut self, least: u8) -> Option<i128> {
        let mut left = self.unary()?;
        while let Some((operator, strength, tokens)) = self.operator() {
            if strength <= least {
                break;
            }
            self.at += tokens;
            let right = self.binary(strength)?;
            left = apply(operator, left, right)?;
        }
        Some(left)
    }

    fn unary(&mut self) -> Option<i128> {
        self.nesting += 1;
        if self.nesting > 2 * DEEPEST {
            return None;
        }
        let value = if self.take("-") {
            self.unary()?.checked_neg()?
        } else if self.take("+") {
            self.unary()?
        } else if self.take("~") {
            !self.unary()?
        } else if self.take("!") {
            i128::from(self.unary()? == 0)
        } else {
            self.primary()?
        };
        self.nesting -= 1;
        Some(value)
    }

    fn primary(&mut self) -> Option<i128> {
        if self.take("(") {
            let value = self.ternary()?;
            return self.take(")").then_some(value);
        }
        let token = *self.tokens.get(self.at)?;
        match token.kind {
            TokenKind::Number => {
                self.at += 1;
                number(self.word(self.at - 1))
            }
            TokenKind::Char => {
                self.at += 1;
                character(self.word(self.at - 1))
            }
            TokenKind::Word | TokenKind::Punct("::") => self.named(),
            _ => None,
        }
    }

    fn named(&mut self) -> Option<i128> {
        match self.word(self.at) {
            "true" => self.single(1),
            "false" => self.single(0),
            "sizeof" | "alignof" => self.size(),
            _ => {
                let mut name = String::new();
                while matches!(
                    self.tokens.get(self.at).map(|token| token.kind),
                    Some(TokenKind::Word | TokenKind::Punct("::"))
                ) {
                    name.push_str(self.word(self.at));
                    self.at += 1;
                }
                let is_call = self.tokens.get(self.at).is_some_and(|token| token.is("("));
                if is_call {
                    None
                } else {
                    self.layouts.named_constant(&name, self.scope, self.depth)
                }
            }
        }
    }

    fn single(&mut self, value: i128) -> Option<i128> {
        self.at += 1;
        Some(value)
    }

    /// `sizeof(type)` and `alignof(type)`.
    fn size(&mut self) -> Option<i128> {
        let of_align = self.word(self.at) == "alignof";
        self.at += 1;
        if !self.take("(") {
            return None;
        }
        let first = self.at;
        let mut depth = 1;
        while depth > 0 {
            let token = self.tokens.get(self.at)?;
            depth += i32::from(token.is("(")) - i32::from(token.is(")"));
            self.at += 1;
        }
        let text = &self.text
            [self.tokens.get(first)?.start as usize..self.tokens[self.at - 1].start as usize];
        let size = self.layouts.type_text(text, self.scope, self.depth + 1)?;
        Some(i128::from(if of_align { size.align } else { size.size }))
    }
}

fn apply(operator: &str, left: i128, right: i128) -> Option<i128> {
    let shift = || u32::try_from(right).ok().filter(|&shift| shift < 64);
    match operator {
        "*" => left.checked_mul(right),
        "/" => left.checked_div(right),
        "%" => left.checked_rem(right),
        "+" => left.checked_add(right),
        "-" => left.checked_sub(right),
        "<<" => left.checked_mul(1_i128 << shift()?),
        ">>" => Some(left >> shift()?),
        "<" => Some(i128::from(left < right)),
        ">" => Some(i128::from(left > right)),
        "<=" => Some(i128::from(left <= right)),
        ">=" => Some(i128::from(left >= right)),
        "==" => Some(i128::from(left == right)),
        "!=" => Some(i128::from(left != right)),
        "&" => Some(left & right),
        "^" => Some(left ^ right),
        "|" => Some(left | right),
        "&&" => Some(i128::from(left != 0 && right != 0)),
        "||" => Some(i128::from(left != 0 || right != 0)),
        _ => None,
    }
}

fn number(text: &str) -> Option<i128> {
    let digits: String = text
        .chars()
        .filter(|c| *c != '\'')
        .collect::<String>()
        .to_ascii_lowercase();
    let digits = match digits.strip_prefix("0x") {
        Some(hex) => return i128::from_str_radix(hex.trim_end_matches(['u', 'l']), 16).ok(),
        None => digits.trim_end_matches(['u', 'l', 'z']).to_owned(),
    };
    if let Some(binary) = digits.strip_prefix("0b") {
        return i128::from_str_radix(binary, 2).ok();
    }
    if digits.len() > 1 && digits.starts_with('0') {
        return i128::from_str_radix(&digits[1..], 8).ok();
    }
    digits.parse().ok()
}

fn character(text: &str) -> Option<i128> {
    let inside = text.strip_prefix('\'')?.strip_suffix('\'')?;
    let mut chars = inside.chars();
    let value = match (chars.next()?, chars.next()) {
        (c, None) => c,
        ('\\', Some(escape)) => match escape {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            '0' => '\0',
            '\\' | '\'' | '"' => escape,
            _ => return None,
        },
        _ => return None,
    };
    (chars.next().is_none() && value.is_ascii()).then_some(i128::from(u32::from(value)))
}
