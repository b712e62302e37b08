//! Types, fields and objects as tables.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use memglass::nearest;
use memglass::schema::{
    Field as Member, Kind, Metadata, Protection, Schema, Type, TypeId, Variant,
};
use memglass::{Field, Observer, Value};
use memglass_value::format::Style;
use memglass_value::shown::{self, Cell, Cells, Table};

use super::packed;
use super::takes::some_of;

/// All named types that are structs, unions, enums, flags or packed records, and how many objects there are of each.
///
/// Stops early if it is to stop; the caller looks.
pub(crate) fn types(observer: &Observer, goes_on: impl Fn() -> bool) -> Table {
    let mut counts: HashMap<TypeId, u64> = HashMap::new();
    for object in observer.entries().take_while(|_| goes_on()) {
        *counts.entry(object.type_id()).or_default() += 1;
    }
    let schema = observer.schema();
    let named = schema.iter().filter(|(_, ty)| is_listed(ty));
    let rows = named.map(|(id, ty)| {
        let members = ty.members().map(|members| members.len() as u64);
        vec![
            Some(Cell::plain(&*ty.name)),
            Some(Cell::plain(ty.kind.word())),
            Some(Cell::plain(ty.size)),
            members.map(Cell::plain),
            Some(Cell::plain(counts.get(&id).copied().unwrap_or(0))),
        ]
    });
    table(
        &["type", "kind", "bytes", "fields", "objects"],
        rows.collect(),
    )
}

/// What is declared about the type with this name.
///
/// # Errors
///
/// That there is none, with the name closest to it.
pub(crate) fn describe(schema: &Schema, name: &str) -> Result<Table, String> {
    match schema.find(name) {
        Some(id) => Ok(describe_all(schema, &namesakes(schema, id))),
        None => Err(format!(
            "no type is named {name:?}{}",
            suggested_type(schema, name)
        )),
    }
}

/// What is declared about each of several types of one name.
fn describe_all(schema: &Schema, ids: &[TypeId]) -> Table {
    together(ids.iter().map(|id| describe_type(schema, *id)).collect())
}

/// What is said of each of several types of one name, with the number of the type in front.
pub(crate) fn together(mut tables: Vec<Table>) -> Table {
    if tables.len() <= 1 {
        return tables.pop().unwrap_or_default();
    }
    let mut columns = vec!["declaration".to_owned()];
    for column in tables.iter().flat_map(|table| &table.columns) {
        if !columns.contains(column) {
            columns.push(column.clone());
        }
    }
    let mut merged = Table::new(columns.iter().cloned());
    for (number, table) in tables.iter().enumerate() {
        let places = columns[1..].iter();
        let places = places.map(|column| table.columns.iter().position(|known| known == column));
        let places: Vec<_> = places.collect();
        for row in &table.rows {
            let number = Some(Cell::plain(number as u64 + 1));
            let cells = places.iter().map(|place| row[(*place)?].clone());
            merged.push(std::iter::once(number).chain(cells).collect::<Cells>());
        }
    }
    merged
}

/// A type, and the others of its name that are declared differently: parts of one program may each have
/// their own `Order`. The stored and the plain form of a struct are one declaration.
pub fn namesakes(schema: &Schema, id: TypeId) -> Vec<TypeId> {
    let mut all = vec![id];
    if schema[id].name.is_empty() {
        return all;
    }
    for (other, ty) in declared_types(schema) {
        let is_new = |known: &TypeId| !is_same_declaration(schema, *known, other);
        if ty.name == schema[id].name && all.iter().all(is_new) {
            all.push(other);
        }
    }
    all
}

fn is_same_declaration(schema: &Schema, one: TypeId, other: TypeId) -> bool {
    let members = |id: TypeId| -> Option<Vec<_>> {
        let members = schema[schema.bare(id)].members()?.iter();
        let declared = members.map(|member| {
            let name = schema.type_name(member.type_id);
            (&*member.name, name, member.bits)
        });
        Some(declared.collect())
    };
    match (members(one), members(other)) {
        (Some(one), Some(other)) => one == other,
        (None, None) => schema[schema.bare(one)].kind == schema[schema.bare(other)].kind,
        _ => false,
    }
}

/// The types that the producer declared: those with names that mean something.
pub fn declared_types(schema: &Schema) -> impl Iterator<Item = (TypeId, &Arc<Type>)> {
    schema.iter().filter(|(_, ty)| is_declared(ty))
}

/// Numbers and texts are what declarations are made of.
fn is_declared(ty: &Type) -> bool {
    let is_simple = matches!(
        ty.kind,
        Kind::Bool | Kind::Int { .. } | Kind::Float | Kind::Text | Kind::Pointer { .. }
    );
    !ty.name.is_empty() && !is_simple
}

/// What to add to a message about a type that is not there: the one that was probably meant, or what there is.
pub fn suggested_type(schema: &Schema, wrong: &str) -> String {
    if let Some(near) = nearest(wrong, declared_names(schema)) {
        return format!("; did you mean {near:?}?");
    }
    let names: Vec<String> = declared_names(schema).collect();
    match names.is_empty() {
        true => "; there is none".to_owned(),
        false => format!("; there are {}", some_of(names.into_iter(), ", ")),
    }
}

/// The names that types were declared with, each once: the stored and the plain form of a struct have the same.
pub(crate) fn declared_names(schema: &Schema) -> impl Iterator<Item = String> {
    let named = schema.iter().filter(|(_, ty)| is_listed(ty));
    let names: BTreeSet<String> = named.map(|(_, ty)| ty.name.to_string()).collect();
    names.into_iter()
}

/// What is declared about a type: its fields, or the names of its values.
pub(crate) fn describe_type(schema: &Schema, id: TypeId) -> Table {
    let ty = &schema[schema.bare(id)];
    match &ty.kind {
        Kind::Enum { variants, .. } | Kind::Flags { flags: variants } => {
            let rows = variants.iter().map(|variant| {
                vec![
                    Some(Cell::plain(&*variant.name)),
                    Some(Cell::plain(variant.value)),
                ]
            });
            table(&["name", "value"], rows.collect())
        }
        Kind::Array { element, .. } => describe_type(schema, *element),
        _ => {
            let members = ty.members().unwrap_or_default();
            let rows = members
                .iter()
                .map(|member| declared(schema, member))
                .collect();
            table(
                &[
                    "field",
                    "type",
                    "offset",
                    "bytes",
                    "protection",
                    "allowed",
                    "unit",
                    "description",
                ],
                rows,
            )
        }
    }
}

fn declared(schema: &Schema, member: &Member) -> Cells {
    let text = |text: &Option<Arc<str>>| Cell::prose(text.as_deref()?);
    vec![
        Some(Cell::plain(&*member.name)),
        Some(Cell::plain(member_type(schema, member))),
        Some(Cell::plain(member.offset)),
        Some(Cell::plain(schema[member.type_id].size)),
        protection(schema.protection(member.type_id)).map(Cell::plain),
        allowed(&member.metadata).and_then(Cell::prose),
        text(&member.metadata.unit),
        text(&member.metadata.desc),
    ]
}

/// The fields of one object with their present values.
pub(crate) fn fields(field: &Field, value: &Value) -> Table {
    let columns = ["field", "value", "type", "protection", "allowed"];
    if let (Some(_), Value::Record(parts)) = (field.packing(), value) {
        let rows = packed::members(field, parts).into_iter().map(packed_row);
        return table(&columns, rows.collect());
    }
    let schema = field.schema();
    let members = field.members().unwrap_or_default();
    let rows = members.iter().map(|member| {
        let style = Style::new(&member.metadata).of_type(schema, member.type_id);
        vec![
            Some(Cell::plain(&*member.name)),
            value.get(&member.name).map(|value| Cell {
                value: value.clone(),
                style,
            }),
            Some(Cell::plain(member_type(schema, member))),
            protection(schema.protection(member.type_id)).map(Cell::plain),
            allowed(&member.metadata).and_then(Cell::prose),
        ]
    });
    table(&columns, rows.collect())
}

/// A row of [`fields`] for a member of a packed record.
fn packed_row(member: shown::Member) -> Cells {
    vec![
        Some(Cell::plain(&*member.name)),
        Some(member.cell),
        Some(Cell::plain(member.type_name)),
        None,
        Cell::prose(member.note),
    ]
}

fn table(columns: &[&str], rows: Vec<Cells>) -> Table {
    Table {
        rows,
        ..Table::new(columns.iter().copied())
    }
}

/// The type of a member as one would declare it: `i64`, `Fill[10]`, `u32:4`.
pub(crate) fn member_type(schema: &Schema, member: &Member) -> String {
    let name = schema.type_name(member.type_id);
    match member.bits {
        Some(bits) => format!("{name}:{}", bits.width),
        None => name,
    }
}

fn is_listed(ty: &Type) -> bool {
    let is_record = matches!(ty.kind, Kind::Record { .. });
    !ty.name.is_empty() && (ty.members().is_some() || is_record || has_names(&ty.kind))
}

/// Whether some enum, flag set or annotated field of the session has a value of this name.
pub(crate) fn is_name_of_value(schema: &Schema, name: &str) -> bool {
    let has = |variants: &[Variant]| variants.iter().any(|variant| &*variant.name == name);
    schema.iter().any(|(_, ty)| match &ty.kind {
        Kind::Enum { variants, .. } | Kind::Flags { flags: variants } => has(variants),
        _ => ty
            .members()
            .unwrap_or_default()
            .iter()
            .any(|member| has(&member.metadata.names) || has(&member.metadata.flags)),
    })
}

/// Whether it is a type of names: what fields hold, and hardly ever objects.
pub(crate) fn has_names(kind: &Kind) -> bool {
    matches!(kind, Kind::Enum { .. } | Kind::Flags { .. })
}

fn protection(protection: Protection) -> Option<&'static str> {
    match protection {
        Protection::Plain => None,
        Protection::Atomic => Some("atomic"),
        Protection::Seqlock => Some("seqlock"),
        Protection::Locked => Some("locked"),
    }
}

/// What may be written, in words for people: `read-only` where the schema's text has `@readonly`. `None` if the type
/// alone decides.
pub(crate) fn allowed(metadata: &Metadata) -> Option<String> {
    let mut parts = Vec::new();
    if metadata.readonly {
        parts.push("read-only".to_owned());
    }
    parts.extend(metadata.bounds().map(|range| range.to_string()));
    parts.extend(metadata.step.map(|step| format!("step {step}")));
    parts.extend(metadata.regex.as_deref().map(|regex| format!("/{regex}/")));
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// What is to be said of a member besides its type: protection, what is allowed, what it is.
pub(crate) fn note(schema: &Schema, member: &Member) -> String {
    let protection = protection(schema.protection(member.type_id)).map(str::to_owned);
    let description = member.metadata.desc.as_deref().map(str::to_owned);
    let parts: Vec<String> = protection
        .into_iter()
        .chain(allowed(&member.metadata))
        .chain(description)
        .collect();
    parts.join("; ")
}
