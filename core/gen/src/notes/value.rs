//! Arguments of annotations: numbers, texts and lists of names.

use memglass::schema::{Number, Variant};

/// The annotation stands alone.
pub(super) fn nothing(key: &str, args: Option<&str>) -> Result<(), String> {
    match args {
        None => Ok(()),
        Some(_) => Err(format!("@{key} takes no value: write @{key} alone")),
    }
}

/// A text in quotes.
pub(super) fn text(key: &str, args: Option<&str>) -> Result<String, String> {
    let usage = || format!("@{key} takes a text in quotes: write @{key}(\"...\")");
    let inside = args
        .and_then(|args| args.strip_prefix('"')?.strip_suffix('"'))
        .ok_or_else(usage)?;
    let mut text = String::new();
    let mut chars = inside.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('"', _) => return Err(usage()),
            ('\\', Some('"' | '\\')) => text.extend(chars.next()),
            // Any other backslash is meant for the regular expression or the reader.
            _ => text.push(c),
        }
    }
    if text.is_empty() {
        Err(format!("@{key} is empty; leave it out"))
    } else {
        Ok(text)
    }
}

/// An expression of a layout, which is judged with the layout.
pub(super) fn expression(key: &str, args: Option<&str>, example: &str) -> Result<String, String> {
    let expression = args.map(str::trim).filter(|args| !args.is_empty());
    let usage = || format!("@{key} takes another member: write @{key}({example})");
    expression.map(str::to_owned).ok_or_else(usage)
}

/// One number.
pub(super) fn number(key: &str, args: Option<&str>) -> Result<Number, String> {
    let usage = || format!("@{key} takes a number: write @{key}(10)");
    parse_number(args.ok_or_else(usage)?).ok_or_else(usage)
}

/// Two numbers, both included.
pub(super) fn range(args: Option<&str>) -> Result<(Number, Number), String> {
    let usage = || "@range takes two numbers, both included: write @range(0, 100)".to_owned();
    let (min, max) = args
        .and_then(|args| args.split_once(','))
        .ok_or_else(usage)?;
    parse_number(min).zip(parse_number(max)).ok_or_else(usage)
}

/// `NAME=1, OTHER=2`.
pub(super) fn names(key: &str, args: Option<&str>) -> Result<Vec<Variant>, String> {
    let usage = || format!("@{key} names numbers: write @{key}(FIRST=1, SECOND=2)");
    let args = args.filter(|args| !args.is_empty()).ok_or_else(usage)?;
    let mut names: Vec<Variant> = Vec::new();
    for entry in args.trim_end_matches(',').split(',') {
        let (name, value) = entry.split_once('=').ok_or_else(usage)?;
        let Some(Number::Int(value)) = parse_number(value) else {
            return Err(usage());
        };
        let name = name.trim().trim_matches('"');
        if !is_word(name) {
            return Err(format!(
                "{name:?} cannot be written in a path: use letters, digits and `_`"
            ));
        }
        if names.iter().any(|other| &*other.name == name) {
            return Err(format!("@{key} has {name} twice"));
        }
        names.push(Variant {
            name: name.into(),
            value,
        });
    }
    Ok(names)
}

fn is_word(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name.chars().all(|c| c.is_alphanumeric() || c == '_')
}

pub(super) fn check_regex(pattern: &str) -> Result<(), String> {
    regex_syntax::Parser::new()
        .parse(pattern)
        .map(drop)
        .map_err(|error| {
            let text = error.to_string();
            let last = text.lines().last().unwrap_or_default();
            format!(
                "@regex is not a regular expression: {}",
                last.trim_start_matches("error: ")
            )
        })
}

/// A number as C++ writes it.
fn parse_number(text: &str) -> Option<Number> {
    let text: String = text.trim().chars().filter(|c| *c != '\'').collect();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits.trim_start()),
        None => (1, text.strip_prefix('+').unwrap_or(&text)),
    };
    let lower = digits.to_ascii_lowercase();
    let whole = lower.trim_end_matches(['u', 'l']);
    let radix = [("0x", 16), ("0b", 2)];
    if let Some((digits, radix)) = radix
        .iter()
        .find_map(|(prefix, radix)| Some((whole.strip_prefix(prefix)?, *radix)))
    {
        return i128::from_str_radix(digits, radix)
            .ok()
            .map(|value| Number::Int(sign * value));
    }
    if !whole.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    if whole.bytes().all(|byte| byte.is_ascii_digit()) {
        let radix = if whole.len() > 1 && whole.starts_with('0') {
            8
        } else {
            10
        };
        return i128::from_str_radix(whole, radix)
            .ok()
            .map(|value| Number::Int(sign * value));
    }
    let real: f64 = lower.trim_end_matches(['f', 'l']).parse().ok()?;
    Some(Number::Float(f64::from(sign as i8) * real))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_cpp_writes_them() {
        let int = |value| Some(Number::Int(value));
        assert_eq!(parse_number("1'000'000"), int(1_000_000));
        assert_eq!(parse_number(" -5 "), int(-5));
        assert_eq!(parse_number("0x7Full"), int(127));
        assert_eq!(parse_number("0b101"), int(5));
        assert_eq!(parse_number("017"), int(15));
        assert_eq!(parse_number("42u"), int(42));
        assert_eq!(parse_number("-0.5f"), Some(Number::Float(-0.5)));
        assert_eq!(parse_number("1e3"), Some(Number::Float(1000.0)));
        for text in ["", "x", "1 2", "-", "0x", "1.5.2", "inf", "nan", "MAX"] {
            assert_eq!(parse_number(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_backslash_escapes_quotes_and_itself_only() {
        assert_eq!(
            text("regex", Some(r#""\d+\"\\d""#)).as_deref(),
            Ok(r#"\d+"\d"#)
        );
        assert!(text("unit", Some("ticks")).is_err());
        assert!(text("unit", None).is_err());
        assert!(text("unit", Some("\"\"")).is_err());
    }
}
