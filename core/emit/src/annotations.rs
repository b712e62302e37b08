//! Annotations in the comments of a C or C++ field.

use std::sync::Arc;

use memglass::schema::{Kind, Metadata, Number, Protection, Schema, TypeId, Variant};

use crate::names;

/// A protection as a word; none for plain.
pub(crate) fn protection(protection: Protection) -> Option<&'static str> {
    match protection {
        Protection::Plain => None,
        Protection::Atomic => Some("atomic"),
        Protection::Seqlock => Some("seqlock"),
        Protection::Locked => Some("locked"),
    }
}

/// A number as all three languages read it.
pub(crate) fn number(number: Number) -> String {
    match number {
        Number::Int(value) => value.to_string(),
        Number::Float(value) => format!("{value:?}"),
    }
}

/// All annotations of a field, `@name(…)` each.
pub(crate) fn of_field(metadata: &Metadata, guard: Protection, is_address: bool) -> Vec<String> {
    let mut words = Vec::new();
    words.extend(metadata.readonly.then(|| "@readonly".to_owned()));
    words.extend(protection(guard).map(|word| format!("@{word}")));
    words.extend(is_address.then(|| "@address".to_owned()));
    words.extend(bounds(metadata));
    words.extend(text("regex", &metadata.regex));
    words.extend(list("enum", &metadata.names));
    words.extend(list("flags", &metadata.flags));
    words.extend(text("format", &metadata.format));
    words.extend(text("unit", &metadata.unit));
    words.extend(text("was", &metadata.was));
    words.extend(text("desc", &metadata.desc));
    words
}

fn bounds(metadata: &Metadata) -> Vec<String> {
    let mut words = Vec::new();
    match (metadata.min, metadata.max) {
        (Some(min), Some(max)) => words.push(format!("@range({}, {})", number(min), number(max))),
        (min, max) => {
            words.extend(min.map(|min| format!("@min({})", number(min))));
            words.extend(max.map(|max| format!("@max({})", number(max))));
        }
    }
    words.extend(metadata.step.map(|step| format!("@step({})", number(step))));
    words
}

/// A comment is one line.
fn text(key: &str, value: &Option<Arc<str>>) -> Option<String> {
    let value = value.as_deref()?.replace('\\', "\\\\").replace('"', "\\\"");
    let value: String = value
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    Some(format!("@{key}(\"{value}\")"))
}

fn list(key: &str, variants: &[Variant]) -> Option<String> {
    let each = variants
        .iter()
        .map(|variant| format!("{}={}", names::word(&variant.name), variant.value));
    let list = each.collect::<Vec<_>>().join(", ");
    (!list.is_empty()).then(|| format!("@{key}({list})"))
}

/// The protection that a field has besides that of its type; of an array, that of its elements.
pub(crate) fn of_place(
    schema: &Schema,
    mut id: TypeId,
    whole: impl Fn(TypeId) -> Protection,
) -> Protection {
    loop {
        match (schema.protection(id), &schema[schema.bare(id)].kind) {
            (Protection::Plain, Kind::Array { element, .. }) => id = *element,
            (found, _) if found == whole(schema.bare(id)) => return Protection::Plain,
            (found, _) => return found,
        }
    }
}
