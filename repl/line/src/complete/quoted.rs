//! Inside of quotes.

use super::super::lexicon::Lexicon;
use super::super::meaning::{self, Value, compared};
use super::{Candidate, Completion, Rank, script, shifted};
use memglass_syntax::token::Token;

/// Inside an open string: a label, a field, a type or the name of a value, by what stands before it, or
/// code.
pub(super) fn complete(open: &Token<'_>, before: &[Token<'_>], names: &Lexicon) -> Completion {
    let typed = open.inside().unwrap_or_default();
    let start = open.start + 1;
    if let Some(at) = code(open, typed, before) {
        return code_within(open, start + at, &typed[at..], names);
    }
    if names_a_file(before) {
        return shifted(super::files::files(typed), start);
    }
    let closing = &open.text[..1];
    let (texts, after) = texts(typed, before, names);
    let (named, typed) = match is_flags(before, names) {
        true => last_flag(typed),
        false => ("", typed),
    };
    let start = start + named.len();
    let is_named = |text: &String| named.split('|').any(|flag| flag.trim() == text);
    let matching = texts
        .into_iter()
        .filter(|text| names.begins(text, typed) && !is_named(text));
    let candidates = matching.map(|text| Candidate {
        rank: Rank::Name,
        text: format!("{}{closing}{after}", escaped(&text, closing)),
        shown: text,
    });
    Completion {
        start,
        candidates: candidates.collect(),
    }
}

/// Whether the text is the name of a file to read: `types_of("`.
fn names_a_file(before: &[Token<'_>]) -> bool {
    matches!(before, [.., name, call] if name.text == "types_of" && call.is("("))
}

/// Whether the text is one of flags, which may name several: `order_1.flags = "HALTED | `.
fn is_flags(before: &[Token<'_>], names: &Lexicon) -> bool {
    !before.last().is_some_and(|token| token.is("("))
        && compared(before, names).is_some_and(|place| place.is_flags())
}

/// What is typed of the last flag, and all before it.
fn last_flag(typed: &str) -> (&str, &str) {
    let end = typed.rfind('|').map_or(0, |end| end + 1);
    let blanks = typed[end..].len() - typed[end..].trim_start().len();
    typed.split_at(end + blanks)
}

/// Functions whose first text is code: a condition, a path, what is explained.
const OF_CODE: [&str; 7] = [
    "explain",
    "history",
    "when",
    "rearm",
    "always",
    "wait_until",
    "watch",
];

/// Functions whose first text is a name that nothing here knows: of a parameter set.
const OF_SETS: [&str; 3] = ["apply_set", "diff_set", "save_set"];

/// Where in a text the code begins that is being typed: an interpolation, or what a function takes as code.
fn code(open: &Token<'_>, typed: &str, before: &[Token<'_>]) -> Option<usize> {
    if open.text.starts_with('`') {
        let begin = typed.rfind("${")? + 2;
        return (!typed[begin..].contains('}')).then_some(begin);
    }
    let [.., name, call] = before else {
        return None;
    };
    (call.is("(") && OF_CODE.contains(&name.text)).then_some(0)
}

/// What code becomes inside of quotes that it cannot contain.
fn code_within(open: &Token<'_>, start: usize, code: &str, names: &Lexicon) -> Completion {
    let mut completion = shifted(script::complete(code, names), start);
    let ends_text = |candidate: &Candidate| candidate.text.contains(&open.text[..1]);
    completion
        .candidates
        .retain(|candidate| !ends_text(candidate));
    completion
}

/// What the string may become, and what follows it.
fn texts(typed: &str, before: &[Token<'_>], names: &Lexicon) -> (Vec<String>, &'static str) {
    if let Some(row) = row(before, names) {
        return (row.keys(), "");
    }
    match before {
        [.., obs, open] if open.is("[") && obs.text == "obs" => (labels(typed, names), "]"),
        [owner @ .., open] if open.is("[") => {
            let owner = meaning::value(owner, names);
            (owner.map(|owner| owner.keys()).unwrap_or_default(), "]")
        }
        [.., name, open] if open.is("(") && OF_SETS.contains(&name.text) => (Vec::new(), ""),
        [callee @ .., open] if open.is("(") => (arguments(typed, callee, names), ""),
        [called @ .., comma] if comma.is(",") && is_first_argument(called) => {
            let object = meaning::receiver(called, names);
            (object.map(|object| object.keys()).unwrap_or_default(), "")
        }
        _ => {
            let place = compared(before, names);
            let values = place.map(|place| place.value_names()).unwrap_or_default();
            (values.into_iter().map(str::to_owned).collect(), "")
        }
    }
}

/// Whether `called` ends with the object that a function is called on, as the first of its arguments:
/// `force(p`.
fn is_first_argument(called: &[Token<'_>]) -> bool {
    let open = called
        .iter()
        .rposition(|token| token.is("(") || token.is(","));
    let (before, call) = called.split_at(open.unwrap_or_default());
    let is_open = call.first().is_some_and(|open| open.is("("));
    let is_function = |name: &Token<'_>| ["add", "force", "set"].contains(&name.text);
    is_open && before.last().is_some_and(is_function)
}

/// What the rows of a table are made of, where its columns are named: `list.table(["a", `.
fn row<'n>(before: &[Token<'_>], names: &'n Lexicon) -> Option<Value<'n>> {
    let is_column = |token: &Token<'_>| token.is(",") || token.inside().is_some();
    let open = before.iter().rposition(|token| !is_column(token))?;
    let [list @ .., dot, table, call, open] = &before[..=open] else {
        return None;
    };
    let is_table = dot.is(".") && table.text == "table" && call.is("(") && open.is("[");
    meaning::value(list, names).filter(|_| is_table)?.element()
}

fn labels(typed: &str, names: &Lexicon) -> Vec<String> {
    let labels = names.labels_from(typed);
    labels.iter().map(|label| label.to_string()).collect()
}

/// Texts that the call of the function at the end of `callee` takes first.
fn arguments(typed: &str, callee: &[Token<'_>], names: &Lexicon) -> Vec<String> {
    let owner = match callee {
        [owner @ .., dot, _] if dot.is(".") => meaning::receiver(owner, names),
        _ => None,
    };
    let is_called = |name: &str| callee.last().is_some_and(|method| method.text == name);
    let is_all = is_called("all");
    let mut known: Vec<String> = match owner {
        Some(Value::Session) if is_all => names.types_for_objects().into_iter().collect(),
        Some(Value::Session) => Vec::new(),
        Some(value) if is_called("add") => return value.numbers(),
        Some(value) => return value.keys(),
        None => names.type_names().map(str::to_owned).collect(),
    };
    known.extend(labels(typed, names));
    known
}

/// A name inside the quotes of a string.
fn escaped(name: &str, quote: &str) -> String {
    name.replace('\\', r"\\")
        .replace(quote, &format!("\\{quote}"))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn a_text_that_a_method_takes_is_completed_by_what_it_is_a_method_of() {
        check(
            "AAPL_position.set(\"qu",
            &["AAPL_position.set(\"quantity\""],
        );
        check("p.add(\"Pos", &[]);
        check("force(p, \"qu", &["force(p, \"quantity\""]);
        check(
            "force(order_1.fills[0], \"bi",
            &["force(order_1.fills[0], \"bid_price\""],
        );
        check("force(p, \"quantity\", \"qu", &[]);
        check("f(p, \"qu", &[]);
        check("obs.find(\"AAP", &["obs.find(\"AAPL_position\""]);
        check("obs.find(\"Pos", &[]);
        check("order_1.flags.has(\"HA", &["order_1.flags.has(\"HALTED\""]);
        check("order_1.routes.has(\"DA", &["order_1.routes.has(\"DARK\""]);
        check("map.get(\"pr", &["map.get(\"price\""]);
        check("positions.csv(\"AAP", &[]);
        check("positions[0].set(\"qu", &["positions[0].set(\"quantity\""]);
    }

    #[test]
    fn a_condition_in_a_text_is_completed_as_code() {
        for call in ["when", "wait_until", "watch", "t.rearm", "history"] {
            check(
                &format!("{call}(\"AAPL_position.qu"),
                &[&format!("{call}(\"AAPL_position.quantity")],
            );
        }
        check(
            "when(\"AAPL_position.quantity > 1 && AAPL_position.qu",
            &["when(\"AAPL_position.quantity > 1 && AAPL_position.quantity"],
        );
    }

    #[test]
    fn what_is_added_to_is_a_number() {
        check("AAPL_position.add(\"", &["AAPL_position.add(\"quantity\""]);
        check("p.add(\"l", &[]);
    }

    #[test]
    fn a_text_of_flags_names_each_once() {
        check(
            "order_1.routes = \"",
            &["order_1.routes = \"DARK\"", "order_1.routes = \"LIT\""],
        );
        check(
            "order_1.routes = \"DARK | ",
            &["order_1.routes = \"DARK | LIT\""],
        );
        check(
            "order_1.routes = \"DARK|L",
            &["order_1.routes = \"DARK|LIT\""],
        );
        check(
            "order_1.routes = \"LIT | d",
            &["order_1.routes = \"LIT | DARK\""],
        );
        check("order_1.side = \"BUY | S", &[]);
    }

    #[test]
    fn code_in_a_text_is_completed_as_code() {
        check("print(`now ${AAPL_", &["print(`now ${AAPL_position"]);
        check(
            "`${obs[\"book\"][0].bid_price} and ${AAPL_position.qu",
            &["`${obs[\"book\"][0].bid_price} and ${AAPL_position.quantity"],
        );
        check("`${order_1.side == \"B", &["`${order_1.side == \"BUY\""]);
        check("`${AAPL_position.quantity} AAPL_", &[]);
        check("`AAPL_", &[]);
        check(
            "explain(\"AAPL_position.qu",
            &["explain(\"AAPL_position.quantity"],
        );
        check("explain(\"say", &[]);
    }

    #[test]
    fn columns_of_a_table_are_fields_of_its_rows() {
        check("positions.table([\"qu", &["positions.table([\"quantity\""]);
        check(
            "obs.all(\"Position\").table([\"quantity\", \"li",
            &["obs.all(\"Position\").table([\"quantity\", \"live\""],
        );
        check(
            "order_1.fills.table([\"bi",
            &["order_1.fills.table([\"bid_price\""],
        );
        check("f([\"qu", &[]);
    }

    #[test]
    fn only_types_that_objects_have_are_offered_to_find_objects_by() {
        check("obs.all(\"Si", &[]);
        check("obs.all(\"Or", &["obs.all(\"Order\""]);
        check("describe(\"Si", &["describe(\"Side\""]);
        check(":objects --type Si", &[]);
        check(":type Si", &[":type Side"]);
    }
}
