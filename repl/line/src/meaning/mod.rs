//! What the text before the cursor means, by names alone: nothing is run, and no memory is read.
//!
//! A [`chain`] is cut out of the tokens, the [`scope`] tells what its first word stands for, and each
//! step leads from one [`Value`] to the next. What cannot be known this way is left open.

mod budget;
mod chain;
mod place;
mod record;
mod scope;
mod value;

pub(super) use budget::Budget;
#[cfg(test)]
pub(super) use budget::LOOKED_AT;
pub(super) use chain::callee;
pub(super) use place::Place;
pub(super) use record::record;
pub(super) use value::Value;

use std::cell::Cell;

use self::chain::{Chain, Expression, Root};
use self::scope::Bound;
use super::lexicon::Lexicon;
use memglass_syntax::token::Token;

/// How many variables and elements of lists are looked at for one answer: more, in a pasted text, would
/// be felt.
const MOST_FOLLOWED: usize = 64;

/// What the chain at the end of `tokens` leads to.
pub(super) fn value<'n>(tokens: &[Token<'_>], lexicon: &'n Lexicon) -> Option<Value<'n>> {
    value_within(&Budget::new(), tokens, lexicon)
}

/// [`value`], as one of several answers of which all are for the same key press.
pub(super) fn value_within<'n>(
    budget: &Budget,
    tokens: &[Token<'_>],
    lexicon: &'n Lexicon,
) -> Option<Value<'n>> {
    let reader = Reader {
        lexicon,
        left: &Cell::new(MOST_FOLLOWED),
        budget,
    };
    // Whatever was not looked at may say otherwise.
    reader.value(tokens).filter(|_| !budget.is_spent())
}

/// The place that the chain at the end of `tokens` leads to, where it can be only one.
pub(super) fn place<'n>(tokens: &[Token<'_>], lexicon: &'n Lexicon) -> Option<Place<'n>> {
    match value(tokens, lexicon)? {
        Value::Place(place) => Some(place),
        _ => None,
    }
}

/// What the chain at the end of `tokens` leads to, as far as it has members or methods.
pub(super) fn receiver<'n>(tokens: &[Token<'_>], lexicon: &'n Lexicon) -> Option<Value<'n>> {
    value(tokens, lexicon)?.receiver()
}

/// The place on the left of the comparison or assignment that `tokens` end with, the member that a
/// record literal gives a value, or what a `switch` compares.
pub(super) fn compared<'n>(tokens: &[Token<'_>], lexicon: &'n Lexicon) -> Option<Place<'n>> {
    let (sign, left) = tokens.split_last()?;
    if sign.is(":") {
        return record::member(tokens, lexicon);
    }
    if ["{", ",", "|"].iter().any(|begins| sign.is(begins)) {
        return switched(tokens, lexicon);
    }
    let compares = ["=", "==", "!=", "+=", "-=", "<", ">", "<=", ">="]
        .iter()
        .any(|known| sign.is(known));
    if compares { place(left, lexicon) } else { None }
}

/// The place that the `switch` in whose braces `tokens` end compares.
fn switched<'n>(tokens: &[Token<'_>], lexicon: &'n Lexicon) -> Option<Place<'n>> {
    let open = chain::innermost_open(tokens).filter(|open| tokens[*open].is("{"))?;
    let before = &tokens[..open];
    let root = chain::at_end(before, &Budget::new())?.before;
    let is_switch = root.last().is_some_and(|token| token.text == "switch");
    is_switch.then(|| place(before, lexicon))?
}

#[derive(Clone, Copy)]
struct Reader<'n, 'r> {
    lexicon: &'n Lexicon,
    /// How much may still be followed.
    left: &'r Cell<usize>,
    budget: &'r Budget,
}

impl<'n> Reader<'n, '_> {
    fn value(self, tokens: &[Token<'_>]) -> Option<Value<'n>> {
        self.follow(&chain::at_end(tokens, self.budget)?)
    }

    /// The value of a whole expression; of `1 + p.quantity` nothing is known.
    fn whole(self, expression: Expression<'_, '_>) -> Option<Value<'n>> {
        self.left.set(self.left.get().checked_sub(1)?);
        let chain = chain::at_end(expression.tokens, self.budget)?;
        (chain.before.len() <= expression.from).then(|| self.follow(&chain))?
    }

    fn follow(self, chain: &Chain<'_, '_>) -> Option<Value<'n>> {
        let root = match &chain.root {
            Root::Word(name) => self.word(name, chain.before),
            Root::Text => Some(Value::Plain("#string")),
            Root::List(elements) => Some(self.list(elements)),
            Root::Call(name, _) => Value::named_result(name),
        };
        chain.steps.iter().fold(root, |value, step| match value {
            Some(value) => value.step(step, self.lexicon),
            None => step.called().and_then(Value::named_result),
        })
    }

    fn word(self, name: &str, before: &[Token<'_>]) -> Option<Value<'n>> {
        if name == "obs" {
            return Some(Value::Session);
        }
        if let Some(bound) = scope::binding(name, before, self.budget) {
            return self.bound(bound);
        }
        match self.lexicon.held(name) {
            Some(held) => Value::held(held, self.lexicon),
            None => Place::object(name, self.lexicon).map(Value::Place),
        }
    }

    fn bound(self, bound: Bound<'_, '_>) -> Option<Value<'n>> {
        match bound {
            Bound::To(expression) => self.whole(expression).map(Value::kept),
            Bound::ElementOf(expression) => self.whole(expression)?.element().map(Value::kept),
            Bound::Matching(text) => Value::matching(text.inside()?, self.lexicon).element(),
            Bound::Event => Some(Value::Handle("c")),
            Bound::Unknown => None,
        }
    }

    /// `[a, b]`.
    fn list(self, elements: &[Expression<'_, '_>]) -> Value<'n> {
        let values = elements.iter().map(|element| self.whole(*element));
        let places = values.map(|value| value?.into_places());
        match places.collect::<Option<Vec<_>>>() {
            Some(places) => Value::list(places.into_iter().flatten().collect()),
            None => Value::Plain("#array"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::lexicon::sample;
    use super::*;
    use memglass_syntax::token::tokens;

    #[track_caller]
    fn check(line: &str, type_name: &str, path: Option<&str>) {
        let lexicon = sample();
        let place =
            place(&tokens(line), &lexicon).unwrap_or_else(|| panic!("{line} leads nowhere"));
        assert_eq!(
            (place.type_name.as_str(), place.path.as_deref()),
            (type_name, path),
            "{line}"
        );
    }

    #[track_caller]
    fn nowhere(line: &str) {
        assert!(place(&tokens(line), &sample()).is_none(), "{line}");
    }

    #[test]
    fn chains_lead_to_what_they_name() {
        check("AAPL_position", "Position", Some("AAPL_position"));
        check(
            "x + AAPL_position.last_quote.bid_price",
            "i64",
            Some("AAPL_position.last_quote.bid_price"),
        );
        check(
            "obs[\"net/eth 0\"].bid_price",
            "i64",
            Some("\"net/eth 0\".bid_price"),
        );
        check(
            "AAPL_position[\"last_quote.ask_price\"]",
            "i64",
            Some("AAPL_position.last_quote.ask_price"),
        );
        check("order_1.fills[3]", "Quote", Some("order_1.fills[3]"));
        check("order_1.fills[i + 1].bid_price", "i64", None);
        check("book[3].bid_price", "i64", Some("book[3].bid_price"));
        check("p.last_quote", "Quote", None);
    }

    #[test]
    fn results_and_what_they_are_bound_to_are_known_by_their_type() {
        check("obs.all(\"Position\")[0].last_quote", "Quote", None);
        check(
            "obs.find(\"AAPL_position\").quantity",
            "i64",
            Some("AAPL_position.quantity"),
        );
        check("for x in obs.all(\"Position\") { x.quantity", "i64", None);
        check("obs.all(\"Position\").filter(|x| x.quantity", "i64", None);
        check(
            "obs.all(\"Position\").filter(|a| a.quantity > 1).map(|x| x.last_quote",
            "Quote",
            None,
        );
        // The nearer one hides what has the name outside.
        check("for p in obs.all(\"Quote\") { p.bid_price", "i64", None);
    }

    #[test]
    fn variables_of_the_prompt_are_known_by_what_they_hold() {
        check("positions[0].quantity", "i64", None);
        check("positions[-1].last_quote", "Quote", None);
        check("for x in positions { x.quantity", "i64", None);
        check("for (x, i) in positions { x.quantity", "i64", None);
        check("positions.filter(|x| x.live", "bool", None);
        check("positions.filter(|x| x.live)[0].quantity", "i64", None);
        check("mixed[0].last_quote.ask_price", "i64", None);
        nowhere("mixed[0].quantity");
        nowhere("for (x, i) in positions { i");
        nowhere("list[0].quantity");
        // An object of the same name is hidden.
        nowhere("total");
        check("obs[\"total\"]", "Quote", Some("total"));
    }

    #[test]
    fn names_that_the_text_makes_stand_for_what_they_are_given() {
        check(
            "let q = AAPL_position.last_quote; q.bid_price",
            "i64",
            Some("AAPL_position.last_quote.bid_price"),
        );
        check("let l = obs.all(\"Position\"); l[0].quantity", "i64", None);
        check(
            "let l = obs.all(\"Position\"); let p = l[0]; p.last_quote",
            "Quote",
            None,
        );
        check(
            "const K = obs.find(\"book\"); K[1]",
            "Quote",
            Some("book[1]"),
        );
        check("let s = order_1.side; s", "Side", None);
        check("for x in order_1.fills { x.bid_price", "i64", None);
        check("for x in [p, AAPL_position] { x.live", "bool", None);
        check("for x in positions { [x, p].map(|y| y.live", "bool", None);
        nowhere("for p in list { [p].map(|y| y.live");
        check("for x in book { x.bid_price", "i64", None);
    }

    #[test]
    fn a_name_stands_for_nothing_where_it_is_not_valid() {
        nowhere("{ let x = p; x.quantity } x");
        nowhere("for x in positions { 1 } x");
        nowhere("positions.map(|x| x.quantity); x");
        nowhere("positions.reduce(|sum, x| sum + x.quantity, x");
        nowhere("fn f(p) { p");
        nowhere("let p = 1 + p.quantity; p");
        nowhere("let p; p");
        check("let p = p.last_quote", "Quote", None);
        check("fn f(p) { p } p.live", "bool", None);
        check(
            "for p in obs.all(\"Quote\") { p.ask_price } p.live",
            "bool",
            None,
        );
    }

    #[test]
    fn what_is_caught_hides_what_has_the_name_outside() {
        nowhere("try {} catch (p) { p");
        nowhere("try {} catch (p) { if true { p");
        check("try {} catch (e) { p.live", "bool", None);
        check("try {} catch { p.live", "bool", None);
    }

    #[test]
    fn a_name_that_may_have_been_given_something_else_stands_for_nothing() {
        nowhere("let x = p; if true { x = order_1; } x");
        nowhere("let x = p; if true { x = order_1 } x");
        nowhere("let x = p; switch 1 { 1 => x = order_1 } x");
        nowhere("let x = p; f(|| x = order_1); x");
        nowhere("while true { p = order_1; } p");
        nowhere("let l = [p]; l += [order_1]; l[0]");
        nowhere("let l = [p]; if true { l += [order_1]; } l[0]");
        nowhere("let l = [p]; l.push(order_1); l[0]");
        nowhere("let l = [p]; for o in obs.all() { l.push(o); } l[0]");
        check("let l = [p]; l.len(); l[0].live", "bool", None);
        check("let x = p; if true { x.live = true; } x.live", "bool", None);
        check("let x = p; if x == p { 1 } x.live", "bool", None);
        check("if true { let p = 1; } p.live", "bool", None);
    }

    #[test]
    fn closures_are_given_elements() {
        check("positions.reduce(|sum, x| sum + x.quantity", "i64", None);
        check("positions.sort(|a, b| a.quantity - b.quantity", "i64", None);
        check("positions.for_each(|| this.quantity", "i64", None);
        check("order_1.fills.map(|x| x.ask_price", "i64", None);
        check(
            "let big = obs.all(\"Position\").filter(|x| x.live); big[0].quantity",
            "i64",
            None,
        );
        check(
            "if positions.some(|x| { let q = x.last_quote; q.bid_price",
            "i64",
            None,
        );
        check("when_each(\"Position\", |x| x.quantity", "i64", None);
        check(
            "when_each(\"*_position\", |x| x.live).run(|x| x.quantity",
            "i64",
            None,
        );
        check(
            "let t = when_each(\"Position\", \"live\").once().log(\"a.csv\").run(|x, c| x.quantity",
            "i64",
            None,
        );
        nowhere("when_each(\"Position\", |x, y| y.quantity");
        nowhere("when_each(name, |x| x.quantity");
        nowhere("positions.map(|x, i| i");
        nowhere("f(|x| x");
    }

    #[test]
    fn maps_have_what_they_were_made_of() {
        check(
            "let s = AAPL_position.snapshot(); s.last_quote.bid_price",
            "i64",
            None,
        );
        check("order_1.snapshot().side", "Side", None);
        check(
            "for o in obs.all(\"Order\") { let now = o.snapshot(); now.side",
            "Side",
            None,
        );
        check("map.inner.of.quantity", "i64", None);
        nowhere("map.price");
        nowhere("map.other");
    }

    #[test]
    fn patterns_give_what_their_matches_have_in_common() {
        check("obs.all(\"*_position\")[0].quantity", "i64", None);
        check(
            "for x in obs.all(\"*_position\") { x.last_quote",
            "Quote",
            None,
        );
        check("obs.all(\"book\")[0][1].bid_price", "i64", None);
        nowhere("obs.all(\"*_1\")[0].bid_price");
        nowhere("obs.all(\"nothing*\")[0]");
        nowhere("obs.all(name)[0]");
        let fields = |line: &str| {
            let lexicon = sample();
            let value = value(&tokens(line), &lexicon).expect(line);
            let shown = |field: &std::borrow::Cow<'_, memglass_syntax::FieldName>| {
                format!("{}: {}", field.name, field.type_name)
            };
            value.fields().iter().map(shown).collect::<Vec<_>>()
        };
        assert_eq!(
            fields("obs.all(\"{AAPL,order}*\")[0]"),
            ["quantity: u32 or i64"]
        );
        assert_eq!(fields("obs.all()[0]"), Vec::<String>::new());
        assert_eq!(fields("mixed[0]"), ["quantity: i64 or u32"]);
    }

    #[test]
    fn a_pasted_text_is_not_followed_for_ever() {
        let chained = |n| format!("let x{n} = x{}; ", n - 1);
        let text: String = (1..1000).map(chained).collect();
        nowhere(&format!("let x0 = p; {text} x999.live"));
        check("let a = p; let b = a; let c = b; c.live", "bool", None);
        let doubled = |n| format!("let x{n} = [x{0}, x{0}, x{0}][0]; ", n - 1);
        let text: String = (1..60).map(doubled).collect();
        nowhere(&format!("let x0 = p; {text} x59.live"));
        let nested = format!("{}p{}[0].live", "[".repeat(5000), "]".repeat(5000));
        nowhere(&nested);
    }

    #[test]
    fn what_nobody_knows_leads_nowhere() {
        nowhere("nobody.x");
        nowhere("AAPL_position.quantty");
        nowhere("f(1).x");
        nowhere("AAPL_position[0]");
        nowhere("[1]");
        nowhere("for x in obs.all(\"Nobody\") { x");
        nowhere("obs.all(\"Position\").x");
        nowhere("x; for y in obs.all(\"Position\") { x");
        nowhere("");
    }
}
