//! What a field takes, in words, for who wants to write one.

use memglass::schema::{Field as Member, Kind, Variant};
use memglass::{Field, Value};

use super::describe;

/// How many names are listed.
const SHOWN: usize = 12;

/// What would be a value of `field`: "a whole number, -5..=5", "one of BUY, SELL".
pub fn takes(field: &Field) -> String {
    let info = field.info();
    if let Some(names) = names(field) {
        return names;
    }
    if field.packing().is_some() {
        return packed(field);
    }
    let ty = &field.schema()[field.type_id()];
    let shape = match (&ty.kind, field.element_count()) {
        (_, Some(count)) => return format!("a list of {count}"),
        (Kind::Bool, _) => "true or false".to_owned(),
        (Kind::Int { .. }, _) if info.metadata.bounds().is_some() => "a whole number".to_owned(),
        (Kind::Int { .. }, _) => format!("a whole number that fits {}", info.type_name),
        (Kind::Float, _) => "a number".to_owned(),
        (Kind::Text, _) => format!("text of up to {} bytes", info.size),
        (Kind::Struct { fields }, _) => return format!("#{{ {} }}", record(fields)),
        (Kind::Union { members }, _) => return format!("one of #{{ {} }}", record(members)),
        _ => return "no value: it is an address of the producer".to_owned(),
    };
    match describe::allowed(info.metadata) {
        Some(allowed) => format!("{shape}, {allowed}"),
        None => shape,
    }
}

/// The same of a packed record, or of what has parts in one.
fn packed(field: &Field) -> String {
    if field.is_packed_part() {
        return "no value as a whole: write its parts, or the whole record".to_owned();
    }
    let names: Vec<String> = match field.read() {
        Ok(Value::Record(record)) => record
            .iter()
            .map(|(name, _)| format!("{name}: …"))
            .collect(),
        _ => Vec::new(),
    };
    match names.is_empty() {
        // Nothing was written yet, or it cannot be read.
        true => "a map of the members that its layout has".to_owned(),
        false => format!("#{{ {} }}", some_of(names.into_iter(), ", ")),
    }
}

/// The names that a field of an enum or flag set takes, or one that is annotated so.
pub(crate) fn names(field: &Field) -> Option<String> {
    let ty = &field.schema()[field.type_id()];
    let metadata = field.info().metadata;
    match &ty.kind {
        Kind::Enum { variants, .. } => Some(one_of(variants)),
        Kind::Flags { flags } => Some(any_of(flags)),
        Kind::Int { .. } if !metadata.names.is_empty() => Some(one_of(&metadata.names)),
        Kind::Int { .. } if !metadata.flags.is_empty() => Some(any_of(&metadata.flags)),
        _ => None,
    }
}

fn one_of(variants: &[Variant]) -> String {
    format!("one of {}", listed(variants, ", "))
}

fn any_of(flags: &[Variant]) -> String {
    format!("any of {}", listed(flags, " | "))
}

fn listed(variants: &[Variant], between: &str) -> String {
    let names = variants.iter().map(|variant| variant.name.to_string());
    some_of(names, between)
}

/// The first of some names, and how many more there are.
pub(crate) fn some_of(names: impl ExactSizeIterator<Item = String>, between: &str) -> String {
    let more = names.len().saturating_sub(SHOWN);
    let shown: Vec<String> = names.take(SHOWN).collect();
    match more {
        0 => shown.join(between),
        more => format!("{} and {more} more", shown.join(between)),
    }
}

fn record(members: &[Member]) -> String {
    some_of(
        members.iter().map(|member| format!("{}: …", member.name)),
        ", ",
    )
}
