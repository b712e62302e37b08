//! What a name stands for where the text itself makes it: `let x`, `for x in`, `|x|`.

use super::chain::{Expression, closes, opens, owner};
use crate::line::token::Token;

/// What a name stands for.
pub(super) enum Bound<'t, 'l> {
    /// What this gives.
    To(Expression<'t, 'l>),
    /// Each element of what this gives.
    ElementOf(Expression<'t, 'l>),
    /// Something that cannot be told from the text; it hides what has the name outside.
    Unknown,
}

/// Methods that call a closure with an element first.
const ELEMENT_FIRST: &[&str] = &[
    "all", "drain", "extract", "filter", "find", "find_map", "for_each", "index_of", "map",
    "retain", "some", "sort", "dedup",
];

/// Methods that call a closure with an element second.
const ELEMENT_SECOND: &[&str] = &["dedup", "reduce", "reduce_rev", "sort"];

/// What `name` stands for where `tokens` end, if they say so.
///
/// From the end to the beginning, over everything in brackets that is closed: what is left are the blocks
/// and calls around the end, in which a name is still valid.
pub(super) fn binding<'t, 'l>(name: &str, tokens: &'t [Token<'l>]) -> Option<Bound<'t, 'l>> {
    let mut depth = 0_usize;
    let mut open = Vec::new();
    for (at, token) in tokens.iter().enumerate().rev() {
        if closes(token) {
            depth += 1;
        } else if depth > 0 {
            depth -= usize::from(opens(token));
        } else if opens(token) {
            open.push(at);
        } else if let Some(bound) = bound_at(at, name, tokens, &open) {
            return Some(bound);
        }
    }
    None
}

/// What stands at `at`, if it makes the name.
fn bound_at<'t, 'l>(
    at: usize,
    name: &str,
    tokens: &'t [Token<'l>],
    open: &[usize],
) -> Option<Bound<'t, 'l>> {
    let (before, rest) = tokens.split_at(at);
    let is_name = |index: usize| rest.get(index).is_some_and(|token| token.text == name);
    let is_sign = |index: usize, sign| rest.get(index).is_some_and(|token| token.is(sign));
    match rest.first()?.text {
        "let" | "const" if is_name(1) && is_sign(2, "=") => assigned(tokens, at + 3),
        "let" if is_name(1) => Some(Bound::Unknown),
        "for" => looped(name, tokens, at, open),
        "fn" => parameter(name, tokens, at, open),
        "|" | "||" if before.last().is_none_or(is_before_closure) => closure(name, tokens, at),
        word if word == name
            && is_sign(1, "=")
            && before.last().is_none_or(is_before_statement) =>
        {
            assigned(tokens, at + 2)
        }
        _ => None,
    }
}

fn is_before_closure(token: &Token<'_>) -> bool {
    ["(", ",", "=", ":"].iter().any(|sign| token.is(sign))
}

fn is_before_statement(token: &Token<'_>) -> bool {
    [";", "{", "}"].iter().any(|sign| token.is(sign))
}

/// The value of the statement whose expression begins at `from`, once it has ended.
fn assigned<'t, 'l>(tokens: &'t [Token<'l>], from: usize) -> Option<Bound<'t, 'l>> {
    let end = position(tokens, from, |token| token.is(";"))?;
    let tokens = &tokens[..end];
    Some(Bound::To(Expression { tokens, from }))
}

/// The first token from `from` on for which it holds, outside of brackets that open there.
fn position(
    tokens: &[Token<'_>],
    from: usize,
    holds: impl Fn(&Token<'_>) -> bool,
) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(from) {
        if depth == 0 && holds(token) {
            return Some(at);
        }
        depth += usize::from(opens(token));
        depth = depth.checked_sub(usize::from(closes(token)))?;
    }
    None
}

/// `for x in list {` or `for (x, index) in list {`, of which the block is still open.
fn looped<'t, 'l>(
    name: &str,
    tokens: &'t [Token<'l>],
    at: usize,
    open: &[usize],
) -> Option<Bound<'t, 'l>> {
    let is_in = |token: &Token<'_>| token.text == "in";
    let from = position(tokens, at + 1, is_in)? + 1;
    let block = position(tokens, from, |token| token.is("{"))?;
    let mut names = tokens[at + 1..from - 1]
        .iter()
        .filter(|token| token.is_word());
    let place = names.position(|token| token.text == name)?;
    let tokens = &tokens[..block];
    open.contains(&block).then_some(match place {
        0 => Bound::ElementOf(Expression { tokens, from }),
        _ => Bound::Unknown,
    })
}

/// `fn f(x) {`, of which the block is still open.
fn parameter<'t, 'l>(
    name: &str,
    tokens: &'t [Token<'l>],
    at: usize,
    open: &[usize],
) -> Option<Bound<'t, 'l>> {
    let block = position(tokens, at + 1, |token| token.is("{"))?;
    let is_named = tokens[at + 2..block].iter().any(|token| token.text == name);
    (is_named && open.contains(&block)).then_some(Bound::Unknown)
}

/// `list.filter(|x|`, or `list.for_each(||` where each element is called `this`.
fn closure<'t, 'l>(name: &str, tokens: &'t [Token<'l>], at: usize) -> Option<Bound<'t, 'l>> {
    let (names, body) = match tokens[at].text {
        "||" => (&[][..], at + 1),
        _ => {
            let end = position(tokens, at + 1, |token| token.is("|"))?;
            (&tokens[at + 1..end], end + 1)
        }
    };
    let mut words = names.iter().filter(|token| token.is_word());
    let place = match words.position(|token| token.text == name) {
        None if name == "this" && names.is_empty() => 0,
        place => place?,
    };
    // Behind the next comma stands another argument.
    if position(tokens, body, |token| token.is(",") || token.is(";")).is_some() {
        return None;
    }
    Some(given(&tokens[..at], place).unwrap_or(Bound::Unknown))
}

/// What a method gives a closure at so many arguments from the first one; `before` ends with `list.filter(`.
fn given<'t, 'l>(before: &'t [Token<'l>], place: usize) -> Option<Bound<'t, 'l>> {
    let [callee @ .., method, open] = before else {
        return None;
    };
    let tokens = owner(callee).filter(|_| open.is("("))?;
    let takes_element = match place {
        0 => ELEMENT_FIRST,
        1 => ELEMENT_SECOND,
        _ => &[],
    };
    let from = tokens.len();
    let is_element = takes_element.contains(&method.text);
    is_element.then_some(Bound::ElementOf(Expression { tokens, from }))
}
