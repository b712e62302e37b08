//! Words of a script: names of objects, variables, functions and values.

use memglass_syntax::library;

use super::super::lexicon::{Lexicon, begins_ignoring_case};
use super::super::meaning::{self, compared};
use super::member::{after_dot, indices, is_number, keys};
use super::{Candidate, Completion, Rank, quoted, starting};
use memglass_syntax::token::{Kind, Token, ends_value, tokens};
use memglass_syntax::{KEYWORDS, is_identifier};

/// What may stand at the end of a script.
pub(super) fn complete(line: &str, names: &Lexicon) -> Completion {
    let all = tokens(line);
    match all.split_last() {
        Some((last, before)) if matches!(last.kind, Kind::Quoted { closed: false }) => {
            quoted::complete(last, before, names)
        }
        Some((last, _)) if matches!(last.kind, Kind::Comment { .. }) => Completion::default(),
        Some((last, before)) if last.kind == Kind::Number && last.end() == line.len() => {
            match before.last() {
                Some(open) if open.is("[") => word(last.start, last.text, before, names),
                _ => Completion::default(),
            }
        }
        Some((last, before)) if last.is_word() && last.end() == line.len() => {
            word(last.start, last.text, before, names)
        }
        Some((last, _)) if ends_value(last) => Completion::default(),
        _ => word(line.len(), "", &all, names),
    }
}

fn word(start: usize, typed: &str, before: &[Token<'_>], names: &Lexicon) -> Completion {
    if let Some((dot, chain)) = before.split_last() {
        if dot.is(".") || dot.is("?.") {
            return after_dot(start, typed, dot.start, chain, names);
        }
        if dot.is("[")
            && (typed.is_empty() || is_number(typed))
            && let Some(place) = meaning::place(chain, names)
            && let Some(count) = place.element_count()
        {
            return indices(start, typed, count);
        }
    }
    if let Some(place) = meaning::record(before, names) {
        return keys(start, typed, place.fields(), names);
    }
    let mut candidates = values(typed, before, names);
    if typed.is_empty() && !candidates.is_empty() {
        return Completion { start, candidates };
    }
    candidates.extend(
        names
            .labels_from(typed)
            .iter()
            .map(|label| bare_label(label)),
    );
    let variables = names.variables().filter(|name| *name != "_");
    candidates.extend(starting(typed, variables, names).map(Candidate::plain));
    let functions = names
        .free_functions()
        .filter(|(name, _)| names.begins(name, typed));
    candidates.extend(functions.map(|(name, signature)| called(name, signature)));
    if !typed.is_empty() {
        let library = library().iter().filter(|function| {
            function.receiver.is_none()
                && names.begins(&function.name, typed)
                && !names.has_own(&function.name)
        });
        candidates.extend(library.map(|function| called(&function.name, &function.signature())));
        candidates.extend(starting(typed, KEYWORDS.iter().copied(), names).map(Candidate::plain));
    }
    candidates.extend(starting(typed, ["obs"].into_iter(), names).map(Candidate::plain));
    Completion { start, candidates }
}

/// A function: the list shows how it is called.
fn called(name: &str, signature: &str) -> Candidate {
    Candidate {
        rank: Rank::Function,
        shown: signature.to_owned(),
        text: format!("{name}("),
    }
}

/// Names of values, where the word is compared with or assigned to a field that has such.
fn values(typed: &str, before: &[Token<'_>], names: &Lexicon) -> Vec<Candidate> {
    let Some(place) = compared(before, names) else {
        return Vec::new();
    };
    let matching = place
        .value_names()
        .into_iter()
        .filter(|name| begins_ignoring_case(name, typed));
    let written = |name: &str| {
        if place.is_bool() {
            name.to_owned()
        } else {
            format!("{name:?}")
        }
    };
    matching
        .map(|name| Candidate {
            rank: Rank::Name,
            shown: name.to_owned(),
            text: written(name),
        })
        .collect()
}

fn bare_label(label: &str) -> Candidate {
    let text = if is_identifier(label) {
        label.to_owned()
    } else {
        format!("obs[{label:?}]")
    };
    Candidate {
        rank: Rank::Name,
        shown: label.to_owned(),
        text,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::lexicon::sample;
    use super::super::tests::check;
    use super::complete;

    #[test]
    fn labels_are_completed_bare_and_in_brackets() {
        check("AAP", &["AAPL_position"]);
        check("1 + AAP", &["1 + AAPL_position"]);
        check("obs[\"AAP", &["obs[\"AAPL_position\"]"]);
        check("net", &["obs[\"net/eth 0\"]"]);
        check("obs[\"say", &[r#"obs["say \"hi\""]"#]);
        check("say", &[r#"obs["say \"hi\""]"#]);
        check("evil", &[]);
    }

    #[test]
    fn a_list_of_objects_has_the_fields_that_all_of_them_have() {
        check("obs.all(\"Order\").sid", &["obs.all(\"Order\").side"]);
        check("obs.all(\"Order\")[0].sid", &["obs.all(\"Order\")[0].side"]);
    }

    #[test]
    fn nothing_follows_a_value_that_has_ended() {
        for line in [
            "\"text\"",
            "\"text\" ",
            "f(1)",
            "f(1) ",
            "[1, 2]",
            "5 ",
            "AAPL_position ",
            "let x = order_1 ",
        ] {
            check(line, &[]);
        }
        check("return AAPL_p", &["return AAPL_position"]);
        assert!(!complete("return ", &sample()).candidates.is_empty());
    }

    #[test]
    fn names_of_values_are_completed_where_such_a_value_belongs() {
        check("order_1.side = B", &["order_1.side = \"BUY\""]);
        check("order_1.side == \"S", &["order_1.side == \"SELL\""]);
        check(
            "order_1.venue = ",
            &["order_1.venue = \"NASDAQ\"", "order_1.venue = \"NYSE\""],
        );
        check("order_1.venue == \"NA", &["order_1.venue == \"NASDAQ\""]);
        check(
            "let v = order_1.venue; v == \"NA",
            &["let v = order_1.venue; v == \"NASDAQ\""],
        );
        check(
            "switch order_1.side { \"BUY\" => f(1), \"S",
            &["switch order_1.side { \"BUY\" => f(1), \"SELL\""],
        );
        check(
            "switch order_1.venue { ",
            &[
                "switch order_1.venue { \"NASDAQ\"",
                "switch order_1.venue { \"NYSE\"",
            ],
        );
        check("switch order_1.side { _ => \"B", &[]);
        check("if order_1.side { \"B", &[]);
        check("order_1.routes += \"DA", &["order_1.routes += \"DARK\""]);
        check(
            "AAPL_position.live = tr",
            &["AAPL_position.live = true", "AAPL_position.live = try"],
        );
    }

    #[test]
    fn members_are_completed_in_what_is_stored_into_a_place() {
        let quote = "AAPL_position.last_quote = #{ ";
        check(
            quote,
            &[
                &format!("{quote}ask_price: "),
                &format!("{quote}bid_price: "),
            ],
        );
        check(
            &format!("{quote}ask_price: f(1, 2), b"),
            &[&format!("{quote}ask_price: f(1, 2), bid_price: ")],
        );
        check(
            "AAPL_position.set(#{ last_quote: #{ b",
            &["AAPL_position.set(#{ last_quote: #{ bid_price: "],
        );
        check("order_1.set(#{ ne", &["order_1.set(#{ \"new\": "]);
        check(
            "order_1.set(#{ side: ",
            &[
                "order_1.set(#{ side: \"BUY\"",
                "order_1.set(#{ side: \"SELL\"",
            ],
        );
        check(
            "order_1.set(#{ side: \"B",
            &["order_1.set(#{ side: \"BUY\""],
        );
        check("let x = #{ bid_p", &[]);
        check("p = #{ bid_p", &[]);
        check(
            &format!("{quote}bid_price: AAP"),
            &[&format!("{quote}bid_price: AAPL_position")],
        );
        let endless = format!("AAPL_position.set({}#{{ bid_p", "#{ a: ".repeat(50_000));
        let completion = complete(&endless, &sample());
        assert!(
            completion.candidates.is_empty(),
            "as deep as that nobody looks"
        );
    }

    #[test]
    fn functions_variables_and_types_are_completed() {
        check("expe", &["expect("]);
        check("tot", &["total"]);
        check("obs.all(\"Pos", &["obs.all(\"Position\""]);
    }
}
