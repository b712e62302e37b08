//! What a chain such as `obs["AAPL_position"].last_quote.` leads to, by names alone.

use super::lexicon::Lexicon;
use super::token::{Kind, Token, is_identifier};
use crate::script::FieldName;

/// A place in an object, as far as names tell.
#[derive(Clone, Debug)]
pub(super) struct Place<'n> {
    lexicon: &'n Lexicon,
    pub(super) type_name: String,
    /// The field that was named last.
    pub(super) field: Option<&'n FieldName>,
    /// How `memglass::Observer::field` calls it; nothing for what a variable holds.
    pub(super) path: Option<String>,
}

enum Step<'l> {
    Member(&'l str),
    Index(&'l str),
    Key(&'l str),
}

/// What a chain begins with.
#[derive(Clone, Copy)]
enum Root<'l> {
    /// `AAPL_position`, or a variable, or `obs`.
    Word(&'l str),
    /// `obs.find("label")`.
    Found(&'l str),
    /// `obs.all("Type")[0]`.
    OneOf(&'l str),
}

/// What a method at the end of a chain would be a method of.
pub(super) enum Receiver<'n> {
    /// `obs`.
    Session,
    /// A place in an object.
    Place(Place<'n>),
    /// A flag set.
    Flags,
    /// A value of Rhai's own: `#array`, `#map` or `#string`.
    Value(&'static str),
}

/// Functions whose result is a value of Rhai's own, whatever they are called on.
const RESULTS: &[(&str, &[&str])] = &[
    (
        "#array",
        &[
            "all", "filter", "map", "keys", "values", "elements", "split", "chars", "extract",
        ],
    ),
    ("#map", &["snapshot"]),
    (
        "#string",
        &[
            "label",
            "path",
            "type_name",
            "to_string",
            "to_upper",
            "to_lower",
            "sub_string",
        ],
    ),
];

/// What the chain at the end of `tokens` leads to, as far as it has methods.
pub(super) fn receiver<'n>(tokens: &[Token<'_>], lexicon: &'n Lexicon) -> Option<Receiver<'n>> {
    let (last, before) = tokens.split_last()?;
    if last.text == "obs" && !before.last().is_some_and(|dot| dot.is(".")) {
        return Some(Receiver::Session);
    }
    if let Some(place) = at_end(tokens, lexicon) {
        return place.receiver();
    }
    match last.kind {
        Kind::Quoted { closed: true } => Some(Receiver::Value("#string")),
        Kind::Sign if last.text == ")" => {
            let callee = callee(before)?;
            let (kind, _) = RESULTS.iter().find(|(_, names)| names.contains(&callee))?;
            Some(Receiver::Value(kind))
        }
        _ => None,
    }
}

/// The function of the call whose arguments, without the closing bracket, `tokens` end with.
pub(super) fn callee<'l>(tokens: &[Token<'l>]) -> Option<&'l str> {
    let mut open = 1;
    let at = tokens.iter().rposition(|token| {
        open += usize::from(token.is(")") || token.is("]") || token.is("}"));
        open -= usize::from(["(", "[", "{", "#{"].iter().any(|sign| token.is(sign)));
        open == 0
    })?;
    let (name, _) = tokens[..at].split_last()?;
    (tokens[at].is("(") && name.is_word()).then_some(name.text)
}

/// The place that the chain at the end of `tokens` leads to.
pub(super) fn at_end<'n>(tokens: &[Token<'_>], lexicon: &'n Lexicon) -> Option<Place<'n>> {
    let (before, root, steps) = chain(tokens)?;
    let (place, rest) = match (root, steps.as_slice()) {
        (Root::Word("obs"), [Step::Key(label), rest @ ..]) => {
            (Place::object(label, lexicon)?, rest)
        }
        (Root::Word(name), rest) => {
            let bound = || Place::of_type(bound_type(name, before)?, lexicon);
            let place = bound()
                .or_else(|| Place::variable(name, lexicon))
                .or_else(|| Place::object(name, lexicon));
            (place?, rest)
        }
        (Root::Found(label), rest) => (Place::object(label, lexicon)?, rest),
        (Root::OneOf(type_name), rest) => (Place::of_type(type_name, lexicon)?, rest),
    };
    rest.iter().try_fold(place, Place::step)
}

/// The place on the left of the comparison or assignment that `tokens` end with.
pub(super) fn compared<'n>(tokens: &[Token<'_>], names: &'n Lexicon) -> Option<Place<'n>> {
    let (sign, left) = tokens.split_last()?;
    let compares = ["=", "==", "!=", "+=", "-=", "<", ">", "<=", ">="]
        .iter()
        .any(|known| sign.is(known));
    if compares { at_end(left, names) } else { None }
}

/// The type of `name`, where the same input says `for name in obs.all("Type")` or
/// `obs.all("Type").filter(|name|`.
fn bound_type<'l>(name: &str, before: &[Token<'l>]) -> Option<&'l str> {
    let at = before.iter().rposition(|token| token.text == name)?;
    let (head, tail) = (&before[..at], &before[at + 1..]);
    match (head.last()?.text, tail.first()?.text) {
        ("for", "in") => all_of(tail.get(1..7)?),
        ("|", "|") => head.windows(6).rev().find_map(all_of),
        _ => None,
    }
}

/// What stands in the quotes of `obs.all("Type")`.
fn all_of<'l>(tokens: &[Token<'l>]) -> Option<&'l str> {
    called_with("all", tokens)
}

fn called_with<'l>(method: &str, tokens: &[Token<'l>]) -> Option<&'l str> {
    let [obs, dot, name, open, argument, close] = tokens else {
        return None;
    };
    let is_call = obs.text == "obs" && dot.is(".") && name.text == method && open.is("(");
    let argument = argument.inside()?;
    (is_call && close.is(")")).then_some(argument)
}

/// Walks back over `.member`, `[3]` and `["key"]` to what all of it belongs to; gives what stands
/// before that as well.
fn chain<'t, 'l>(tokens: &'t [Token<'l>]) -> Option<(&'t [Token<'l>], Root<'l>, Vec<Step<'l>>)> {
    let mut steps = Vec::new();
    let mut rest = tokens;
    loop {
        if let Some((before, root)) = call(rest) {
            steps.reverse();
            return Some((before, root, steps));
        }
        let (last, before) = rest.split_last()?;
        if last.is_word() {
            match before.split_last() {
                Some((dot, before)) if dot.is(".") || dot.is("?.") => {
                    steps.push(Step::Member(last.text));
                    rest = before;
                    continue;
                }
                _ => {
                    steps.reverse();
                    return Some((before, Root::Word(last.text), steps));
                }
            }
        }
        let [before @ .., open, index] = before else {
            return None;
        };
        if !last.is("]") || !open.is("[") {
            return None;
        }
        steps.push(match index.kind {
            Kind::Quoted { .. } => Step::Key(index.inside()?),
            Kind::Number => Step::Index(index.text),
            // Any element is like another.
            Kind::Word => Step::Index("0"),
            _ => return None,
        });
        rest = before;
    }
}

/// The call that `tokens` end with, if its result is an object.
fn call<'t, 'l>(tokens: &'t [Token<'l>]) -> Option<(&'t [Token<'l>], Root<'l>)> {
    if let Some((before, last)) = tokens.split_last_chunk::<6>()
        && let Some(label) = called_with("find", last)
    {
        return Some((before, Root::Found(label)));
    }
    let (before, last) = tokens.split_last_chunk::<9>()?;
    let is_element = last[6].is("[") && last[8].is("]");
    let type_name = all_of(&last[..6]).filter(|_| is_element)?;
    Some((before, Root::OneOf(type_name)))
}

impl<'n> Place<'n> {
    /// Some object of a type.
    fn of_type(type_name: &str, lexicon: &'n Lexicon) -> Option<Self> {
        let is_known = !lexicon.fields(type_name).is_empty();
        is_known.then(|| Place {
            lexicon,
            type_name: type_name.to_owned(),
            field: None,
            path: None,
        })
    }

    fn object(label: &str, lexicon: &'n Lexicon) -> Option<Self> {
        let type_name = lexicon.type_of(label)?;
        let path = if is_identifier(label) {
            label.to_owned()
        } else {
            format!("{label:?}")
        };
        Some(Place {
            lexicon,
            type_name,
            field: None,
            path: Some(path),
        })
    }

    fn variable(name: &str, lexicon: &'n Lexicon) -> Option<Self> {
        let type_name = lexicon.type_of_variable(name)?.to_owned();
        Some(Place {
            lexicon,
            type_name,
            field: None,
            path: None,
        })
    }

    fn step(self, step: &Step<'_>) -> Option<Self> {
        match step {
            Step::Member(name) => self.member(name),
            Step::Key(path) => path.split('.').try_fold(self, Place::member),
            Step::Index(index) => self.element(index),
        }
    }

    fn member(self, name: &str) -> Option<Self> {
        let field = self.fields().iter().find(|field| field.name == name)?;
        let path = self.path.map(|path| format!("{path}.{name}"));
        Some(Place {
            type_name: field.type_name.clone(),
            field: Some(field),
            path,
            ..self
        })
    }

    /// The outer dimension stands first: an element of `f64[2][3]` is an `f64[3]`.
    fn element(self, index: &str) -> Option<Self> {
        let (element, dimensions) = self.type_name.split_once('[')?;
        let (_, inner) = dimensions.split_once(']')?;
        let path = self.path.map(|path| format!("{path}[{index}]"));
        Some(Place {
            type_name: format!("{element}{inner}"),
            path,
            ..self
        })
    }

    /// Its fields; none of an array, which has elements.
    pub(super) fn fields(&self) -> &'n [FieldName] {
        if self.type_name.contains('[') {
            &[]
        } else {
            self.lexicon.fields(&self.type_name)
        }
    }

    /// What methods it has: a number has none.
    fn receiver(self) -> Option<Receiver<'n>> {
        let kinds = RESULTS.iter().map(|(kind, _)| *kind);
        if let Some(kind) = kinds.into_iter().find(|kind| *kind == self.type_name) {
            return Some(Receiver::Value(kind));
        }
        if !self.fields().is_empty() || self.element_count().is_some() {
            return Some(Receiver::Place(self));
        }
        if self.lexicon.is_flags(&self.type_name) {
            return Some(Receiver::Flags);
        }
        let is_text = self.type_name.starts_with("text[") || !self.value_names().is_empty();
        (is_text && !self.is_bool()).then_some(Receiver::Value("#string"))
    }

    /// Number of elements, if it is an array.
    pub(super) fn element_count(&self) -> Option<u64> {
        let (name, dimensions) = self.type_name.split_once('[')?;
        let (count, _) = dimensions.split_once(']')?;
        if name == "text" {
            None
        } else {
            count.parse().ok()
        }
    }

    /// Names that its value may have.
    pub(super) fn value_names(&self) -> Vec<&'n str> {
        if self.is_bool() {
            return vec!["true", "false"];
        }
        self.lexicon
            .values(&self.type_name)
            .iter()
            .map(String::as_str)
            .collect()
    }

    /// Whether a value is written without quotes.
    pub(super) fn is_bool(&self) -> bool {
        self.type_name == "bool"
    }
}

#[cfg(test)]
mod tests {
    use super::super::lexicon::sample;
    use super::super::token::tokens;
    use super::*;

    #[track_caller]
    fn check(line: &str, type_name: &str, path: Option<&str>) {
        let lexicon = sample();
        let place =
            at_end(&tokens(line), &lexicon).unwrap_or_else(|| panic!("{line} leads nowhere"));
        assert_eq!(
            (place.type_name.as_str(), place.path.as_deref()),
            (type_name, path),
            "{line}"
        );
    }

    #[track_caller]
    fn nowhere(line: &str) {
        assert!(at_end(&tokens(line), &sample()).is_none(), "{line}");
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
        check("order_1.fills[i]", "Quote", Some("order_1.fills[0]"));
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
