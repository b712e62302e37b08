//! The annotations of a declaration: which there are, and what each says.

mod format;
mod value;

use std::path::Path;

use memglass::schema::{Metadata, Protection};
use memglass_code::Annotation;

use crate::fault::{Fault, Place};
use crate::model::Packing;

/// What the comments of a declaration say.
#[derive(Debug)]
pub(crate) struct Notes {
    pub(crate) protection: Protection,
    pub(crate) metadata: Metadata,
    /// Whether a pointer is meant to be shown as an address.
    pub(crate) is_address: bool,
    /// Whether the values of an enumeration are bits of a set.
    pub(crate) is_flags: bool,
    /// What makes a packed record of it.
    pub(crate) packing: Packing,
    /// Where each annotation is.
    places: Vec<(&'static str, Place)>,
}

/// What an annotation can be on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Member,
    Record,
    Enum,
}

impl Target {
    fn noun(self) -> &'static str {
        match self {
            Target::Member => "a member",
            Target::Record => "a struct",
            Target::Enum => "an enumeration",
        }
    }

    fn keys(self) -> &'static [&'static str] {
        match self {
            Target::Member => KEYS,
            Target::Record => &["seqlock", "locked", "layout"],
            Target::Enum => &["flags"],
        }
    }
}

/// All annotations.
const KEYS: &[&str] = &[
    "readonly", "range", "min", "max", "step", "regex", "enum", "flags", "format", "unit", "desc",
    "was", "atomic", "seqlock", "locked", "address", "layout", "count", "variant",
];

/// What other systems and haste call annotations.
const ELSEWHERE: &[(&str, &str)] = &[
    ("read_only", "readonly"),
    ("ro", "readonly"),
    ("description", "desc"),
    ("pattern", "regex"),
    ("units", "unit"),
    ("fmt", "format"),
    ("bounds", "range"),
    ("minimum", "min"),
    ("maximum", "max"),
    ("seq_lock", "seqlock"),
    ("guarded", "seqlock"),
    ("lock", "locked"),
    ("mutex", "locked"),
    ("pointer", "address"),
];

/// Words of other tools that look like ours.
const OTHERS: &[&str] = &["invariant"];

/// The annotation that a word is or is meant to be; `None` if it is another tool's, such as `@brief`.
pub(crate) fn meant(word: &str) -> Option<&'static str> {
    if OTHERS.contains(&word) {
        return None;
    }
    if let Some(key) = KEYS.iter().find(|key| **key == word) {
        return Some(key);
    }
    if let Some((_, key)) = ELSEWHERE.iter().find(|(other, _)| *other == word) {
        return Some(key);
    }
    let scored = KEYS
        .iter()
        .map(|key| (strsim::damerau_levenshtein(word, key), *key));
    let (distance, key) = scored.min_by_key(|(distance, _)| *distance)?;
    (distance <= word.len().min(key.len()) / 3).then_some(key)
}

/// What to write instead of a word that is meant as an annotation and is none.
pub(crate) fn misspelt(word: &str) -> Option<String> {
    let key = meant(word).filter(|key| *key != word)?;
    Some(format!(
        "there is no annotation @{word}; did you mean @{key}?"
    ))
}

/// All annotations in words.
pub(crate) fn known() -> String {
    format!("@{}", KEYS.join(", @"))
}

impl Notes {
    fn new() -> Notes {
        Notes {
            protection: Protection::Plain,
            metadata: Metadata::new(),
            is_address: false,
            is_flags: false,
            packing: Packing::default(),
            places: Vec::new(),
        }
    }

    /// Reads the annotations of something in `file`. One with a fault is reported and left out.
    pub(crate) fn read(
        file: &Path,
        annotations: &[Annotation],
        target: Target,
        faults: &mut Vec<Fault>,
    ) -> Notes {
        let mut notes = Notes::new();
        for annotation in annotations {
            let place = Place::new(file, annotation.span.clone());
            if let Err(reason) = notes.annotation(annotation, target, &place) {
                faults.push(Fault::new(place, reason));
            }
        }
        notes
    }

    fn annotation(
        &mut self,
        annotation: &Annotation,
        target: Target,
        place: &Place,
    ) -> Result<(), String> {
        let word = annotation.name.as_str();
        let Some(key) = meant(word) else {
            return Ok(());
        };
        if let Some(reason) = misspelt(word) {
            return Err(reason);
        }
        if !target.keys().contains(&key) {
            let keys = target.keys().join(", @");
            return Err(format!(
                "@{key} says nothing about {}; there it can be @{keys}",
                target.noun()
            ));
        }
        if self.places.iter().any(|(other, _)| *other == key) {
            return Err(format!("@{key} is given twice"));
        }
        let set = self.clashing(key);
        if let Some(other) = set {
            return Err(format!("@{key} contradicts @{other}; leave one"));
        }
        self.set(key, annotation.args.as_deref(), target, place)?;
        self.places.push((key, place.clone()));
        Ok(())
    }

    /// An annotation that is there and cannot be together with `key`.
    fn clashing(&self, key: &str) -> Option<&'static str> {
        const GROUPS: &[&[&str]] = &[
            &["atomic", "seqlock", "locked"],
            &["range", "min"],
            &["range", "max"],
            &["enum", "flags"],
            &["layout", "count", "variant"],
            &["layout", "atomic"],
        ];
        let groups = GROUPS.iter().filter(|group| group.contains(&key));
        let others = groups
            .flat_map(|group| group.iter())
            .filter(|other| **other != key);
        others.copied().find(|other| self.place(other).is_some())
    }

    fn set(
        &mut self,
        key: &str,
        args: Option<&str>,
        target: Target,
        place: &Place,
    ) -> Result<(), String> {
        let metadata = &mut self.metadata;
        let text = || value::text(key, args).map(|text| Some(text.into()));
        let number = || value::number(key, args).map(Some);
        match key {
            "readonly" | "atomic" | "seqlock" | "locked" | "address" => value::nothing(key, args)?,
            "flags" if target == Target::Enum => value::nothing(key, args)?,
            _ => {}
        }
        match key {
            "readonly" => metadata.readonly = true,
            "atomic" => self.protection = Protection::Atomic,
            "seqlock" => self.protection = Protection::Seqlock,
            "locked" => self.protection = Protection::Locked,
            "address" => self.is_address = true,
            "flags" if target == Target::Enum => self.is_flags = true,
            "range" => {
                let (min, max) = value::range(args)?;
                (metadata.min, metadata.max) = (Some(min), Some(max));
            }
            "min" => metadata.min = number()?,
            "max" => metadata.max = number()?,
            "step" => metadata.step = number()?,
            "regex" => {
                let pattern = value::text(key, args)?;
                value::check_regex(&pattern)?;
                metadata.regex = Some(pattern.into());
            }
            "format" => {
                let format = value::text(key, args)?;
                format::check(&format)?;
                metadata.format = Some(format.into());
            }
            "enum" => metadata.names = value::names(key, args)?,
            "flags" => metadata.flags = value::names(key, args)?,
            "unit" => metadata.unit = text()?,
            "was" => metadata.was = text()?,
            "layout" => self.packing.layout = Some((value::text(key, args)?, place.clone())),
            "count" => {
                self.packing.count = Some((value::expression(key, args, "len")?, place.clone()))
            }
            "variant" => {
                let said = value::expression(key, args, "kind")?;
                self.packing.variant = Some((said, place.clone()));
            }
            _ => metadata.desc = text()?,
        }
        Ok(())
    }

    /// Where `key` is annotated.
    pub(crate) fn place(&self, key: &str) -> Option<&Place> {
        self.places
            .iter()
            .find(|(other, _)| *other == key)
            .map(|(_, place)| place)
    }

    /// Where to show what is wrong with annotations: the one that the reason begins with, or else the first.
    pub(crate) fn blamed(&self, reason: &str) -> Option<&Place> {
        let word = reason.split(' ').next().unwrap_or_default();
        let of_word = self.place(word).or_else(|| match word {
            "min" | "max" => self.place("range"),
            "named" => self.place("enum").or(self.place("flags")),
            _ => None,
        });
        of_word.or_else(|| self.places.first().map(|(_, place)| place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_other_tools_are_none_of_ours() {
        for word in [
            "brief",
            "param",
            "return",
            "note",
            "see",
            "file",
            "name",
            "todo",
            "deprecated",
            "ingroup",
            "invariant",
            "const",
            "cond",
        ] {
            assert_eq!(meant(word), None, "{word}");
        }
    }

    #[test]
    fn a_misspelt_annotation_is_one_of_ours() {
        for (word, key) in [
            ("readnly", "readonly"),
            ("rnage", "range"),
            ("seqlok", "seqlock"),
            ("units", "unit"),
            ("counts", "count"),
            ("layuot", "layout"),
        ] {
            assert_eq!(meant(word), Some(key), "{word}");
        }
    }
}
