//! What can be completed, as plain data for the editor's thread.

use std::collections::{BTreeMap, BTreeSet};

use memglass::Observer;
use memglass::schema::{Field, Kind, Metadata, Schema, Variant};
use memglass_syntax::FieldName;

use super::describe::{allowed, member_type};

/// Labels that a mistyped name is compared with; in a session with more objects, the first ones.
const MOST_LABELS: usize = 20_000;

/// The labels that a mistyped name may have meant.
pub fn labels(observer: &Observer) -> impl Iterator<Item = String> {
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
pub fn is_identifier(name: &str) -> bool {
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
