//! No text makes the compiler panic, hang or run out of stack.

use proptest::prelude::*;

use super::World;
use crate::expression::Source;

const TOKENS: [&str; 62] = [
    "a",
    "b",
    "zz",
    "obs",
    "args",
    "this",
    "_",
    ".",
    ".",
    ".",
    "[",
    "]",
    "(",
    ")",
    "{",
    "}",
    "#{",
    "?.",
    "?[",
    "::",
    "quantity",
    "levels",
    "status",
    "last_quote",
    "bid_price",
    "symbol",
    "live",
    "add",
    "set",
    "label",
    "len",
    "abs",
    "in",
    "!in",
    "if",
    "else",
    "let",
    "x",
    "=",
    "==",
    "<",
    ">=",
    "&&",
    "||",
    "??",
    "!",
    "-",
    "+",
    "*",
    "**",
    "<<",
    "..",
    "|",
    "1",
    "-9223372036854775808",
    "1.5e300",
    "\"OPEN\"",
    "'c'",
    "`${",
    "()",
    ",",
    ";",
];

fn soup() -> impl Strategy<Value = String> {
    let tokens = prop::collection::vec(prop::sample::select(&TOKENS[..]), 0..24);
    (tokens, prop::sample::select(&["", " "][..])).prop_map(|(tokens, gap)| tokens.join(gap))
}

/// Compiles a text, and asks it if it is an expression.
fn ask(world: &World, text: &str) {
    let Ok(source) = Source::of_text(text) else {
        return;
    };
    if let Ok(mut condition) = source.condition(&world.observer, |_| None) {
        let _ = condition.holds(&world.observer);
    }
    if let Ok(mut value) = source.value(&world.observer, |_| None) {
        let _ = value.value(&world.observer);
    }
}

#[test]
fn any_text_is_compiled_or_refused() {
    let world = World::new();
    let text = prop_oneof![
        3 => soup(),
        1 => any::<String>(),
        1 => prop::collection::vec(any::<u8>(), 0..64).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
    ];
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(2000)
    };
    proptest!(config, |(text in text)| ask(&world, &text));
}

#[test]
fn deep_and_long_texts_are_compiled_or_refused() {
    let world = World::new();
    for count in [10, 100, 500, 1000, 5000, 100_000] {
        for (start, part, end) in [
            ("", "(", ""),
            ("", "!", "a.live"),
            ("", "-", "1"),
            ("", "a.", "quantity > 1"),
            ("a", ".a", ""),
            ("a", "[0]", " > 1"),
            ("a.levels", "[a.levels", ""),
            ("1", " + 1", " > 0"),
            ("1", " ** 1", " > 0"),
            ("a.live", " && a.live", ""),
            ("", "[", ""),
            ("a", ".len()", ""),
            ("", "if a.live { ", ""),
            ("", "abs(", ""),
            ("a.live", " == (a.live", ""),
        ] {
            let open = part.matches(['(', '[', '{']).count();
            let closed = part.matches([')', ']', '}']).count();
            let last = part.trim_end().chars().last();
            let close = match last {
                Some('(') => ")",
                Some('[') => "]",
                _ if part.contains('[') => "]",
                _ if part.contains('{') => " }",
                _ => ")",
            };
            let ends = if open > closed { count } else { 0 };
            let text = [start, &part.repeat(count), end, &close.repeat(ends)].concat();
            ask(&world, &text);
        }
    }
}
