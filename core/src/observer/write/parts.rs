//! The parts of a write: a value for a struct or array is split into single places, and each is checked
//! before any byte changes.

use std::collections::HashSet;

use super::super::error::{ReadError, WriteError};
use super::super::field::Field;
use super::super::follow::is_record;
use super::super::place::{Place, Within};
use super::super::read;
use crate::coerce::{Reason, Refusal, Strictness, encode_field, encode_value};
use crate::schema::{Kind, Schema};
use crate::value::Value;

/// One store of a write.
pub(in super::super) struct WritePart<'a> {
    /// Empty for the field itself, else like `.levels[2].price`.
    pub(super) path: String,
    pub(in super::super) place: Place,
    pub(in super::super) wanted: &'a Value,
}

impl Field {
    /// Checks the present value as a write of it would be: range, step, regex, names. That the field is
    /// read-only does not matter, nor that it is an address or that a layout depends on it.
    ///
    /// It is for single values and arrays of them; the members of a struct are fields of their own.
    ///
    /// # Errors
    ///
    /// [`WriteError::Refused`] says what is declared; otherwise as for [`Field::read`].
    pub fn check_present(&self) -> Result<(), WriteError> {
        if is_record(self.session_schema(), self.object, self.place) || self.bears_layout() {
            return Ok(());
        }
        let mut bytes = self.part_bytes(&self.place)?;
        let value = read::decode(self.session_schema(), &self.place, &bytes);
        let checked = self.encode(&self.place, "", &value, Strictness::Checked, &mut bytes);
        let checked = match checked {
            Err(WriteError::Refused { refusal, .. }) if *refusal.reason == Reason::Address => {
                Ok(())
            }
            checked => checked,
        };
        // The bytes that were checked may be the next object's.
        match self.object.alive.still_holds(self.entry()) {
            true => self.unless_cut(checked),
            false => Err(self.gone_for_writing()),
        }
    }

    /// The parts of a value for this field, each checked against the present bytes. Leaves out parts
    /// that would be refused but keep their value, so that a value that was read can be written back.
    pub(super) fn checked_parts<'v>(
        &self,
        value: &'v Value,
        strictness: Strictness,
    ) -> Result<Vec<WritePart<'v>>, WriteError> {
        let checked = self.check_parts(value, strictness);
        // The bytes that were checked may be the next object's.
        match self.object.alive.still_holds(self.entry()) {
            true => checked,
            false => Err(self.gone_for_writing()),
        }
    }

    fn check_parts<'v>(
        &self,
        value: &'v Value,
        strictness: Strictness,
    ) -> Result<Vec<WritePart<'v>>, WriteError> {
        let mut checked = Vec::new();
        for part in self.parts_of(value, strictness)? {
            match self.check_part(&part, strictness) {
                Ok(()) => checked.push(part),
                Err(WriteError::Refused { .. }) if self.keeps_its_value(&part) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(checked)
    }

    /// The present bytes of the value at a place.
    pub(in super::super) fn part_bytes(&self, place: &Place) -> Result<Vec<u8>, WriteError> {
        self.present_bytes(place).map_err(|contended| {
            WriteError::Read(ReadError::Contended {
                path: self.path().into(),
                attempts: contended.attempts,
            })
        })
    }

    /// The value of the bytes of a place of the field.
    pub(in super::super) fn value_at(&self, place: &Place, bytes: &[u8]) -> Value {
        match &self.inside {
            Some(inside) => inside.value_or_fault(bytes),
            None => read::decode(self.session_schema(), place, bytes),
        }
    }

    /// Checks a wanted value and puts it into the bytes that its place has now.
    pub(super) fn encode(
        &self,
        place: &Place,
        path: &str,
        wanted: &Value,
        strictness: Strictness,
        bytes: &mut [u8],
    ) -> Result<(), WriteError> {
        let put = match &self.inside {
            Some(inside) => inside.put(wanted, strictness, bytes),
            None => put(self.session_schema(), place, wanted, strictness, bytes),
        };
        put.map_err(|refusal| self.refuse(refusal.within(path)))
    }

    pub(super) fn encode_part(
        &self,
        part: &WritePart<'_>,
        strictness: Strictness,
        bytes: &mut [u8],
    ) -> Result<(), WriteError> {
        self.encode(&part.place, &part.path, part.wanted, strictness, bytes)
    }

    /// The single places that a value for this field goes to.
    fn parts_of<'v>(
        &self,
        value: &'v Value,
        strictness: Strictness,
    ) -> Result<Vec<WritePart<'v>>, WriteError> {
        if !self.is_alive() {
            return Err(self.gone_for_writing());
        }
        self.check_size().map_err(WriteError::Read)?;
        let mut parts = Vec::new();
        if let Some(count) = self.object.elements {
            let Value::List(values) = value else {
                return Err(self.wrong_shape(value, &format!("a list of {count}")));
            };
            if values.len() as u64 != count {
                return Err(self.wrong_shape(value, &format!("a list of {count}")));
            }
            for (index, (element, value)) in self.parts().zip(values).enumerate() {
                let part = WritePart {
                    path: format!("[{index}]"),
                    place: element.place,
                    wanted: value,
                };
                self.split(part, strictness, &mut parts)
                    .map_err(|refusal| self.refuse(refusal))?;
            }
            return Ok(parts);
        }
        self.check_not_readonly(strictness)?;
        let whole = WritePart {
            path: String::new(),
            place: self.place,
            wanted: value,
        };
        self.split(whole, strictness, &mut parts)
            .map_err(|refusal| self.refuse(refusal))?;
        Ok(parts)
    }

    /// Whether the part is one of several, and has the wanted value already.
    fn keeps_its_value(&self, part: &WritePart<'_>) -> bool {
        let has_it =
            |bytes: Vec<u8>| has_value(self.session_schema(), &part.place, part.wanted, &bytes);
        !part.path.is_empty() && self.part_bytes(&part.place).is_ok_and(has_it)
    }

    /// Whether the part would be accepted as things are now.
    fn check_part(&self, part: &WritePart<'_>, strictness: Strictness) -> Result<(), WriteError> {
        let mut bytes = self.part_bytes(&part.place)?;
        self.encode_part(part, strictness, &mut bytes)
    }

    fn wrong_shape(&self, value: &Value, expected: &str) -> WriteError {
        self.refuse(Refusal::from(Reason::Kind {
            expected: expected.into(),
            found: value.noun(),
        }))
    }
}

impl Field {
    /// Splits a value for a struct or array that is not guarded as a whole into its parts, so that
    /// members which are not mentioned are not touched.
    fn split<'v>(
        &self,
        part: WritePart<'v>,
        strictness: Strictness,
        parts: &mut Vec<WritePart<'v>>,
    ) -> Result<(), Refusal> {
        let schema = self.session_schema();
        let bare = part.place.bare(schema);
        let is_direct = part.place.inside(schema) == Within::Itself;
        match (&schema[bare].kind, part.wanted) {
            (Kind::Struct { fields }, Value::Record(members)) if is_direct => {
                let mut seen = HashSet::new();
                for (at, (name, value)) in members.iter().enumerate() {
                    // Of members of one name, the last counts, as in JSON.
                    if members.iter().skip(at + 1).any(|(later, _)| later == name) {
                        continue;
                    }
                    let Some(index) = schema[bare].position(name) else {
                        let names = fields.iter().map(|field| &*field.name);
                        return Err(
                            Refusal::no_such_member(name, &schema.type_name(bare), names)
                                .within(&part.path),
                        );
                    };
                    // By another name that it had before: neither of the two values is meant more.
                    if !seen.insert(index) {
                        let name = name.to_string();
                        return Err(Refusal::from(Reason::Repeated { name }).within(&part.path));
                    }
                    let place = part.place.member_at(schema, bare, index);
                    let path = format!("{}.{name}", part.path);
                    let member = WritePart {
                        path,
                        place,
                        wanted: value,
                    };
                    if !self.is_unchanged_readonly(&member, strictness)? {
                        self.split(member, strictness, parts)?;
                    }
                }
                Ok(())
            }
            (Kind::Array { element, count }, Value::List(values)) if is_direct => {
                if values.len() as u64 != *count {
                    let reason = Reason::Length {
                        expected: *count,
                        found: values.len(),
                    };
                    return Err(Refusal::from(reason).within(&part.path));
                }
                for (index, value) in values.iter().enumerate() {
                    let place = part.place.element_at(schema, *element, index as u64);
                    let element = WritePart {
                        path: format!("{}[{index}]", part.path),
                        place,
                        wanted: value,
                    };
                    self.split(element, strictness, parts)?;
                }
                Ok(())
            }
            _ => {
                parts.push(part);
                Ok(())
            }
        }
    }

    /// Whether a read-only member is given the value that it has, which is allowed and needs no store.
    fn is_unchanged_readonly(
        &self,
        member: &WritePart<'_>,
        strictness: Strictness,
    ) -> Result<bool, Refusal> {
        let schema = self.session_schema();
        let declared = member
            .place
            .field(schema)
            .is_some_and(|field| field.metadata.readonly);
        if !declared || strictness == Strictness::Forced {
            return Ok(false);
        }
        let bytes = self.present_bytes(&member.place);
        if bytes.is_ok_and(|bytes| has_value(schema, &member.place, member.wanted, &bytes)) {
            Ok(true)
        } else {
            Err(Refusal::from(Reason::ReadOnly).within(&member.path))
        }
    }
}

/// Whether a place with these bytes has the wanted value; numbers are compared across kinds.
fn has_value(schema: &Schema, place: &Place, wanted: &Value, bytes: &[u8]) -> bool {
    let mut put_there = bytes.to_vec();
    read::decode(schema, place, bytes) == *wanted
        || put(schema, place, wanted, Strictness::Forced, &mut put_there)
            .is_ok_and(|()| put_there == bytes)
}

/// Checks a wanted value and puts it into the bytes of its place.
fn put(
    schema: &Schema,
    place: &Place,
    wanted: &Value,
    strictness: Strictness,
    bytes: &mut [u8],
) -> Result<(), Refusal> {
    match (place.field(schema), place.bits(schema)) {
        (Some(field), Some(_)) => encode_field(schema, field, wanted, strictness, bytes),
        _ => {
            let metadata = place.metadata(schema);
            encode_value(
                schema,
                place.bare(schema),
                metadata,
                wanted,
                strictness,
                bytes,
            )
        }
    }
}
