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

/// Bits of the longest gap that is filled with bitfields.
const MOST_GAP: u64 = 512;

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
    /// What is said behind the last one.
    pub(crate) behind: Before,
}

/// What is said before a member.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Before {
    #[default]
    Nothing,
    /// `_Alignas`
    Aligned(u64),
    /// An alignment below that of its type, as `#pragma pack` makes it: `_Alignas` must not lower one, but the attribute
    /// `aligned` may do so in a packed record.
    Lowered(u64),
    /// A bitfield of so many bits without a name; of none, up to the next unit.
    Bits(u64),
    /// Bitfields without a name, from one bit of the record to another: no alignment leads there.
    Gap(u64, u64),
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
                let words = if matches!(to, Kind::Function(_)) {
                    2
                } else {
                    1
                };
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
        let ends = |part: &Part<'_>| part.offset_bits.saturating_add(part.size_bits.unwrap_or(0));
        let end = parts.iter().map(ends).max().unwrap_or(0);
        let fits = |align: u64| end.div_ceil(8).checked_next_multiple_of(align) == Some(size);
        let is_union = record.tag == Tag::Union;
        let mut align = self.steps(&parts, &aligns, is_union, true, &mut told);
        if !powers().any(|power| power >= align && fits(power)) {
            align = self.steps(&parts, &aligns, is_union, false, &mut told);
        }
        let said = said(ty).filter(|said| *said > align && fits(*said));
        told.align = match fits(align) {
            true => said,
            false => said.or_else(|| powers().find(|&power| power > align && fits(power))),
        };
        // A struct without members has a byte in C++.
        told.align = told.align.filter(|_| !parts.is_empty());
        let align = told.align.unwrap_or(align);
        if !fits(align) && !is_union {
            told.behind = gap(end, size.saturating_mul(8));
        }
        (told, align)
    }

    /// Works out what is said before each member. Gives back the alignment that the record has then. Without leave to align
    /// members, gaps are filled.
    fn steps(
        &self,
        parts: &[Part<'_>],
        aligns: &[u64],
        is_union: bool,
        may_align: bool,
        told: &mut Told,
    ) -> u64 {
        let (mut end, mut align) = (0, 1);
        for ((part, own), before) in parts.iter().zip(aligns).zip(&mut told.before) {
            let used = if told.is_packed { 1 } else { *own };
            align = align.max(used);
            if !is_union {
                *before = step(part, end, used, self.types.size_of(part.ty));
            }
            if let Before::Aligned(aligned) = *before {
                let is_lower = aligned < *own;
                // Compilers drop the attribute in front of what has no name.
                *before = match !may_align || (is_lower && part.name.is_empty()) {
                    true => gap(end, part.offset_bits),
                    false if is_lower => Before::Lowered(aligned),
                    false => Before::Aligned(aligned),
                };
                if matches!(before, Before::Aligned(_) | Before::Lowered(_)) {
                    align = align.max(aligned);
                }
            }
            end = end.max(part.offset_bits.saturating_add(part.size_bits.unwrap_or(0)));
        }
        align
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
            Some(gap) if !crosses(end, gap, unit) => Before::Bits(gap),
            _ => gap(end, at),
        };
    }
    let leads = |align: u64| end.div_ceil(8).checked_next_multiple_of(align) == Some(at / 8);
    if leads(align) {
        return Before::Nothing;
    }
    let aligned = powers().find(|&power| power > align && leads(power));
    aligned.map_or_else(|| gap(end, at), Before::Aligned)
}

fn gap(end: u64, at: u64) -> Before {
    match at.checked_sub(end) {
        Some(1..=MOST_GAP) => Before::Gap(end, at),
        _ => Before::Nothing,
    }
}

/// Widths of the bitfields that fill a gap. None is in two units of its width.
pub(crate) fn filling(from: u64, to: u64) -> Vec<u64> {
    let (mut at, mut widths) = (from, Vec::new());
    while at < to {
        let fits = |unit: &u64| at.is_multiple_of(*unit) && to - at >= *unit;
        let rest = (8 - at % 8).min(to - at);
        let width = [64, 32, 16].into_iter().find(fits).unwrap_or(rest);
        widths.push(width);
        at += width;
    }
    widths
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
