//! What every set of types can be trusted with, and the check of it.

use crate::kind::{Kind, Type, TypeId};
use crate::references::Reach;
use crate::symbol::{Symbol, Unit};

/// Types are nested no deeper: a part of a part of a part.
pub(crate) const DEEPEST: u16 = 256;

/// Why a list is not a set of types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unsound {
    #[error("type {0} refers to a type that is not there")]
    Reference(usize),
    #[error("type {0} contains itself, or is nested deeper than {DEEPEST}")]
    Nesting(usize),
    #[error("anonymous records lie in each other so that the members are too many to be listed")]
    Members,
    #[error("a function or variable has a type that is not there")]
    Symbol,
    #[error("a file names a type that is not there")]
    Unit,
}

/// Checks that all references lead to types of the list, and that no type contains itself. Takes time with the number
/// of references.
pub(crate) fn check(types: &[Type], symbols: &[Symbol], units: &[Unit]) -> Result<(), Unsound> {
    let is_known = |id: TypeId| id.index() < types.len();
    for (number, ty) in types.iter().enumerate() {
        let mut known = true;
        ty.each_reference(|to, _| known &= is_known(to));
        if !known {
            return Err(Unsound::Reference(number));
        }
    }
    if !symbols.iter().all(|symbol| is_known(symbol.ty)) {
        return Err(Unsound::Symbol);
    }
    if !units
        .iter()
        .all(|unit| unit.types.iter().all(|&id| is_known(id)))
    {
        return Err(Unsound::Unit);
    }
    if let Some(id) = too_deep(types).first() {
        return Err(Unsound::Nesting(id.index()));
    }
    match are_listable(types) {
        true => Ok(()),
        false => Err(Unsound::Members),
    }
}

/// Whether all members of named records can be listed, with those of the anonymous records in them. In a program, each
/// of them was written by somebody; a file could have ten in each of ten in each of ten.
pub(crate) fn are_listable(types: &[Type]) -> bool {
    const ALWAYS: u64 = 1 << 20;
    const FOR_EACH: u64 = 64;
    let mut members = vec![None; types.len()];
    let mut all = 0_u64;
    let mut references = 0_u64;
    for (number, ty) in types.iter().enumerate() {
        ty.each_reference(|_, _| references += 1);
        if matches!(ty.kind, Kind::Record(_)) {
            let own = members_of(types, TypeId(number as u32), &mut members);
            all = all.saturating_add(own);
        }
    }
    all <= ALWAYS + references.saturating_mul(FOR_EACH)
}

/// Recursion is no deeper than types are nested, which was checked before.
fn members_of(types: &[Type], id: TypeId, known: &mut [Option<u64>]) -> u64 {
    if let Some(members) = known[id.index()] {
        return members;
    }
    let mut members = 0_u64;
    types[id.index()].each_reference(|part, _| {
        let ty = &types[part.index()];
        // An array of them, and one with qualifiers, is written with their members too.
        let is_anonymous = match ty.kind {
            Kind::Record(_) => ty.name.is_empty(),
            Kind::Array { .. } | Kind::Vector { .. } | Kind::Qualified { .. } => true,
            _ => false,
        };
        let inside = if is_anonymous {
            members_of(types, part, known)
        } else {
            0
        };
        members = members.saturating_add(inside.saturating_add(1));
    });
    known[id.index()] = Some(members);
    members
}

/// Types from which a walk into their parts does not end within [`DEEPEST`] steps: without the references of these,
/// none is left.
pub(crate) fn too_deep(types: &[Type]) -> Vec<TypeId> {
    let mut walk = Walk {
        types,
        depths: vec![UNSEEN; types.len()],
        is_cut: vec![false; types.len()],
    };
    for number in 0..types.len() as u32 {
        walk.from(TypeId(number));
    }
    let cut = walk.is_cut.iter().zip(0..).filter(|(is_cut, _)| **is_cut);
    cut.map(|(_, number)| TypeId(number)).collect()
}

const UNSEEN: u16 = u16::MAX;
const OPEN: u16 = u16::MAX - 1;

struct Walk<'t> {
    types: &'t [Type],
    /// Levels below each type.
    depths: Vec<u16>,
    is_cut: Vec<bool>,
}

impl Walk<'_> {
    /// Depth first, without recursion: the depth is what is being checked.
    fn from(&mut self, start: TypeId) {
        let mut path = Vec::new();
        self.enter(start, &mut path);
        while let Some((id, parts)) = path.last_mut() {
            let id = *id;
            match parts.pop() {
                None => {
                    let depth = self.depth_of(id);
                    self.depths[id.index()] = depth;
                    path.pop();
                }
                Some(part) => match self.depths[part.index()] {
                    UNSEEN => self.enter(part, &mut path),
                    OPEN => self.is_cut[id.index()] = true,
                    _ => {}
                },
            }
        }
    }

    fn enter(&mut self, id: TypeId, path: &mut Vec<(TypeId, Vec<TypeId>)>) {
        if self.depths[id.index()] == UNSEEN {
            self.depths[id.index()] = OPEN;
            path.push((id, parts(&self.types[id.index()])));
        }
    }

    fn depth_of(&mut self, id: TypeId) -> u16 {
        if self.is_cut[id.index()] {
            return 0;
        }
        let below = parts(&self.types[id.index()])
            .into_iter()
            .map(|part| self.depths[part.index()]);
        let depth = below
            .filter(|&depth| depth < OPEN)
            .max()
            .map_or(0, |below| below + 1);
        if depth > DEEPEST {
            self.is_cut[id.index()] = true;
            return 0;
        }
        depth
    }
}

fn parts(ty: &Type) -> Vec<TypeId> {
    let mut parts = Vec::new();
    ty.each_reference(|to, reach| {
        if reach != Reach::Mention {
            parts.push(to);
        }
    });
    parts
}
