//! Types of what nodes say.

use std::collections::HashSet;

use super::Damage;
use super::layout::Layouts;
use super::raw::{
    BITFIELD, COMPLEX, CONST, INLINE, INTEGRAL, IS_SIGNED, Node, Nodes, REAL, RESTRICT, STATIC,
    Tag, VARIABLE, VOLATILE,
};
use crate::builder::Builder;
use crate::kind::{
    self, Attribute, Count, Enum, Enumerator, Kind, Member, Name, Qualifier, Record, Signature,
    Type, TypeId,
};
use crate::symbol::{Linkage, Symbol, SymbolKind, Unit};
use crate::types::Types;

/// The types, functions and variables of a file.
pub(super) fn types(nodes: &Nodes<'_>) -> Result<Types, Damage> {
    let mut builder = Builder::default();
    let void = builder.reserve();
    let linked: HashSet<u32> = (0..nodes.len())
        .map(|number| nodes.get(number).link)
        .collect();
    let id = |number| match nodes.get(number).tag {
        Tag::Intrinsic if !linked.contains(&number) => void,
        tag if is_type(tag) => builder.reserve(),
        _ => void,
    };
    let ids: Vec<TypeId> = (0..nodes.len()).map(id).collect();
    let mut building = Building {
        nodes,
        builder,
        ids,
        layouts: Layouts::new(nodes),
        symbols: HashSet::new(),
    };
    building.builder.define(void, plain(None, Kind::Void));
    for number in 0..nodes.len() {
        let id = building.ids[number as usize];
        if let Some(ty) = building.ty(number)?.filter(|_| id != void) {
            building.builder.define(id, ty);
        }
    }
    for number in 0..nodes.len() {
        if nodes.get(number).tag == Tag::Source {
            building.source(number)?;
        }
    }
    let types = building.builder.finish();
    types.map_err(|error| Damage::Unsound(error.to_string()))
}

/// The members of a record: its fields, and the records in it that have no name and that no field is of, whose members are
/// those of the record.
pub(super) fn members(nodes: &Nodes<'_>, record: u32) -> Result<Vec<u32>, Damage> {
    let inside = nodes.list(nodes.get(record).link)?;
    let has = |tag: Tag, number: u32| nodes.get(number).tag == tag;
    let of_fields: HashSet<u32> = inside
        .iter()
        .filter(|&&number| has(Tag::Field, number))
        .map(|&field| nodes.innermost(nodes.get(field).link))
        .collect();
    let is_member = |number: &u32| match nodes.get(*number) {
        Node {
            tag: Tag::Field, ..
        } => true,
        Node {
            tag: Tag::Struct | Tag::Union,
            name: "",
            ..
        } => !of_fields.contains(number),
        _ => false,
    };
    Ok(inside.into_iter().filter(is_member).collect())
}

struct Building<'n> {
    nodes: &'n Nodes<'n>,
    builder: Builder,
    /// The type of each node; void of those that are none.
    ids: Vec<TypeId>,
    layouts: Layouts<'n>,
    /// The functions and variables that are built: many sources of an archive may name one.
    symbols: HashSet<u32>,
}

impl Building<'_> {
    fn id(&self, number: u32) -> TypeId {
        self.ids[self.nodes.behind(number) as usize]
    }

    /// The type that a node is; `None` of nodes that are none.
    fn ty(&mut self, number: u32) -> Result<Option<Type>, Damage> {
        let node = self.nodes.get(number);
        let bytes = node.quantity.div_ceil(8);
        let mut ty = match node.tag {
            Tag::Intrinsic => return Ok(Some(intrinsic(node))),
            Tag::Typedef => named(
                node,
                None,
                Kind::Alias {
                    of: self.id(node.link),
                },
            ),
            Tag::Pointer => plain(
                Some(bytes),
                Kind::Pointer {
                    to: self.id(node.link),
                },
            ),
            Tag::Array => plain(
                None,
                Kind::Array {
                    element: self.id(node.link),
                    count: count(node),
                },
            ),
            Tag::Qualifier => self.qualified(node),
            Tag::Enum | Tag::Set => self.set(node, bytes)?,
            Tag::Struct | Tag::Union => self.record(number, node)?,
            _ => return Ok(None),
        };
        ty.attributes = self.attributes(node)?;
        Ok(Some(ty))
    }

    fn qualified(&mut self, node: Node<'_>) -> Type {
        let has =
            |(flag, qualifier): (u32, Qualifier)| (node.props & flag != 0).then_some(qualifier);
        let all = [
            (RESTRICT, Qualifier::Restrict),
            (VOLATILE, Qualifier::Volatile),
            (CONST, Qualifier::Const),
        ];
        let qualifiers: Vec<Qualifier> = all.into_iter().filter_map(has).collect();
        let mut of = self.id(node.link);
        let Some((last, others)) = qualifiers.split_last() else {
            return plain(None, Kind::Alias { of });
        };
        for &qualifier in others {
            of = self
                .builder
                .add(plain(None, Kind::Qualified { of, qualifier }));
        }
        plain(
            None,
            Kind::Qualified {
                of,
                qualifier: *last,
            },
        )
    }

    fn set(&self, node: Node<'_>, bytes: u64) -> Result<Type, Damage> {
        let inside = self.nodes.list(node.link)?.into_iter();
        let constants: Vec<Node<'_>> = inside
            .map(|number| self.nodes.get(number))
            .filter(|node| node.tag == Tag::Constant)
            .collect();
        let base = constants.first().map(|first| self.nodes.behind(first.link));
        let is_signed = base.is_some_and(|base| self.nodes.get(base).props & IS_SIGNED != 0);
        let value = |value: u64| match is_signed {
            true => i128::from(value.cast_signed()),
            false => i128::from(value),
        };
        let enumerators = constants.iter().map(|constant| Enumerator {
            name: constant.name.into(),
            value: value(constant.quantity),
        });
        let set = Enum {
            base: base.map(|base| self.id(base)),
            enumerators: enumerators.collect(),
        };
        Ok(named(node, Some(bytes), Kind::Enum(set)))
    }

    fn record(&mut self, number: u32, node: Node<'_>) -> Result<Type, Damage> {
        let tag = match node.tag {
            Tag::Union => kind::Tag::Union,
            _ => kind::Tag::Struct,
        };
        let Some(placed) = self.layouts.of(number)? else {
            return Ok(named(node, None, Kind::Opaque { what: tag }));
        };
        let mut members = Vec::new();
        for (member, offset_bits) in placed.members {
            let field = self.nodes.get(member);
            let is_field = field.tag == Tag::Field;
            members.push(Member {
                name: field.name.into(),
                ty: self.id(if is_field { field.link } else { member }),
                offset_bits,
                width_bits: (is_field && field.props & BITFIELD != 0).then_some(field.quantity),
                attributes: self.attributes(field)?,
            });
        }
        Ok(named(
            node,
            Some(placed.extent.size),
            Kind::Record(Record::new(tag, members)),
        ))
    }

    fn attributes(&self, node: Node<'_>) -> Result<Vec<Attribute>, Damage> {
        let list = self.nodes.list(node.attributes)?.into_iter();
        let attributes = list.map(|number| self.nodes.get(number)).map(|attribute| {
            let value = self.nodes.get(attribute.link);
            let text = match (attribute.name, value.quantity) {
                (_, 0) => value.name.to_owned(),
                ("aligned", bits) => (bits / 8).to_string(),
                (_, number) => number.to_string(),
            };
            Attribute {
                name: attribute.name.into(),
                value: text.into(),
            }
        });
        Ok(attributes.collect())
    }

    /// The functions and variables of a source file, and which types it defines.
    fn source(&mut self, number: u32) -> Result<(), Damage> {
        let node = self.nodes.get(number);
        let mut types = Vec::new();
        for number in self.nodes.list(node.link)? {
            let number = self.nodes.behind(number);
            let inside = self.nodes.get(number);
            match inside.tag {
                Tag::Function | Tag::Field if !self.symbols.insert(number) => {}
                Tag::Function => self.function(inside)?,
                Tag::Field => self.variable(inside)?,
                Tag::Typedef | Tag::Enum | Tag::Set | Tag::Struct | Tag::Union
                    if !inside.name.is_empty() =>
                {
                    types.push(self.id(number));
                }
                _ => {}
            }
        }
        self.builder.add_unit(Unit {
            name: node.name.into(),
            producer: Name::from("crefl"),
            types,
        });
        Ok(())
    }

    fn function(&mut self, node: Node<'_>) -> Result<(), Damage> {
        let list = self.nodes.list(node.link)?.into_iter();
        let parameters: Vec<Node<'_>> = list.map(|number| self.nodes.get(number)).collect();
        let (result, parameters) = match parameters.split_first() {
            Some((result, parameters)) => (result.link, parameters),
            None => (0, &[][..]),
        };
        let signature = Signature {
            result: self.id(result),
            parameters: parameters.iter().map(|one| self.id(one.link)).collect(),
            variadic: false,
        };
        let names = parameters.iter().map(|one| one.name.into()).collect();
        let ty = self.builder.add(plain(None, Kind::Function(signature)));
        self.symbol(node, ty, SymbolKind::Function, names)
    }

    fn variable(&mut self, node: Node<'_>) -> Result<(), Damage> {
        self.symbol(node, self.id(node.link), SymbolKind::Variable, Vec::new())
    }

    fn symbol(
        &mut self,
        node: Node<'_>,
        ty: TypeId,
        what: SymbolKind,
        parameters: Vec<Name>,
    ) -> Result<(), Damage> {
        // Of variables the flag says how long they live, not who knows them.
        let is_static = what == SymbolKind::Function && node.props & STATIC != 0;
        let symbol = Symbol {
            name: node.name.into(),
            ty,
            what,
            linkage: if is_static {
                Linkage::Static
            } else {
                Linkage::External
            },
            inline: node.props & INLINE != 0,
            address: None,
            parameters,
            place: None,
            attributes: self.attributes(node)?,
        };
        self.builder.add_symbol(symbol);
        Ok(())
    }
}

fn is_type(tag: Tag) -> bool {
    matches!(
        tag,
        Tag::Intrinsic
            | Tag::Typedef
            | Tag::Set
            | Tag::Enum
            | Tag::Struct
            | Tag::Union
            | Tag::Array
            | Tag::Pointer
            | Tag::Qualifier
    )
}

fn plain(size: Option<u64>, kind: Kind) -> Type {
    Type::new(Name::default(), size, kind)
}

fn named(node: Node<'_>, size: Option<u64>, kind: Kind) -> Type {
    Type::new(node.name.into(), size, kind)
}

/// A number, under its name in C.
fn intrinsic(node: Node<'_>) -> Type {
    let bits = u32::try_from(node.quantity).unwrap_or(u32::MAX);
    let signed = node.props & IS_SIGNED != 0;
    let kind = match node.props {
        props if props & INTEGRAL != 0 && bits == 1 => Kind::Bool,
        props if props & INTEGRAL != 0 && bits == 8 => Kind::Char { signed },
        props if props & INTEGRAL != 0 => Kind::Int { signed, bits },
        props if props & REAL != 0 => Kind::Float,
        props if props & COMPLEX != 0 => Kind::Complex,
        _ => return plain(None, Kind::Void),
    };
    let name = match node.name {
        "bool" | "bit" | "sign" => "_Bool",
        "byte" => "signed char",
        "ubyte" => "unsigned char",
        "ushort" => "unsigned short",
        "uint" => "unsigned int",
        "ulong" => "unsigned long",
        "cent" => "__int128",
        "ucent" => "unsigned __int128",
        "half" => "_Float16",
        "quad" => "long double",
        "chalf" => "_Complex _Float16",
        "cfloat" => "_Complex float",
        "cdouble" => "_Complex double",
        "cquad" => "_Complex long double",
        name => name,
    };
    Type::new(name.into(), Some(node.quantity.div_ceil(8)), kind)
}

fn count(node: Node<'_>) -> Count {
    match node.quantity {
        _ if node.props & VARIABLE != 0 => Count::Variable,
        count if node.props & STATIC != 0 => Count::AtLeast(count),
        0 if node.name.starts_with("[]") => Count::Open,
        count => Count::Fixed(count),
    }
}
