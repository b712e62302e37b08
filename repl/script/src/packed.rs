//! Packed records for people: what their text declares, and what one of them has.

use std::collections::BTreeMap;
use std::sync::Arc;

use memglass::layouts::{Declared, DeclaredMember};
use memglass::schema::{Kind, Schema, Type, TypeId};
use memglass::{Field, Record, Value};
use memglass_syntax::{FieldName, is_identifier};
use memglass_value::shown::{Cell, Member, Table};

/// The layout that defines a struct, enum or bitfield of this name.
pub fn layout_of(schema: &Schema, name: &str) -> Option<TypeId> {
    let defines = |ty: &Type| match &ty.kind {
        Kind::Layout { definition } => definition.layout().defines(name),
        _ => false,
    };
    schema.iter().find(|(_, ty)| defines(ty)).map(|(id, _)| id)
}

/// The text of the layout that a type of this name is of; none for other types.
pub(crate) fn text(schema: &Schema, name: &str) -> Option<String> {
    let record = schema
        .iter()
        .find(|(_, ty)| matches!(ty.kind, Kind::Record { .. }) && &*ty.name == name);
    let id = record
        .map(|(id, _)| id)
        .or_else(|| layout_of(schema, name))?;
    Some(schema.describe(id).trim_end().to_owned())
}

/// All that is declared in the layouts of a session.
pub(crate) fn declared(schema: &Schema) -> impl Iterator<Item = Declared> {
    schema.iter().flat_map(|(_, ty)| match &ty.kind {
        Kind::Layout { definition } => definition.layout().declared(),
        _ => Vec::new(),
    })
}

/// The names of the members that records of a struct may have.
pub(crate) fn member_names(schema: &Schema, struct_name: &str) -> Vec<String> {
    let found = declared(schema).find(|known| known.name == struct_name);
    let members = found.into_iter().flat_map(|known| known.members);
    members.map(|member| member.name).collect()
}

/// The structs of all layouts, for completion. Types that are declared otherwise keep their names.
pub(crate) fn add_names(schema: &Schema, types: &mut BTreeMap<String, Vec<FieldName>>) {
    for Declared { name, members } in declared(schema) {
        let fields = members.into_iter().map(field_name).collect();
        types.entry(name).or_insert(fields);
    }
}

fn field_name(member: DeclaredMember) -> FieldName {
    let type_name = match (member.is_text, member.is_array) {
        (true, _) => "text[]".to_owned(),
        (_, true) => format!("{}[]", member.type_name),
        _ => member.type_name,
    };
    FieldName {
        type_name,
        allowed: member.is_bearing.then(|| "needs force".to_owned()),
        values: member.values,
        is_identifier: is_identifier(&member.name),
        name: member.name,
        ..FieldName::default()
    }
}

/// The members that a record had when it was read from `field`: its type does not tell them.
pub(crate) fn members(field: &Field, parts: &Record) -> Vec<Member> {
    let member = |(name, value): (&Arc<str>, &Value)| {
        // Another record may be there by now: then the member has no type.
        let part = field.member(name).ok();
        Member {
            name: name.clone(),
            members: match (value, &part) {
                (Value::Record(parts), Some(part)) => members(part, parts),
                _ => Vec::new(),
            },
            cell: Cell::plain(value.clone()),
            note: mark(part.as_ref()).to_owned(),
            type_name: part.map_or_else(String::new, |part| part.info().type_name),
        }
    };
    parts.iter().map(member).collect()
}

/// What is said of a part that the layout depends on.
fn mark(part: Option<&Field>) -> &'static str {
    match part.is_some_and(Field::bears_layout) {
        true => "[layout]",
        false => "",
    }
}

/// A row for each of these elements, which were read from `array` in one moment. Each element may have other
/// members: a cell stays empty where its element does not have the member.
pub(crate) fn table(array: &Field, elements: &[Value]) -> Table {
    let mut columns: Vec<Arc<str>> = Vec::new();
    for (name, _) in elements.iter().flat_map(parts) {
        if !columns.contains(name) {
            columns.push(name.clone());
        }
    }
    let row = |(index, element): (usize, &Value)| {
        let label = Cell::plain(format!("{}[{index}]", array.path()));
        let cells = columns
            .iter()
            .map(|column| element.get(column).cloned().map(Cell::plain));
        std::iter::once(Some(label)).chain(cells).collect()
    };
    let names = columns.iter().map(|name| name.to_string());
    Table {
        rows: elements.iter().enumerate().map(row).collect(),
        are_objects: true,
        ..Table::new(std::iter::once("object".to_owned()).chain(names))
    }
}

fn parts(element: &Value) -> impl Iterator<Item = (&Arc<str>, &Value)> {
    let parts = match element {
        Value::Record(parts) => Some(parts.iter()),
        _ => None,
    };
    parts.into_iter().flatten()
}
