//! Where members lie. The files do not say it, and Crefl's own answer leaves out bitfields, `packed` and `aligned`; these
//! are the rules of the System V ABI for machines of 64 bits, as gcc and clang follow them.

use std::collections::HashMap;

use super::raw::{BITFIELD, COMPLEX, Node, Nodes, Tag};
use super::{Damage, build};

/// Types are nested no deeper.
const DEEPEST: u32 = 128;

/// Bytes of a type, and to whose multiples it is aligned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) size: u64,
    pub(super) align: u64,
}

/// Where the members of a record lie.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub(super) extent: Extent,
    /// The node of each member and its first bit.
    pub(super) members: Vec<(u32, u64)>,
}

/// The layouts that are known so far.
pub(super) struct Layouts<'n> {
    nodes: &'n Nodes<'n>,
    known: HashMap<u32, Option<Placed>>,
}

impl<'n> Layouts<'n> {
    pub(super) fn new(nodes: &'n Nodes<'n>) -> Self {
        Layouts {
            nodes,
            known: HashMap::new(),
        }
    }

    /// The layout of a record; `None` of one that is only declared, or has a member whose type Crefl does not describe.
    pub(super) fn of(&mut self, record: u32) -> Result<Option<Placed>, Damage> {
        self.record(record, DEEPEST)
    }

    fn record(&mut self, record: u32, depth: u32) -> Result<Option<Placed>, Damage> {
        if let Some(known) = self.known.get(&record) {
            return Ok(known.clone());
        }
        // A record in itself has no layout.
        self.known.insert(record, None);
        let placed = self.place(record, depth)?;
        self.known.insert(record, placed.clone());
        Ok(placed)
    }

    fn place(&mut self, number: u32, depth: u32) -> Result<Option<Placed>, Damage> {
        let node = self.nodes.get(number);
        let is_packed = self.has(node, "packed")?;
        let mut at = Cursor {
            is_union: node.tag == Tag::Union,
            align: self.aligned(node)?.unwrap_or(1),
            ..Cursor::default()
        };
        let mut members = Vec::new();
        for member in build::members(self.nodes, number)? {
            let field = self.nodes.get(member);
            let ty = if field.tag == Tag::Field {
                field.link
            } else {
                member
            };
            let Some(mut extent) = self.extent(ty, depth)? else {
                return Ok(None);
            };
            if is_packed || self.has(field, "packed")? {
                extent.align = 1;
            }
            if let Some(align) = self.aligned(field)?.filter(|_| field.tag == Tag::Field) {
                extent.align = extent.align.max(align);
            }
            let width =
                (field.props & BITFIELD != 0 && field.tag == Tag::Field).then_some(field.quantity);
            let Some(place) = at.take(extent, width) else {
                return Ok(None);
            };
            if !(field.name.is_empty() && width.is_some()) {
                members.push((member, place));
            }
        }
        let size = at.end.div_ceil(8).checked_next_multiple_of(at.align);
        let is_defined = !members.is_empty();
        Ok(size.filter(|_| is_defined).map(|size| Placed {
            extent: Extent {
                size,
                align: at.align,
            },
            members,
        }))
    }

    fn extent(&mut self, ty: u32, depth: u32) -> Result<Option<Extent>, Damage> {
        let ty = self.nodes.behind(ty);
        let node = self.nodes.get(ty);
        let Some(depth) = depth.checked_sub(1) else {
            return Ok(None);
        };
        Ok(match node.tag {
            Tag::Intrinsic | Tag::Pointer | Tag::Enum | Tag::Set => scalar(node),
            Tag::Struct | Tag::Union => self.record(ty, depth)?.map(|placed| placed.extent),
            Tag::Qualifier => self.extent(node.link, depth)?,
            Tag::Typedef => {
                let align = self.aligned(node)?;
                let of = self.extent(node.link, depth)?;
                of.map(|of| Extent {
                    align: align.unwrap_or(of.align),
                    ..of
                })
            }
            Tag::Array => self.extent(node.link, depth)?.and_then(|element| {
                Some(Extent {
                    size: element.size.checked_mul(node.quantity)?,
                    ..element
                })
            }),
            _ => None,
        })
    }

    fn has(&self, node: Node<'_>, name: &str) -> Result<bool, Damage> {
        let attributes = self.nodes.list(node.attributes)?;
        Ok(attributes
            .into_iter()
            .any(|one| self.nodes.get(one).name == name))
    }

    /// What the attribute `aligned` says, in bytes.
    fn aligned(&self, node: Node<'_>) -> Result<Option<u64>, Damage> {
        let attributes = self.nodes.list(node.attributes)?.into_iter();
        let attributes = attributes.map(|one| self.nodes.get(one));
        let aligned = attributes.filter(|one| one.name == "aligned");
        let bytes = aligned.map(|one| self.nodes.get(one.link).quantity / 8);
        Ok(bytes.filter(|bytes| bytes.is_power_of_two()).max())
    }
}

/// Numbers are aligned to their own size, of complex ones to that of a half.
fn scalar(node: Node<'_>) -> Option<Extent> {
    let size = node.quantity.div_ceil(8);
    let align = if node.props & COMPLEX != 0 {
        size / 2
    } else {
        size
    };
    (size > 0 && size <= 32 && align.is_power_of_two()).then_some(Extent { size, align })
}

/// How far a record has come, in bits.
#[derive(Default)]
struct Cursor {
    is_union: bool,
    at: u64,
    end: u64,
    align: u64,
}

impl Cursor {
    /// Makes room for a member, and returns its first bit.
    fn take(&mut self, of: Extent, width: Option<u64>) -> Option<u64> {
        let align = of.align.checked_mul(8)?;
        let unit = of.size.checked_mul(8)?;
        let start = match width {
            Some(0) => self.at.checked_next_multiple_of(unit.max(1))?,
            // A bitfield goes on in the unit of its type, unless it would cross the unit's end.
            Some(width) if of.align > 1 && self.at % unit + width > unit => {
                self.at.checked_next_multiple_of(align)?
            }
            Some(_) => self.at,
            None => self.at.checked_next_multiple_of(align)?,
        };
        let end = start.checked_add(width.unwrap_or(unit))?;
        self.align = self.align.max(of.align);
        self.end = self.end.max(end);
        self.at = if self.is_union { 0 } else { end };
        Some(start)
    }
}
