//! Text with `<key>` for what is filled in later.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::words::{directive_name, is_keyword, is_name};

/// A template that was not filled in.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum TemplateError {
    /// The text has a key without a value.
    #[error(
        "line {line} of the template has the key <{key}>, which has no value; write \\<{key}> if it is no key"
    )]
    UnknownKey {
        /// The key.
        key: String,
        /// Its line, counted from 1.
        line: usize,
    },
    /// A value has no key in the text.
    #[error("the template has no key <{key}>; it has: {known}")]
    UnusedKey {
        /// The key.
        key: String,
        /// All keys of the text.
        known: String,
    },
}

impl TemplateError {
    /// The key that is unknown or unused.
    #[must_use]
    pub fn key(&self) -> &str {
        match self {
            TemplateError::UnknownKey { key, .. } | TemplateError::UnusedKey { key, .. } => key,
        }
    }

    /// A short name of the fault that stays the same.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            TemplateError::UnknownKey { .. } => "unknown-key",
            TemplateError::UnusedKey { .. } => "unused-key",
        }
    }
}

/// A text with keys: `<word>` where the word is no keyword of C++, and the line no `#include`. `\<word>` is plain text.
#[derive(Clone, Debug)]
pub struct Template {
    lines: Vec<Line>,
}

#[derive(Clone, Debug)]
struct Line {
    pieces: Vec<Piece>,
    blank: String,
}

#[derive(Clone, Debug)]
enum Piece {
    Text(String),
    Key(String),
}

impl Template {
    /// Finds the keys of `text`. Linear in its length.
    #[must_use]
    pub fn parse(text: &str) -> Template {
        Template {
            lines: text.split_inclusive('\n').map(line).collect(),
        }
    }

    /// The keys in the order of the text, each once.
    #[must_use]
    pub fn keys(&self) -> Vec<&str> {
        let mut keys: Vec<&str> = Vec::new();
        for piece in self.lines.iter().flat_map(|line| &line.pieces) {
            if let Piece::Key(key) = piece
                && !keys.contains(&key.as_str())
            {
                keys.push(key);
            }
        }
        keys
    }

    /// The text with a value for each key.
    ///
    /// Values are not looked into. Their later lines begin with the white space that the line of the key begins with. A line
    /// that has nothing but keys with empty values is left out.
    ///
    /// # Errors
    ///
    /// [`TemplateError::UnknownKey`] for the first key without a value, else [`TemplateError::UnusedKey`] for the first value
    /// without a key.
    ///
    /// ```
    /// use memglass_code::Template;
    ///
    /// let template = Template::parse("struct <name> {\n    <fields>\n};\n");
    /// let text = template.render([("name", "Cell"), ("fields", "int a;\nint b;")])?;
    /// assert_eq!(text, "struct Cell {\n    int a;\n    int b;\n};\n");
    /// # Ok::<(), memglass_code::TemplateError>(())
    /// ```
    pub fn render<'v>(
        &self,
        values: impl IntoIterator<Item = (&'v str, &'v str)>,
    ) -> Result<String, TemplateError> {
        let given: Vec<(&str, &str)> = values.into_iter().collect();
        let values: BTreeMap<&str, &str> = given.iter().copied().collect();
        self.check(&given, &values)?;
        let mut text = String::new();
        for line in &self.lines {
            line.render(&values, &mut text);
        }
        Ok(text)
    }

    fn check(
        &self,
        given: &[(&str, &str)],
        values: &BTreeMap<&str, &str>,
    ) -> Result<(), TemplateError> {
        for (number, line) in self.lines.iter().enumerate() {
            for piece in &line.pieces {
                if let Piece::Key(key) = piece
                    && !values.contains_key(key.as_str())
                {
                    return Err(TemplateError::UnknownKey {
                        key: key.clone(),
                        line: number + 1,
                    });
                }
            }
        }
        let keys = self.keys();
        match given.iter().find(|(key, _)| !keys.contains(key)) {
            Some((key, _)) => Err(TemplateError::UnusedKey {
                key: (*key).to_owned(),
                known: keys.join(", "),
            }),
            None => Ok(()),
        }
    }
}

impl Line {
    fn render(&self, values: &BTreeMap<&str, &str>, out: &mut String) {
        let has_key = self
            .pieces
            .iter()
            .any(|piece| matches!(piece, Piece::Key(_)));
        let is_empty = self.pieces.iter().all(|piece| match piece {
            Piece::Text(text) => text.trim().is_empty(),
            Piece::Key(key) => values
                .get(key.as_str())
                .is_none_or(|value| value.is_empty()),
        });
        if has_key && is_empty {
            return;
        }
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Key(key) => push_value(
                    values.get(key.as_str()).copied().unwrap_or_default(),
                    &self.blank,
                    out,
                ),
            }
        }
    }
}

fn push_value(value: &str, blank: &str, out: &mut String) {
    for (number, line) in value.split('\n').enumerate() {
        if number > 0 {
            out.push('\n');
            if !line.trim().is_empty() {
                out.push_str(blank);
            }
        }
        out.push_str(line);
    }
}

fn line(text: &str) -> Line {
    let blank: String = text
        .chars()
        .take_while(|c| matches!(c, ' ' | '\t'))
        .collect();
    let directive = text.trim_start();
    let includes = directive.starts_with('#') && directive_name(directive).starts_with("include");
    let pieces = if includes {
        vec![Piece::Text(text.to_owned())]
    } else {
        pieces(text)
    };
    Line { pieces, blank }
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        let (before, from) = rest.split_at(open);
        plain.push_str(before);
        match key(from) {
            Some(key) if before.ends_with('\\') => {
                plain.pop();
                plain.push_str(&from[..key.len() + 2]);
                rest = &from[key.len() + 2..];
            }
            Some(key) if !is_keyword(key) => {
                pieces.push(Piece::Text(std::mem::take(&mut plain)));
                pieces.push(Piece::Key(key.to_owned()));
                rest = &from[key.len() + 2..];
            }
            _ => {
                plain.push('<');
                rest = &from[1..];
            }
        }
    }
    plain.push_str(rest);
    pieces.push(Piece::Text(plain));
    pieces
}

/// The word of `<word>` at the start of `text`.
fn key(text: &str) -> Option<&str> {
    let end = text.find('>')?;
    Some(&text[1..end]).filter(|word| is_name(word))
}
