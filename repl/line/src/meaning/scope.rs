//! What a name stands for where the text itself makes it: `let x`, `for x in`, `|x|`.

use std::ops::Range;

use super::budget::Budget;
use super::chain::{Expression, Root, at_end, closes, opens, owner};
use memglass_syntax::token::Token;

/// What a name stands for.
pub(super) enum Bound<'t, 'l> {
    /// What this gives.
    To(Expression<'t, 'l>),
    /// Each element of what this gives.
    ElementOf(Expression<'t, 'l>),
    /// An object of the type or pattern in this text.
    Matching(Token<'l>),
    /// What a trigger's action is told.
    Event,
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

/// What gives a variable another value.
const ASSIGNS: &[&str] = &["=", "+=", "-=", "*=", "/="];

/// Methods that put something else into a list.
const ADDS: &[&str] = &["append", "insert", "pad", "push", "splice"];

/// What `name` stands for where `tokens` end, if they say so.
///
/// From the end to the beginning, over everything in brackets that is closed: what is left are the blocks
/// and calls around the end, in which a name is still valid. A name that is given something else anywhere
/// stands for nothing that is known: whether that has happened is not for the text to say.
pub(super) fn binding<'t, 'l>(
    name: &str,
    tokens: &'t [Token<'l>],
    budget: &Budget,
) -> Option<Bound<'t, 'l>> {
    let mut search = Search {
        name,
        tokens,
        budget,
        open: None,
    };
    if budget.over(0..tokens.len()).any(|at| search.is_changed(at)) {
        return Some(Bound::Unknown);
    }
    let mut depth = 0_usize;
    for (at, token) in budget.over(tokens.iter().enumerate().rev()) {
        if closes(token) {
            depth += 1;
        } else if depth > 0 {
            depth -= usize::from(opens(token));
        } else if opens(token) {
            search.open = Some(at);
        } else if let Some(bound) = search.bound_at(at) {
            return Some(bound);
        }
    }
    None
}

/// A search for what makes a name.
struct Search<'t, 'l, 's> {
    name: &'s str,
    tokens: &'t [Token<'l>],
    budget: &'s Budget,
    /// The first bracket behind what is looked at that is still open.
    open: Option<usize>,
}

impl<'t, 'l> Search<'t, 'l, '_> {
    fn is_name(&self, at: usize) -> bool {
        self.tokens
            .get(at)
            .is_some_and(|token| token.text == self.name)
    }

    fn is_sign(&self, at: usize, sign: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is(sign))
    }

    /// Whether the token at `at` is the name, and is given something here by other means than `let`.
    fn is_changed(&self, at: usize) -> bool {
        let before = |sign: &str| {
            self.tokens[..at]
                .last()
                .is_some_and(|token| token.text == sign)
        };
        let is_assigned = || ASSIGNS.iter().any(|sign| self.is_sign(at + 1, sign));
        let method = self.tokens.get(at + 2);
        let is_added_to = || {
            self.is_sign(at + 1, ".") && method.is_some_and(|method| ADDS.contains(&method.text))
        };
        let is_caught = || at >= 2 && before("(") && self.tokens[at - 2].text == "catch";
        self.is_name(at)
            && (is_assigned() || is_added_to() || is_caught())
            && !["let", "const", ".", "?."].into_iter().any(before)
    }

    /// What stands at `at`, if it makes the name.
    fn bound_at(&self, at: usize) -> Option<Bound<'t, 'l>> {
        let before = self.tokens[..at].last();
        match self.tokens[at].text {
            "let" | "const" if self.is_name(at + 1) && self.is_sign(at + 2, "=") => {
                self.assigned(at + 3)
            }
            "let" if self.is_name(at + 1) => Some(Bound::Unknown),
            "for" => self.looped(at),
            "fn" => self.parameter(at),
            "|" | "||" if before.is_none_or(is_before_closure) => self.closure(at),
            _ => None,
        }
    }

    /// The value of the statement whose expression begins at `from`, once it has ended.
    fn assigned(&self, from: usize) -> Option<Bound<'t, 'l>> {
        let end = self.position(from, |token| token.is(";"))?;
        let tokens = &self.tokens[..end];
        Some(Bound::To(Expression { tokens, from }))
    }

    /// The first token from `from` on for which it holds, outside of brackets that open there.
    fn position(&self, from: usize, holds: impl Fn(&Token<'_>) -> bool) -> Option<usize> {
        let mut depth = 0_usize;
        for (at, token) in self.budget.over(self.tokens.iter().enumerate().skip(from)) {
            if depth == 0 && holds(token) {
                return Some(at);
            }
            depth += usize::from(opens(token));
            depth = depth.checked_sub(usize::from(closes(token)))?;
        }
        None
    }

    /// The block that begins behind `from`, if it is still open.
    fn open_block(&self, from: usize) -> Option<usize> {
        let open = self.open?;
        let block = self.position(from, |token| token.is("{"))?;
        (block == open).then_some(block)
    }

    /// `for x in list {` or `for (x, index) in list {`, of which the block is still open.
    fn looped(&self, at: usize) -> Option<Bound<'t, 'l>> {
        self.open?;
        let from = self.position(at + 1, |token| token.text == "in")? + 1;
        let place = self.place_in(at + 1..from - 1)?;
        let tokens = &self.tokens[..self.open_block(from)?];
        Some(match place {
            0 => Bound::ElementOf(Expression { tokens, from }),
            _ => Bound::Unknown,
        })
    }

    /// Which of the words in `range` is the name.
    fn place_in(&self, range: Range<usize>) -> Option<usize> {
        let tokens = self.budget.over(self.tokens[range].iter());
        let mut words = tokens.filter(|token| token.is_word());
        words.position(|token| token.text == self.name)
    }

    /// `fn f(x) {`, of which the block is still open.
    fn parameter(&self, at: usize) -> Option<Bound<'t, 'l>> {
        let block = self.open_block(at + 1)?;
        // Behind the name of the function.
        self.place_in((at + 2).min(block)..block)?;
        Some(Bound::Unknown)
    }

    /// `list.filter(|x|`, or `list.for_each(||` where each element is called `this`.
    fn closure(&self, at: usize) -> Option<Bound<'t, 'l>> {
        let (names, body) = if self.is_sign(at, "||") {
            (at + 1..at + 1, at + 1)
        } else {
            let end = self.position(at + 1, |token| token.is("|"))?;
            (at + 1..end, end + 1)
        };
        let place = if self.name == "this" && names.is_empty() {
            0
        } else {
            self.place_in(names)?
        };
        // Behind the next comma stands another argument.
        let ends = |token: &Token<'_>| token.is(",") || token.is(";");
        if self.position(body, ends).is_some() {
            return None;
        }
        let before = &self.tokens[..at];
        let given = given(before, place).or_else(|| fired(before, place, self.budget));
        Some(given.unwrap_or(Bound::Unknown))
    }
}

fn is_before_closure(token: &Token<'_>) -> bool {
    ["(", ",", "=", ":"].iter().any(|sign| token.is(sign))
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

/// What a trigger gives a closure at so many arguments from the first one; `before` ends with `when_each("Type",` or
/// `when_each("Type", condition).run(`.
fn fired<'t, 'l>(before: &'t [Token<'l>], place: usize, budget: &Budget) -> Option<Bound<'t, 'l>> {
    let (made_by, about, is_action) = match before {
        [.., name, open, about, comma] if open.is("(") && comma.is(",") => {
            (name.text, Some(about), name.text == "watch")
        }
        [callee @ .., _method, open] if open.is("(") => {
            let Root::Call(name, arguments) = at_end(owner(callee)?, budget)?.root else {
                return None;
            };
            (name, arguments.first(), true)
        }
        _ => return None,
    };
    match (made_by, place) {
        ("when_each", 0) => about.copied().map(Bound::Matching),
        ("when_each", 1) | ("always" | "watch" | "when", 0) => is_action.then_some(Bound::Event),
        _ => None,
    }
}
