//! Where members lie. The files do not say it, and Crefl's own answer leaves out bitfields, `packed` and `aligned`; these
//! are the rules of the System V ABI for x86-64, as gcc and clang follow them.

use std::collections::HashMap;

use super::raw::{BITFIELD, COMPLEX, INTEGRAL, Node, Nodes, Tag};
use super::{Damage, build};

/// Types are nested no deeper, or are refused as a set.
const DEEPEST: u16 = crate::sound::DEEPEST + 1;

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
    extents: HashMap<u32, Option<Extent>>,
    records: HashMap<u32, Placed>,
}

impl<'n> Layouts<'n> {
    pub(super) fn new(nodes: &'n Nodes<'n>) -> Self {
        Layouts {
            nodes,
            extents: HashMap::new(),
            records: HashMap::new(),
        }
    }

    /// The layout of a record; `None` of one that is only declared, or has a member whose type Crefl does not describe.
    pub(super) fn of(&mut self, record: u32) -> Result<Option<Placed>, Damage> {
        self.extent(record, DEEPEST)?;
        Ok(self.records.get(&record).cloned())
    }

    /// The extent of a type, which is found out once.
    fn extent(&mut self, ty: u32, depth: u16) -> Result<Option<Extent>, Damage> {
        let ty = self.nodes.behind(ty);
        if let Some(known) = self.extents.get(&ty) {
            return Ok(*known);
        }
        let depth = depth.checked_sub(1).ok_or(Damage::Deep { node: ty })?;
        // A type in itself has no layout.
        self.extents.insert(ty, None);
        let extent = self.measure(ty, depth)?;
        self.extents.insert(ty, extent);
        Ok(extent)
    }

    fn measure(&mut self, ty: u32, depth: u16) -> Result<Option<Extent>, Damage> {
        let node = self.nodes.get(ty);
        Ok(match node.tag {
            Tag::Intrinsic | Tag::Pointer | Tag::Enum | Tag::Set => scalar(node),
            Tag::Struct | Tag::Union => self.place(ty, depth)?,
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

    /// Places the members of a record, and returns its extent.
    fn place(&mut self, record: u32, depth: u16) -> Result<Option<Extent>, Damage> {
        let node = self.nodes.get(record);
        let is_packed = self.has(node, "packed")?;
        let mut at = Cursor {
            is_union: node.tag == Tag::Union,
            align: self.aligned(node)?.unwrap_or(1),
            ..Cursor::default()
        };
        let mut members = Vec::new();
        for member in build::members(self.nodes, record)? {
            let Some(room) = self.room(member, is_packed, depth)? else {
                return Ok(None);
            };
            let Some(place) = at.take(&room) else {
                return Ok(None);
            };
            if room.is_named {
                members.push((member, place));
            }
        }
        let size = at.end.div_ceil(8).checked_next_multiple_of(at.align);
        let Some(size) = size.filter(|_| !members.is_empty()) else {
            return Ok(None);
        };
        let extent = Extent {
            size,
            align: at.align,
        };
        self.records.insert(record, Placed { extent, members });
        Ok(Some(extent))
    }

    /// What a member needs; `None` if its type has no extent.
    fn room(&mut self, member: u32, is_packed: bool, depth: u16) -> Result<Option<Room>, Damage> {
        let field = self.nodes.get(member);
        if field.tag != Tag::Field {
            let extent = self.extent(member, depth)?;
            return Ok(extent.map(|of| Room::whole(of, is_packed)));
        }
        let Some(of) = self.extent(field.link, depth)? else {
            return Ok(None);
        };
        let mut room = Room::whole(of, is_packed || self.has(field, "packed")?);
        room.least = self.aligned(field)?;
        if field.props & BITFIELD != 0 {
            let is_number = self.is_number(field.link);
            if !is_number || field.quantity > of.size.saturating_mul(8) {
                return Err(Damage::Bitfield { node: member });
            }
            room.width = Some(field.quantity);
            room.is_named = !field.name.is_empty();
        }
        Ok(Some(room))
    }

    /// Whether a bitfield may be of this type, whose extent is known.
    fn is_number(&self, ty: u32) -> bool {
        let mut at = self.nodes.behind(ty);
        loop {
            let node = self.nodes.get(at);
            match node.tag {
                Tag::Typedef | Tag::Qualifier => at = self.nodes.behind(node.link),
                Tag::Intrinsic => return node.props & INTEGRAL != 0,
                tag => return matches!(tag, Tag::Enum | Tag::Set),
            }
        }
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

/// What a member needs.
struct Room {
    of: Extent,
    is_packed: bool,
    /// What the attribute `aligned` of the member itself says, in bytes.
    least: Option<u64>,
    /// The bits of a bitfield.
    width: Option<u64>,
    is_named: bool,
}

impl Room {
    fn whole(of: Extent, is_packed: bool) -> Self {
        Room {
            of,
            is_packed,
            least: None,
            width: None,
            is_named: true,
        }
    }

    /// Bytes to whose multiples the record is aligned for it.
    fn align(&self) -> u64 {
        let own = if self.is_packed { 1 } else { self.of.align };
        own.max(self.least.unwrap_or(1))
    }
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
    fn take(&mut self, room: &Room) -> Option<u64> {
        let unit = room.of.size.checked_mul(8)?;
        let start = match room.width {
            Some(width) => self.bits(room, width, unit)?,
            None => self.up_to(room.align())?,
        };
        let end = start.checked_add(room.width.unwrap_or(unit))?;
        // Bits without a name only take room.
        if room.is_named {
            self.align = self.align.max(room.align());
        }
        self.end = self.end.max(end);
        self.at = if self.is_union { 0 } else { end };
        Some(start)
    }

    /// Where a bitfield begins. It goes on behind the last member, unless it would cross the end of a unit of its type;
    /// where it is packed it may. One of no bits ends the unit, packed or not.
    fn bits(&self, room: &Room, width: u64, unit: u64) -> Option<u64> {
        let crosses = || {
            let align = room.of.align.checked_mul(8)?;
            Some(!room.is_packed && (self.at % align).checked_add(width)? > unit)
        };
        match width {
            0 => self.up_to(room.of.align),
            _ if crosses()? => self.up_to(room.align()),
            _ => room.least.map_or(Some(self.at), |least| self.up_to(least)),
        }
    }

    /// The next bit that lies at a multiple of so many bytes.
    fn up_to(&self, align: u64) -> Option<u64> {
        self.at.checked_next_multiple_of(align.checked_mul(8)?)
    }
}
