//! The types that are written, with a name for each.

use std::collections::{HashMap, HashSet};

use memglass::schema::{Kind, Protection, Schema, Type, TypeId};

use crate::names;

/// A type that is written.
pub(crate) struct Declared<'s> {
    pub(crate) id: TypeId,
    pub(crate) ty: &'s Type,
    /// Where it is: names that every language takes.
    pub(crate) namespaces: Vec<String>,
    /// Its name there.
    pub(crate) name: String,
    /// The protection of all of it.
    pub(crate) protection: Protection,
}

impl Declared<'_> {
    /// Namespaces and name in one word.
    pub(crate) fn word(&self) -> String {
        let parts = self.namespaces.iter().chain([&self.name]);
        parts.map(String::as_str).collect::<Vec<_>>().join("_")
    }

    /// Namespaces and name as C++ writes them.
    pub(crate) fn path(&self) -> String {
        let parts = self.namespaces.iter().chain([&self.name]);
        parts.map(String::as_str).collect::<Vec<_>>().join("::")
    }
}

/// The types of a schema that have names, in the order of the schema: parts come before wholes.
pub(crate) fn declared(schema: &Schema) -> Vec<Declared<'_>> {
    let parts = parts(schema);
    let wholes = protected_wholes(schema, &parts);
    let mut uses: HashMap<String, u32> = HashMap::new();
    let mut result = Vec::new();
    for (id, ty) in schema.iter() {
        if ty.name.is_empty() || !is_declared(ty) {
            continue;
        }
        let (namespaces, last) = names::split(&ty.name);
        let namespaces: Vec<String> = namespaces.into_iter().map(names::cpp).collect();
        let mut declared = Declared {
            id,
            ty,
            namespaces,
            name: names::rust(&names::cpp(last)),
            protection: wholes.get(&id).copied().unwrap_or(Protection::Plain),
        };
        let count = uses.entry(declared.word()).or_default();
        *count += 1;
        if *count > 1 {
            declared.name = format!("{}_{count}", declared.name);
        }
        result.push(declared);
    }
    result
}

fn is_declared(ty: &Type) -> bool {
    ty.members().is_some() || matches!(ty.kind, Kind::Enum { .. } | Kind::Flags { .. })
}

/// The bare types of all fields and elements.
fn parts(schema: &Schema) -> HashSet<TypeId> {
    let mut parts = HashSet::new();
    for (_, ty) in schema.iter() {
        let fields = ty.members().unwrap_or_default().iter();
        parts.extend(fields.map(|field| schema.bare(element(schema, field.type_id))));
    }
    parts
}

/// Structs that are protected as a whole: as an object, or as an element of an array.
fn protected_wholes(schema: &Schema, parts: &HashSet<TypeId>) -> HashMap<TypeId, Protection> {
    let mut wholes = HashMap::new();
    let mut enter = |id: TypeId| {
        let bare = schema.bare(id);
        if schema[bare].members().is_some() && schema.protection(id) != Protection::Plain {
            wholes.insert(bare, schema.protection(id));
        }
    };
    for (id, ty) in schema.iter() {
        match &ty.kind {
            Kind::Array { element, .. } => enter(*element),
            Kind::Protected { value, .. } if !parts.contains(&schema.bare(*value)) => enter(id),
            _ => {}
        }
    }
    wholes
}

/// The innermost element of an array, or the type itself.
fn element(schema: &Schema, mut id: TypeId) -> TypeId {
    while let Kind::Array { element, .. } = schema[schema.bare(id)].kind {
        id = element;
    }
    id
}
