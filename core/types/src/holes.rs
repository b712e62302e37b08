//! Bytes of a record that hold no member, and the cache lines that it takes.

use std::collections::HashSet;

use crate::kind::{Kind, Member, Record, Tag, TypeId};
use crate::types::Types;

/// Bytes of a cache line on the processors of today's servers.
pub const CACHE_LINE: u64 = 64;

/// What of a record's bytes is not used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holes {
    /// Bytes of the record.
    pub size: u64,
    /// Gaps between members, in the order of their offsets.
    pub holes: Vec<Hole>,
    /// Bits behind the last member, to the end of the record; 0 if a virtual base may be there.
    pub padding_bits: u64,
}

/// A gap between two members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hole {
    /// Bits from the start of the record.
    pub offset_bits: u64,
    /// How many.
    pub bits: u64,
}

impl Holes {
    /// Whole bytes between members that none of them uses.
    pub fn hole_bytes(&self) -> u64 {
        self.holes.iter().map(|hole| hole.bits / 8).sum()
    }

    /// Whole bytes behind the last member.
    pub fn padding(&self) -> u64 {
        self.padding_bits / 8
    }

    /// Bytes that no member uses.
    pub fn unused(&self) -> u64 {
        self.hole_bytes() + self.padding()
    }

    /// Cache lines that the record takes if it begins at the start of one.
    pub fn cache_lines(&self) -> u64 {
        self.size.div_ceil(CACHE_LINE)
    }
}

/// A part of a record: a base class, a member, the discriminant of an enum with data or one of its variants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part<'t> {
    /// What it is called; a base class by its type.
    pub name: &'t str,
    /// Its type.
    pub ty: TypeId,
    /// Bits from the start of the record.
    pub offset_bits: u64,
    /// Its bits; `None` if nobody knows them.
    pub size_bits: Option<u64>,
    /// The member that it is; `None` of a base class.
    pub member: Option<&'t Member>,
    /// Of a variant, for which value it is there.
    pub value: Option<i128>,
    /// Whether others may lie in the same place: a variant, or a member of a union.
    pub is_alternative: bool,
}

impl Types {
    /// The parts of a record in the order of their offsets: base classes, members and variants. Of any other type,
    /// none.
    pub fn parts(&self, id: TypeId) -> Vec<Part<'_>> {
        let Some(record) = self.record(id) else {
            return Vec::new();
        };
        let bases = record.bases.iter().filter_map(|base| {
            Some(Part {
                name: &self[base.ty].name,
                ty: base.ty,
                offset_bits: base.offset?.saturating_mul(8),
                size_bits: self.bits_of_base(base.ty),
                member: None,
                value: None,
                is_alternative: false,
            })
        });
        let in_union = record.tag == Tag::Union;
        let members = record
            .members
            .iter()
            .map(|member| self.part(member, None, in_union));
        let discriminant = record
            .variants
            .iter()
            .flat_map(|variants| &variants.discriminant);
        let discriminant = discriminant.map(|member| self.part(member, None, false));
        let arms = record.variants.iter().flat_map(|variants| &variants.arms);
        let arms = arms.map(|arm| self.part(&arm.member, arm.value, true));
        let mut parts: Vec<Part<'_>> = bases
            .chain(members)
            .chain(discriminant)
            .chain(arms)
            .collect();
        parts.sort_by_key(|part| part.offset_bits);
        parts
    }

    fn part<'t>(&self, member: &'t Member, value: Option<i128>, is_alternative: bool) -> Part<'t> {
        let whole = || self.size_of(member.ty)?.checked_mul(8);
        Part {
            name: &member.name,
            ty: member.ty,
            offset_bits: member.offset_bits,
            size_bits: member.width_bits.or_else(whole),
            member: Some(member),
            value,
            is_alternative,
        }
    }

    /// An empty base takes no room, although an object of it has a size.
    fn bits_of_base(&self, id: TypeId) -> Option<u64> {
        let is_empty = |record: &Record| record.members.is_empty() && record.bases.is_empty();
        match self.record(id) {
            Some(record) if is_empty(record) => Some(0),
            _ => self.size_of(id)?.checked_mul(8),
        }
    }

    /// The virtual bases of a record. Where they lie is not known: objects of classes that inherit from it have them elsewhere.
    pub fn virtual_bases(&self, id: TypeId) -> impl Iterator<Item = TypeId> {
        let bases = self.record(id).into_iter().flat_map(|record| &record.bases);
        bases
            .filter(|base| base.offset.is_none())
            .map(|base| base.ty)
    }

    /// Whether virtual bases lie somewhere in a record, its own or those of its bases.
    fn has_virtual_bases(&self, id: TypeId) -> bool {
        let (mut seen, mut waiting) = (HashSet::new(), vec![self.bare(id)]);
        while let Some(id) = waiting.pop() {
            let bases = self.record(id).into_iter().flat_map(|record| &record.bases);
            for base in bases {
                if base.offset.is_none() {
                    return true;
                }
                if seen.insert(base.ty) {
                    waiting.push(self.bare(base.ty));
                }
            }
        }
        false
    }

    /// The unused bytes of a record; `None` of other types, and of records whose size is not known.
    ///
    /// # Panics
    ///
    /// If `id` is not of this set.
    pub fn holes(&self, id: TypeId) -> Option<Holes> {
        self.record(id)?;
        let size = self.size_of(id)?;
        let (mut end, mut holes) = (0, Vec::new());
        for part in self.parts(id) {
            if part.offset_bits > end {
                holes.push(Hole {
                    offset_bits: end,
                    bits: part.offset_bits - end,
                });
            }
            end = end.max(part.offset_bits.saturating_add(part.size_bits.unwrap_or(0)));
        }
        // A virtual base lies behind the members, or before the first one if all that it has is a table of functions.
        let has_virtual_bases = self.has_virtual_bases(id);
        holes.retain(|hole: &Hole| !has_virtual_bases || hole.offset_bits > 0);
        // A struct without members has a byte in C++, which is its own.
        let padding_bits = if end == 0 || has_virtual_bases {
            0
        } else {
            size.saturating_mul(8).saturating_sub(end)
        };
        Some(Holes {
            size,
            holes,
            padding_bits,
        })
    }

    /// Records with their unused bytes, those with most of them first; none without any.
    pub fn with_holes(&self) -> Vec<(TypeId, Holes)> {
        let records = self
            .iter()
            .filter(|(_, ty)| matches!(ty.kind, Kind::Record(_)));
        let holes = records.filter_map(|(id, _)| Some((id, self.holes(id)?)));
        let mut found: Vec<_> = holes.filter(|(_, holes)| holes.unused() > 0).collect();
        found.sort_by_key(|(id, holes)| (std::cmp::Reverse(holes.unused()), *id));
        found
    }
}
