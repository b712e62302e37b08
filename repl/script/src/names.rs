//! What can be completed, as plain data for the editor's thread.

use std::collections::{BTreeMap, BTreeSet};

use memglass::Observer;
use memglass::schema::{Field, Kind, Metadata, Schema, Variant};
use memglass_syntax::{FieldName, is_identifier};

use super::describe::{allowed, member_type};
use super::packed;

/// Labels that a mistyped name is compared with; in a session with more objects, the first ones.
const MOST_LABELS: usize = 20_000;

/// The labels that a mistyped name may have meant.
pub fn labels(observer: &Observer) -> impl Iterator<Item = String> {
    let objects = observer.objects().take(MOST_LABELS);
    objects.map(|object| object.label.to_string())
}

/// The types with fields, packed records among them.
pub(crate) fn types(schema: &Schema) -> BTreeMap<String, Vec<FieldName>> {
    let with_members = schema
        .iter()
        .filter_map(|(_, ty)| Some((ty.name.to_string(), ty.members()?)));
    let fields = with_members.map(|(name, members)| {
        let fields = members.iter().map(|member| field(schema, member));
        (name, fields.collect())
    });
    let mut types = fields.collect();
    packed::add_names(schema, &mut types);
    types
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
