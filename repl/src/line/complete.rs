//! What the word at the cursor may become.

use std::path::PathBuf;
use std::sync::Arc;

use super::lexicon::Lexicon;
use super::place::{self, Place, Receiver};
use super::token::{KEYWORDS, Kind, Token, is_identifier, tokens};
use crate::commands::{self, Takes};
use crate::script::{FieldName, library};

/// More candidates than anybody reads.
const MOST: usize = 1000;

/// Indices that are listed of a long array, besides the last.
const INDICES: u64 = 32;

/// A candidate: what the list shows, and what replaces the text from `start` of the [`Completion`] on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Candidate {
    rank: Rank,
    pub(super) shown: String,
    pub(super) text: String,
}

/// In which order the list shows them: what a session has comes before what can be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Name,
    Function,
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
            rank: Rank::Name,
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
    // What a stranger's memory says must not command the terminal, not even once it is typed.
    completion.candidates.retain(|candidate| {
        !candidate.shown.contains(char::is_control) && !candidate.text.contains(char::is_control)
    });
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
    let (before, word) = rest.split_at(word_start);
    let completion = match command.takes() {
        Takes::Nothing => return Completion::default(),
        Takes::Script => return shifted(complete(rest, names), name.len() + 1),
        Takes::Paths => path(word, names),
        Takes::Assignment if before.is_empty() => path(word, names),
        Takes::Assignment => assigned(before.trim(), word, names),
        Takes::Labels if before.trim_end().ends_with("--type") => {
            from_names(0, word, names.type_names())
        }
        Takes::Labels => joined(
            path(word, names),
            from_names(0, word, ["--type"].into_iter()),
        ),
        Takes::Types => joined(path(word, names), from_names(0, word, names.type_names())),
        Takes::Names if word.contains('.') => script(word, names),
        Takes::Names => joined(path(word, names), helped(word, names)),
        Takes::Files => files(word),
        Takes::Words(known) => from_names(0, word, known.iter().copied()),
    };
    shifted(completion, name.len() + 1 + word_start)
}

/// Both, when they begin at the same place.
fn joined(mut one: Completion, other: Completion) -> Completion {
    if one.start == other.start {
        one.candidates.extend(other.candidates);
    }
    one
}

/// What `:help` explains besides places: commands, functions and types.
fn helped(typed: &str, names: &Lexicon) -> Completion {
    let commands = names.commands();
    let functions = names
        .functions()
        .iter()
        .map(|function| function.name.as_str());
    from_names(
        0,
        typed,
        commands.chain(functions).chain(names.type_names()),
    )
}

/// A value for the place that `target` leads to, as `:set` takes it: a name stands without quotes.
fn assigned(target: &str, typed: &str, names: &Lexicon) -> Completion {
    let place = place::at_end(&tokens(target), names).or_else(|| {
        let label = target.strip_prefix('"')?.strip_suffix('"')?;
        place::at_end(&tokens(&format!("obs[{label:?}]")), names)
    });
    let values = place.map(|place| place.value_names()).unwrap_or_default();
    from_names(0, typed, values.into_iter())
}

/// Files and directories that begin as `typed` does.
fn files(typed: &str) -> Completion {
    let (directory, prefix) = typed.split_at(typed.rfind('/').map_or(0, |at| at + 1));
    let looked_at = match directory {
        "" => PathBuf::from("."),
        directory => crate::files::expanded(directory),
    };
    // A directory that cannot be read has nothing to offer.
    let entries = std::fs::read_dir(looked_at).into_iter().flatten().flatten();
    let named = entries.filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        let is_hidden = name.starts_with('.') && !prefix.starts_with('.');
        let is_offered = name.starts_with(prefix) && !is_hidden && !name.contains(' ');
        let slash = if entry.path().is_dir() { "/" } else { "" };
        is_offered.then(|| Candidate::plain(format!("{name}{slash}")))
    });
    Completion {
        start: directory.len(),
        candidates: named.take(MOST).collect(),
    }
}

/// A path as `:get` takes it: bare labels of any form.
fn path(word: &str, names: &Lexicon) -> Completion {
    if word.contains('.') {
        return fields_only(script(word, names));
    }
    if word.ends_with('[')
        || word
            .rsplit_once('[')
            .is_some_and(|(_, index)| is_number(index))
    {
        return script(word, names);
    }
    let labels = names.labels_from(word.trim_start_matches('"'));
    let candidate = |label: &Arc<str>| Candidate {
        rank: Rank::Name,
        shown: label.to_string(),
        text: commands::quote(label),
    };
    Completion {
        start: 0,
        candidates: labels.iter().map(candidate).collect(),
    }
}

/// Without what can be called: a path leads to what there is.
fn fields_only(mut completion: Completion) -> Completion {
    completion
        .candidates
        .retain(|candidate| candidate.rank == Rank::Name);
    completion
}

fn script(line: &str, names: &Lexicon) -> Completion {
    let all = tokens(line);
    match all.split_last() {
        Some((last, before)) if matches!(last.kind, Kind::Quoted { closed: false }) => {
            quoted(last, before, names)
        }
        Some((last, _)) if last.kind == Kind::Comment => Completion::default(),
        Some((last, before)) if last.kind == Kind::Number && last.end() == line.len() => {
            match before.last() {
                Some(open) if open.is("[") => word(last.start, last.text, before, names),
                _ => Completion::default(),
            }
        }
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
        rank: Rank::Name,
        shown: text.to_owned(),
        text: format!("{}{closing}{after}", escaped(text, closing)),
    };
    let [chain @ .., sign] = before else {
        return Completion::default();
    };
    let candidates: Vec<Candidate> =
        if sign.is("[") && matches!(chain, [.., obs] if obs.text == "obs") {
            let labels = names.labels_from(typed);
            labels.iter().map(|label| close(label, "]")).collect()
        } else if sign.is("[") {
            let fields = place::at_end(chain, names).map_or(&[][..], |place| place.fields());
            fields
                .iter()
                .filter(|field| field.name.starts_with(typed))
                .map(|field| close(&field.name, "]"))
                .collect()
        } else if sign.is("(") {
            arguments(typed, chain, names)
                .iter()
                .map(|name| close(name, ""))
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

/// Texts that the call of the function at the end of `callee` takes first.
fn arguments(typed: &str, callee: &[Token<'_>], names: &Lexicon) -> Vec<String> {
    let labels = names.labels_from(typed);
    let labels = labels.iter().map(|label| label.to_string());
    let types = starting(typed, names.type_names()).map(str::to_owned);
    let [chain @ .., dot, method] = callee else {
        return types.chain(labels).collect();
    };
    match (dot.is("."), place::receiver(chain, names)) {
        (true, Some(Receiver::Place(place))) => {
            let fields = place.fields().iter().map(|field| field.name.as_str());
            starting(typed, fields).map(str::to_owned).collect()
        }
        (true, Some(Receiver::Session)) if method.text != "all" => labels.collect(),
        (true, Some(Receiver::Value(_))) => Vec::new(),
        _ => types.chain(labels).collect(),
    }
}

fn word(start: usize, typed: &str, before: &[Token<'_>], names: &Lexicon) -> Completion {
    if let Some((dot, chain)) = before.split_last() {
        if dot.is(".") || dot.is("?.") {
            return after_dot(start, typed, dot.start, chain, names);
        }
        if dot.is("[")
            && (typed.is_empty() || is_number(typed))
            && let Some(place) = place::at_end(chain, names)
            && let Some(count) = place.element_count()
        {
            return indices(start, typed, count);
        }
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
    candidates.extend(starting(typed, variables).map(Candidate::plain));
    let functions = names
        .free_functions()
        .filter(|(name, _)| name.starts_with(typed));
    candidates.extend(functions.map(|(name, signature)| called(name, signature)));
    if !typed.is_empty() {
        let library = library().iter().filter(|function| {
            function.receiver.is_none()
                && function.name.starts_with(typed)
                && !names.has_own(&function.name)
        });
        candidates.extend(library.map(|function| called(&function.name, &function.signature())));
        candidates.extend(starting(typed, KEYWORDS.iter().copied()).map(Candidate::plain));
    }
    candidates.extend(starting(typed, ["obs"].into_iter()).map(Candidate::plain));
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

/// Indices of an array: the first ones, and the last.
fn indices(start: usize, typed: &str, count: u64) -> Completion {
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

/// Members and methods after a dot.
fn after_dot(
    start: usize,
    typed: &str,
    dot: usize,
    chain: &[Token<'_>],
    names: &Lexicon,
) -> Completion {
    let receiver = place::receiver(chain, names);
    let fields = match &receiver {
        Some(Receiver::Place(place)) => place.fields(),
        _ => &[],
    };
    let mut completion = members(start, typed, dot, fields);
    let at_dot = if completion.start == dot { "." } else { "" };
    let methods = methods(receiver.as_ref(), names);
    let methods = methods
        .into_iter()
        .filter(|(name, _)| name.starts_with(typed));
    completion
        .candidates
        .extend(methods.map(|(name, signature)| Candidate {
            rank: Rank::Function,
            shown: signature,
            text: format!("{at_dot}{name}("),
        }));
    completion
}

/// Methods of what stands before a dot, each with how it is called.
fn methods<'n>(receiver: Option<&Receiver<'_>>, names: &'n Lexicon) -> Vec<(&'n str, String)> {
    let (own, kind): (&[&str], Option<&str>) = match receiver {
        Some(Receiver::Session) => (&["obs"], None),
        Some(Receiver::Place(place)) if place.element_count().is_some() => {
            (&["p", "p.levels"], None)
        }
        Some(Receiver::Place(_)) => (&["p"], None),
        Some(Receiver::Flags) => (&["p.flags"], None),
        Some(Receiver::Value(kind)) if *kind == "#array" => (&["rows", "objects"], Some(kind)),
        Some(Receiver::Value(kind)) => (&[], Some(kind)),
        None => (&[], None),
    };
    let registered = names.functions().iter().filter_map(|function| {
        let receiver = function
            .receiver()
            .filter(|receiver| own.contains(receiver))?;
        let called = function.signature.strip_prefix(receiver)?;
        Some((
            function.name.as_str(),
            called.trim_start_matches('.').to_owned(),
        ))
    });
    let library = library()
        .iter()
        .filter(|function| kind.is_some() && function.receiver == kind)
        .map(|function| (function.name.as_str(), function.signature()));
    registered.chain(library).collect()
}

/// Members after a dot. A name that the language cannot write there takes the dot's place, in brackets.
fn members(start: usize, typed: &str, dot: usize, fields: &[FieldName]) -> Completion {
    let matching = fields.iter().filter(|field| field.name.starts_with(typed));
    let shown = |field: &FieldName| format!("{}: {}", field.name, field.type_name);
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
            rank: Rank::Name,
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
        rank: Rank::Name,
        shown: label.to_owned(),
        text,
    }
}

/// A name inside the quotes of a string.
fn escaped(name: &str, quote: &str) -> String {
    name.replace('\\', r"\\")
        .replace(quote, &format!("\\{quote}"))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit())
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
        check("obs[\"say", &[r#"obs["say \"hi\""]"#]);
        check("say", &[r#"obs["say \"hi\""]"#]);
        check("evil", &[]);
    }

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
    fn lists_show_types_and_signatures() {
        let shown = |line: &str| {
            let completion = complete(line, &sample());
            completion
                .candidates
                .into_iter()
                .map(|candidate| candidate.shown)
                .collect::<Vec<_>>()
        };
        assert_eq!(shown("AAPL_position.qua"), ["quantity: i64"]);
        assert_eq!(shown("expe"), ["expect(holds, message)"]);
        assert_eq!(shown("obs.al"), ["all(\"Type\")"]);
    }

    #[test]
    fn values_are_completed_behind_set() {
        check(":set order_1.side B", &[":set order_1.side BUY"]);
        check(
            ":set AAPL_position.live ",
            &[
                ":set AAPL_position.live false",
                ":set AAPL_position.live true",
            ],
        );
        check(":set AAPL_position.qu", &[":set AAPL_position.quantity"]);
        check(":set \"order_1\" x", &[]);
    }

    #[test]
    fn files_are_completed_where_a_file_belongs() {
        let dir = tempfile::tempdir().expect("a directory");
        std::fs::write(dir.path().join("alarm.rhai"), "1").expect("room");
        std::fs::create_dir(dir.path().join("aside")).expect("room");
        let at = dir.path().display();
        check(
            &format!(":run {at}/al"),
            &[&format!(":run {at}/alarm.rhai")],
        );
        check(&format!(":save {at}/as"), &[&format!(":save {at}/aside/")]);
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
    fn a_text_that_a_method_takes_is_completed_by_what_it_is_a_method_of() {
        check(
            "AAPL_position.set(\"qu",
            &["AAPL_position.set(\"quantity\""],
        );
        check("p.add(\"Pos", &[]);
        check("obs.find(\"AAP", &["obs.find(\"AAPL_position\""]);
        check("obs.find(\"Pos", &[]);
    }

    #[test]
    fn commands_are_completed_and_their_words_too() {
        check(":obj", &[":objects"]);
        check(":get AAPL", &[":get AAPL_position"]);
        check(":get net", &[":get \"net/eth 0\""]);
        check(":get MSFT_position.q", &[":get MSFT_position.quantity"]);
        check(":get AAPL_position.sna", &[]);
        check(
            ":help AAPL_position.sna",
            &[":help AAPL_position.snapshot("],
        );
        check(":json AAPL_position.q", &[":json AAPL_position.quantity"]);
        check(":type Or", &[":type Order"]);
        check(":objects --type Or", &[":objects --type Order"]);
        check(":objects --t", &[":objects --type"]);
        check(":help ob", &[":help objects"]);
        check(":help sna", &[":help snapshot"]);
        check(":q x", &[]);
    }

    #[test]
    fn nothing_is_offered_where_nothing_is_known() {
        check("nobody.x", &[]);
        check("\"free text", &[]);
        check("1 // comm", &[]);
    }
}
