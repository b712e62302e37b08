//! Compiled layouts: plain data, indices instead of names, expressions as code.

use crate::code::Code;
use crate::scalar::Scalar;

/// Stands for "no such index" in the records below.
pub(crate) const NONE: u32 = u32::MAX;

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Program {
    /// All names; everything else refers to them by index.
    pub(crate) names: Vec<String>,
    pub(crate) structs: Vec<Struct>,
    pub(crate) fields: Vec<Field>,
    pub(crate) enums: Vec<Enum>,
    pub(crate) bitfields: Vec<Bitfield>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Struct {
    /// `NONE` for an inline struct.
    pub(crate) name: u32,
    pub(crate) base: u32,
    /// Its own members, without those of its base.
    pub(crate) members: Vec<Member>,
    /// Whether the last member is a match with structs derived from this one. They leave it out.
    pub(crate) polymorphic: bool,
    pub(crate) declared: Option<u64>,
    pub(crate) needs_parent: bool,
    /// Worked out from the rest: see `fixed`. Whether its members depend on no data.
    pub(crate) is_static: bool,
    pub(crate) fixed: Option<u64>,
    pub(crate) table: Option<Table>,
}

/// Where the members of a struct are that depends on no data.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Table {
    pub(crate) size: u64,
    /// How many structs are inside each other, this one included.
    pub(crate) depth: usize,
    pub(crate) fields: Vec<TableField>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct TableField {
    pub(crate) field: u32,
    pub(crate) offset: u64,
    pub(crate) size: u64,
    pub(crate) count: u64,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Field {
    pub(crate) name: u32,
    /// The struct whose text declares it.
    pub(crate) owner: u32,
    pub(crate) of: Type,
    pub(crate) count: Count,
    pub(crate) size: Option<Code>,
    /// Whether an expression reads it.
    pub(crate) bearing: bool,
    /// Which of its bit members expressions read, the first member in the lowest bit.
    pub(crate) bearing_bits: u128,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Type {
    Scalar(Scalar, bool),
    Enum(u32, bool),
    Bitfield(u32, bool),
    Struct(u32),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Count {
    One,
    Expr(Code),
    Until(i128),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Member {
    Field(u32),
    Padding(Code),
    Align(u64),
    Match(Code, Vec<Arm>),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Arm {
    /// First and last of each range.
    pub(crate) patterns: Vec<(i128, i128)>,
    pub(crate) any: bool,
    pub(crate) body: ArmBody,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ArmBody {
    Members(Vec<Member>),
    /// The members of a struct; those of `below` and its bases stand already.
    Struct {
        of: u32,
        below: u32,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Enum {
    pub(crate) name: u32,
    pub(crate) scalar: Scalar,
    pub(crate) values: Vec<(u32, i128)>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bitfield {
    pub(crate) name: u32,
    pub(crate) size: u8,
    pub(crate) members: Vec<Bits>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bits {
    pub(crate) name: u32,
    pub(crate) kind: BitsKind,
    pub(crate) shift: u32,
    pub(crate) width: u32,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum BitsKind {
    Unsigned,
    Signed,
    Bool,
    Enum(u32),
}

impl Field {
    /// Whether an expression reads it or one of its bit members.
    pub(crate) fn is_bearing(&self) -> bool {
        self.bearing || self.bearing_bits != 0
    }
}

impl Program {
    pub(crate) fn name(&self, name: u32) -> &str {
        self.names.get(name as usize).map_or("", String::as_str)
    }

    pub(crate) fn struct_named(&self, name: &str) -> Option<u32> {
        let is_it = |of: &Struct| of.name != NONE && self.name(of.name) == name;
        self.structs.iter().position(is_it).map(|id| id as u32)
    }

    pub(crate) fn structure(&self, of: u32) -> &Struct {
        &self.structs[of as usize]
    }

    pub(crate) fn field(&self, field: u32) -> &Field {
        &self.fields[field as usize]
    }

    /// The bytes of one value, where no data is needed to know it.
    pub(crate) fn size_of(&self, of: Type) -> Option<u64> {
        match of {
            Type::Scalar(scalar, _) => Some(scalar.size()),
            Type::Enum(of, _) => Some(self.enums[of as usize].scalar.size()),
            Type::Bitfield(of, _) => Some(self.bitfields[of as usize].size.into()),
            Type::Struct(of) => self.structure(of).fixed,
        }
    }

    /// The struct and its bases, the outermost base first, down from below `below`.
    pub(crate) fn chain(&self, of: u32, below: u32) -> Vec<u32> {
        let mut chain = Vec::new();
        let mut next = of;
        while next != NONE && next != below {
            chain.push(next);
            next = self.structure(next).base;
        }
        chain.reverse();
        chain
    }

    /// The members that one struct of a chain adds, where `leaf` is the chain's end.
    pub(crate) fn added(&self, of: u32, leaf: u32) -> &[Member] {
        let structure = self.structure(of);
        match structure.members.split_last() {
            Some((_, before)) if structure.polymorphic && of != leaf => before,
            _ => &structure.members,
        }
    }

    /// The name of a type as canonical text has it.
    pub(crate) fn type_name(&self, of: Type) -> String {
        let (name, big) = match of {
            Type::Scalar(scalar, big) => (scalar.name(), big),
            Type::Enum(of, big) => (self.name(self.enums[of as usize].name), big),
            Type::Bitfield(of, big) => (self.name(self.bitfields[of as usize].name), big),
            Type::Struct(of) => match self.structure(of).name {
                NONE => ("struct", false),
                name => (self.name(name), false),
            },
        };
        let matters = big && self.size_of(of).is_some_and(|size| size > 1);
        if matters {
            format!("be {name}")
        } else {
            name.to_owned()
        }
    }

    /// Whether some record of the struct can have a field of this name at its level.
    pub(crate) fn may_have(&self, of: u32, name: u32) -> bool {
        let chain = self.chain(of, NONE);
        chain
            .iter()
            .any(|part| self.members_have(self.added(*part, of), name))
    }

    fn members_have(&self, members: &[Member], name: u32) -> bool {
        members.iter().any(|member| match member {
            Member::Field(field) => self.field(*field).name == name,
            Member::Match(_, arms) => arms.iter().any(|arm| match &arm.body {
                ArmBody::Members(members) => self.members_have(members, name),
                ArmBody::Struct { of, below } => {
                    let chain = self.chain(*of, *below);
                    chain
                        .iter()
                        .any(|part| self.members_have(self.added(*part, *of), name))
                }
            }),
            Member::Padding(_) | Member::Align(_) => false,
        })
    }
}
