//! Bytes into types. Nothing in them is believed.

use super::EXPANSION;
use super::error::FileError;
use super::sections::*;
use super::varint::Reader;
use crate::kind::{
    Arm, Attribute, Base, Count, Enum, Enumerator, Kind, Member, Name, Place, Record, Signature,
    Type, TypeId, Variants,
};
use crate::symbol::{Linkage, Symbol, SymbolKind, Unit};
use crate::types::Types;

type Read<T> = Result<T, FileError>;

/// The sections; their types may not fit together yet.
pub(super) fn types(content: &[u8]) -> Read<Types> {
    let mut all = Reader::new(content, "the list of sections");
    let table = names(section(&mut all, "the names")?)?;
    let types = Section::new(section(&mut all, "the types")?, &table).types()?;
    let symbols = Section::new(section(&mut all, "the symbols")?, &table).symbols()?;
    let units = Section::new(section(&mut all, "the units")?, &table).units()?;
    Ok(Types::from_parts(types, symbols, units))
}

/// Bytes of the sections that begin here; what is behind them may be anything.
pub(super) fn content_len(bytes: &[u8]) -> Read<usize> {
    let mut all = Reader::new(bytes, "the list of sections");
    for name in ["the names", "the types", "the symbols", "the units"] {
        section(&mut all, name)?;
    }
    Ok(bytes.len() - all.left())
}

fn section<'b>(all: &mut Reader<'b>, name: &'static str) -> Read<Reader<'b>> {
    let len = all.count()?;
    Ok(Reader::new(all.slice(len)?, name))
}

fn names(mut bytes: Reader<'_>) -> Read<Vec<Name>> {
    let most = bytes.left().saturating_mul(EXPANSION);
    let (mut before, mut expanded) = (Vec::new(), 0_usize);
    bytes.list(|bytes| {
        let shared = usize::try_from(bytes.number()?).unwrap_or(usize::MAX);
        if shared > before.len() {
            return Err(bytes.meaningless("a name"));
        }
        let len = bytes.count()?;
        before.truncate(shared);
        before.extend_from_slice(bytes.slice(len)?);
        expanded += before.len();
        match std::str::from_utf8(&before) {
            Ok(name) if expanded <= most => Ok(Name::from(name)),
            _ => Err(bytes.meaningless("a name")),
        }
    })
}

struct Section<'b> {
    bytes: Reader<'b>,
    names: &'b [Name],
    place: (u64, u32),
}

impl<'b> Section<'b> {
    fn new(bytes: Reader<'b>, names: &'b [Name]) -> Self {
        Section {
            bytes,
            names,
            place: (0, 0),
        }
    }

    fn list<T>(&mut self, mut one: impl FnMut(&mut Self, usize) -> Read<T>) -> Read<Vec<T>> {
        const AT_ONCE: usize = 64;
        let count = self.bytes.count()?;
        let mut list = Vec::with_capacity(count.min(AT_ONCE));
        for number in 0..count {
            list.push(one(self, number)?);
        }
        Ok(list)
    }

    fn types(mut self) -> Read<Vec<Type>> {
        self.list(|section, number| section.ty(number))
    }

    fn symbols(mut self) -> Read<Vec<Symbol>> {
        self.list(|section, _| section.symbol())
    }

    fn units(mut self) -> Read<Vec<Unit>> {
        self.list(|section, _| section.unit())
    }

    fn name(&mut self) -> Read<Name> {
        let number = self.bytes.number()?;
        let name = usize::try_from(number)
            .ok()
            .and_then(|number| self.names.get(number));
        name.cloned()
            .ok_or_else(|| self.bytes.meaningless("the number of a name"))
    }

    fn place(&mut self) -> Read<Place> {
        let file = self.bytes.option()?.unwrap_or(self.place.0);
        let line = self.bytes.signed()?.checked_add(self.place.1.into());
        let line = line.and_then(|line| u32::try_from(line).ok());
        let line = line.ok_or_else(|| self.bytes.meaningless("a line"))?;
        self.place = (file, line);
        let name = usize::try_from(file)
            .ok()
            .and_then(|number| self.names.get(number));
        let file = name
            .cloned()
            .ok_or_else(|| self.bytes.meaningless("a file"))?;
        Ok(Place { file, line })
    }

    fn attributes(&mut self) -> Read<Vec<Attribute>> {
        self.list(|section, _| {
            Ok(Attribute {
                name: section.name()?,
                value: section.name()?,
            })
        })
    }

    fn reference(&mut self, from: usize) -> Read<TypeId> {
        let distance = self.bytes.signed()?;
        let to = (from as i128).checked_sub(distance);
        let to = to.and_then(|to| u32::try_from(to).ok());
        to.map(TypeId)
            .ok_or_else(|| self.bytes.meaningless("a reference"))
    }

    fn flag(&mut self) -> Read<bool> {
        match self.bytes.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(self.bytes.meaningless("a flag")),
        }
    }

    fn ty(&mut self, number: usize) -> Read<Type> {
        let head = self.bytes.byte()?;
        let name = match head & NAMED {
            0 => Name::default(),
            _ => self.name()?,
        };
        let size = self.bytes.option()?;
        let place = match head & PLACED {
            0 => None,
            _ => Some(self.place()?),
        };
        let (align, attributes) = match head & DETAILED {
            0 => (None, Vec::new()),
            _ => (self.bytes.option()?, self.attributes()?),
        };
        let kind = self.kind(number, head & KIND)?;
        Ok(Type {
            name,
            size,
            align,
            kind,
            place,
            attributes,
        })
    }

    fn kind(&mut self, from: usize, number: u8) -> Read<Kind> {
        Ok(match number {
            VOID => Kind::Void,
            BOOL => Kind::Bool,
            CHAR => Kind::Char {
                signed: self.flag()?,
            },
            INT => self.int()?,
            FLOAT => Kind::Float,
            COMPLEX => Kind::Complex,
            POINTER => Kind::Pointer {
                to: self.reference(from)?,
            },
            REFERENCE => Kind::Reference {
                rvalue: self.flag()?,
                to: self.reference(from)?,
            },
            MEMBER_POINTER => Kind::MemberPointer {
                class: self.reference(from)?,
                to: self.reference(from)?,
            },
            ARRAY => Kind::Array {
                element: self.reference(from)?,
                count: self.array_count()?,
            },
            VECTOR => Kind::Vector {
                element: self.reference(from)?,
                count: self.bytes.number()?,
            },
            RECORD => Kind::Record(self.record(from)?),
            ENUM => Kind::Enum(self.set(from)?),
            ALIAS => Kind::Alias {
                of: self.reference(from)?,
            },
            QUALIFIED => Kind::Qualified {
                qualifier: self.one_of(&QUALIFIERS)?,
                of: self.reference(from)?,
            },
            FUNCTION => Kind::Function(self.signature(from)?),
            OPAQUE => Kind::Opaque {
                what: self.one_of(&TAGS)?,
            },
            _ => return Err(self.bytes.meaningless("a kind")),
        })
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> Read<T> {
        let number = self.bytes.byte()?;
        let one = all.get(usize::from(number)).copied();
        one.ok_or_else(|| self.bytes.meaningless("a word"))
    }

    fn int(&mut self) -> Read<Kind> {
        let number = self.bytes.number()?;
        let bits = u32::try_from(number >> 1).map_err(|_| self.bytes.meaningless("a width"))?;
        Ok(Kind::Int {
            signed: number & 1 == 1,
            bits,
        })
    }

    fn array_count(&mut self) -> Read<Count> {
        let number = self.bytes.wide()?;
        let count = u64::try_from(number >> 2).map_err(|_| self.bytes.meaningless("a count"))?;
        Ok(match number & 3 {
            0 => Count::Fixed(count),
            1 => Count::Open,
            2 => Count::Variable,
            _ => Count::AtLeast(count),
        })
    }

    fn record(&mut self, from: usize) -> Read<Record> {
        let head = self.bytes.byte()?;
        let tag = TAGS.get(usize::from(head & 0xf)).copied();
        let tag = tag.ok_or_else(|| self.bytes.meaningless("a word"))?;
        let bases = match head & 0x10 {
            0 => Vec::new(),
            _ => self.list(|section, _| section.base(from))?,
        };
        let mut before = 0;
        let members = self.list(|section, _| section.member(from, &mut before))?;
        let variants = match head & 0x20 {
            0 => None,
            _ => Some(Box::new(self.variants(from)?)),
        };
        Ok(Record {
            tag,
            bases,
            members,
            variants,
        })
    }

    fn base(&mut self, from: usize) -> Read<Base> {
        Ok(Base {
            ty: self.reference(from)?,
            offset: self.bytes.option()?,
        })
    }

    fn member(&mut self, from: usize, before: &mut u64) -> Read<Member> {
        let (name, ty) = (self.name()?, self.reference(from)?);
        let place = self.bytes.wide()?;
        let (zigzag, flags) = (place >> 2, (place & 3) as u64);
        let is_plain = flags & BITS == 0;
        let step = (zigzag >> 1) as i128 ^ -((zigzag & 1) as i128);
        let step = step.checked_mul(if is_plain { 8 } else { 1 });
        let offset = step.and_then(|step| step.checked_add((*before).into()));
        let offset = offset.and_then(|offset| u64::try_from(offset).ok());
        let offset_bits = offset.ok_or_else(|| self.bytes.meaningless("an offset"))?;
        let width_bits = if is_plain { None } else { self.bytes.option()? };
        let attributes = match flags & ATTRIBUTES {
            0 => Vec::new(),
            _ => self.attributes()?,
        };
        *before = offset_bits;
        Ok(Member {
            name,
            ty,
            offset_bits,
            width_bits,
            attributes,
        })
    }

    fn variants(&mut self, from: usize) -> Read<Variants> {
        let mut before = 0;
        let discriminant = match self.flag()? {
            false => None,
            true => Some(self.member(from, &mut before)?),
        };
        let arms = self.list(|section, _| {
            let value = match section.flag()? {
                false => None,
                true => Some(section.bytes.signed()?),
            };
            Ok(Arm {
                value,
                member: section.member(from, &mut before)?,
            })
        })?;
        Ok(Variants { discriminant, arms })
    }

    fn set(&mut self, from: usize) -> Read<Enum> {
        let base = match self.flag()? {
            false => None,
            true => Some(self.reference(from)?),
        };
        let mut before = 0_i128;
        let enumerators = self.list(|section, _| {
            let name = section.name()?;
            before = section.bytes.signed()?.wrapping_add(before);
            Ok(Enumerator {
                name,
                value: before,
            })
        })?;
        Ok(Enum { base, enumerators })
    }

    fn signature(&mut self, from: usize) -> Read<Signature> {
        let variadic = self.flag()?;
        let result = self.reference(from)?;
        let parameters = self.list(|section, _| section.reference(from))?;
        Ok(Signature {
            result,
            parameters,
            variadic,
        })
    }

    fn type_number(&mut self) -> Read<TypeId> {
        let number = u32::try_from(self.bytes.number()?);
        number
            .map(TypeId)
            .map_err(|_| self.bytes.meaningless("the number of a type"))
    }

    fn symbol(&mut self) -> Read<Symbol> {
        let flags = self.bytes.byte()?;
        let has = |flag: u8| flags & flag != 0;
        let what = if has(VARIABLE) {
            SymbolKind::Variable
        } else {
            SymbolKind::Function
        };
        let linkage = if has(STATIC) {
            Linkage::Static
        } else {
            Linkage::External
        };
        let (name, ty) = (self.name()?, self.type_number()?);
        let address = if has(AT_ADDRESS) {
            Some(self.bytes.number()?)
        } else {
            None
        };
        let place = if has(AT_PLACE) {
            Some(self.place()?)
        } else {
            None
        };
        let attributes = if has(WITH_ATTRIBUTES) {
            self.attributes()?
        } else {
            Vec::new()
        };
        let parameters = match what {
            SymbolKind::Function => self.list(|section, _| section.name())?,
            SymbolKind::Variable => Vec::new(),
        };
        Ok(Symbol {
            name,
            ty,
            what,
            linkage,
            inline: has(INLINE),
            address,
            parameters,
            place,
            attributes,
        })
    }

    fn unit(&mut self) -> Read<Unit> {
        let (name, producer) = (self.name()?, self.name()?);
        let mut before = 0_u32;
        let types = self.list(|section, _| {
            let step = section.type_number()?.0;
            let next = before.checked_add(step);
            before = next.ok_or_else(|| section.bytes.meaningless("the number of a type"))?;
            Ok(TypeId(before))
        })?;
        Ok(Unit {
            name,
            producer,
            types,
        })
    }
}
