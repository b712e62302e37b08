//! Where a part of an object lies and how it is reached: the steps from a struct to its members.
//!
//! A place is plain data, relative to its object; the object's bytes are given when it is used.

use super::path::Step;
use super::read::Retries;
use crate::access::{self, FIRST_COPY};
use crate::schema::{self, Bits, Kind, Metadata, Protection, Schema, TypeId, words_of};
use crate::shm::View;
use crate::sync::{Contended, TwoSlot};

/// A typed part of an object.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// The bytes of the object through which it is accessed: its own, or those of what contains it.
    start: usize,
    len: usize,
    pub(super) within: Within,
    pub(super) type_id: TypeId,
    /// The member that it is, or is an element of: where its annotations are.
    pub(super) member: Option<Member>,
    /// Whether it, or anything that it lies in, is declared read-only.
    pub(super) readonly: bool,
    /// Bytes from the start of the object; for a guarded value, of its first copy.
    pub(super) offset: u64,
}

/// How the bytes of a place are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within {
    /// The place itself.
    Itself,
    /// A guarded value, in whose value the place starts at `offset`.
    Guarded { value: TypeId, offset: u64 },
    /// A union, in whose words the place starts at `offset`.
    Words { offset: u64 },
}

/// A member of a struct or union.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Member {
    of: TypeId,
    index: usize,
    /// A bitfield is its member itself, never an element of it.
    is_element: bool,
}

/// Why a step leads nowhere.
pub(super) enum NoStep {
    NoSuchMember,
    NotAStruct,
    NotAnArray,
    OutOfRange { count: u64 },
}

impl Place {
    /// A whole object, or one element of an array of objects.
    pub(super) fn whole(start: u64, len: u64, type_id: TypeId) -> Place {
        let (start, len, offset) = (start as usize, len as usize, start);
        Place {
            start,
            len,
            within: Within::Itself,
            type_id,
            member: None,
            readonly: false,
            offset,
        }
    }

    /// The bytes to reach it by.
    #[inline]
    pub(super) fn view<'m>(&self, object: View<'m>) -> View<'m> {
        object
            .part(self.start, self.len)
            .expect("a checked schema keeps places inside their objects")
    }

    pub(super) fn step(&self, schema: &Schema, step: Step<'_>) -> Result<Place, NoStep> {
        match step {
            Step::Member(name) => self.member_named(schema, name),
            Step::Element(index) => self.element_within(schema, index),
        }
    }

    fn member_named(&self, schema: &Schema, name: &str) -> Result<Place, NoStep> {
        let of = schema.bare(self.type_id);
        schema[of].members().ok_or(NoStep::NotAStruct)?;
        let index = schema[of].position(name).ok_or(NoStep::NoSuchMember)?;
        Ok(self.member_at(schema, of, index))
    }

    /// The member at `index` of the struct or union `of`, which is this place's type.
    pub(super) fn member_at(&self, schema: &Schema, of: TypeId, index: usize) -> Place {
        let field = &schema[of]
            .members()
            .expect("only structs and unions have members")[index];
        let mut place = self.part(schema, field.offset, field.type_id);
        place.member = Some(Member {
            of,
            index,
            is_element: false,
        });
        place.readonly |= field.metadata.readonly;
        place
    }

    fn element_within(&self, schema: &Schema, index: u64) -> Result<Place, NoStep> {
        let Kind::Array { element, count } = schema[schema.bare(self.type_id)].kind else {
            return Err(NoStep::NotAnArray);
        };
        if index >= count {
            return Err(NoStep::OutOfRange { count });
        }
        Ok(self.element_at(schema, element, index))
    }

    /// The element at `index`, which is below the count, of this array of `element`s.
    pub(super) fn element_at(&self, schema: &Schema, element: TypeId, index: u64) -> Place {
        let mut place = self.part(schema, index * schema[element].size, element);
        place.member = self.member.map(|member| Member {
            is_element: true,
            ..member
        });
        place
    }

    /// The part of type `type_id` at `offset` of this place's value.
    fn part(&self, schema: &Schema, offset: u64, type_id: TypeId) -> Place {
        let inside = match (
            self.inside(schema),
            schema[schema.bare(self.type_id)].kind.is_union(),
        ) {
            (Within::Itself, true) => Within::Words { offset: 0 },
            (inside, _) => inside,
        };
        let mut place = Place {
            type_id,
            member: None,
            within: inside,
            offset: self.offset + offset,
            ..*self
        };
        match &mut place.within {
            Within::Itself => {
                place.start += offset as usize;
                place.len = schema[type_id].size as usize;
            }
            Within::Guarded { offset: start, .. } => {
                *start += offset;
                // From the place itself to its first copy.
                place.offset += if self.within == Within::Itself {
                    FIRST_COPY as u64
                } else {
                    0
                };
            }
            Within::Words { offset: start } => *start += offset,
        }
        place
    }

    /// What a part of this place lies within: a guarded place is left for its value.
    pub(super) fn inside(&self, schema: &Schema) -> Within {
        match (self.within, schema.protection(self.type_id)) {
            (Within::Itself, Protection::Seqlock | Protection::Locked) => Within::Guarded {
                value: schema.bare(self.type_id),
                offset: 0,
            },
            (within, _) => within,
        }
    }

    /// The guarded value that this place is or lies in.
    pub(super) fn guarded<'m>(
        &self,
        schema: &Schema,
        object: View<'m>,
    ) -> Option<(GuardedPlace<'m>, u64)> {
        let Within::Guarded { value, offset } = self.inside(schema) else {
            return None;
        };
        Some((GuardedPlace::at(self.view(object), schema, value), offset))
    }

    /// The type of the value, behind aliases and protections.
    pub(super) fn bare(&self, schema: &Schema) -> TypeId {
        schema.bare(self.type_id)
    }

    /// Where its value starts in the object, as reads copy it: of a guarded value, its first copy.
    pub(super) fn value_offset(&self, schema: &Schema) -> u64 {
        match (self.within, self.inside(schema)) {
            (Within::Itself, Within::Guarded { .. }) => self.offset + FIRST_COPY as u64,
            _ => self.offset,
        }
    }

    /// Bytes of the value.
    pub(super) fn value_size(&self, schema: &Schema) -> usize {
        schema[self.bare(schema)].size as usize
    }

    /// The annotations of the place.
    pub(super) fn metadata<'s>(&self, schema: &'s Schema) -> &'s Metadata {
        self.field(schema)
            .map_or(Metadata::none(), |field| &field.metadata)
    }

    /// Which bits of its integer the place is, if it is a bitfield.
    pub(super) fn bits(&self, schema: &Schema) -> Option<Bits> {
        self.member
            .filter(|member| !member.is_element)
            .and_then(|_| self.field(schema)?.bits)
    }

    /// The member that the place is or is an element of.
    pub(super) fn field<'s>(&self, schema: &'s Schema) -> Option<&'s schema::Field> {
        self.member
            .and_then(|member| schema[member.of].members()?.get(member.index))
    }
}

/// The word and the copies of a guarded value.
#[derive(Clone, Copy)]
pub(super) struct GuardedPlace<'m> {
    pub(super) slots: TwoSlot<'m>,
}

impl<'m> GuardedPlace<'m> {
    /// The guarded value of bare type `value` whose cells are `view`.
    pub(super) fn at(view: View<'m>, schema: &Schema, value: TypeId) -> GuardedPlace<'m> {
        GuardedPlace::of(view, words_of(schema[value].size) as usize)
    }

    /// The guarded value of so many words whose cells are `view`.
    #[inline]
    pub(super) fn of(view: View<'m>, words: usize) -> GuardedPlace<'m> {
        GuardedPlace {
            slots: access::guarded(view, words),
        }
    }
}

impl GuardedPlace<'_> {
    /// Copies the bytes of its value from byte `start` on.
    #[inline]
    pub(super) fn read(
        &self,
        start: usize,
        bytes: &mut [u8],
        retries: Retries,
    ) -> Result<(), Contended> {
        match retries {
            Retries::Retry => self.slots.read_bytes(start, bytes).map(drop),
            Retries::Once => self
                .slots
                .try_read_bytes(start, bytes)
                .map(drop)
                .ok_or(Contended { attempts: 1 }),
        }
    }
}
