//! Types into bytes.

use std::collections::BTreeMap;

use super::EXPANSION;
use super::sections::*;
use super::varint::Writer;
use crate::kind::{
    Attribute, Base, Count, Enum, Kind, Member, Name, Place, Record, Signature, Type, TypeId,
    Variants,
};
use crate::symbol::{Linkage, Symbol, SymbolKind, Unit};
use crate::types::Types;

/// The sections, one behind the other.
pub(super) fn content(types: &Types) -> Vec<u8> {
    let (names, table) = names(types);
    let mut all = Writer::default();
    all.section(table);
    all.section(typed(types, &names));
    all.section(symbols(types, &names));
    all.section(units(types, &names));
    all.0
}

type Numbers<'t> = BTreeMap<&'t str, u64>;

/// Sorted, so that neighbours share their beginnings.
fn names(types: &Types) -> (Numbers<'_>, Writer) {
    let mut names = Numbers::new();
    each_name(types, &mut |name| {
        names.insert(name, 0);
    });
    let mut table = Writer::default();
    table.count(names.len());
    let (mut before, mut expanded) = ("", 0);
    for ((name, number), next) in names.iter_mut().zip(0..) {
        *number = next;
        expanded += name.len();
        // Where that would make short entries of long names, it is spelled out: readers accept no more.
        let shared = match expanded <= EXPANSION * table.0.len() {
            true => shared(before, name),
            false => 0,
        };
        table.count(shared);
        table.count(name.len() - shared);
        table.0.extend_from_slice(&name.as_bytes()[shared..]);
        before = name;
    }
    (names, table)
}

fn shared(before: &str, name: &str) -> usize {
    let pairs = before.bytes().zip(name.bytes());
    pairs.take_while(|(a, b)| a == b).count()
}

fn each_name<'t>(types: &'t Types, visit: &mut dyn FnMut(&'t str)) {
    for (_, ty) in types.iter() {
        visit(&ty.name);
        ty.place.iter().for_each(|place| visit(&place.file));
        names_of_attributes(&ty.attributes, visit);
        match &ty.kind {
            Kind::Enum(set) => set.enumerators.iter().for_each(|one| visit(&one.name)),
            Kind::Record(record) => {
                let variants = record.variants.iter();
                let discriminants = variants.clone().flat_map(|variants| &variants.discriminant);
                let arms = variants
                    .flat_map(|variants| &variants.arms)
                    .map(|arm| &arm.member);
                for member in record.members.iter().chain(discriminants).chain(arms) {
                    visit(&member.name);
                    names_of_attributes(&member.attributes, visit);
                }
            }
            _ => {}
        }
    }
    for symbol in types.symbols() {
        visit(&symbol.name);
        symbol.parameters.iter().for_each(|name| visit(name));
        symbol.place.iter().for_each(|place| visit(&place.file));
        names_of_attributes(&symbol.attributes, visit);
    }
    for unit in types.units() {
        visit(&unit.name);
        visit(&unit.producer);
    }
}

fn names_of_attributes<'t>(attributes: &'t [Attribute], visit: &mut dyn FnMut(&'t str)) {
    for attribute in attributes {
        visit(&attribute.name);
        visit(&attribute.value);
    }
}

/// A section in the making.
struct Section<'t> {
    out: Writer,
    names: &'t Numbers<'t>,
    /// The place before, to which the next is near.
    place: (u64, u32),
}

impl<'t> Section<'t> {
    fn new(names: &'t Numbers<'t>) -> Self {
        Section {
            out: Writer::default(),
            names,
            place: (0, 0),
        }
    }

    fn name(&mut self, name: &Name) {
        self.out.number(self.names[&**name]);
    }

    fn place(&mut self, place: &Place) {
        let file = self.names[&*place.file];
        let line = i128::from(place.line) - i128::from(self.place.1);
        self.out.option((file != self.place.0).then_some(file));
        self.out.signed(line);
        self.place = (file, place.line);
    }

    fn attributes(&mut self, attributes: &[Attribute]) {
        self.out.count(attributes.len());
        for attribute in attributes {
            self.name(&attribute.name);
            self.name(&attribute.value);
        }
    }

    fn reference(&mut self, from: TypeId, to: TypeId) {
        self.out.signed(i128::from(from.0) - i128::from(to.0));
    }

    fn ty(&mut self, id: TypeId, ty: &Type) {
        let is_detailed = ty.align.is_some() || !ty.attributes.is_empty();
        let flag = |is_set: bool, flag: u8| if is_set { flag } else { 0 };
        let head = kind_number(&ty.kind)
            | flag(!ty.name.is_empty(), NAMED)
            | flag(ty.place.is_some(), PLACED)
            | flag(is_detailed, DETAILED);
        self.out.byte(head);
        if !ty.name.is_empty() {
            self.name(&ty.name);
        }
        self.out.option(ty.size);
        if let Some(place) = &ty.place {
            self.place(place);
        }
        if is_detailed {
            self.out.option(ty.align);
            self.attributes(&ty.attributes);
        }
        self.kind(id, &ty.kind);
    }

    fn kind(&mut self, id: TypeId, kind: &Kind) {
        match kind {
            Kind::Void | Kind::Bool | Kind::Float | Kind::Complex => {}
            Kind::Char { signed } => self.out.byte(u8::from(*signed)),
            Kind::Int { signed, bits } => {
                self.out.number(u64::from(*bits) << 1 | u64::from(*signed))
            }
            Kind::Pointer { to } => self.reference(id, *to),
            Kind::Reference { to, rvalue } => {
                self.out.byte(u8::from(*rvalue));
                self.reference(id, *to);
            }
            Kind::MemberPointer { class, to } => {
                self.reference(id, *class);
                self.reference(id, *to);
            }
            Kind::Array { element, count } => {
                self.reference(id, *element);
                self.array_count(*count);
            }
            Kind::Vector { element, count } => {
                self.reference(id, *element);
                self.out.number(*count);
            }
            Kind::Record(record) => self.record(id, record),
            Kind::Enum(set) => self.set(id, set),
            Kind::Alias { of } => self.reference(id, *of),
            Kind::Qualified { of, qualifier } => {
                self.out.byte(number_of(&QUALIFIERS, qualifier));
                self.reference(id, *of);
            }
            Kind::Function(signature) => self.signature(id, signature),
            Kind::Opaque { what } => self.out.byte(number_of(&TAGS, what)),
        }
    }

    fn array_count(&mut self, count: Count) {
        let (kind, number) = match count {
            Count::Fixed(number) => (0, number),
            Count::Open => (1, 0),
            Count::Variable => (2, 0),
            Count::AtLeast(number) => (3, number),
        };
        self.out.wide(u128::from(number) << 2 | kind);
    }

    fn record(&mut self, id: TypeId, record: &Record) {
        let tag = number_of(&TAGS, &record.tag);
        let (has_bases, has_variants) = (!record.bases.is_empty(), record.variants.is_some());
        self.out
            .byte(tag | u8::from(has_bases) << 4 | u8::from(has_variants) << 5);
        if has_bases {
            self.bases(id, &record.bases);
        }
        self.out.count(record.members.len());
        let mut before = 0;
        for member in &record.members {
            self.member(id, member, &mut before);
        }
        if let Some(variants) = &record.variants {
            self.variants(id, variants);
        }
    }

    fn bases(&mut self, id: TypeId, bases: &[Base]) {
        self.out.count(bases.len());
        for base in bases {
            self.reference(id, base.ty);
            self.out.option(base.offset);
        }
    }

    /// Its offset counts from the one before.
    fn member(&mut self, id: TypeId, member: &Member, before: &mut u64) {
        self.name(&member.name);
        self.reference(id, member.ty);
        let is_plain =
            member.width_bits.is_none() && (member.offset_bits | *before).is_multiple_of(8);
        let unit = if is_plain { 8 } else { 1 };
        let step = (i128::from(member.offset_bits) - i128::from(*before)) / unit;
        let has_attributes = !member.attributes.is_empty();
        let zigzag = (step << 1 ^ step >> 127) as u128;
        let flags =
            (if is_plain { 0 } else { BITS }) | (if has_attributes { ATTRIBUTES } else { 0 });
        self.out.wide(zigzag << 2 | u128::from(flags));
        if !is_plain {
            self.out.option(member.width_bits);
        }
        if has_attributes {
            self.attributes(&member.attributes);
        }
        *before = member.offset_bits;
    }

    fn variants(&mut self, id: TypeId, variants: &Variants) {
        let mut before = 0;
        self.out.byte(u8::from(variants.discriminant.is_some()));
        if let Some(member) = &variants.discriminant {
            self.member(id, member, &mut before);
        }
        self.out.count(variants.arms.len());
        for arm in &variants.arms {
            self.out.byte(u8::from(arm.value.is_some()));
            arm.value.iter().for_each(|&value| self.out.signed(value));
            self.member(id, &arm.member, &mut before);
        }
    }

    fn set(&mut self, id: TypeId, set: &Enum) {
        self.out.byte(u8::from(set.base.is_some()));
        set.base.iter().for_each(|&base| self.reference(id, base));
        self.out.count(set.enumerators.len());
        let mut before = 0_i128;
        for one in &set.enumerators {
            self.name(&one.name);
            self.out.signed(one.value.wrapping_sub(before));
            before = one.value;
        }
    }

    fn signature(&mut self, id: TypeId, signature: &Signature) {
        self.out.byte(u8::from(signature.variadic));
        self.reference(id, signature.result);
        self.out.count(signature.parameters.len());
        for &parameter in &signature.parameters {
            self.reference(id, parameter);
        }
    }

    fn symbol(&mut self, symbol: &Symbol) {
        let flags = [
            (symbol.what == SymbolKind::Variable, VARIABLE),
            (symbol.linkage == Linkage::Static, STATIC),
            (symbol.inline, INLINE),
            (symbol.address.is_some(), AT_ADDRESS),
            (symbol.place.is_some(), AT_PLACE),
            (!symbol.attributes.is_empty(), WITH_ATTRIBUTES),
        ];
        let set = flags.iter().filter(|(is_set, _)| *is_set);
        self.out.byte(set.fold(0, |all, (_, flag)| all | flag));
        self.name(&symbol.name);
        self.out.number(u64::from(symbol.ty.0));
        symbol
            .address
            .iter()
            .for_each(|&address| self.out.number(address));
        symbol.place.iter().for_each(|place| self.place(place));
        if !symbol.attributes.is_empty() {
            self.attributes(&symbol.attributes);
        }
        if symbol.what == SymbolKind::Function {
            self.out.count(symbol.parameters.len());
            symbol.parameters.iter().for_each(|name| self.name(name));
        }
    }

    fn unit(&mut self, unit: &Unit) {
        self.name(&unit.name);
        self.name(&unit.producer);
        self.out.count(unit.types.len());
        let mut before = 0;
        for id in &unit.types {
            self.out.number(u64::from(id.0.wrapping_sub(before)));
            before = id.0;
        }
    }
}

fn kind_number(kind: &Kind) -> u8 {
    match kind {
        Kind::Void => VOID,
        Kind::Bool => BOOL,
        Kind::Char { .. } => CHAR,
        Kind::Int { .. } => INT,
        Kind::Float => FLOAT,
        Kind::Complex => COMPLEX,
        Kind::Pointer { .. } => POINTER,
        Kind::Reference { .. } => REFERENCE,
        Kind::MemberPointer { .. } => MEMBER_POINTER,
        Kind::Array { .. } => ARRAY,
        Kind::Vector { .. } => VECTOR,
        Kind::Record(_) => RECORD,
        Kind::Enum(_) => ENUM,
        Kind::Alias { .. } => ALIAS,
        Kind::Qualified { .. } => QUALIFIED,
        Kind::Function(_) => FUNCTION,
        Kind::Opaque { .. } => OPAQUE,
    }
}

fn typed(types: &Types, names: &Numbers<'_>) -> Writer {
    let mut section = Section::new(names);
    section.out.count(types.len());
    types.iter().for_each(|(id, ty)| section.ty(id, ty));
    section.out
}

fn symbols(types: &Types, names: &Numbers<'_>) -> Writer {
    let mut section = Section::new(names);
    section.out.count(types.symbols().len());
    types
        .symbols()
        .iter()
        .for_each(|symbol| section.symbol(symbol));
    section.out
}

fn units(types: &Types, names: &Numbers<'_>) -> Writer {
    let mut section = Section::new(names);
    section.out.count(types.units().len());
    types.units().iter().for_each(|unit| section.unit(unit));
    section.out
}
