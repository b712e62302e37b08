//! Chains such as `obs["AAPL_position"].fills[2].price`, as they are written.

use super::budget::{Budget, looked_at};
use memglass_syntax::token::{Kind, Token, ends_value};

/// A chain at the end of some tokens.
pub(super) struct Chain<'t, 'l> {
    /// What stands before it.
    pub(super) before: &'t [Token<'l>],
    pub(super) root: Root<'t, 'l>,
    pub(super) steps: Vec<Step<'t, 'l>>,
}

/// The end of `tokens`, beginning not after `from`. What stands before tells what its names mean.
#[derive(Clone, Copy)]
pub(super) struct Expression<'t, 'l> {
    pub(super) tokens: &'t [Token<'l>],
    pub(super) from: usize,
}

/// What a chain begins with.
pub(super) enum Root<'t, 'l> {
    /// `AAPL_position`, or a variable, or `obs`.
    Word(&'l str),
    /// `"text"`.
    Text,
    /// `[1, 2]`.
    List(Vec<Expression<'t, 'l>>),
    /// `f(1)`, without the brackets.
    Call(&'l str, &'t [Token<'l>]),
}

/// What leads on from a value.
pub(super) enum Step<'t, 'l> {
    /// `.member`.
    Member(&'l str),
    /// `[3]`, without the brackets.
    Index(&'t [Token<'l>]),
    /// `.method(1)`, without the brackets.
    Call(&'l str, &'t [Token<'l>]),
}

enum Link<'t, 'l> {
    Root(Root<'t, 'l>),
    Step(Step<'t, 'l>),
}

impl<'l> Step<'_, 'l> {
    /// The method that it calls.
    pub(super) fn called(&self) -> Option<&'l str> {
        match self {
            Step::Call(name, _) => Some(name),
            _ => None,
        }
    }
}

/// The chain that `tokens` end with.
pub(super) fn at_end<'t, 'l>(tokens: &'t [Token<'l>], budget: &Budget) -> Option<Chain<'t, 'l>> {
    let mut steps = Vec::new();
    let mut rest = tokens;
    while budget.take() {
        let (before, link) = link(rest, budget)?;
        match link {
            Link::Step(step) => steps.push(step),
            Link::Root(root) => {
                steps.reverse();
                return Some(Chain {
                    before,
                    root,
                    steps,
                });
            }
        }
        rest = before;
    }
    None
}

/// The last link of a chain, and what stands before it.
fn link<'t, 'l>(
    tokens: &'t [Token<'l>],
    budget: &Budget,
) -> Option<(&'t [Token<'l>], Link<'t, 'l>)> {
    let (last, before) = tokens.split_last()?;
    match last.kind {
        Kind::Word => Some(match owner(before) {
            Some(owner) => (owner, Link::Step(Step::Member(last.text))),
            None => (before, Link::Root(Root::Word(last.text))),
        }),
        Kind::Quoted { closed: true } => Some((before, Link::Root(Root::Text))),
        Kind::Sign if last.is("]") => {
            let (before, inside) = group(tokens, budget)?;
            Some(match before.last() {
                Some(last) if ends_value(last) => (before, Link::Step(Step::Index(inside))),
                _ => {
                    let elements = elements(tokens, before.len() + 1, budget);
                    (before, Link::Root(Root::List(elements)))
                }
            })
        }
        Kind::Sign if last.is(")") => {
            let (before, inside) = group(tokens, budget)?;
            let (name, before) = before.split_last().filter(|(name, _)| name.is_word())?;
            Some(match owner(before) {
                Some(owner) => (owner, Link::Step(Step::Call(name.text, inside))),
                None => (before, Link::Root(Root::Call(name.text, inside))),
            })
        }
        _ => None,
    }
}

/// What stands before the dot that `tokens` end with.
pub(super) fn owner<'t, 'l>(tokens: &'t [Token<'l>]) -> Option<&'t [Token<'l>]> {
    let (dot, owner) = tokens.split_last()?;
    (dot.is(".") || dot.is("?.")).then_some(owner)
}

/// The inside of the brackets that `tokens` end with, and what stands before these.
fn group<'t, 'l>(
    tokens: &'t [Token<'l>],
    budget: &Budget,
) -> Option<(&'t [Token<'l>], &'t [Token<'l>])> {
    let mut depth = 0_usize;
    for (at, token) in budget.over(tokens.iter().enumerate().rev()) {
        depth += usize::from(closes(token));
        depth = depth.checked_sub(usize::from(opens(token)))?;
        if depth == 0 {
            return Some((&tokens[..at], &tokens[at + 1..tokens.len() - 1]));
        }
    }
    None
}

/// What stands between the commas from `from` to the closing bracket at the end of `tokens`.
fn elements<'t, 'l>(
    tokens: &'t [Token<'l>],
    from: usize,
    budget: &Budget,
) -> Vec<Expression<'t, 'l>> {
    let mut elements = Vec::new();
    let (mut begin, mut depth) = (from, 1_usize);
    for (at, token) in budget.over(tokens.iter().enumerate().skip(from)) {
        depth = (depth + usize::from(opens(token))).saturating_sub(usize::from(closes(token)));
        let ends = depth == 0 || depth == 1 && token.is(",");
        if ends && begin < at {
            let (tokens, from) = (&tokens[..at], begin);
            elements.push(Expression { tokens, from });
        }
        if ends {
            begin = at + 1;
        }
    }
    elements
}

/// The function of the call whose arguments, without the closing bracket, `tokens` end with.
pub(crate) fn callee<'l>(tokens: &[Token<'l>]) -> Option<&'l str> {
    let at = innermost_open(tokens)?;
    let (name, _) = tokens[..at].split_last()?;
    (tokens[at].is("(") && name.is_word()).then_some(name.text)
}

/// The last bracket that is still open.
pub(super) fn innermost_open(tokens: &[Token<'_>]) -> Option<usize> {
    let mut open = 1_usize;
    tokens.iter().rposition(|token| {
        open += usize::from(closes(token));
        open -= usize::from(opens(token));
        open == 0
    })
}

pub(super) fn opens(token: &Token<'_>) -> bool {
    looked_at();
    ["(", "[", "?[", "{", "#{"]
        .iter()
        .any(|sign| token.is(sign))
}

pub(super) fn closes(token: &Token<'_>) -> bool {
    looked_at();
    [")", "]", "}"].iter().any(|sign| token.is(sign))
}
