//! `--only`: which objects of a recording are meant.

use std::collections::HashMap;
use std::sync::Arc;

use memglass::schema::{Schema, TypeId};
use memglass::{Pattern, PatternError};
use memglass_stream::{Change, Object};

use super::failure::Failure;

/// The error for `of`, a file or session in which no object matches.
pub(super) fn nothing_matches(of: &str, patterns: &[String]) -> Failure {
    let patterns = patterns.join(", ");
    Failure::Usage(format!(
        "{of} has no object that matches {patterns}: --only takes labels and names of types, as in 'AAPL_*' or Order"
    ))
}

/// Objects by patterns of their labels and of the names of their types, and fields by patterns of their paths; without
/// patterns, all.
pub(super) struct Only {
    patterns: Vec<Pattern>,
    /// The parts of patterns that may be about labels, where a field follows: `AAPL_*` of `AAPL_*.quantity`.
    heads: Vec<Pattern>,
    /// What was found out for each label and type: a label may come back with another one.
    known: HashMap<(Arc<str>, TypeId), bool>,
}

/// What of a pattern may be about labels: all that stands before a `.` or a `[`.
fn heads(pattern: &str) -> impl Iterator<Item = Pattern> {
    let ends = pattern.match_indices(['.', '[']).map(|(end, _)| end);
    ends.filter_map(|end| Pattern::new(&pattern[..end]).ok())
}

/// The pattern with what may be an index taken as one, and not as a set of characters: `book[0].price`, `book[*].price`;
/// `None` if it has nothing of the kind.
fn with_indexes(pattern: &str) -> Option<String> {
    let mut meant = String::with_capacity(pattern.len() + 8);
    let mut rest = pattern;
    while let Some((before, behind)) = rest.split_once('[') {
        let index = behind.split_once(']').filter(|(index, _)| {
            *index == "*" || (!index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit()))
        });
        meant.push_str(before);
        rest = match index {
            Some((index, behind)) if !before.ends_with('\\') => {
                meant.push_str(&format!("\\[{index}\\]"));
                behind
            }
            _ => {
                meant.push('[');
                behind
            }
        };
    }
    meant.push_str(rest);
    (meant != pattern).then_some(meant)
}

impl Only {
    pub(super) fn new(patterns: &[String]) -> Result<Only, Failure> {
        let indexed = patterns.iter().filter_map(|text| with_indexes(text));
        let texts: Vec<String> = patterns.iter().cloned().chain(indexed).collect();
        let heads = texts.iter().flat_map(|text| heads(text));
        let patterns: Result<_, PatternError> =
            texts.iter().map(|text| Pattern::new(text)).collect();
        Ok(Only {
            patterns: patterns.map_err(|error| Failure::Usage(error.to_string()))?,
            heads: heads.collect(),
            known: HashMap::new(),
        })
    }

    /// Whether the field at a path of an object is meant, or what it is a part of.
    pub(super) fn selects_field(&mut self, schema: &Schema, object: &Object, path: &str) -> bool {
        if self.selects(schema, object) {
            return true;
        }
        let ends = path.match_indices(['.', '[']).map(|(end, _)| end);
        let mut parts = ends.chain([path.len()]).map(|end| &path[..end]);
        parts.any(|part| self.patterns.iter().any(|pattern| pattern.is_match(part)))
    }

    /// Whether an object of a session with these types is meant.
    pub(super) fn selects(&mut self, schema: &Schema, object: &Object) -> bool {
        if self.patterns.is_empty() {
            return true;
        }
        let key = (Arc::clone(&object.label), object.type_id);
        if let Some(&known) = self.known.get(&key) {
            return known;
        }
        let type_name = schema.get(object.type_id).map(|ty| &*ty.name);
        let mut patterns = self.patterns.iter();
        let is_meant = patterns.any(|pattern| {
            pattern.is_match(&*object.label) || type_name.is_some_and(|name| pattern.is_match(name))
        });
        self.known.insert(key, is_meant);
        is_meant
    }

    /// Whether a change is about an object of which something is meant, or about none.
    pub(super) fn concerns_a_part(&mut self, schema: &Schema, change: &Change<'_>) -> bool {
        match change {
            Change::Created(object) | Change::Value(object, _) => {
                let has_head = self.heads.iter().any(|head| head.is_match(&*object.label));
                has_head || self.selects(schema, object)
            }
            _ => true,
        }
    }

    /// Whether a change is about an object that is meant, or about none.
    pub(super) fn concerns(&mut self, schema: &Schema, change: &Change<'_>) -> bool {
        match change {
            Change::Created(object) | Change::Value(object, _) => self.selects(schema, object),
            // What the state never had means nothing to it.
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_stars_in_brackets_are_indexes_too() {
        for (pattern, meant) in [
            ("book[0].x", Some("book\\[0\\].x")),
            ("*.levels[*].price", Some("*.levels\\[*\\].price")),
            ("a[1][23]", Some("a\\[1\\]\\[23\\]")),
            ("a[0-9].x", None),
            ("a[!0][0].x", Some("a[!0]\\[0\\].x")),
            ("a\\[0\\].x", None),
            ("a[", None),
            ("a[]", None),
        ] {
            assert_eq!(with_indexes(pattern).as_deref(), meant, "{pattern}");
        }
    }
}
