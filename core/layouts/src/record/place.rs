//! Places in a record, and the steps between them. Expressions, paths and walks take the same steps.

use super::tree::{Placed, State, Tree, UNKNOWN};
use crate::error_kind::Kind;
use crate::program::{Count, NONE, Program, TableField, Type};

/// Where a part of a record is, and what it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    pub(crate) offset: u64,
    pub(crate) size: u64,
    pub(crate) shape: Shape,
    /// The field that it is, or is an element of. `NONE` for the record itself.
    pub(crate) field: u32,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Shape {
    /// A scalar, enum or bitfield.
    Leaf(Type),
    Bits {
        of: u32,
        member: u32,
        big: bool,
    },
    Struct {
        of: u32,
        body: Body,
    },
    Array {
        inner: u32,
        count: u64,
        present: u64,
        cut: Option<(Kind, bool)>,
    },
    /// The scalars of one element of a given size.
    Sized {
        count: u64,
    },
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Body {
    /// The struct's table has its members.
    Table,
    Level(u32),
    /// The struct is being laid out: the index of its frame.
    Open(u32),
}

impl Place {
    /// The offset from the start of the record.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The bytes it takes; none if a fault ends it. A bit member has those of its whole bitfield.
    pub fn size(&self) -> Option<u64> {
        (self.size != UNKNOWN).then_some(self.size)
    }

    /// The number of elements of an array, as its count says.
    pub fn count(&self) -> Option<u64> {
        match self.shape {
            Shape::Array { count, .. } | Shape::Sized { count } => Some(count),
            _ => None,
        }
    }

    /// Whether this is the same part of some record as `other` is of the same or another record of the layout: the values
    /// there are of one type, except that arrays and texts may have other lengths.
    pub fn is_same_part(&self, other: &Place) -> bool {
        let is_same_shape = match (self.shape, other.shape) {
            (Shape::Leaf(one), Shape::Leaf(other)) => one == other,
            (Shape::Bits { .. }, Shape::Bits { .. }) => self.shape == other.shape,
            (one, other) => std::mem::discriminant(&one) == std::mem::discriminant(&other),
        };
        self.field == other.field && is_same_shape
    }

    /// Whether it is a struct.
    pub fn is_struct(&self) -> bool {
        matches!(self.shape, Shape::Struct { .. })
    }
}

/// Why a step leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum NoStep {
    /// Nothing has the name or number.
    Absent,
    /// A fault stands before it.
    Hidden(Kind),
}

impl Placed {
    pub(crate) fn place(&self, program: &Program) -> Place {
        let field = program.field(self.field);
        let shape = match (&field.count, field.of) {
            (Count::One, Type::Struct(of)) => Shape::Struct {
                of,
                body: body(self.inner),
            },
            (Count::One, of) => Shape::Leaf(of),
            _ => {
                let cut = match self.state {
                    State::Cut { kind, itself } => Some((kind, itself)),
                    _ => None,
                };
                Shape::Array {
                    inner: self.inner,
                    count: self.count,
                    present: self.present,
                    cut,
                }
            }
        };
        Place {
            offset: self.offset,
            size: self.size,
            shape,
            field: self.field,
        }
    }

    /// The place of a measured element of `field`.
    pub(crate) fn element_place(&self, program: &Program, field: u32) -> Place {
        let shape = match program.field(field).of {
            Type::Struct(of) => Shape::Struct {
                of,
                body: body(self.inner),
            },
            _ => Shape::Sized { count: self.count },
        };
        Place {
            offset: self.offset,
            size: self.size,
            shape,
            field,
        }
    }
}

fn body(inner: u32) -> Body {
    if inner == NONE {
        Body::Table
    } else {
        Body::Level(inner)
    }
}

impl TableField {
    pub(crate) fn place(&self, program: &Program, start: u64) -> Place {
        let placed = Placed {
            field: self.field,
            inner: NONE,
            offset: start + self.offset,
            size: self.size,
            count: self.count,
            present: self.count,
            state: State::Whole,
        };
        placed.place(program)
    }
}

/// Finds the member of `place` that has the name, in the struct `owner` if one is given.
pub(crate) fn member(
    program: &Program,
    tree: &Tree,
    place: Place,
    name: u32,
    owner: Option<u32>,
) -> Result<Place, NoStep> {
    let is_it = |field: u32| {
        let field = program.field(field);
        field.name == name && owner.is_none_or(|owner| field.owner == owner)
    };
    match place.shape {
        Shape::Struct {
            of,
            body: Body::Table,
        } => {
            let table = program.structure(of).table.as_ref().ok_or(NoStep::Absent)?;
            let found = table.fields.iter().rev().find(|field| is_it(field.field));
            found
                .map(|field| field.place(program, place.offset))
                .ok_or(NoStep::Absent)
        }
        Shape::Struct {
            of,
            body: Body::Level(level),
        } => {
            let level = &tree.levels[level as usize];
            let found = tree
                .fields(level)
                .iter()
                .rev()
                .find(|placed| is_it(placed.field));
            match (found, level.cut) {
                (
                    Some(Placed {
                        state: State::Hidden,
                        ..
                    }),
                    Some(cut),
                ) => Err(NoStep::Hidden(cut.kind)),
                (Some(placed), _) => Ok(placed.place(program)),
                (None, Some(cut)) if program.may_have(of, name) => Err(NoStep::Hidden(cut.kind)),
                (None, _) => Err(NoStep::Absent),
            }
        }
        Shape::Leaf(Type::Bitfield(of, big)) if owner.is_none() => {
            let members = &program.bitfields[of as usize].members;
            let member = members
                .iter()
                .position(|bits| bits.name == name)
                .ok_or(NoStep::Absent)?;
            Ok(bit_member(place, of, member as u32, big))
        }
        _ => Err(NoStep::Absent),
    }
}

pub(crate) fn bit_member(place: Place, of: u32, member: u32, big: bool) -> Place {
    Place {
        shape: Shape::Bits { of, member, big },
        ..place
    }
}

/// Finds an element of an array, a character of a text, a scalar of a sized element.
pub(crate) fn element(
    program: &Program,
    tree: &Tree,
    place: Place,
    index: u64,
) -> Result<Place, NoStep> {
    let of = match place.field {
        NONE => return Err(NoStep::Absent),
        field => program.field(field).of,
    };
    match place.shape {
        Shape::Array {
            count,
            present,
            cut,
            ..
        } if index >= present => match cut {
            Some((kind, _)) if index < count => Err(NoStep::Hidden(kind)),
            _ => Err(NoStep::Absent),
        },
        Shape::Array { inner, .. } if inner != NONE => {
            let placed = &tree.placed[inner as usize + index as usize];
            Ok(placed.element_place(program, place.field))
        }
        Shape::Array { count, .. } | Shape::Sized { count } if index < count => {
            let size = program.size_of(of).ok_or(NoStep::Absent)?;
            let shape = match of {
                Type::Struct(of) => Shape::Struct {
                    of,
                    body: Body::Table,
                },
                of => Shape::Leaf(of),
            };
            Ok(Place {
                offset: place.offset + index * size,
                size,
                shape,
                field: place.field,
            })
        }
        _ => Err(NoStep::Absent),
    }
}
