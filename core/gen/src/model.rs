//! The types of some headers, as the generator knows them: what a front end makes and what the emitter prints.

use memglass::schema::{Metadata, Number, Protection, Variant};

use crate::fault::Place;
use crate::gaps;

/// Types in an order in which each refers only to those before it.
#[derive(Debug, Default)]
pub(crate) struct Model {
    pub(crate) types: Vec<Declared>,
}

/// A type that is described.
#[derive(Debug)]
pub(crate) enum Declared {
    Record(Record),
    Enum(Enum),
}

/// What a type is called in several places.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    /// What users see: `trading::Position`.
    pub(crate) shown: String,
    /// What the compiler knows it by: `trading::Position`, or `decltype(trading::Position::side)`.
    pub(crate) cpp: String,
    /// The namespace that it is in; empty for none.
    pub(crate) namespace: String,
    /// Its name without the namespace, as one word.
    pub(crate) word: String,
}

/// A struct or union.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) names: Names,
    pub(crate) place: Place,
    pub(crate) is_union: bool,
    /// Whether it is marked, and not only contained in what is.
    pub(crate) is_marked: bool,
    pub(crate) size: u64,
    pub(crate) align: u64,
    pub(crate) members: Vec<Member>,
    /// `Seqlock` or `Locked` if it is protected as a whole.
    pub(crate) protection: Protection,
    pub(crate) packing: Box<Packing>,
    /// The text of the layout, if its bytes are a packed record.
    pub(crate) layout: Option<String>,
    /// What is in it at any depth; known when it is in the model.
    pub(crate) holds: Holds,
}

/// What is in a record at any depth. To look for it each time would take twice as long for each level of two members.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Holds {
    /// A bool that is no bitfield. Those of unions do not count: nobody knows which member is there.
    pub(crate) bools: bool,
    /// A protected place in its storage.
    pub(crate) protection: bool,
    /// Bits that belong to no member.
    pub(crate) gaps: bool,
}

/// A member of a record.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) place: Place,
    pub(crate) ty: Type,
    /// The alignment that it asks for; 0 for none.
    pub(crate) align: u64,
    /// Its first bit, counted from the lowest bit of the record.
    pub(crate) bit: u64,
    /// How many bits a bitfield has.
    pub(crate) width: Option<u64>,
    pub(crate) protection: Protection,
    pub(crate) metadata: Metadata,
    pub(crate) packing: Packing,
}

/// What makes a packed record of bytes, and where that is written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Packing {
    /// The text of the layout.
    pub(crate) layout: Option<(String, Place)>,
    /// How many elements of an array mean something.
    pub(crate) count: Option<(String, Place)>,
    /// Of a union, what says which member is there; of a member of one, for which values it is.
    pub(crate) variant: Option<(String, Place)>,
}

/// An enumeration.
#[derive(Debug)]
pub(crate) struct Enum {
    pub(crate) names: Names,
    pub(crate) size: u64,
    pub(crate) is_signed: bool,
    /// Whether its values are bits of a set.
    pub(crate) is_flags: bool,
    pub(crate) values: Vec<(String, i128)>,
}

/// The type of a member.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Type {
    Bool,
    Int {
        size: u64,
        is_signed: bool,
    },
    Float {
        size: u64,
    },
    /// `char[N]`.
    Text(u64),
    /// An enumeration or record, by its index in the model.
    Declared(usize),
    /// An address, of what.
    Pointer(String),
    Array(Box<Type>, u64),
}

impl Member {
    /// The same with bounds that are of the member's kind: `@max(1)` of a double is 1.0.
    pub(crate) fn with_real_bounds(mut self) -> Member {
        if matches!(self.ty.leaf(), Type::Float { .. }) {
            let Metadata { min, max, step, .. } = &mut self.metadata;
            for bound in [min, max, step].into_iter().flatten() {
                *bound = Number::Float(bound.as_f64());
            }
        }
        self
    }
}

impl Enum {
    /// Its values as memglass has them.
    pub(crate) fn variants(&self) -> Vec<Variant> {
        let variant = |(name, value): &(String, i128)| Variant {
            name: name.as_str().into(),
            value: *value,
        };
        self.values.iter().map(variant).collect()
    }
}

impl Type {
    /// The type of its elements, if it is an array, and of theirs.
    pub(crate) fn leaf(&self) -> &Type {
        match self {
            Type::Array(element, _) => element.leaf(),
            other => other,
        }
    }

    /// Whether it is an array of unsigned bytes.
    pub(crate) fn is_bytes(&self) -> bool {
        const BYTE: Type = Type::Int {
            size: 1,
            is_signed: false,
        };
        matches!(self, Type::Array(element, _) if **element == BYTE)
    }

    /// How many elements it has in each dimension.
    pub(crate) fn dimensions(&self) -> Vec<u64> {
        match self {
            Type::Array(element, count) => std::iter::once(*count)
                .chain(element.dimensions())
                .collect(),
            _ => Vec::new(),
        }
    }
}

impl Model {
    /// The record that a type is; an array is none.
    pub(crate) fn record(&self, ty: &Type) -> Option<&Record> {
        match ty {
            Type::Declared(index) => match &self.types[*index] {
                Declared::Record(record) => Some(record),
                Declared::Enum(_) => None,
            },
            _ => None,
        }
    }

    /// The enumeration that a type is.
    pub(crate) fn enumeration(&self, ty: &Type) -> Option<&Enum> {
        match ty {
            Type::Declared(index) => match &self.types[*index] {
                Declared::Enum(item) => Some(item),
                Declared::Record(_) => None,
            },
            _ => None,
        }
    }

    /// Bytes of a value of this type.
    pub(crate) fn size(&self, ty: &Type) -> u64 {
        match ty {
            Type::Bool => 1,
            Type::Int { size, .. } | Type::Float { size } | Type::Text(size) => *size,
            Type::Pointer(_) => 8,
            Type::Array(element, count) => self.size(element) * count,
            Type::Declared(index) => match &self.types[*index] {
                Declared::Record(record) => record.size,
                Declared::Enum(item) => item.size,
            },
        }
    }

    /// The alignment of a value of this type.
    pub(crate) fn align(&self, ty: &Type) -> u64 {
        match ty {
            Type::Text(_) => 1,
            Type::Array(element, _) => self.align(element),
            _ => self
                .record(ty)
                .map_or_else(|| self.size(ty), |record| record.align),
        }
    }

    /// Adds a record, whose members are of types that are there. Returns its place.
    pub(crate) fn add(&mut self, mut record: Record) -> usize {
        let is_bool = |member: &Member| member.width.is_none() && self.has_bool(&member.ty);
        let is_protected = |member: &Member| {
            let inner = self.record(member.ty.leaf());
            member.protection != Protection::Plain || inner.is_some_and(|one| one.holds.protection)
        };
        record.holds = Holds {
            bools: !record.is_union && record.members.iter().any(is_bool),
            protection: record.protection != Protection::Plain
                || record.members.iter().any(is_protected),
            gaps: gaps::are_in(self, &record),
        };
        self.types.push(Declared::Record(record));
        self.types.len() - 1
    }

    /// Whether a value of this type has a bool in it that is no bitfield. Those of unions do not count.
    pub(crate) fn has_bool(&self, ty: &Type) -> bool {
        let leaf = ty.leaf();
        *leaf == Type::Bool || self.record(leaf).is_some_and(|record| record.holds.bools)
    }

    /// Whether a record is read as a whole, and its bytes are more than single ones: then only a guarded one is ever of one write.
    pub(crate) fn must_be_guarded(&self, record: &Record) -> bool {
        let is_bytes = |member: &Member| member.ty.is_bytes();
        record.layout.is_some()
            && record.protection == Protection::Plain
            && !record.members.iter().all(is_bytes)
    }
}

impl Declared {
    /// What the type is called.
    pub(crate) fn names(&self) -> &Names {
        match self {
            Declared::Record(record) => &record.names,
            Declared::Enum(item) => &item.names,
        }
    }
}
