//! `:types` and `:type`: what objects are made of.

use std::sync::Arc;

use memglass::schema::{Field, Kind, Protection, Schema, TypeId};
use memglass::{Observer, PathError};
use memglass_script::{declared_types, layout_of, namesakes};
use memglass_value::format;
use memglass_value::shown::{Cell, Document, Shown, Table};
use serde_json::{Value as Json, json};

use super::objects::require_type;
use super::{Command, CommandError, Takes};
use crate::output::Output;
use crate::runtime::Runtime;

pub(super) struct Types;
pub(super) struct TypeOf;

impl Command for Types {
    fn name(&self) -> &'static str {
        "types"
    }

    fn usage(&self) -> &'static str {
        ":types [TYPE|PATH]"
    }

    fn summary(&self) -> &'static str {
        "list the types of the session, or show one"
    }

    fn examples(&self) -> &'static [&'static str] {
        &[":types", ":types Position"]
    }

    fn takes(&self) -> Takes {
        Takes::Types
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        runtime.attached.refresh()?;
        let observer = runtime.attached.observer();
        match rest {
            "" => Ok(list(&observer)),
            one => describe(&observer, one),
        }
    }
}

impl Command for TypeOf {
    fn name(&self) -> &'static str {
        "type"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &["t"]
    }

    fn usage(&self) -> &'static str {
        ":type TYPE|PATH"
    }

    fn summary(&self) -> &'static str {
        "show a type with offsets, holes and annotations"
    }

    fn examples(&self) -> &'static [&'static str] {
        &[":type Position", ":type AAPL_position.last_quote"]
    }

    fn takes(&self) -> Takes {
        Takes::Types
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        if rest.is_empty() {
            return Err(CommandError::Usage {
                usage: self.usage(),
            });
        }
        runtime.attached.refresh()?;
        describe(&runtime.attached.observer(), rest)
    }
}

/// The types that the producer declared, and how many objects are made of each.
pub fn list(observer: &Observer) -> Output {
    let schema = observer.schema();
    let mut objects = vec![0u64; schema.len()];
    for object in observer.entries() {
        objects[object.type_id().0 as usize] += 1;
    }
    let session = &observer.session().name;
    let mut table = Table::new(["type", "kind", "bytes", "fields", "objects"])
        .or_else(format!("session {session:?} has no types yet"));
    for (id, ty) in declared_types(schema) {
        table.push([
            Some(Cell::name(schema.type_name(id))),
            Some(Cell::name(ty.kind.word())),
            Some(Cell::plain(ty.size)),
            field_count(&ty.kind).map(Cell::plain),
            Some(Cell::plain(objects[id.0 as usize])),
        ]);
    }
    table.into()
}

/// The declaration of the type with this name, or of the place that a path leads to.
///
/// # Errors
///
/// If it is neither a type nor a path.
pub fn describe(observer: &Observer, name: &str) -> Result<Output, CommandError> {
    let id = match require_type(observer, name) {
        Ok(id) => id,
        Err(no_type) => match observer.field(name) {
            Ok(field) if !Arc::ptr_eq(field.schema(), observer.schema()) => {
                return Ok(declaration(field.schema(), field.type_id()).into());
            }
            Ok(field) => field.type_id(),
            // The object is there, so that it is the path that was mistyped.
            Err(error) if !matches!(error, PathError::NoSuchObject { .. }) => {
                return Err(error.into());
            }
            Err(_) => layout_of(observer.schema(), name).ok_or(no_type)?,
        },
    };
    let schema = observer.schema();
    let mut all = namesakes(schema, id);
    let is_record = |id: &TypeId| matches!(schema[schema.bare(*id)].kind, Kind::Record { .. });
    if all.iter().any(is_record) {
        // A record says its layout's text too.
        all.retain(|id| !matches!(schema[*id].kind, Kind::Layout { .. }));
    }
    let all = all.into_iter();
    Ok(Output::all(all.map(|id| declaration(schema, id).into())))
}

fn declaration(schema: &Schema, id: TypeId) -> Shown {
    let json = document(schema, id);
    match members(schema, id) {
        Some(table) => Table {
            json: Some(json),
            ..table
        }
        .into(),
        None => Document {
            json,
            ..Document::text(&schema.describe(id))
        }
        .into(),
    }
}

/// The members of a structure or union in the order of their offsets, holes among them.
fn members(schema: &Schema, id: TypeId) -> Option<Table> {
    let ty = &schema[schema.bare(id)];
    let members = ty.members()?;
    let title = format!(
        "{} {}  {} bytes, aligned to {}",
        ty.kind.word(),
        schema.type_name(id),
        ty.size,
        ty.align
    );
    let mut table = Table {
        title,
        ..Table::new(["offset", "bytes", "field", "type", "annotations"])
    };
    let mut end = 0;
    let mut members: Vec<&Field> = members.iter().collect();
    // A compiler may have put them in another order than the source has.
    members.sort_by_key(|member| member.offset);
    for member in members {
        let size = schema[member.type_id].size;
        push_hole(&mut table, end, member.offset);
        table.push([
            Some(Cell::plain(member.offset)),
            Some(Cell::plain(size)),
            Some(Cell::name(&*member.name)),
            Some(Cell::name(member_type(schema, member))),
            Cell::prose(notes(schema, member)),
        ]);
        end = end.max(member.offset + size);
    }
    push_hole(&mut table, end, ty.size);
    Some(table)
}

/// Bytes that no member has.
fn push_hole(table: &mut Table, from: u64, to: u64) {
    if to > from {
        table.push([
            Some(Cell::plain(from)),
            Some(Cell::plain(to - from)),
            Some(Cell::name("(hole)")),
            None,
            None,
        ]);
    }
}

fn member_type(schema: &Schema, member: &Field) -> String {
    let name = schema.type_name(member.type_id);
    match member.bits {
        Some(bits) if bits.width == 1 => format!("{name}, bit {}", bits.offset),
        Some(bits) => format!("{name}, bits {}", bits.range()),
        None => name,
    }
}

/// How a member is protected, and what else was declared of it.
pub(super) fn notes(schema: &Schema, member: &Field) -> String {
    let declared = member.metadata.annotations();
    match schema.protection(member.type_id) {
        Protection::Plain => declared,
        protection => {
            // A description stands apart from what is declared with a sign.
            let gap = if declared.starts_with('@') { " " } else { "  " };
            let text = format!("@{}{gap}{declared}", protection.name());
            text.trim_end().to_owned()
        }
    }
}

fn document(schema: &Schema, id: TypeId) -> Json {
    let ty = &schema[id];
    let mut document = json!({
        "type": schema.type_name(id),
        "kind": ty.kind.word(),
        "bytes": ty.size,
        "align": ty.align,
    });
    match &ty.kind {
        Kind::Struct { fields } | Kind::Union { members: fields } => {
            document["fields"] = fields
                .iter()
                .map(|field| field_document(schema, field))
                .collect();
        }
        Kind::Enum { variants, .. } | Kind::Flags { flags: variants } => {
            document["values"] = names(variants)
        }
        Kind::Layout { .. } => document["text"] = schema.describe(id).into(),
        Kind::Record { layout, .. } => document["text"] = schema.describe(*layout).into(),
        _ => {}
    }
    document
}

fn field_document(schema: &Schema, field: &Field) -> Json {
    let declared = &field.metadata;
    let mut document = json!({
        "name": &*field.name,
        "type": schema.type_name(field.type_id),
        "offset": field.offset,
        "protection": schema.protection(field.type_id).name(),
        "readonly": declared.readonly,
    });
    if let Some(bits) = field.bits {
        document["bits"] = json!({ "offset": bits.offset, "width": bits.width });
    }
    for (name, bound) in [
        ("min", declared.min),
        ("max", declared.max),
        ("step", declared.step),
    ] {
        if let Some(bound) = bound {
            document[name] = bound_document(bound);
        }
    }
    let texts = [
        ("regex", &declared.regex),
        ("format", &declared.format),
        ("unit", &declared.unit),
        ("was", &declared.was),
        ("desc", &declared.desc),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            document[name] = Json::from(&**text);
        }
    }
    if !declared.names.is_empty() {
        document["names"] = names(&declared.names);
    }
    if !declared.flags.is_empty() {
        document["flags"] = names(&declared.flags);
    }
    document
}

fn bound_document(bound: memglass::schema::Number) -> Json {
    match bound {
        memglass::schema::Number::Int(number) => format::json(&number.into()),
        memglass::schema::Number::Float(number) => format::json(&number.into()),
    }
}

fn names(variants: &[memglass::schema::Variant]) -> Json {
    let entries = variants.iter().map(|variant| {
        (
            variant.name.to_string(),
            format::json(&variant.value.into()),
        )
    });
    Json::Object(entries.collect())
}

/// Named values are not fields.
fn field_count(kind: &Kind) -> Option<u64> {
    Some(match kind {
        Kind::Struct { fields } | Kind::Union { members: fields } => fields.len() as u64,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    mod market {
        #[derive(memglass::Observe, Clone, Copy, Default)]
        pub(super) struct Order {
            price: f64,
        }
    }

    mod kitchen {
        #[derive(memglass::Observe, Clone, Copy, Default)]
        pub(super) struct Order {
            table: u32,
        }
    }

    /// Stored and plain form: one declaration.
    #[derive(memglass::Observe, Clone, Copy, Default)]
    struct Position {
        #[observe(atomic)]
        quantity: i64,
        #[observe(seqlock)]
        last: market::Order,
    }

    #[test]
    fn types_of_one_name_are_all_shown() {
        let dir = tempfile::tempdir().expect("a directory");
        let session = memglass::Session::builder("s").dir(dir.path()).create();
        let session = session.expect("a session");
        let _a = session.object("a", market::Order::default()).expect("room");
        let _b = session
            .object("b", kitchen::Order::default())
            .expect("room");
        let _c = session.object("c", Position::default()).expect("room");
        let observer = Observer::builder().dir(dir.path()).attach("s");
        let observer = observer.expect("an observer");
        let titles = |name: &str| -> Vec<String> {
            let all = match describe(&observer, name).expect("a type") {
                Output::All(all) => all,
                one => vec![one],
            };
            let members = |output: Output| match output {
                Output::Result(Shown::Table(table)) => table.title,
                _ => panic!("a struct has members"),
            };
            all.into_iter().map(members).collect()
        };
        assert_eq!(
            titles("Order"),
            [
                "struct Order  8 bytes, aligned to 8",
                "struct Order  4 bytes, aligned to 4"
            ]
        );
        assert_eq!(titles("Position").len(), 1);
    }
}
