//! What a write replaced.

use std::iter::{Peekable, Zip};
use std::slice;
use std::sync::Arc;

use super::field::Field;
use super::follow::is_record;
use super::write::WritePart;
use crate::value::Value;

/// A value that was written, and the one that it replaced.
///
/// For a record, both have the members that the write named, and no others. Both are of the moment of the
/// write for a guarded value and for a number; the parts of a value that is not protected as a whole
/// may mix moments.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// What was there before.
    pub old: Value,
    /// What is there since, as a read gives it.
    pub new: Value,
}

/// The bytes of a part before and after its store.
pub(super) struct Stored {
    pub(super) old: Vec<u8>,
    pub(super) new: Vec<u8>,
}

type Parts<'s, 'v> = Peekable<Zip<slice::Iter<'s, WritePart<'v>>, slice::Iter<'s, Stored>>>;

impl Field {
    /// What the write of `wanted` changed, which came down to these parts.
    pub(super) fn change_of(
        &self,
        wanted: &Value,
        parts: &[WritePart<'_>],
        stored: &[Stored],
    ) -> Change {
        let side = |side: fn(&Stored) -> &[u8]| {
            let mut parts = parts.iter().zip(stored).peekable();
            let value = self.put_together(wanted, &mut parts, side);
            value.unwrap_or_else(|| Value::Record(Vec::new().into()))
        };
        Change {
            old: side(|stored| &stored.old),
            new: side(|stored| &stored.new),
        }
    }

    /// One side of a change, in the shape of the wanted value. Members that were left out of the write,
    /// because they have their value already, are left out here.
    fn put_together(
        &self,
        wanted: &Value,
        parts: &mut Parts<'_, '_>,
        side: fn(&Stored) -> &[u8],
    ) -> Option<Value> {
        if let Some((part, stored)) = parts.next_if(|(part, _)| std::ptr::eq(part.wanted, wanted)) {
            let value = self.value_at(&part.place, side(stored));
            // A packed record is written anew from all its members, also when it is written back.
            let is_record = is_record(self.session_schema(), self.object, part.place);
            return Some(match is_record {
                true => value,
                false => narrowed(value, wanted),
            });
        }
        match wanted {
            Value::Record(members) => {
                let members = members.iter().filter_map(|(name, wanted)| {
                    Some((Arc::clone(name), self.put_together(wanted, parts, side)?))
                });
                let members: Vec<_> = members.collect();
                (!members.is_empty()).then(|| Value::Record(members.into()))
            }
            Value::List(elements) => {
                let elements = elements.iter().map(|wanted| {
                    let element = self.put_together(wanted, parts, side);
                    element.unwrap_or_else(|| wanted.clone())
                });
                Some(Value::List(elements.collect()))
            }
            _ => None,
        }
    }
}

/// A value with only those members that `wanted` names.
pub(super) fn narrowed(value: Value, wanted: &Value) -> Value {
    match (value, wanted) {
        (Value::Record(members), Value::Record(wanted)) => {
            let members = members.iter().filter_map(|(name, value)| {
                Some((Arc::clone(name), narrowed(value.clone(), wanted.get(name)?)))
            });
            Value::Record(members.collect())
        }
        (Value::List(elements), Value::List(wanted)) if elements.len() == wanted.len() => {
            let elements = elements.into_iter().zip(wanted);
            Value::List(
                elements
                    .map(|(value, wanted)| narrowed(value, wanted))
                    .collect(),
            )
        }
        (value, _) => value,
    }
}
