//! Values of an older layout by the names that their members have now.

use std::sync::Arc;

use memglass::Value;
use memglass::schema::{Kind, Schema, TypeId};

/// The value with each member by the name that it has in this type, where it is known by an earlier one.
pub(super) fn value(value: Value, schema: &Schema, id: TypeId) -> Value {
    let ty = &schema[schema.bare(id)];
    match (&ty.kind, value) {
        (Kind::Struct { fields } | Kind::Union { members: fields }, Value::Record(members)) => {
            let is_new = |name: &str| members.iter().all(|(known, _)| **known != *name);
            let renamed = |(name, value): (Arc<str>, Value)| match ty.position(&name) {
                Some(index) if *fields[index].name == *name || is_new(&fields[index].name) => {
                    let field = &fields[index];
                    (
                        field.name.clone(),
                        self::value(value, schema, field.type_id),
                    )
                }
                _ => (name, value),
            };
            Value::Record(members.clone().into_iter().map(renamed).collect())
        }
        (Kind::Array { element, .. }, Value::List(values)) => {
            let values = values.into_iter();
            Value::List(
                values
                    .map(|each| self::value(each, schema, *element))
                    .collect(),
            )
        }
        (_, value) => value,
    }
}
