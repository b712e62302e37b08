//! Structs and unions in a form from which their values are made in few steps.
//!
//! Worked out once per type. A read then asks the schema only about members that are more than numbers.

use std::sync::Arc;

use super::decode::decode_member;
use super::lone::LoneNumber;
use crate::schema::{Field, Protection, Schema, TypeId};
use crate::value::{Record, Value};

/// The members of one bare struct or union type.
#[derive(Debug)]
pub(crate) struct Members {
    of: TypeId,
    names: Arc<[Arc<str>]>,
    /// One for each name.
    members: Box<[Member]>,
}

#[derive(Debug)]
enum Member {
    Number { number: LoneNumber, at: usize },
    Other,
}

impl Members {
    /// The members of the bare type `id`, if it has any.
    pub(crate) fn of(schema: &Schema, id: TypeId) -> Option<Members> {
        let fields = schema[id].members()?;
        let members = fields.iter().map(|field| Member::of(schema, field));
        Some(Members {
            of: id,
            names: Arc::clone(schema.member_names(id)),
            members: members.collect(),
        })
    }

    /// The record that `bytes` hold, as [`decode_value`](super::decode_value) makes it.
    ///
    /// # Panics
    ///
    /// If `schema` is not the one that this is of, or `bytes` has not the size of the type.
    pub(crate) fn decode(&self, schema: &Schema, bytes: &[u8]) -> Value {
        let members = self.members.iter().enumerate();
        let values = members.map(|(index, member)| match *member {
            Member::Number { number, at } => number.decode(bytes, at),
            Member::Other => self.decode_other(schema, index, bytes),
        });
        Value::Record(Record::new(Arc::clone(&self.names), values.collect()))
    }

    #[inline(never)]
    fn decode_other(&self, schema: &Schema, index: usize, bytes: &[u8]) -> Value {
        let fields = schema[self.of].members().expect("it had members before");
        decode_member(schema, &fields[index], bytes)
    }
}

impl Member {
    fn of(schema: &Schema, field: &Field) -> Member {
        let is_whole = field.bits.is_none();
        let is_by_itself = match schema.protection(field.type_id) {
            Protection::Plain | Protection::Atomic => true,
            // Its bytes begin with the word of the guarded value.
            Protection::Seqlock | Protection::Locked => false,
        };
        let ty = &schema[schema.bare(field.type_id)];
        match LoneNumber::of(ty, &field.metadata) {
            Some(number) if is_whole && is_by_itself => Member::Number {
                number,
                at: field.offset as usize,
            },
            _ => Member::Other,
        }
    }
}
