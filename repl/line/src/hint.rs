//! What is said behind the cursor: type, limits and present value of a field, or the form of a command.

use super::lexicon::Lexicon;
use super::meaning::{self, Place, compared};
use memglass_syntax::token::tokens;

/// Longer values say little in a hint.
const LONGEST_VALUE: usize = 40;

/// Names of values that a hint tells: more are hardly on any screen.
const MOST_NAMES: usize = 20;

/// The hint for a line with the cursor at its end; `peek` reads a place, if that is quickly done.
pub(super) fn hint(
    line: &str,
    names: &Lexicon,
    peek: &dyn Fn(&str) -> Option<String>,
) -> Option<String> {
    if let Some(command) = line.strip_prefix(':') {
        return usage(command, names);
    }
    let all = tokens(line);
    if let Some(place) = compared(&all, names)
        .or_else(|| meaning::place(&all, names))
        .filter(|place| is_leaf(place))
    {
        let value = place
            .path
            .as_deref()
            .filter(|_| is_small(&place))
            .and_then(peek)
            .filter(|value| value.chars().count() <= LONGEST_VALUE);
        return Some(describe(&place, value));
    }
    let signature = names.signature(meaning::callee(&all)?)?;
    Some(format!("  {signature}"))
}

/// A command without words still lacks what its usage shows.
fn usage(line: &str, names: &Lexicon) -> Option<String> {
    let name = line.trim_end();
    let command = names.command(name)?;
    let rest = command.usage.split_once(' ').map(|(_, rest)| rest)?;
    let gap = if line.ends_with(' ') { "" } else { " " };
    Some(format!("{gap}{rest}"))
}

fn is_leaf(place: &Place<'_>) -> bool {
    place.field.is_some() && place.fields().is_empty()
}

/// A hint must not read a table of a million numbers.
fn is_small(place: &Place<'_>) -> bool {
    place.type_name.starts_with("text[") || !place.type_name.contains('[')
}

fn describe(place: &Place<'_>, value: Option<String>) -> String {
    let mut parts = vec![place.type_name.clone()];
    if let Some(field) = place.field {
        parts.extend(field.allowed.clone());
        // A value carries its unit.
        parts.extend(field.unit.clone().filter(|_| value.is_none()));
    }
    parts.extend(value.map(|value| format!("now {value}")));
    let told = format!("{}{}", parts.join(", "), names(place));
    format!("  {}", memglass_value::format::escaped(&told))
}

/// What its value may be called. It stands last, because it may be more than there is room for.
fn names(place: &Place<'_>) -> String {
    let mut names = place.value_names();
    if names.len() > MOST_NAMES {
        names.truncate(MOST_NAMES);
        names.push("…");
    }
    match names.is_empty() || place.is_bool() {
        true => String::new(),
        false => format!(" ({})", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::lexicon::sample;
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: Option<&str>) {
        let peek = |path: &str| (path == "AAPL_position.quantity").then(|| "500".to_owned());
        assert_eq!(hint(line, &sample(), &peek).as_deref(), expected, "{line}");
    }

    #[test]
    fn a_field_shows_its_type_limits_unit_and_value() {
        check("AAPL_position.quantity", Some("  i64, now 500"));
        check("AAPL_position.quantity = ", Some("  i64, now 500"));
        check(
            "AAPL_position.last_quote.bid_price = ",
            Some("  i64, 0..=100, ticks"),
        );
        check("p.quantity", Some("  i64"));
        check(
            "AAPL_position.set(#{ last_quote: #{ bid_price: ",
            Some("  i64, 0..=100, ticks"),
        );
    }

    #[test]
    fn a_value_with_names_shows_them_whoever_gives_them() {
        check("order_1.side = ", Some("  Side (BUY, SELL)"));
        check("order_1.venue = ", Some("  u8 (NYSE, NASDAQ)"));
        check("order_1.routes", Some("  u16 (DARK, LIT)"));
        check("AAPL_position.live", Some("  bool"));
    }

    #[test]
    fn a_function_shows_how_it_is_called() {
        check("expect(", Some("  expect(holds, message)"));
        check(
            "expect(AAPL_position.live, ",
            Some("  expect(holds, message)"),
        );
        check("obs.all(\"Pos", Some("  obs.all(\"Type\")"));
        check("list.push(", Some("  push(item)"));
        check("expect(true)", None);
        check("nobody(", None);
    }

    #[test]
    fn a_command_shows_what_it_still_takes() {
        check(":get", Some(" PATH..."));
        check(":get ", Some("PATH..."));
        check(":get x", None);
        check(":q", None);
    }

    #[test]
    fn an_array_is_not_read_for_a_hint() {
        let peek = |path: &str| -> Option<String> { panic!("{path} was read") };
        assert_eq!(
            hint("order_1.fills", &sample(), &peek).as_deref(),
            Some("  Quote[10]")
        );
    }

    #[test]
    fn a_whole_structure_has_no_hint() {
        check("AAPL_position", None);
        check("AAPL_position.last_quote", None);
        check("", None);
    }
}
