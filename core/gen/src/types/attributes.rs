//! Attributes of a declaration, as they are written.

use std::collections::HashMap;
use std::path::PathBuf;

use clang_sys::*;
use memglass_code::read_regular;
use memglass_types::Attribute;

use crate::clang::Cursor;
use crate::sources::text_of;

/// The texts of files with attributes.
#[derive(Default)]
pub(super) struct Texts(HashMap<PathBuf, String>);

impl Texts {
    /// The attributes of a declaration, in the order of the source.
    pub(super) fn attributes(&mut self, cursor: Cursor<'_>) -> Vec<Attribute> {
        let children = cursor.children().into_iter();
        let attributes = children.filter(|child| child.is_attribute());
        attributes
            .filter_map(|child| self.attribute(child))
            .collect()
    }

    fn attribute(&mut self, cursor: Cursor<'_>) -> Option<Attribute> {
        let (name, value) = match cursor.kind() {
            // What a macro was given is known to the compiler alone.
            CXCursor_AnnotateAttr => ("annotate".to_owned(), cursor.name()),
            CXCursor_PackedAttr => ("packed".to_owned(), String::new()),
            _ => {
                let [_, (file, at)] = cursor.written();
                written(self.text(file).get(at..)?)?
            }
        };
        Some(Attribute {
            name: name.into(),
            value: value.into(),
        })
    }

    fn text(&mut self, file: PathBuf) -> &str {
        self.0
            .entry(file)
            .or_insert_with_key(|file| text_of(read_regular(file).unwrap_or_default()).0)
    }
}

/// The name and the argument of the attribute at the start of a text: `gnu::__aligned__(8)` is `aligned` with `8`.
fn written(text: &str) -> Option<(String, String)> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let end = text.find(|c| !is_word(c)).unwrap_or(text.len());
    let name = text[..end].rsplit("::").next()?;
    let bare = name
        .strip_prefix("__")
        .and_then(|name| name.strip_suffix("__"));
    let name = match bare.unwrap_or(name) {
        "" => return None,
        "alignas" | "_Alignas" => "aligned",
        name => name,
    };
    let rest = text[end..].trim_start();
    let value = rest
        .strip_prefix('(')
        .and_then(argument)
        .unwrap_or_default();
    Some((name.to_owned(), value))
}

/// The text up to the bracket that closes it; of a single literal, what it says.
fn argument(text: &str) -> Option<String> {
    let (mut depth, mut in_quotes, mut is_escaped) = (0, false, false);
    let is_end = |c: char| {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => in_quotes = !in_quotes,
            '(' if !in_quotes => depth += 1,
            ')' if !in_quotes && depth == 0 => return true,
            ')' if !in_quotes => depth -= 1,
            _ => {}
        }
        false
    };
    let value = text[..text.find(is_end)?].trim();
    let literal = value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    Some(
        literal
            .filter(|rest| !rest.contains('"'))
            .unwrap_or(value)
            .to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, name: &str, value: &str) {
        assert_eq!(written(text), Some((name.into(), value.into())), "{text}");
    }

    #[test]
    fn attributes_are_read_as_they_are_written() {
        check("deprecated(\"use (b)\")) int a", "deprecated", "use (b)");
        check("__aligned__ (8)))", "aligned", "8");
        check("alignas(sizeof(int) * 2) int", "aligned", "sizeof(int) * 2");
        check("gnu::packed]]", "packed", "");
        check("format(printf, 1, 2)", "format", "printf, 1, 2");
        check("section(\"a\" \"b\")", "section", "\"a\" \"b\"");
        check("pure", "pure", "");
        assert_eq!(written("(x)"), None);
        assert_eq!(
            written("unended(\"x"),
            Some(("unended".into(), String::new()))
        );
    }
}
