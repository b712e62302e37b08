//! `:types` and `:type`: what objects are made of.

use memglass::Observer;
use memglass::schema::{Kind, Schema, TypeId};
use serde_json::{Value as Json, json};

use super::objects::require_type;
use super::{Command, CommandError, Takes, expect_nothing};
use crate::output::Output;
use crate::runtime::Runtime;
use crate::table::{Cell, Column, Table};

pub(super) struct Types;
pub(super) struct Type;

impl Command for Types {
    fn name(&self) -> &'static str {
        "types"
    }

    fn usage(&self) -> &'static str {
        ":types"
    }

    fn summary(&self) -> &'static str {
        "list the types of the session"
    }

    fn examples(&self) -> &'static [&'static str] {
        &[":types"]
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        expect_nothing(self, rest)?;
        runtime.attached.refresh()?;
        Ok(list(&runtime.attached.observer()))
    }
}

impl Command for Type {
    fn name(&self) -> &'static str {
        "type"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &["t"]
    }

    fn usage(&self) -> &'static str {
        ":type TYPE | PATH"
    }

    fn summary(&self) -> &'static str {
        "show a type with its offsets and annotations"
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
    for object in observer.objects() {
        objects[schema.bare(object.type_id).0 as usize] += 1;
    }
    let columns = [
        Column::new("type"),
        Column::new("kind"),
        Column::numeric("bytes"),
        Column::numeric("members"),
        Column::numeric("objects"),
    ];
    let mut table = Table::new(columns);
    for (id, ty) in schema.iter().filter(|(_, ty)| is_declared(ty)) {
        table.push([
            Cell::from(schema.type_name(id)),
            Cell::from(ty.kind.word()),
            Cell::from(ty.size),
            member_count(&ty.kind).map_or_else(Cell::empty, Cell::from),
            Cell::from(objects[id.0 as usize]),
        ]);
    }
    Output::Rows(
        table,
        format!("session {:?} has no type yet", observer.session().name),
    )
}

/// The declaration of the type with this name, or of the place that a path leads to.
///
/// # Errors
///
/// If it is neither a type nor a path.
pub fn describe(observer: &Observer, name: &str) -> Result<Output, CommandError> {
    let id = match require_type(observer, name) {
        Ok(id) => id,
        Err(no_type) => observer.field(name).map_err(|_| no_type)?.type_id(),
    };
    Ok(Output::Document(
        observer.schema().describe(id),
        document(observer.schema(), id),
    ))
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
        _ => {}
    }
    document
}

fn field_document(schema: &Schema, field: &memglass::schema::Field) -> Json {
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
        memglass::schema::Number::Int(number) => crate::format::json(&number.into()),
        memglass::schema::Number::Float(number) => crate::format::json(&number.into()),
    }
}

fn names(variants: &[memglass::schema::Variant]) -> Json {
    let entries = variants.iter().map(|variant| {
        (
            variant.name.to_string(),
            crate::format::json(&variant.value.into()),
        )
    });
    Json::Object(entries.collect())
}

/// Numbers and texts are what declarations are made of.
fn is_declared(ty: &memglass::schema::Type) -> bool {
    let is_simple = matches!(
        ty.kind,
        Kind::Bool | Kind::Int { .. } | Kind::Float | Kind::Text | Kind::Pointer { .. }
    );
    !ty.name.is_empty() && !is_simple
}

fn member_count(kind: &Kind) -> Option<u64> {
    Some(match kind {
        Kind::Struct { fields } | Kind::Union { members: fields } => fields.len() as u64,
        Kind::Enum { variants, .. } | Kind::Flags { flags: variants } => variants.len() as u64,
        _ => return None,
    })
}
