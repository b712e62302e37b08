//! What can be completed, as plain data for the editor's thread.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use memglass::Observer;
use memglass::schema::{Field, Kind, Metadata, Schema, Variant};

use super::describe::{allowed, member_type};
use super::held::Held;

/// A snapshot of the names a line may contain, except labels. Cheap to clone and to send.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    /// Types with fields, and what is known of each field.
    pub types: Arc<BTreeMap<String, Vec<FieldName>>>,
    /// Enums and flag sets with the names of their values.
    pub values: Arc<BTreeMap<String, Vec<String>>>,
    /// The flag sets among them: a value of one is no text.
    pub flags: Arc<BTreeSet<String>>,
    /// Functions, with their signatures.
    pub functions: Arc<Vec<FunctionName>>,
    /// Commands of the embedding program, without their colons.
    pub commands: Arc<Vec<String>>,
    /// Variables of the prompt, and what they hold.
    pub variables: Vec<(String, Held)>,
}

/// A field of a type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FieldName {
    /// Its name.
    pub name: String,
    /// Its type as one would declare it: `i64`, `Fill[10]`.
    pub type_name: String,
    /// What may be written, if more than the type decides: `read-only`, `0..=100, step 5`.
    pub allowed: Option<String>,
    /// Its unit.
    pub unit: Option<String>,
    /// What it is.
    pub description: Option<String>,
    /// The names that its values have by its own annotation, which counts before its type.
    pub values: Vec<String>,
    /// Whether these are flags.
    pub has_flags: bool,
    /// Whether it can be written `p.name`; otherwise it is `p["name"]`.
    pub is_identifier: bool,
}

/// A function.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FunctionName {
    /// Its name.
    pub name: String,
    /// How it is called: `expect(holds, message)`.
    pub signature: String,
    /// What it does, in one line; empty if nobody said.
    pub summary: String,
}

impl FunctionName {
    /// What stands before the dot where the function is a method: `obs` of `obs.all("Type")`.
    pub(crate) fn receiver(&self) -> Option<&str> {
        let (called, _) = self.signature.split_once('(')?;
        let receiver = called.strip_suffix(self.name.as_str())?;
        receiver.strip_suffix('.')
    }
}

impl Names {
    /// The fields of the type of this name; of an array's name, those of its elements.
    pub(crate) fn fields(&self, type_name: &str) -> &[FieldName] {
        let bare = type_name.split('[').next().unwrap_or(type_name);
        self.types.get(bare).map_or(&[], Vec::as_slice)
    }
}

/// Labels that a mistyped name is compared with; in a session with more objects, the first ones.
const MOST_LABELS: usize = 20_000;

/// The labels that a mistyped name may have meant.
pub(crate) fn labels(observer: &Observer) -> impl Iterator<Item = String> {
    let objects = observer.objects().take(MOST_LABELS);
    objects.map(|object| object.label.to_string())
}

/// The types with fields.
pub(crate) fn types(schema: &Schema) -> BTreeMap<String, Vec<FieldName>> {
    let with_members = schema
        .iter()
        .filter_map(|(_, ty)| Some((ty.name.to_string(), ty.members()?)));
    let fields = with_members.map(|(name, members)| {
        let fields = members.iter().map(|member| field(schema, member));
        (name, fields.collect())
    });
    fields.collect()
}

fn field(schema: &Schema, member: &Field) -> FieldName {
    let Metadata { names, flags, .. } = &member.metadata;
    // Where both are declared, values are read by their names.
    let has_flags = names.is_empty() && !flags.is_empty();
    FieldName {
        name: member.name.to_string(),
        type_name: member_type(schema, member),
        allowed: allowed(&member.metadata),
        unit: member.metadata.unit.as_deref().map(str::to_owned),
        description: member.metadata.desc.as_deref().map(str::to_owned),
        values: variant_names(if has_flags { flags } else { names }),
        has_flags,
        is_identifier: is_identifier(&member.name),
    }
}

/// The enums and flag sets.
pub(crate) fn values(schema: &Schema) -> BTreeMap<String, Vec<String>> {
    let named = schema.iter().filter_map(|(_, ty)| match &ty.kind {
        Kind::Enum { variants, .. } | Kind::Flags { flags: variants } => {
            Some((ty.name.to_string(), variant_names(variants)))
        }
        _ => None,
    });
    named.collect()
}

fn variant_names(variants: &[Variant]) -> Vec<String> {
    let names = variants.iter().map(|variant| variant.name.to_string());
    names.collect()
}

/// The names of the flag sets.
pub(crate) fn flags(schema: &Schema) -> BTreeSet<String> {
    let sets = schema
        .iter()
        .filter(|(_, ty)| matches!(ty.kind, Kind::Flags { .. }));
    sets.map(|(_, ty)| ty.name.to_string()).collect()
}

/// Whether Rhai takes the name as an identifier: no reserved word, no keyword.
pub(crate) fn is_identifier(name: &str) -> bool {
    let reserved = RESERVED.split_ascii_whitespace().any(|word| word == name);
    rhai::is_valid_identifier(name)
        && !reserved
        && rhai::Token::lookup_symbol_from_syntax(name).is_none()
}

/// Words that Rhai keeps for itself besides its keywords; none of them can follow a dot.
const RESERVED: &str = "use case async public package super var protected spawn shared is sync curry static default \
    print this is_def_var is_def_fn is_shared thread yield new call match eval await null debug type_of with void nil \
    module Fn go goto each then unless from import export as explain";

/// The candidate closest to a mistyped name, if one is close.
pub(crate) fn nearest(name: &str, candidates: impl Iterator<Item = String>) -> Option<String> {
    let wanted = name.to_lowercase();
    let closeness = |candidate: &String| {
        (strsim::jaro_winkler(&wanted, &candidate.to_lowercase()) * 1000.0) as u32
    };
    let scored = candidates
        .map(|candidate| (closeness(&candidate), candidate))
        .filter(|(score, _)| *score > 800);
    scored
        .max_by_key(|(score, _)| *score)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pitfall_07_reserved_words_are_no_identifiers() {
        let words = RESERVED
            .split_ascii_whitespace()
            .chain(["in", "fn", "let", "true", "a-b", "2x", ""]);
        for word in words {
            assert!(!is_identifier(word), "{word:?}");
        }
        let engine = rhai::Engine::new_raw();
        for word in [
            "quantity",
            "_x",
            "tag",
            "AAPL_position",
            "exit",
            "type",
            "value",
            "name",
            "label",
        ] {
            assert!(is_identifier(word), "{word:?}");
            assert!(engine.compile(format!("p.{word}")).is_ok(), "{word:?}");
        }
    }

    #[test]
    fn the_nearest_name_is_suggested_and_a_far_one_is_not() {
        let names = || ["quantity", "price"].map(str::to_owned).into_iter();
        assert_eq!(nearest("quantty", names()).as_deref(), Some("quantity"));
        assert_eq!(nearest("zzz", names()), None);
    }
}
