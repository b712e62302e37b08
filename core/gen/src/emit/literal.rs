//! Texts and numbers as C++ writes them.

use std::fmt::Write;

use memglass::schema::{Metadata, Number, Variant};

/// A text in quotes. Bytes beyond ASCII are kept, as the files are UTF-8.
pub(super) fn text(text: &str) -> String {
    let mut literal = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => literal.extend(['\\', c]),
            '\n' => literal.push_str("\\n"),
            // Three digits, so that none that follows is read with them.
            c if c.is_control() && c.is_ascii() => {
                let _ = write!(literal, "\\{:03o}", c as u32);
            }
            // Two of them would begin a trigraph.
            '?' => literal.push_str("\\?"),
            c => literal.push(c),
        }
    }
    literal.push('"');
    literal
}

/// A whole number with the sign that its size needs.
pub(super) fn integer(value: i128) -> String {
    match value {
        value if value == i64::MIN.into() => "(-9223372036854775807 - 1)".to_owned(),
        value if value > i64::MAX.into() => format!("{value}u"),
        value => value.to_string(),
    }
}

fn number(number: Number) -> String {
    match number {
        Number::Int(value) => integer(value),
        Number::Float(value) => format!("{value:?}"),
    }
}

/// Names with their numbers, in braces.
pub(super) fn variants(variants: &[Variant]) -> String {
    let each = variants
        .iter()
        .map(|variant| format!("{{{}, {}}}", text(&variant.name), integer(variant.value)));
    format!("{{{}}}", each.collect::<Vec<_>>().join(", "))
}

/// The initialiser of `memglass::Metadata`; empty if nothing is declared. Lists of names are in variables that begin with the
/// name of the member.
pub(super) fn metadata(member: &str, metadata: &Metadata) -> String {
    let mut parts = Vec::new();
    if metadata.readonly {
        parts.push(".readonly = true".to_owned());
    }
    for (key, bound) in [
        ("min", metadata.min),
        ("max", metadata.max),
        ("step", metadata.step),
    ] {
        parts.extend(bound.map(|bound| format!(".{key} = {}", number(bound))));
    }
    let written = |key: &str, value: &Option<std::sync::Arc<str>>| {
        value
            .as_deref()
            .map(|value| format!(".{key} = {}", text(value)))
    };
    parts.extend(written("regex", &metadata.regex));
    for (key, list) in [("names", &metadata.names), ("flags", &metadata.flags)] {
        if !list.is_empty() {
            parts.push(format!(".{key} = {}", list_name(member, key)));
        }
    }
    parts.extend(written("format", &metadata.format));
    parts.extend(written("unit", &metadata.unit));
    parts.extend(written("desc", &metadata.desc));
    parts.extend(written("was", &metadata.was));
    if parts.is_empty() {
        String::new()
    } else {
        format!("{{{}}}", parts.join(", "))
    }
}

/// The constant with one part of what is declared of a member.
pub(super) fn list_name(member: &str, key: &str) -> String {
    format!("{member}_{key}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped() {
        assert_eq!(text("a\"b\\d?\u{1}1é"), "\"a\\\"b\\\\d\\?\\0011é\"");
    }

    #[test]
    fn numbers_of_64_bits_fit() {
        assert_eq!(integer(i64::MIN.into()), "(-9223372036854775807 - 1)");
        assert_eq!(integer(u64::MAX.into()), "18446744073709551615u");
        assert_eq!(number(Number::Float(1.0)), "1.0");
    }
}
