//! What commands take: the words behind `:get`, `:set` and the others.

use std::sync::Arc;

use memglass_syntax::Takes;
use memglass_syntax::words::quote;

use super::super::lexicon::Lexicon;
use super::super::meaning;
use super::files::files;
use super::member::is_number;
use super::{Candidate, Completion, Rank, complete as complete_line, from_names, script, shifted};
use memglass_syntax::token::tokens;

/// What may stand at the end of a line of which the colon is gone.
pub(super) fn complete(line: &str, names: &Lexicon) -> Completion {
    let Some((name, rest)) = line.split_once(' ') else {
        return from_names(0, line, names.commands(), names);
    };
    let Some(command) = names.command(name) else {
        return Completion::default();
    };
    let word_start = rest.rfind(' ').map_or(0, |at| at + 1);
    let (before, word) = rest.split_at(word_start);
    let completion = match command.takes {
        Takes::Nothing => return Completion::default(),
        Takes::Script => return shifted(complete_line(rest, names), name.len() + 1),
        Takes::Paths => path(word, names),
        Takes::Assignment if before.is_empty() => path(word, names),
        Takes::Assignment => assigned(before.trim(), word, names),
        Takes::Labels if before.trim_end().ends_with("--type") => {
            let types = names.types_for_objects();
            from_names(0, word, types.iter().map(String::as_str), names)
        }
        Takes::Labels => joined(
            path(word, names),
            from_names(0, word, ["--type"].into_iter(), names),
        ),
        Takes::Types => joined(
            path(word, names),
            from_names(0, word, names.type_names(), names),
        ),
        Takes::Names if word.contains('.') => script::complete(word, names),
        Takes::Names => joined(path(word, names), helped(word, names)),
        Takes::Files => files(word),
        Takes::Words(known) => from_names(0, word, known.iter().copied(), names),
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
        names,
    )
}

/// A value for the place that `target` leads to, as `:set` takes it: a name stands without quotes.
fn assigned(target: &str, typed: &str, names: &Lexicon) -> Completion {
    let place = meaning::place(&tokens(target), names).or_else(|| {
        let label = target.strip_prefix('"')?.strip_suffix('"')?;
        meaning::place(&tokens(&format!("obs[{label:?}]")), names)
    });
    let values = place.map(|place| place.value_names()).unwrap_or_default();
    from_names(0, typed, values.into_iter(), names)
}

/// A path as `:get` takes it: bare labels of any form.
fn path(word: &str, names: &Lexicon) -> Completion {
    if word.contains('.') {
        return fields_only(script::complete(word, names));
    }
    if word.ends_with('[')
        || word
            .rsplit_once('[')
            .is_some_and(|(_, index)| is_number(index))
    {
        return script::complete(word, names);
    }
    let labels = names.labels_from(word.trim_start_matches('"'));
    let candidate = |label: &Arc<str>| Candidate {
        rank: Rank::Name,
        shown: label.to_string(),
        text: quote(label),
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

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn values_are_completed_behind_set() {
        check(":set order_1.side B", &[":set order_1.side BUY"]);
        check(":set order_1.venue NA", &[":set order_1.venue NASDAQ"]);
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
}
