//! Structural ids: equal for equal types, whatever file says so.
//!
//! The id of a type covers its name, its size, and all its members with their offsets and the ids of their types. What
//! is behind a pointer counts by its name alone, as it does for a C compiler: otherwise a list's node would be made of
//! itself, and a struct that only a declaration is known of would be another type than the one that is defined.
//! Places, alignments and attributes do not count: sources differ in whether they say them.

use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_128;

use crate::kind::{Count, Enum, Kind, Member, Record, Signature, Tag, Type, TypeId};
use crate::references::Reach;

/// Nobody nests types deeper; beyond it, ids no longer tell types apart.
const DEEPEST: u32 = 256;

/// The ids of a list of types, worked out as they are asked for.
pub(crate) struct Identities<'t> {
    types: &'t [Type],
    /// What is added to the name of a type, where several types of that name differ.
    salts: HashMap<TypeId, u128, foldhash::fast::FixedState>,
    whole: Vec<u128>,
    mentioned: Vec<u128>,
}

/// Not known yet.
const UNKNOWN: u128 = 0;
/// Being worked out further up.
const OPEN: u128 = 1;

impl<'t> Identities<'t> {
    pub(crate) fn new(types: &'t [Type]) -> Self {
        Self::salted(types, HashMap::default())
    }

    /// With names of some types made different.
    pub(crate) fn salted(
        types: &'t [Type],
        salts: HashMap<TypeId, u128, foldhash::fast::FixedState>,
    ) -> Self {
        Identities {
            types,
            salts,
            whole: vec![UNKNOWN; types.len()],
            mentioned: vec![UNKNOWN; types.len()],
        }
    }

    /// The ids of all types, in their order.
    pub(crate) fn all(mut self) -> Vec<u128> {
        let numbers = 0..self.types.len() as u32;
        numbers
            .map(|number| self.whole(TypeId(number), 0))
            .collect()
    }

    /// What the type counts as where all of it matters.
    pub(crate) fn whole(&mut self, id: TypeId, depth: u32) -> u128 {
        match self.whole[id.index()] {
            UNKNOWN if depth < DEEPEST => {}
            known => return known,
        }
        self.whole[id.index()] = OPEN;
        let mut bytes = Bytes::of(self.types, id);
        bytes.number(
            self.types[id.index()]
                .size
                .map_or(0, |size| size.wrapping_add(1)),
        );
        self.content(&mut bytes, id, depth + 1);
        let hash = bytes.hash();
        self.whole[id.index()] = hash;
        hash
    }

    /// What the type counts as where it is only mentioned: its name, if it has one.
    pub(crate) fn mentioned(&mut self, id: TypeId, depth: u32) -> u128 {
        match self.mentioned[id.index()] {
            UNKNOWN if depth < DEEPEST => {}
            known => return known,
        }
        self.mentioned[id.index()] = OPEN;
        let ty = &self.types[id.index()];
        let hash = match name_key(ty) {
            Some(key) => key ^ self.salts.get(&id).copied().unwrap_or_default(),
            None if matches!(ty.kind, Kind::Record(_)) => self.whole(id, depth + 1),
            None => {
                let mut bytes = Bytes::of(self.types, id);
                shape(&mut bytes, ty);
                ty.each_reference(|to, _| bytes.wide(self.mentioned(to, depth + 1)));
                bytes.hash()
            }
        };
        self.mentioned[id.index()] = hash;
        hash
    }

    fn content(&mut self, bytes: &mut Bytes, id: TypeId, depth: u32) {
        let ty = &self.types[id.index()];
        shape(bytes, ty);
        ty.each_reference(|to, reach| {
            bytes.wide(self.mentioned(to, depth));
            if reach == Reach::Value {
                bytes.wide(self.whole(self.behind_names(to), depth));
            }
        });
    }

    /// The type itself, without aliases and qualifiers.
    fn behind_names(&self, mut id: TypeId) -> TypeId {
        for _ in 0..DEEPEST {
            match self.types[id.index()].kind {
                Kind::Alias { of } | Kind::Qualified { of, .. } => id = of,
                _ => break,
            }
        }
        id
    }
}

/// What a named record or enum is called by; `None` for everything else.
pub(crate) fn name_key(ty: &Type) -> Option<u128> {
    let tag = match ty.tag()? {
        // `class X;` declares what `struct X {}` defines.
        Tag::Struct | Tag::Class => 1,
        Tag::Union => 2,
        Tag::Enum => 3,
        Tag::Other => 4,
    };
    if ty.name.is_empty() {
        return None;
    }
    let mut bytes = Bytes(vec![0xff, tag]);
    bytes.text(&ty.name);
    Some(bytes.hash())
}

/// All of a type except its name, size and references.
fn shape(bytes: &mut Bytes, ty: &Type) {
    match &ty.kind {
        Kind::Char { signed } => bytes.number(u64::from(*signed)),
        Kind::Int { signed, bits } => {
            bytes.number(u64::from(*signed));
            bytes.number(u64::from(*bits));
        }
        Kind::Reference { rvalue, .. } => bytes.number(u64::from(*rvalue)),
        Kind::Array { count, .. } => of_count(bytes, *count),
        Kind::Vector { count, .. } => bytes.number(*count),
        Kind::Qualified { qualifier, .. } => bytes.text(qualifier.word()),
        Kind::Opaque { what } => bytes.number(*what as u64),
        Kind::Enum(set) => of_enum(bytes, set),
        Kind::Record(record) => of_record(bytes, record),
        Kind::Function(Signature {
            parameters,
            variadic,
            ..
        }) => {
            bytes.number(parameters.len() as u64 * 2 + u64::from(*variadic));
        }
        _ => {}
    }
}

fn of_count(bytes: &mut Bytes, count: Count) {
    let (kind, number) = match count {
        Count::Fixed(number) => (0, number),
        Count::Open => (1, 0),
        Count::Variable => (2, 0),
        Count::AtLeast(number) => (3, number),
    };
    bytes.number(kind);
    bytes.number(number);
}

fn of_enum(bytes: &mut Bytes, set: &Enum) {
    bytes.number(set.enumerators.len() as u64);
    for one in &set.enumerators {
        bytes.text(&one.name);
        bytes.wide(one.value as u128);
    }
}

fn of_record(bytes: &mut Bytes, record: &Record) {
    bytes.number(record.bases.len() as u64);
    for base in &record.bases {
        bytes.number(base.offset.map_or(u64::MAX, |offset| offset));
    }
    bytes.number(record.members.len() as u64);
    record
        .members
        .iter()
        .for_each(|member| of_member(bytes, member));
    if let Some(variants) = &record.variants {
        bytes.number(variants.arms.len() as u64);
        variants
            .discriminant
            .iter()
            .for_each(|member| of_member(bytes, member));
        for arm in &variants.arms {
            bytes.wide(arm.value.map_or(u128::MAX, |value| value as u128));
            of_member(bytes, &arm.member);
        }
    }
}

fn of_member(bytes: &mut Bytes, member: &Member) {
    bytes.text(&member.name);
    bytes.number(member.offset_bits);
    bytes.number(member.width_bits.map_or(0, |width| width.wrapping_add(1)));
}

/// What is hashed: numbers of fixed length and texts behind their length, so that two types never look alike.
struct Bytes(Vec<u8>);

impl Bytes {
    fn of(types: &[Type], id: TypeId) -> Self {
        let ty = &types[id.index()];
        let mut bytes = Bytes(Vec::with_capacity(64));
        bytes.text(kind_key(&ty.kind));
        bytes.text(&ty.name);
        bytes
    }

    fn number(&mut self, number: u64) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    fn wide(&mut self, number: u128) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }

    fn hash(&self) -> u128 {
        // 0 and 1 mean something else here.
        xxh3_128(&self.0).max(2)
    }
}

/// The kind, with struct and class as one.
fn kind_key(kind: &Kind) -> &'static str {
    match kind {
        Kind::Record(record) if record.tag == Tag::Union => "union",
        Kind::Record(_) => "record",
        Kind::Enum(_) => "enum",
        other => other.word(),
    }
}
