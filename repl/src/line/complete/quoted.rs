//! Inside of quotes.

use super::super::lexicon::Lexicon;
use super::super::meaning::{self, Value, compared};
use super::super::token::Token;
use super::{Candidate, Completion, Rank};

/// Inside an open string: a label, a field, a type or the name of a value, by what stands before it.
pub(super) fn complete(open: &Token<'_>, before: &[Token<'_>], names: &Lexicon) -> Completion {
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
            let value = meaning::value(chain, names);
            let fields = value.map(|value| value.fields()).unwrap_or_default();
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
    let owner = match callee {
        [owner @ .., dot, _] if dot.is(".") => meaning::receiver(owner, names),
        _ => None,
    };
    let is_all = callee.last().is_some_and(|method| method.text == "all");
    let mut known: Vec<String> = match owner {
        Some(Value::Session) if is_all => names.types_for_objects().into_iter().collect(),
        Some(Value::Session) => Vec::new(),
        Some(value) => {
            let mut keys = value.keys();
            keys.retain(|key| key.starts_with(typed));
            return keys;
        }
        None => names.type_names().map(str::to_owned).collect(),
    };
    known.retain(|name| name.starts_with(typed));
    let labels = names.labels_from(typed);
    known.extend(labels.iter().map(|label| label.to_string()));
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
        check("obs.find(\"AAP", &["obs.find(\"AAPL_position\""]);
        check("obs.find(\"Pos", &[]);
        check("order_1.flags.has(\"HA", &["order_1.flags.has(\"HALTED\""]);
        check("map.get(\"pr", &["map.get(\"price\""]);
        check("positions.csv(\"AAP", &[]);
        check("positions[0].set(\"qu", &["positions[0].set(\"quantity\""]);
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
