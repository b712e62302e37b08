//! What belongs to the thing in front of it: members and methods behind a dot, indices in brackets.

use std::borrow::Cow;

use memglass_syntax::{FieldName, library};

use super::super::lexicon::Lexicon;
use super::super::meaning::{self, Value};
use super::{Candidate, Completion, Rank, starting};
use memglass_syntax::token::Token;

/// Indices that are listed of a long array, besides the last.
const INDICES: u64 = 32;

/// Functions that make a trigger.
const MAKERS: &[&str] = &["after", "always", "every", "watch", "when", "when_each"];

/// Functions that change the text that they are called on: of a field, what is in memory.
const CHANGE_TEXT: &[&str] = &[
    "append",
    "clear",
    "crop",
    "make_lower",
    "make_upper",
    "pad",
    "pop",
    "remove",
    "replace",
    "set",
    "trim",
    "truncate",
];

/// Members and methods after a dot.
pub(super) fn after_dot(
    start: usize,
    typed: &str,
    dot: usize,
    chain: &[Token<'_>],
    names: &Lexicon,
) -> Completion {
    let receiver = meaning::receiver(chain, names);
    let fields = receiver.as_ref().map(Value::fields).unwrap_or_default();
    let mut completion = members(start, typed, dot, &fields, names);
    let at_dot = if completion.start == dot { "." } else { "" };
    // What is being made is not asked for anything yet.
    let is_made = chain.first().is_some_and(|it| MAKERS.contains(&it.text));
    let is_new = |it: &&Value<'_>| is_made && matches!(it, Value::Handle("t" | "w"));
    let asked = receiver.as_ref().filter(|it| !is_new(it));
    let properties = asked.map(Value::properties).unwrap_or_default();
    let properties = starting(typed, properties.iter().copied(), names);
    completion
        .candidates
        .extend(properties.map(|name| Candidate {
            rank: Rank::Property,
            shown: name.to_owned(),
            text: name.to_owned(),
        }));
    let methods = methods(receiver.as_ref(), names);
    let methods = methods
        .into_iter()
        .filter(|(name, _)| names.begins(name, typed));
    completion
        .candidates
        .extend(methods.map(|(name, signature)| Candidate {
            rank: Rank::Function,
            shown: signature,
            text: format!("{at_dot}{name}("),
        }));
    completion
}

/// Methods of triggers that are watches.
const OF_WATCHES: &[&str] = &["appeared", "vanished"];

/// Methods of what stands before a dot, each with how it is called.
fn methods<'n>(receiver: Option<&Value<'_>>, names: &'n Lexicon) -> Vec<(&'n str, String)> {
    let (own, kind): (&[&str], Option<&str>) = match receiver {
        Some(Value::Session) => (&["obs"], None),
        Some(place) if place.is_array() => (&["p", "p.levels"], None),
        Some(Value::Place(_) | Value::OneOf(_)) => (&["p"], None),
        Some(Value::Flags(_)) => (&["p.flags"], None),
        Some(Value::List(_) | Value::Plain("#array")) => {
            (&["rows", "objects", "list"], Some("#array"))
        }
        Some(Value::Copy(_) | Value::Map(_)) => (&[], Some("#map")),
        Some(Value::Text(_)) => (&[], Some("#string")),
        Some(Value::Plain(kind)) => (&[], Some(kind)),
        Some(Value::Handle("w")) => (&["t"], None),
        Some(Value::Handle(receiver)) => (std::slice::from_ref(receiver), None),
        None => (&[], None),
    };
    let is_watch = !matches!(receiver, Some(Value::Handle("t")));
    let registered = names.functions().iter().filter_map(|function| {
        if !is_watch && OF_WATCHES.contains(&function.name.as_str()) {
            return None;
        }
        let receiver = function
            .receiver()
            .filter(|receiver| own.contains(receiver))?;
        let called = function.signature.strip_prefix(receiver)?;
        Some((
            function.name.as_str(),
            called.trim_start_matches('.').to_owned(),
        ))
    });
    let is_stored = matches!(receiver, Some(Value::Text(place)) if place.is_stored());
    let library = library()
        .iter()
        .filter(|function| kind.is_some() && function.receiver == kind)
        .filter(|function| !is_stored || !CHANGE_TEXT.contains(&function.name.as_str()))
        .map(|function| (function.name.as_str(), function.signature()));
    registered.chain(library).collect()
}

/// Members after a dot. A name that the language cannot write there takes the dot's place, in brackets.
fn members(
    start: usize,
    typed: &str,
    dot: usize,
    fields: &[Cow<'_, FieldName>],
    names: &Lexicon,
) -> Completion {
    let matching = fields
        .iter()
        .filter(|field| names.begins(&field.name, typed));
    if matching.clone().all(|field| field.is_identifier) {
        let candidates = matching.map(|field| Candidate {
            rank: Rank::Name,
            shown: shown(field),
            text: field.name.clone(),
        });
        return Completion {
            start,
            candidates: candidates.collect(),
        };
    }
    let candidates = matching.map(|field| Candidate {
        rank: Rank::Name,
        shown: shown(field),
        text: if field.is_identifier {
            format!(".{}", field.name)
        } else {
            format!("[{:?}]", field.name)
        },
    });
    Completion {
        start: dot,
        candidates: candidates.collect(),
    }
}

/// Members as a record literal names them.
pub(super) fn keys(start: usize, typed: &str, fields: &[FieldName], names: &Lexicon) -> Completion {
    let matching = fields
        .iter()
        .filter(|field| names.begins(&field.name, typed));
    let candidates = matching.map(|field| Candidate {
        rank: Rank::Name,
        shown: shown(field),
        text: if field.is_identifier {
            format!("{}: ", field.name)
        } else {
            format!("{:?}: ", field.name)
        },
    });
    Completion {
        start,
        candidates: candidates.collect(),
    }
}

/// A field as lists show it.
fn shown(field: &FieldName) -> String {
    match field.type_name.as_str() {
        "" => field.name.clone(),
        type_name => format!("{}: {type_name}", field.name),
    }
}

/// Indices of an array: the first ones, and the last.
pub(super) fn indices(start: usize, typed: &str, count: u64) -> Completion {
    let shown = (0..count).filter(|index| *index < INDICES || index + 1 == count);
    let matching = shown
        .map(|index| index.to_string())
        .filter(|index| index.starts_with(typed));
    let candidates = matching.map(|index| Candidate {
        rank: Rank::Name,
        text: format!("{index}]"),
        shown: index,
    });
    Completion {
        start,
        candidates: candidates.collect(),
    }
}

pub(super) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::*;

    #[test]
    fn fields_are_completed_as_deep_as_they_lie() {
        check(
            "AAPL_position.",
            &[
                "AAPL_position.last_quote",
                "AAPL_position.live",
                "AAPL_position.quantity",
                "AAPL_position.snapshot(",
            ],
        );
        check(
            "AAPL_position.last_quote.bi",
            &["AAPL_position.last_quote.bid_price"],
        );
        check(
            "obs[\"AAPL_position\"].q",
            &["obs[\"AAPL_position\"].quantity"],
        );
        check("order_1.fills[2].as", &["order_1.fills[2].ask_price"]);
        check("p.q", &["p.quantity"]);
        check("AAPL_position[\"qu", &["AAPL_position[\"quantity\"]"]);
    }

    #[test]
    fn indices_are_completed_inside_brackets() {
        check("book[", &["book[0]", "book[1]", "book[2]", "book[3]"]);
        check("order_1.fills[9", &["order_1.fills[9]"]);
        check(":get order_1.fills[9", &[":get order_1.fills[9]"]);
        check("obs[\"book\"][3", &["obs[\"book\"][3]"]);
        check("order_1.fills[tota", &["order_1.fills[total"]);
    }

    #[test]
    fn methods_are_completed_for_what_they_belong_to() {
        check("obs.a", &["obs.all("]);
        check("AAPL_position.sn", &["AAPL_position.snapshot("]);
        check(
            "obs.all(\"Position\").tab",
            &["obs.all(\"Position\").table("],
        );
        check(
            "obs.all(\"Position\").filt",
            &["obs.all(\"Position\").filter("],
        );
        check("list.pus", &["list.push("]);
        check("p.snapshot().key", &["p.snapshot().keys("]);
        check("\"text\".to_up", &["\"text\".to_upper("]);
        check("total.pus", &[]);
        check("sqr", &["sqrt("]);
        check("exi", &["exit("]);
        check("1 + 5", &[]);
    }

    #[test]
    fn values_with_names_have_these_and_a_number() {
        check("order_1.side.na", &["order_1.side.name"]);
        check("order_1.side.va", &["order_1.side.value"]);
        check(
            "order_1.flags.",
            &[
                "order_1.flags.names",
                "order_1.flags.value",
                "order_1.flags.has(",
            ],
        );
        check(
            "let s = order_1.side; s.va",
            &["let s = order_1.side; s.value"],
        );
        check("order_1.side.name.to_up", &["order_1.side.name.to_upper("]);
        check("order_1.flags.names.fil", &["order_1.flags.names.filter("]);
        check("order_1.venue.na", &["order_1.venue.name"]);
        check("order_1.routes.na", &["order_1.routes.names"]);
        check(":get order_1.side.va", &[]);
        check("AAPL_position.quantity.va", &[]);
    }

    #[test]
    fn what_changes_a_text_is_not_offered_for_a_field() {
        check("order_1.side.make", &[]);
        check("order_1.side.to_up", &["order_1.side.to_upper("]);
        check(
            "let s = order_1.side; s.make_u",
            &["let s = order_1.side; s.make_upper("],
        );
        check("\"text\".make_u", &["\"text\".make_upper("]);
    }

    #[test]
    fn what_changes_a_text_is_what_is_said_to() {
        let engine = rhai::Engine::new();
        let changes = |name: &str| {
            [
                "",
                "0",
                "1",
                "1, 2",
                "\"c\"",
                "\"c\", \"x\"",
                "9, 'x'",
                "0, 'x'",
            ]
            .iter()
            .any(|arguments| {
                let script = format!("let text = \" aBc \"; text.{name}({arguments}); text");
                engine
                    .eval::<String>(&script)
                    .is_ok_and(|text| text != " aBc ")
            })
        };
        let texts = library()
            .iter()
            .filter(|function| function.receiver == Some("#string"));
        let changing = texts
            .map(|function| function.name.as_str())
            .filter(|name| changes(name));
        assert_eq!(changing.collect::<Vec<_>>(), CHANGE_TEXT);
    }

    #[test]
    fn what_is_said_of_a_trigger_is_completed_behind_it() {
        let when = "when(\"AAPL_position.quantity > 500\")";
        check(&format!("{when}.las"), &[&format!("{when}.lasting(")]);
        check(
            &format!("{when}.lasting(2.s).o"),
            &[&format!("{when}.lasting(2.s).once(")],
        );
        check(&format!("{when}.app"), &[]);
        let watch = "watch(\"AAPL_position.quantity\", |c| ())";
        check(&format!("{watch}.app"), &[&format!("{watch}.appeared(")]);
        check("watch(\"a\", |c| c.mer", &["watch(\"a\", |c| c.merged"]);
        check("trigger(3).once().lasti", &["trigger(3).once().lasting("]);
        check("trigger(3).set", &["trigger(3).settings"]);
        check(
            "let t = after(1.s, || ()); t.fi",
            &["let t = after(1.s, || ()); t.fired"],
        );
        check(
            "let t = watch(\"a\", |c| c); t.on",
            &["let t = watch(\"a\", |c| c); t.once("],
        );
        check("history(\"a\").mea", &["history(\"a\").mean("]);
        check(
            "p.history(\"quantity\").last(5.s).mea",
            &["p.history(\"quantity\").last(5.s).mean("],
        );
        check("AAPL_position.las", &["AAPL_position.last_quote"]);
    }

    #[test]
    fn what_is_in_a_map_is_completed_like_fields() {
        check("map.pri", &["map.price", "map.print("]);
        check("map.ne", &["map[\"new\"]"]);
        check("map[\"pri", &["map[\"price\"]"]);
        check("map.inner.of.li", &["map.inner.of.live"]);
        check(
            "let s = p.snapshot(); s.qua",
            &["let s = p.snapshot(); s.quantity"],
        );
        check(
            "p.snapshot().last_quote.bid",
            &["p.snapshot().last_quote.bid_price"],
        );
    }

    #[test]
    fn a_loop_is_known_in_the_lines_below_it() {
        let begun = "for x in positions {\n\u{a0}\u{a0}\u{a0}\u{a0}x.";
        check(&format!("{begun}li"), &[&format!("{begun}live")]);
    }

    #[test]
    fn a_field_with_a_reserved_name_goes_into_brackets() {
        check("order_1.n", &["order_1[\"new\"]"]);
    }
}
