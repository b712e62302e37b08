//! What C must be told so that a compiler puts the members of a record where they are.
//!
//! Debug information has offsets, and neither `packed` nor `aligned` nor bitfields without a name. A compiler of x86-64 puts each member behind the
//! one before, at a multiple of its alignment. Where a member lies otherwise, something was said in the source.

use std::collections::HashMap;

use crate::holes::Part;
use crate::kind::{Kind, Tag, Type, TypeId};
use crate::types::Types;

/// Alignments that are tried are powers of two below this one's.
const MOST_POWER: u32 = 13;

/// Compilers align to no more bytes. A file may say anything.
const MOST_ALIGN: u64 = 1 << 28;

/// What is said of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// Whether members lie without a gap.
    pub(crate) is_packed: bool,
    /// Bytes to whose multiples the record is aligned, if its members do not say it.
    pub(crate) align: Option<u64>,
    /// What is said before each part, in the order of [`Types::parts`].
    pub(crate) before: Vec<Before>,
}

/// What is said before a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Before {
    Nothing,
    /// `_Alignas`
    Aligned(u64),
    /// A bitfield of so many bits without a name; of none, up to the next unit.
    Bits(u64),
}

/// The natural alignments of types, as far as they are known.
pub(crate) struct Placing<'t> {
    types: &'t Types,
    aligns: HashMap<TypeId, u64>,
}

impl<'t> Placing<'t> {
    pub(crate) fn new(types: &'t Types) -> Self {
        Placing {
            types,
            aligns: HashMap::new(),
        }
    }

    /// What is said of a record. Of what C does not have, such as base classes and variants, nothing is.
    pub(crate) fn of(&mut self, id: TypeId) -> Told {
        self.placed(id).0
    }

    /// Bytes to whose multiples a compiler aligns a type.
    fn align(&mut self, id: TypeId) -> u64 {
        if let Some(&known) = self.aligns.get(&id) {
            return known;
        }
        let ty = &self.types[id];
        let size = ty.size.unwrap_or(1);
        let of_scalar = |size: u64| {
            if size.is_power_of_two() {
                size.min(16)
            } else {
                1
            }
        };
        let align = match (said(ty), &ty.kind) {
            (Some(align), kind) if !matches!(kind, Kind::Record(_)) => align,
            (_, Kind::Alias { of } | Kind::Qualified { of, .. }) => self.align(*of),
            (_, Kind::Array { element, .. }) => self.align(*element),
            (_, Kind::Record(_)) => self.placed(id).1,
            (_, Kind::Complex) => of_scalar(size / 2),
            (_, Kind::Vector { .. }) => size.checked_next_power_of_two().unwrap_or(1),
            (_, Kind::Reference { .. } | Kind::Pointer { .. }) => of_scalar(ty.size.unwrap_or(8)),
            // Two words if it points to a function, and one if it points to data.
            (_, Kind::MemberPointer { to, .. }) => {
                let to = &self.types[self.types.bare(*to)].kind;
                let words = if matches!(to, Kind::Function(_)) { 2 } else { 1 };
                of_scalar(size / words)
            }
            _ => of_scalar(size),
        };
        let align = if align <= MOST_ALIGN { align.max(1) } else { 1 };
        self.aligns.insert(id, align);
        align
    }

    /// What is said of a record, and the alignment that it has then.
    fn placed(&mut self, id: TypeId) -> (Told, u64) {
        let types = self.types;
        let ty = &types[id];
        let parts = types.parts(id);
        let aligns: Vec<u64> = parts.iter().map(|part| self.align(part.ty)).collect();
        let natural = aligns.iter().copied().max().unwrap_or(1);
        let mut told = Told {
            before: vec![Before::Nothing; parts.len()],
            ..Told::default()
        };
        let (Kind::Record(record), Some(size)) = (&ty.kind, ty.size) else {
            return (told, natural);
        };
        if !record.bases.is_empty() || record.variants.is_some() {
            return (told, said(ty).unwrap_or(natural));
        }
        let is_off = |(part, align): (&Part<'_>, &u64)| match width(part) {
            Some(width) => crosses(part.offset_bits, width, align * 8),
            None => part.offset_bits % (align * 8) != 0,
        };
        told.is_packed = size % natural != 0 || parts.iter().zip(&aligns).any(is_off);
        let (mut end, mut align) = (0, 1);
        for ((part, own), before) in parts.iter().zip(&aligns).zip(&mut told.before) {
            let own = if told.is_packed { 1 } else { *own };
            align = align.max(own);
            if record.tag != Tag::Union {
                *before = step(part, end, own, self.types.size_of(part.ty));
            }
            if let Before::Aligned(aligned) = *before {
                align = align.max(aligned);
            }
            end = end.max(part.offset_bits.saturating_add(part.size_bits.unwrap_or(0)));
        }
        let bytes = end.div_ceil(8);
        let fits = |align: u64| bytes.checked_next_multiple_of(align) == Some(size);
        let said = said(ty).filter(|said| *said > align && fits(*said));
        told.align = match fits(align) {
            true => said,
            false => said.or_else(|| powers().find(|&power| power > align && fits(power))),
        };
        // A struct without members has a byte in C++.
        told.align = told.align.filter(|_| !parts.is_empty());
        let align = told.align.unwrap_or(align);
        (told, align)
    }
}

/// The alignment that the source says, if it can be one.
fn said(ty: &Type) -> Option<u64> {
    ty.align
        .filter(|align| align.is_power_of_two() && *align <= MOST_ALIGN)
}

fn powers() -> impl Iterator<Item = u64> {
    (0..MOST_POWER).map(|power| 1 << power)
}

fn width(part: &Part<'_>) -> Option<u64> {
    part.member.and_then(|member| member.width_bits)
}

/// Whether a bitfield is in two units.
fn crosses(at_bits: u64, width: u64, unit_bits: u64) -> bool {
    (at_bits % unit_bits).saturating_add(width) > unit_bits
}

/// What brings a member to its place behind what ends at bit `end`.
fn step(part: &Part<'_>, end: u64, align: u64, bytes: Option<u64>) -> Before {
    let at = part.offset_bits;
    if let Some(width) = width(part) {
        let unit = bytes.unwrap_or(1).max(1).saturating_mul(8);
        let natural = match align > 1 && crosses(end, width, unit) {
            true => end.checked_next_multiple_of(unit).unwrap_or(end),
            false => end,
        };
        return match at.checked_sub(end) {
            _ if at <= natural => Before::Nothing,
            _ if end.checked_next_multiple_of(unit) == Some(at) => Before::Bits(0),
            Some(gap) if gap <= unit => Before::Bits(gap),
            _ => Before::Nothing,
        };
    }
    let (end, at) = (end.div_ceil(8), at / 8);
    let leads = |align: u64| end.checked_next_multiple_of(align) == Some(at);
    if leads(align) {
        return Before::Nothing;
    }
    let aligned = powers().find(|&power| power > align && leads(power));
    aligned.map_or(Before::Nothing, Before::Aligned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::{Member, Record};
    use crate::{Builder, Remarks};

    #[test]
    fn alignments_and_places_that_no_compiler_makes_are_no_trouble() {
        for align in [0, 3, 1 << 63, u64::MAX] {
            let mut builder = Builder::default();
            let number = Kind::Int {
                signed: true,
                bits: 32,
            };
            let mut number = Type::new("number".into(), Some(u64::MAX), number);
            number.align = Some(align);
            let number = builder.add(number);
            let vector = Kind::Vector {
                element: number,
                count: 3,
            };
            let vector = builder.add(Type::new("".into(), Some((1 << 63) + 1), vector));
            let mut bits = Member::new("bits", number, u64::MAX / 8);
            bits.width_bits = Some(u64::MAX);
            let mut more = Member::new("more", number, u64::MAX / 8);
            more.width_bits = Some(3);
            more.offset_bits = u64::MAX;
            let members = vec![Member::new("vector", vector, 1), bits, more];
            let record = Kind::Record(Record::new(Tag::Struct, members));
            let mut record = Type::new("record".into(), Some(u64::MAX), record);
            record.align = Some(align);
            builder.add(record);
            let types = builder.finish().expect("types that refer to each other");
            let record = types.find("record").expect("it was added");
            assert!(
                types
                    .declaration(record, Remarks::Holes)
                    .contains("number more : 3")
            );
        }
    }
}
