//! The nodes of a file, with all references checked.
//!
//! Each node is in one list at most, and each name belongs to one node, as Crefl writes them: a small file can then not say
//! more than its length allows, and reading takes time with that length.

use std::collections::HashSet;

use super::{Damage, MAGIC};

/// References that only lead to what is meant (aliases, pointers, arrays) are followed no further.
const FURTHEST: u32 = 128;

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
        let mut names = Names {
            bytes: names,
            taken: HashSet::new(),
        };
        for bytes in nodes.chunks_exact(NODE) {
            all.push(node(all.len() as u32, bytes, &mut names, first + count)?);
        }
        in_one_list_each(&all)?;
        Ok(Nodes(all))
    }

    pub(super) fn len(&self) -> u32 {
        self.0.len() as u32
    }

    /// The node of this number.
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
        self.follow(number, &[Tag::Alias])
    }

    /// What arrays, pointers and qualifiers are of at last.
    pub(super) fn innermost(&self, number: u32) -> u32 {
        let outer = [Tag::Array, Tag::Pointer, Tag::Qualifier, Tag::Alias];
        self.follow(number, &outer)
    }

    /// The first node from this one on that is of none of these kinds; 0 if it is too far away.
    fn follow(&self, number: u32, through: &[Tag]) -> u32 {
        let mut at = number;
        for _ in 0..FURTHEST {
            let node = self.get(at);
            if !through.contains(&node.tag) {
                return at;
            }
            at = node.link;
        }
        0
    }
}

/// Checks that no node is in two lists, or twice in one.
fn in_one_list_each(nodes: &[Node<'_>]) -> Result<(), Damage> {
    let mut is_listed = vec![false; nodes.len()];
    for node in nodes {
        let inside = if node.has_list() { node.link } else { 0 };
        for number in [node.next, inside, node.attributes] {
            let is_listed = &mut is_listed[number as usize];
            if number != 0 && std::mem::replace(is_listed, true) {
                return Err(Damage::Shared { node: number });
            }
        }
    }
    Ok(())
}

impl Node<'_> {
    /// Whether what it links to belongs to it alone: the list of what is in it, or the value of an attribute.
    fn has_list(&self) -> bool {
        use Tag::{Archive, Attribute, Enum, Function, Set, Source, Struct, Union};
        matches!(
            self.tag,
            Archive | Attribute | Enum | Function | Set | Source | Struct | Union
        )
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

fn node<'b>(
    node: u32,
    bytes: &[u8],
    names: &mut Names<'b>,
    count: u64,
) -> Result<Node<'b>, Damage> {
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
        name: names.take(word(2)).ok_or(Damage::Name { node })?,
        next: word(3),
        link: word(4),
        attributes: word(5),
        quantity: number(&bytes[24..NODE]),
    })
}

/// The names of a file, one behind the other, each with a zero behind it.
struct Names<'b> {
    bytes: &'b [u8],
    /// Where names begin that nodes have.
    taken: HashSet<u32>,
}

impl<'b> Names<'b> {
    /// The name at this place, which no other node has; those of what is built in come first.
    fn take(&mut self, at: u32) -> Option<&'b str> {
        if at == 0 {
            return Some("");
        }
        let builtin: usize = BUILTIN.iter().map(|(name, ..)| name.len() + 1).sum();
        let start = (at as usize).checked_sub(builtin + 1)?;
        let (before, rest) = self.bytes.split_at_checked(start)?;
        let is_start = before.last().is_none_or(|&byte| byte == 0);
        if !is_start || !self.taken.insert(at) {
            return None;
        }
        let end = rest.iter().position(|&byte| byte == 0)?;
        std::str::from_utf8(&rest[..end]).ok()
    }
}

fn number(bytes: &[u8]) -> u64 {
    let bytes = bytes.iter().rev();
    bytes.fold(0, |number, &byte| number << 8 | u64::from(byte))
}
