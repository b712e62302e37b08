//! The file of a parameter set: a line `path = value` for each, which people read, edit and compare.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use memglass::{EnumValue, FlagsValue, Value};
use memglass_system::files;
use memglass_value::literal::{self, quoted};

use super::SetError;

/// Bytes of the largest file that is taken for a set.
const LARGEST: u64 = 64 << 20;

/// Bytes in which a header is looked for.
const LONGEST_HEADER: u64 = 16 << 10;

/// One value of a set.
#[derive(Debug, PartialEq)]
pub(super) struct Line {
    /// In the file, from 1.
    pub(super) number: usize,
    pub(super) path: String,
    pub(super) value: Value,
}

/// The file of a set: a name is one in `$XDG_DATA_HOME/memglass/sets`; what has a slash or ends in `.set` is a
/// path.
pub(super) fn path_of(name: &str) -> Result<PathBuf, SetError> {
    if name.contains('/') || name.ends_with(".set") {
        return Ok(name.into());
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if name.is_empty() || name.len() > 64 || !name.chars().all(is_plain) {
        return Err(SetError::Name { name: name.into() });
    }
    Ok(folder()?.join(format!("{name}.set")))
}

/// Where the sets are that have names.
pub(super) fn folder() -> Result<PathBuf, SetError> {
    let base = etcetera::base_strategy::Xdg::new().map_err(|_| SetError::NoHome)?;
    Ok(base.data_dir().join("memglass").join("sets"))
}

/// What the comments at the beginning of a file say, by their first word.
pub(super) fn header(path: &Path) -> Result<BTreeMap<String, String>, SetError> {
    let mut text = Vec::new();
    let read = files::open_regular(OpenOptions::new().read(true), path)
        .and_then(|file| file.take(LONGEST_HEADER).read_to_end(&mut text));
    read.map_err(|source| SetError::reading(path, source))?;
    let text = String::from_utf8_lossy(&text);
    let comments = text.lines().map_while(|line| line.strip_prefix('#'));
    let said = comments.filter_map(|comment| comment.trim().split_once(": "));
    Ok(said
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect())
}

/// The values in a file.
pub(super) fn read(path: &Path) -> Result<Vec<Line>, SetError> {
    let mut text = String::new();
    let read = files::open_regular(OpenOptions::new().read(true), path)
        .and_then(|file| file.take(LARGEST).read_to_string(&mut text));
    read.map_err(|source| SetError::reading(path, source))?;
    parse(&text).map_err(|(line, reason)| SetError::Lines {
        problems: vec![format!("{}:{line}: {reason}", path.display())],
    })
}

/// Puts a set in the place of the one that may be there: it is all of the old or all of the new one. Another file is not
/// replaced.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), SetError> {
    if path.is_file() {
        read(path)?;
    }
    let written = || -> io::Result<()> {
        if let Some(folder) = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            files::create_private_dir(folder)?;
        }
        files::replace_private(path, text.as_bytes())
    };
    written().map_err(|source| SetError::File {
        path: path.into(),
        source,
    })
}

/// The lines of a text; else the number of one, and what is wrong with it.
fn parse(text: &str) -> Result<Vec<Line>, (usize, String)> {
    let mut lines = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (path, value) = split(line).ok_or((number, "expected PATH = VALUE".to_owned()))?;
        let value = literal::parse(value).map_err(|reason| (number, reason))?;
        lines.push(Line {
            number,
            path: path.to_owned(),
            value,
        });
    }
    Ok(lines)
}

/// A line at its sign, which may also stand in a label in quotes.
fn split(line: &str) -> Option<(&str, &str)> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    let sign = line.char_indices().find_map(|(at, c)| {
        is_quoted ^= c == '"' && !is_escaped;
        is_escaped = c == '\\' && is_quoted && !is_escaped;
        (c == '=' && !is_quoted).then_some(at)
    })?;
    let (path, value) = (line[..sign].trim(), line[sign + 1..].trim());
    (!path.is_empty() && !value.is_empty()).then_some((path, value))
}

/// A value as a line has it: what [`literal::parse`] reads as the same.
pub(super) fn written(value: &Value) -> String {
    match value {
        Value::Text(text) => quoted(text),
        Value::F32(number) => float(number.to_string()),
        Value::F64(number) => float(number.to_string()),
        Value::Enum(EnumValue {
            name: Some(name), ..
        }) if is_word(name) => name.to_string(),
        Value::Enum(EnumValue {
            name: Some(name), ..
        }) => quoted(name),
        Value::Enum(value) => value.number.to_string(),
        Value::Flags(flags) if is_named(flags) => flags.to_string(),
        Value::Flags(flags) => flags.bits.to_string(),
        Value::List(elements) => {
            let elements: Vec<String> = elements.iter().map(written).collect();
            format!("[{}]", elements.join(", "))
        }
        Value::Record(members) => {
            let member = |(name, value): (&std::sync::Arc<str>, &Value)| match is_word(name) {
                true => format!("{name}: {}", written(value)),
                false => format!("{}: {}", quoted(name), written(value)),
            };
            let members: Vec<String> = members.iter().map(member).collect();
            format!("#{{{}}}", members.join(", "))
        }
        other => other.to_string(),
    }
}

fn is_named(flags: &FlagsValue) -> bool {
    flags.unnamed == 0 && !flags.names.is_empty() && flags.names.iter().all(|name| is_word(name))
}

/// Whether a word of these characters is read as itself.
fn is_word(text: &str) -> bool {
    let is_inside = |c: char| c.is_alphanumeric() || c == '_';
    let starts = text.starts_with(|c: char| c.is_alphabetic() || c == '_');
    starts && text.chars().all(is_inside) && !matches!(text, "true" | "false" | "inf" | "NaN")
}

/// With a point, so that it is seen to be a float.
fn float(text: String) -> String {
    match text.contains(['.', 'e', 'n', 'N']) {
        true => text,
        false => text + ".0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: Value, expected: &str) {
        let text = written(&value);
        assert_eq!(text, expected);
        let read = literal::parse(&text).unwrap();
        assert_eq!(written(&read), expected, "{read:?}");
    }

    #[test]
    fn what_is_written_is_read_as_the_same() {
        check(Value::I64(-5), "-5");
        check(Value::U128(u128::MAX), &u128::MAX.to_string());
        check(Value::F64(3.0), "3.0");
        check(Value::F64(f64::NAN), "NaN");
        check(Value::F64(f64::NEG_INFINITY), "-inf");
        check(Value::Bool(true), "true");
        check("true".into(), "\"true\"");
        check(
            "a \"b\" \\ \n\u{1b}[ = # é".into(),
            "\"a \\\"b\\\" \\\\ \\n\\u001b[ = # é\"",
        );
        check(
            Value::List(vec![1_i64.into(), "x, y]".into()]),
            "[1, \"x, y]\"]",
        );
        check(
            Value::Record([("a", 1_i64.into()), ("b c", 2.5.into())].into()),
            "#{a: 1, \"b c\": 2.5}",
        );
        assert_eq!(written(&Value::F32(0.1)), "0.1");
    }

    #[test]
    fn a_line_is_a_path_and_a_value() {
        let text = "# memglass parameter set\n\na.b = 5\n \"x=\\\"y\".c = \"d = e\" \n";
        let lines = parse(text).unwrap();
        let paths: Vec<_> = lines
            .iter()
            .map(|line| (line.number, &*line.path))
            .collect();
        assert_eq!(paths, [(3, "a.b"), (4, "\"x=\\\"y\".c")]);
        assert_eq!(lines[1].value, "d = e".into());
        for wrong in ["a.b", "a.b =", "= 5", "a.b = [1"] {
            assert!(
                parse(&format!("\n{wrong}")).is_err_and(|(line, _)| line == 2),
                "{wrong}"
            );
        }
    }
}
