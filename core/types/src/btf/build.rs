//! Records of BTF as types.

use super::Damage;
use super::raw::{Record, Records};
use crate::kind::{
    Attribute, Count, Enum, Enumerator, Kind, Member, Qualifier, Record as Struct, Signature, Tag,
    Type, TypeId,
};
use crate::symbol::{Linkage, Symbol, SymbolKind};
use crate::types::Types;

/// Makes types of all records; addresses have so many bytes.
pub(super) fn types(records: &Records<'_>, address_bytes: u64) -> Result<Types, Damage> {
    let mut build = Build::new(records, address_bytes);
    for (number, record) in (1..).zip(&records.all) {
        match record.kind {
            12 | 14 => build.symbol(number, record)?,
            15 | 17 | 18 => {}
            _ => {
                let ty = build.ty(number, record)?;
                build.types.push(ty);
            }
        }
    }
    for (number, record) in (1..)
        .zip(&records.all)
        .filter(|(_, record)| record.kind == 17)
    {
        build.tag(number, record)?;
    }
    crate::qualifiers::order(&mut build.types);
    let types = Types::from_parts(build.types, build.symbols, Vec::new());
    types.into_sound().map_err(Damage::Unsound)
}

struct Build<'r> {
    records: &'r Records<'r>,
    address_bytes: u64,
    /// Of each record which type it is; of functions, variables and tags, none.
    ids: Vec<Option<TypeId>>,
    types: Vec<Type>,
    symbols: Vec<Symbol>,
}

impl<'r> Build<'r> {
    fn new(records: &'r Records<'r>, address_bytes: u64) -> Self {
        let void = Type::new("void".into(), None, Kind::Void);
        let mut count = 0;
        let numbered = records.all.iter().map(|record| {
            // A tag of a type is no type of its own: what refers to it means the type behind it.
            let is_type = !matches!(record.kind, 12 | 14 | 15 | 17 | 18);
            count += u32::from(is_type);
            is_type.then_some(TypeId(count))
        });
        let ids = std::iter::once(Some(TypeId(0))).chain(numbered).collect();
        Build {
            records,
            address_bytes,
            ids,
            types: vec![void],
            symbols: Vec::new(),
        }
    }

    /// The type that a record refers to, behind tags.
    fn id(&self, number: u32, to: u32) -> Result<TypeId, Damage> {
        let none = Damage::Reference { number, to };
        let mut at = to;
        for _ in 0..=self.records.all.len() {
            match self.ids.get(at as usize) {
                Some(Some(id)) => return Ok(*id),
                Some(None) if self.records.all[at as usize - 1].kind == 18 => {
                    at = self.records.all[at as usize - 1].size_or_type;
                }
                _ => break,
            }
        }
        Err(none)
    }

    fn ty(&self, number: u32, record: &Record<'_>) -> Result<Type, Damage> {
        let name = self.records.name_of(number)?;
        let size = Some(u64::from(record.size_or_type));
        let to = || self.id(number, record.size_or_type);
        let qualified = |qualifier| {
            Ok::<_, Damage>(Kind::Qualified {
                of: to()?,
                qualifier,
            })
        };
        let (size, kind) = match record.kind {
            1 => (size, int(&name, record)),
            2 => (Some(self.address_bytes), Kind::Pointer { to: to()? }),
            3 => {
                let (element, count) = (self.id(number, record.part(0))?, record.part(2));
                let count = match count {
                    0 => Count::Open,
                    count => Count::Fixed(count.into()),
                };
                (None, Kind::Array { element, count })
            }
            4 => (
                size,
                Kind::Record(self.members(Tag::Struct, number, record)?),
            ),
            5 => (
                size,
                Kind::Record(self.members(Tag::Union, number, record)?),
            ),
            6 | 19 => (size, Kind::Enum(self.names(number, record)?)),
            7 => {
                let what = if record.flag { Tag::Union } else { Tag::Struct };
                (None, Kind::Opaque { what })
            }
            8 => (None, Kind::Alias { of: to()? }),
            9 => (None, qualified(Qualifier::Volatile)?),
            10 => (None, qualified(Qualifier::Const)?),
            11 => (None, qualified(Qualifier::Restrict)?),
            13 => (None, Kind::Function(self.signature(number, record)?)),
            _ => (size, Kind::Float),
        };
        Ok(Type::new(name.into(), size, kind))
    }

    fn members(&self, tag: Tag, number: u32, record: &Record<'_>) -> Result<Struct, Damage> {
        let members = (0..record.count as usize).map(|index| {
            let [name, ty, offset] = [0, 1, 2].map(|part| record.part(index * 3 + part));
            let (offset, width) = match record.flag {
                true => (offset & 0x00ff_ffff, offset >> 24),
                false => (offset, 0),
            };
            // Before the flag, the bits were said by the integer itself.
            let (inner, bits) = self.bits_of(ty);
            let width = if width == 0 { bits } else { width };
            Ok(Member {
                name: self.records.text(name, number)?.into(),
                ty: self.id(number, ty)?,
                offset_bits: u64::from(offset) + u64::from(inner),
                width_bits: (width > 0).then(|| width.into()),
                attributes: Vec::new(),
            })
        });
        Ok(Struct::new(tag, members.collect::<Result<_, Damage>>()?))
    }

    /// Of an integer that is a part of its bytes, where it begins and how many bits it has; else zeros.
    fn bits_of(&self, number: u32) -> (u32, u32) {
        let record = (number as usize)
            .checked_sub(1)
            .and_then(|at| self.records.all.get(at));
        let Some(record) = record.filter(|record| record.kind == 1) else {
            return (0, 0);
        };
        let (offset, bits) = (record.part(0) >> 16 & 0xff, record.part(0) & 0xff);
        match u64::from(bits) < u64::from(record.size_or_type) * 8 && bits > 1 {
            true => (offset, bits),
            false => (0, 0),
        }
    }

    fn names(&self, number: u32, record: &Record<'_>) -> Result<Enum, Damage> {
        let words = if record.kind == 6 { 2 } else { 3 };
        let enumerators = (0..record.count as usize).map(|index| {
            let part = |part| record.part(index * words + part);
            let value = match (record.kind, record.flag) {
                (6, true) => i128::from(part(1) as i32),
                // Compilers that do not know the flag write negative values too.
                (6, false) if record.size_or_type == 4 => i128::from(part(1) as i32),
                (6, false) => i128::from(part(1)),
                (_, is_signed) => {
                    let bits = u64::from(part(1)) | u64::from(part(2)) << 32;
                    if is_signed {
                        i128::from(bits as i64)
                    } else {
                        i128::from(bits)
                    }
                }
            };
            let name = self.records.text(part(0), number)?.into();
            Ok(Enumerator { name, value })
        });
        Ok(Enum {
            base: None,
            enumerators: enumerators.collect::<Result<_, Damage>>()?,
        })
    }

    /// A parameter without name and type stands for `...`.
    fn signature(&self, number: u32, record: &Record<'_>) -> Result<Signature, Damage> {
        let part = |index: usize| (record.part(index * 2), record.part(index * 2 + 1));
        let count = record.count as usize;
        let variadic = count > 0 && part(count - 1) == (0, 0);
        let named = 0..count - usize::from(variadic);
        let parameters = named.map(|index| self.id(number, part(index).1));
        Ok(Signature {
            result: self.id(number, record.size_or_type)?,
            parameters: parameters.collect::<Result<_, Damage>>()?,
            variadic,
        })
    }

    fn symbol(&mut self, number: u32, record: &Record<'_>) -> Result<(), Damage> {
        let is_function = record.kind == 12;
        let linkage = if is_function {
            record.count
        } else {
            record.part(0)
        };
        let symbol = Symbol {
            name: self.records.name_of(number)?.into(),
            ty: self.id(number, record.size_or_type)?,
            what: match is_function {
                true => SymbolKind::Function,
                false => SymbolKind::Variable,
            },
            linkage: match linkage {
                0 => Linkage::Static,
                _ => Linkage::External,
            },
            inline: false,
            address: None,
            parameters: match is_function {
                true => self.parameters(record.size_or_type)?,
                false => Vec::new(),
            },
            place: None,
            attributes: Vec::new(),
        };
        self.symbols.push(symbol);
        Ok(())
    }

    /// The names of the parameters of a signature.
    fn parameters(&self, number: u32) -> Result<Vec<crate::kind::Name>, Damage> {
        let record = (number as usize)
            .checked_sub(1)
            .and_then(|at| self.records.all.get(at));
        let Some(record) = record.filter(|record| record.kind == 13) else {
            return Ok(Vec::new());
        };
        let named = (0..record.count as usize).filter(|index| record.part(index * 2 + 1) != 0);
        let names =
            named.map(|index| Ok(self.records.text(record.part(index * 2), number)?.into()));
        names.collect()
    }

    /// A tag that somebody wrote on a declaration is an attribute of the type or of one of its members.
    fn tag(&mut self, number: u32, record: &Record<'_>) -> Result<(), Damage> {
        let value = self.records.name_of(number)?;
        let Some(Some(id)) = self.ids.get(record.size_or_type as usize).copied() else {
            return Ok(());
        };
        let attribute = Attribute {
            name: "btf_decl_tag".into(),
            value: value.into(),
        };
        let ty = &mut self.types[id.index()];
        match (usize::try_from(record.part(0) as i32), &mut ty.kind) {
            (Ok(member), Kind::Record(of)) => {
                if let Some(member) = of.members.get_mut(member) {
                    member.attributes.push(attribute);
                }
            }
            _ => ty.attributes.push(attribute),
        }
        Ok(())
    }
}

/// What an integer is, by its encoding and its name: compilers mark characters only sometimes.
fn int(name: &str, record: &Record<'_>) -> Kind {
    let encoding = record.part(0) >> 24 & 0xf;
    let signed = encoding & 1 != 0;
    let is_char = ["char", "signed char", "unsigned char"].contains(&name);
    match encoding {
        _ if encoding & 4 != 0 => Kind::Bool,
        _ if encoding & 2 != 0 || is_char => Kind::Char { signed },
        _ => Kind::Int {
            signed,
            bits: record.part(0) & 0xff,
        },
    }
}
