//! Types of one schema in another.

use super::{Kind, Room, Schema, SchemaError, Type, TypeId};

impl Schema {
    /// Adds a type of another schema, and before it the types that it refers to. Returns its id here, which
    /// is an earlier one if this schema has an equal type.
    ///
    /// # Errors
    ///
    /// [`SchemaError::UnknownType`] if the other schema has no type `id`.
    ///
    /// # Examples
    ///
    /// ```
    /// use memglass::schema::{Kind, Schema, Type};
    ///
    /// let mut described = Schema::new();
    /// let byte = described.add(Type::new("u8", 1, 1, Kind::Int { signed: false }))?;
    /// let bytes = described.add_array(byte, 4)?;
    ///
    /// let mut session = Schema::new();
    /// let id = session.adopt(&described, bytes)?;
    /// assert_eq!(session.hash_of(id), described.hash_of(bytes));
    /// # Ok::<(), memglass::schema::SchemaError>(())
    /// ```
    pub fn adopt(&mut self, other: &Schema, id: TypeId) -> Result<TypeId, SchemaError> {
        let ty = other.get(id).ok_or_else(|| SchemaError::UnknownType {
            name: "a schema".into(),
            id,
        })?;
        if let Some(&known) = self.by_hash.get(&other.hash_of(id)) {
            return Ok(known);
        }
        let mut ty = Type::clone(ty);
        for reference in references(&mut ty.kind) {
            *reference = self.adopt(other, *reference)?;
        }
        self.add(ty)
    }
}

/// The types that a type refers to, in the order of its description.
pub(crate) fn references(kind: &mut Kind) -> Vec<&mut TypeId> {
    match kind {
        Kind::Struct { fields } | Kind::Union { members: fields } => {
            fields.iter_mut().map(|field| &mut field.type_id).collect()
        }
        Kind::Array { element: of, .. }
        | Kind::Alias { of }
        | Kind::Protected { value: of, .. } => {
            vec![of]
        }
        Kind::Record { layout, room, .. } => match room {
            Room::Counted => vec![layout],
            Room::Bytes(byte) => vec![byte, layout],
        },
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Field, Protection, codec};
    use super::*;

    #[test]
    fn an_adopted_type_comes_with_its_parts_and_only_once() {
        let mut described = Schema::new();
        let unused = Type::new("u8", 1, 1, Kind::Int { signed: false });
        described.add(unused).expect("sound");
        let number = Type::new("i64", 8, 8, Kind::Int { signed: true });
        let number = described.add(number).expect("sound");
        let count = described.add_protected(Protection::Atomic, number);
        let fields = vec![
            Field::new("count", count.expect("sound"), 0),
            Field::new("price", number, 8),
        ];
        let order = Type::new("Order", 16, 8, Kind::Struct { fields });
        let order = described.add(order).expect("sound");

        let mut session = Schema::new();
        let id = session.adopt(&described, order).expect("sound");
        assert_eq!(session.hash_of(id), described.hash_of(order));
        assert_eq!(session.len(), 3, "what it does not refer to stays away");
        assert_eq!(session.adopt(&described, order), Ok(id));
        let bytes = codec::encode_schema(&session);
        assert!(codec::decode_schema(&bytes).is_ok());
    }

    #[test]
    fn an_unknown_type_is_refused() {
        let mut session = Schema::new();
        assert!(session.adopt(&Schema::new(), TypeId(7)).is_err());
    }
}
