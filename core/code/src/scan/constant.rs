//! Constant expressions: numbers, names of constants, operators and `sizeof`, each with its type, by which it wraps around.

use crate::file::File;
use crate::lex::{Token, TokenKind, lex};
use crate::model::{Item, Kind, Tokens};

use super::layout::{FieldType, Layouts};
use super::type_size::type_name;

/// Constants that refer to each other more often than this are not followed.
const DEEPEST: usize = 32;

/// How many numbers and names one expression may come to, with those that its names stand for.
const MOST_STEPS: usize = 10_000;

/// A type that arithmetic is done in.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Integer {
    bits: u32,
    is_signed: bool,
}

const INT: Integer = Integer {
    bits: 32,
    is_signed: true,
};
const UNSIGNED: Integer = Integer {
    is_signed: false,
    ..INT
};
const LONG: Integer = Integer { bits: 64, ..INT };
const UNSIGNED_LONG: Integer = Integer {
    bits: 64,
    ..UNSIGNED
};

impl Integer {
    /// What an integer of this size is in an expression.
    fn promoted(size: u64, is_signed: bool) -> Integer {
        match size {
            0..4 => INT,
            4 => Integer { is_signed, ..INT },
            _ => Integer { is_signed, ..LONG },
        }
    }

    fn range(self) -> (i128, i128) {
        match self.is_signed {
            true => (-(1 << (self.bits - 1)), (1 << (self.bits - 1)) - 1),
            false => (0, (1 << self.bits) - 1),
        }
    }

    fn holds(self, value: i128) -> bool {
        let (least, most) = self.range();
        (least..=most).contains(&value)
    }

    /// The value that is left of one in this type.
    fn wrapped(self, value: i128) -> i128 {
        let value = value & ((1 << self.bits) - 1);
        let is_below = self.is_signed && value >> (self.bits - 1) != 0;
        value - if is_below { 1 << self.bits } else { 0 }
    }

    /// The type that an operation on both is done in.
    fn common(self, other: Integer) -> Integer {
        let bits = self.bits.max(other.bits);
        let is_unsigned = |one: Integer| one.bits == bits && !one.is_signed;
        Integer {
            bits,
            is_signed: !is_unsigned(self) && !is_unsigned(other),
        }
    }
}

/// A number in an expression.
#[derive(Clone, Copy)]
struct Number {
    value: i128,
    /// Its type; `None` if it is one of several. Then only numbers that all of them hold are reckoned with.
    ty: Option<Integer>,
}

impl Number {
    fn int(value: i128) -> Number {
        let ty = Some(INT);
        Number { value, ty }
    }

    /// One whose type is only known if it is below zero, or large.
    fn of_some_type(value: i128) -> Number {
        let ty = match value {
            ..0 if INT.holds(value) => Some(INT),
            ..0 => Some(LONG),
            _ => None,
        };
        Number { value, ty }
    }

    fn is_plain(self) -> bool {
        (0..=INT.range().1).contains(&self.value)
    }

    /// A result of this type; `None` if there is none, as it is out of range.
    fn checked(value: i128, ty: Option<Integer>) -> Option<Number> {
        let number = Number { value, ty };
        match ty {
            Some(ty) if !ty.is_signed => Some(Number {
                value: ty.wrapped(value),
                ..number
            }),
            Some(ty) => ty.holds(value).then_some(number),
            None => number.is_plain().then_some(number),
        }
    }
}

impl Layouts<'_, '_> {
    /// The number that the expression of `tokens` has; `None` if it depends on something unknown.
    pub(super) fn constant(
        &mut self,
        file: &File,
        tokens: &Tokens,
        scope: &str,
        depth: usize,
    ) -> Option<i128> {
        let number = self.number(file, tokens, scope, depth)?;
        Some(number.value)
    }

    fn number(
        &mut self,
        file: &File,
        tokens: &Tokens,
        scope: &str,
        depth: usize,
    ) -> Option<Number> {
        if depth == 0 {
            self.steps = 0;
        }
        if depth > DEEPEST {
            return None;
        }
        let text = self.names.expanded(file.source().slice(tokens))?;
        let mut expression = Expression {
            layouts: self,
            text: &text,
            tokens: lex(&text).into_iter().filter(Token::is_code).collect(),
            at: 0,
            scope,
            depth,
            nesting: 0,
        };
        let number = expression.ternary()?;
        (expression.at == expression.tokens.len()).then_some(number)
    }

    /// The number of the enumerator `items[index]`: its own, or one more than the one before.
    pub(super) fn enumerator(
        &mut self,
        file: &File,
        items: &[Item],
        index: usize,
        scope: &str,
        depth: usize,
    ) -> Option<i128> {
        let mut behind = 0;
        let mut base = -1;
        for item in items[..=index].iter().rev() {
            let Kind::Enumerator(one) = &item.kind else {
                match item.kind {
                    Kind::Comment | Kind::Define { .. } => continue,
                    // What a macro or a conditional adds cannot be known.
                    _ => return None,
                }
            };
            let known = self.numbers.get(&std::ptr::from_ref(item)).copied();
            let own = match known {
                None if one.value.is_empty() => {
                    behind += 1;
                    continue;
                }
                None => self.constant(file, &one.value, scope, depth)?,
                Some(known) => known,
            };
            base = own;
            break;
        }
        let value = base.checked_add(behind)?;
        self.numbers
            .insert(std::ptr::from_ref(&items[index]), value);
        Some(value)
    }

    fn named_constant(&mut self, name: &str, scope: &str, depth: usize) -> Option<Number> {
        let named = self.names.find(name, scope)?.clone();
        let (file, entity) = (named.file, &named.entity);
        match &entity.inner.kind {
            Kind::Enumerator(_) => {
                let (siblings, index) = (entity.siblings, entity.index);
                let value = self.enumerator(file, siblings, index, &entity.scope, depth + 1)?;
                Some(Number::of_some_type(value))
            }
            Kind::Variables(declaration) => {
                let is_constant = declaration.words.clone().any(|at| {
                    matches!(file.source().word(at), "const" | "constexpr" | "constinit")
                });
                let declarator = entity
                    .declarator()
                    .filter(|d| is_constant && !d.is_pointer && d.sizes.is_empty())?;
                let value = braced(file, &declarator.value);
                let number = self.number(file, &value, &entity.scope, depth + 1)?;
                let words = &declaration.words;
                let size = self.declared(file, words, declarator, &entity.scope, depth + 1);
                match size.map(|size| size.ty) {
                    Ok(FieldType::Qualified(ty)) => number.stored_as(&ty),
                    Ok(ty) => number.stored_as(&ty),
                    Err(_) if type_name(file, words) == "auto" => Some(number),
                    Err(_) => Some(Number::of_some_type(number.value)),
                }
            }
            _ => None,
        }
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

impl Number {
    /// The same as a constant of this type; `None` if it would be another number.
    fn stored_as(self, ty: &FieldType) -> Option<Number> {
        let (size, is_signed) = match *ty {
            FieldType::Int { size, is_signed } => (size, is_signed),
            FieldType::Char => (1, true),
            FieldType::Bool => return (0..=1).contains(&self.value).then_some(self),
            FieldType::Enum(_) => return Some(Number::of_some_type(self.value)),
            _ => return None,
        };
        let bits = u32::try_from(8 * size).ok()?;
        let own = Integer { bits, is_signed };
        let ty = Some(Integer::promoted(size, is_signed));
        (bits <= 64 && own.holds(self.value)).then_some(Number { ty, ..self })
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

    fn ternary(&mut self) -> Option<Number> {
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
            let ty = yes.ty.zip(no.ty).map(|(yes, no)| yes.common(no));
            let chosen = if condition.value != 0 { yes } else { no };
            match ty {
                Some(ty) => Number {
                    value: ty.wrapped(chosen.value),
                    ty: Some(ty),
                },
                None => Number::checked(chosen.value, None)?,
            }
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

    fn binary(&mut self, least: u8) -> Option<Number> {
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

    fn unary(&mut self) -> Option<Number> {
        self.nesting += 1;
        if self.nesting > 2 * DEEPEST {
            return None;
        }
        let number = if self.take("-") {
            let number = self.unary()?;
            // Below zero, it is no longer one that all types hold.
            let ty = number.ty.filter(|_| number.value != 0);
            Number::checked(-number.value, ty)?
        } else if self.take("+") {
            self.unary()?
        } else if self.take("~") {
            let number = self.unary()?;
            Number::checked(!number.value, number.ty)?
        } else if self.take("!") {
            Number::int(i128::from(self.unary()?.value == 0))
        } else {
            self.primary()?
        };
        self.nesting -= 1;
        Some(number)
    }

    fn primary(&mut self) -> Option<Number> {
        self.layouts.steps += 1;
        if self.layouts.steps > MOST_STEPS {
            return None;
        }
        if self.take("(") {
            let number = self.ternary()?;
            return self.take(")").then_some(number);
        }
        let token = *self.tokens.get(self.at)?;
        match token.kind {
            TokenKind::Number => {
                self.at += 1;
                number(self.word(self.at - 1))
            }
            TokenKind::Char => {
                self.at += 1;
                character(self.word(self.at - 1)).map(Number::int)
            }
            TokenKind::Word | TokenKind::Punct("::") => self.named(),
            _ => None,
        }
    }

    fn named(&mut self) -> Option<Number> {
        match self.word(self.at) {
            word @ ("true" | "false") => {
                let value = i128::from(word == "true");
                self.at += 1;
                Some(Number::int(value))
            }
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

    /// `sizeof(type)` and `alignof(type)`.
    fn size(&mut self) -> Option<Number> {
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
        let value = i128::from(if of_align { size.align } else { size.size });
        let ty = Some(UNSIGNED_LONG);
        Some(Number { value, ty })
    }
}

fn apply(operator: &str, left: Number, right: Number) -> Option<Number> {
    let bool = |is: bool| Some(Number::int(i128::from(is)));
    match operator {
        "&&" => return bool(left.value != 0 && right.value != 0),
        "||" => return bool(left.value != 0 || right.value != 0),
        "<<" | ">>" => return shifted(operator, left, right),
        _ => {}
    }
    let ty = left
        .ty
        .zip(right.ty)
        .map(|(left, right)| left.common(right));
    let (l, r) = match ty {
        Some(ty) => (ty.wrapped(left.value), ty.wrapped(right.value)),
        None if left.is_plain() && right.is_plain() => (left.value, right.value),
        None => return None,
    };
    let value = match operator {
        "<" => return bool(l < r),
        ">" => return bool(l > r),
        "<=" => return bool(l <= r),
        ">=" => return bool(l >= r),
        "==" => return bool(l == r),
        "!=" => return bool(l != r),
        "*" => l.checked_mul(r)?,
        "/" => l.checked_div(r)?,
        "%" => l.checked_rem(r)?,
        "+" => l + r,
        "-" => l - r,
        "&" => l & r,
        "^" => l ^ r,
        "|" => l | r,
        _ => return None,
    };
    Number::checked(value, ty)
}

/// A shift is done in the type of its left side; bits that are shifted out are lost.
fn shifted(operator: &str, left: Number, right: Number) -> Option<Number> {
    let bits = left.ty.map_or(INT.bits, |ty| ty.bits);
    let count = u32::try_from(right.value)
        .ok()
        .filter(|&count| count < bits)?;
    let value = match operator {
        "<<" => left.value << count,
        _ => left.value >> count,
    };
    let value = left.ty.map_or(value, |ty| ty.wrapped(value));
    Number::checked(value, left.ty)
}

/// A number as it is written, with the first type that holds it.
fn number(text: &str) -> Option<Number> {
    let text: String = text.chars().filter(|c| *c != '\'').collect();
    let text = text.to_ascii_lowercase();
    let (digits, radix) = match (text.get(..2), text.strip_prefix('0')) {
        (Some("0x"), _) => (&text[2..], 16),
        (Some("0b"), _) => (&text[2..], 2),
        (_, Some(octal)) if octal.starts_with(|c: char| c.is_ascii_digit()) => (octal, 8),
        _ => (&*text, 10),
    };
    let suffix = digits.trim_start_matches(|c: char| c.is_digit(radix));
    let digits = &digits[..digits.len() - suffix.len()];
    let is_unsigned = suffix.contains('u');
    if !matches!(suffix.replace('u', "").as_str(), "" | "l" | "ll" | "z") {
        return None;
    }
    let is_long = suffix.contains(['l', 'z']);
    let value = i128::from_str_radix(digits, radix).ok()?;
    let mut types = [INT, UNSIGNED, LONG, UNSIGNED_LONG].into_iter();
    let ty = types.find(|ty| {
        let may_be_unsigned = is_unsigned || radix != 10;
        ty.holds(value)
            && (ty.bits == 64 || !is_long)
            && (ty.is_signed || may_be_unsigned)
            && (!ty.is_signed || !is_unsigned)
    })?;
    let ty = Some(ty);
    Some(Number { value, ty })
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
