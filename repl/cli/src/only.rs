//! `--only`: which objects of a recording are meant.

use std::collections::HashMap;
use std::sync::Arc;

use memglass::schema::{Schema, TypeId};
use memglass::{Pattern, PatternError, nearest};
use memglass_stream::{Change, Object};
use memglass_value::format;

use super::failure::Failure;

/// The error for `of`, a file or session in which no object matches.
pub(super) fn nothing_matches(of: &str, patterns: &[String]) -> Failure {
    let patterns = patterns.join(", ");
    Failure::Usage(format!(
        "{of} has no object that matches {patterns}: --only takes labels and names of types, as in 'AAPL_*' or Order"
    ))
}

/// The error for `of`, where objects match and none of them has such a field.
pub(super) fn no_field_matches(of: &str, missed: &Missed) -> Failure {
    let Missed {
        label,
        pattern,
        near,
    } = missed;
    let hint = match near {
        Some(near) => format!("; did you mean {near}?"),
        None => String::new(),
    };
    Failure::Usage(format!(
        "{of} has the object {label}, and no field that matches {pattern}{hint}"
    ))
}

/// An object that is meant, which has no field that is.
pub(super) struct Missed {
    label: String,
    pattern: String,
    /// The field that may be meant.
    near: Option<String>,
}

/// What of a pattern may be about labels and types, where a field follows: `AAPL_*` of `AAPL_*.quantity`.
struct Head {
    head: Pattern,
    whole: String,
    /// Bytes of `whole` before the field.
    len: usize,
}

/// Objects by patterns of their labels and of the names of their types, and fields by patterns of their paths, which begin
/// with a label or a type; without patterns, all.
pub(super) struct Only {
    patterns: Vec<Pattern>,
    heads: Vec<Head>,
    /// What was found out for each label and type: a label may come back with another one.
    known: HashMap<(Arc<str>, TypeId), bool>,
}

/// What of a pattern may be about labels: all that stands before a `.` or a `[`.
fn heads(pattern: &str) -> impl Iterator<Item = Head> {
    ends(pattern).filter_map(|len| {
        Some(Head {
            head: Pattern::new(&pattern[..len]).ok()?,
            whole: pattern.to_owned(),
            len,
        })
    })
}

/// Where the parts of a path end, before the whole.
fn ends(path: &str) -> impl Iterator<Item = usize> {
    path.match_indices(['.', '[']).map(|(end, _)| end)
}

/// The path of a field from the type on: `Position.quantity` of `AAPL_position.quantity`, and of an element of an array.
fn by_type(schema: &Schema, object: &Object, path: &str) -> Option<String> {
    let below = path.strip_prefix(&*object.label)?;
    let below = match object.count {
        Some(_) => below.split_once(']')?.1,
        None => below,
    };
    let name = type_name(schema, object)?;
    Some(format!("{name}{below}"))
}

/// The name of an object's type as people write it: a guarded one has that of its value.
fn type_name(schema: &Schema, object: &Object) -> Option<String> {
    schema.get(object.type_id)?;
    Some(schema.type_name(object.type_id))
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
        let is_meant = |path: &str| {
            let mut parts = ends(path).chain([path.len()]).map(|end| &path[..end]);
            parts.any(|part| self.patterns.iter().any(|pattern| pattern.is_match(part)))
        };
        is_meant(path) || by_type(schema, object, path).is_some_and(|path| is_meant(&path))
    }

    /// The longest part of a pattern that an object matches, where a field follows.
    fn head(&self, schema: &Schema, object: &Object) -> Option<&Head> {
        let type_name = type_name(schema, object);
        let names = [Some(&*object.label), type_name.as_deref()];
        let is_met = |head: &&Head| names.iter().flatten().any(|name| head.head.is_match(name));
        self.heads.iter().filter(is_met).max_by_key(|head| head.len)
    }

    /// What is told of an object of which no field of `paths` is meant.
    pub(super) fn missed<'p>(
        &self,
        schema: &Schema,
        object: &Object,
        paths: impl Iterator<Item = &'p str>,
    ) -> Option<Missed> {
        let head = self.head(schema, object)?;
        let below = |path: &'p str| path.strip_prefix(&*object.label);
        let near = nearest(&head.whole[head.len..], paths.filter_map(below));
        Some(Missed {
            label: format::printable(&object.label).into_owned(),
            pattern: head.whole.clone(),
            near: near.map(|near| format::printable(near.trim_start_matches('.')).into_owned()),
        })
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
        let type_name = type_name(schema, object);
        let mut patterns = self.patterns.iter();
        let is_meant = patterns.any(|pattern| {
            let is_of_type = type_name
                .as_ref()
                .is_some_and(|name| pattern.is_match(name));
            is_of_type || pattern.is_match(&*object.label)
        });
        self.known.insert(key, is_meant);
        is_meant
    }

    /// Whether there are no patterns, or an object was met that one of them means.
    pub(super) fn has_met_any(&self) -> bool {
        self.patterns.is_empty() || self.known.values().any(|is_meant| *is_meant)
    }

    /// Whether a change is about an object of which something is meant, or about none.
    pub(super) fn concerns_a_part(&mut self, schema: &Schema, change: &Change<'_>) -> bool {
        match change {
            Change::Created(object) | Change::Value(object, _) => {
                self.selects(schema, object) || self.head(schema, object).is_some()
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
