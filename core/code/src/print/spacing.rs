//! The white space between two tokens of a head.

use crate::lex::{Token, TokenKind, lex};
use crate::model::Tokens;
use crate::parse::Role;
use crate::source::Source;
use crate::words::is_keyword;

use super::opaque;

/// The tokens of a head on one line, as printed.
pub(crate) fn spaced(source: &Source, roles: &[Role], tokens: &Tokens) -> String {
    let text = spaced_and_moved(source, roles, tokens, 0);
    if text.contains("\\\n") || text.contains("\\\r") {
        without_continuations(&text)
    } else {
        text
    }
}

/// A name that goes on in the next line is the same name.
fn without_continuations(text: &str) -> String {
    text.replace("\\\r\n", "").replace("\\\n", "")
}

/// The same; later lines of opaque text move by `shift` columns.
pub(super) fn spaced_and_moved(
    source: &Source,
    roles: &[Role],
    tokens: &Tokens,
    shift: isize,
) -> String {
    let gaps = Gaps { source, roles };
    let mut text = String::new();
    let mut at = tokens.start;
    while at < tokens.end {
        if at > tokens.start && gaps.space(at - 1, at) {
            text.push(' ');
        }
        let end = gaps.opaque_end(at, tokens.end);
        if end > at + 1 {
            opaque::append(&mut text, source, &(at..end), shift);
        } else if roles[at] == Role::Opaque {
            opaque::append(&mut text, source, &(at..at + 1), shift);
        } else {
            text.push_str(source.word(at));
        }
        at = end;
    }
    text
}

struct Gaps<'s> {
    source: &'s Source,
    roles: &'s [Role],
}

impl Gaps<'_> {
    /// The end of the opaque text at `at`; behind the token if it is not opaque.
    fn opaque_end(&self, at: usize, end: usize) -> usize {
        let mut last = at;
        while last < end && self.roles[last] == Role::Opaque {
            last += 1;
        }
        last.max(at + 1)
    }

    fn token(&self, at: usize) -> &Token {
        &self.source.tokens()[at]
    }

    fn punct(&self, at: usize) -> &'static str {
        match self.token(at).kind {
            TokenKind::Punct(punct)
                if !matches!(self.roles[at], Role::Opaque | Role::OperatorName) =>
            {
                punct
            }
            _ => "",
        }
    }

    fn is_word(&self, at: usize) -> bool {
        use TokenKind::{BlockComment, Char, LineComment, Number, Text, Unfinished, Word};
        matches!(
            self.token(at).kind,
            Word | Number | Text | Char | Unfinished | LineComment | BlockComment
        ) || self.roles[at] == Role::Opaque
    }

    fn is_apart(&self, a: usize, b: usize) -> bool {
        self.token(a).end != self.token(b).start
    }

    /// Whether a space is printed between `a` and the token `b` behind it.
    fn space(&self, a: usize, b: usize) -> bool {
        let space = self.by_rule(a, b).unwrap_or_else(|| self.is_apart(a, b));
        space || self.is_apart(a, b) && self.would_join(a, b)
    }

    /// What the rules say; `None` where the source decides.
    fn by_rule(&self, a: usize, b: usize) -> Option<bool> {
        let (left, right) = (self.punct(a), self.punct(b));
        if self.roles[b] == Role::OperatorName {
            return self.operator_name(a, b);
        }
        match (left, right) {
            (_, "," | ";" | ")" | "]") => Some(false),
            (",", _) => Some(true),
            ("(" | "[", _) => Some(false),
            (":" | "=" | "->", _) | (_, ":" | "=" | "->") => Some(true),
            ("::", _) => Some(false),
            (_, "::") => Some(self.is_word(a) && is_keyword(self.source.word(a))),
            _ => self
                .angles(a, b, left, right)
                .or_else(|| self.brackets(a, b, left, right)),
        }
    }

    fn operator_name(&self, a: usize, b: usize) -> Option<bool> {
        match self.token(b).kind {
            TokenKind::Word if self.roles[a] == Role::OperatorName => None,
            TokenKind::Word => Some(true),
            _ => Some(false),
        }
    }

    fn angles(&self, a: usize, b: usize, left: &str, right: &str) -> Option<bool> {
        let is_angle = |at: usize| self.roles[at] == Role::Angle;
        if is_angle(b) {
            return Some(right == "<" && self.source.word(a) == "template");
        }
        if !is_angle(a) {
            return None;
        }
        match (left, right) {
            ("<", _) => Some(false),
            (_, "(") => Some(self.roles[b] == Role::Declarator),
            (_, "[") => Some(self.roles[b] == Role::Attribute),
            (_, "...") => Some(false),
            (_, "*" | "&" | "&&") => Some(self.roles[b] != Role::Pointer),
            (_, "~") => Some(true),
            _ => self.after_word(b),
        }
    }

    /// The gap before `b`, behind something that reads like a word.
    fn after_word(&self, b: usize) -> Option<bool> {
        let opens = self.roles[b] == Role::Opaque
            && matches!(self.token(b).kind, TokenKind::Punct("{" | "("));
        match self.token(b).kind {
            TokenKind::Punct("(") if opens => Some(false),
            _ if opens => None,
            _ => self.is_word(b).then_some(true),
        }
    }

    fn brackets(&self, a: usize, b: usize, left: &str, right: &str) -> Option<bool> {
        match (left, right) {
            (_, "[") => Some(self.roles[b] == Role::Attribute),
            (_, "(") => {
                let leans = self.roles[a] == Role::PointerRight
                    || self.roles[a] == Role::Pointer && self.leads(a);
                Some(self.roles[b] == Role::Declarator && !leans)
            }
            (_, "...") => Some(false),
            ("...", _) => Some(self.is_word(b)),
            ("~", _) => Some(false),
            (_, "~") => Some(self.is_word(a) || self.roles[a] == Role::Pointer),
            _ => self.pointers(a, b),
        }
    }

    fn pointers(&self, a: usize, b: usize) -> Option<bool> {
        match (self.roles[a], self.roles[b]) {
            (Role::RefQualifier, _) | (_, Role::RefQualifier) => Some(true),
            (Role::PointerRight, _) => Some(false),
            (_, Role::PointerRight) => Some(true),
            (_, Role::Pointer) => Some(self.source.is(a, "}")),
            (Role::Pointer, _) if self.is_word(b) => Some(!self.leads(a)),
            _ => self.words(a, b),
        }
    }

    /// Whether the `*` or `&` at `at` has no type before it: it is the first of its bracket, or behind `::`.
    fn leads(&self, at: usize) -> bool {
        let mut first = at;
        while first > 0 && self.roles[first - 1] == Role::Pointer {
            first -= 1;
        }
        let Some(before) = first.checked_sub(1) else {
            return true;
        };
        matches!(self.punct(before), "(" | "::" | "[" | "," | "=" | "}")
            || self.source.is(before, "<")
    }

    fn words(&self, a: usize, b: usize) -> Option<bool> {
        if self.is_word(a) {
            if self.source.word(a) == "requires" {
                return Some(true);
            }
            return self.after_word(b);
        }
        let closes = matches!(self.token(a).kind, TokenKind::Punct(")" | "]" | "}"));
        if closes { self.after_word(b) } else { None }
    }

    /// Whether `a` and `b` would read as something else without a space.
    fn would_join(&self, a: usize, b: usize) -> bool {
        if self.source.is(a, "[") && self.source.is(b, "[") {
            return true;
        }
        let (left, right) = (self.source.word(a), self.source.word(b));
        if !self.source.is(a, "<") && left.len() > 3 || !left.is_ascii() || !right.is_ascii() {
            return false;
        }
        let joined = format!("{left}{}", &right[..right.len().min(3)]);
        lex(&joined)
            .first()
            .is_none_or(|token| token.end as usize != left.len())
    }
}
