//! What the word at the cursor may become.

mod command;
mod files;
mod fit;
mod member;
mod quoted;
mod script;

pub(super) use self::fit::{Room, is_note};
use super::lexicon::Lexicon;
use memglass_value::format::is_unsafe;

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
    Property,
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

/// What may stand at the end of `line`, which is what is left of the cursor. Where nothing begins with what was
/// typed, upper and lower case are the same.
pub(super) fn complete(line: &str, names: &Lexicon) -> Completion {
    let completion = matching(line, names);
    match completion.candidates.is_empty() {
        true => matching(line, &names.ignoring_case()),
        false => completion,
    }
}

fn matching(line: &str, names: &Lexicon) -> Completion {
    let mut completion = match line.strip_prefix(':') {
        Some(command) => shifted(command::complete(command, names), 1),
        None => script::complete(line, names),
    };
    // What a stranger's memory says must not command the terminal, not even once it is typed.
    completion.candidates.retain(|candidate| {
        ![&candidate.shown, &candidate.text]
            .iter()
            .any(|text| text.contains(is_unsafe))
    });
    completion.candidates.sort();
    completion.candidates.dedup();
    completion
}

fn shifted(completion: Completion, by: usize) -> Completion {
    Completion {
        start: completion.start + by,
        ..completion
    }
}

fn starting<'n>(
    typed: &str,
    known: impl Iterator<Item = &'n str>,
    names: &Lexicon,
) -> impl Iterator<Item = &'n str> {
    known.filter(move |name| names.begins(name, typed))
}

fn from_names<'n>(
    start: usize,
    typed: &str,
    known: impl Iterator<Item = &'n str>,
    names: &Lexicon,
) -> Completion {
    let candidates = starting(typed, known, names).map(Candidate::plain);
    Completion {
        start,
        candidates: candidates.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::lexicon::sample;
    use super::*;

    /// What the line becomes with each candidate.
    #[track_caller]
    pub(super) fn check(line: &str, expected: &[&str]) {
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
    fn where_nothing_matches_case_does_not_matter() {
        check("aapl", &["AAPL_position"]);
        check("obs[\"aapl", &["obs[\"AAPL_position\"]"]);
        check("AAPL_position.QUA", &["AAPL_position.quantity"]);
        check("AAPL_position.SNAP", &["AAPL_position.snapshot("]);
        check("order_1.side = bu", &["order_1.side = \"BUY\""]);
        check("order_1.side = \"s", &["order_1.side = \"SELL\""]);
        check(":get MSFT_position.Q", &[":get MSFT_position.quantity"]);
        check(":OBJ", &[":objects"]);
        check(":type or", &[":type order_1"]);
        check("order_1.set(#{ SI", &["order_1.set(#{ side: "]);
    }

    #[test]
    fn a_word_of_another_script_is_one_word() {
        check("\u{fc}b", &[]);
        check("\u{fc}AAP", &[]);
        check("AAPL_position.\u{fc}q", &[]);
    }

    #[test]
    fn nothing_is_offered_where_nothing_is_known() {
        check("nobody.x", &[]);
        check("\"free text", &[]);
        check("1 // comm", &[]);
    }
}
