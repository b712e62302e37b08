//! Record literals that are stored into a place: `p.last_quote = #{ bid_price: 1 }`.

use super::chain::{Step, innermost_open, owner};
use super::place::Place;
use crate::lexicon::Lexicon;
use memglass_syntax::token::Token;

/// Literals within literals that are followed outwards.
const DEEPEST: usize = 16;

/// The place that the literal in which `tokens` end is for, where the name of a member is due.
pub(crate) fn record<'n>(tokens: &[Token<'_>], lexicon: &'n Lexicon) -> Option<Place<'n>> {
    let last = tokens.last()?;
    let is_due = last.is("#{") || last.is(",");
    is_due.then(|| literal(tokens, lexicon, DEEPEST))?
}

/// The member whose value is due: `tokens` end with its name and a colon.
pub(super) fn member<'n>(tokens: &[Token<'_>], lexicon: &'n Lexicon) -> Option<Place<'n>> {
    member_within(tokens, lexicon, DEEPEST)
}

fn member_within<'n>(tokens: &[Token<'_>], lexicon: &'n Lexicon, left: usize) -> Option<Place<'n>> {
    let [outside @ .., key, colon] = tokens else {
        return None;
    };
    let name = key.inside().unwrap_or(key.text);
    let place = literal(outside, lexicon, left.checked_sub(1)?);
    place.filter(|_| colon.is(":"))?.step(&Step::Member(name))
}

/// The place that the literal in which `tokens` end is for.
fn literal<'n>(tokens: &[Token<'_>], lexicon: &'n Lexicon, left: usize) -> Option<Place<'n>> {
    let open = innermost_open(tokens).filter(|open| tokens[*open].is("#{"))?;
    let (sign, before) = tokens[..open].split_last()?;
    match sign.text {
        "=" => super::place(before, lexicon).filter(Place::is_stored),
        ":" => member_within(&tokens[..open], lexicon, left),
        "(" => {
            let (method, before) = before.split_last()?;
            let target = owner(before).filter(|_| method.text == "set")?;
            super::place(target, lexicon)
        }
        _ => None,
    }
}
