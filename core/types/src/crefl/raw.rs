//! The nodes of a file, with all references checked.

use super::{Damage, MAGIC};

/// Bytes before the nodes.
const HEADER: usize = 20;
/// Bytes of a node.
const NODE: usize = 32;

/// The types that every reader knows, which are not in files: name, bits, properties. Their numbers begin with 1.
pub(super) const BUILTIN: &[(&str, u64, u32)] = &[
    ("void", 0, 0),
    ("bool", 1, SIGNED),
    ("bit", 1, UNSIGNED),
    ("sign", 1, SIGNED),
    ("ubyte", 8, UNSIGNED),
    ("byte", 8, SIGNED),
    ("ushort", 16, UNSIGNED),
    ("short", 16, SIGNED),
    ("uint", 32, UNSIGNED),
    ("int", 32, SIGNED),
    ("ulong", 64, UNSIGNED),
    ("long", 64, SIGNED),
    ("ucent", 128, UNSIGNED),
    ("cent", 128, SIGNED),
    ("half", 16, REAL),
    ("float", 32, REAL),
    ("double", 64, REAL),
    ("quad", 128, REAL),
    ("chalf", 32, COMPLEX),
    ("cfloat", 64, COMPLEX),
    ("cdouble", 128, COMPLEX),
    ("cquad", 256, COMPLEX),
];

const SIGNED: u32 = INTEGRAL | IS_SIGNED;
const UNSIGNED: u32 = INTEGRAL | 1 << 4;
pub(super) const INTEGRAL: u32 = 1;
pub(super) const REAL: u32 = 1 << 1;
pub(super) const COMPLEX: u32 = 1 << 2;
pub(super) const IS_SIGNED: u32 = 1 << 3;
pub(super) const BITFIELD: u32 = 1 << 9;
pub(super) const CONST: u32 = 1 << 10;
pub(super) const VOLATILE: u32 = 1 << 11;
pub(super) const RESTRICT: u32 = 1 << 12;
pub(super) const STATIC: u32 = 1 << 13;
pub(super) const INLINE: u32 = 1 << 15;
pub(super) const VARIABLE: u32 = 1 << 24;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    None,
    Intrinsic,
    Typedef,
    Set,
    Enum,
    Struct,
    Union,
    Field,
    Array,
    Pointer,
    Constant,
    Function,
    Param,
    Qualifier,
    Attribute,
    Value,
    Archive,
    Source,
    Alias,
}

const TAGS: &[Tag] = &[
    Tag::None,
    Tag::Intrinsic,
    Tag::Typedef,
    Tag::Set,
    Tag::Enum,
    Tag::Struct,
    Tag::Union,
    Tag::Field,
    Tag::Array,
    Tag::Pointer,
    Tag::Constant,
    Tag::Function,
    Tag::Param,
    Tag::Qualifier,
    Tag::Attribute,
    Tag::Value,
    Tag::Archive,
    Tag::Source,
    Tag::Alias,
];

/// One node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node<'b> {
    pub(super) tag: Tag,
    pub(super) props: u32,
    pub(super) name: &'b str,
    /// What comes behind it in its list; 0 if nothing does.
    pub(super) next: u32,
    /// What it is made of; 0 if it is made of nothing.
    pub(super) link: u32,
    /// Its attributes.
    pub(super) attributes: u32,
    /// Bits, a count or a value, by what it is.
    pub(super) quantity: u64,
}

/// All nodes by their numbers, those that are built in too.
pub(super) struct Nodes<'b>(Vec<Node<'b>>);

impl<'b> Nodes<'b> {
    pub(super) fn of(bytes: &'b [u8]) -> Result<Self, Damage> {
        let word = |at: usize| number(bytes.get(at..at + 4).unwrap_or_default());
        let (count, names_len) = (word(8), word(12));
        let said = HEADER as u64 + count * NODE as u64 + names_len;
        if bytes.len() as u64 != said || bytes.get(..MAGIC.len()) != Some(MAGIC) {
            return Err(Damage::Length {
                found: bytes.len(),
                said,
            });
        }
        let first = BUILTIN.len() as u64 + 1;
        if count > 0 && word(16) != first {
            return Err(Damage::Builtin(word(16) as u32));
        }
        let (nodes, names) = bytes[HEADER..].split_at(count as usize * NODE);
        let mut all = builtin();
        for bytes in nodes.chunks_exact(NODE) {
            all.push(node(all.len() as u32, bytes, names, first + count)?);
        }
        Ok(Nodes(all))
    }

    pub(super) fn len(&self) -> u32 {
        self.0.len() as u32
    }

    /// The node of this number; of an alias, what it stands for.
    pub(super) fn get(&self, number: u32) -> Node<'b> {
        self.0[number as usize]
    }

    /// The numbers of a list from this one on.
    pub(super) fn list(&self, first: u32) -> Result<Vec<u32>, Damage> {
        let (mut list, mut at) = (Vec::new(), first);
        while at != 0 {
            if list.len() == self.0.len() {
                return Err(Damage::Endless { node: first });
            }
            list.push(at);
            at = self.get(at).next;
        }
        Ok(list)
    }

    /// What an alias stands for, as archives have them; any other node itself.
    pub(super) fn behind(&self, number: u32) -> u32 {
        let mut at = number;
        for _ in 0..self.0.len() {
            match self.get(at) {
                Node {
                    tag: Tag::Alias,
                    link,
                    ..
                } => at = link,
                _ => return at,
            }
        }
        0
    }
}

fn builtin() -> Vec<Node<'static>> {
    let nothing = Node {
        tag: Tag::None,
        props: 0,
        name: "",
        next: 0,
        link: 0,
        attributes: 0,
        quantity: 0,
    };
    let builtin = BUILTIN.iter().map(|&(name, quantity, props)| Node {
        tag: Tag::Intrinsic,
        props,
        name,
        quantity,
        ..nothing
    });
    std::iter::once(nothing).chain(builtin).collect()
}

fn node<'b>(node: u32, bytes: &[u8], names: &'b [u8], count: u64) -> Result<Node<'b>, Damage> {
    let word = |at: usize| number(&bytes[at * 4..at * 4 + 4]) as u32;
    let tag = *TAGS
        .get(word(0) as usize)
        .ok_or(Damage::Tag { node, tag: word(0) })?;
    for to in [word(3), word(4), word(5)] {
        if u64::from(to) >= count {
            return Err(Damage::Reference { node, to });
        }
    }
    Ok(Node {
        tag,
        props: word(1),
        name: name(word(2), names).ok_or(Damage::Name { node })?,
        next: word(3),
        link: word(4),
        attributes: word(5),
        quantity: number(&bytes[24..NODE]),
    })
}

/// The name at this place; those of what is built in come first.
fn name(at: u32, names: &[u8]) -> Option<&str> {
    if at == 0 {
        return Some("");
    }
    let builtin: usize = BUILTIN.iter().map(|(name, ..)| name.len() + 1).sum();
    let rest = names.get((at as usize).checked_sub(builtin + 1)?..)?;
    let end = rest.iter().position(|&byte| byte == 0)?;
    std::str::from_utf8(&rest[..end]).ok()
}

fn number(bytes: &[u8]) -> u64 {
    let bytes = bytes.iter().rev();
    bytes.fold(0, |number, &byte| number << 8 | u64::from(byte))
}
