//! What the word at the cursor may become.

use super::lexicon::Lexicon;
use super::place::{self, Place};
use super::token::{KEYWORDS, Kind, Token, is_identifier, tokens};
use crate::commands::{self, Takes};

/// More candidates than anybody reads.
const MOST: usize = 1000;

/// A candidate: what the list shows, and what replaces the text from `start` of the [`Completion`] on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Candidate {
    pub(super) shown: String,
    pub(super) text: String,
}

/// Candidates for the text between `start` and the cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Completion {
    pub(super) start: usize,
    pub(super) candidates: Vec<Candidate>,
}

impl Candidate {
    fn plain(text: impl Into<String>) -> Self {
        let text = text.into();
        Candidate {
            shown: text.clone(),
            text,
        }
    }
}

/// What may stand at the end of `line`, which is what is left of the cursor.
pub(super) fn complete(line: &str, names: &Lexicon) -> Completion {
    let mut completion = match line.strip_prefix(':') {
        Some(command) => shifted(command_line(command, names), 1),
        None => script(line, names),
    };
    completion.candidates.sort();
    completion.candidates.dedup();
    completion.candidates.truncate(MOST);
    completion
}

fn shifted(completion: Completion, by: usize) -> Completion {
    Completion {
        start: completion.start + by,
        ..completion
    }
}

fn command_line(line: &str, names: &Lexicon) -> Completion {
    let Some((name, rest)) = line.split_once(' ') else {
        return from_names(0, line, names.commands());
    };
    let Some(command) = commands::find(name) else {
        return Completion::default();
    };
    let word_start = rest.rfind(' ').map_or(0, |at| at + 1);
    let completion = match command.takes() {
        Takes::Nothing => return Completion::default(),
        Takes::Script => complete(rest, names),
        Takes::Paths => shifted(path(&rest[word_start..], names), word_start),
        Takes::Types => {
            let word = &rest[word_start..];
            let mut paths = path(word, names);
            if paths.start == 0 {
                paths
                    .candidates
                    .extend(from_names(0, word, names.type_names()).candidates);
            }
            shifted(paths, word_start)
        }
        Takes::Commands => from_names(word_start, &rest[word_start..], names.commands()),
    };
    shifted(completion, name.len() + 1)
}

/// A path as `:get` takes it: bare labels of any form.
fn path(word: &str, names: &Lexicon) -> Completion {
    if word.contains('.') {
        return script(word, names);
    }
    let typed = word.trim_start_matches('"');
    let labels = names.labels_from(typed).take(MOST);
    let candidate = |label: &str| Candidate {
        shown: label.to_owned(),
        text: commands::quote(label),
    };
    Completion {
        start: 0,
        candidates: labels.map(candidate).collect(),
    }
}

fn script(line: &str, names: &Lexicon) -> Completion {
    let all = tokens(line);
    match all.split_last() {
        Some((last, before)) if matches!(last.kind, Kind::Quoted { closed: false }) => {
            quoted(last, before, names)
        }
        Some((last, _)) if last.kind == Kind::Comment => Completion::default(),
        Some((last, before)) if last.is_word() && last.end() == line.len() => {
            word(last.start, last.text, before, names)
        }
        _ => word(line.len(), "", &all, names),
    }
}

/// Inside an open string: a label, a field, a type or the name of a value, by what stands before it.
fn quoted(open: &Token<'_>, before: &[Token<'_>], names: &Lexicon) -> Completion {
    let typed = open.inside().unwrap_or_default();
    let start = open.start + 1;
    let closing = &open.text[..1];
    let close = |text: &str, after: &str| Candidate {
        shown: text.to_owned(),
        text: format!("{text}{closing}{after}"),
    };
    let [chain @ .., sign] = before else {
        return Completion::default();
    };
    let candidates: Vec<Candidate> =
        if sign.is("[") && matches!(chain, [.., obs] if obs.text == "obs") {
            names
                .labels_from(typed)
                .take(MOST)
                .map(|label| close(label, "]"))
                .collect()
        } else if sign.is("[") {
            let fields = place::at_end(chain, names).map_or(&[][..], |place| place.fields());
            fields
                .iter()
                .filter(|field| field.name.starts_with(typed))
                .map(|field| close(&field.name, "]"))
                .collect()
        } else if sign.is("(") {
            let labels = names
                .labels_from(typed)
                .take(MOST)
                .map(|label| close(label, ""));
            names
                .type_names()
                .filter(|name| name.starts_with(typed))
                .map(|name| close(name, ""))
                .chain(labels)
                .collect()
        } else {
            let values = compared(before, names)
                .map(|place| place.value_names())
                .unwrap_or_default();
            values
                .into_iter()
                .filter(|name| name.starts_with(typed))
                .map(|name| close(name, ""))
                .collect()
        };
    Completion { start, candidates }
}

fn word(start: usize, typed: &str, before: &[Token<'_>], names: &Lexicon) -> Completion {
    if let Some((dot, chain)) = before.split_last()
        && (dot.is(".") || dot.is("?."))
    {
        return members(start, typed, dot.start, place::at_end(chain, names));
    }
    let mut candidates = values(typed, before, names);
    candidates.extend(names.labels_from(typed).take(MOST).map(bare_label));
    candidates.extend(starting(typed, names.variables()).map(Candidate::plain));
    candidates.extend(starting(typed, names.functions()).map(|name| Candidate {
        shown: format!("{name}()"),
        text: format!("{name}("),
    }));
    if !typed.is_empty() {
        candidates.extend(starting(typed, KEYWORDS.iter().copied()).map(Candidate::plain));
    }
    candidates.extend(starting(typed, ["obs"].into_iter()).map(Candidate::plain));
    Completion { start, candidates }
}

/// Members after a dot. A name that the language cannot write there takes the dot's place, in brackets.
fn members(start: usize, typed: &str, dot: usize, place: Option<Place<'_>>) -> Completion {
    let Some(place) = place else {
        return Completion {
            start,
            ..Completion::default()
        };
    };
    let matching = place
        .fields()
        .iter()
        .filter(|field| field.name.starts_with(typed));
    if matching.clone().all(|field| field.is_identifier) {
        return Completion {
            start,
            candidates: matching
                .map(|field| Candidate::plain(&*field.name))
                .collect(),
        };
    }
    let candidates = matching.map(|field| Candidate {
        shown: field.name.clone(),
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

/// Names of values, where the word is compared with or assigned to a field that has such.
fn values(typed: &str, before: &[Token<'_>], names: &Lexicon) -> Vec<Candidate> {
    let Some(place) = compared(before, names) else {
        return Vec::new();
    };
    let matching = place
        .value_names()
        .into_iter()
        .filter(|name| name.starts_with(typed));
    let written = |name: &str| {
        if place.is_bool() {
            name.to_owned()
        } else {
            format!("{name:?}")
        }
    };
    matching
        .map(|name| Candidate {
            shown: name.to_owned(),
            text: written(name),
        })
        .collect()
}

/// The place on the left of the comparison or assignment that `tokens` end with.
pub(super) fn compared<'n>(tokens: &[Token<'_>], names: &'n Lexicon) -> Option<Place<'n>> {
    let (sign, left) = tokens.split_last()?;
    let compares = ["=", "==", "!=", "+=", "-=", "<", ">", "<=", ">="]
        .iter()
        .any(|known| sign.is(known));
    if compares {
        place::at_end(left, names)
    } else {
        None
    }
}

fn bare_label(label: &str) -> Candidate {
    let text = if is_identifier(label) {
        label.to_owned()
    } else {
        format!("obs[{label:?}]")
    };
    Candidate {
        shown: label.to_owned(),
        text,
    }
}

fn starting<'n>(
    typed: &str,
    names: impl Iterator<Item = &'n str>,
) -> impl Iterator<Item = &'n str> {
    names.filter(move |name| name.starts_with(typed))
}

fn from_names<'n>(start: usize, typed: &str, names: impl Iterator<Item = &'n str>) -> Completion {
    Completion {
        start,
        candidates: starting(typed, names)
            .take(MOST)
            .map(Candidate::plain)
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::lexicon::sample;
    use super::*;

    /// What the line becomes with each candidate.
    #[track_caller]
    fn check(line: &str, expected: &[&str]) {
        let completion = complete(line, &sample());
        let kept = &line[..completion.start];
        let lines: Vec<String> = completion
            .candidates
            .iter()
            .map(|candidate| format!("{kept}{}", candidate.text))
            .collect();
        assert_eq!(lines, expected, "{line}");
    }

    #[test]
    fn labels_are_completed_bare_and_in_brackets() {
        check("AAP", &["AAPL_position"]);
        check("1 + AAP", &["1 + AAPL_position"]);
        check("obs[\"AAP", &["obs[\"AAPL_position\"]"]);
        check("net", &["obs[\"net/eth 0\"]"]);
    }

    #[test]
    fn fields_are_completed_as_deep_as_they_lie() {
        check(
            "AAPL_position.",
            &[
                "AAPL_position.last_quote",
                "AAPL_position.live",
                "AAPL_position.quantity",
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
    fn a_field_with_a_reserved_name_goes_into_brackets() {
        check("order_1.n", &["order_1[\"new\"]"]);
    }

    #[test]
    fn names_of_values_are_completed_where_such_a_value_belongs() {
        check("order_1.side = B", &["order_1.side = \"BUY\""]);
        check("order_1.side == \"S", &["order_1.side == \"SELL\""]);
        check(
            "AAPL_position.live = tr",
            &["AAPL_position.live = true", "AAPL_position.live = try"],
        );
    }

    #[test]
    fn functions_variables_and_types_are_completed() {
        check("expe", &["expect("]);
        check("tot", &["total"]);
        check("obs.all(\"Pos", &["obs.all(\"Position\""]);
    }

    #[test]
    fn commands_are_completed_and_their_words_too() {
        check(":obj", &[":objects"]);
        check(":get AAPL", &[":get AAPL_position"]);
        check(":get net", &[":get \"net/eth 0\""]);
        check(":get MSFT_position.q", &[":get MSFT_position.quantity"]);
        check(":json AAPL_position.q", &[":json AAPL_position.quantity"]);
        check(":type Or", &[":type Order"]);
        check(":help ob", &[":help objects"]);
        check(":q x", &[]);
    }

    #[test]
    fn nothing_is_offered_where_nothing_is_known() {
        check("nobody.x", &[]);
        check("\"free text", &[]);
        check("1 // comm", &[]);
    }
}
